//! The web site and the JSON API: the only user of axum.
//! Must not know tantivy or SQL; asks the services for everything.

mod api;
mod console;
mod cookies;
mod display;
mod download;
mod error;
mod files;
mod form;
mod guard;
mod metrics;
mod pages;
mod params;
mod respond;
mod router;
mod server;
mod state;
mod upload;
pub mod url;

pub use router::{api_paths, console_paths, page_paths, router};
pub use server::serve;
pub use state::Reached;
