//! The lexicon keeps its rules: general knowledge, none of it made for a judged question.

use std::collections::HashSet;

use quanze::service::words::embedded_knowledge;
use quanze::text::normal::normalise;
use quanze::text::{Activities, Lexicon};

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

/// The activities that come with the program.
fn activities() -> Activities {
    let files: Vec<(String, &'static str)> = quanze::assets::activities().collect();
    let files = files.iter().map(|(name, text)| (name.as_str(), *text));
    Activities::parse(files).expect("every file is of the form, no expression stands twice")
}

#[test]
fn activities_are_many_listed_and_not_and_of_known_industries() {
    let activities = activities();
    let listed = activities.iter().filter(|a| !a.market.is_empty()).count();
    assert!(listed > 500 && activities.len() - listed > 500, "{listed}");
    let known: HashSet<&str> = quanze::assets::index_text("industries.tsv")
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    for activity in activities.iter() {
        let industry = activity.industry.as_deref();
        assert!(industry.is_none_or(|i| known.contains(i)), "{activity:?}");
    }
}

#[test]
fn no_activity_is_made_for_a_judged_description() {
    let Some(path) = support::shared("negative/dev-checks.tsv") else {
        return;
    };
    let judged: HashSet<String> = std::fs::read_to_string(path)
        .expect("judged descriptions")
        .lines()
        .filter_map(|line| line.split('\t').nth(2))
        .map(normalise)
        .collect();
    assert!(judged.len() > 50);
    for word in activities().words() {
        assert!(!judged.contains(word), "{word}");
    }
}
