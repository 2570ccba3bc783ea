//! What all handlers share, and the bounded place where blocking work is done.
//! Must not know routes.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::task;

use super::error::AppError;
use super::metrics::Metrics;
use crate::service::Services;
use crate::service::console::Console;

/// Requests that wait for their turn at most; more are refused at once.
const QUEUE: usize = 512;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files being taken at once; each is kept in memory until it is worked on.
const UPLOADS: usize = 4;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// How readers reach the site.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Address under which they do, as `https://qz.example.cn`.
    pub site: String,
    /// Whether through a proxy, which says in `X-Forwarded-For` for whom it asks.
    pub behind_proxy: bool,
}

impl Reached {
    /// Whether from this machine alone, where there is nobody to listen in.
    fn is_loopback(&self) -> bool {
        let host = url::Url::parse(&self.site).ok();
        match host.as_ref().and_then(url::Url::host) {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

struct Inner {
    services: Arc<Services>,
    console: Arc<Console>,
    /// The site's address without a slash at the end.
    reached: Reached,
    /// One permit per piece of blocking work going on.
    workers: Arc<Semaphore>,
    /// One permit per request waiting or being worked on.
    queue: Arc<Semaphore>,
    /// One permit per file being taken.
    uploads: Semaphore,
    metrics: Metrics,
}

impl App {
    pub fn new(services: Arc<Services>, console: Arc<Console>, reached: Reached) -> Self {
        // Searches are bound by the processor, reads by the disk now and then: a few more workers
        // than processors keep both busy, many more would only make each other slow.
        let workers = std::thread::available_parallelism().map_or(4, |n| n.get() + 2);
        Self(Arc::new(Inner {
            services,
            console,
            reached: Reached {
                site: reached.site.trim_end_matches('/').to_owned(),
                ..reached
            },
            workers: Arc::new(Semaphore::new(workers)),
            queue: Arc::new(Semaphore::new(workers + QUEUE)),
            uploads: Semaphore::new(UPLOADS),
            metrics: Metrics::default(),
        }))
    }

    /// Address of the site, for what is read elsewhere: feeds, site maps.
    pub fn site(&self) -> &str {
        &self.0.reached.site
    }

    pub fn is_behind_proxy(&self) -> bool {
        self.0.reached.behind_proxy
    }

    /// Whether cookies go over TLS alone.
    pub fn is_secure(&self) -> bool {
        !self.0.reached.is_loopback()
    }

    pub fn console(&self) -> Arc<Console> {
        Arc::clone(&self.0.console)
    }

    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Runs blocking work in its turn, without holding up other connections: on a runtime of
    /// several threads right here, after the thread's other tasks have been handed to another
    /// one; on a runtime of one thread beside it.
    ///
    /// # Errors
    /// The work's own, `unavailable` when too much is waiting, `internal` when the work panicked.
    pub async fn run<T, E>(
        &self,
        work: impl FnOnce(&Services) -> Result<T, E> + Send + 'static,
    ) -> Result<T, AppError>
    where
        T: Send + 'static,
        E: Into<AppError> + Send + 'static,
    {
        let turn = self.turn().await?;
        if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            // Faster than handing the work over, since nobody waits to be woken for it.
            // A panic is caught by the layer outside.
            return task::block_in_place(|| work(&self.0.services)).map_err(Into::into);
        }
        let services = Arc::clone(&self.0.services);
        let done = task::spawn_blocking(move || {
            // Held until the work ends, even when the reader has gone away meanwhile.
            let _turn = turn;
            work(&services)
        });
        match done.await {
            Ok(result) => result.map_err(Into::into),
            Err(error) => Err(AppError::internal(&format!("blocking work: {error}"))),
        }
    }

    /// Runs work of some milliseconds where the request was read, as one does with computing that
    /// takes no longer than waking another thread for it would cost in all: on two connections
    /// 1,600 searches a second instead of 1,200 by [`App::run`]. A panic is caught by the layer
    /// outside.
    ///
    /// # Errors
    /// The work's own, `unavailable` when too much is waiting.
    pub async fn run_short<T, E: Into<AppError>>(
        &self,
        work: impl FnOnce(&Services) -> Result<T, E> + Send,
    ) -> Result<T, AppError> {
        let _turn = self.turn().await?;
        work(&self.0.services).map_err(Into::into)
    }

    /// Waits for the turn to take a file; held while the file is in memory.
    ///
    /// # Errors
    /// `unavailable` when too many are being taken.
    pub async fn upload_turn(&self) -> Result<SemaphorePermit<'_>, AppError> {
        match tokio::time::timeout(PATIENCE, self.0.uploads.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(AppError::busy()),
        }
    }

    async fn turn(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), AppError> {
        let waiting = Arc::clone(&self.0.queue)
            .try_acquire_owned()
            .map_err(|_| AppError::busy())?;
        let working = Arc::clone(&self.0.workers).acquire_owned();
        match tokio::time::timeout(PATIENCE, working).await {
            Ok(Ok(working)) => Ok((waiting, working)),
            Ok(Err(_)) | Err(_) => Err(AppError::busy()),
        }
    }
}
