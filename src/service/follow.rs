//! The engine follows the register: catching up after publications and as days pass, rebuilding.
//! Must not decide what is in force; the register does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::domain::{Date, ItemId, Kinds, Position, Revision};
use crate::engine::{Document, Engine, EngineError, EngineErrorCode, Step};
use crate::register::Register;

use super::ServiceError;
use super::words::knowledge;

/// Steps in flight between the register's reader and the engine.
const IN_FLIGHT: usize = 512;
/// How often a wait for the register's next step looks whether it is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Said by nobody.
static NEVER: AtomicBool = AtomicBool::new(false);

/// Brings the engine to the register's last publication as in force on the day.
/// Gives the position reached; `None` when there is nothing to follow yet.
///
/// # Errors
/// `Unavailable` while another process writes the index, `Internal` otherwise.
pub fn catch_up(
    register: &dyn Register,
    engine: &dyn Engine,
    kinds: &Kinds,
    today: Date,
) -> Result<Option<Position>, ServiceError> {
    Follower::new(register, engine, kinds).catch_up(today)
}

/// Makes the engine anew from the register; what it has goes on answering meanwhile.
///
/// # Errors
/// As [`catch_up`].
pub fn rebuild(
    register: &dyn Register,
    engine: &dyn Engine,
    kinds: &Kinds,
    today: Date,
) -> Result<Position, ServiceError> {
    Follower::new(register, engine, kinds).rebuild(today)
}

/// Does whichever the engine needs. A rebuild is followed by what was published during it.
///
/// # Errors
/// As [`catch_up`].
pub fn follow(
    register: &dyn Register,
    engine: &dyn Engine,
    kinds: &Kinds,
    today: Date,
) -> Result<Option<Position>, ServiceError> {
    Follower::new(register, engine, kinds).follow(today)
}

/// An engine and the register it follows.
pub struct Follower<'a> {
    register: &'a dyn Register,
    engine: &'a dyn Engine,
    kinds: &'a Kinds,
    stop: &'a AtomicBool,
}

impl<'a> Follower<'a> {
    pub fn new(register: &'a dyn Register, engine: &'a dyn Engine, kinds: &'a Kinds) -> Self {
        Self {
            register,
            engine,
            kinds,
            stop: &NEVER,
        }
    }

    /// Gives up with `Unavailable` soon after `stop` becomes true, keeping nothing half-done.
    #[must_use]
    pub fn until(self, stop: &'a AtomicBool) -> Self {
        Self { stop, ..self }
    }

    /// As [`follow`]; a panic in the register or the engine is an `Internal` error, so that
    /// whoever follows can go on with the next round.
    ///
    /// # Errors
    /// As [`catch_up`].
    pub fn follow(&self, today: Date) -> Result<Option<Position>, ServiceError> {
        let follow = || {
            if self.engine.state().needs_rebuild() && self.register.last_number()? > 0 {
                self.rebuild(today)?;
            }
            let reached = self.catch_up(today)?;
            if let Err(error) = self.engine.upkeep()
                && error.code != EngineErrorCode::Unavailable
            {
                // The engine has followed all the same.
                tracing::error!(%error, "upkeep of the index failed");
            }
            Ok(reached)
        };
        catch_unwind(AssertUnwindSafe(follow)).unwrap_or_else(|_| {
            let told = "following the register panicked; see the message before";
            Err(ServiceError::Internal(told.into()))
        })
    }

    fn catch_up(&self, today: Date) -> Result<Option<Position>, ServiceError> {
        let to = Position {
            publication: self.register.last_number()?,
            day: today,
        };
        let from = self.engine.position();
        if from == Some(to) {
            return Ok(from);
        }
        self.stream(from.unwrap_or(BEGINNING), to, |steps| {
            self.engine.apply(steps, to)
        })?;
        Ok(Some(to))
    }

    fn rebuild(&self, today: Date) -> Result<Position, ServiceError> {
        let to = Position {
            publication: self.register.last_number()?,
            day: today,
        };
        self.stream(BEGINNING, to, |steps| self.engine.rebuild(steps, to))?;
        Ok(to)
    }

    /// Runs the register's callback on one thread and the engine's iterator on another. A failure
    /// of the register reaches the engine as an error among the steps, so that nothing half-read
    /// is kept.
    fn stream(
        &self,
        from: Position,
        to: Position,
        write: impl FnOnce(
            &mut dyn Iterator<Item = Result<Step, EngineError>>,
        ) -> Result<(), EngineError>,
    ) -> Result<(), ServiceError> {
        let (sender, receiver) = sync_channel::<Result<Step, EngineError>>(IN_FLIGHT);
        let (register, kinds) = (self.register, self.kinds);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut each = |state| sender.send(Ok(step(state, kinds))).is_ok();
                let read = || register.each_changed(from, to, &mut each);
                // A panic would end the steps as if that were all of them.
                let broken = match catch_unwind(AssertUnwindSafe(read)) {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => "reading the register panicked".to_owned(),
                };
                let broken = EngineError::new(EngineErrorCode::Internal, broken);
                // The engine may have stopped listening; it then reports its own error.
                let _ = sender.send(Err(broken));
            });
            let mut arriving = Arriving {
                receiver,
                stop: self.stop,
            };
            write(&mut arriving)
        })?;
        Ok(())
    }
}

