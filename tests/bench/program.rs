//! The real program as a process of its own, and what it takes of memory.
//! Must not know what it is asked.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn command(state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quanze"));
    command
        .arg("--state")
        .arg(state)
        .args(["--listen", "127.0.0.1:0"]);
    command
}

/// Memory of a process in MB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub resident: u64,
    /// The part of it that is not pages of files, which the system takes back when it needs them.
    pub anonymous: u64,
    pub peak: u64,
}

impl Memory {
    fn of(process: u32) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find(|l| l.starts_with(name))?;
            line.split_whitespace()
                .nth(1)?
                .parse::<u64>()
                .ok()
                .map(|kb| kb >> 10)
        };
        Some(Self {
            resident: field("VmRSS:")?,
            anonymous: field("RssAnon:")?,
            peak: field("VmHWM:")?,
        })
    }
}

/// Ingests a file with the program's own command; how long it took, and its largest memory.
pub fn ingest(state: &Path, file: &Path) -> (Duration, Memory) {
    let started = Instant::now();
    let mut child = command(state)
        .arg("ingest")
        .arg(file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = Memory::default();
    let status = loop {
        memory = Memory::of(child.id()).unwrap_or(memory);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "quanze ingest: {status}");
    (started.elapsed(), memory)
}

/// The program serving a state folder; ended with the value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Returns as soon as the program says where it listens.
    pub fn start(state: &Path) -> Self {
        let mut child = command(state)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let line = BufReader::new(out)
            .lines()
            .map(Result::unwrap)
            .find(|l| l.contains("http://"));
        let line = line.expect("the program says where it listens");
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|l| l.split('/').next())
            .unwrap();
        Self {
            child,
            address: address.parse().unwrap(),
        }
    }

    pub fn memory(&self) -> Memory {
        Memory::of(self.child.id()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
