//! A small power list in its editions, as a department writes it.

use super::TITLE;
use crate::intake::make;

pub const HEADINGS: [&str; 7] = [
    "编码",
    "事项名称",
    "权力类型",
    "实施依据",
    "行使主体",
    "承办机构",
    "实施层级及权限",
];
/// An item of a list: code, name, basis.
pub type Row<'a> = (&'a str, &'a str, &'a str);

/// What the list of the city says in its first edition.
pub fn first() -> Vec<Row<'static>> {
    vec![
        (
            "KL-001",
            "对乱倒垃圾的处罚",
            "《城市市容和环境卫生管理条例》第三十四条",
        ),
        (
            "KL-002",
            "对擅自占用道路的处罚",
            "《城市道路管理条例》第四十二条",
        ),
        (
            "KL-003",
            "对夜间施工噪声的处罚",
            "《噪声污染防治法》第七十七条",
        ),
        (
            "KL-004",
            "对露天烧烤的处罚",
            "《大气污染防治法》第一百一十九条",
        ),
    ]
}

/// An item that no edition has.
pub const FIFTH: Row<'static> = (
    "KL-005",
    "对乱停共享单车的处罚",
    "《城市道路管理条例》第三十一条",
);
/// Other bases of the first item, and of the third.
pub const STRICTER: &str = "《城市市容和环境卫生管理条例》第三十四条，处二百元以下罚款";
pub const MILDER: &str = "《城市市容和环境卫生管理条例》第三十四条，可以给予警告";
pub const LOUDER: &str = "《噪声污染防治法》第七十七条，处十万元以下罚款";

/// The first edition with other bases: place of the item, basis.
pub fn amended(bases: &[(usize, &'static str)]) -> Vec<Row<'static>> {
    let mut rows = first();
    for &(at, basis) in bases {
        rows[at].2 = basis;
    }
    rows
}

/// An item's cells under [`HEADINGS`].
pub fn cells<'a>(department: &'a str, (code, name, basis): Row<'a>) -> Vec<&'a str> {
    vec![
        code,
        name,
        "行政处罚",
        basis,
        department,
        "市容管理科",
        "市级",
    ]
}

/// A department's list as a file: the title stands in its first row, the items begin in the third.
pub fn csv(department: &str, rows: &[Row<'_>]) -> Vec<u8> {
    let title = format!("{department}{TITLE}");
    let mut table = vec![vec![title.as_str()], HEADINGS.to_vec()];
    table.extend(rows.iter().map(|row| cells(department, *row)));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    make::csv(&table)
}