/// Every item was touched since before the first publication.
const BEGINNING: Position = Position {
    publication: 0,
    day: Date::MIN,
};

/// Steps as the register's reader sends them; an error once they are to stop.
struct Arriving<'a> {
    receiver: Receiver<Result<Step, EngineError>>,
    stop: &'a AtomicBool,
}

impl Iterator for Arriving<'_> {
    type Item = Result<Step, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                let stopped = "the program is ending";
                return Some(Err(EngineError::new(EngineErrorCode::Unavailable, stopped)));
            }
            match self.receiver.recv_timeout(LOOK_EVERY) {
                Ok(step) => return Some(step),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// What one item's state means for the engine. An item of a kind that is no longer known is not searchable.
fn step(state: Result<Revision, ItemId>, kinds: &Kinds) -> Step {
    let lexicon = knowledge().lexicon;
    match state {
        Err(id) => Step::Remove(id),
        Ok(revision) => match kinds.get(&revision.item.head.kind) {
            Some(kind) => Step::Put(Box::new(Document::new(
                revision.id,
                &revision.code,
                &revision.item,
                kind,
                &lexicon,
            ))),
            None => Step::Remove(revision.id),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::engine::{EngineState, Steps};
    use crate::query::{Answer, Query};
    use crate::register::sqlite::SqliteRegister;

    /// An engine that does what a test tells it when it is given a batch.
    struct Told<'a> {
        batch: &'a (dyn Fn(&mut Steps<'_>) -> Result<(), EngineError> + Sync),
        position: Mutex<Option<Position>>,
    }

    impl Engine for Told<'_> {
        fn apply(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError> {
            (self.batch)(steps)?;
            *self.position.lock().expect("not poisoned") = Some(upto);
            Ok(())
        }

        fn rebuild(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError> {
            self.apply(steps, upto)
        }

        fn state(&self) -> EngineState {
            EngineState::Ready
        }

        fn position(&self) -> Option<Position> {
            *self.position.lock().expect("not poisoned")
        }

        fn search(&self, _: &Query) -> Result<Answer, EngineError> {
            Err(EngineError::new(EngineErrorCode::Unavailable, "not asked"))
        }

        fn suggest(&self, _: &str, _: usize) -> Result<Vec<ItemId>, EngineError> {
            Ok(Vec::new())
        }

        fn size(&self) -> (u64, u64) {
            (0, 0)
        }
    }

    /// Follows an empty register for one round.
    fn follow_once(
        stop: &AtomicBool,
        batch: &(dyn Fn(&mut Steps<'_>) -> Result<(), EngineError> + Sync),
    ) -> (Result<Option<Position>, ServiceError>, Option<Position>) {
        let folder = tempfile::tempdir().expect("a folder");
        let register = SqliteRegister::open(folder.path()).expect("a register");
        let engine = Told {
            batch,
            position: Mutex::default(),
        };
        let kinds = Kinds::parse(std::iter::empty::<(&str, &str)>()).expect("no kinds");
        let follower = Follower::new(&register, &engine, &kinds).until(stop);
        let today = "2026-11-23".parse().expect("a day");
        (follower.follow(today), engine.position())
    }

    #[test]
    fn a_panic_ends_the_round_and_not_the_program() {
        let (result, position) = follow_once(&NEVER, &|_| panic!("a spoilt block"));
        assert!(matches!(result, Err(ServiceError::Internal(_))));
        assert_eq!(position, None);
    }

    #[test]
    fn a_stop_is_an_error_among_the_steps() {
        let stop = AtomicBool::new(false);
        let (result, position) = follow_once(&stop, &|steps| {
            stop.store(true, Ordering::Relaxed);
            for step in steps {
                step?;
            }
            Ok(())
        });
        assert!(matches!(result, Err(ServiceError::Unavailable(_))));
        assert_eq!(position, None);
    }

    #[test]
    fn a_round_reaches_the_register() {
        let (result, position) = follow_once(&NEVER, &|steps| {
            assert_eq!(steps.count(), 0);
            Ok(())
        });
        assert_eq!(result.expect("followed"), position);
        assert_eq!(position.map(|p| p.publication), Some(0));
    }
}
