//! The register's vocabulary: kinds of list, items, departments, regions, codes, publications.
//! Plain types and pure rules; must not read files, clocks, databases or the network.

pub mod code;
pub mod columns;
pub mod date;
pub mod department;
pub mod diff;
pub mod finding;
pub mod formula;
pub mod item;
pub mod kind;
pub mod level;
pub mod publication;
pub mod region;

pub use code::{CodeError, ItemCode};
pub use date::{Clock, Date, Timestamp};
pub use finding::{Finding, Place, Severity};
pub use item::{Fields, Head, Item, ItemId};
pub use kind::{AppliesTo, Field, Kind, Kinds, Role, SearchGroup, Span};
pub use publication::{
    Action, Break, Change, FileRef, ListId, Origin, Position, Publication, PublicationDraft,
    Revision, Verified,
};
pub use region::{Region, Regions};
