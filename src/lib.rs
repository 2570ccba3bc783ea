//! quanze (权责): the public register of what each government department may do, must do, and
//! what business is closed or needs a permit. The layers and what each may use: see README.md.

pub mod assets;
pub mod check;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod http;
pub mod intake;
pub mod query;
pub mod register;
pub mod service;
pub mod text;
