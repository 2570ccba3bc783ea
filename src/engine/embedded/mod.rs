//! The engine inside the program, on tantivy: the only user of tantivy.
//! Must not know the register or HTTP; text is cut by `text/`, questions are parsed by `query/`.
//!
//! | file | holds |
//! |---|---|
//! | `schema.rs`, `tokens.rs` | fields and how texts become tokens |
//! | `write.rs` | a batch of steps into one commit, a merge of segments |
//! | `upkeep.rs` | which segments to merge |
//! | `snapshot.rs` | one commit, with its columns in memory |
//! | `generation.rs`, `folder.rs` | one index folder; the engine's folder of several |
//! | `health.rs` | whether the index in use can be trusted |
//! | `retrieve/`, `accumulate.rs` | ways of finding items and what they found |
//! | `collect.rs` | filters, exact counts, the page asked for |
//! | `suggest.rs` | titles while typing |
//! | `related.rs` | items with the same title or on the same articles |
//! | `weights.rs` | all weights and limits |

mod accumulate;
mod collect;
mod folder;
mod generation;
mod health;
mod related;
mod retrieve;
mod schema;
mod snapshot;
mod suggest;
#[cfg(test)]
mod tests;
mod tokens;
mod upkeep;
mod weights;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use self::accumulate::Accumulator;
use self::folder::Folder;
use self::generation::{Generation, Stamp};
use self::health::{Pace, guarded};
use self::retrieve::Deadline;
use self::snapshot::Snapshot;
use super::{Engine, EngineError, EngineErrorCode, EngineState, Likeness, Related, Steps};
use crate::domain::{ItemId, Position};
use crate::query::{Answer, MAX_DEPTH, MAX_QUESTION_CHARS, Query};
use crate::text::Segmenter;

/// Search engine in a folder of its own.
///
/// Several processes may read one folder; each sees what another commits with its next question.
/// One may write at a time: the others' [`Engine::apply`] answers `Unavailable`.
pub struct EmbeddedEngine {
    folder: Folder,
    /// The caller's fingerprint and this engine's own version.
    fingerprint: String,
    segmenter: Segmenter,
    live: RwLock<Live>,
    /// One batch at a time in this process.
    writing: Mutex<()>,
    /// One rebuild at a time in this process.
    rebuilding: Mutex<()>,
    /// Arrays of past searches, used again.
    spare: Mutex<Vec<Vec<Accumulator>>>,
    pace: Mutex<Pace>,
}

/// What answers at present.
struct Live {
    /// Absent when there is nothing readable.
    generation: Option<Arc<Generation>>,
    state: EngineState,
    /// Of the file that names the index in use.
    stamp: Option<Stamp>,
}

/// Arrays kept for later searches; more searches at once make their own.
const SPARE: usize = 4;

impl std::fmt::Debug for EmbeddedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedEngine")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

fn internal(error: impl std::fmt::Display) -> EngineError {
    EngineError::new(EngineErrorCode::Internal, error.to_string())
}

impl EmbeddedEngine {
    /// Opens the engine's folder, which is made if it is missing.
    ///
    /// `fingerprint` stands for everything outside this engine that an index depends on (the
    /// dictionaries, the kinds). [`Engine::state`] then says whether the index can be followed
    /// from its position or must be rebuilt; until then it answers where it can.
    ///
    /// # Errors
    /// `Internal` when the folder itself cannot be used; a bad index in it is a state, no error.
    pub fn open(root: &Path, fingerprint: &str, segmenter: Segmenter) -> Result<Self, EngineError> {
        let folder = Folder::open(root).map_err(internal)?;
        let fingerprint = format!("{}\n{fingerprint}\n", schema::VERSION);
        let live = open_current(&folder, &fingerprint, &segmenter);
        let engine = Self {
            folder,
            fingerprint,
            segmenter,
            live: RwLock::new(live),
            writing: Mutex::new(()),
            rebuilding: Mutex::new(()),
            spare: Mutex::new(Vec::new()),
            pace: Mutex::new(Pace::default()),
        };
        engine.tidy()?;
        Ok(engine)
    }

