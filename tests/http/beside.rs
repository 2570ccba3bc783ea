//! What stands beside an item, items side by side, what departments share, the register in numbers.

use crate::support::app::{TestApp, added, item, list, power, with};
use quanze::domain::{ListId, Region};
use serde_json::Value;

const LAW: &str = "《中华人民共和国大气污染防治法》第一百一十八条 油烟超标的，责令改正。";

fn in_county(list: &ListId) -> ListId {
    ListId {
        region: Region {
            code: "650203".into(),
            name: "克拉玛依区".into(),
        },
        ..list.clone()
    }
}

/// The city and a county have the same power; a shared duty, a discretion standard and a check rest
/// on the same article; a negative list asks for a permit that the city grants.
fn app() -> TestApp {
    let app = TestApp::empty();
    let city = list("克拉玛依市城市管理局", "权责清单");
    let smoke = with(
        power(&city, "对餐饮油烟超标排放的处罚", "行政处罚"),
        "basis",
        LAW,
    );
    let check = with(power(&city, "餐饮油烟检查", "行政检查"), "basis", LAW);
    let permit = power(&city, "食品经营许可", "行政许可");
    let permit = with(permit, "basis", "《食品安全法》第三十五条");
    let items = [
        ("KL-001", smoke.clone()),
        ("KL-002", check),
        ("KL-003", permit),
    ];
    let items = items.map(|(code, item)| added(code, item));
    app.publish(&city, "2025-01-01", items.into());
    let county = in_county(&list("克拉玛依区城市管理局", "权责清单"));
    let own = with(
        power(&county, "对餐饮油烟超标排放的处罚", "行政处罚"),
        "basis",
        LAW,
    );
    app.publish(&county, "2025-02-01", vec![added("KL-101", own)]);
    let shared = ListId {
        kind: "responsibility".into(),
        ..list("克拉玛依市城市管理局", "职责边界清单")
    };
    let fields = [
        ("matter", "餐饮油烟污染防治"),
        ("lead", "市城市管理局"),
        ("parties", "市城市管理局、市生态环境局、各区政府"),
    ];
    let mut matter = item(&shared, "餐饮油烟污染防治", "职责边界", &fields);
    matter.head.kind = "responsibility".into();
    app.publish(&shared, "2025-03-01", vec![added("KL-201", matter)]);
    let negative = ListId {
        kind: "market-access".into(),
        ..list("国家发展和改革委员会", "市场准入负面清单")
    };
    let fields = [
        ("name", "未获得许可，不得从事食品经营"),
        ("measure", "食品经营许可"),
    ];
    let mut measure = item(
        &negative,
        "未获得许可，不得从事食品经营",
        "许可准入类",
        &fields,
    );
    measure.head.kind = "market-access".into();
    let mut forbidden = measure.clone();
    forbidden.head.item_type = "禁止准入类".into();
    let both = [("SC-1", measure), ("SC-2", forbidden)];
    let both = both.map(|(code, item)| added(code, item));
    app.publish(&negative, "2025-04-01", both.into());
    app.follow();
    app
}

fn codes(items: &Value) -> Vec<&str> {
    let items = items.as_array().expect("a list").iter();
    items.map(|i| i["code"].as_str().expect("a code")).collect()
}

#[tokio::test]
async fn an_item_leads_to_what_stands_beside_it() {
    let app = app();
    let related = app.get("/api/v1/items/KL-001/related").await.json();
    assert_eq!(codes(&related["counterparts"]), ["KL-101"]);
    assert_eq!(codes(&related["same_basis"]["power"]), ["KL-002"]);
    let page = app.get("/items/KL-001").await;
    for link in [
        "/items/KL-101",
        "/items/KL-002",
        "/compare?item=KL-001&#38;item=KL-101",
    ] {
        assert!(page.text().contains(&format!("href=\"{link}\"")), "{link}");
    }
    // A permit and the measure that asks for it lead to each other.
    let related = app.get("/api/v1/items/KL-003/related").await.json();
    assert_eq!(codes(&related["measures"]), ["SC-1"]);
    let related = app.get("/api/v1/items/SC-1/related").await.json();
    assert_eq!(codes(&related["permits"]), ["KL-003"]);
    // What is forbidden needs no permit.
    let related = app.get("/api/v1/items/SC-2/related").await.json();
    assert_eq!(codes(&related["permits"]), Vec::<&str>::new());
    // A day in the past has no relatives of today.
    let past = app.get("/items/KL-001?as_of=2025-01-15").await;
    assert!(!past.text().contains("相关事项"));
    assert_eq!(app.get("/api/v1/items/NO-1/related").await.status, 404);
}

