//! How well descriptions of business are checked: judged descriptions, verdicts, governing items.
//! Must not know commands or files: texts come in, numbers go out.

use std::collections::HashMap;

use super::judged::{Text, WrongLine};
use super::statistics::number;
use crate::service::business::{Check, CheckParams, Investor, Thresholds, Verdict};
use crate::service::{ServiceError, Services};

/// Grade of the item that governs; 1 also applies.
const GOVERNING: u8 = 2;

/// A description with what its judge says.
#[derive(Clone, Debug)]
pub struct Description {
    pub id: String,
    pub investor: Investor,
    pub text: String,
    pub verdict: Verdict,
    /// Keys of items with their grades.
    pub items: Vec<(String, u8)>,
}

impl Description {
    /// How it is put: by a foreign investor, as a scope of business, or as a sentence.
    pub fn class(&self) -> &'static str {
        if self.investor == Investor::Foreign {
            "foreign"
        } else if ["经营范围", "一般项目", "许可项目", "；"]
            .iter()
            .any(|w| self.text.contains(w))
        {
            "scope"
        } else {
            "sentence"
        }
    }
}

/// Reads descriptions (id, investor, text) and answers (id, verdict, list, key or `-`, grade), both
/// tab-separated without headings.
///
/// # Errors
/// The first line that cannot be right, by file and number.
pub fn read(checks: Text<'_>, answers: Text<'_>) -> Result<Vec<Description>, WrongLine> {
    let mut all: Vec<Description> = Vec::new();
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (line, [id, investor, text]) in checks.rows(["id", "investor", "description"])? {
        let investor = Investor::parse(investor).ok_or_else(|| {
            checks.wrong(line, format!("投资者“{investor}”应为 domestic 或 foreign"))
        })?;
        if by_id.insert(id, all.len()).is_some() {
            return Err(checks.wrong(line, format!("编号 {id} 重复")));
        }
        all.push(Description {
            id: id.to_owned(),
            investor,
            text: text.to_owned(),
            verdict: Verdict::Unlisted,
            items: Vec::new(),
        });
    }
    let mut answered = vec![false; all.len()];
    let columns = ["id", "verdict", "list", "key", "grade"];
    for (line, [id, verdict, _, key, grade]) in answers.rows(columns)? {
        let Some(&at) = by_id.get(id) else {
            return Err(answers.wrong(line, format!("{} 中没有编号 {id}", checks.name)));
        };
        let verdict = Verdict::ALL.into_iter().find(|v| v.key() == verdict);
        let keys = "prohibited、permit 或 unlisted";
        let verdict = verdict.ok_or_else(|| answers.wrong(line, format!("结论应为 {keys}")))?;
        let grade = grade.parse().ok().filter(|g| *g <= GOVERNING);
        let grade = grade.ok_or_else(|| answers.wrong(line, "等级应为 0、1 或 2".to_owned()))?;
        all[at].verdict = verdict;
        answered[at] = true;
        if key != "-" {
            all[at].items.push((key.to_owned(), grade));
        }
    }
    if let Some(at) = answered.iter().position(|a| !a) {
        return Err(checks.wrong(
            at + 1,
            format!("{} 中没有 {} 的结论", answers.name, all[at].id),
        ));
    }
    Ok(all)
}

/// How one description did.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    pub description: &'a Description,
    pub check: Check,
    /// Part of the governing items that are among the first, and the first three, of some activity.
    pub first: f64,
    pub third: f64,
}

/// Checks every description by these thresholds.
///
/// # Errors
/// As [`Services::check_business`].
pub fn run<'d>(
    services: &Services,
    descriptions: &'d [Description],
    thresholds: Thresholds,
) -> Result<Vec<Judgement<'d>>, ServiceError> {
    let judged = descriptions.iter().map(|description| {
        let check = services.check_business(&CheckParams {
            text: description.text.clone(),
            investor: description.investor,
            thresholds,
            ..CheckParams::default()
        })?;
        let governing = description.items.iter().filter(|(_, g)| *g == GOVERNING);
        let governing: Vec<&str> = governing.map(|(key, _)| key.as_str()).collect();
        let among = |first: usize| {
            let found = governing.iter().filter(|key| {
                let mut activities = check.activities.iter();
                activities.any(|a| a.items.iter().take(first).any(|g| g.item.key == **key))
            });
            match governing.len() {
                // Nothing governs: right when nothing was found.
                0 => f64::from(u8::from(
                    check.activities.iter().all(|a| a.items.is_empty()),
                )),
                all => number(found.count()) / number(all),
            }
        };
        let (first, third) = (among(1), among(3));
        Ok(Judgement {
            description,
            check,
            first,
            third,
        })
    });
    judged.collect()
}

