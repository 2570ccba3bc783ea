//! Two people save two drafts in any order, with what is stored before them or with what was: no
//! saving that was acknowledged is lost.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use quanze::domain::{Deed, Draft, DraftChange};
use quanze::register::RegisterError;
use quanze::register::desk::Content;

use super::Whole;
use super::support::*;

/// One saving.
#[derive(Clone, Copy, Debug)]
struct Step {
    user: usize,
    draft: usize,
    /// Whether the user looks at the draft anew before.
    is_fresh: bool,
    /// How many changes are saved with it, where they are.
    changes: Option<usize>,
}

/// What the register must say of a draft.
struct Model {
    draft: Draft,
    changes: Vec<DraftChange>,
    /// All acknowledged savings in their order: each adds its number to the text it had before it.
    log: String,
}

pub fn no_acknowledged_saving_is_lost(make: &dyn Fn() -> Box<dyn Whole>) {
    let step = (
        0usize..2,
        0usize..2,
        any::<bool>(),
        prop::option::of(0usize..4),
    )
        .prop_map(|(user, draft, is_fresh, changes)| Step {
            user,
            draft,
            is_fresh,
            changes,
        });
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let ran = runner.run(&prop::collection::vec(step, 1..24), |steps| {
        let office = make();
        follow(&*office, &steps)
    });
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}

fn follow(office: &dyn Whole, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut models: Vec<Model> = [finance(), water()]
        .iter()
        .map(|list| {
            let mut draft = new_draft(list);
            save(office, &mut draft, &[], 0);
            Model {
                draft,
                changes: Vec::new(),
                log: String::new(),
            }
        })
        .collect();
    // What each of the two has before them.
    let screen: Vec<Draft> = models.iter().map(|m| m.draft.clone()).collect();
    let mut screens = [screen.clone(), screen];
    let mut acknowledged = 2;
    for (serial, step) in (1..).zip(steps) {
        let model = &mut models[step.draft];
        let seen = &mut screens[step.user][step.draft];
        if step.is_fresh {
            *seen = stored(office, model.draft.id);
        }
        let mut mine = seen.clone();
        mine.declaration.cause += &format!("{serial};");
        let name = format!("第 {serial} 次");
        let changes = step.changes.map(|n| additions(&mine.list, &name, n));
        let content = Content {
            changes: changes.as_deref(),
            findings: None,
        };
        let before = mine.clone();
        let is_newest = before.version == model.draft.version;
        prop_assert!(is_newest || !step.is_fresh, "what was read is the newest");
        match office.save_draft(&mut mine, content, &entry(Deed::Edited, "草稿 {}", serial)) {
            Ok(()) => {
                prop_assert!(is_newest, "{:?} was saved over a newer version", step);
                acknowledged += 1;
                model.log += &format!("{serial};");
                if let Some(changes) = changes {
                    model.changes = changes;
                }
                seen.clone_from(&mine);
                model.draft = mine;
            }
            Err(RegisterError::Outdated) => {
                prop_assert!(!is_newest, "{:?} had the newest version", step);
                prop_assert_eq!(&mine, &before);
            }
            Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
        }
        compare(office, &models, acknowledged)?;
    }
    Ok(())
}

fn compare(office: &dyn Whole, models: &[Model], acknowledged: u64) -> Result<(), TestCaseError> {
    for model in models {
        let found = stored(office, model.draft.id);
        prop_assert_eq!(&found.declaration.cause, &model.log);
        prop_assert_eq!(&found, &model.draft);
        prop_assert_eq!(&all_changes(office, found.id), &model.changes);
    }
    prop_assert_eq!(Watch::new(office).records, acknowledged);
    Ok(())
}