    /// Makes the first, empty index, and removes what a rebuild that was cut off left behind;
    /// nothing of both while another process is rebuilding.
    fn tidy(&self) -> Result<(), EngineError> {
        let Some(_lock) = self.folder.lock().map_err(internal)? else {
            return Ok(());
        };
        match self.folder.current() {
            Ok(Some(current)) => self.folder.remove_others(&current),
            Ok(None) => {
                let next = self.folder.next().map_err(internal)?;
                self.folder.remove_others(&next);
                let generation = Generation::create(&next, &self.fingerprint, &self.segmenter)?;
                self.put_into_use(generation, EngineState::Missing)?;
            }
            // An unreadable pointer is a damaged index: the next rebuild writes it anew.
            Err(_) => {}
        }
        Ok(())
    }

    fn put_into_use(&self, generation: Generation, state: EngineState) -> Result<(), EngineError> {
        self.folder
            .set_current(generation.folder())
            .map_err(internal)?;
        let live = Live {
            generation: Some(Arc::new(generation)),
            state,
            stamp: self.folder.stamp(),
        };
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        Ok(())
    }

    /// The index in use, which another process may have replaced.
    fn generation(&self) -> Result<Arc<Generation>, EngineError> {
        let stamp = self.folder.stamp();
        let known = {
            let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
            live.stamp == stamp
        };
        // A pointer that is gone (the folder was removed) leaves what is open to answer.
        if !known && stamp.is_some() {
            let mut live = guarded(|| {
                Ok(open_current(
                    &self.folder,
                    &self.fingerprint,
                    &self.segmenter,
                ))
            })?;
            if live.generation.is_some() && live.state == EngineState::Outdated {
                // Whoever put it into use while this one runs has made it from the same register.
                // Were it rebuilt here, the two would rebuild each other's for ever.
                tracing::warn!(
                    "a program with other dictionaries or kinds has rebuilt the index; \
                     it is followed as it is until the next start"
                );
                live.state = EngineState::Ready;
            }
            let mut old = self.live.write().unwrap_or_else(PoisonError::into_inner);
            if live.generation.is_some() || old.generation.is_none() {
                *old = live;
            } else {
                // What is open still answers; the unreadable one is not tried again.
                old.stamp = stamp;
            }
        }
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.generation.clone().ok_or_else(|| match &live.state {
            EngineState::Damaged(why) => {
                internal(format!("the index is damaged ({why}); rebuild it"))
            }
            _ => EngineError::new(
                EngineErrorCode::Unavailable,
                "the index has to be rebuilt first",
            ),
        })
    }

    fn answer(&self, snapshot: &Snapshot, query: &Query) -> Result<Answer, EngineError> {
        let plan = retrieve::plan(snapshot, query)?;
        let clock = Deadline::start();
        let mut arrays = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        arrays.resize_with(snapshot.segments.len(), Accumulator::default);
        for (segment, found) in snapshot.segments.iter().zip(&mut arrays) {
            plan.run(segment, found, clock)?;
        }
        let resting = query.basis.as_ref();
        let resting = resting.map(|basis| retrieve::resting(snapshot, basis, clock));
        let resting = resting.transpose().map_err(|e| write::failed(&e))?;
        clock.check()?;
        let found = collect::Found {
            accumulated: &arrays,
            resting: resting.as_deref(),
        };
        let answer = collect::collect(snapshot, found, query, plan.required);
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE {
            spare.push(arrays);
        }
        Ok(answer)
    }
}

