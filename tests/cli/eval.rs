//! `quanze eval search` over a corpus, queries and judgements small enough to count by hand.

use std::path::Path;
use std::process::Output;

use super::{run, text};

const CORPUS: &str = "\
编码,清单类型,职权类型,职权名称,实施主体,行政区划,设定依据
E-1,权责清单,行政检查,对代理记账机构的监督检查,财政局,云江省临川市,《会计法》第三十条
E-2,权责清单,行政处罚,对夜间施工噪声污染的处罚,生态环境局,云江省临川市,《噪声污染防治法》第七十七条
E-3,权责清单,行政许可,烟花爆竹经营许可,应急管理局,云江省临川市,《烟花爆竹安全管理条例》第三条
";
/// One is answered by its first hit; of the other the register lacks what is needed.
const QUERIES: &str = "\
q1\tkeyword\t夜间施工噪声污染
q2\tlay\t代理记账机构
q3\toutside\tqwxzk
";
const QRELS: &str = "q1\tE-2\t2\nq2\tE-9\t2\n";

/// Runs the evaluation in a folder that has the three files, with further flags.
fn evaluate(folder: &Path, flags: &[&str]) -> Output {
    let files = ["corpus.csv", "queries.tsv", "qrels.tsv"];
    let names = ["--corpus", "--queries", "--qrels"];
    let mut args = vec!["eval", "search", "--rounds", "1"];
    args.extend(
        names
            .iter()
            .zip(files)
            .flat_map(|(name, file)| [*name, file]),
    );
    args.extend(flags);
    run(folder, &args)
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (name, text) in [
        ("corpus.csv", CORPUS),
        ("queries.tsv", QUERIES),
        ("qrels.tsv", QRELS),
    ] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// Cells of the output's row that begins with a word.
fn row<'a>(output: &'a str, first: &str) -> Vec<&'a str> {
    let rows = output.lines().map(|l| l.split_whitespace().collect());
    let mut rows = rows.filter(|r: &Vec<&str>| r.first() == Some(&first));
    rows.next().unwrap_or_else(|| panic!("{first}: {output}"))
}

#[test]
fn quality_is_measured_and_taken_apart() {
    let folder = folder();
    let path = folder.path();
    let flags = "--compare words,literal --misses 1 --ablation --features f.tsv --table t.md";
    let flags: Vec<&str> = flags.split(' ').collect();
    let output = evaluate(path, &flags);
    let (said, warned) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}{warned}");
    assert!(warned.contains("1 处不在清单中，如 E-9"), "{warned}");
    let one = ["1.000"; 5];
    let none = ["0.000"; 5];
    let half = ["0.500"; 5];
    assert_eq!(row(said, "keyword")[1..7], [&["1"], &one[..]].concat());
    assert_eq!(row(said, "lay")[1..7], [&["1"], &none[..]].concat());
    assert_eq!(
        row(said, "all")[1..8],
        [&["2"], &half[..], &["0.000"]].concat()
    );
    assert_eq!(row(said, "outside"), ["outside", "1", "1.000", "1.000"]);
    for told in [
        "分 5 份",
        "用时：中位",
        "（3 次）",
        "平均相差 +0.0000，p = 1.0000",
        "q2 lay “代理记账机构”：nDCG 0.000",
        "首位：对代理记账机构的监督检查（等级 0）",
        "清单中没有（E-9）千名之外",
        "关闭 lexicon",
        "仅 n 元组",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let table = std::fs::read_to_string(path.join("t.md")).expect("a table");
    assert!(
        table.contains("| all | 2 | 0.500 |") && table.contains("| 关闭 citations | 0.500 |"),
        "{table}"
    );
    let features = std::fs::read_to_string(path.join("f.tsv")).expect("features");
    let lines: Vec<Vec<&str>> = features.lines().map(|l| l.split('\t').collect()).collect();
    let head = "qid kind score coverage meant elsewhere certain grade";
    assert_eq!(lines[0].join(" "), head);
    assert_eq!((lines[1][0], lines[1][7]), ("q1", "2"));
    assert_eq!(lines[3], ["q3", "outside", "", "", "", "", "", "0"]);
    assert!(
        !path.join("state").exists(),
        "the operator's own register is left alone"
    );
}

#[test]
fn one_question_is_explained_without_judgements() {
    let folder = folder();
    let question = "噪声污染防治法第77条 罚多少";
    let args = [
        "eval",
        "search",
        "--corpus",
        "corpus.csv",
        "--explain",
        question,
    ];
    let output = run(folder.path(), &args);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        said.contains("第 77 条") && said.contains("意图："),
        "{said}"
    );
    assert!(said.contains("把握：good"), "{said}");
    let first = row(said, "1");
    assert_eq!(first.last(), Some(&"对夜间施工噪声污染的处罚"), "{said}");
}

