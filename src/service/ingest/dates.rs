//! When an edition takes effect and was published, where its submitter does not say so.
//! Must not know the register.

use crate::domain::{Date, Publication};
use crate::intake::{Inference, ListPlan};

/// Dates of an edition.
pub(super) struct Dates {
    pub effective_on: Date,
    pub published_on: Date,
    pub inferred: Vec<Inference>,
}

/// Dates of the edition. A date read from a title serves a first edition only: what the
/// register has said of a past day must not change afterwards unless somebody says so.
pub(super) fn of(plan: &ListPlan, last: Option<&Publication>, today: Date) -> Dates {
    let mut inferred = Vec::new();
    let mut infer = |what: &str, date: Date, from: &str| {
        inferred.push(Inference {
            what: what.into(),
            value: date.to_string(),
            from: from.into(),
        });
    };
    let effective_on = plan
        .effective_on
        .unwrap_or_else(|| match (last, plan.inferred_date) {
            (None, Some(date)) if date <= today => {
                infer("生效日期", date, "标题或文件名中的日期");
                date
            }
            (Some(last), _) if last.effective_on > today => {
                let from = "未提供，不早于该清单上一次公布的生效日期";
                infer("生效日期", last.effective_on, from);
                last.effective_on
            }
            _ => {
                infer("生效日期", today, "未提供，按收录当日");
                today
            }
        });
    let published_on = plan.published_on.unwrap_or_else(|| {
        let date = effective_on.min(today);
        infer("公布日期", date, "未提供，按生效日期与收录当日中较早者");
        date
    });
    Dates {
        effective_on,
        published_on,
        inferred,
    }
}
