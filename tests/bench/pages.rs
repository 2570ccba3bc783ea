//! How long a page takes from the question to its last byte, over one connection, one after the other:
//! items never asked for before, departments, searches; beside a constant answer of the same machine.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use quanze::cli::App;
use quanze::domain::Position;
use quanze::register::Register;

use super::client::{Client, search_path};
use super::corpus::Corpus;
use super::program::Server;
use super::search::{serve_constant, settings};
use super::{line, median, title};

/// Items that are asked for, drawn evenly from all.
const ITEMS: usize = 2_000;
/// How often departments and questions are asked for.
const ROUNDS: usize = 5;

pub fn measure(corpus: &Corpus, state: &Path) {
    let (items, departments) = paths(state);
    let questions = corpus.questions.iter();
    let questions: Vec<String> = questions.map(|q| page(&search_path(q))).collect();
    let server = Server::start(state);
    let fixed = ["/", "/overview", "/departments", "/data", "/api"];
    let fixed: Vec<String> = fixed.iter().map(|path| (*path).to_owned()).collect();
    title("5. time of one page over HTTP, milliseconds: median, 99th percentile, slowest");
    let constant = timed(serve_constant(), &vec!["/".to_owned(); ITEMS]);
    report(
        "ceiling: axum answering a constant 4 KB of JSON",
        &constant,
        &constant,
    );
    let first = |paths: &[String]| timed(server.address, paths);
    let again = |paths: &[String]| {
        let rounds = (0..ROUNDS).flat_map(|_| paths.iter().cloned());
        timed(server.address, &rounds.collect::<Vec<_>>())
    };
    report(
        "items, each for the first time (aim: 5, 25)",
        &first(&items),
        &constant,
    );
    report(
        "departments, for the first time",
        &first(&departments),
        &constant,
    );
    report("departments (aim: 5, 25)", &again(&departments), &constant);
    report("searches (aim: 5, 25)", &again(&questions), &constant);
    report(
        "home, overview, departments, data, API",
        &again(&fixed),
        &constant,
    );
}

/// The page of an API's search.
fn page(api: &str) -> String {
    api.replacen("/api/v1", "", 1)
}

/// Paths of items drawn from all in force, and of all departments.
fn paths(state: &Path) -> (Vec<String>, Vec<String>) {
    let app = App::open(&settings(state)).unwrap();
    let services = app.services();
    let overview = services.overview().unwrap();
    let every = usize::try_from(overview.items()).unwrap() / ITEMS + 1;
    let mut items = Vec::new();
    let mut at = 0;
    let register: &dyn Register = &*services.register;
    register
        .each_in_force(Position::on(overview.day), None, &mut |revision| {
            if at % every == 0 {
                items.push(format!("/items/{}", revision.code));
            }
            at += 1;
            true
        })
        .unwrap();
    let departments = overview.departments.iter();
    let departments = departments.map(|d| format!("/departments/{}", d.number));
    (items, departments.collect())
}

/// Milliseconds of each answer, in rising order.
fn timed(address: SocketAddr, paths: &[String]) -> Vec<f64> {
    let mut client = Client::connect(address, "").unwrap();
    let mut times: Vec<f64> = paths
        .iter()
        .map(|path| {
            let started = Instant::now();
            assert_eq!(client.get(path), 200, "{path}");
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn report(what: &str, times: &[f64], constant: &[f64]) {
    let middle = median(times.to_vec());
    let ninety_ninth = times[times.len() * 99 / 100];
    let slowest = times[times.len() - 1];
    let ratio = middle / median(constant.to_vec());
    let figures =
        format!("{middle:.2}, {ninety_ninth:.2}, {slowest:.1}; {ratio:.0} times the ceiling");
    line(what, figures);
}