#[tokio::test]
async fn items_stand_side_by_side() {
    let app = app();
    let answer = app
        .get("/api/v1/compare?item=KL-001&item=KL-101")
        .await
        .json();
    let rows = answer["rows"].as_array().expect("rows");
    let row = |label: &str| rows.iter().find(|r| r["label"] == label).expect("a row");
    assert_eq!(row("实施依据")["differs"], false);
    assert_eq!(row("行使主体")["differs"], true);
    assert!(!rows.iter().any(|r| r["label"] == "序号"));
    let page = app.get("/compare?item=KL-001&item=KL-101").await;
    assert!(page.text().contains("克拉玛依区城市管理局") && page.text().contains("不同"));
    for wrong in ["", "?item=KL-001", "?item=a&item=b&item=c&item=d&item=e"] {
        let page = app.get(&format!("/compare{wrong}")).await;
        assert_eq!(page.status, 400, "{wrong}");
        assert!(page.text().contains("2 至 4 个不同"), "{}", page.text());
    }
    assert_eq!(app.get("/compare?item=KL-001&item=NO-1").await.status, 404);
}

#[tokio::test]
async fn a_department_says_what_it_shares_and_how_to_reach_it() {
    let app = app();
    let answer = app.get("/api/v1/departments/1").await.json();
    assert_eq!(answer["shared"][0]["code"], "KL-201");
    assert_eq!(answer["shared"][0]["is_led"], true);
    assert_eq!(answer["shared"][0]["lead"][0], "克拉玛依市城市管理局");
    let partners = answer["partners"].as_array().expect("partners");
    let names: Vec<&str> = partners.iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["克拉玛依市生态环境局", "各区政府"]);
    let page = app.get("/departments/1").await;
    for expected in ["<svg class=\"chart\"", "职责边界", "本部门牵头"] {
        assert!(page.text().contains(expected), "{expected}");
    }
    // Who shares nothing has no picture.
    let county = app.get("/departments/2").await;
    assert!(!county.text().contains("职责边界"));
}

#[tokio::test]
async fn the_register_in_numbers_leads_to_what_it_counts() {
    let app = app();
    let answer = app.get("/api/v1/statistics").await.json();
    assert_eq!(
        (&answer["items"], &answer["publication"]),
        (&7.into(), &4.into())
    );
    let page = app.get("/overview").await;
    // Every count of a facet is the total of the search that it links to.
    let mut followed = 0;
    for row in page
        .text()
        .split("<tr>")
        .filter(|row| row.contains("/search?"))
    {
        let link = row
            .split("href=\"")
            .nth(1)
            .and_then(|l| l.split('"').next());
        let link = link.expect("a link").replace("&#38;", "&");
        let count = row.rsplit("class=\"number\">").next().expect("a count");
        let count: u64 = count
            .split(' ')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number");
        let api = link.replace("/search?", "/api/v1/search?");
        assert_eq!(app.get(&api).await.json()["total"], count, "{link}");
        followed += 1;
    }
    assert!(followed >= 8, "{followed}");
    // So are the ages of the lists.
    let ages = page
        .text()
        .split("<tr>")
        .filter(|row| row.contains("/lists?"));
    let ages: Vec<&str> = ages.collect();
    assert_eq!(ages.len(), 1, "all were published on one day");
    let link = ages[0]
        .split("href=\"")
        .nth(1)
        .and_then(|l| l.split('"').next());
    let link = link.expect("a link").replace("&#38;", "&");
    assert!(
        app.get(&link).await.text().contains("共 4 份清单"),
        "{link}"
    );
    let api = link.replace("/lists", "/api/v1/lists");
    let lists = &app.get(&api).await.json()["lists"];
    assert_eq!(lists.as_array().map(Vec::len), Some(4));
    assert_eq!(app.get("/lists?since=2026-13-01").await.status, 400);
    let month = answer["months"][0]["month"].as_str().expect("a month");
    let found = app
        .get(&format!("/api/v1/publications?month={month}"))
        .await
        .json();
    assert_eq!(found["total"], answer["months"][0]["publications"]);
    let page = app.get(&format!("/publications?month={month}")).await;
    assert!(page.text().contains("月公布"));
    assert_eq!(app.get("/publications?month=2026-13").await.status, 400);
}

