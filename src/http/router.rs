//! The route table: one line a route, grouped by who asks.
//! Must not know what a handler does.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::api::{
    beside, check as checks, console as desk, feedback as letters, negative as negative_lists,
    openapi, operations, read, search,
};
use super::console;
use super::display;
use super::error::AppError;
use super::files::{catalog, discovery, feed, items, table};
use super::guard::guard;
use super::pages::{
    assets, catalogue, check, compare, data, department, docs, feedback, home, item, negative,
    overview, publications, search as results,
};
use super::state::{App, Reached};
use super::url;
use crate::service::Services;
use crate::service::console::Console;

/// Answers below this size in bytes are sent as they are: they fit one or two packets anyway.
const COMPRESS_ABOVE: u64 = 2_048;

type Routes = Vec<(&'static str, MethodRouter<App>)>;

/// Pages for readers.
fn pages() -> Routes {
    vec![
        (url::HOME, get(home::home)),
        (url::SEARCH, get(results::search)),
        (
            url::CHECK,
            get(check::check)
                .post(check::table)
                // The guard has seen to it already.
                .layer(DefaultBodyLimit::disable()),
        ),
        (url::NEGATIVE, get(negative::negative)),
        (url::ITEM, get(item::item)),
        (url::COMPARE, get(compare::compare)),
        (url::OVERVIEW, get(overview::overview)),
        (url::DATA, get(data::data)),
        (url::API_DOCS, get(docs::docs)),
        (url::DEPARTMENTS, get(catalogue::departments)),
        (url::DEPARTMENT, get(department::department)),
        (url::KINDS, get(catalogue::kinds)),
        (url::KIND, get(catalogue::kind)),
        (url::LISTS, get(catalogue::lists)),
        (url::LIST, get(catalogue::list)),
        (url::LIST_DIFFERENCE, get(publications::difference)),
        (url::PUBLICATIONS, get(publications::publications)),
        (url::PUBLICATION, get(publications::publication)),
        (url::FEEDBACK, get(feedback::feedback).post(feedback::send)),
        (url::RECEIPT, get(feedback::receipt).post(feedback::own)),
    ]
}

/// The JSON API for programs.
fn api() -> Routes {
    vec![
        (url::API_SEARCH, get(search::search)),
        (url::API_SUGGEST, get(search::suggest)),
        (url::API_CHECK, get(checks::get).post(checks::post)),
        (url::API_NEGATIVE, get(negative_lists::negative)),
        (url::API_ITEM, get(read::item)),
        (url::API_ITEM_HISTORY, get(read::history)),
        (url::API_ITEM_RELATED, get(beside::related)),
        (url::API_COMPARE, get(beside::compare)),
        (url::API_STATISTICS, get(beside::statistics)),
        (url::API_DEPARTMENTS, get(read::departments)),
        (url::API_DEPARTMENT, get(read::department)),
        (url::API_KINDS, get(read::kinds)),
        (url::API_KIND, get(read::kind)),
        (url::API_LISTS, get(read::lists)),
        (url::API_LIST, get(read::list)),
        (url::API_LIST_DIFFERENCE, get(read::difference)),
        (url::API_PUBLICATIONS, get(read::publications)),
        (url::API_PUBLICATION, get(read::publication)),
        (url::API_PUBLICATION_FILE, get(read::file)),
        (url::API_FEEDBACK, get(letters::feedback)),
        (
            url::API_CONSOLE_FINDINGS,
            post(desk::validate).layer(DefaultBodyLimit::disable()),
        ),
        (
            url::API_CONSOLE_DRAFTS,
            post(desk::add).layer(DefaultBodyLimit::disable()),
        ),
        (url::API_CONSOLE_DRAFT, get(desk::draft)),
        (url::API_CONSOLE_DRAFT_FINDINGS, get(desk::findings)),
        (url::API_CONSOLE_DRAFT_DIFF, get(desk::diff)),
        (url::API_CONSOLE_DRAFT_SUBMIT, post(desk::submit)),
        (url::API_OPENAPI, get(openapi::openapi)),
    ]
}

/// For operators.
fn operations() -> Routes {
    vec![
        (url::HEALTHZ, get(operations::healthz)),
        (url::READYZ, get(operations::readyz)),
        (url::METRICS, get(operations::metrics)),
    ]
}

/// Paths of all pages, for tests that visit every one.
pub fn page_paths() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).collect()
}

/// Paths of the console, for tests that visit every one.
pub fn console_paths() -> Vec<&'static str> {
    console::routes()
        .into_iter()
        .map(|(path, _)| path)
        .collect()
}

/// Paths of the API and of operations, for the test that compares them with the description.
pub fn api_paths() -> Vec<&'static str> {
    api()
        .into_iter()
        .chain(operations())
        .map(|(path, _)| path)
        .collect()
}

/// Files that are no API of ours: what pages load, tables, feeds, site maps.
fn files() -> Routes {
    vec![
        (url::SEARCH_CSV, get(table::csv)),
        (url::SEARCH_XLSX, get(table::xlsx)),
        (url::SEARCH_FEED, get(feed::search)),
        (url::KIND_CSV, get(items::csv)),
        (url::KIND_XLSX, get(items::xlsx)),
        (url::KIND_JSONL, get(items::jsonl)),
        (url::STATIC, get(assets::file)),
        (url::FAVICON, get(assets::favicon)),
        (url::ITEM_QR, get(item::qr::qr)),
        (url::CATALOG, get(catalog::catalog)),
        (url::PUBLICATIONS_FEED, get(feed::publications)),
        (url::OPENSEARCH, get(discovery::opensearch)),
        (url::SUGGESTIONS, get(discovery::suggestions)),
        (url::SITEMAP, get(discovery::sitemaps)),
        (url::SITEMAP_PART, get(discovery::sitemap)),
        (url::ROBOTS, get(discovery::robots)),
    ]
}

/// The whole site.
pub fn router(services: Arc<Services>, console: Arc<Console>, reached: Reached) -> Router {
    let app = App::new(services, console, reached);
    let compressed = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/octet-stream"));
    // The fastest level: on a page of results it takes a tenth of the time of the usual level
    // and leaves a tenth more bytes.
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(compressed);
    // Other answers are for programs, which get the same whatever a browser chose.
    let shown = |(path, handler): (_, MethodRouter<App>)| {
        (path, handler.layer(middleware::from_fn(display::display)))
    };
    let routes = pages().into_iter().chain(console::routes());
    let routes = routes.map(shown).chain(files());
    let routes = routes.chain(api()).chain(operations());
    routes
        .fold(Router::new(), |router, (path, handler)| {
            router.route(path, handler)
        })
        .route(url::DISPLAY, post(display::choose))
        .fallback(|| async { AppError::no_such_path() })
        .layer(CatchPanicLayer::new())
        .layer(compression)
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}
