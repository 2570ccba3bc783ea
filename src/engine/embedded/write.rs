//! Writing a batch of steps into an index, all of it or nothing; merging segments it is told to.
//! The only place that opens tantivy's writer; must not know folders or snapshots.
#![expect(
    clippy::disallowed_types,
    reason = "embedded/ is the index's one owner"
)]

use std::collections::HashSet;

use tantivy::directory::error::LockError;
use tantivy::index::SegmentId;
use tantivy::indexer::IndexWriterOptions;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::Field;
use tantivy::schema::document::{
    Document as IndexDocument, ReferenceValue, ReferenceValueLeaf, Value,
};
use tantivy::{Index, IndexWriter, TantivyError, Term};

use super::schema::Fields;
use super::weights;
use crate::domain::Position;
use crate::engine::{Document, EngineError, EngineErrorCode, Step, Steps};
use crate::text::citation;
use crate::text::normal::normalise;

/// A document ready for tantivy: normalised once, referred to by every field that is made of it.
struct Row {
    fields: Fields,
    id: u64,
    code: String,
    citations: Vec<String>,
    title_key: u64,
    facets: [String; 5],
    title: String,
    basis: String,
    body: String,
    everyday: String,
}

/// Hash by which titles are compared (64-bit FNV-1a): stored in the index, so the same in every
/// version of the program. White space and 的 do not count: 许可证的核发 is 许可证核发.
pub(super) fn title_key(normal: &str) -> u64 {
    let chars = normal.chars().filter(|c| !c.is_whitespace() && *c != '的');
    chars.fold(0xcbf2_9ce4_8422_2325, |hash, c| {
        (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl Row {
    fn new(document: Document, fields: Fields) -> Self {
        let title = normalise(&document.title);
        Self {
            fields,
            id: document.id.0,
            code: normalise(&document.code),
            citations: citations(&document.basis),
            title_key: title_key(&title),
            facets: [
                document.kind,
                document.item_type,
                document.department,
                document.region,
                document.level,
            ],
            basis: normalise(&document.basis),
            body: normalise(&document.body),
            everyday: document.everyday,
            title,
        }
    }
}

/// Terms of the articles that a basis names: by the law, and by its ending for questions that say
/// no more (条例第49条).
fn citations(basis: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for citation in citation::of_basis(basis) {
        if let Some(ending) = citation::ending(&citation.law) {
            terms.push(format!("{ending}#{}", citation.article));
        }
        terms.push(citation.term());
    }
    terms.sort();
    terms.dedup();
    terms
}

/// A value of a row.
#[derive(Clone, Copy, Debug)]
enum Cell<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> Value<'a> for Cell<'a> {
    type ArrayIter = std::iter::Empty<Self>;
    type ObjectIter = std::iter::Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            Cell::Text(text) => ReferenceValueLeaf::Str(text),
            Cell::Number(number) => ReferenceValueLeaf::U64(number),
        })
    }
}

impl IndexDocument for Row {
    type Value<'a> = Cell<'a>;
    type FieldsValuesIter<'a> = std::vec::IntoIter<(Field, Cell<'a>)>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let fields = &self.fields;
        let mut values = Vec::with_capacity(16);
        values.push((fields.id, Cell::Number(self.id)));
        values.push((fields.code, Cell::Text(&self.code)));
        for citation in &self.citations {
            values.push((fields.citations, Cell::Text(citation)));
        }
        values.push((fields.title_key, Cell::Number(self.title_key)));
        for (&field, value) in fields.facets.iter().zip(&self.facets) {
            values.push((field, Cell::Text(value)));
        }
        values.push((fields.title_words, Cell::Text(&self.title)));
        for (text, value) in [
            (fields.title, &self.title),
            (fields.basis, &self.basis),
            (fields.body, &self.body),
            (fields.everyday, &self.everyday),
        ] {
            values.push((text.pairs, Cell::Text(value)));
            values.extend(text.chars.map(|field| (field, Cell::Text(value.as_str()))));
        }
        values.into_iter()
    }
}

/// An index error as the engine's callers see it.
pub(super) fn failed(error: &TantivyError) -> EngineError {
    let code = match error {
        TantivyError::LockFailure(LockError::LockBusy, _) => EngineErrorCode::Unavailable,
        _ => EngineErrorCode::Internal,
    };
    EngineError::new(code, error.to_string())
}

/// Writes the steps and the position in one commit. Nothing is merged: a batch must not wait for
/// what older ones left.
pub(super) fn write(
    index: &Index,
    fields: Fields,
    steps: &mut Steps<'_>,
    upto: Position,
) -> Result<(), EngineError> {
    let head: Vec<_> = (&mut *steps).take(weights::SMALL_BATCH + 1).collect();
    let bulk = head.len() > weights::SMALL_BATCH;
    let mut writer = open(index, bulk).map_err(|e| failed(&e))?;
    // Asked with the writer's lock held: another process may have written since the last search.
    let empty = index
        .searchable_segment_metas()
        .map_err(|e| failed(&e))?
        .is_empty();
    // Dropping the writer on an error forgets everything that was not committed.
    feed(&writer, fields, empty, head.into_iter().chain(steps))?;
    let payload = serde_json::to_string(&upto)
        .map_err(|e| EngineError::new(EngineErrorCode::Internal, e.to_string()))?;
    let commit = |writer: &mut IndexWriter<Row>| {
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()
    };
    commit(&mut writer).map_err(|e| failed(&e))?;
    Ok(())
}

/// Makes one segment of several, or one without its replaced items, in a commit of its own; the
/// position stays. Nothing happens when one of them is gone: another process has merged it.
pub(super) fn merge(index: &Index, segments: &[SegmentId]) -> Result<(), EngineError> {
    let merge = || -> tantivy::Result<()> {
        let mut writer: IndexWriter<Row> = open(index, false)?;
        let present = index.searchable_segment_ids()?;
        if !segments.is_empty() && segments.iter().all(|s| present.contains(s)) {
            writer.merge(segments).wait()?;
        }
        writer.wait_merging_threads()
    };
    merge().map_err(|e| failed(&e))
}

fn open(index: &Index, bulk: bool) -> tantivy::Result<IndexWriter<Row>> {
    let (threads, budget) = if bulk {
        (weights::BULK_THREADS, weights::BULK_BUDGET)
    } else {
        (1, weights::SMALL_BUDGET)
    };
    let options = IndexWriterOptions::builder()
        .num_worker_threads(threads)
        .memory_budget_per_thread(budget)
        .num_merge_threads(1)
        .build();
    let writer = index.writer_with_options(options)?;
    // `upkeep.rs` says what is merged, and when.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

fn feed(
    writer: &IndexWriter<Row>,
    fields: Fields,
    empty: bool,
    steps: impl Iterator<Item = Result<Step, EngineError>>,
) -> Result<(), EngineError> {
    let mut seen = HashSet::new();
    for step in steps {
        let step = step?;
        let id = match &step {
            Step::Put(document) => document.id,
            Step::Remove(id) => *id,
        };
        // A deletion is looked up in every segment: it is saved where there can be nothing.
        if !empty || seen.contains(&id) {
            writer.delete_term(Term::from_field_u64(fields.id, id.0));
        }
        if let Step::Put(document) = step {
            if empty {
                seen.insert(id);
            }
            writer
                .add_document(Row::new(*document, fields))
                .map_err(|e| failed(&e))?;
        }
    }
    Ok(())
}
