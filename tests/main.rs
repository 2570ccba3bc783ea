//! The one integration binary; `repo::modules` keeps files from being forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::allow_attributes,
    clippy::assigning_clones,
    clippy::cast_possible_truncation,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "helpers of tests fail by panicking"
)]

mod browser;
mod cli;
mod console;
mod contract;
mod http;
mod ingest;
mod intake;
mod repo;
mod site;
mod support;
