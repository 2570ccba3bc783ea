//! `/api/v1/check` and its page: a business against the negative lists.

use quanze::domain::{Action, Change, Item, ListId, Region};
use serde_json::Value;

use crate::support::app::{TestApp, added, item, list, power};

pub fn negative(kind: &str) -> ListId {
    ListId {
        department: "国家发展和改革委员会".into(),
        region: Region {
            code: "000000".into(),
            name: "全国".into(),
        },
        kind: kind.into(),
        title: "负面清单".into(),
    }
}

pub fn measure(list: &ListId, item_type: &str, key: &str, name: &str, measure: &str) -> Item {
    let fields = [
        ("type", item_type),
        ("list_key", key),
        ("name", name),
        ("measure", measure),
        ("industry", "批发和零售业"),
    ];
    item(list, name, item_type, &fields)
}

/// A market access list of two items, of which the second is open from 2026 on, and one for foreign
/// investors.
fn app() -> TestApp {
    let app = TestApp::new();
    let market = negative("market-access");
    let tobacco = "未获得许可，不得从事烟草制品的批发、零售";
    let tobacco = measure(
        &market,
        "许可准入类",
        "206001",
        tobacco,
        "烟草专卖零售许可证核发",
    );
    let bars = "未获得许可，不得从事互联网上网服务";
    let bars = measure(
        &market,
        "许可准入类",
        "209001",
        bars,
        "互联网上网服务营业场所经营许可",
    );
    app.publish(
        &market,
        "2025-01-01",
        vec![added("SC-1", tobacco), added("SC-2", bars.clone())],
    );
    app.publish(
        &market,
        "2026-01-01",
        vec![app.change(Action::Withdrawn, "SC-2", bars)],
    );
    let foreign = negative("foreign-investment");
    let rule = "禁止投资烟叶、卷烟、复烤烟叶及其他烟草制品的批发、零售。";
    let rule = measure(&foreign, "禁止", "7", rule, "");
    let rule = Change {
        code: None,
        ..added("WS-1", rule)
    };
    app.publish(&foreign, "2025-01-01", vec![rule]);
    app
}

pub fn path(text: &str, more: &str) -> String {
    format!(
        "/api/v1/check?text={}{more}",
        quanze::http::url::encode(text)
    )
}

fn verdicts(answer: &Value) -> Vec<&str> {
    let activities = answer["activities"].as_array().expect("activities");
    activities
        .iter()
        .map(|a| a["verdict"].as_str().expect("a verdict"))
        .collect()
}

#[tokio::test]
async fn the_strictest_activity_decides_and_says_what_it_rests_on() {
    let app = app();
    let answer = app.get(&path("卖香烟；软件开发", "")).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["verdict"], "permit", "{answer}");
    assert_eq!(verdicts(&answer), ["permit", "unlisted"]);
    let item = &answer["activities"][0]["items"][0];
    assert_eq!(
        (&item["key"], &item["list"]),
        (&"206001".into(), &"market-access".into())
    );
    assert_eq!(item["measure"], "烟草专卖零售许可证核发");
    assert_eq!(answer["editions"][0]["kind"], "market-access");
    assert!(
        answer["editions"][0]["publication"]
            .as_u64()
            .expect("a number")
            > 0
    );
    assert!(
        answer["activities"][0]["confidence"]
            .as_f64()
            .expect("a number")
            > 0.5
    );
}

#[tokio::test]
async fn what_is_governed_alike_is_told_once() {
    let app = app();
    let answer = app
        .get(&path("开小卖部卖香烟，也卖烟，还零售卷烟", ""))
        .await
        .json();
    let governed = answer["activities"].as_array().expect("activities").iter();
    let tobacco = governed.filter(|a| a["items"][0]["key"] == "206001");
    assert_eq!(tobacco.count(), 1, "{answer}");
}

