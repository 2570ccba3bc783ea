//! Reading the register: items, departments, kinds, lists, publications, suggestions.
//! Must not know HTTP or how the register stores things.

mod boundaries;
mod catalogue;
mod fees;
mod item;
mod publication;
mod related;
mod suggest;

pub(super) use boundaries::FactsCache;
pub use boundaries::{DepartmentFacts, Partner, SharedMatter};
pub use catalogue::{DepartmentView, KindCount, KindView, ListView, TypeCount};
pub(super) use fees::FeesCache;
pub use item::{HistoryView, ItemView, Standing, Step, Successor, Upcoming};
pub use publication::{
    Between, ChainHead, DifferenceView, Moment, PublicationDetail, PublicationPage,
};
pub(super) use related::PermitsCache;
pub use related::{ComparedField, Comparison, MOST_COMPARED, RelatedGroup, RelatedView};
pub use suggest::{Suggestion, Target};

use super::ServiceError;
use crate::query::parse::number;
use crate::query::{MAX_DEPTH, MAX_PAGE_SIZE};

/// A page of a longer list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: usize,
    pub size: usize,
}

impl Paging {
    /// Checks the two parameters as they arrive.
    ///
    /// # Errors
    /// `Invalid` naming the parameter that is no number or outside its limits.
    pub fn parse(
        page: Option<&str>,
        size: Option<&str>,
        usual: usize,
    ) -> Result<Self, ServiceError> {
        let page = number(page, 1)
            .filter(|&page| page >= 1)
            .ok_or_else(|| ServiceError::parameter("page", "参数 page 应为不小于 1 的整数"))?;
        let size = number(size, usual)
            .filter(|size| (1..=MAX_PAGE_SIZE).contains(size))
            .ok_or_else(|| {
                let detail = format!("参数 size 应为 1 至 {MAX_PAGE_SIZE} 的整数");
                ServiceError::parameter("size", detail)
            })?;
        Ok(Self { page, size })
    }

    /// The same, for what a search engine has to list.
    ///
    /// # Errors
    /// `Invalid` past the deepest hit that engines answer.
    pub fn within_depth(self) -> Result<Self, ServiceError> {
        if self.offset().saturating_add(self.size) > MAX_DEPTH {
            return Err(ServiceError::Invalid {
                code: "page_too_deep",
                detail: format!("最多查看前 {MAX_DEPTH} 条，请用筛选条件缩小范围"),
                parameter: Some("page".into()),
            });
        }
        Ok(self)
    }

    pub fn offset(self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }

    /// Number of pages that hold `total` entries; at least 1.
    pub fn pages(self, total: u64) -> usize {
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        total.div_ceil(self.size).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_whole_numbers_within_limits() {
        assert_eq!(
            Paging::parse(None, Some(""), 20).unwrap(),
            Paging { page: 1, size: 20 }
        );
        assert_eq!(
            Paging::parse(Some(" 2 "), Some(" "), 20).unwrap(),
            Paging { page: 2, size: 20 }
        );
        for (page, size) in [
            ("0", "1"),
            ("abc", "1"),
            ("1", "101"),
            ("1", "0"),
            ("-1", "1"),
            ("+5", "1"),
            ("1", "+5"),
            ("1.5", "1"),
        ] {
            assert!(
                Paging::parse(Some(page), Some(size), 20).is_err(),
                "{page} {size}"
            );
        }
        assert_eq!(Paging { page: 3, size: 20 }.offset(), 40);
        assert_eq!(Paging { page: 1, size: 20 }.pages(41), 3);
        assert_eq!(Paging { page: 1, size: 20 }.pages(0), 1);
    }
}
