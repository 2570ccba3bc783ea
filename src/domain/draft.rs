//! Drafts: changes of one list that are not published yet, what the department declares with them and
//! what the offices have said. Plain types; must not know how they are stored or shown.

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::date::{Date, Timestamp};
use super::finding::{Finding, Severity};
use super::item::Item;
use super::publication::{Action, Change, FileRef, ListId};
use super::workflow::{Act, Standing, State};

/// Kind of a change by the rules on list management (新增, 取消, 调整, 下放, 承接, 委托).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeType {
    /// 新增.
    Added,
    /// 承接: taken over from another level or department.
    TakenOver,
    /// 调整.
    Adjusted,
    /// 委托: exercised by another body on behalf of the department.
    Entrusted,
    /// 取消.
    Cancelled,
    /// 下放: handed down to a lower level.
    HandedDown,
}

impl ChangeType {
    pub const ALL: [Self; 6] = [
        Self::Added,
        Self::TakenOver,
        Self::Adjusted,
        Self::Entrusted,
        Self::Cancelled,
        Self::HandedDown,
    ];

    /// Stable word, as forms, the API and the register say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::TakenOver => "taken-over",
            Self::Adjusted => "adjusted",
            Self::Entrusted => "entrusted",
            Self::Cancelled => "cancelled",
            Self::HandedDown => "handed-down",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::TakenOver => "承接",
            Self::Adjusted => "调整",
            Self::Entrusted => "委托",
            Self::Cancelled => "取消",
            Self::HandedDown => "下放",
        }
    }

    /// What the register does with an item so changed.
    pub fn action(self) -> Action {
        match self {
            Self::Added | Self::TakenOver => Action::Added,
            Self::Adjusted | Self::Entrusted => Action::Amended,
            Self::Cancelled | Self::HandedDown => Action::Withdrawn,
        }
    }

    /// What a change is taken for until somebody says otherwise.
    pub fn usual(action: Action) -> Self {
        match action {
            Action::Added => Self::Added,
            Action::Amended => Self::Adjusted,
            Action::Withdrawn => Self::Cancelled,
        }
    }

    /// Types that an item changed so may be of.
    pub fn of(action: Action) -> Vec<Self> {
        let mut types = Self::ALL.to_vec();
        types.retain(|t| t.action() == action);
        types
    }

    /// Whether the department must say how the matter is supervised afterwards.
    pub fn needs_supervision(self) -> bool {
        matches!(self, Self::Entrusted | Self::Cancelled | Self::HandedDown)
    }
}

/// One change of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftChange {
    pub change: Change,
    /// Number of the publication that has changed the same item since the draft was made: the
    /// department has to say which of the two holds.
    pub contested_by: Option<u64>,
}

impl DraftChange {
    pub fn new(change: Change) -> Self {
        Self {
            change,
            contested_by: None,
        }
    }

    /// What the change is by the rules, until somebody says otherwise by its action.
    pub fn kind(&self) -> ChangeType {
        self.change
            .kind
            .unwrap_or_else(|| ChangeType::usual(self.change.action))
    }

    /// Whether it withdraws an item without saying why.
    pub fn lacks_reason(&self) -> bool {
        self.change.action == Action::Withdrawn
            && self.change.reason.as_deref().unwrap_or_default().is_empty()
    }

    /// What tells the item apart inside the draft, also after the file was uploaded anew: its number
    /// in the register, or for a new one its code, or what makes it the same item in another edition.
    /// New items without a code may share it: names repeat inside real files.
    pub fn key(&self) -> String {
        match (self.change.id, &self.change.code) {
            (Some(id), _) => format!("#{}", id.0),
            (None, Some(code)) => format!("={code}"),
            (None, None) => new_key(&self.change.item),
        }
    }
}

/// Key of an item that the register does not have.
pub fn new_key(item: &Item) -> String {
    item.identity().join("\u{1f}")
}

