//! A whole site over a temporary register, a real engine and a fixed clock, asked without a network.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use quanze::domain::workday::Calendar;
use quanze::domain::{
    Action, Change, Clock, Fields, Head, Item, ItemCode, Kinds, ListId, Origin, PublicationDraft,
    Region, Regions, Timestamp,
};
use quanze::engine::Engine;
use quanze::engine::embedded::EmbeddedEngine;
use quanze::http::Reached;
use quanze::intake::{Intake, Limits};
use quanze::register::sqlite::SqliteRegister;
use quanze::service::Services;
use quanze::service::console::{Console, Terms};
use quanze::service::follow::catch_up;
use quanze::text::Segmenter;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

/// A clock that is set by hand; at first noon of 24 November 2026, a Tuesday, in Shanghai.
pub struct HandClock(Mutex<Timestamp>);

impl HandClock {
    fn noon() -> Self {
        Self(Mutex::new(
            "2026-11-24T04:00:00Z".parse().expect("test instant"),
        ))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("clock")
    }
}

/// What the site answered.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answer is UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// A header's value, blank when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |v| v.to_str().expect("header is text"))
    }
}

/// The site with its stores; the folder goes with it.
pub struct TestApp {
    pub services: Arc<Services>,
    pub console: Arc<Console>,
    pub clock: Arc<HandClock>,
    router: Router,
    folder: TempDir,
}

impl TestApp {
    /// An empty register; the engine has followed nothing.
    pub fn empty() -> Self {
        static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
        let segmenter = SEGMENTER.get_or_init(Segmenter::embedded).clone();
        let kinds = quanze::assets::kinds().collect::<Vec<_>>();
        let kinds = kinds
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let regions = Regions::parse(quanze::assets::index_text("regions.tsv"));
        let folder = tempfile::tempdir().expect("folder");
        let register =
            SqliteRegister::open(&folder.path().join("register")).expect("register opens");
        let engine = EmbeddedEngine::open(&folder.path().join("index"), "test", segmenter.clone())
            .expect("engine opens");
        let register = Arc::new(register);
        let clock = Arc::new(HandClock::noon());
        let services = Arc::new(Services::new(
            Arc::new(Kinds::parse(kinds).expect("kinds parse")),
            Arc::new(regions),
            segmenter,
            register.clone(),
            Arc::new(engine),
            clock.clone(),
        ));
        let intake = Intake {
            kinds: services.kinds.clone(),
            regions: services.regions.clone(),
            limits: Limits {
                file_bytes: Some(1 << 20),
                ..Limits::UPLOAD
            },
        };
        let holidays = quanze::assets::index_text("holidays.txt");
        let console = Arc::new(Console::new(
            services.clone(),
            register,
            intake,
            Calendar::parse(holidays).expect("holidays parse"),
            Terms::default(),
        ));
        Self {
            router: quanze::http::router(services.clone(), console.clone(), Self::reached()),
            services,
            console,
            clock,
            folder,
        }
    }

    /// How readers reach the site.
    pub fn reached() -> Reached {
        Reached {
            site: "https://qz.example.cn".into(),
            behind_proxy: false,
        }
    }

    /// The site, to be asked in another way than by [`TestApp::ask`].
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Folder of the register's database and files.
    pub fn register_folder(&self) -> PathBuf {
        self.folder.path().join("register")
    }

    /// Sets the clock, as `2026-11-25T01:00:00Z`.
    pub fn at(&self, instant: &str) {
        *self.clock.0.lock().expect("clock") = instant.parse().expect("test instant");
    }

    /// Two lists and four publications; see [`TestApp::publish_lists`].
    pub fn new() -> Self {
        let app = Self::empty();
        app.publish_lists();
        app.follow();
        app
    }

    /// | number | list | effective | changes |
    /// |---|---|---|---|
    /// | 1 | 城市管理局, 权责清单 | 2025-01-01 | KL-001 to KL-004 added |
    /// | 2 | the same | 2025-06-01 | KL-001 amended, KL-004 withdrawn for KL-002, KL-005 added |
    /// | 3 | 财政局, 权责清单（样例） | 2025-07-01 | two items without codes added |
    /// | 4 | 城市管理局 | 2027-01-01 | KL-002 amended, KL-006 added |
    fn publish_lists(&self) {
        let city = list("克拉玛依市城市管理局", "权责清单");
        let smoke = power(&city, "对餐饮服务业经营者油烟违法排放的处罚", "行政处罚");
        let adverts = power(&city, "大型户外广告设置许可", "行政许可");
        let script = power(&city, "对<script>alert(1)</script>的检查", "行政检查");
        let closed = power(&city, "城市排水许可", "行政许可");
        self.publish(
            &city,
            "2025-01-01",
            vec![
                added("KL-001", smoke.clone()),
                added("KL-002", adverts.clone()),
                added("KL-003", script),
                added("KL-004", closed.clone()),
            ],
        );
        let stricter = with(
            smoke,
            "basis",
            "【法律】《大气污染防治法》第一百一十八条：\n处一万元以上罚款。",
        );
        let noise = power(&city, "对夜间施工噪声污染的处罚", "行政处罚");
        let gone = Change {
            reason: Some("法律修改".into()),
            successor: Some(code("KL-002")),
            ..self.change(Action::Withdrawn, "KL-004", closed)
        };
        self.publish(
            &city,
            "2025-06-01",
            vec![
                self.change(Action::Amended, "KL-001", stricter),
                gone,
                added("KL-005", noise),
            ],
        );
        let finance = list("克拉玛依市财政局", "权责清单（样例）");
        let mut accounts = power(&finance, "中介机构从事代理记账业务审批", "行政许可");
        accounts.head.level = "县级".into();
        let budget = power(&finance, "对部门预算执行情况的检查", "行政检查");
        self.publish(
            &finance,
            "2025-07-01",
            vec![
                Change {
                    code: None,
                    ..added("XX", accounts)
                },
                Change {
                    code: None,
                    ..added("XX", budget)
                },
            ],
        );
        let later = with(adverts, "office", "市容管理科、行政审批科");
        let future = power(&city, "对共享单车乱停放的处罚", "行政处罚");
        self.publish(
            &city,
            "2027-01-01",
            vec![
                self.change(Action::Amended, "KL-002", later),
                added("KL-006", future),
            ],
        );
    }

