//! The engine follows the register: catching up after publications and as days pass, rebuilding.
//! Must not decide what is in force; the register does.

use std::sync::mpsc::sync_channel;

use crate::domain::{Date, ItemId, Kinds, Position, Revision};
use crate::engine::{Document, Engine, EngineError, EngineErrorCode, Step};
use crate::register::{Register, RegisterError};

use super::ServiceError;

/// Steps in flight between the register's reader and the engine.
const IN_FLIGHT: usize = 512;

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
    let last = register.last_number()?;
    let to = Position {
        publication: last,
        day: today,
    };
    let from = engine.position();
    if from == Some(to) {
        return Ok(from);
    }
    // Every item was touched since before the first publication.
    let from = from.unwrap_or(Position {
        publication: 0,
        day: Date::MIN,
    });
    stream(
        kinds,
        |each| register.each_changed(from, to, each),
        |steps| engine.apply(steps, to),
    )?;
    Ok(Some(to))
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
    let position = Position {
        publication: register.last_number()?,
        day: today,
    };
    let from = Position {
        publication: 0,
        day: Date::MIN,
    };
    stream(
        kinds,
        |each| register.each_changed(from, position, each),
        |steps| engine.rebuild(steps, position),
    )?;
    Ok(position)
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
    if engine.state().needs_rebuild() && register.last_number()? > 0 {
        rebuild(register, engine, kinds, today)?;
    }
    catch_up(register, engine, kinds, today)
}

/// Runs the register's callback on one thread and the engine's iterator on another. A failure of
/// the register reaches the engine as an error among the steps, so that nothing half-read is kept.
fn stream(
    kinds: &Kinds,
    read: impl FnOnce(&mut dyn FnMut(Result<Revision, ItemId>) -> bool) -> Result<(), RegisterError>
    + Send,
    write: impl FnOnce(&mut dyn Iterator<Item = Result<Step, EngineError>>) -> Result<(), EngineError>,
) -> Result<(), ServiceError> {
    let (sender, receiver) = sync_channel::<Result<Step, EngineError>>(IN_FLIGHT);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let result = read(&mut |state| sender.send(Ok(step(state, kinds))).is_ok());
            if let Err(error) = result {
                let broken = EngineError::new(EngineErrorCode::Internal, error.to_string());
                // The engine may have stopped listening; it then reports its own error.
                let _ = sender.send(Err(broken));
            }
        });
        let written = write(&mut receiver.iter());
        drop(receiver);
        written
    })?;
    Ok(())
}

/// What one item's state means for the engine. An item of a kind that is no longer known is not searchable.
fn step(state: Result<Revision, ItemId>, kinds: &Kinds) -> Step {
    match state {
        Err(id) => Step::Remove(id),
        Ok(revision) => match kinds.get(&revision.item.head.kind) {
            Some(kind) => Step::Put(Box::new(Document::new(
                revision.id,
                &revision.code,
                &revision.item,
                kind,
            ))),
            None => Step::Remove(revision.id),
        },
    }
}
