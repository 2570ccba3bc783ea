//! The page of one item, in the order a citizen asks: what, who, where and by when, on what basis, what
//! must they do, where to complain. Sections are chosen by what a field means (its role), never by its key.

pub mod field;
pub mod linked;
pub mod qr;
pub mod related;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::parts::{FieldDifference, PublicationRow, action_style};
use super::{Shell, render};
use crate::domain::date::chinese;
use crate::domain::letter::LetterCounts;
use crate::domain::{Position, Role};
use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::state::App;
use crate::http::url;
use crate::service::overview::Overview;
use crate::service::read::{HistoryView, ItemView, RelatedView, Standing, Step};
use crate::service::view::FieldView;
use field::{FieldBody, FieldRow};
use related::RelatedBox;

/// Headings in reading order, each with the roles of the fields under it.
const SECTIONS: [(&str, &str, &[Role]); 6] = [
    (
        "content",
        "具体内容",
        &[Role::Measure, Role::Grade, Role::Standard, Role::Industry],
    ),
    (
        "who",
        "由谁负责",
        &[
            Role::Department,
            Role::Authority,
            Role::Lead,
            Role::Parties,
            Role::Office,
            Role::Level,
            Role::Scope,
            Role::Region,
        ],
    ),
    (
        "how",
        "怎么办理",
        &[
            Role::Audience,
            Role::Deadline,
            Role::Promised,
            Role::Place,
            Role::Phone,
            Role::Topic,
        ],
    ),
    ("basis", "法律依据", &[Role::Basis]),
    (
        "duties",
        "部门应当做什么",
        &[Role::Duties, Role::DutiesBasis],
    ),
    ("complaint", "到哪里投诉", &[Role::Complaint]),
];

/// Told apart from the rest, which keeps the kind's own order.
const LAST: (&str, &str, &[Role]) = (
    "accountability",
    "不履行职责怎么追责",
    &[Role::Accountability],
);

/// Already in the page's head, or of use only inside the published table.
const ELSEWHERE: [Role; 7] = [
    Role::Title,
    Role::Subtitle,
    Role::Type,
    Role::Code,
    Role::Sequence,
    Role::Kind,
    Role::Edition,
];

/// A heading with its fields.
#[derive(Clone, Debug, Default)]
pub struct SectionView {
    pub id: &'static str,
    pub heading: &'static str,
    pub fields: Vec<FieldRow>,
}

/// What the reader must know before the content.
#[derive(Clone, Debug)]
pub enum Notice {
    Withdrawn {
        since: String,
        reason: Option<String>,
        /// Path and name of the item that replaces it.
        successor: Option<(String, String)>,
    },
    NotYetInForce {
        from: String,
    },
    /// The content is of a day in the past or to come.
    OtherDay {
        day: String,
        /// The last publication that counts, where there are later ones.
        upto: Option<u64>,
        /// Whether the day is still to come.
        future: bool,
        /// The item as it stands today.
        today: String,
    },
    /// A published change that is not yet in force on the day shown.
    Upcoming {
        /// Whether it is in force by today.
        reached: bool,
        action: &'static str,
        on: String,
        publication: u64,
        url: String,
    },
}

/// One step in the item's history.
#[derive(Clone, Debug, Default)]
pub struct StepRow {
    pub action: &'static str,
    pub style: &'static str,
    pub effective_on: String,
    pub reached: bool,
    /// The item as it stood from that day.
    pub url: String,
    pub publication: PublicationRow,
    pub differences: Vec<FieldDifference>,
    pub reason: Option<String>,
    pub successor: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "item.html")]
pub struct ItemPage {
    pub shell: Shell,
    pub code: String,
    pub name: String,
    pub sub_name: String,
    pub item_type: String,
    pub kind_name: String,
    pub kind_url: String,
    pub department: String,
    /// What the list calls it where it says the same department, else that it published.
    pub department_label: String,
    /// Whether those who lead, or charge, stand before whoever published: they answer for it.
    pub others_first: bool,
    pub department_url: Option<String>,
    pub region: String,
    pub level: String,
    pub status: &'static str,
    pub notices: Vec<Notice>,
    pub sections: Vec<SectionView>,
    /// Whether a field says where to complain.
    pub has_complaint: bool,
    /// Original cells of fields shown in the page's head.
    pub originals: Vec<(String, String)>,
    pub publication: PublicationRow,
    pub list_url: Option<String>,
    pub effective_on: String,
    /// Edition of the list as it says itself; may be blank.
    pub edition: String,
    pub file_name: String,
    pub file_url: String,
    /// Sheet and rows in the file; empty when unknown.
    pub place: String,
    pub history: Vec<StepRow>,
    pub path: String,
    pub history_api: String,
    /// Where two days of it are compared.
    pub difference_path: Option<String>,
    pub feedback_url: String,
    /// Letters that were received on it.
    pub letters: LetterCounts,
    /// Day in the form YYYY-MM-DD, for the day's form.
    pub day: String,
    /// Address of this content for ever, and its QR code.
    pub permanent: String,
    pub permanent_path: String,
    pub qr_url: String,
    /// The item as JSON-LD.
    pub linked: String,
    /// What stands beside it; nothing on days other than today.
    pub related: RelatedBox,
    /// What one item of its kind is called.
    pub noun: String,
}