    /// Publishes onto a list's last publication.
    pub fn publish(&self, list: &ListId, effective_on: &str, changes: Vec<Change>) {
        let register = &self.services.register;
        let file = register
            .keep_file(
                "权责清单.csv",
                &mut format!("编码,名称\n{effective_on}\n").as_bytes(),
            )
            .expect("file is kept");
        let draft = PublicationDraft {
            list: list.clone(),
            document_no: Some("克政办发〔2025〕8号".into()),
            reason: Some("年度动态调整".into()),
            published_on: "2024-12-20".parse().expect("test day"),
            effective_on: effective_on.parse().expect("test day"),
            recorded_at: "2024-12-21T02:03:04Z".parse().expect("test instant"),
            submitted_by: "提交人".into(),
            approved_by: None,
            supervision: None,
            file,
            code_prefix: "QL".into(),
            changes,
        };
        let base = register.latest_edition(list).expect("list is read").0;
        register.publish(&draft, base).expect("list is published");
    }

    /// Loses the kept files, as a failing disk would.
    pub fn lose_files(&self) {
        let files = self.folder.path().join("register").join("files");
        std::fs::remove_dir_all(files).expect("files are removed");
    }

    /// Lets the engine follow the register.
    pub fn follow(&self) {
        let services = &self.services;
        let engine: &dyn Engine = &*services.engine;
        catch_up(
            &*services.register,
            engine,
            &services.kinds,
            services.today(),
        )
        .expect("engine follows");
    }

    /// A change of an item that is in the register.
    pub fn change(&self, action: Action, code: &str, item: Item) -> Change {
        let revision = self
            .services
            .register
            .history(&self::code(code))
            .expect("history is read");
        Change {
            action,
            id: revision.last().map(|r| r.id),
            ..added(code, item)
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, "").await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("request is well-formed");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("router answers");
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: to_bytes(body, usize::MAX)
                .await
                .expect("body is read")
                .to_vec(),
        }
    }
}

pub fn code(text: &str) -> ItemCode {
    ItemCode::parse(text).expect("test code")
}

/// A power list of the city.
pub fn list(department: &str, title: &str) -> ListId {
    ListId {
        department: department.into(),
        region: Region {
            code: "650200".into(),
            name: "克拉玛依市".into(),
        },
        kind: "power".into(),
        title: title.into(),
    }
}

/// An item of a list with these fields, of no level.
pub fn item(list: &ListId, name: &str, item_type: &str, fields: &[(&str, &str)]) -> Item {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Item {
        head: Head {
            kind: list.kind.clone(),
            name: name.into(),
            sub_name: String::new(),
            item_type: item_type.into(),
            department: list.department.clone(),
            region: list.region.clone(),
            level: String::new(),
        },
        fields: fields.iter().map(own).collect(),
        originals: Fields::new(),
    }
}

/// An item of a power list with the usual fields.
pub fn power(list: &ListId, name: &str, item_type: &str) -> Item {
    let fields = [
        ("name", name),
        ("type", item_type),
        (
            "basis",
            "【法律】《大气污染防治法》第一百一十八条：\n处五千元以上罚款。",
        ),
        ("department", &list.department),
        ("office", "市容管理科"),
        ("level", "市级"),
        ("responsibility", "1.受理责任；\n2.审查责任。"),
        ("complaint", "0990-6220000"),
    ];
    let mut item = item(list, name, item_type, &fields);
    item.head.level = "市级".into();
    item.originals.insert("level".into(), "地州市级".into());
    item
}

/// The item with one field changed.
pub fn with(mut item: Item, key: &str, value: &str) -> Item {
    item.fields.insert(key.into(), value.into());
    item
}

/// A new item with this code.
pub fn added(code: &str, item: Item) -> Change {
    Change {
        action: Action::Added,
        kind: None,
        id: None,
        code: Some(self::code(code)),
        item,
        origin: Origin {
            sheet: "处罚".into(),
            first_row: 4,
            last_row: 6,
        },
        reason: None,
        successor: None,
    }
}
