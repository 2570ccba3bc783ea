//! Random sequences of publications, compared with a register so naive that it must be right.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use quanze::domain::{Action, Change, Date, ItemId, ListId, Position, Revision};
use quanze::register::Register;

use super::support::{add, amend, day, draft, item, list, revisions, withdraw};

/// One publication: a list, days after the list's last effective date, and changes as dice.
#[derive(Clone, Debug)]
struct Step {
    list: usize,
    days: i64,
    dice: Vec<(u8, u16)>,
}

/// All revisions, in the order they were published.
struct Model {
    lists: Vec<ListId>,
    revisions: Vec<(usize, Revision)>,
    effective: Vec<Option<Date>>,
}

impl Model {
    fn new() -> Self {
        let lists = vec![
            list("克拉玛依市财政局", "power", "权责清单"),
            list("克拉玛依市财政局", "fee", "收费目录"),
            list("克拉玛依市水务局", "power", "权责清单"),
        ];
        Self {
            effective: vec![None; lists.len()],
            lists,
            revisions: Vec::new(),
        }
    }

    /// What the definition in the trait's documentation says, word for word.
    fn state(&self, id: ItemId, to: Position) -> Option<&Revision> {
        self.revisions
            .iter()
            .map(|(_, r)| r)
            .filter(|r| r.id == id && r.publication <= to.publication && r.effective_on <= to.day)
            .max_by_key(|r| r.publication)
    }

    /// Items in force by list, in recorded order.
    fn in_force(&self, to: Position) -> Vec<&Revision> {
        let mut found: BTreeMap<(&str, &str, ItemId), &Revision> = BTreeMap::new();
        for (list, r) in &self.revisions {
            let list = &self.lists[*list];
            if let Some(state) = self
                .state(r.id, to)
                .filter(|r| r.action != Action::Withdrawn)
            {
                found.insert((list.department.as_str(), list.kind.as_str(), r.id), state);
            }
        }
        found.into_values().collect()
    }

    fn touched(&self, from: Position, to: Position) -> BTreeSet<ItemId> {
        let days = from.day.min(to.day)..=from.day.max(to.day);
        let numbers = from.publication.min(to.publication)..=from.publication.max(to.publication);
        self.revisions
            .iter()
            .map(|(_, r)| r)
            .filter(|r| {
                let numbered =
                    numbers.contains(&r.publication) && r.publication != *numbers.start();
                let came = days.contains(&r.effective_on) && r.effective_on != *days.start();
                numbered || (came && r.publication <= *numbers.end())
            })
            .map(|r| r.id)
            .collect()
    }

    /// Turns dice into changes that the register must accept.
    fn changes(&self, step: &Step, serial: usize) -> Vec<Change> {
        let list = &self.lists[step.list];
        let mut newest: BTreeMap<ItemId, &Revision> = BTreeMap::new();
        for (of, r) in &self.revisions {
            if *of == step.list {
                newest.insert(r.id, r);
            }
        }
        let mut left: Vec<&Revision> = newest.into_values().collect();
        let mut changes = Vec::new();
        for (n, (what, which)) in step.dice.iter().enumerate() {
            let name = format!("事项{serial}之{n}");
            if left.is_empty() || what % 4 == 0 {
                let own = format!("OWN-{serial}-{n}");
                changes.push(add(
                    item(list, &name, &name),
                    (which % 2 == 0).then_some(own.as_str()),
                ));
                continue;
            }
            let old = left.swap_remove(usize::from(*which) % left.len());
            changes.push(match (old.action, what % 4) {
                (Action::Withdrawn, _) => add(item(list, &name, "恢复"), Some(old.code.as_str())),
                (_, 1) => withdraw(old),
                _ => amend(old, item(list, &name, "调整")),
            });
        }
        changes
    }

