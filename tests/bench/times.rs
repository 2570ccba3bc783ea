//! How long one search takes inside the process, one after the other: of usual questions, and of the
//! longest and oddest that are accepted.

use std::path::Path;
use std::time::Instant;

use quanze::cli::App;
use quanze::query::{MAX_QUESTION_CHARS, RawSearchParams};

use super::corpus::Corpus;
use super::search::settings;
use super::{line, median, title};

/// How often every question is asked, after once to warm up.
const ROUNDS: usize = 5;

pub fn measure(corpus: &Corpus, state: &Path) {
    let app = App::open(&settings(state)).unwrap();
    let services = app.services();
    let time = |question: &str| {
        let raw = RawSearchParams {
            q: question.to_owned(),
            ..RawSearchParams::default()
        };
        let started = Instant::now();
        services.search(&raw).unwrap();
        started.elapsed().as_secs_f64() * 1e3
    };
    let times = |questions: &[String]| {
        for question in questions {
            time(question);
        }
        let rounds = (0..ROUNDS).flat_map(|_| questions);
        let mut times: Vec<f64> = rounds.map(|q| time(q)).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    title("4. time of one search inside the process, milliseconds");
    let usual = times(&corpus.questions);
    let middle = median(usual.clone());
    line(
        "usual questions: median (aim: below 5 on 100,000 items)",
        format!("{middle:.2}"),
    );
    line(
        "usual questions: 99th percentile",
        format!("{:.2}", usual[usual.len() * 99 / 100]),
    );
    for (what, question) in odd(&corpus.questions) {
        let slowest = times(&[question]).pop().unwrap_or_default();
        let ratio = slowest / middle;
        let figures = format!("{slowest:.1}, {ratio:.0} times the median");
        line(&format!("{what} (aim: below 200)"), figures);
    }
}

/// Questions as long as is accepted.
fn odd(questions: &[String]) -> Vec<(&'static str, String)> {
    let long = |text: &str| -> String { text.chars().cycle().take(MAX_QUESTION_CHARS).collect() };
    let all = questions.concat();
    let spaced: String = all.chars().flat_map(|c| [c, ' ']).collect();
    let latin = "anquanshengchanxukezheng";
    vec![
        ("many questions in one", long(&all)),
        ("the same with a space after each character", long(&spaced)),
        (
            "words that most items have",
            long("行政处罚违反规定管理人民政府部门条例"),
        ),
        ("one character over and over", long("的")),
        (
            "law and article over and over",
            long("《食品安全法》第一百二十二条"),
        ),
        ("pinyin without a space", long(latin)),
        ("digits and hyphens", long("650200-0123-")),
        ("traditional characters", long("違法建築營業執照遺失補辦")),
        ("nothing but punctuation", long("《》，。")),
    ]
}
