//! What programs take away: tables, feeds, site maps. Read with libraries that are not ours.

use feed_rs::model::Feed;

use crate::support::app::{Answer, TestApp, added, list, power};

const SITE: &str = "https://qz.example.cn";

fn app() -> TestApp {
    let app = TestApp::new();
    let list = list("城市管理局", "权力清单");
    let items = (1..=3).map(|n| {
        let name = format!("夜间施工许可 <{n}> & 其他");
        added(&format!("XK-{n}"), power(&list, &name, "行政许可"))
    });
    app.publish(&list, "2026-05-01", items.collect());
    app.follow();
    app
}

fn feed(answer: &Answer) -> Feed {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer
            .header("content-type")
            .starts_with("application/atom+xml")
    );
    feed_rs::parser::parse(answer.body.as_slice()).expect("it is a feed")
}

#[tokio::test]
async fn publications_are_a_feed() {
    let app = app();
    let read = feed(&app.get("/publications.atom").await);
    assert_eq!(read.id, format!("{SITE}/publications.atom"));
    let newest = &read.entries[0];
    let title = newest.title.as_ref().expect("a title");
    assert!(title.content.starts_with("第 "), "{}", title.content);
    let address = newest.links[0].href.strip_prefix(SITE).expect("it is ours");
    assert_eq!(app.get(address).await.status, 200);
    assert!(newest.updated.is_some() && read.updated.is_some());
    let kind = feed(&app.get("/publications.atom?kind=discretion").await);
    assert!(kind.entries.is_empty());
    assert_eq!(kind.id, format!("{SITE}/publications.atom?kind=discretion"));
    assert_eq!(app.get("/publications.atom?kinds=power").await.status, 400);
}

#[tokio::test]
async fn what_a_search_finds_is_a_feed() {
    let app = app();
    let read = feed(
        &app.get("/search.atom?q=%E6%96%BD%E5%B7%A5%E8%AE%B8%E5%8F%AF")
            .await,
    );
    let titles = read.entries.iter().filter_map(|e| e.title.as_ref());
    let titles: Vec<&str> = titles.map(|t| t.content.as_str()).collect();
    assert!(titles.contains(&"夜间施工许可 <2> & 其他"), "{titles:?}");
    // What XML cannot say is left out.
    feed(&app.get("/search.atom?q=%01%E6%96%BD%E5%B7%A5").await);
    for entry in &read.entries {
        let address = entry.links[0].href.strip_prefix(SITE).expect("it is ours");
        assert_eq!(app.get(address).await.status, 200);
    }
}

