//! What retrievers have found so far in one segment: a score and the words matched per document.
//! Terms are added one after the other into plain arrays: with counts over all hits wanted, every
//! posting has to be read anyway, and an array is several times faster than merging iterators.
//! Must not know fields, weights or which retriever adds what.

use std::collections::HashSet;

use tantivy::DocId;

/// Matched words of a document that is a hit whatever its words.
const ACCEPTED: u8 = u8::MAX;

#[derive(Default)]
pub(super) struct Accumulator {
    scores: Vec<f32>,
    /// The part of the score that official wordings and citations gave.
    meant: Vec<f32>,
    /// Documents that rest on an article cited.
    cited: HashSet<DocId>,
    /// Documents whose title is the question.
    titled: Vec<DocId>,
    /// Number of different words matched.
    matched: Vec<u8>,
    /// The last word that matched, plus one: a word counts once, whichever field it is in.
    last_word: Vec<u8>,
    /// How far each document has followed the present chain; see [`Chain`].
    chain: Vec<u32>,
    chains: u32,
}

/// Finds the documents that have all of several terms: each term is a link, and a document
/// passes when it has every link in turn.
#[derive(Clone, Copy)]
pub(super) struct Chain {
    base: u32,
    link: u32,
}

impl Chain {
    pub fn next(self) -> Self {
        Self {
            link: self.link + 1,
            ..self
        }
    }
}

impl Accumulator {
    /// Forgets everything and makes room for a segment's documents.
    pub fn reset(&mut self, docs: DocId) {
        let docs = docs as usize;
        for values in [&mut self.scores, &mut self.meant] {
            values.clear();
            values.resize(docs, 0.0);
        }
        self.cited.clear();
        self.titled.clear();
        for bytes in [&mut self.matched, &mut self.last_word] {
            bytes.clear();
            bytes.resize(docs, 0);
        }
        self.chain.clear();
        self.chain.resize(docs, 0);
        self.chains = 0;
    }

    pub fn add_score(&mut self, doc: DocId, score: f32) {
        self.scores[doc as usize] += score;
    }

    pub fn add_meant(&mut self, doc: DocId, score: f32) {
        self.meant[doc as usize] += score;
    }

    pub fn meant(&self, doc: DocId) -> f32 {
        self.meant[doc as usize]
    }

    /// The document rests on an article that the question cites.
    pub fn cite(&mut self, doc: DocId) {
        self.cited.insert(doc);
    }

    pub fn is_cited(&self, doc: DocId) -> bool {
        self.cited.contains(&doc)
    }

    /// The document's title is the question.
    pub fn title(&mut self, doc: DocId) {
        self.titled.push(doc);
    }

    pub fn titled(&self) -> &[DocId] {
        &self.titled
    }

    /// The document is what the question means: it counts as matching so many words.
    pub fn satisfy(&mut self, doc: DocId, words: usize) {
        let matched = &mut self.matched[doc as usize];
        *matched = (*matched).max(u8::try_from(words.max(1)).unwrap_or(ACCEPTED - 1));
    }

    /// The document matches a word of the question.
    pub fn match_word(&mut self, doc: DocId, word: u8) {
        let doc = doc as usize;
        if self.last_word[doc] != word + 1 {
            self.last_word[doc] = word + 1;
            self.matched[doc] = self.matched[doc].saturating_add(1).min(ACCEPTED - 1);
        }
    }

    /// The document is a hit, whatever its words.
    pub fn accept(&mut self, doc: DocId) {
        self.matched[doc as usize] = ACCEPTED;
    }

    /// Begins a chain of `links` terms.
    pub fn begin_chain(&mut self, links: usize) -> Chain {
        let base = self.chains;
        self.chains += u32::try_from(links).unwrap_or(u32::MAX / 2);
        Chain { base, link: 0 }
    }

    /// The document has the present link; whether it had all links before.
    pub fn follow(&mut self, doc: DocId, chain: Chain) -> bool {
        let place = &mut self.chain[doc as usize];
        let whole = chain.link == 0 || *place == chain.base + chain.link;
        if whole {
            *place = chain.base + chain.link + 1;
        }
        whole
    }

    pub fn score(&self, doc: DocId) -> f32 {
        self.scores[doc as usize]
    }

    /// Words matched per document.
    pub fn matched(&self) -> &[u8] {
        &self.matched
    }

    pub fn is_accepted(matched: u8) -> bool {
        matched == ACCEPTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_once_and_acceptance_stays() {
        let mut found = Accumulator::default();
        found.reset(3);
        found.match_word(0, 0);
        found.match_word(0, 0);
        found.match_word(0, 1);
        found.accept(1);
        assert_eq!(found.matched(), [2, ACCEPTED, 0]);
        found.reset(2);
        assert_eq!(found.matched(), [0, 0]);
    }

    #[test]
    fn a_chain_is_followed_link_by_link() {
        let mut found = Accumulator::default();
        found.reset(2);
        for _ in 0..2 {
            let first = found.begin_chain(2);
            assert!(found.follow(0, first));
            let second = first.next();
            assert!(found.follow(0, second));
            assert!(!found.follow(1, second), "it lacks the first link");
        }
    }
}
