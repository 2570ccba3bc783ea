//! The lexicon keeps its rules: general knowledge, none of it made for a judged question.

use std::collections::HashSet;

use quanze::service::words::embedded_knowledge;
use quanze::text::Lexicon;
use quanze::text::normal::normalise;

use crate::support;

fn lexicon() -> Lexicon {
    Lexicon::embedded().expect("every file is of the form, no left side stands twice")
}

#[test]
fn there_are_enough_entries_and_each_is_usable() {
    let lexicon = lexicon();
    assert!(lexicon.len() >= 1_500, "{}", lexicon.len());
    for (said, meant) in lexicon.entries() {
        let length = said.chars().filter(|c| *c != '+').count();
        assert!(
            (2..=10).contains(&length),
            "{said}: too short or a whole question"
        );
        assert!((1..=8).contains(&meant.len()), "{said}");
        for wording in meant {
            let wording = wording.concat();
            assert!(wording.chars().count() >= 2, "{said} → {wording}");
            assert_ne!(wording, said, "an entry that says nothing");
        }
    }
    embedded_knowledge().expect("intents and the rest are of their form");
}

#[test]
fn no_entry_is_made_for_a_judged_question() {
    let Some(path) = support::shared("relevance/queries.tsv") else {
        return;
    };
    let judged: HashSet<String> = std::fs::read_to_string(path)
        .expect("judged questions")
        .lines()
        .filter_map(|line| line.split('\t').nth(2))
        .map(|question| normalise(question).split_whitespace().collect())
        .collect();
    assert!(judged.len() > 100);
    for (said, _) in lexicon().entries() {
        let joined: String = said.split('+').collect();
        assert!(
            !judged.contains(said) && !judged.contains(&joined),
            "{said}"
        );
    }
}