/// When an approved draft is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// As soon as it is approved; it may take effect later.
    #[default]
    AtOnce,
    /// On the day it takes effect.
    OnEffectiveDay,
}

/// What the department declares with its changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Why the list changes: the law, decision or reorganisation behind it.
    pub cause: String,
    /// The day of the cause, from which the term for applying counts.
    pub caused_on: Option<Date>,
    /// 文号 of the document that orders it; may be blank.
    pub document_no: String,
    /// `None`: on the day of publication.
    pub effective_on: Option<Date>,
    pub timing: Timing,
    /// 事中事后监管: how cancelled, delegated and entrusted powers are supervised afterwards.
    pub supervision: String,
}

/// What an office said in a review, or a department when it submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub act: Act,
    /// `None`: the system itself.
    pub by: Option<AccountId>,
    pub office: String,
    pub at: Timestamp,
    pub comment: String,
    /// State that the act led to.
    pub to: State,
}

/// What an office remarked on one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// [`DraftChange::key`] of the item.
    pub key: String,
    /// Name of the item, for when it is no longer in the draft.
    pub item: String,
    pub text: String,
    pub by: AccountId,
    pub office: String,
    pub at: Timestamp,
}

/// How many findings of each severity the last reading of the draft's file had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCounts {
    pub errors: u64,
    pub warnings: u64,
    pub notices: u64,
}

impl FindingCounts {
    pub fn of(findings: &[Finding]) -> Self {
        let of = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
        Self {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notices: of(Severity::Notice),
        }
    }
}

/// A draft without its changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Number from 1; 0 before it is stored.
    pub id: u64,
    /// Grows with every saving: whoever saves says which version they had before them.
    pub version: u64,
    pub list: ListId,
    /// The list's last publication that the changes were compared with; 0: none.
    pub base: u64,
    pub state: State,
    pub authors: Vec<AccountId>,
    pub declaration: Declaration,
    /// The uploaded file, if there is one.
    pub file: Option<FileRef>,
    /// Whether items were changed in forms since the upload.
    pub is_edited: bool,
    /// Whether the file holds this list and nothing else: only then may readers have it.
    #[serde(default)]
    pub is_whole: bool,
    /// Whether rows of the file were refused, so that items may be missing for no other reason.
    pub refused_rows: u64,
    pub findings: FindingCounts,
    pub added: u64,
    pub amended: u64,
    pub withdrawn: u64,
    /// Changes that another publication contests.
    pub contested: u64,
    /// Changes after which somebody has to supervise.
    #[serde(default)]
    pub supervised: u64,
    /// Withdrawals without a reason.
    #[serde(default)]
    pub unexplained: u64,
    pub decisions: Vec<Decision>,
    pub remarks: Vec<Remark>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Instant of the last submission.
    pub submitted_at: Option<Timestamp>,
    /// Instant of the last approval by both offices.
    pub approved_at: Option<Timestamp>,
    /// The publication it became.
    pub publication: Option<u64>,
}

impl Draft {
    /// An empty draft of a list as it stands after a publication.
    pub fn new(list: ListId, base: u64, now: Timestamp) -> Self {
        Self {
            id: 0,
            version: 0,
            list,
            base,
            state: State::Editing,
            authors: Vec::new(),
            declaration: Declaration::default(),
            file: None,
            is_edited: false,
            is_whole: false,
            refused_rows: 0,
            findings: FindingCounts::default(),
            added: 0,
            amended: 0,
            withdrawn: 0,
            contested: 0,
            supervised: 0,
            unexplained: 0,
            decisions: Vec::new(),
            remarks: Vec::new(),
            created_at: now,
            updated_at: now,
            submitted_at: None,
            approved_at: None,
            publication: None,
        }
    }

    /// Decisions since the last submission, it among them; none while it was never submitted.
    fn round(&self) -> &[Decision] {
        let last = self.decisions.iter().rposition(|d| d.act == Act::Submit);
        last.map_or(&[], |at| &self.decisions[at..])
    }

