//! A client that costs little beside the server it measures: one TCP connection kept open, plain
//! HTTP/1.1. Must not know what the answers mean.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

pub struct Client {
    stream: BufReader<TcpStream>,
    /// Header lines sent with every request.
    headers: &'static str,
    line: Vec<u8>,
    pub body: Vec<u8>,
}

impl Client {
    /// `None` while nobody listens.
    pub fn connect(address: SocketAddr, headers: &'static str) -> Option<Self> {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_nodelay(true).unwrap();
        let stream = BufReader::with_capacity(64 << 10, stream);
        Some(Self {
            stream,
            headers,
            line: Vec::new(),
            body: Vec::new(),
        })
    }

    /// Asks, and reads the whole answer into `body`; its status.
    pub fn get(&mut self, path: &str) -> u16 {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
            self.headers
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.header().split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = None;
        loop {
            let header = self.header().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok();
            }
        }
        match length {
            Some(length) => {
                self.body.resize(length, 0);
                self.stream.read_exact(&mut self.body).unwrap();
            }
            None => self.chunks(),
        }
        status
    }

    fn header(&mut self) -> String {
        self.line.clear();
        self.stream.read_until(b'\n', &mut self.line).unwrap();
        String::from_utf8_lossy(&self.line).trim_end().to_owned()
    }

    fn chunks(&mut self) {
        self.body.clear();
        loop {
            let length = usize::from_str_radix(&self.header(), 16).unwrap();
            let start = self.body.len();
            self.body.resize(start + length, 0);
            self.stream.read_exact(&mut self.body[start..]).unwrap();
            self.header();
            if length == 0 {
                return;
            }
        }
    }
}

/// Does `times` pieces of work on so many threads, each with what `prepare` makes for it;
/// pieces a second.
pub fn per_second<S>(
    threads: usize,
    times: usize,
    prepare: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) + Sync,
) -> f64 {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = prepare();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= times {
                        break;
                    }
                    work(&mut own, at);
                }
            });
        }
    });
    times as f64 / started.elapsed().as_secs_f64()
}

/// Asks for the paths in turn over so many connections; requests a second.
pub fn requests(
    address: SocketAddr,
    headers: &'static str,
    connections: usize,
    times: usize,
    paths: &[String],
) -> f64 {
    let connect = || Client::connect(address, headers).unwrap();
    per_second(connections, times, connect, |client, at| {
        let path = &paths[at % paths.len()];
        assert_eq!(client.get(path), 200, "{path}");
    })
}

/// Path of a search.
pub fn search_path(question: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", question)
        .finish();
    format!("{}?{query}", quanze::http::url::API_SEARCH)
}
