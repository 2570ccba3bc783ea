//! The program as an operator runs it: commands, exit codes, a server that stops, a process that is killed.

mod account;
mod check;
mod eval;
mod lexicon;
mod verify;

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use std::io::{Read, Write};

/// The program with its state in a folder, cut off from the environment's settings.
pub fn quanze(state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quanze"));
    for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("QUANZE_")) {
        command.env_remove(name);
    }
    command
        .current_dir(state)
        .env("QUANZE_STATE", state.join("state"));
    command
}

fn run(state: &Path, args: &[&str]) -> Output {
    quanze(state).args(args).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

/// A power list of one department with that many items.
fn list(items: usize) -> String {
    let mut text =
        String::from("辽阳市财政局2025年权责清单,,,,\n序号,事项名称,权力类型,实施依据,行使主体\n");
    for n in 1..=items {
        text += &format!("{n},对第{n}类会计资料的检查,行政检查,《会计法》第{n}条,辽阳市财政局\n");
    }
    text
}

/// A server of the sample lists on a free port.
pub struct Server {
    child: Child,
    pub address: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Server {
    pub fn start(state: &Path, args: &[&str]) -> Self {
        let mut child = quanze(state)
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut output = BufReader::new(child.stdout.take().expect("output"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let read = output.read_line(&mut line).expect("output is read");
            assert!(read > 0, "the server ended before it printed its address");
            if let Some(rest) = line.split("http://").nth(1) {
                break rest.split('/').next().expect("address").to_owned();
            }
        };
        Self {
            child,
            address,
            output,
        }
    }

    /// Asks for a path over a connection of its own.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the server answers");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("timeout");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("asked");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Ends it as a service manager does, and gives what it printed and whether it ended well.
    pub fn terminate(mut self) -> (String, bool) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let mut rest = String::new();
        self.output
            .read_to_string(&mut rest)
            .expect("output is read");
        (rest, self.child.wait().expect("the server ends").success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_list_goes_in_and_is_found_and_comes_out() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::write(path.join("财政局.csv"), list(12)).expect("written");
    let ingested = run(path, &["ingest", "财政局.csv", "--report", "report.json"]);
    assert!(ingested.status.success(), "{}", text(&ingested.stderr));
    assert!(
        text(&ingested.stdout).contains("第 1 号公布，共 12 项"),
        "{}",
        text(&ingested.stdout)
    );
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path.join("report.json")).expect("report"))
            .expect("JSON");
    assert_eq!(report["files"][0]["lists"][0]["items"], 12);
    assert_eq!(report["files"][0]["lists"][0]["outcome"], "published");

    let status = run(path, &["status"]);
    let status = text(&status.stdout);
    assert!(
        status.contains("12 项")
            && status.contains("辽阳市财政局")
            && status.contains("第 1 号公布"),
        "{status}"
    );

    let found = run(path, &["search", "第7类会计资料"]);
    assert!(
        text(&found.stdout).contains("对第7类会计资料的检查"),
        "{}",
        text(&found.stdout)
    );

    let json = run(path, &["export", "--kind", "power", "--format", "json"]);
    let items: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout).expect("JSON array");
    assert_eq!(items.len(), 12);
    for key in [
        "code",
        "kind",
        "name",
        "sub_name",
        "type",
        "department",
        "region",
        "level",
        "fields",
    ] {
        assert!(items[0].get(key).is_some(), "{key} in {}", items[0]);
    }
    assert_eq!(items[0]["fields"]["basis"], "《会计法》第1条");

    let exported = run(path, &["export", "--kind", "权责清单", "--format", "csv"]);
    assert!(exported.stdout.starts_with(&[0xef, 0xbb, 0xbf]));
    assert_eq!(text(&exported.stdout).lines().count(), 13);

    // An exported workbook is a list that can be read again, item by item the same.
    let exported = run(
        path,
        &[
            "export", "--kind", "power", "--format", "xlsx", "--output", "out.xlsx",
        ],
    );
    assert!(exported.status.success());
    let dry = run(
        path,
        &[
            "ingest",
            "--dry-run",
            "--title",
            "权责清单",
            "--department",
            "辽阳市财政局",
            "out.xlsx",
        ],
    );
    assert!(
        text(&dry.stdout).contains("共 12 项"),
        "{}",
        text(&dry.stdout)
    );

    let again = run(path, &["reindex"]);
    assert!(
        text(&again.stdout).contains("12 项"),
        "{}",
        text(&again.stdout)
    );
}

#[test]
fn wrong_usage_is_told_in_words() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::write(path.join("a.csv"), list(2)).expect("written");
    std::fs::write(path.join("picture.png"), b"\x89PNG\r\n\x1a\n").expect("written");
    for (args, says) in [
        (&["ingest", "没有这个文件.xlsx"][..], "找不到"),
        (
            &["ingest", "--kind", "名单", "a.csv"],
            "没有名为“名单”的清单类型",
        ),
        (&["ingest", "picture.png"], "这是图片"),
        (
            &["ingest", "--effective", "2026-02-30", "a.csv"],
            "不是日期",
        ),
        (&["export", "--format", "csv"], "请指定清单类型"),
        (
            &["export", "--kind", "x", "--format", "csv"],
            "没有名为“x”的清单类型",
        ),
        (&["--config", "none.toml", "status"], "none.toml"),
    ] {
        let output = run(path, args);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(!output.status.success(), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_fresh_start_loads_the_samples_and_stops_when_told() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &[]);
    assert!(server.get("/healthz").contains("200 OK"));
    let found = server.get("/api/v1/search?q=%E5%99%AA%E5%A3%B0&size=5");
    assert!(
        found.contains("\"total\":") && !found.contains("\"total\":0"),
        "{found}"
    );
    let (_, well) = server.terminate();
    assert!(well, "SIGTERM ends the server cleanly");
    let again = Server::start(folder.path(), &[]);
    let publications = again.get("/api/v1/publications");
    assert!(
        publications.contains("\"total\":37"),
        "the samples are loaded once: {publications}"
    );
}

#[test]
fn what_another_process_publishes_is_searchable_within_a_second() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let server = Server::start(path, &["serve"]);
    std::fs::write(path.join("a.csv"), list(3)).expect("written");
    assert!(run(path, &["ingest", "a.csv"]).status.success());
    // No test asserts a time; ten seconds are an answer that never came.
    let found = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server.get("/api/v1/search").contains("\"total\":3")
    });
    assert!(found);
}