/// Opens the index in use and says what it is worth.
fn open_current(folder: &Folder, fingerprint: &str, segmenter: &Segmenter) -> Live {
    let stamp = folder.stamp();
    let live = |generation, state| Live {
        generation,
        state,
        stamp,
    };
    let current = match folder.current() {
        Ok(Some(current)) => current,
        Ok(None) => return live(None, EngineState::Missing),
        Err(error) => return live(None, EngineState::Damaged(error.to_string())),
    };
    let Some(made_with) = generation::fingerprint(&current) else {
        return live(
            None,
            EngineState::Damaged(format!("{} is not an index", current.display())),
        );
    };
    if made_with.lines().next() != fingerprint.lines().next() {
        // Written by another version of the engine: not even readable.
        return live(None, EngineState::Outdated);
    }
    match guarded(|| Generation::open(&current, segmenter)) {
        Err(error) => live(None, EngineState::Damaged(error.message)),
        Ok(generation) => {
            let state = if made_with == fingerprint {
                EngineState::Ready
            } else {
                EngineState::Outdated
            };
            live(Some(Arc::new(generation)), state)
        }
    }
}

impl Engine for EmbeddedEngine {
    fn apply(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.generation()?;
        let mut broken = false;
        let mut watched = steps.inspect(|step| broken |= step.is_err());
        let result = guarded(|| generation.apply(&mut watched, upto));
        if let Err(error) = result {
            // An error among the steps says nothing of the index.
            if !broken {
                self.doubt(&generation, &error);
            }
            return Err(error);
        }
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.state == EngineState::Missing {
            live.state = EngineState::Ready;
        }
        Ok(())
    }

    fn rebuild(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError> {
        let _rebuilding = self
            .rebuilding
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(_lock) = self.folder.lock().map_err(internal)? else {
            let message = "another process is rebuilding the index";
            return Err(EngineError::new(EngineErrorCode::Unavailable, message));
        };
        let next = self.folder.next().map_err(internal)?;
        let made = guarded(|| {
            let generation = Generation::create(&next, &self.fingerprint, &self.segmenter)?;
            generation.apply(steps, upto)?;
            Ok(generation)
        });
        // Not while a batch is being written to the index that is about to be removed.
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.and_then(|generation| self.put_into_use(generation, EngineState::Ready));
        if made.is_err() {
            // Best effort: what is left is removed with the next opening or rebuild.
            let _ = std::fs::remove_dir_all(&next);
            return made;
        }
        self.folder.remove_others(&next);
        Ok(())
    }

    fn upkeep(&self) -> Result<(), EngineError> {
        match self.generation() {
            Ok(generation) => self.keep_up(&generation),
            // Nothing to keep.
            Err(_) => Ok(()),
        }
    }

    fn verify(&self) {
        if let Ok(generation) = self.generation() {
            self.examine(&generation);
        }
    }

    fn state(&self) -> EngineState {
        // Another process may have replaced a bad index by a good one.
        let _ = self.generation();
        self.live
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .state
            .clone()
    }

    fn position(&self) -> Option<Position> {
        self.read(|snapshot| Ok(snapshot.position)).ok()?
    }

    fn search(&self, query: &Query) -> Result<Answer, EngineError> {
        if query.offset.saturating_add(query.limit) > MAX_DEPTH {
            let message = format!("no paging past hit {MAX_DEPTH}");
            return Err(EngineError::new(EngineErrorCode::Invalid, message));
        }
        self.read(|snapshot| self.answer(snapshot, query))
    }

    fn suggest(&self, text: &str, limit: usize) -> Result<Vec<ItemId>, EngineError> {
        if text.chars().count() > MAX_QUESTION_CHARS {
            let message = format!("more than {MAX_QUESTION_CHARS} characters");
            return Err(EngineError::new(EngineErrorCode::Invalid, message));
        }
        self.read(|snapshot| suggest::suggest(snapshot, text, limit, Deadline::start()))
    }

    fn related(&self, likeness: &Likeness, most: usize) -> Result<Related, EngineError> {
        self.read(|snapshot| related::related(snapshot, likeness, most, Deadline::start()))
    }

    fn title_words(&self, each: &mut dyn FnMut(&str, u64)) -> Result<(), EngineError> {
        self.read(|snapshot| snapshot.title_words(each).map_err(|e| write::failed(&e)))
    }

    fn size(&self) -> (u64, u64) {
        let Ok(generation) = self.generation() else {
            return (0, 0);
        };
        (generation.snapshot().documents(), generation.bytes())
    }
}
