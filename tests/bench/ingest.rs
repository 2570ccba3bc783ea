//! From a file to searchable, beside the least that this takes: reading the CSV, cutting its texts
//! with jieba, indexing words that are cut already. Must not know quanze's inside.

use std::path::Path;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;
use quanze::text::normal::normalise;
use tantivy::indexer::NoMergePolicy;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::corpus::Corpus;
use crate::{line, program, title};

/// Rows over which the ceilings are measured at most; past these they are scaled.
const CEILING_ROWS: usize = 200_000;
/// Threads of jieba and of tantivy in the ceilings: as many as quanze's engine uses.
const THREADS: usize = 2;
const BUDGET: usize = 320_000_000;
/// Columns of the generated corpus by the text of the index that they belong to.
const TEXTS: [&[usize]; 3] = [&[3, 4], &[7], &[8, 9]];

/// Ingests the corpus into a new state folder; with `ceilings` it is compared with them.
pub fn measure(corpus: &Corpus, state: &Path, ceilings: bool) {
    title("1. ingest to searchable");
    let mut sum = Duration::ZERO;
    if ceilings {
        let parsed = timed("ceiling: CSV parsing alone, 1 thread", || parse(corpus));
        let (rows, texts) = texts(corpus);
        let scale = corpus.rows as f64 / rows as f64;
        let cut = timed(
            "ceiling: jieba alone over the indexed texts, 2 threads",
            || cut(&texts),
        );
        let written = timed("ceiling: tantivy alone on pre-cut words, 2 threads", || {
            index(cut.1);
        });
        if rows < corpus.rows {
            line(
                "(jieba and tantivy over the first rows, scaled by)",
                format!("{scale:.1}"),
            );
        }
        sum = parsed.0 + (cut.0 + written.0).mul_f64(scale);
    }
    let (took, memory) = program::ingest(state, &corpus.path);
    let rate = corpus.rows as f64 / took.as_secs_f64();
    line(
        "quanze ingest (read, check, register, originals, index)",
        format!("{took:.2?}  {rate:.0} items/s"),
    );
    line(
        "  its peak of resident memory",
        format!("{} MB", memory.peak),
    );
    if ceilings {
        let ratio = took.as_secs_f64() / sum.as_secs_f64();
        line("sum of the ceilings", format!("{sum:.2?}"));
        line("ratio (aim: at most 3)", format!("{ratio:.2}"));
    }
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let made = work();
    let took = started.elapsed();
    line(what, format!("{took:.2?}"));
    (took, made)
}

fn parse(corpus: &Corpus) -> usize {
    let mut reader = csv::Reader::from_path(&corpus.path).unwrap();
    let mut record = csv::ByteRecord::new();
    let mut bytes = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        bytes += record.as_slice().len();
    }
    bytes
}

type Texts = Vec<[String; 3]>;

/// The texts that quanze indexes, normalised as it does; and how many rows they are of.
fn texts(corpus: &Corpus) -> (usize, Texts) {
    let mut reader = csv::Reader::from_path(&corpus.path).unwrap();
    let text = |record: &csv::StringRecord, columns: &[usize]| {
        let cells = columns
            .iter()
            .filter_map(|&c| record.get(c))
            .filter(|c| !c.is_empty());
        normalise(&cells.collect::<Vec<_>>().join("\n"))
    };
    let records = reader.records().take(CEILING_ROWS).map(Result::unwrap);
    let texts: Texts = records
        .map(|r| TEXTS.map(|columns| text(&r, columns)))
        .collect();
    (texts.len(), texts)
}

/// Between the words of a cut text.
const BETWEEN: char = '\u{1}';

fn cut(texts: &[[String; 3]]) -> Texts {
    let jieba = Jieba::new();
    let cut = |text: &String| {
        let words: Vec<&str> = jieba.cut(text, false).iter().map(|t| t.word).collect();
        words.join("\u{1}")
    };
    std::thread::scope(|scope| {
        let parts = texts.chunks(texts.len().div_ceil(THREADS));
        let parts: Vec<_> = parts
            .map(|part| {
                scope.spawn(|| {
                    part.iter()
                        .map(|row| row.each_ref().map(cut))
                        .collect::<Texts>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    })
}

/// Words that were cut before.
#[derive(Clone)]
struct PreCut;

struct Words<'a> {
    words: std::str::Split<'a, char>,
    token: Token,
}

impl Tokenizer for PreCut {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        Words {
            words: text.split(BETWEEN),
            token: Token::default(),
        }
    }
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn index(texts: Texts) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("pre-cut")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing);
    let fields: [Field; 3] =
        ["title", "basis", "body"].map(|name| schema.add_text_field(name, options.clone()));
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create_in_dir(folder.path(), schema.build()).unwrap();
    index.tokenizers().register("pre-cut", PreCut);
    let mut writer: IndexWriter = index.writer_with_num_threads(THREADS, BUDGET).unwrap();
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for texts in texts {
        let mut document = TantivyDocument::default();
        for (field, text) in fields.into_iter().zip(texts) {
            document.add_text(field, text);
        }
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
}
