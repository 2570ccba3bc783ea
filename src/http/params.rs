//! A request's parameters: read strictly, named when wrong.
//! Must not know what a parameter is used for beyond its form.

use std::ops::RangeInclusive;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;

use super::error::AppError;
use crate::domain::{Date, date};
use crate::query::{DEFAULT_PAGE_SIZE, RawSearchParams};
use crate::service::ServiceError;
use crate::service::read::{Moment, Paging};
use crate::service::view::shorten;

/// Parameters that a search takes.
pub const SEARCH: [&str; 11] = [
    "q",
    "kind",
    "type",
    "department",
    "region",
    "level",
    "basis",
    "sort",
    "page",
    "size",
    "exact",
];

/// The parameters of one request, decoded.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// # Errors
    /// `Invalid` when a value is not UTF-8: guessing would search for something else.
    pub fn parse(query: &str) -> Result<Self, ServiceError> {
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name.contains('\u{FFFD}') || value.contains('\u{FFFD}') {
                let detail = format!("参数 {} 不是有效的 UTF-8 文本", shorten(&name, 20));
                return Err(ServiceError::parameter(&shorten(&name, 20), detail));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Refuses parameters that are not among the known ones: a misspelt filter must not look
    /// as if it had been applied.
    ///
    /// # Errors
    /// `Invalid` naming the first unknown parameter.
    pub fn only(&self, known: &[&str]) -> Result<(), ServiceError> {
        match self
            .0
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => {
                let name = shorten(name, 20);
                let known = if known.is_empty() {
                    "无".to_owned()
                } else {
                    known.join("、")
                };
                let detail = format!("没有参数“{name}”，可用的参数：{known}");
                Err(ServiceError::parameter(&name, detail))
            }
        }
    }

    /// Value of a parameter that stands at most once.
    ///
    /// # Errors
    /// `Invalid` when it stands twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>, ServiceError> {
        let mut values = self
            .0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(ServiceError::parameter(
                name,
                format!("参数 {name} 只能出现一次"),
            ));
        }
        Ok(first)
    }

    /// All values of a repeatable parameter.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.clone())
            .collect()
    }

    /// All parameters in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// # Errors
    /// `Invalid` when a parameter that stands once stands twice.
    pub fn search(&self) -> Result<RawSearchParams, ServiceError> {
        Ok(RawSearchParams {
            q: self.one("q")?.unwrap_or_default().to_owned(),
            kind: self.all("kind"),
            item_type: self.all("type"),
            department: self.all("department"),
            region: self.all("region"),
            level: self.all("level"),
            basis: self.one("basis")?.map(str::to_owned),
            sort: self.one("sort")?.map(str::to_owned),
            page: self.one("page")?.map(str::to_owned),
            size: self.one("size")?.map(str::to_owned),
            exact: self.flag("exact")?,
            // Ways and weights are for those who measure.
            ..RawSearchParams::default()
        })
    }

    /// Whether a switch is on: `1`; off when it is absent, blank or `0`.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn flag(&self, name: &str) -> Result<bool, ServiceError> {
        match self.one(name)?.map(str::trim) {
            None | Some("" | "0") => Ok(false),
            Some("1") => Ok(true),
            Some(other) => {
                let detail = format!("参数 {name} 应为 1 或 0，现为“{}”", shorten(other, 20));
                Err(ServiceError::parameter(name, detail))
            }
        }
    }

    /// # Errors
    /// `Invalid` when `page` or `size` is no number within its limits.
    pub fn paging(&self) -> Result<Paging, ServiceError> {
        Paging::parse(self.one("page")?, self.one("size")?, DEFAULT_PAGE_SIZE)
    }

    /// A day.
    ///
    /// # Errors
    /// `Invalid` when the text is no day that exists.
    pub fn day(&self, name: &str) -> Result<Option<Date>, ServiceError> {
        match self.one(name)?.map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match date::parse(text) {
                Some(day) => Ok(Some(day)),
                None => {
                    let text = shorten(text, 20);
                    let detail = format!("参数 {name} 应为存在的日期，如 2026-01-31，现为“{text}”");
                    Err(ServiceError::parameter(name, detail))
                }
            },
        }
    }

    /// Two days and all between; an absent one is an end of time.
    ///
    /// # Errors
    /// As [`Self::day`].
    pub fn days(&self, first: &str, last: &str) -> Result<RangeInclusive<Date>, ServiceError> {
        let (first, last) = (self.day(first)?, self.day(last)?);
        Ok(first.unwrap_or(Date::MIN)..=last.unwrap_or(Date::MAX))
    }

    /// A publication by its number, or a day.
    ///
    /// # Errors
    /// `Invalid` when it is absent or neither.
    pub fn moment(&self, name: &str) -> Result<Moment, ServiceError> {
        let text = self.one(name)?.unwrap_or_default().trim();
        if let Ok(number) = text.parse() {
            return Ok(Moment::Publication(number));
        }
        self.day(name)?.map(Moment::Day).ok_or_else(|| {
            let detail = format!("参数 {name} 应为公布编号或日期，且必须给出");
            ServiceError::parameter(name, detail)
        })
    }

    /// A month, as its first and last day.
    ///
    /// # Errors
    /// `Invalid` unless it has the form 2026-01.
    pub fn month(&self, name: &str) -> Result<Option<(Date, Date)>, ServiceError> {
        let Some(text) = self.one(name)?.map(str::trim).filter(|t| !t.is_empty()) else {
            return Ok(None);
        };
        let first = (text.len() == 7).then(|| date::parse(&format!("{text}-01")));
        match first.flatten() {
            Some(first) => Ok(Some((first, first.last_of_month()))),
            None => {
                let text = shorten(text, 20);
                let detail = format!("参数 {name} 应为月份，如 2026-01，现为“{text}”");
                Err(ServiceError::parameter(name, detail))
            }
        }
    }

    /// Number of the last publication that counts; all where absent.
    ///
    /// # Errors
    /// `Invalid` when it is no number of a publication.
    pub fn publication(&self) -> Result<Option<u64>, ServiceError> {
        match self.one("publication")?.map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => {
                    let text = shorten(text, 20);
                    let detail = format!("参数 publication 应为公布编号，从 1 起，现为“{text}”");
                    Err(ServiceError::parameter("publication", detail))
                }
            },
        }
    }

    /// A whole number that must be given.
    ///
    /// # Errors
    /// `Invalid` when it is absent or no number.
    pub fn number(&self, name: &str) -> Result<u64, ServiceError> {
        let text = self.one(name)?.unwrap_or_default().trim();
        text.parse()
            .map_err(|_| ServiceError::parameter(name, format!("参数 {name} 应为整数，且必须给出")))
    }
}