    /// Who has approved it since it was last submitted.
    pub fn approvers(&self) -> Vec<AccountId> {
        let approved = self.round().iter().filter(|d| d.act == Act::Approve);
        approved.filter_map(|d| d.by).collect()
    }

    /// Offices that have approved it since it was last submitted, in their order.
    pub fn approving_offices(&self) -> Vec<&str> {
        let approved = self.round().iter().filter(|d| d.act == Act::Approve);
        approved.map(|d| d.office.as_str()).collect()
    }

    /// What the rules of the workflow need to know of it.
    pub fn standing<'a>(&'a self, approvers: &'a [AccountId]) -> Standing<'a> {
        Standing {
            state: self.state,
            department: &self.list.department,
            authors: &self.authors,
            approvers,
        }
    }

    /// Takes note of who worked on it.
    pub fn add_author(&mut self, account: AccountId) {
        if !self.authors.contains(&account) {
            self.authors.push(account);
        }
    }

    /// Counts the changes anew.
    pub fn count(&mut self, changes: &[DraftChange]) {
        let of = |action| changes.iter().filter(|c| c.change.action == action).count() as u64;
        self.added = of(Action::Added);
        self.amended = of(Action::Amended);
        self.withdrawn = of(Action::Withdrawn);
        let those = |is: fn(&DraftChange) -> bool| changes.iter().filter(|c| is(c)).count() as u64;
        self.contested = those(|c| c.contested_by.is_some());
        self.supervised = those(|c| c.kind().needs_supervision());
        self.unexplained = those(DraftChange::lacks_reason);
    }

