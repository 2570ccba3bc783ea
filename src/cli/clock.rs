//! The system clock: the only place that reads it.

use crate::domain::{Clock, Timestamp};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock's one owner")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
