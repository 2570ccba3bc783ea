//! Connections: accepting, time limits, and ending without cutting off open requests.
//! Must not know routes.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

use super::form::Peer;
use super::router::router;
use super::state::Reached;
use crate::service::Services;
use crate::service::console::Console;

/// A connection that has not sent a whole request head by then is closed, an idle one too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// Room for a request's head in bytes.
const HEAD_BYTES: usize = 32 * 1024;
/// Connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 4_096;
/// How long open requests may take after the end was asked for.
const LAST_REQUESTS: Duration = Duration::from_secs(30);
/// Pause after a failed accept: out of file handles, it fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is done, then lets open requests finish.
///
/// # Errors
/// None at present; a failed accept is logged and tried again.
pub async fn serve(
    listener: TcpListener,
    services: Arc<Services>,
    console: Arc<Console>,
    reached: Reached,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let site = router(services, console, reached);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are written at once; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let peer = stream.peer_addr().ok().map(|peer| Peer(peer.ip()));
        let site = site.clone().map_request(move |mut request: Request<_>| {
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            request
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(site));
        let connection = open.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests still open at the end were cut off");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}
