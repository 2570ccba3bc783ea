//! The search engine's interface: plain data in, ids and counts out.
//! Must not know the register or HTTP; tantivy lives in `embedded/` alone.

pub mod embedded;

use crate::domain::{Item, ItemCode, ItemId, Kind, Position, SearchGroup};
use crate::query::{Answer, Query};
use crate::text::Lexicon;
use crate::text::citation::Citation;
use crate::text::normal::normalise;

/// An item as the engine sees it.
#[derive(Clone, Debug)]
pub struct Document {
    pub id: ItemId,
    pub code: String,
    pub kind: String,
    pub item_type: String,
    pub department: String,
    /// Region code (see `query::region_value`).
    pub region: String,
    pub level: String,
    /// Text of the fields with search group title, then basis, then body, in published order,
    /// joined by line breaks.
    pub title: String,
    pub basis: String,
    pub body: String,
    /// What people call what the title names, by the lexicon: one expression a line, normalised.
    pub everyday: String,
}

impl Document {
    /// Projects an item by what its kind says of each field, and what people call its title.
    pub fn new(id: ItemId, code: &ItemCode, item: &Item, kind: &Kind, lexicon: &Lexicon) -> Self {
        let text = |group: SearchGroup| text_of(item, kind, group);
        let head = &item.head;
        let title = text(SearchGroup::Title);
        Self {
            id,
            code: code.to_string(),
            kind: head.kind.clone(),
            item_type: head.item_type.clone(),
            department: head.department.clone(),
            region: head.region.code.clone(),
            level: head.level.clone(),
            everyday: lexicon.everyday(&normalise(&title)),
            title,
            basis: text(SearchGroup::Basis),
            body: text(SearchGroup::Body),
        }
    }
}

/// Text of an item's fields of one search group, in published order, joined by line breaks.
pub fn text_of(item: &Item, kind: &Kind, group: SearchGroup) -> String {
    let fields = kind.fields.iter().filter(|f| f.search == Some(group));
    let values = fields.filter_map(|f| item.fields.get(&f.key).map(String::as_str));
    values.collect::<Vec<_>>().join("\n")
}

/// One step of following the register.
#[derive(Clone, Debug)]
pub enum Step {
    /// Adds the document or replaces the one with its id.
    Put(Box<Document>),
    /// Forgets the document; no error if it is not there.
    Remove(ItemId),
}

/// What other items are compared with.
#[derive(Clone, Debug)]
pub struct Likeness {
    /// The item itself, which is not its own relative.
    pub except: ItemId,
    /// Key of its kind, and its region as a facet value.
    pub kind: String,
    pub region: String,
    /// Text of its title fields, as in [`Document::title`]; blank is like nothing.
    pub title: String,
    /// Articles that it rests on.
    pub citations: Vec<Citation>,
}

/// Items that have something in common with an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// Those of its kind with its whole title, the same power of another body, level or region: of its
    /// own region first, then by id.
    pub titled: Vec<ItemId>,
    /// By kind of list, those that rest on an article it rests on, who shares more and rarer articles
    /// first; before them those of other kinds with its title.
    pub resting: Vec<(String, Vec<ItemId>)>,
}

/// Why an engine could not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineErrorCode {
    /// The question breaks a limit.
    Invalid,
    /// The engine cannot answer at present (being rebuilt, another process writes).
    Unavailable,
    /// The question took too long.
    Timeout,
    /// The index is damaged or the disk failed; a rebuild may help.
    Internal,
}

#[derive(Debug, thiserror::Error)]
#[error("engine: {message}")]
pub struct EngineError {
    pub code: EngineErrorCode,
    pub message: String,
}

impl EngineError {
    pub fn new(code: EngineErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Steps as they come; an error among them ends the batch, of which nothing is kept.
pub type Steps<'a> = dyn Iterator<Item = Result<Step, EngineError>> + 'a;

/// Whether an engine can be followed from its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// It can.
    Ready,
    /// It was never filled.
    Missing,
    /// It was made by other dictionaries, kinds or another version; where it still answers, it
    /// answers as it was made.
    Outdated,
    /// It cannot be read, or was found damaged, for this reason; where it still answers, its
    /// answers may lack something.
    Damaged(String),
}

impl EngineState {
    /// Whether the engine should be rebuilt from the register.
    pub fn needs_rebuild(&self) -> bool {
        *self != Self::Ready
    }
}

/// A search engine that follows the register.
///
/// Every implementation passes `tests/contract/engine.rs`.
pub trait Engine: Send + Sync {
    /// Applies the steps in order and remembers the position; readers see all of it or none.
    /// After an error among the steps nothing of the batch is visible and the position is
    /// unchanged. After a failure of the index itself the batch may have been kept all the same:
    /// [`Engine::position`] tells once it can be read, and applying it again changes nothing.
    ///
    /// # Errors
    /// The first error among the steps, `Unavailable` when another process holds the index for
    /// writing, `Internal` otherwise.
    fn apply(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError>;

    /// Replaces everything by what the steps put, and the position; the old index answers, and
    /// can be applied to, until the new one takes its place. Steps applied meanwhile are not in
    /// the new one: the caller follows on from [`Engine::position`]. After an error the old index
    /// stays.
    ///
    /// # Errors
    /// `Unavailable` when another process is rebuilding, `Internal` otherwise.
    fn rebuild(&self, steps: &mut Steps<'_>, upto: Position) -> Result<(), EngineError>;

    /// Gives back what replaced items hold and what many small batches cost, one bounded piece a
    /// call; costs next to nothing when there is nothing to do. Whoever follows the register calls
    /// it between batches.
    ///
    /// # Errors
    /// As [`Engine::apply`]; what is answered stays the same.
    fn upkeep(&self) -> Result<(), EngineError> {
        Ok(())
    }

    /// Reads everything that is kept and compares check sums; damage makes the state `Damaged`.
    /// Takes as long as that reading; searches and batches go on.
    fn verify(&self) {}

    /// Whether the engine must be rebuilt before it can be followed. A search that fails for the
    /// index's sake makes it `Damaged`, too.
    fn state(&self) -> EngineState;

    /// How far the engine has followed; `None` while it is empty.
    fn position(&self) -> Option<Position>;

    /// # Errors
    /// `Invalid` past a limit, `Timeout`, `Internal`.
    fn search(&self, query: &Query) -> Result<Answer, EngineError>;

    /// Items whose title contains the text, in any spelling: those beginning with it first, then
    /// shorter titles first. Each distinct title once, by its lowest id; at most `limit`. Titles
    /// are the caller's to show. Nothing for a blank text.
    ///
    /// # Errors
    /// As [`Engine::search`].
    fn suggest(&self, text: &str, limit: usize) -> Result<Vec<ItemId>, EngineError>;

    /// Items related to an item, at most `most` by title and in each kind. An engine that does not
    /// know any answers none.
    ///
    /// # Errors
    /// As [`Engine::search`].
    fn related(&self, likeness: &Likeness, most: usize) -> Result<Related, EngineError> {
        let _ = (likeness, most);
        Ok(Related::default())
    }

    /// Passes the words of all titles, each with the number of titles that have it: what people may
    /// have meant to type. In no order; a word may come more than once. An engine without words
    /// passes none: nothing is then corrected.
    ///
    /// # Errors
    /// As [`Engine::search`].
    fn title_words(&self, each: &mut dyn FnMut(&str, u64)) -> Result<(), EngineError> {
        let _ = each;
        Ok(())
    }

    /// Number of documents and bytes on disk.
    fn size(&self) -> (u64, u64);
}
