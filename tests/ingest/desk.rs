//! A register with a clock that the test sets, and files handed in as texts.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use quanze::domain::{Clock, Date, ItemId, Position, Revision, Timestamp};
use quanze::engine::Engine;
use quanze::engine::embedded::EmbeddedEngine;
use quanze::intake::{Bytes, Hints, Source};
use quanze::query::RawSearchParams;
use quanze::register::Register;
use quanze::register::sqlite::SqliteRegister;
use quanze::service::Services;
use quanze::service::follow::follow;
use quanze::service::ingest::{FileReport, IngestOptions, Ingester, Outcome};
use quanze::text::Segmenter;
use tempfile::TempDir;

use crate::support;

/// A clock that stands where it was put.
pub struct SetClock(AtomicI64);

impl SetClock {
    /// Noon of the day in Shanghai.
    pub fn put(&self, day: &str) {
        let noon: Timestamp = format!("{day}T04:00:00Z").parse().expect("test day");
        self.0.store(noon.as_second(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).expect("test instant")
    }
}

/// A department's desk: register, engine and clock of one temporary folder.
pub struct Desk {
    pub clock: Arc<SetClock>,
    pub register: Arc<dyn Register>,
    pub services: Services,
    _folder: TempDir,
}

impl Desk {
    /// On 24 November 2026.
    pub fn new() -> Self {
        static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
        let segmenter = SEGMENTER.get_or_init(Segmenter::embedded).clone();
        let folder = tempfile::tempdir().expect("folder");
        let register: Arc<dyn Register> =
            Arc::new(SqliteRegister::open(folder.path()).expect("register opens"));
        let engine = EmbeddedEngine::open(&folder.path().join("index"), "test", segmenter.clone())
            .expect("engine opens");
        let clock = Arc::new(SetClock(AtomicI64::new(0)));
        clock.put("2026-11-24");
        let intake = support::intake();
        let services = Services::new(
            intake.kinds,
            intake.regions,
            segmenter,
            register.clone(),
            Arc::new(engine),
            clock.clone(),
        );
        Self {
            clock,
            register,
            services,
            _folder: folder,
        }
    }

    pub fn ingest(&self, name: &str, text: &str, hints: &Hints) -> FileReport {
        self.ingest_with(name, text, hints, IngestOptions::default())
    }

    pub fn ingest_with(
        &self,
        name: &str,
        text: &str,
        hints: &Hints,
        options: IngestOptions,
    ) -> FileReport {
        let bytes = Bytes::Memory(text.as_bytes().into());
        let name = name.to_owned();
        self.ingest_source(&Source { name, bytes }, hints, options)
    }

    pub fn ingest_source(
        &self,
        source: &Source,
        hints: &Hints,
        options: IngestOptions,
    ) -> FileReport {
        let ingester = Ingester {
            register: self.register.clone(),
            intake: support::intake(),
            clock: self.clock.clone(),
            options,
        };
        ingester.file(source, hints, &mut |_, _| {})
    }

    /// Items in force on a day, in the register's order.
    pub fn in_force(&self, day: &str) -> Vec<Revision> {
        let mut found = Vec::new();
        self.register
            .each_in_force(Position::on(date(day)), None, &mut |r| {
                found.push(r);
                true
            })
            .expect("register reads");
        found
    }

    /// Names in force on a day.
    pub fn names(&self, day: &str) -> Vec<String> {
        self.in_force(day)
            .into_iter()
            .map(|r| r.item.head.name)
            .collect()
    }

    /// Lets the engine follow, and gives the names that a question finds today.
    pub fn search(&self, q: &str) -> Vec<String> {
        let engine: &dyn Engine = &*self.services.engine;
        follow(
            &*self.register,
            engine,
            &self.services.kinds,
            self.clock.today(),
        )
        .expect("engine follows");
        let raw = RawSearchParams {
            q: q.to_owned(),
            ..RawSearchParams::default()
        };
        let page = self.services.search(&raw).expect("search answers");
        page.hits.into_iter().map(|h| h.head.name).collect()
    }

    pub fn last(&self) -> u64 {
        self.register.last_number().expect("register reads")
    }

    /// Ids that the engine is told of between two positions.
    pub fn changed(&self, from: Position, to: Position) -> Vec<ItemId> {
        let mut ids = Vec::new();
        self.register
            .each_changed(from, to, &mut |state| {
                ids.push(state.map_or_else(|id| id, |r| r.id));
                true
            })
            .expect("register reads");
        ids
    }
}

pub fn date(text: &str) -> Date {
    text.parse().expect("test day")
}

/// What became of the only list of a file.
pub fn outcome(report: &FileReport) -> &Outcome {
    assert_eq!(report.lists.len(), 1, "{:?}", report.findings);
    &report.lists[0].outcome
}

/// Rules of the findings of a file.
pub fn rules(report: &FileReport) -> Vec<&str> {
    report.findings.iter().map(|f| f.rule.as_str()).collect()
}
