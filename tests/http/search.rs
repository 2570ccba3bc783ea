//! `/api/v1/search`, `/api/v1/suggest` and the page of results.

use quanze::domain::Action;
use serde_json::Value;

use crate::support::app::{TestApp, added, list, power};

fn codes(answer: &Value) -> Vec<&str> {
    answer["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| h["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_answer_has_the_documented_shape() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/search?q=%E6%B2%B9%E7%83%9F").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let answer = answer.json();
    assert_eq!(answer["query"], "油烟");
    assert_eq!(
        (&answer["total"], &answer["page"], &answer["size"]),
        (&1.into(), &1.into(), &20.into())
    );
    assert!(answer["took_ms"].is_number());
    let hit = &answer["hits"][0];
    for (key, value) in [
        ("code", "KL-001"),
        ("kind", "power"),
        ("name", "对餐饮服务业经营者油烟违法排放的处罚"),
        ("sub_name", ""),
        ("type", "行政处罚"),
        ("department", "克拉玛依市城市管理局"),
        ("region", "克拉玛依市"),
        ("level", "市级"),
        ("url", "/items/KL-001"),
    ] {
        assert_eq!(hit[key], value, "{key}");
    }
    assert!(hit["score"].as_f64().unwrap() > 0.0);
    assert!(
        hit["highlights"]["name"]
            .as_str()
            .unwrap()
            .contains("<mark>油烟</mark>")
    );
    let kind = &answer["facets"]["kind"][0];
    assert_eq!(
        (&kind["value"], &kind["label"], &kind["count"]),
        (&"power".into(), &"权责清单".into(), &1.into())
    );
    let region = &answer["facets"]["region"][0];
    assert_eq!(
        (&region["value"], &region["label"]),
        (&"650200".into(), &"克拉玛依市".into())
    );
}

#[tokio::test]
async fn an_empty_question_lists_what_is_in_force() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/search").await.json();
    assert_eq!(
        answer["total"], 6,
        "withdrawn and future items are not listed"
    );
    assert_eq!(answer["as_of"], "2026-11-24");
    let answer = app.get("/api/v1/search?size=4&page=2").await.json();
    assert_eq!(codes(&answer).len(), 2);
}