#[tokio::test]
async fn foreign_investors_are_bound_by_both_lists() {
    let answer = app().get(&path("卖香烟", "&investor=foreign")).await.json();
    assert_eq!(answer["verdict"], "prohibited", "{answer}");
    let keys: Vec<&Value> = answer["activities"][0]["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|i| &i["key"])
        .collect();
    assert_eq!(keys, ["F7", "206001"]);
}

#[tokio::test]
async fn the_edition_of_the_day_counts() {
    let app = app();
    for (day, verdict) in [("2025-06-01", "permit"), ("2026-06-01", "unlisted")] {
        let answer = app
            .get(&path("开网吧", &format!("&as_of={day}")))
            .await
            .json();
        assert_eq!(answer["verdict"], verdict, "{day}: {answer}");
        assert_eq!(answer["as_of"], day);
    }
    // What is no longer listed is not simply free: the usual wording is told.
    let answer = app.get(&path("开网吧", "&as_of=2026-06-01")).await.json();
    assert!(
        !answer["activities"][0]["missing"]
            .as_array()
            .expect("wordings")
            .is_empty()
    );
    // The answer of that day can be had again by its publication.
    let publication =
        app.get(&path("开网吧", "&as_of=2025-06-01")).await.json()["publication"].clone();
    let again = path(
        "开网吧",
        &format!("&as_of=2025-06-01&publication={publication}"),
    );
    assert_eq!(app.get(&again).await.json()["verdict"], "permit");
}

#[tokio::test]
async fn what_is_excluded_or_wrong_is_told() {
    let app = app();
    let answer = app.get(&path("日用百货销售（不含香烟）", "")).await.json();
    assert_eq!(answer["verdict"], "unlisted", "{answer}");
    assert_eq!(answer["activities"][0]["excluded"][0], "不含香烟");
    let long = "卖".repeat(2_001);
    let json = [("content-type", "application/json")];
    for (body, parameter) in [
        (r#"{"text":""}"#.to_owned(), "text"),
        (format!(r#"{{"text":"{long}"}}"#), "text"),
        (
            r#"{"text":"卖烟","investor":"martian"}"#.to_owned(),
            "investor",
        ),
        (
            r#"{"text":"卖烟","as_of":"2026-02-30"}"#.to_owned(),
            "as_of",
        ),
        ("卖烟".to_owned(), "body"),
    ] {
        let answer = app.send("POST", "/api/v1/check", &json, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.json()["parameter"], parameter);
    }
    let body = r#"{"text":"卖香烟","investor":"foreign"}"#;
    let answer = app.send("POST", "/api/v1/check", &json, body).await;
    assert_eq!(answer.json()["verdict"], "prohibited");
}

#[tokio::test]
async fn the_page_shows_the_verdict_and_what_it_rests_on() {
    let app = app();
    let page = app.get(&path("卖香烟", "").replace("/api/v1", "")).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for told in [
        "需许可",
        "烟草专卖零售许可证核发",
        "206001",
        "固定链接",
        "不是法律意见",
    ] {
        assert!(page.contains(told), "{told}");
    }
    // A whole 经营范围 fits, by the form and by the permanent link.
    let scope = "服装零售；".repeat(400);
    let page = app
        .get(&path(&scope, "&investor=foreign").replace("/api/v1", ""))
        .await;
    assert_eq!(page.status, 200);
    let empty = app.get("/check?text=").await;
    assert!(empty.text().contains("请写明要做什么"));
}

/// A form with a file, as a browser sends it.
fn form(file: &str, content: &str) -> String {
    let head = "--x\r\ncontent-disposition: form-data; name=\"format\"\r\n\r\ncsv\r\n--x\r\n";
    let file = format!("content-disposition: form-data; name=\"table\"; filename=\"{file}\"");
    format!("{head}{file}\r\ncontent-type: text/csv\r\n\r\n{content}\r\n--x--\r\n")
}

const FORM: [(&str, &str); 1] = [("content-type", "multipart/form-data; boundary=x")];

#[tokio::test]
async fn a_table_is_answered_by_a_table() {
    let app = app();
    let rows = "描述,编号\n卖香烟,一\n,二\n软件开发,三\n";
    let answer = app
        .send("POST", "/check", &FORM, &form("甲.csv", rows))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let disposition = answer.header("content-disposition");
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    assert!(disposition.ends_with(".csv"), "{disposition}");
    let table = answer.text();
    for expected in [
        "一,内资,卖香烟,需许可,",
        "第 3 行：请写明",
        "三,内资,软件开发,清单未列,",
    ] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    assert!(table.contains("负面清单，第 6 号公布"), "{table}");
}

#[tokio::test]
async fn a_file_that_is_no_table_is_told_on_the_page() {
    let app = app();
    for (file, content, problem) in [
        ("", "", "请先选择"),
        ("甲.pdf", "%PDF-1.7", "PDF"),
        ("甲.csv", "编号,投资者,描述\n", "没有可核对的行"),
    ] {
        let answer = app
            .send("POST", "/check", &FORM, &form(file, content))
            .await;
        assert_eq!(answer.status, 200);
        let page = answer.text();
        assert!(
            page.contains(problem) && page.contains("role=\"alert\""),
            "{page}"
        );
    }
    let length = (12_u64 << 20).to_string();
    let headers = [FORM[0], ("content-length", length.as_str())];
    let answer = app.send("POST", "/check", &headers, "").await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("11 MB"), "{}", answer.text());
}

#[tokio::test]
async fn only_permits_of_the_same_matter_are_named() {
    let app = app();
    let list = list("甲市烟草专卖局", "甲市烟草专卖局权责清单");
    app.publish(
        &list,
        "2025-01-01",
        vec![
            added("P-1", power(&list, "烟草专卖零售许可证核发", "行政许可")),
            added(
                "P-2",
                power(&list, "烟花爆竹经营（零售）许可证核发", "行政许可"),
            ),
        ],
    );
    app.follow();
    let answer = app.get(&path("卖香烟", "")).await.json();
    let permits = answer["activities"][0]["permits"]
        .as_array()
        .expect("permits");
    let names: Vec<&Value> = permits.iter().map(|p| &p["name"]).collect();
    assert_eq!(names, ["烟草专卖零售许可证核发"], "{answer}");
}

#[tokio::test]
async fn the_lists_are_read_by_section_with_what_the_edition_changed() {
    let app = app();
    let answer = app.get("/api/v1/negative-lists?section=F").await.json();
    let items = answer["sections"][0]["items"].as_array().expect("items");
    let told: Vec<(&str, &str)> = items
        .iter()
        .map(|i| {
            let change = i["change"]["action"].as_str().unwrap_or_default();
            (i["key"].as_str().expect("a key"), change)
        })
        .collect();
    // What applies to everyone stands first; what the edition took out is still told.
    assert_eq!(told, [("206001", ""), ("209001", "withdrawn"), ("F7", "")]);
    let page = app.get("/negative-lists?section=F").await;
    for expected in [
        "批发和零售业",
        "现行 2 项",
        "已取消",
        "仅对外资",
        "烟草专卖零售许可证核发",
    ] {
        assert!(page.text().contains(expected), "{expected}");
    }
    // Another edition is shown at the same section.
    let other = page.text().contains("/negative-lists?section=F&#38;as_of=");
    assert!(other, "{}", page.text());
    // The edition before had it, and nothing to compare it with.
    let page = app.get("/negative-lists?section=F&as_of=2025-06-01").await;
    assert!(page.text().contains("现行 3 项") && !page.text().contains("已取消"));
    let all = app.get("/negative-lists").await;
    assert!(all.text().contains("这一版改了什么"), "{}", all.text());
    for wrong in ["section=Z", "as_of=2025-02-30", "letter=F"] {
        let answer = app.get(&format!("/api/v1/negative-lists?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_item_stands_once_though_two_lists_are_of_its_kind() {
    let app = app();
    let other = ListId {
        title: "另一份负面清单".into(),
        ..negative("market-access")
    };
    let salt = measure(
        &other,
        "许可准入类",
        "206077",
        "未获得许可，不得批发食盐",
        "",
    );
    app.publish(&other, "2025-01-01", vec![added("SC-9", salt)]);
    let answer = app.get("/api/v1/negative-lists?section=F").await.json();
    let items = answer["sections"][0]["items"].as_array().expect("items");
    let keys: Vec<&str> = items.iter().filter_map(|i| i["key"].as_str()).collect();
    assert_eq!(
        keys.iter().filter(|k| **k == "206001").count(),
        1,
        "{keys:?}"
    );
    assert_eq!(
        keys.iter().filter(|k| **k == "206077").count(),
        1,
        "{keys:?}"
    );
}

#[tokio::test]
async fn errors_of_typing_are_understood_and_told() {
    let app = app();
    let answer = app.get(&path("开网巴", "&as_of=2025-06-01")).await.json();
    assert_eq!(answer["verdict"], "permit", "{answer}");
    let text = quanze::http::url::encode("开网巴");
    let page = app
        .get(&format!("/check?text={text}&as_of=2025-06-01"))
        .await;
    assert!(page.text().contains("错别字"), "{}", page.text());
}

#[tokio::test]
async fn what_only_resembles_a_business_is_said_with_less_confidence() {
    let app = app();
    let asked = async |text: &str| {
        let answer = app.get(&path(text, "&as_of=2025-06-01")).await.json();
        let activity = answer["activities"][0].clone();
        let confidence = activity["confidence"].as_f64().expect("a number");
        (
            answer["verdict"].as_str().expect("a verdict").to_owned(),
            confidence,
            activity["name"].is_null(),
        )
    };
    let said = asked("网吧").await;
    let alike = asked("互联网的上网营业服务").await;
    let unlike = asked("站在房顶数云彩").await;
    assert_eq!(
        (said.0.as_str(), alike.0.as_str(), unlike.0.as_str()),
        ("permit", "permit", "unlisted")
    );
    assert!(
        said.1 > 0.9 && alike.1 < 0.7 && unlike.1 < 0.5,
        "{said:?} {alike:?} {unlike:?}"
    );
    assert!(!alike.2 && unlike.2, "{alike:?} {unlike:?}");
    // The registrar's own sorting among what needs no permit goes before a likeness.
    let sorted = asked("一般项目：互联网的上网营业服务").await;
    assert_eq!(sorted.0, "unlisted", "{sorted:?}");
}

#[tokio::test]
async fn an_expression_that_ends_inside_a_long_word_is_not_said() {
    let answer = app().get(&path("卖血压计", "")).await.json();
    let names: Vec<&str> = answer["activities"]
        .as_array()
        .expect("activities")
        .iter()
        .filter_map(|a| a["name"].as_str())
        .collect();
    assert!(!names.is_empty(), "{answer}");
    // 卖血 is said of the collection of blood.
    assert!(
        names.iter().all(|name| !name.contains("采供血")),
        "{names:?}"
    );
}
