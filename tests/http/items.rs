//! Items: their content on a day, their history, their page.

use crate::support::app::TestApp;

#[tokio::test]
async fn an_item_has_the_documented_shape() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/items/KL-001").await;
    assert_eq!(answer.status, 200);
    let item = answer.json();
    assert_eq!(item["code"], "KL-001");
    assert_eq!(item["type"], "行政处罚");
    assert_eq!(item["status"], "in_force");
    assert_eq!(item["effective_on"], "2025-06-01");
    assert_eq!(item["publication"], 2);
    assert_eq!(item["source"]["document_no"], "克政办发〔2025〕8号");
    assert_eq!(item["url"], "/items/KL-001");
    assert_eq!(item["fields"]["office"], "市容管理科");
    assert_eq!(item["originals"]["level"], "地州市级");
    assert_eq!(item["labels"]["basis"], "实施依据");
    assert!(!answer.text().contains("提交人"), "persons stay inside");
}

#[tokio::test]
async fn an_item_is_shown_as_it_stood_on_the_day() {
    let app = TestApp::new();
    let then = app
        .get("/api/v1/items/KL-001?as_of=2025-03-01")
        .await
        .json();
    assert_eq!(then["publication"], 1);
    assert!(then["fields"]["basis"].as_str().unwrap().contains("五千元"));
    let now = app.get("/api/v1/items/KL-001").await.json();
    assert!(now["fields"]["basis"].as_str().unwrap().contains("一万元"));

    let before = app
        .get("/api/v1/items/KL-001?as_of=2024-03-01")
        .await
        .json();
    assert_eq!(before["status"], "not_yet_in_force");
    assert_eq!(before["effective_on"], "2025-01-01");

    let future = app.get("/api/v1/items/KL-006").await.json();
    assert_eq!(
        (&future["status"], &future["effective_on"]),
        (&"not_yet_in_force".into(), &"2027-01-01".into())
    );
    let future = app
        .get("/api/v1/items/KL-006?as_of=2027-01-01")
        .await
        .json();
    assert_eq!(future["status"], "in_force");
}

#[tokio::test]
async fn a_withdrawn_item_stays_with_reason_and_successor() {
    let app = TestApp::new();
    let item = app.get("/api/v1/items/KL-004").await.json();
    assert_eq!(item["status"], "withdrawn");
    assert_eq!(item["effective_on"], "2025-06-01");
    assert_eq!(item["reason"], "法律修改");
    assert_eq!(item["successor"], "KL-002");
    assert_eq!(item["name"], "城市排水许可");
    let page = app.get("/items/KL-004").await;
    for words in [
        "已于 2025年6月1日 取消",
        "法律修改",
        "大型户外广告设置许可",
        "已取消",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_published_change_is_announced() {
    let app = TestApp::new();
    let item = app.get("/api/v1/items/KL-002").await.json();
    assert_eq!(item["upcoming"][0]["effective_on"], "2027-01-01");
    assert_eq!(item["upcoming"][0]["publication"], 4);
    let page = app.get("/items/KL-002").await;
    assert!(
        page.text()
            .contains("本事项将于 <strong>2027年1月1日</strong> 调整")
    );
    let page = app.get("/items/KL-001?as_of=2025-03-01").await;
    assert!(
        page.text()
            .contains("此后于 <strong>2025年6月1日</strong> 调整")
    );
    let page = app.get("/items/KL-006").await;
    assert!(page.text().contains("将于 2027年1月1日 起生效"));
}

#[tokio::test]
async fn history_tells_every_step_field_by_field() {
    let app = TestApp::new();
    let history = app.get("/api/v1/items/KL-001/history").await.json();
    let steps = history["history"].as_array().unwrap();
    let actions: Vec<_> = steps
        .iter()
        .map(|s| s["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["amended", "added"], "newest first");
    let change = &steps[0]["changes"][0];
    assert_eq!(
        (&change["field"], &change["label"]),
        (&"basis".into(), &"实施依据".into())
    );
    assert!(change["before"].as_str().unwrap().contains("五千元"));
    assert!(change["after"].as_str().unwrap().contains("一万元"));
    assert_eq!(steps[0]["changes"].as_array().unwrap().len(), 1);
    let history = app.get("/api/v1/items/KL-002/history").await.json();
    assert_eq!(history["history"][0]["reached"], false);
}

#[tokio::test]
async fn a_page_answers_in_the_citizens_order() {
    let app = TestApp::new();
    let page = app.get("/items/KL-001").await;
    let html = page.text();
    let order = [
        "对餐饮服务业经营者油烟违法排放的处罚</h1>",
        "由谁负责",
        "法律依据",
        "部门应当做什么",
        "到哪里投诉",
        "0990-6220000",
        "公布信息",
        "克政办发〔2025〕8号",
        "版本沿革",
        "清单不是法律",
    ];
    let mut at = 0;
    for words in order {
        at += html[at..]
            .find(words)
            .unwrap_or_else(|| panic!("{words} is missing or too early"));
    }
    assert!(
        html.contains("href=\"/api/v1/items/KL-001\""),
        "links its data"
    );
    assert!(
        html.contains("<summary>清单原文</summary>"),
        "keeps the original cell"
    );
    assert!(html.contains("工作表“处罚”第 4 至 6 行"));
}

#[tokio::test]
async fn an_unchanged_item_is_not_sent_again() {
    let app = TestApp::new();
    for path in ["/api/v1/items/KL-001", "/items/KL-001"] {
        let first = app.get(path).await;
        let etag = first.header("etag");
        assert!(etag.starts_with('"'), "strong: {etag}");
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        let again = app.ask("GET", path, &[("if-none-match", etag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), etag);
        let then = app.get(&format!("{path}?as_of=2025-03-01")).await;
        assert_ne!(then.header("etag"), etag, "differs by day");

        let small = app.ask("GET", path, &[("accept-encoding", "gzip")]).await;
        if small.header("content-encoding") == "gzip" {
            assert_ne!(small.header("etag"), etag, "differs by encoding");
            let known = [
                ("accept-encoding", "gzip"),
                ("if-none-match", small.header("etag")),
            ];
            assert_eq!(app.ask("GET", path, &known).await.status, 304);
        }
    }
    let before = app.get("/api/v1/items/KL-001").await;
    let list = crate::support::app::list("克拉玛依市城市管理局", "权责清单");
    let item = crate::support::app::power(&list, "对油烟的处罚", "行政处罚");
    let change = app.change(quanze::domain::Action::Amended, "KL-001", item);
    app.publish(&list, "2027-02-01", vec![change]);
    let after = app.get("/api/v1/items/KL-001").await;
    assert_ne!(
        before.header("etag"),
        after.header("etag"),
        "a new publication is noticed"
    );
}
