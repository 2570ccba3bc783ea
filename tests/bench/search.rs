//! Searches a second: over HTTP, inside the process, in the engine alone, and what tantivy and
//! axum do at best.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use quanze::cli::App;
use quanze::cli::settings::Settings;
use quanze::query::{RawSearchParams, parse};
use quanze::text::grams::each_gram;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, Term};

use crate::client::{per_second, requests, search_path};
use crate::corpus::Corpus;
use crate::program::Server;
use crate::{line, median, title};

/// Connections over HTTP, and threads inside the process.
const AT_ONCE: [usize; 3] = [2, 4, 8];
/// How often each measurement is taken, in turn with the others; the median counts.
const TURNS: usize = 3;
/// How often all questions are asked in one measurement.
const ROUNDS: usize = 4;
/// Requests for the constant answer in one measurement.
const CONSTANT: usize = 20_000;

pub fn measure(corpus: &Corpus, state: &Path) {
    let server = Server::start(state);
    let app = App::open(&settings(state)).unwrap();
    for threads in AT_ONCE {
        at_once(corpus, state, &server, &app, threads);
    }
}

pub fn settings(state: &Path) -> Settings {
    Settings {
        state: state.to_owned(),
        site: String::new(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        kinds: None,
        upload_bytes: 50 << 20,
        upload_rows: 200_000,
        cell_chars: 32_767,
        log: "warn".into(),
        behind_proxy: false,
        terms: quanze::service::console::Terms::default(),
    }
}

fn at_once(corpus: &Corpus, state: &Path, server: &Server, app: &App, threads: usize) {
    title(&format!("3. searches a second, {threads} at once"));
    let questions = &corpus.questions;
    let times = questions.len() * ROUNDS;
    let raw = |at: usize| RawSearchParams {
        q: questions[at % questions.len()].clone(),
        ..RawSearchParams::default()
    };
    let services = app.services();
    let inside = || {
        per_second(
            threads,
            times,
            || (),
            |(), at| drop(services.search(&raw(at)).unwrap()),
        )
    };
    let engine = || {
        per_second(
            threads,
            times,
            || (),
            |(), at| {
                let query = parse::parse(&raw(at), &app.segmenter).unwrap();
                app.engine.search(&query).unwrap();
            },
        )
    };
    let tantivy = Tantivy::open(state);
    let alone = || {
        per_second(
            threads,
            times,
            || (),
            |(), at| tantivy.search(app, &raw(at)),
        )
    };
    let paths: Vec<String> = questions.iter().map(|q| search_path(q)).collect();
    let http = || requests(server.address, "", threads, times, &paths);
    let packed = || {
        requests(
            server.address,
            "Accept-Encoding: gzip\r\n",
            threads,
            times,
            &paths,
        )
    };
    let constant_address = serve_constant();
    let constant = || requests(constant_address, "", threads, CONSTANT, &["/".to_owned()]);
    let measurements: [(&str, &dyn Fn() -> f64); 6] = [
        ("ceiling: axum answering a constant 4 KB of JSON", &constant),
        (
            "ceiling: tantivy alone, top 20 of the 2-grams, without facets",
            &alone,
        ),
        (
            "engine alone: top 20 of all retrievers, exact count, five facets",
            &engine,
        ),
        (
            "Services::search inside the process, with highlights",
            &inside,
        ),
        ("HTTP: the same over loopback TCP, keep-alive", &http),
        ("HTTP, compressed by gzip", &packed),
    ];
    let mut found = vec![Vec::new(); measurements.len()];
    for turn in 0..=TURNS {
        for ((_, run), found) in measurements.iter().zip(&mut found) {
            let value = run();
            // The first turn warms caches.
            if turn > 0 {
                found.push(value);
            }
        }
    }
    let medians: Vec<f64> = found.into_iter().map(median).collect();
    for ((what, _), value) in measurements.iter().zip(&medians) {
        line(what, format!("{value:.0}/s"));
    }
    line(
        "ratio HTTP to inside the process (aim: at least 0.8)",
        format!("{:.2}", medians[4] / medians[3]),
    );
    line(
        "ratio HTTP to tantivy alone",
        format!("{:.2}", medians[4] / medians[1]),
    );
}

/// The index that quanze made, asked without quanze.
struct Tantivy {
    searcher: tantivy::Searcher,
    fields: Vec<tantivy::schema::Field>,
}

impl Tantivy {
    fn open(state: &Path) -> Self {
        let folder = state.join("index");
        let current = std::fs::read_to_string(folder.join("current")).unwrap();
        let index = Index::open_in_dir(folder.join(current.trim())).unwrap();
        let schema = index.schema();
        let fields = ["title_pairs", "basis_pairs", "body_pairs"]
            .map(|name| schema.get_field(name).unwrap());
        Self {
            searcher: index.reader().unwrap().searcher(),
            fields: fields.to_vec(),
        }
    }

    fn search(&self, app: &App, raw: &RawSearchParams) {
        let query = parse::parse(raw, &app.segmenter).unwrap();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for word in &query.words {
            each_gram(&word.text, 2, |range| {
                for &field in &self.fields {
                    let term = Term::from_field_text(field, &word.text[range.clone()]);
                    clauses.push((
                        Occur::Should,
                        Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
                    ));
                }
            });
        }
        let query = BooleanQuery::new(clauses);
        self.searcher
            .search(&query, &(TopDocs::with_limit(20).order_by_score(), Count))
            .unwrap();
    }
}

/// A server with one constant answer, on threads of its own until the program ends.
pub fn serve_constant() -> SocketAddr {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(4_096));
    let router = Router::new().route(
        "/",
        get(async move || ([(CONTENT_TYPE, "application/json")], body)),
    );
    std::thread::spawn(move || {
        runtime.block_on(async { axum::serve(listener, router).await.unwrap() });
    });
    address
}
