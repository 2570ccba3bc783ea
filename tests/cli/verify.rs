//! `quanze verify`, and texts that look like formulas on their way out and back in.

use super::{list, run, text};

#[test]
fn what_was_changed_behind_its_back_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::write(path.join("甲.csv"), list(3)).expect("written");
    assert!(run(path, &["ingest", "甲.csv"]).status.success());
    let verified = run(path, &["verify"]);
    assert!(verified.status.success());
    let said = text(&verified.stdout);
    assert!(said.contains("1 次公布、3 条登记"), "{said}");
    let digest = said.rsplit('：').next().expect("a digest").trim();
    assert!(digest.len() == 64, "{said}");

    // The kept file is another one.
    let files = path.join("state").join("files");
    let shard = std::fs::read_dir(files)
        .expect("files")
        .next()
        .expect("a shard");
    let file = std::fs::read_dir(shard.expect("a shard").path())
        .expect("files")
        .next();
    std::fs::write(file.expect("a file").expect("a file").path(), "另一份").expect("written");
    let broken = run(path, &["verify"]);
    assert_eq!(broken.status.code(), Some(1));
    let said = text(&broken.stdout);
    assert!(
        said.contains("第 1 号公布：原始文件“甲.csv”与登记时不同"),
        "{said}"
    );
}

#[test]
fn formulas_are_texts_on_their_way_out_and_back() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let rows = "序号,事项名称,权力类型,实施依据,行使主体,承办机构,备注\n\
                1,对会计资料的检查,行政检查,《会计法》第三十条,辽阳市财政局,监督科,=1+1\n\
                2,对代理记账的检查,行政检查,《会计法》第三十一条,辽阳市财政局,监督科,@SUM(A1)\n\
                3,对预算的检查,行政检查,《预算法》第八十七条,辽阳市财政局,监督科,'-2\n";
    std::fs::write(path.join("甲.csv"), rows).expect("written");
    let options = ["--title", "权责清单", "--department", "辽阳市财政局"];
    let first = run(path, &[&["ingest"], &options[..], &["甲.csv"]].concat());
    assert!(first.status.success(), "{}", text(&first.stdout));
    let out = [
        "export", "--kind", "power", "--format", "csv", "--output", "out.csv",
    ];
    assert!(run(path, &out).status.success());
    let exported = std::fs::read_to_string(path.join("out.csv")).expect("text");
    for guarded in ["'=1+1", "'@SUM(A1)", "'-2"] {
        assert!(exported.contains(&format!(",{guarded}")), "{exported}");
    }
    // Read back they are what they were.
    let again = run(path, &[&["ingest"], &options[..], &["out.csv"]].concat());
    assert!(again.status.success(), "{}", text(&again.stdout));
    let json = run(path, &["export", "--kind", "power", "--format", "json"]);
    let items: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout).expect("JSON");
    let notes: Vec<&str> = items
        .iter()
        .filter_map(|i| i["fields"]["note"].as_str())
        .collect();
    assert_eq!(notes, ["=1+1", "@SUM(A1)", "-2"]);
}
