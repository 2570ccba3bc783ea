//! The one integration binary; `repo::modules` keeps files from being forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "helpers of tests fail by panicking"
)]

mod contract;
mod http;
mod ingest;
mod intake;
mod repo;
mod support;
