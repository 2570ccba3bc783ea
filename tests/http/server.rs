//! The server over a real connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::support::app::TestApp;

// Several threads, as in the program: blocking work is then done in place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_until_told_to_end_and_finishes_open_requests() {
    let app = TestApp::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let services = Arc::clone(&app.services);
    let server = tokio::spawn(quanze::http::serve(
        listener,
        services,
        app.console.clone(),
        TestApp::reached(),
        async {
            let _ = ended.await;
        },
    ));
    let answer = ask(
        address,
        "GET /api/v1/search?q=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"total\""),
        "{answer}"
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    // Half a request is open when the end is asked for.
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    end.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    connection.write_all(b"\r\n").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 200"),
        "{answer}"
    );
    let done = tokio::time::timeout(Duration::from_secs(5), server).await;
    done.expect("ends soon").unwrap().unwrap();
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}