    pub fn changes(&self) -> u64 {
        self.added + self.amended + self.withdrawn
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::ItemCode;
    use super::super::diff::{self, Recorded, Telling};
    use super::super::item::{CodedItem, Fields, Head, ItemId};
    use super::super::publication::Origin;
    use super::super::region::Region;
    use super::*;

    fn item(name: &str, basis: &str) -> Item {
        Item {
            head: Head {
                kind: "power".into(),
                name: name.into(),
                sub_name: String::new(),
                item_type: "行政许可".into(),
                department: "辽阳市财政局".into(),
                region: Region::unknown("辽阳市"),
                level: "市级".into(),
            },
            fields: Fields::from_iter([("basis".to_owned(), basis.to_owned())]),
            originals: Fields::new(),
        }
    }

    /// What an edition of these items, at these rows, changes where the list has one item.
    fn uploaded(items: &[(Item, u32)]) -> Vec<DraftChange> {
        let recorded = Recorded {
            id: ItemId(7),
            code: ItemCode::assigned("QL", 7),
            item: item("会计代理记账许可", "会计法"),
        };
        let row = |(item, row): &(Item, u32)| {
            let origin = Origin {
                sheet: "清单".into(),
                first_row: *row,
                last_row: *row,
            };
            let item = item.clone();
            (CodedItem { code: None, item }, origin)
        };
        let new = items.iter().map(row).collect();
        let changes = diff::changes(vec![recorded], new, Telling::default());
        changes.into_iter().map(DraftChange::new).collect()
    }

    fn keys(items: &[(Item, u32)]) -> Vec<(Action, String)> {
        let changes = uploaded(items).into_iter();
        changes.map(|c| (c.change.action, c.key())).collect()
    }

    fn draft(decisions: &[(Act, Option<u64>, &str)]) -> Draft {
        let list = ListId {
            department: "辽阳市财政局".into(),
            region: Region::unknown("辽阳市"),
            kind: "power".into(),
            title: "权力清单".into(),
        };
        let mut draft = Draft::new(list, 0, Timestamp::UNIX_EPOCH);
        let decisions = decisions.iter().map(|(act, by, office)| Decision {
            act: *act,
            by: by.map(AccountId),
            office: (*office).to_owned(),
            at: Timestamp::UNIX_EPOCH,
            comment: String::new(),
            to: State::Editing,
        });
        draft.decisions = decisions.collect();
        draft
    }

    #[test]
    fn words_of_types_are_read_back() {
        for kind in ChangeType::ALL {
            assert_eq!(ChangeType::parse(kind.key()), Some(kind));
        }
        assert_eq!(ChangeType::parse("amended"), None);
    }

    #[test]
    fn types_of_an_action_are_those_that_come_to_it() {
        use ChangeType::{Added, Adjusted, Cancelled, Entrusted, HandedDown, TakenOver};
        for (action, types) in [
            (Action::Added, [Added, TakenOver]),
            (Action::Amended, [Adjusted, Entrusted]),
            (Action::Withdrawn, [Cancelled, HandedDown]),
        ] {
            assert_eq!(ChangeType::of(action), types);
            assert_eq!(types.map(ChangeType::action), [action; 2]);
            assert_eq!(ChangeType::usual(action), types[0]);
        }
    }

    #[test]
    fn a_change_is_of_the_usual_type_until_somebody_says_otherwise() {
        let mut changes = uploaded(&[(item("政府采购备案", ""), 3)]);
        let kinds: Vec<ChangeType> = changes.iter().map(DraftChange::kind).collect();
        assert_eq!(kinds, [ChangeType::Added, ChangeType::Cancelled]);
        changes[1].change.kind = Some(ChangeType::HandedDown);
        assert_eq!(changes[1].kind(), ChangeType::HandedDown);
    }

    #[test]
    fn approvals_count_only_since_the_last_submission() {
        let (department, list, legal) = ("财政局", "编办", "司法局");
        let mut history = Vec::new();
        let mut then = |act, by, office| {
            history.push((act, by, office));
            let draft = draft(&history);
            let approvers: Vec<u64> = draft.approvers().iter().map(|by| by.0).collect();
            (approvers, draft.approving_offices().join("、"))
        };
        let none = || (Vec::new(), String::new());
        assert_eq!(then(Act::Submit, Some(1), department), none());
        let first = (vec![2], list.to_owned());
        assert_eq!(then(Act::Approve, Some(2), list), first);
        // What is returned stays approved by the first office until it is submitted again.
        assert_eq!(then(Act::Return, Some(3), legal), first);
        assert_eq!(then(Act::Submit, Some(1), department), none());
        assert_eq!(then(Act::Approve, Some(4), list), (vec![4], list.into()));
        let both = (vec![4, 3], format!("{list}、{legal}"));
        assert_eq!(then(Act::Approve, Some(3), legal), both);
        assert_eq!(then(Act::Return, None, "系统"), both);
        assert_eq!(then(Act::Submit, Some(5), department), none());
    }

    #[test]
    fn nothing_is_approved_that_was_never_submitted() {
        let draft = draft(&[(Act::Approve, Some(2), "编办")]);
        assert!(draft.approvers().is_empty() && draft.approving_offices().is_empty());
    }

    #[test]
    fn an_item_of_the_register_keeps_its_key_whatever_the_next_file_says_of_it() {
        let own = |action| vec![(action, "#7".to_owned())];
        let amended = |basis, row| keys(&[(item("会计代理记账许可", basis), row)]);
        assert_eq!(amended("会计法第三条", 3), own(Action::Amended));
        assert_eq!(amended("会计法第四条", 9), own(Action::Amended));
        assert_eq!(keys(&[]), own(Action::Withdrawn));
    }

    #[test]
    fn a_new_item_keeps_its_key_while_it_is_the_same_item() {
        let old = || (item("会计代理记账许可", "会计法"), 3);
        let key = |name, basis, row| keys(&[old(), (item(name, basis), row)]);
        let first = key("政府采购备案", "", 4);
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].0, Action::Added);
        assert_eq!(key("政府采购备案", "政府采购法", 8), first);
        assert_ne!(key("政府采购投诉处理", "", 4), first);
        assert!(!first[0].1.starts_with('#'));
    }
}
