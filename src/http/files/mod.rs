//! What programs other than ours take away: tables of results, feeds, and what browsers and search
//! engines look for. Each follows a format that others wrote; addresses in them are whole.
//! Must not know how anything is stored.

pub mod catalog;
pub mod discovery;
pub mod feed;
pub mod items;
pub mod table;

use crate::http::error::AppError;
use crate::http::params::{self, Params};
use crate::query::RawSearchParams;

/// A search as its page takes it, for all it finds: pages and sizes of pages play no part.
fn whole_search(params: &Params) -> Result<RawSearchParams, AppError> {
    params.only(&params::SEARCH)?;
    Ok(RawSearchParams {
        page: None,
        size: None,
        ..params.search()?
    })
}
