//! Files whose rows belong to several lists.

use quanze::intake::Hints;
use quanze::service::ingest::Outcome;

use super::desk::{Desk, rules};

const TEXT: &str = "\
编码,清单类型,职权类型,职权名称,子项,实施主体,行政区划,设定依据
A-1,权责清单,行政处罚,对无照经营的处罚,,市场监督管理局,云江省临川市,依据一
A-2,权责清单,行政许可,食品经营许可,,市场监督管理局,211000,依据二
A-3,公共服务清单,公共服务,社保卡补办,,人力资源和社会保障局,辽阳市,
A-4,权责清单,行政处罚,对价格欺诈的处罚,,市场监督管理局,云江省临川市,依据三
A-4,权责清单,行政处罚,对哄抬价格的处罚,,市场监督管理局,云江省临川市,依据四
/,权责清单,行政处罚,对缺斤短两的处罚,,市场监督管理局,云江省临川市,依据五
";

#[test]
fn rows_are_filed_by_department_region_and_kind() {
    let desk = Desk::new();
    let report = desk.ingest("全市.csv", TEXT, &Hints::default());
    let mut lists: Vec<(String, String, String, u64)> = report
        .lists
        .iter()
        .map(|l| {
            (
                l.department.clone(),
                l.region.clone(),
                l.kind.clone(),
                l.items,
            )
        })
        .collect();
    lists.sort();
    let entry = |d: &str, r: &str, k: &str, n| (d.to_owned(), r.to_owned(), k.to_owned(), n);
    assert_eq!(
        lists,
        [
            entry("市场监督管理局", "云江省临川市", "power", 3),
            entry("辽阳市人力资源和社会保障局", "辽阳市", "service", 1),
            entry("辽阳市市场监督管理局", "辽阳市", "power", 1),
        ]
    );
    assert_eq!(desk.last(), 3);
    let repeated: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.rule == "repeated-code")
        .collect();
    assert_eq!(repeated.len(), 1, "{:?}", rules(&report));
    assert_eq!(
        (
            repeated[0].place.row,
            repeated[0].other.as_ref().map(|p| p.row)
        ),
        (6, Some(5))
    );
    assert_eq!(report.not_taken.len(), 1);
    let names = desk.names("2026-11-24");
    assert!(
        names.contains(&"对缺斤短两的处罚".to_owned())
            && !names.contains(&"对哄抬价格的处罚".to_owned())
    );
}

#[test]
fn a_code_of_another_list_is_refused_and_the_rest_is_taken() {
    let desk = Desk::new();
    desk.ingest("全市.csv", TEXT, &Hints::default());
    let other = "编码,事项名称,权力类型,实施依据,行使主体\nA-1,冒用编码的事项,行政检查,依据,辽阳市财政局\nB-1,财政检查,行政检查,依据,辽阳市财政局\n";
    let hints = Hints {
        department: Some("辽阳市财政局".into()),
        ..Hints::default()
    };
    let report = desk.ingest("财政.csv", other, &hints);
    assert!(matches!(
        report.lists[0].outcome,
        Outcome::Published { added: 1, .. }
    ));
    let taken = report
        .findings
        .iter()
        .find(|f| f.rule == "code-taken")
        .expect("finding");
    assert_eq!((taken.place.row, taken.place.column.as_str()), (2, "A"));
    assert!(
        !desk
            .names("2026-11-24")
            .contains(&"冒用编码的事项".to_owned())
    );
}