#[tokio::test]
async fn what_the_engine_has_not_followed_yet_takes_no_hit_away() {
    let app = TestApp::empty();
    let list = list("克拉玛依市城市管理局", "权责清单");
    let item = |name: &str| power(&list, name, "行政处罚");
    let (smoke, noise) = ("对油烟排放的处罚", "对噪声污染的处罚");
    let start = vec![added("KL-1", item(smoke)), added("KL-2", item(noise))];
    app.publish(&list, "2025-01-01", start);
    app.follow();
    let amended = item("对油烟超标排放的处罚");
    let changes = vec![
        app.change(Action::Amended, "KL-1", amended),
        app.change(Action::Withdrawn, "KL-2", item(noise)),
    ];
    app.publish(&list, "2025-02-01", changes);
    let shown = |answer: &Value, key: &str, name: &str| -> Vec<String> {
        let rows = answer[key].as_array().unwrap().iter();
        // Everyday words are suggested beside items.
        let rows = rows.filter(|row| row["kind"] != "word");
        let mut names: Vec<_> = rows
            .map(|row| row[name].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let path = format!("/api/v1/search?{}", encoded("q=处罚"));
    let answer = app.get(&path).await.json();
    assert_eq!(answer["total"], 2);
    assert_eq!(shown(&answer, "hits", "name"), [noise, smoke]);
    let suggest = format!("/api/v1/suggest?{}", encoded("q=噪声"));
    let answer = app.get(&suggest).await.json();
    assert_eq!(shown(&answer, "suggestions", "text"), [noise]);
    let answer = app.get("/api/v1/departments/1").await.json();
    assert_eq!(shown(&answer, "items", "name"), [noise, smoke]);

    app.follow();
    let answer = app.get(&path).await.json();
    assert_eq!(answer["total"], 1);
    assert_eq!(shown(&answer, "hits", "name"), ["对油烟超标排放的处罚"]);
}

#[tokio::test]
async fn filters_narrow_and_several_values_are_alternatives() {
    let app = TestApp::new();
    for (query, total) in [
        ("type=行政许可", 2),
        ("type=行政许可&type=行政检查", 4),
        ("type=行政许可&department=克拉玛依市财政局", 1),
        ("department=2", 2),
        ("department=1&department=2", 6),
        ("kind=power", 6),
        ("kind=权责清单", 6),
        ("kind=market-access", 0),
        ("region=650200", 6),
        ("region=克拉玛依市", 6),
        ("region=110000", 0),
        ("level=县级", 1),
        ("level=", 6),
    ] {
        let path = format!("/api/v1/search?{}", encoded(query));
        assert_eq!(app.get(&path).await.json()["total"], total, "{query}");
    }
}

fn encoded(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[tokio::test]
async fn suggestions_name_items_and_departments() {
    let app = TestApp::new();
    let answer = app
        .get(&format!("/api/v1/suggest?{}", encoded("q=城市管理局")))
        .await
        .json();
    assert_eq!(answer["query"], "城市管理局");
    let first = &answer["suggestions"][0];
    assert_eq!(first["text"], "克拉玛依市城市管理局");
    assert_eq!(first["kind"], "department");
    assert_eq!(app.get(first["url"].as_str().unwrap()).await.status, 200);
    let answer = app
        .get(&format!("/api/v1/suggest?{}", encoded("q=户外")))
        .await
        .json();
    let first = &answer["suggestions"][0];
    assert_eq!(
        (&first["text"], &first["url"]),
        (&"大型户外广告设置许可".into(), &"/items/KL-002".into())
    );
    let answer = app.get("/api/v1/suggest?q=").await.json();
    assert_eq!(answer["suggestions"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn each_facet_link_adds_or_takes_away_one_value() {
    let app = TestApp::new();
    let page = app
        .get(&format!("/search?{}", encoded("q=的&type=行政检查")))
        .await;
    assert_eq!(page.status, 200);
    let html = page.text();
    let link = |path: &str, query: &str| {
        format!("href=\"{path}?{}\"", encoded(query).replace('&', "&#38;"))
    };
    assert!(
        html.contains(&link(
            "/search",
            "q=的&type=行政检查&department=克拉玛依市财政局"
        )),
        "adds a value\n{html}"
    );
    assert!(
        html.contains(&link("/search", "q=的")),
        "takes the value away"
    );
    assert!(
        html.contains(&link("/api/v1/search", "q=的&type=行政检查")),
        "links its data"
    );
    assert!(
        html.contains("name=\"type\" value=\"行政检查\""),
        "a new question keeps the filter"
    );
    let page = app.get(&format!("/search?{}", encoded("q=许可"))).await;
    assert!(page.text().contains("<mark>许可</mark>"));
}

#[tokio::test]
async fn a_page_without_hits_helps_on() {
    let app = TestApp::new();
    let page = app
        .get(&format!(
            "/search?{}",
            encoded("q=天文望远镜&type=行政许可")
        ))
        .await;
    assert_eq!(page.status, 200);
    for word in ["没有找到", "去掉全部筛选条件", "12345"] {
        assert!(page.text().contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_same_answer_is_not_sent_again_whatever_it_took() {
    let app = TestApp::new();
    for path in ["/api/v1/search", "/search"] {
        let path = format!("{path}?{}", encoded("q=许可"));
        let first = app.get(&path).await;
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        let known = [("if-none-match", first.header("etag"))];
        let again = app.ask("GET", &path, &known).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let other = path.replace(&encoded("q=许可"), &encoded("q=处罚"));
        assert_eq!(app.ask("GET", &other, &known).await.status, 200, "{other}");
    }
}

#[tokio::test]
async fn everyday_words_find_official_ones_unless_switched_off() {
    let app = TestApp::new();
    let ask = async |parameters: &str| {
        let path = format!("/api/v1/search?{}", encoded(parameters));
        app.get(&path).await.json()
    };
    let answer = ask("q=灯箱审批").await;
    assert!(answer["total"].as_u64().unwrap() > 0);
    let official = answer["understood"]["expansions"].as_array().unwrap();
    assert!(
        official.iter().any(|e| e["from"] == "灯箱"),
        "{}",
        answer["understood"]
    );
    let exact = ask("q=灯箱审批&exact=1").await;
    assert_eq!(
        exact["understood"]["expansions"],
        Value::Array(Vec::new()),
        "{exact}"
    );
    assert!(exact["understood"]["intent"].as_array().unwrap().is_empty());
    let refused = app.get("/api/v1/search?q=a&exact=yes").await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["detail"].as_str().unwrap().contains("exact"));
    let page = app.get(&format!("/search?{}", encoded("q=灯箱审批"))).await;
    assert!(page.text().contains("系统对问题的理解") && page.text().contains("exact=1"));
}

#[tokio::test]
async fn an_answer_says_how_sure_it_is() {
    let app = TestApp::new();
    let certainty = async |question: &str| {
        let path = format!("/api/v1/search?{}", encoded(&format!("q={question}")));
        app.get(&path).await.json()["match"].clone()
    };
    assert_eq!(certainty("大型户外广告设置许可").await, "good");
    assert_eq!(certainty("KL-002").await, "good");
    assert_eq!(certainty("zzzzqqq").await, "none");
    assert_ne!(certainty("巴黎红烧肉歌词").await, "good");
}

#[tokio::test]
async fn errors_of_typing_are_mended_and_said() {
    let app = TestApp::new();
    for (typed, what) in [
        ("大型户外广高设置许可", "a homophone"),
        ("大型户外广告设置许许可", "a doubled character"),
        ("户 外 广 告", "stray spaces"),
        ("大型戶外廣告設置許可", "traditional characters"),
        ("ｈｕｗａｉｇｕａｎｇｇａｏ", "pinyin, full-width"),
    ] {
        let path = format!("/api/v1/search?{}", encoded(&format!("q={typed}")));
        let answer = app.get(&path).await.json();
        let first = &answer["hits"][0]["name"];
        assert_eq!(first, "大型户外广告设置许可", "{what}: {answer}");
    }
    let path = format!("/search?{}", encoded("q=huwaiguanggao"));
    let page = app.get(&path).await;
    assert!(page.text().contains("已按") && page.text().contains("仍检索"));
}
