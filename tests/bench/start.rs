//! How long the program takes until it has answered its first search, and how much memory it
//! has after some hundreds of them.

use std::path::Path;
use std::time::Instant;

use crate::client::{Client, search_path};
use crate::corpus::Corpus;
use crate::program::Server;
use crate::{line, median, title};

const STARTS: usize = 3;
/// Connections that ask before memory is read, and how often each asks every question.
const CONNECTIONS: usize = 4;
const ROUNDS: usize = 2;

pub fn measure(corpus: &Corpus, state: &Path) {
    title("2. start-up and memory while serving");
    let paths: Vec<String> = corpus.questions.iter().map(|q| search_path(q)).collect();
    let mut server = None;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        drop(server.take());
        let started = Instant::now();
        let running = Server::start(state);
        let mut client = Client::connect(running.address, "").unwrap();
        assert_eq!(client.get(&paths[0]), 200);
        times.push(started.elapsed().as_secs_f64());
        server = Some(running);
    }
    line(
        "from start to the first answered search (aim: under 2 s), median",
        format!("{:.2} s", median(times)),
    );
    let server = server.unwrap();
    let memory = |when: &str| {
        let memory = server.memory();
        let text = format!(
            "{} MB, of it anonymous {} MB",
            memory.resident, memory.anonymous
        );
        line(when, text);
    };
    memory("resident memory after one search");
    crate::client::requests(
        server.address,
        "",
        CONNECTIONS,
        paths.len() * ROUNDS,
        &paths,
    );
    memory(&format!(
        "resident memory after {} searches (aim: under 500 MB)",
        paths.len() * ROUNDS
    ));
    line("  its peak", format!("{} MB", server.memory().peak));
}
