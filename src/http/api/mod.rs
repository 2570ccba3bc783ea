//! The JSON API: one function per route, each from parameters to a shape.
//! Must not know status codes or how anything is stored.

pub mod beside;
pub mod check;
pub mod console;
pub mod feedback;
pub mod negative;
pub mod openapi;
pub mod operations;
pub mod read;
pub mod search;
pub mod shapes;
