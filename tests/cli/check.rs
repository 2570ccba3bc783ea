//! `quanze check-business`: one description, and a table of them with rows that are wrong.

use super::{run, text};
use crate::intake::make::xlsx_of;

const LIST: &str = "\
版本,类别,行业门类,项目号,事项编码,禁止或许可事项,措施描述,主管部门
2025,许可准入类,批发和零售业,1,206001,未获得许可，不得从事烟草制品的批发、零售,烟草专卖零售许可证核发,烟草局
";

#[test]
fn a_wrong_row_stops_no_other() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::write(path.join("市场准入负面清单.csv"), LIST).expect("written");
    let ingested = run(
        path,
        &["ingest", "市场准入负面清单.csv", "--kind", "market-access"],
    );
    assert!(ingested.status.success(), "{}", text(&ingested.stdout));
    let one = run(path, &["check-business", "--text", "卖香烟"]);
    let one = text(&one.stdout);
    assert!(one.contains("需许可") && one.contains("206001"), "{one}");
    let rows = "编号,投资者,描述\nA,内资,卖香烟\nB,火星,卖香烟\nC,内资,\nD,,软件开发\n";
    std::fs::write(path.join("rows.csv"), rows).expect("written");
    let output = run(path, &["check-business", "rows.csv"]);
    assert!(!output.status.success());
    let table = text(&output.stdout);
    let row = |id: &str| row_of(table, id);
    assert!(row("A,").contains("需许可"), "{table}");
    assert!(row("C,").contains("未核对"), "{table}");
    assert!(row("D,").contains("清单未列"), "{table}");
    let told = text(&output.stderr);
    assert!(told.contains("第 3 行") && told.contains("火星"), "{told}");
    assert!(
        told.contains("第 4 行") && told.contains("已核对 2 行"),
        "{told}"
    );
}

fn row_of(table: &str, id: &str) -> String {
    let mut lines = table.lines();
    lines.find(|l| l.starts_with(id)).unwrap_or_default().into()
}

#[test]
fn a_workbook_is_answered_as_a_workbook_that_can_be_checked_again() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::write(path.join("市场准入负面清单.csv"), LIST).expect("written");
    run(
        path,
        &["ingest", "市场准入负面清单.csv", "--kind", "market-access"],
    );
    let rows = [
        ["企业", "经营范围", "内外资"],
        ["甲", "卖香烟", "外资"],
        ["乙", "软件开发", ""],
    ];
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    std::fs::write(path.join("rows.xlsx"), xlsx_of(&rows)).expect("written");
    let arguments = ["check-business", "rows.xlsx", "--output", "answers.xlsx"];
    let output = run(path, &arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let again = run(path, &["check-business", "answers.xlsx"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    let table = text(&again.stdout);
    assert!(table.contains(",外资,卖香烟,需许可,"), "{table}");
    assert!(table.contains(",内资,软件开发,清单未列,"), "{table}");
}
