//! The negative lists as in force at a position: their measures line by line, and which of them a
//! wording means. Must not know descriptions of business.

use std::collections::{BTreeMap, HashSet};

use crate::domain::{
    Action, AppliesTo, Date, Item, ItemId, Kind, ListId, Position, Publication, Revision, Role,
};
use crate::register::{PublicationFilter, Register, RegisterError};
use crate::text::grams::substring_grams;
use crate::text::normal::normalise;

use super::Verdict;

/// Part of a wording's 2-grams that a measure must have to be meant by it, where none has it whole:
/// another edition says the same in slightly other words.
const MEANT: f32 = 0.75;
/// Characters of a wording before its bracket that still tell what is meant.
const SHORTEST_HEAD: usize = 4;
/// Publications and revisions read at a time.
const PAGE: u64 = 1_000;

/// A negative list that applies, in the edition that does.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Key of the kind of list.
    pub kind: String,
    pub applies_to: AppliesTo,
    pub title: String,
    pub publication: Publication,
}

/// An item of a negative list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Code in the register.
    pub code: String,
    /// The list's own number.
    pub key: String,
    /// Key of the kind of list.
    pub kind: String,
    pub applies_to: AppliesTo,
    pub name: String,
    pub department: String,
    /// Industry section as the list writes it; may be empty.
    pub section: String,
    pub grade: Verdict,
    /// As the list words them; empty where it has no more than the name.
    pub own_measures: Vec<String>,
    /// The same and the name, to be searched.
    pub measures: Vec<Measure>,
}

/// A measure: one line of an item.
#[derive(Clone, Debug)]
pub struct Measure {
    pub text: String,
    normal: String,
    grams: HashSet<String>,
}

impl Measure {
    pub fn new(text: &str) -> Self {
        let normal = normalise(text);
        Self {
            text: text.to_owned(),
            grams: substring_grams(&normal).into_iter().collect(),
            normal,
        }
    }

    /// The text normalised.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// How much of a wording stands here, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a handful of 2-grams")]
    pub fn has(&self, wording: &str, grams: &[String]) -> f32 {
        if self.normal.contains(wording) {
            return 1.0;
        }
        let here = grams.iter().filter(|g| self.grams.contains(*g)).count();
        // Never as sure as the wording itself.
        0.99 * here as f32 / grams.len().max(1) as f32
    }
}

/// Where a wording stands in the lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Number of the item in [`NegativeLists::items`].
    pub item: usize,
    /// Number of its measure.
    pub measure: usize,
    /// How much of the wording stands there, from 0 to 1.
    pub share: f32,
}

/// All negative lists at one position.
#[derive(Clone, Debug, Default)]
pub struct NegativeLists {
    pub editions: Vec<Edition>,
    /// In the order of the lists, and in each as published.
    pub items: Vec<Listed>,
}

impl NegativeLists {
    /// Reads the lists of these kinds as in force at the position.
    ///
    /// # Errors
    /// As the register's.
    pub fn read<'k>(
        register: &dyn Register,
        kinds: impl Iterator<Item = &'k Kind>,
        at: Position,
    ) -> Result<Self, RegisterError> {
        let mut lists = Self::default();
        for kind in kinds {
            let Some(negative) = &kind.negative else {
                continue;
            };
            let (editions, ids) = editions(register, (kind, negative.applies_to), at)?;
            lists.editions.extend(editions.into_values());
            let revisions = register.in_force(&ids, at)?;
            lists
                .items
                .extend(revisions.iter().filter_map(|r| listed(r, kind)));
        }
        Ok(lists)
    }

    /// The place that a wording means for everyone or for foreign investors, of its alternatives (`a|b`)
    /// the first that has one: where it stands whole,
    /// else without its bracket, which each edition fills with other examples, else where most of it
    /// stands; the first of equals.
    pub fn place(&self, wording: &str, applies_to: AppliesTo) -> Option<Place> {
        let mut alternatives = wording.split('|');
        alternatives.find_map(|one| self.place_of(one, applies_to))
    }

    /// The place of one alternative of a wording.
    fn place_of(&self, wording: &str, applies_to: AppliesTo) -> Option<Place> {
        let whole = self.likest(wording, applies_to);
        let head = wording.split('(').next().unwrap_or(wording);
        match whole {
            Some(place) if place.share < 1.0 && head.chars().count() >= SHORTEST_HEAD => self
                .likest(head, applies_to)
                .filter(|p| p.share >= 1.0)
                .or(whole),
            None if head.chars().count() >= SHORTEST_HEAD => self.likest(head, applies_to),
            known => known,
        }
    }

    /// The place where most of a text stands.
    fn likest(&self, wording: &str, applies_to: AppliesTo) -> Option<Place> {
        let grams = substring_grams(wording);
        let mut best: Option<Place> = None;
        let items = self.items.iter().enumerate();
        for (item, listed) in items.filter(|(_, listed)| listed.applies_to == applies_to) {
            for (measure, text) in listed.measures.iter().enumerate() {
                let share = text.has(wording, &grams);
                if share >= MEANT && best.is_none_or(|b| share > b.share) {
                    best = Some(Place {
                        item,
                        measure,
                        share,
                    });
                }
            }
        }
        best
    }
}

