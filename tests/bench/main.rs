//! How fast quanze is beside what the same machine can do at best, measured in the same run:
//! `cargo bench --bench speed -- [ROWS | CORPUS.csv] [ingest] [start] [search] [times] [pages] [publish]`.
//!
//! | file | question |
//! |---|---|
//! | `corpus.rs` | which items and which questions? |
//! | `program.rs` | how is the real program run and watched? |
//! | `client.rs` | how is it asked over TCP? |
//! | `ingest.rs` | how long from a file to searchable, and with how much memory? |
//! | `start.rs` | how long until the first answer, and how much memory while serving? |
//! | `search.rs` | how many answers a second? |
//! | `times.rs` | how long does one answer take, whatever is asked? |
//! | `pages.rs` | how long does one page take? |
//! | `publish.rs` | how soon is a change visible, whatever the register holds? |
//!
//! It asserts no time: a shared machine would make a liar of it. The figures that matter are ratios.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_types,
    clippy::cast_precision_loss,
    clippy::allow_attributes,
    reason = "a measuring program: it stops at the first surprise, and takes the libraries by themselves"
)]

mod client;
mod corpus;
mod ingest;
mod pages;
mod program;
mod publish;
mod search;
mod start;
mod times;

use corpus::Corpus;

/// Rows measured when the command line says nothing.
const ROWS: usize = 100_000;
const MEASUREMENTS: [&str; 6] = ["ingest", "start", "search", "times", "pages", "publish"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` runs benchmarks without this flag, to see that they start.
    if !arguments.iter().any(|a| a == "--bench") {
        println!("skipped: measures only under cargo bench");
        return;
    }
    let mut named = Vec::new();
    let mut source = ROWS.to_string();
    for argument in arguments.into_iter().filter(|a| !a.starts_with("--")) {
        if MEASUREMENTS.contains(&argument.as_str()) {
            named.push(argument);
        } else {
            source = argument;
        }
    }
    let wanted = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
    let Some(corpus) = Corpus::find(&source) else {
        return;
    };
    println!("{} rows of {}", corpus.rows, corpus.path.display());
    // Every measurement but the one of publishing reads the state folder that this one makes.
    let state = tempfile::tempdir().unwrap();
    if ["ingest", "start", "search", "times", "pages"]
        .into_iter()
        .any(wanted)
    {
        ingest::measure(&corpus, state.path(), wanted("ingest"));
    }
    if wanted("start") {
        start::measure(&corpus, state.path());
    }
    if wanted("search") {
        search::measure(&corpus, state.path());
    }
    if wanted("times") {
        times::measure(&corpus, state.path());
    }
    if wanted("pages") {
        pages::measure(&corpus, state.path());
    }
    if wanted("publish") {
        publish::measure(&corpus);
    }
}

/// Begins a table; says how busy the machine is otherwise.
fn title(text: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("\n{text} (load {load})");
}

/// A line of a table.
fn line(what: &str, value: impl std::fmt::Display) {
    println!("  {what:<66} {value}");
}

/// The middle of some measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
