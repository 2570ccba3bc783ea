//! A crawler over one site: follows every link of every page once.

use std::collections::{HashSet, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::cli::Server;

/// What an address answered.
pub struct Page {
    pub path: String,
    /// The page that first linked to it.
    pub from: String,
    pub status: u16,
    pub kind: String,
    /// Empty where it is no text.
    pub body: String,
}

impl Page {
    pub fn is_html(&self) -> bool {
        self.kind.starts_with("text/html")
    }
}

/// A walk through a site.
pub struct Crawl<'a> {
    server: &'a Server,
    seen: HashSet<String>,
    open: VecDeque<(String, String)>,
}

impl<'a> Crawl<'a> {
    pub fn new(server: &'a Server) -> Self {
        let mut crawl = Self {
            server,
            seen: HashSet::new(),
            open: VecDeque::new(),
        };
        crawl.found("/", "/");
        crawl.found("/robots.txt", "/");
        crawl.found("/sitemap.xml", "/");
        crawl
    }

    pub fn run(mut self) -> Vec<Page> {
        let mut pages = Vec::new();
        while let Some((path, from)) = self.open.pop_front() {
            let page = self.get(path, from);
            // Results lead to other results without end; their items are linked elsewhere too.
            let is_search = page.path.starts_with("/search");
            if page.is_html() {
                for link in links(&page.body) {
                    if !(is_search && link.starts_with("/search")) {
                        self.found(&link, &page.path);
                    }
                }
            } else if page.kind.starts_with("application/xml") {
                let site = format!("http://{}", self.server.address);
                for part in page.body.split("<loc>").skip(1) {
                    let address = part.split('<').next().unwrap_or_default();
                    let path = address
                        .strip_prefix(&site)
                        .expect("the map is of this site");
                    self.found(path, &page.path);
                }
            }
            pages.push(page);
        }
        pages
    }

    fn found(&mut self, link: &str, from: &str) {
        let link = link.split('#').next().unwrap_or_default();
        if link.starts_with('/') && self.seen.insert(link.to_owned()) {
            self.open.push_back((link.to_owned(), from.to_owned()));
        }
    }

    fn get(&self, path: String, from: String) -> Page {
        let mut stream = TcpStream::connect(&self.server.address).expect("the server answers");
        let patience = Some(Duration::from_mins(1));
        stream.set_read_timeout(patience).expect("timeout");
        let host = &self.server.address;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("asked");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let end = answer
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let mut lines = head.lines();
        let status = lines.next().and_then(|l| l.split(' ').nth(1)?.parse().ok());
        let kind = lines.find_map(|l| l.strip_prefix("content-type: "));
        Page {
            path,
            from,
            status: status.expect("a status"),
            kind: kind.unwrap_or_default().to_owned(),
            body: String::from_utf8(answer[end + 4..].to_vec()).unwrap_or_default(),
        }
    }
}

/// Addresses that a page links to or loads.
fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for name in [" href=\"", " src=\"", " formaction=\""] {
        for part in html.split(name).skip(1) {
            let link = part.split('"').next().unwrap_or_default();
            links.push(link.replace("&#38;", "&").replace("&amp;", "&"));
        }
    }
    links
}
