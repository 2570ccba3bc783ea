//! The register's vocabulary: kinds of list, items, departments, regions, codes, publications,
//! accounts, drafts and their way to publication.
//! Plain types and pure rules; must not read files, clocks, databases or the network.

pub mod account;
pub mod code;
pub mod columns;
pub mod date;
pub mod department;
pub mod diff;
pub mod draft;
pub mod finding;
pub mod formula;
pub mod hex;
pub mod item;
pub mod journal;
pub mod kind;
pub mod letter;
pub mod level;
pub mod publication;
pub mod region;
pub mod workday;
pub mod workflow;

pub use account::{Account, AccountId, AccountRole, Grant, Profile, Scope, Token};
pub use code::{CodeError, ItemCode};
pub use date::{Clock, Date, Timestamp};
pub use draft::{ChangeType, Declaration, Draft, DraftChange, Timing};
pub use finding::{Finding, Place, Severity};
pub use hex::hex;
pub use item::{Fields, Head, Item, ItemId};
pub use journal::{Deed, Entry};
pub use kind::{AppliesTo, Field, Kind, Kinds, Role, SearchGroup, Span};
pub use publication::{
    Action, Break, Change, FileRef, ListId, Origin, Position, Publication, PublicationDraft,
    Revision, Verified,
};
pub use region::{Region, Regions};
