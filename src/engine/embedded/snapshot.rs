//! The index as of one commit, with the columns that every search reads kept in memory.
//! Must not know questions or how the index is written.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::index::{SegmentId, SegmentReader};
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{DocId, Searcher, Term};

use super::schema::{Fields, ID, TITLE_KEY, facet_column};
use crate::domain::Position;
use crate::query::Facet;

/// Facets, in [`Facet::ALL`] order.
pub(super) const FACETS: usize = Facet::ALL.len();

/// Column values of one segment. A segment's columns never change, so a later snapshot shares them.
pub(super) struct Columns {
    pub ids: Vec<u64>,
    pub title_keys: Vec<u64>,
    /// Per facet and document: ordinal into `values`.
    pub ordinals: [Vec<u32>; FACETS],
    /// Per facet: values in order.
    pub values: [Vec<String>; FACETS],
}

impl Columns {
    fn load(reader: &SegmentReader) -> tantivy::Result<Self> {
        // Opened here so that a damaged file is noticed with the index and not by a question.
        for (field, _) in reader
            .schema()
            .fields()
            .filter(|(_, entry)| entry.is_indexed())
        {
            reader.inverted_index(field)?;
        }
        let columns = reader.fast_fields();
        let docs = reader.max_doc();
        let mut ordinals = std::array::from_fn(|_| Vec::new());
        let mut values = std::array::from_fn(|_| Vec::new());
        for (slot, facet) in Facet::ALL.into_iter().enumerate() {
            (values[slot], ordinals[slot]) = strings(reader, &facet_column(facet))?;
        }
        Ok(Self {
            ids: numbers(&columns.u64(ID)?, docs),
            title_keys: numbers(&columns.u64(TITLE_KEY)?, docs),
            ordinals,
            values,
        })
    }
}

fn numbers(column: &Column<u64>, docs: DocId) -> Vec<u64> {
    (0..docs)
        .map(|doc| column.first(doc).unwrap_or_default())
        .collect()
}

/// Values in order, and each document's ordinal among them.
fn strings(reader: &SegmentReader, name: &str) -> tantivy::Result<(Vec<String>, Vec<u32>)> {
    let docs = reader.max_doc();
    let Some(column) = reader.fast_fields().str(name)? else {
        return Ok((vec![String::new()], vec![0; docs as usize]));
    };
    let (dictionary, ords) = column.into_parts();
    let mut values = Vec::new();
    let mut stream = dictionary.stream()?;
    while stream.advance() {
        values.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    let ordinals = numbers(&ords, docs)
        .into_iter()
        .map(|ord| u32::try_from(ord).unwrap_or(u32::MAX));
    Ok((values, ordinals.collect()))
}

/// One segment as a snapshot sees it.
pub(super) struct Segment {
    /// Place in [`Snapshot::segments`].
    pub number: usize,
    pub reader: SegmentReader,
    pub columns: Arc<Columns>,
    /// Per facet: the snapshot's ordinal for each of the segment's.
    pub global: [Vec<u32>; FACETS],
}

impl Segment {
    pub fn is_alive(&self, doc: DocId) -> bool {
        !self.reader.is_deleted(doc)
    }
}

/// The index as of one commit.
pub(super) struct Snapshot {
    pub searcher: Searcher,
    pub fields: Fields,
    pub segments: Vec<Segment>,
    /// Per facet: all values in order; their indexes are the snapshot's ordinals.
    pub values: [Vec<String>; FACETS],
    pub position: Option<Position>,
}

impl Snapshot {
    /// Reads the columns of segments that `previous` does not have.
    pub fn load(
        searcher: Searcher,
        fields: Fields,
        position: Option<Position>,
        previous: Option<&Snapshot>,
    ) -> tantivy::Result<Self> {
        let known: HashMap<SegmentId, Arc<Columns>> = previous
            .iter()
            .flat_map(|p| &p.segments)
            .map(|s| (s.reader.segment_id(), Arc::clone(&s.columns)))
            .collect();
        let mut loaded = Vec::new();
        for reader in searcher.segment_readers() {
            let columns = match known.get(&reader.segment_id()) {
                Some(columns) => Arc::clone(columns),
                None => Arc::new(Columns::load(reader)?),
            };
            loaded.push((reader.clone(), columns));
        }
        let values: [Vec<String>; FACETS] = std::array::from_fn(|slot| {
            let all = loaded.iter().flat_map(|(_, columns)| &columns.values[slot]);
            let mut all: Vec<String> = all.cloned().collect();
            all.sort_unstable();
            all.dedup();
            all
        });
        let global = |columns: &Columns| {
            std::array::from_fn(|slot| {
                let place = |value: &String| values[slot].binary_search(value).unwrap_or_default();
                let local = columns.values[slot].iter();
                local
                    .map(|v| u32::try_from(place(v)).unwrap_or(u32::MAX))
                    .collect()
            })
        };
        let segments = loaded
            .into_iter()
            .enumerate()
            .map(|(number, (reader, columns))| Segment {
                number,
                global: global(&columns),
                reader,
                columns,
            })
            .collect();
        Ok(Self {
            searcher,
            fields,
            segments,
            values,
            position,
        })
    }

    /// Words of all titles with the number of documents of one segment that have them.
    pub fn title_words(&self, each: &mut dyn FnMut(&str, u64)) -> tantivy::Result<()> {
        for segment in &self.segments {
            let inverted = segment.reader.inverted_index(self.fields.title_words)?;
            let mut terms = inverted.terms().stream()?;
            while terms.advance() {
                let count = u64::from(terms.value().doc_freq);
                if let Ok(word) = std::str::from_utf8(terms.key()) {
                    each(word, count);
                }
            }
        }
        Ok(())
    }

    /// Documents that are not deleted.
    pub fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Documents including deleted ones: what document frequencies are counted over.
    pub fn all_documents(&self) -> u64 {
        self.segments
            .iter()
            .map(|s| u64::from(s.reader.max_doc()))
            .sum()
    }

    /// Where each segment has the postings of a term.
    pub fn places(&self, term: &Term) -> tantivy::Result<Vec<Option<TermInfo>>> {
        let place = |segment: &Segment| {
            let inverted = segment.reader.inverted_index(term.field())?;
            Ok(inverted.get_term_info(term)?)
        };
        self.segments.iter().map(place).collect()
    }

    /// Mean number of tokens of a field.
    pub fn mean_length(&self, field: Field) -> tantivy::Result<f32> {
        let mut tokens = 0;
        for segment in &self.segments {
            tokens += segment.reader.inverted_index(field)?.total_num_tokens();
        }
        #[expect(clippy::cast_precision_loss, reason = "a mean need not be exact")]
        Ok(tokens as f32 / self.all_documents().max(1) as f32)
    }
}

/// Place of a facet in [`Facet::ALL`].
pub(super) fn slot(facet: Facet) -> usize {
    Facet::ALL
        .iter()
        .position(|&f| f == facet)
        .unwrap_or_default()
}