pub async fn item(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    let (day, upto) = (params.day("as_of")?, params.publication()?);
    let site = app.site().to_owned();
    let console = app.console();
    app.page(&headers, move |services| {
        let now = services.position(None, None)?;
        let item = services.item(&code, services.position(day, upto)?)?;
        let history = services.history(&code)?;
        let kind = services.kinds.get(&item.head.kind);
        let noun = kind.map_or("事项", |kind| kind.noun.as_str()).to_owned();
        let is_service = is_service(&item);
        let related = if item.at() == now && item.standing == Standing::InForce {
            // The item itself is from the register: it is shown even while the index is away.
            services.related(&code).unwrap_or_else(|error| {
                tracing::warn!(%error, %code, "an item is shown without what stands beside it");
                RelatedView::default()
            })
        } else {
            RelatedView::default()
        };
        let linked = match item.standing {
            Standing::InForce => linked::linked(&site, &item, is_service),
            Standing::Withdrawn { .. } | Standing::NotYetInForce => String::new(),
        };
        let permanent = url::item_at(&item.head.code, item.as_of, item.upto);
        render(&ItemPage {
            permanent: format!("{site}{permanent}"),
            permanent_path: permanent,
            linked,
            related: RelatedBox::new(&item.head, &noun, related),
            noun,
            letters: console.letter_counts(&item.head.code)?,
            ..ItemPage::new(&*services.overview()?, item, history, now)
        })
    })
    .await
}

impl ItemPage {
    pub fn new(overview: &Overview, item: ItemView, history: HistoryView, now: Position) -> Self {
        let code = item.head.code.clone();
        let path = url::item(&code);
        let api = url::fill(url::API_ITEM, &code);
        let shell = Shell {
            as_of: Some(chinese(item.as_of)),
            sample: item.publication.sample,
            ..Shell::new(overview, full_name(&item.head.name, &item.head.sub_name))
        };
        let shell = if item.at() == now {
            shell.with_api(api).with_canonical(path.clone())
        } else {
            let at = [
                ("as_of", item.as_of.to_string()),
                ("publication", item.upto.to_string()),
            ];
            shell
                .with_api(url::with(&api, at))
                .with_canonical(url::item_at(&code, item.as_of, item.upto))
        };
        let notices = notices(&item, now);
        let is_publisher = |f: &FieldView| {
            f.role == Some(Role::Department)
                && f.value == item.head.department
                && f.original.is_none()
        };
        let publisher = item.fields.iter().find(|f| is_publisher(f));
        let department_label = publisher.map_or("公布部门".to_owned(), |f| f.label.clone());
        let fields: Vec<FieldView> = item
            .fields
            .iter()
            .filter(|f| !is_publisher(f))
            .cloned()
            .collect();
        let (sections, originals) = sections(&fields);
        let publication = &item.publication.publication;
        Self {
            shell,
            status: match item.standing {
                Standing::InForce => "现行有效",
                Standing::Withdrawn { .. } => "已取消",
                Standing::NotYetInForce => "尚未生效",
            },
            notices,
            has_complaint: item.fields.iter().any(|f| f.role == Some(Role::Complaint)),
            sections,
            originals,
            list_url: item.publication.list_number.map(url::list),
            effective_on: chinese(item.effective_on),
            edition: item
                .fields
                .iter()
                .find(|f| f.role == Some(Role::Edition))
                .map_or_else(String::new, |f| f.value.clone()),
            file_name: publication.file.name.clone(),
            file_url: url::file(publication.number),
            place: place(&item),
            publication: item.publication.clone().into(),
            history: history
                .steps
                .into_iter()
                .map(|step| step_row(&code, step))
                .collect(),
            history_api: url::fill(url::API_ITEM_HISTORY, &code),
            difference_path: (item.publication.list_number)
                .map(|list| url::fill(url::LIST_DIFFERENCE, list)),
            feedback_url: url::fill(url::FEEDBACK, &code),
            letters: LetterCounts::default(),
            day: item.as_of.to_string(),
            qr_url: url::with(
                &url::fill(url::ITEM_QR, &code),
                [
                    ("as_of", item.as_of.to_string()),
                    ("publication", item.upto.to_string()),
                ],
            ),
            permanent: String::new(),
            permanent_path: String::new(),
            linked: String::new(),
            related: RelatedBox::default(),
            noun: String::new(),
            path,
            kind_url: url::kind(&item.head.kind),
            department_label,
            others_first: item
                .fields
                .iter()
                .any(|f| matches!(f.role, Some(Role::Lead | Role::Authority))),
            department_url: item.department_number.map(url::department),
            name: item.head.name,
            sub_name: item.head.sub_name,
            item_type: item.head.item_type,
            kind_name: item.head.kind_name,
            department: item.head.department,
            region: item.head.region.name,
            level: item.head.level,
            code,
        }
    }
}

