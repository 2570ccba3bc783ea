//! The use cases that stand between the interfaces and the stores: what a reader can ask.
//! Must not know HTTP, SQL or tantivy. Every function here blocks; callers decide on which thread.

pub mod business;
pub mod console;
pub mod evaluate;
pub mod export;
pub mod follow;
pub mod help;
mod hits;
pub mod ingest;
mod kept;
pub mod overview;
pub mod read;
pub mod search;
pub mod statistics;
pub mod table;
pub mod view;
pub mod words;

use std::sync::Arc;

use crate::domain::{Clock, Date, ItemCode, Kinds, Regions};
use crate::engine::{Engine, EngineError, EngineErrorCode};
use crate::query::Knowledge;
use crate::register::{Register, RegisterError};
use crate::text::vocabulary::Vocabulary;
use crate::text::{Activities, Segmenter};

use business::ListsCache;
use hits::HitCache;
use overview::OverviewCache;
use read::{FactsCache, FeesCache, PermitsCache};
use statistics::StatisticsCache;
use words::WordsCache;

/// Who acts where somebody acts by the command line.
pub const BY_COMMAND: &str = "管理员（命令行）";

/// Everything a use case needs, shared by all requests.
pub struct Services {
    pub kinds: Arc<Kinds>,
    pub regions: Arc<Regions>,
    pub segmenter: Segmenter,
    pub register: Arc<dyn Register>,
    pub engine: Arc<dyn Engine>,
    pub clock: Arc<dyn Clock>,
    pub knowledge: Knowledge,
    overview: OverviewCache,
    words: WordsCache,
    activities: Activities,
    business_words: Vocabulary,
    negative: ListsCache,
    hits: HitCache,
    statistics: StatisticsCache,
    facts: FactsCache,
    permits: PermitsCache,
    fees: FeesCache,
}

impl Services {
    pub fn new(
        kinds: Arc<Kinds>,
        regions: Arc<Regions>,
        segmenter: Segmenter,
        register: Arc<dyn Register>,
        engine: Arc<dyn Engine>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let activities = words::activities();
        Self {
            kinds,
            regions,
            segmenter,
            register,
            engine,
            clock,
            knowledge: words::knowledge(),
            overview: OverviewCache::default(),
            words: WordsCache::default(),
            business_words: business::vocabulary(&activities),
            activities,
            negative: ListsCache::default(),
            hits: HitCache::default(),
            statistics: StatisticsCache::default(),
            facts: FactsCache::default(),
            permits: PermitsCache::default(),
            fees: FeesCache::default(),
        }
    }

    /// Today in Asia/Shanghai.
    pub fn today(&self) -> Date {
        self.clock.today()
    }

    /// Whether searches are answered from the register's present state.
    ///
    /// # Errors
    /// `Unavailable` with the reason when the engine holds nothing or has fallen behind.
    pub fn ready(&self) -> Result<(), ServiceError> {
        let last = self.register.last_number()?;
        let Some(position) = self.engine.position() else {
            return Err(ServiceError::Unavailable("检索索引尚未建立".into()));
        };
        if position.publication < last {
            return Err(ServiceError::Unavailable(format!(
                "检索索引落后：已收录至第 {} 号公布，登记簿已至第 {last} 号",
                position.publication
            )));
        }
        // Items come into force at midnight and the engine follows within minutes; only a whole
        // day's delay says that following has stopped.
        let yesterday = self.today().yesterday().unwrap_or(position.day);
        if position.day < yesterday {
            return Err(ServiceError::Unavailable(format!(
                "检索索引落后：生效状态停留在 {}",
                position.day
            )));
        }
        Ok(())
    }
}

/// Why a use case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The caller asked for something that cannot be; `detail` is for the reader, in Chinese.
    #[error("{code}: {detail}")]
    Invalid {
        /// Stable identifier, part of the API.
        code: &'static str,
        detail: String,
        parameter: Option<String>,
    },
    /// There is no such thing; `detail` is for the reader, in Chinese.
    #[error("{code}: {detail}")]
    NotFound { code: &'static str, detail: String },
    /// Whoever asks is not signed in, or no longer.
    #[error("signed out")]
    SignedOut,
    /// Whoever asks may not do this; `detail` is for the reader, in Chinese.
    #[error("{code}: {detail}")]
    Refused { code: &'static str, detail: String },
    /// It does not fit what there is by now; `detail` is for the reader, in Chinese.
    #[error("{code}: {detail}")]
    Conflict { code: &'static str, detail: String },
    /// Too often; the text is for the reader, in Chinese.
    #[error("too many: {0}")]
    TooMany(String),
    /// Not at present; the text is for the reader, in Chinese.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours; the text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl ServiceError {
    /// A parameter whose value is not acceptable.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::Invalid {
            code: "invalid_parameter",
            detail: detail.into(),
            parameter: Some(name.to_owned()),
        }
    }

    pub fn item_not_found(code: &str) -> Self {
        Self::NotFound {
            code: "item_not_found",
            detail: format!("没有编码为“{}”的事项", view::shorten(code, 60)),
        }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::NotFound {
            code: "not_found",
            detail: detail.into(),
        }
    }
}

/// The code of an item as somebody gives it.
///
/// # Errors
/// `NotFound` for what is no code, in the same words as for one that no item has.
pub fn item_code(code: &str) -> Result<ItemCode, ServiceError> {
    ItemCode::parse(code).map_err(|_| ServiceError::item_not_found(code))
}

impl From<RegisterError> for ServiceError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Outdated => Self::Conflict {
                code: "outdated",
                detail: "在您打开页面之后，他人已作修改。请刷新页面，核对后重做".into(),
            },
            RegisterError::Conflict { latest } => Self::Conflict {
                code: "list_moved_on",
                detail: format!("该清单已有第 {latest} 号公布，须先重新比对"),
            },
            RegisterError::Taken(name) => Self::Conflict {
                code: "name_taken",
                detail: format!("“{name}”已被使用，请换一个"),
            },
            RegisterError::Invalid(detail) => Self::Invalid {
                code: "invalid_publication",
                detail,
                parameter: None,
            },
            RegisterError::CodeTaken { code } => Self::Conflict {
                code: "code_taken",
                detail: format!("编码“{code}”已属于其他清单"),
            },
            // The rest is the store's fault, whoever asked.
            RegisterError::Incompatible(_) | RegisterError::Store(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}

impl From<EngineError> for ServiceError {
    fn from(error: EngineError) -> Self {
        match error.code {
            EngineErrorCode::Invalid => Self::Invalid {
                code: "invalid_parameter",
                detail: "检索条件超出限制，请缩短检索词或减少筛选条件".into(),
                parameter: Some("q".into()),
            },
            EngineErrorCode::Unavailable => Self::Unavailable("检索暂不可用，请稍后再试".into()),
            EngineErrorCode::Timeout => {
                Self::Unavailable("检索用时过长，请缩短检索词后再试".into())
            }
            EngineErrorCode::Internal => Self::Internal(error.message),
        }
    }
}
