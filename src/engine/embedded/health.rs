//! Whether the index can be trusted: what a failed read or write says of it, and check sums.
//! Must not know questions or how an index is made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::generation::{Generation, fingerprint};
use super::snapshot::Snapshot;
use super::{EmbeddedEngine, internal};
use crate::engine::{EngineError, EngineErrorCode, EngineState};

/// An index that fails again so soon after it was condemned for a failed read did not fail for
/// damage: rebuilding it for every such question would only cost.
const CONDEMN_EVERY: Duration = Duration::from_hours(1);
/// Check sums cost a reading of the whole index: not with every retry of a failed write.
const EXAMINE_EVERY: Duration = Duration::from_mins(1);
/// Pause after upkeep failed (a full disk).
const UPKEEP_AFTER_FAILURE: Duration = Duration::from_mins(10);

/// When something was last done that must not be done all the time.
#[derive(Default)]
pub(super) struct Pace {
    condemned: Option<Instant>,
    examined: Option<Instant>,
    upkeep_failed: Option<Instant>,
}

/// Whether the time has come again; it then begins anew.
fn due(last: &mut Option<Instant>, every: Duration) -> bool {
    let due = last.is_none_or(|last| last.elapsed() >= every);
    if due {
        *last = Some(Instant::now());
    }
    due
}

/// Runs code that reads index files: a damaged one may make the library panic, which must not
/// take the server down.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(internal("the index is damaged; rebuild it")))
}

impl EmbeddedEngine {
    /// Reads the index in use. A failure that is not the question's makes the state `Damaged`.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Snapshot) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let generation = self.generation()?;
        let result = guarded(|| read(&generation.snapshot()));
        if let Err(error) = &result
            && error.code == EngineErrorCode::Internal
        {
            if due(&mut self.pace().condemned, CONDEMN_EVERY) {
                self.condemn(&generation, &error.message);
            } else {
                tracing::error!(%error, "the index failed again within the hour");
            }
        }
        result
    }

    /// After a failed write: a full disk is no damage, so the check sums decide.
    pub(super) fn doubt(&self, generation: &Arc<Generation>, error: &EngineError) {
        if error.code == EngineErrorCode::Internal && due(&mut self.pace().examined, EXAMINE_EVERY)
        {
            self.examine(generation);
        }
    }

    /// Compares check sums; damage makes the state `Damaged`.
    pub(super) fn examine(&self, generation: &Arc<Generation>) {
        let why = match guarded(|| generation.damaged_files()) {
            Ok(files) if files.is_empty() => return,
            Ok(files) => {
                let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
                format!("wrong check sum: {}", names.join(", "))
            }
            Err(error) if error.code == EngineErrorCode::Internal => error.message,
            Err(_) => return,
        };
        self.condemn(generation, &why);
    }

    /// The index answers on where it can, until a rebuild has replaced it.
    fn condemn(&self, generation: &Arc<Generation>, why: &str) {
        // Another process may have replaced it meanwhile, and removed its files.
        let current = self.generation();
        if !current.is_ok_and(|current| Arc::ptr_eq(&current, generation)) {
            return;
        }
        if self.is_taken_over(generation) {
            tracing::error!(
                "another version of the program has replaced the index by one that this version \
                 cannot read; end one of the two"
            );
            return;
        }
        tracing::error!(why, "the index is damaged and has to be rebuilt");
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.state = EngineState::Damaged(why.to_owned());
    }

    /// Whether the index in use is one of another version: rebuilding it here would only make that
    /// program rebuild it in turn.
    fn is_taken_over(&self, generation: &Generation) -> bool {
        self.folder.current().ok().flatten().is_some_and(|current| {
            current != generation.folder() && fingerprint(&current).is_some()
        })
    }

    /// Runs a step of upkeep, unless one failed not long ago.
    pub(super) fn keep_up(&self, generation: &Arc<Generation>) -> Result<(), EngineError> {
        let failed = self.pace().upkeep_failed;
        if failed.is_some_and(|failed| failed.elapsed() < UPKEEP_AFTER_FAILURE) {
            return Ok(());
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let result = guarded(|| generation.merge_some());
        if let Err(error) = &result
            && error.code == EngineErrorCode::Internal
        {
            self.pace().upkeep_failed = Some(Instant::now());
            self.doubt(generation, error);
        }
        result
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the whole index and compares check sums: names of damaged files, best none.
    ///
    /// # Errors
    /// `Internal` when there is no readable index.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, EngineError> {
        let generation = self.generation()?;
        guarded(|| generation.damaged_files())
    }
}