/// A whole number in a path; anything else is a path that does not exist.
///
/// # Errors
/// `not_found`.
pub fn path_number(text: &str) -> Result<u64, AppError> {
    text.parse().map_err(|_| AppError::no_such_path())
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_and_unknown_parameters_are_told_apart() {
        let params = Params::parse("kind=a&kind=b&q=%E6%B2%B9").unwrap();
        assert_eq!(params.all("kind"), ["a", "b"]);
        assert_eq!(params.one("q").unwrap(), Some("油"));
        assert!(params.one("kind").is_err());
        assert!(params.only(&["q"]).is_err());
        assert!(params.only(&SEARCH).is_ok());
    }

    #[test]
    fn text_in_another_encoding_is_refused() {
        // 油 in GBK, as old browsers may send it.
        assert!(Params::parse("q=%D3%CD").is_err());
    }

    #[test]
    fn months_have_a_first_and_a_last_day() {
        let month = |query: &str| Params::parse(query).unwrap().month("month");
        let (first, last) = month("month=2026-02").unwrap().unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-02-01".into(), "2026-02-28".into())
        );
        assert!(month("month=").unwrap().is_none());
        for wrong in ["2026", "2026-13", "2026-2", "202602-", "二月"] {
            assert!(month(&format!("month={wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_must_exist() {
        assert!(
            Params::parse("as_of=2026-11-31")
                .unwrap()
                .day("as_of")
                .is_err()
        );
        assert!(
            Params::parse("as_of=")
                .unwrap()
                .day("as_of")
                .unwrap()
                .is_none()
        );
        assert!(
            Params::parse("as_of=2026-11-30")
                .unwrap()
                .day("as_of")
                .unwrap()
                .is_some()
        );
    }
}
