//! All weights and limits of the embedded engine, in one place.
//! Must hold numbers only.
//!
//! Chosen over 5,116 real items by `quanze eval search --cross-validate` on two sets of judged
//! questions, of which one was written by somebody who knew neither the engine nor its lexicon: where
//! most folds chose the same direction, the weight was moved there. Names count most, single
//! characters help where words differ by one character, and the body is long and says little.

use std::time::Duration;

use crate::text::lexicon::Relation;

/// BM25 weight of one text's tokens by how it was cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextWeights {
    pub pairs: f32,
    pub chars: f32,
}

pub(super) const TITLE: TextWeights = TextWeights {
    pairs: 4.0,
    chars: 2.5,
};
pub(super) const BASIS: TextWeights = TextWeights {
    pairs: 1.2,
    chars: 0.7,
};
pub(super) const BODY: TextWeights = TextWeights {
    pairs: 0.5,
    chars: 0.0,
};

/// What people call what the title names: the words of other people than the one who asks, so that
/// a part of them in common says something too.
pub(super) const EVERYDAY: TextWeights = TextWeights {
    pairs: 3.0,
    chars: 3.0,
};

/// Factor on 2-grams and characters of words that tell an item's type and not its matter.
pub(super) const TYPE_WORDS: f32 = 0.5;

/// Weight of a dictionary word of the title.
pub(super) const TITLE_WORDS: f32 = 0.3;

/// Factor on items of the department whose item's title the question is: who knows the official name
/// is after one matter, and what is related to it is mostly the same department's.
pub(super) const SAME_DEPARTMENT: f32 = 1.3;

/// Weight of the whole question standing in the title as typed (BM25 over its 2-grams).
pub(super) const LITERAL: f32 = 1.0;
/// Added when the title is the question and nothing else.
pub(super) const EXACT_TITLE: f32 = 20.0;
/// Added when the question is the item's code, and when it is the beginning of it.
pub(super) const CODE: f32 = 1_000.0;
pub(super) const CODE_PREFIX: f32 = 500.0;

/// Weights of official wordings by the text they stand in, over BM25 of their 2-grams.
pub(super) const MEANT_TITLE: f32 = 1.5;
pub(super) const MEANT_BASIS: f32 = 1.5;
pub(super) const MEANT_BODY: f32 = 0.5;
/// Share of each later alternative of a wording, over the one before it.
pub(super) const LATER_WORDING: f32 = 0.95;

/// Weight of an official wording by how it belongs to what was said.
pub(super) fn relation(relation: Relation) -> f32 {
    match relation {
        Relation::Same | Relation::Near => 1.2,
        Relation::Hint => 0.8,
        Relation::Abbr => 0.5,
    }
}

/// What a wording counts of which a text has only `count` of `all` 2-grams.
#[expect(clippy::cast_precision_loss, reason = "a handful of 2-grams")]
pub(super) fn part(count: usize, all: usize) -> f32 {
    let share = count as f32 / all as f32;
    share * share
}

/// Added for each article cited that the legal basis names.
pub(super) const CITATION: f32 = 60.0;

/// Single characters that more than this part of the items have are not scored: they cost the most
/// time and tell the least apart.
pub(super) const COMMON_CHAR_PERCENT: u64 = 50;

/// How many of `words` an item must match: all of two, about two thirds of more.
pub(super) fn required(words: usize) -> usize {
    if words <= 2 {
        words
    } else {
        (words * 2).div_ceil(3)
    }
}

/// How many of the `required` words an item of the department must match whose item's title the
/// question is.
pub(super) fn beside(required: usize) -> u8 {
    u8::try_from(required.div_ceil(2)).unwrap_or(u8::MAX)
}

/// A question of more than two words whose strict answer has fewer hits than this is
/// answered with items that have fewer of its words, as few as it takes: whole sentences use words
/// that lists do not (nDCG@10 of n-grams alone 0.40 without, 0.48 with).
pub(super) const ENOUGH_HITS: u64 = 60;

/// Shortest beginning of a code that is searched for, in characters.
pub(super) const MIN_CODE_PREFIX: usize = 4;
/// Codes that one beginning may stand for.
pub(super) const MAX_CODES: usize = 1_000;
/// Time after which a question is given up.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(2);

/// A batch of at most this many steps is written by one thread with a small budget.
pub(super) const SMALL_BATCH: usize = 256;
pub(super) const SMALL_BUDGET: usize = 20_000_000;
/// Threads of a bulk load and the memory of each before it writes a segment.
pub(super) const BULK_THREADS: usize = 2;
pub(super) const BULK_BUDGET: usize = 160_000_000;

/// Segments of at most so many items in force are merged when there are several of them.
pub(super) const TINY_SEGMENT: u32 = 1_000;
pub(super) const SMALL_SEGMENT: u32 = 10_000;
/// How many segments of one size there may be.
pub(super) const SEGMENTS_PER_LEVEL: usize = 8;
/// Items in force that a merge of several segments writes at most: at 25,000 real items a second it
/// ends within the second that a publication may have to wait for it. At least two small segments.
pub(super) const MAX_MERGED_ITEMS: u32 = 2 * SMALL_SEGMENT;
/// A segment of which more than this part was replaced or removed is rewritten; `BULK_BUDGET` keeps
/// segments below some 25,000 real items.
pub(super) const MAX_REPLACED_PERCENT: u64 = 33;