/// Averages over descriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    pub descriptions: usize,
    /// Part with the right verdict.
    pub accuracy: f64,
    /// Of the prohibited, of those that need a permit: the part found at least as strict.
    pub prohibited: Option<f64>,
    pub permit: Option<f64>,
    /// Part of the unlisted with another verdict.
    pub alarms: Option<f64>,
    /// Of those with a governing item.
    pub first: Option<f64>,
    pub third: Option<f64>,
}

impl Scores {
    pub fn of(judged: &[&Judgement<'_>]) -> Self {
        let part = |of: &dyn Fn(&Judgement<'_>) -> bool, is: &dyn Fn(&Judgement<'_>) -> f64| {
            let chosen: Vec<f64> = judged.iter().filter(|j| of(j)).map(|j| is(j)).collect();
            let sum: f64 = chosen.iter().sum();
            (!chosen.is_empty()).then(|| sum / number(chosen.len()))
        };
        let expected = |verdict: Verdict| move |j: &Judgement<'_>| j.description.verdict == verdict;
        let yes = |b: bool| f64::from(u8::from(b));
        let right = |j: &Judgement<'_>| yes(j.check.verdict == j.description.verdict);
        let as_strict = |j: &Judgement<'_>| yes(j.check.verdict >= j.description.verdict);
        let listed = |j: &Judgement<'_>| !j.description.items.is_empty();
        Self {
            descriptions: judged.len(),
            accuracy: part(&|_| true, &right).unwrap_or_default(),
            prohibited: part(&expected(Verdict::Prohibited), &as_strict),
            permit: part(&expected(Verdict::Permit), &as_strict),
            alarms: part(&expected(Verdict::Unlisted), &|j| 1.0 - right(j)),
            first: part(&listed, &|j| j.first),
            third: part(&listed, &|j| j.third),
        }
    }
}

/// What each threshold is tried at.
const RESEMBLING: [f32; 7] = [0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];
const MEASURE: [f32; 5] = [0.6, 0.7, 0.8, 0.9, 1.0];

/// A part of the descriptions, with the thresholds that are best for all the others.
#[derive(Clone, Debug)]
pub struct CheckFold {
    pub descriptions: usize,
    pub chosen: Thresholds,
    /// Part with the right verdict, by the thresholds chosen and by those in use.
    pub held_out: f64,
    pub in_use: f64,
}

/// Deals the descriptions into folds in turn, chooses the thresholds for each fold on the others, and
/// measures them on the fold.
///
/// # Errors
/// As [`run`].
pub fn cross_validate(
    services: &Services,
    descriptions: &[Description],
    folds: usize,
) -> Result<Vec<CheckFold>, ServiceError> {
    let mut tried: Vec<(Thresholds, Vec<bool>)> = Vec::new();
    let all = RESEMBLING.into_iter().flat_map(|resembling| {
        let with = move |measure| Thresholds {
            resembling,
            measure,
        };
        MEASURE.map(with)
    });
    // Those in use first: only what is better than they replaces them.
    for thresholds in [Thresholds::default()].into_iter().chain(all) {
        let judged = run(services, descriptions, thresholds)?;
        let right = |j: &Judgement<'_>| j.check.verdict == j.description.verdict;
        tried.push((thresholds, judged.iter().map(right).collect()));
    }
    let part = |right: &[bool], of: &dyn Fn(usize) -> bool| {
        let chosen = right.iter().enumerate().filter(|(at, _)| of(*at));
        let chosen: Vec<bool> = chosen.map(|(_, right)| *right).collect();
        number(chosen.iter().filter(|right| **right).count()) / number(chosen.len().max(1))
    };
    let folds = folds.clamp(1, descriptions.len().max(1));
    let fold = |fold: usize| {
        let own = move |at: usize| at % folds == fold;
        let mut best = &tried[0];
        for other in &tried {
            let gain = part(&other.1, &|at| !own(at)) - part(&best.1, &|at| !own(at));
            if gain > f64::EPSILON {
                best = other;
            }
        }
        CheckFold {
            descriptions: (0..descriptions.len()).filter(|at| own(*at)).count(),
            chosen: best.0,
            held_out: part(&best.1, &own),
            in_use: part(&tried[0].1, &own),
        }
    };
    Ok((0..folds).map(fold).collect())
}
