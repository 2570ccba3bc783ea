//! One suite per trait: what every implementation must do, whatever it is built on.

pub mod engine;
pub mod office;
pub mod register;
