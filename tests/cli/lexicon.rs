//! `quanze lexicon`: proposals from letters, and how entries fire on them.

use super::{run, text};

/// Twelve items about noise.
fn list() -> String {
    let rows = (1..=12).map(|n| {
        format!("L-{n},权责清单,行政处罚,对第{n}类噪声污染的处罚,生态环境局,云江省临川市\n")
    });
    let head = "编码,清单类型,职权类型,职权名称,实施主体,行政区划\n".to_owned();
    head + &rows.collect::<String>()
}

/// A folder with a register of the list and forty letters, half of them replied to.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("list.csv", &list());
    let letters: String = (0..20)
        .map(|n| format!("喇叭太吵{n}\t楼下商店喇叭响，影响休息\t属于社会生活噪声污染\n"))
        .chain((0..20).map(|n| format!("路灯不亮{n}\t晚上走路怕\t已派人修理\n")))
        .collect();
    write("letters.tsv", &letters);
    let ingested = run(folder.path(), &["ingest", "list.csv"]);
    assert!(ingested.status.success(), "{}", text(&ingested.stderr));
    folder
}

#[test]
fn words_that_lists_lack_are_proposed_with_what_replies_say() {
    let folder = folder();
    let arguments = ["lexicon", "candidates", "letters.tsv", "--known"];
    let output = run(folder.path(), &arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let row = table.lines().find(|line| line.starts_with("喇叭\t"));
    let cells: Vec<&str> = row.expect("it is proposed").split('\t').collect();
    assert_eq!((cells[1], cells[2]), ("20", "0"));
    assert!(
        cells[3].split(' ').any(|term| term.starts_with("噪声")),
        "{cells:?}"
    );
    // A word of the lists is none.
    assert!(!table.contains("\n噪声"), "{table}");
    let seldom = [arguments.as_slice(), &["--least", "21"]].concat();
    let seldom = run(folder.path(), &seldom);
    assert_eq!(text(&seldom.stdout).lines().count(), 1);
}

#[test]
fn entries_are_shown_with_the_letters_that_they_fire_on() {
    let folder = folder();
    let output = run(folder.path(), &["lexicon", "review", "letters.tsv"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let row = table.lines().find(|line| line.contains("路灯"));
    let cells: Vec<&str> = row.expect("it fires").split('\t').collect();
    assert_eq!(cells[1], "20");
    assert!(cells[3].contains("路灯不亮"), "{cells:?}");
    let counts = table.lines().skip(1).map(|line| line.split('\t').nth(1));
    let counts: Vec<u32> = counts
        .map(|c| c.expect("a count").parse().expect("a number"))
        .collect();
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts.iter().all(|c| *c > 0));
}

#[test]
fn letters_that_cannot_be_read_are_named() {
    let folder = folder();
    std::fs::write(folder.path().join("gbk.txt"), b"\xd4\xf0\n").expect("written");
    for (file, told) in [("none.txt", "无法读取"), ("gbk.txt", "第 1 行")] {
        let output = run(folder.path(), &["lexicon", "review", file]);
        assert!(!output.status.success());
        let message = text(&output.stderr);
        assert!(
            message.contains(file) && message.contains(told),
            "{message}"
        );
    }
}