#[test]
fn a_killed_ingest_leaves_whole_publications_and_can_be_run_again() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let mut rows = String::from("编码,清单类型,职权类型,职权名称,实施主体,行政区划,设定依据\n");
    for n in 0..3_000 {
        let basis = "依据法律第几条的规定，".repeat(20);
        rows += &format!(
            "K-{n},权责清单,行政检查,对第{n}项的检查,第{}局,云江省临川市,{basis}{n}\n",
            n % 60
        );
    }
    std::fs::write(path.join("all.csv"), rows).expect("written");
    let mut seen = Vec::new();
    for pause in [60, 120, 200, 300, 450] {
        let mut child = quanze(path)
            .args(["ingest", "all.csv"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        std::thread::sleep(Duration::from_millis(pause));
        // SIGKILL: nothing can be tidied up.
        let _ = child.kill();
        let _ = child.wait();
        if !path.join("state/register.db").exists() {
            // A busy machine had not come as far as making the register.
            continue;
        }
        let json = run(path, &["export", "--format", "json"]);
        let items: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", text(&json.stderr)));
        // Every department has all its fifty items or none.
        assert_eq!(items.len() % 50, 0, "after {pause} ms");
        seen.push(items.len());
    }
    assert!(seen.is_sorted(), "{seen:?}");
    let whole = run(path, &["ingest", "all.csv"]);
    assert!(whole.status.success(), "{}", text(&whole.stderr));
    let json = run(path, &["export", "--format", "json"]);
    let items: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(items.len(), 3_000);
    assert!(text(&run(path, &["search", "第2999项"]).stdout).contains("对第2999项的检查"));
}

#[test]
fn the_report_of_an_ingest_reads_as_it_did() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let text_of_list = "\
辽阳市财政局2026年会计监督权责清单,,,,,
序号,事项名称,权力类型,实施依据,行使主体,承办机构
1,对会计资料的监督检查,行政检查,《会计法》第三十条,地州市财政局,监督科
2,对代理记账机构的监督检查,行政检查,2019年2月30日修改,辽阳市财政局,
合计,2项,,,,
";
    std::fs::write(path.join("财政局.csv"), text_of_list).expect("written");
    let output = run(path, &["ingest", "--effective", "2026-03-01", "财政局.csv"]);
    insta::assert_snapshot!(text(&output.stdout));
}