    fn publish(&mut self, register: &dyn Register, step: &Step, serial: usize) {
        let list = self.lists[step.list].clone();
        let changes = self.changes(step, serial);
        let start = self.effective[step.list].unwrap_or(day("2025-01-01"));
        let effective = start + jiff::Span::new().days(step.days);
        let base = register.latest_edition(&list).expect("edition").0;
        let drafted = draft(register, &list, &effective.to_string(), changes);
        let publication = register.publish(&drafted, base).expect("accepted");
        self.effective[step.list] = Some(effective);
        let revisions = revisions(register, publication.number);
        assert_eq!(revisions.len(), drafted.changes.len());
        for (revision, change) in revisions.into_iter().zip(drafted.changes) {
            assert_eq!(revision.item, change.item);
            assert_eq!(revision.action, change.action);
            self.revisions.push((step.list, revision));
        }
    }
}

/// Everything the register says about one day and one pair of positions.
fn compare(
    register: &dyn Register,
    model: &Model,
    from: Position,
    to: Position,
) -> Result<(), TestCaseError> {
    let newest = Position {
        publication: u64::MAX,
        ..to
    };
    let expected = model.in_force(newest);
    for at in [newest, to] {
        let mut streamed = Vec::new();
        let kept = register.each_in_force(at, None, &mut |r| {
            streamed.push(r);
            true
        });
        kept.expect("streams");
        prop_assert_eq!(streamed.iter().collect::<Vec<_>>(), model.in_force(at));
    }

    let all: BTreeSet<ItemId> = model.revisions.iter().map(|(_, r)| r.id).collect();
    let all: Vec<ItemId> = all.into_iter().rev().collect();
    for at in [newest, to] {
        let asked = register.in_force(&all, at).expect("in force");
        let mut by_id = model.in_force(at);
        by_id.sort_by_key(|r| std::cmp::Reverse(r.id));
        prop_assert_eq!(asked.iter().collect::<Vec<_>>(), by_id);
    }

    for (_, r) in &model.revisions {
        let found = register.item_on(&r.code, to.day).expect("item");
        prop_assert_eq!(found.as_ref(), model.state(r.id, newest));
    }

    for summary in register.lists(to.day).expect("lists") {
        let list = &summary.list;
        let own = |r: &&&Revision| {
            r.item.head.department == list.department && r.item.head.kind == list.kind
        };
        prop_assert_eq!(summary.items, expected.iter().filter(own).count() as u64);
    }
    let in_all = register.departments(to.day).expect("departments");
    let in_all: u64 = in_all.iter().flat_map(|d| &d.items).map(|(_, n)| n).sum();
    prop_assert_eq!(in_all, expected.len() as u64);

    let mut changed = BTreeMap::new();
    let kept = register.each_changed(from, to, &mut |state| {
        let id = state.as_ref().map_or_else(|id| *id, |r| r.id);
        assert!(
            changed.insert(id, state.ok()).is_none(),
            "{id:?} stands twice"
        );
        true
    });
    kept.expect("streams");
    let present = |id| {
        model
            .state(id, to)
            .filter(|r| r.action != Action::Withdrawn)
            .cloned()
    };
    let touched: BTreeMap<_, _> = model
        .touched(from, to)
        .into_iter()
        .map(|id| (id, present(id)))
        .collect();
    prop_assert_eq!(changed, touched);
    Ok(())
}

/// The register agrees with the model after every publication, on days before, between and after.
pub fn agrees_with_the_model(make: &dyn Fn() -> Box<dyn Register>) {
    let step = (
        0usize..3,
        0i64..4,
        prop::collection::vec(any::<(u8, u16)>(), 1..6),
    )
        .prop_map(|(list, days, dice)| Step { list, days, dice });
    let position = || {
        (0u64..12, 0i64..25).prop_map(|(publication, days)| Position {
            publication,
            day: day("2024-12-30") + jiff::Span::new().days(days),
        })
    };
    let looks = prop::collection::vec((position(), position()), 8);
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let ran = runner.run(
        &(prop::collection::vec(step, 1..10), looks),
        |(steps, looks)| {
            let register = make();
            let mut model = Model::new();
            for (serial, step) in steps.iter().enumerate() {
                model.publish(&*register, step, serial);
            }
            for (from, to) in looks {
                compare(&*register, &model, from, to)?;
            }
            Ok(())
        },
    );
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}