#[test]
fn wrong_files_are_told_by_line() {
    for (file, content, says) in [
        (
            "queries.tsv",
            "q1\tlay\n",
            "queries.tsv 第 1 行：应有以制表符分隔的 3 列",
        ),
        (
            "queries.tsv",
            "\nq1\tlay\t一\nq1\tlay\t二\n",
            "queries.tsv 第 3 行：问题编号 q1 重复",
        ),
        ("queries.tsv", "\n", "queries.tsv 中没有问题"),
        (
            "qrels.tsv",
            "q1\tE-2\t2\nq1\tE-1\t3\n",
            "qrels.tsv 第 2 行：等级“3”",
        ),
        (
            "qrels.tsv",
            "q7\tE-2\t2\n",
            "qrels.tsv 第 1 行：queries.tsv 中没有编号为 q7",
        ),
        (
            "qrels.tsv",
            "q1\tE-2\t2\nq1\tE-2\t1\n",
            "qrels.tsv 第 2 行：q1 的事项 E-2 重复",
        ),
        (
            "qrels.tsv",
            "q1\tE-2\t2\n",
            "queries.tsv 第 2 行：qrels.tsv 中没有 q2 的相关事项",
        ),
        (
            "corpus.csv",
            "姓名,电话\n张三,1\n",
            "corpus.csv 中没有可收录的清单",
        ),
    ] {
        let folder = folder();
        // Judgements of queries that the wrong file no longer has would be the first error.
        if content == "\n" {
            std::fs::write(folder.path().join("qrels.tsv"), "").expect("written");
        }
        std::fs::write(folder.path().join(file), content).expect("written");
        let output = evaluate(folder.path(), &[]);
        let said = text(&output.stderr);
        assert!(
            !output.status.success() && said.contains(says),
            "{says}: {said}"
        );
    }
    let folder = folder();
    std::fs::write(
        folder.path().join("qrels.tsv"),
        b"q1\tE-2\t2\nq2\t\xff\t2\n",
    )
    .expect("written");
    let said = evaluate(folder.path(), &[]).stderr;
    assert!(text(&said).contains("qrels.tsv 第 2 行：不是 UTF-8 文本"));
    let said = evaluate(folder.path(), &["--without", "words", "magic"]).stderr;
    assert!(
        text(&said).contains("没有“magic”这种检索方式"),
        "{}",
        text(&said)
    );
}

#[test]
fn weights_are_scaled_and_validated() {
    let folder = folder();
    let flags = [
        "--cross-validate",
        "--folds",
        "2",
        "--scale",
        "title=0.5,chars=2",
    ];
    let output = evaluate(folder.path(), &flags);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    // Of two questions one is always answered and one never: no weight is better than another.
    assert_eq!(row(said, "1")[1], "1");
    assert!(said.contains("与现用相同"), "{said}");
    assert!(
        said.contains("选出的权重 0.500，现用的权重 0.500"),
        "{said}"
    );
    for wrong in ["title", "titel=1", "title=-1", "title=x"] {
        let output = evaluate(folder.path(), &["--scale", wrong]);
        assert!(!output.status.success(), "{wrong}");
    }
}

#[test]
fn checks_of_businesses_are_measured() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let list = "\
版本,类别,行业门类,项目号,事项编码,禁止或许可事项,措施描述,主管部门
2025,许可准入类,批发和零售业,1,206001,未获得许可，不得从事烟草制品的批发、零售,烟草专卖零售许可证核发,烟草局
";
    // The last is wrongly judged: the list does not prohibit it.
    let checks = "a\tdomestic\t卖香烟\nb\tdomestic\t软件开发\nc\tdomestic\t网页设计\n";
    let answers =
        "a\tpermit\tmarket\t206001\t2\nb\tunlisted\t-\t-\t2\nc\tprohibited\tmarket\t1\t2\n";
    for (name, content) in [
        ("市场准入负面清单.csv", list),
        ("checks.tsv", checks),
        ("answers.tsv", answers),
    ] {
        std::fs::write(path.join(name), content).expect("written");
    }
    let args = "eval check --lists 市场准入负面清单.csv --checks checks.tsv --answers answers.tsv --misses 9 --cross-validate --folds 3";
    let args: Vec<&str> = args.split(' ').collect();
    let output = run(path, &args);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    let all = "all 3 0.667 0.000 1.000 0.000 0.500 0.500";
    assert_eq!(row(said, "all").join(" "), all);
    assert!(said.contains("c “网页设计”：应为禁止"), "{said}");
    assert!(
        said.contains("1 个描述：0.000；0.000") && said.contains("合计：0.667；0.667"),
        "{said}"
    );
    std::fs::write(path.join("answers.tsv"), "a\tmaybe\tmarket\t1\t2\n").expect("written");
    let told = run(path, &args);
    let told = text(&told.stderr);
    assert!(told.contains("answers.tsv 第 1 行"), "{told}");
}