/// The kind's lists in the edition that applies at the position, and all items ever published in them.
fn editions(
    register: &dyn Register,
    (kind, applies_to): (&Kind, AppliesTo),
    at: Position,
) -> Result<(BTreeMap<ListId, Edition>, Vec<ItemId>), RegisterError> {
    let filter = PublicationFilter {
        kind: Some(kind.key.clone()),
        ..PublicationFilter::default()
    };
    let mut editions: BTreeMap<ListId, Edition> = BTreeMap::new();
    let mut ids: Vec<ItemId> = Vec::new();
    let mut offset = 0;
    loop {
        let (page, all) = register.publications(&filter, offset, PAGE)?;
        offset += PAGE;
        // Newest first: the first that counts is the edition.
        for publication in page {
            if publication.number > at.publication || publication.effective_on > at.day {
                continue;
            }
            let changes = publication.added + publication.amended + publication.withdrawn;
            for from in (0..changes).step_by(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
                let revisions = register.revisions(publication.number, from, PAGE)?;
                ids.extend(revisions.iter().map(|r| r.id));
            }
            editions
                .entry(publication.list.clone())
                .or_insert_with(|| Edition {
                    kind: kind.key.clone(),
                    applies_to,
                    title: publication.list.title.clone(),
                    publication,
                });
        }
        if offset >= all {
            break;
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok((editions, ids))
}

fn listed(revision: &Revision, kind: &Kind) -> Option<Listed> {
    let negative = kind.negative.as_ref()?;
    if revision.action == Action::Withdrawn {
        return None;
    }
    let item: &Item = &revision.item;
    let of = |role: Role| {
        let fields = kind.fields_with(role);
        let mut values = fields.filter_map(|f| item.fields.get(&f.key));
        values.next().map(String::as_str).unwrap_or_default()
    };
    let lines = of(Role::Measure).lines().map(str::trim);
    let own_measures: Vec<String> = lines.filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let mut measures: Vec<Measure> = own_measures.iter().map(|l| Measure::new(l)).collect();
    // A list without measures of their own says them in the name; one with them says the rule there.
    measures.push(Measure::new(&item.head.name));
    let authority = of(Role::Authority);
    Some(Listed {
        code: revision.code.to_string(),
        key: format!("{}{}", negative.key_prefix, of(Role::Key)),
        kind: kind.key.clone(),
        applies_to: negative.applies_to,
        name: item.head.name.clone(),
        department: if authority.is_empty() {
            item.head.department.clone()
        } else {
            authority.to_owned()
        },
        section: of(Role::Industry).to_owned(),
        grade: Verdict::of_type(&item.head.item_type),
        own_measures,
        measures,
    })
}

/// The position of a day, with publications up to a number only where one is given.
///
/// # Errors
/// As the register's.
pub fn position(
    register: &dyn Register,
    day: Date,
    upto: Option<u64>,
) -> Result<Position, RegisterError> {
    let last = register.last_number()?;
    Ok(Position {
        publication: upto.map_or(last, |n| n.min(last)),
        day,
    })
}
