//! A city adds a kind of list by adding one file: proved with a kind that no code knows.

use std::sync::Arc;

use quanze::domain::Kinds;
use quanze::intake::{Bytes, Hints, Intake, Source};

use super::{files_under, relative, text};
use crate::support;

const KIND: &str = r#"
key = "first-offence"
name = "首违不罚清单"
aliases = ["轻微违法首次不罚清单", "包容审慎监管清单"]
order = 90
noun = "不罚事项"
prefix = "SW"
default_type = "首违不罚"

[[table]]
requires = ["name", "condition"]

[[field]]
key = "seq"
label = "序号"
role = "sequence"

[[field]]
key = "name"
label = "不予处罚的违法行为"
aliases = ["轻微违法行为"]
role = "title"
required = true
search = "title"

[[field]]
key = "condition"
label = "首违不罚适用条件"
aliases = ["不罚条件"]
required = true
search = "body"
long = true

[[field]]
key = "department"
label = "行使主体"
aliases = ["执法主体"]
role = "department"
facet = true

[[field]]
key = "basis"
label = "法律依据"
role = "basis"
search = "basis"
long = true
"#;

const LIST: &str = "\
辽阳市市场监督管理局首违不罚清单（2026年版）,,,,
序号,轻微违法行为,首违不罚适用条件,执法主体,法律依据
1,未按规定公示营业执照,\"1.首次被发现；
2.在责令的期限内改正。\",辽阳市市场监督管理局,《中华人民共和国行政处罚法》第三十三条
2,未明码标价,首次被发现，未造成危害后果,辽阳市市场监督管理局,《中华人民共和国价格法》第十三条
3,,,,
合计,2项,,,
";

fn intake() -> Intake {
    let mut files: Vec<(String, String)> = files_under("index/kinds")
        .iter()
        .map(|p| relative(p))
        .filter(|p| p.ends_with(".toml"))
        .map(|p| (p.clone(), text(&p)))
        .collect();
    files.push(("first-offence.toml".into(), KIND.into()));
    let files = files.iter().map(|(n, t)| (n.as_str(), t.as_str()));
    Intake {
        kinds: Arc::new(Kinds::parse(files).expect("the made-up kind parses")),
        ..support::intake()
    }
}

#[test]
fn a_kind_that_no_code_knows_is_read() {
    let source = Source {
        name: "首违不罚.csv".into(),
        bytes: Bytes::Memory(LIST.as_bytes().into()),
    };
    let opened = intake().open(&source, &Hints::default());
    let lists = support::read_all(&opened);
    assert_eq!(lists.len(), 1, "{:?}", opened.findings);
    let (plan, drafts) = &lists[0];
    assert_eq!(plan.list.kind, "first-offence");
    assert_eq!(plan.list.department, "辽阳市市场监督管理局");
    assert_eq!(plan.list.region.code, "211000");

    let items: Vec<_> = drafts.items.iter().map(|i| &i.coded.item).collect();
    let not_taken: Vec<u32> = drafts.not_taken.iter().map(|n| n.place.row).collect();
    assert_eq!(not_taken, [5, 6], "the row without content, and the total");
    let names: Vec<&str> = items.iter().map(|i| i.head.name.as_str()).collect();
    assert_eq!(names, ["未按规定公示营业执照", "未明码标价"]);
    assert!(items.iter().all(|i| i.head.item_type == "首违不罚"));
    assert_eq!(
        items[0].fields["condition"],
        "1.首次被发现；\n2.在责令的期限内改正。"
    );
    let keys: Vec<&str> = items[1].fields.keys().map(String::as_str).collect();
    assert_eq!(keys, ["seq", "name", "condition", "department", "basis"]);
}

#[test]
fn its_columns_are_described_like_those_of_every_kind() {
    let kinds = intake().kinds;
    let described = quanze::domain::columns::columns_markdown(&kinds);
    assert!(described.contains("### 首违不罚清单 (`first-offence`)"));
    assert!(described.contains("| 首违不罚适用条件 | `condition` | yes | | 不罚条件 |"));
}

#[test]
fn the_kinds_of_the_program_do_not_take_it_for_theirs() {
    let opened = support::open_bytes("首违不罚.csv", LIST.as_bytes(), &Hints::default());
    assert!(
        opened.lists.iter().all(|l| l.list.kind != "first-offence"),
        "the test's kind must not be one of the program's"
    );
}