#[tokio::test]
async fn a_search_without_an_answer_helps_on() {
    let app = app();
    let page = app
        .get("/search?q=%E6%B2%B9%E7%83%9F&type=%E8%A1%8C%E6%94%BF%E5%A5%96%E5%8A%B1")
        .await;
    assert!(
        page.text().contains("去掉全部筛选条件</a>再检索，有 4 项"),
        "{}",
        page.text()
    );
    let page = app.get("/search?q=%E9%BE%98%E9%BE%98%E9%BE%98").await;
    assert!(
        page.text().contains("没有找到") && page.text().contains("12345"),
        "{}",
        page.text()
    );
    // A department that is asked for is shown itself.
    let page = app
        .get("/search?q=%E5%9F%8E%E5%B8%82%E7%AE%A1%E7%90%86%E5%B1%80")
        .await;
    let note = page
        .text()
        .split("部门：<a href=\"")
        .nth(1)
        .expect("departments");
    assert!(
        note.starts_with("/departments/1\">克拉玛依市城市管理局</a>（4 项）"),
        "{note}"
    );
    // Unsure, it names the departments that have the like, each with as many as its link finds.
    let page = app
        .get("/search?q=%E9%BE%98%E9%BE%98%E7%85%99%E6%9F%90")
        .await;
    let links = page
        .text()
        .split("相近事项较多的部门：")
        .nth(1)
        .expect("departments");
    let links: Vec<&str> = links.split("<a href=\"").skip(1).take(2).collect();
    for link in links {
        let path = link.split('"').next().expect("a link");
        let path = path
            .replace("&#38;", "&")
            .replacen("/search", "/api/v1/search", 1);
        let count = link
            .split('（')
            .nth(1)
            .and_then(|c| c.split(' ').next()?.parse().ok());
        let total = app.get(&path).await.json()["total"].as_u64();
        assert_eq!(total, count, "{path}");
        assert!(total > Some(0), "{path}");
    }
}

#[tokio::test]
async fn a_permanent_link_shows_the_same_after_later_publications() {
    let app = TestApp::new();
    let page = app.get("/items/KL-001").await;
    let link = page.text().split("class=\"break\" href=\"").nth(1);
    let link = link.and_then(|l| l.split('"').next()).expect("a link");
    let link = link.replace("&#38;", "&");
    assert!(link.contains("as_of=2026-11-24&publication=4"), "{link}");
    let before = app.get(&link).await;
    // The list is published again, to be in force since before that day.
    let city = list("克拉玛依市城市管理局", "权责清单");
    let other = power(&city, "对餐饮油烟的处罚（改名）", "行政处罚");
    let change = app.change(quanze::domain::Action::Amended, "KL-001", other);
    app.publish(&city, "2027-01-01", vec![change]);
    app.follow();
    let on = "as_of=2027-01-01";
    let later = app.get(&format!("/items/KL-001?{on}")).await;
    assert!(later.text().contains("改名"));
    let pinned = app.get(&format!("/items/KL-001?{on}&publication=4")).await;
    let heading = pinned
        .text()
        .split("<h1>")
        .nth(1)
        .and_then(|h| h.split('<').next());
    assert_eq!(heading, Some("对餐饮服务业经营者油烟违法排放的处罚"));
    assert!(pinned.text().contains("截至第 4 号公布"));
    let after = app.get(&link).await;
    let content = |page: &str| {
        page.split("<h1>")
            .nth(1)
            .and_then(|p| p.split("版本沿革").next())
            .map(str::to_owned)
    };
    assert_eq!(
        content(before.text()).map(|c| c.contains("改名")),
        Some(false)
    );
    assert_eq!(
        content(after.text()).map(|c| c.contains("改名")),
        Some(false)
    );
    assert_eq!(app.get("/items/KL-001?publication=99").await.status, 400);
    assert_eq!(
        app.get("/api/v1/items/KL-006?publication=3").await.status,
        404
    );
}

#[tokio::test]
async fn how_sure_an_answer_is_does_not_depend_on_its_order() {
    let app = app();
    for q in ["%E6%B2%B9%E7%83%9F", "%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5"] {
        let usual = app.get(&format!("/api/v1/search?q={q}")).await.json();
        let sorted = app
            .get(&format!("/api/v1/search?q={q}&sort=department"))
            .await
            .json();
        assert_eq!(usual["match"], sorted["match"], "{q}");
        assert_eq!(usual["match"], "good", "{q}");
    }
}

#[tokio::test]
async fn an_article_leads_to_all_that_rests_on_it() {
    let app = app();
    let page = app.get("/items/KL-001").await;
    let link = page
        .text()
        .split("/search?basis=")
        .nth(2)
        .expect("an article");
    let link = link.split('"').next().expect("a link");
    let results = app.get(&format!("/search?basis={link}")).await;
    assert!(
        results.text().contains("依据：《大气污染防治法》第118条"),
        "{}",
        results.text()
    );
    let found = app
        .get(&format!("/api/v1/search?basis={link}"))
        .await
        .json();
    assert_eq!(
        (&found["total"], &found["match"]),
        (&3.into(), &"none".into())
    );
    let table = app.get(&format!("/search.csv?basis={link}")).await;
    assert_eq!(table.text().lines().count(), 4);
    assert_eq!(
        app.get("/search?basis=%E3%80%8A%E3%80%8B").await.status,
        400
    );
}