/// Whether an item is something that people ask for, and not done to them.
fn is_service(item: &ItemView) -> bool {
    const ASKED: [&str; 6] = [
        "行政许可",
        "行政给付",
        "行政确认",
        "行政奖励",
        "行政裁决",
        "公共服务",
    ];
    let is_for_someone = |f: &FieldView| f.role == Some(Role::Audience);
    item.fields.iter().any(is_for_someone)
        || ASKED
            .iter()
            .any(|asked| item.head.item_type.contains(asked))
}

fn full_name(name: &str, sub_name: &str) -> String {
    if sub_name.is_empty() {
        name.to_owned()
    } else {
        format!("{name}（{sub_name}）")
    }
}

fn notices(item: &ItemView, now: Position) -> Vec<Notice> {
    let mut notices = Vec::new();
    match &item.standing {
        Standing::InForce => {}
        Standing::NotYetInForce => notices.push(Notice::NotYetInForce {
            from: chinese(item.effective_on),
        }),
        Standing::Withdrawn { reason, successor } => notices.push(Notice::Withdrawn {
            since: chinese(item.effective_on),
            reason: reason.clone(),
            successor: successor.as_ref().map(|s| {
                let name = s.name.clone().unwrap_or_else(|| s.code.clone());
                (url::item(&s.code), name)
            }),
        }),
    }
    if item.at() != now {
        notices.push(Notice::OtherDay {
            day: chinese(item.as_of),
            upto: (item.upto < now.publication).then_some(item.upto),
            future: item.as_of > now.day,
            today: url::item(&item.head.code),
        });
    }
    notices.extend(item.upcoming.iter().map(|change| Notice::Upcoming {
        reached: change.effective_on <= now.day,
        action: change.action.label(),
        on: chinese(change.effective_on),
        publication: change.publication,
        url: url::publication(change.publication),
    }));
    notices
}

/// Fields under their headings, and the original cells of those shown in the page's head.
fn sections(fields: &[FieldView]) -> (Vec<SectionView>, Vec<(String, String)>) {
    let row = FieldRow::from;
    let section = |(id, heading, roles): (&'static str, &'static str, &[Role])| {
        // By the order of roles, so that the body stands before its office whatever the columns'.
        let of_role = |role: Role| fields.iter().filter(move |f| f.role == Some(role)).map(row);
        SectionView {
            id,
            heading,
            fields: roles.iter().copied().flat_map(of_role).collect(),
        }
    };
    let mut sections: Vec<SectionView> = SECTIONS.into_iter().map(section).collect();
    sections.push(section(LAST));
    let placed = |role: Role| {
        SECTIONS
            .iter()
            .chain([&LAST])
            .any(|(_, _, roles)| roles.contains(&role))
            || ELSEWHERE.contains(&role)
    };
    sections.push(SectionView {
        id: "other",
        heading: "其他信息",
        fields: fields
            .iter()
            .filter(|f| !f.role.is_some_and(placed))
            .map(row)
            .collect(),
    });
    // Who published and where to complain is said even when the list does not say it.
    sections.retain(|s| !s.fields.is_empty() || ["who", "complaint"].contains(&s.id));
    let originals = fields
        .iter()
        .filter(|f| f.role.is_some_and(|role| ELSEWHERE.contains(&role)))
        .filter_map(|f| {
            f.original
                .clone()
                .map(|original| (f.label.clone(), original))
        })
        .collect();
    (sections, originals)
}

fn place(item: &ItemView) -> String {
    let origin = &item.origin;
    let rows = match (origin.first_row, origin.last_row) {
        (0, _) => String::new(),
        (first, last) if first == last || last == 0 => format!("第 {first} 行"),
        (first, last) => format!("第 {first} 至 {last} 行"),
    };
    match (origin.sheet.as_str(), rows.as_str()) {
        ("", rows) => rows.to_owned(),
        (sheet, "") => format!("工作表“{sheet}”"),
        (sheet, rows) => format!("工作表“{sheet}”{rows}"),
    }
}

fn step_row(code: &str, step: Step) -> StepRow {
    StepRow {
        action: step.label,
        style: action_style(step.action),
        effective_on: chinese(step.effective_on),
        reached: step.reached,
        url: url::item_on(code, step.effective_on),
        publication: step.publication.into(),
        differences: step
            .differences
            .into_iter()
            .map(FieldDifference::from)
            .collect(),
        reason: step.reason,
        successor: step.successor.map(|code| (url::item(&code), code)),
    }
}