#[tokio::test]
async fn what_a_search_finds_is_a_table() {
    let app = app();
    let question = "q=%E6%96%BD%E5%B7%A5%E8%AE%B8%E5%8F%AF&page=7&size=1";
    let answer = app.get(&format!("/search.csv?{question}")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-disposition").contains(".csv"));
    let text = answer.text().trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().expect("headings").clone();
    assert_eq!(&headings[0], "编码");
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    let page = app
        .get("/search?q=%E6%96%BD%E5%B7%A5%E8%AE%B8%E5%8F%AF")
        .await;
    assert!(
        page.text()
            .contains(&format!("共 <strong>{}</strong> 项", rows.len()))
    );
    assert!(page.text().contains("/search.xlsx?q="));
    let own = rows.iter().find(|row| &row[0] == "XK-1").expect("the item");
    assert_eq!(
        (&own[2], &own[8]),
        ("夜间施工许可 <1> & 其他", "2026-05-01")
    );
    assert_eq!(&own[9], format!("{SITE}/items/XK-1"));
    let book = app.get(&format!("/search.xlsx?{question}")).await;
    assert!(book.body.starts_with(b"PK"));
    assert_eq!(app.get("/search.csv?frage=1").await.status, 400);
}

#[tokio::test]
async fn a_kind_is_a_file_as_of_any_publication() {
    let app = app();
    let names = |answer: &Answer| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let lines = answer.text().lines();
        let read = |line| serde_json::from_str::<serde_json::Value>(line).expect("an item");
        let items = lines.map(read);
        items
            .map(|i| i["code"].as_str().expect("a code").to_owned())
            .collect()
    };
    let all = app.get("/kinds/power/items.jsonl").await;
    assert!(all.header("content-disposition").contains(".jsonl"));
    let all = names(&all);
    assert!(all.iter().any(|code| code == "XK-3"), "{all:?}");
    // Before the last publication, and before the day from which it counts.
    let last = app.get("/api/v1/publications").await.json()["total"]
        .as_u64()
        .expect("a number");
    for before in [
        format!("publication={}", last - 1),
        "as_of=2026-04-30".to_owned(),
    ] {
        let then = names(&app.get(&format!("/kinds/power/items.jsonl?{before}")).await);
        assert!(
            !then.iter().any(|code| code.starts_with("XK-")),
            "{before}: {then:?}"
        );
        assert_eq!(then.len(), all.len() - 3);
    }
    let table = app.get("/kinds/power/items.csv").await;
    let text = table.text().trim_start_matches('\u{feff}');
    let rows = csv::Reader::from_reader(text.as_bytes())
        .into_records()
        .count();
    assert_eq!(rows, all.len());
    assert!(
        app.get("/kinds/power/items.xlsx")
            .await
            .body
            .starts_with(b"PK")
    );
    for (path, status) in [
        ("/kinds/nonsense/items.csv", 404),
        ("/kinds/power/items.csv?publication=x", 400),
        ("/kinds/power/items.csv?publication=999999", 400),
        ("/kinds/power/items.csv?as_of=2026-02-30", 400),
        ("/kinds/power/items.csv?tag=1", 400),
    ] {
        assert_eq!(app.get(path).await.status, status, "{path}");
    }
    let page = app.get("/kinds/power").await;
    assert!(page.text().contains("/kinds/power/items.jsonl"));
}

#[tokio::test]
async fn browsers_and_crawlers_find_their_way() {
    let app = app();
    let parse = |answer: &Answer| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let document = roxmltree::Document::parse(answer.text()).expect("it is XML");
        let nodes = document
            .descendants()
            .filter(|n| n.tag_name().name() == "loc");
        nodes.filter_map(|n| n.text()).map(str::to_owned).collect()
    };
    let maps = parse(&app.get("/sitemap.xml").await);
    assert_eq!(maps.len(), 2);
    let mut pages = Vec::new();
    for map in &maps {
        let path = map.strip_prefix(SITE).expect("it is ours");
        pages.extend(parse(&app.get(path).await));
    }
    assert!(pages.contains(&format!("{SITE}/items/XK-1")));
    for page in &pages {
        let path = page.strip_prefix(SITE).expect("it is ours");
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.get("/sitemap/2").await.status, 404);
    let robots = app.get("/robots.txt").await;
    assert!(
        robots
            .text()
            .contains(&format!("Sitemap: {SITE}/sitemap.xml"))
    );

    let search = app.get("/opensearch.xml").await;
    let document = roxmltree::Document::parse(search.text()).expect("it is XML");
    let templates = document
        .descendants()
        .filter_map(|n| n.attribute("template"));
    let templates: Vec<&str> = templates.collect();
    assert!(templates.contains(&"https://qz.example.cn/search?q={searchTerms}"));
    for template in templates {
        let path = template.replace("{searchTerms}", "%E6%96%BD%E5%B7%A5");
        let path = path.strip_prefix(SITE).expect("it is ours");
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    let answer = app
        .get("/suggestions.json?q=%E6%96%BD%E5%B7%A5")
        .await
        .json();
    assert_eq!(answer[0], "施工");
    assert!(
        answer[1]
            .as_array()
            .expect("texts")
            .iter()
            .any(|t| t.as_str().is_some())
    );
}
