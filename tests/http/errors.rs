//! What readers and programs are told when something is wrong.

use serde_json::Value;

use crate::support::app::{Answer, TestApp};

fn problem(answer: &Answer) -> Value {
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{}",
        answer.text()
    );
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status);
    assert!(!problem["title"].as_str().unwrap().is_empty());
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .chars()
            .any(|c| c >= '一'),
        "detail is Chinese"
    );
    problem
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let app = TestApp::new();
    let long = "长".repeat(201);
    for (path, code, parameter) in [
        ("/api/v1/search?page=abc", "invalid_parameter", "page"),
        ("/api/v1/search?page=0", "invalid_parameter", "page"),
        ("/api/v1/search?page=-1", "invalid_parameter", "page"),
        ("/api/v1/search?size=101", "invalid_parameter", "size"),
        ("/api/v1/search?size=0", "invalid_parameter", "size"),
        ("/api/v1/search?sort=price", "invalid_parameter", "sort"),
        ("/api/v1/search?kind=nonsense", "invalid_parameter", "kind"),
        (
            "/api/v1/search?department=999",
            "invalid_parameter",
            "department",
        ),
        (
            "/api/v1/search?deparment=x",
            "invalid_parameter",
            "deparment",
        ),
        ("/api/v1/search?q=a&q=b", "invalid_parameter", "q"),
        ("/api/v1/search?q=%D3%CD", "invalid_parameter", "q"),
        ("/api/v1/search?page=51&size=20", "page_too_deep", "page"),
        (
            "/api/v1/search?page=99999999999999999999",
            "page_too_deep",
            "page",
        ),
        (
            &format!("/api/v1/search?q={}", encode(&long)),
            "query_too_long",
            "q",
        ),
        (
            &format!("/api/v1/suggest?q={}", encode(&long)),
            "query_too_long",
            "q",
        ),
        (
            "/api/v1/items/KL-001?as_of=2026-11-31",
            "invalid_parameter",
            "as_of",
        ),
        (
            "/api/v1/items/KL-001?day=2026-11-30",
            "invalid_parameter",
            "day",
        ),
        ("/api/v1/publications?page=x", "invalid_parameter", "page"),
        (
            "/api/v1/publications?page=%2B5",
            "invalid_parameter",
            "page",
        ),
        (
            "/api/v1/publications/1?size=%2B5",
            "invalid_parameter",
            "size",
        ),
        ("/api/v1/search?page=%2B5", "invalid_parameter", "page"),
        ("/api/v1/publications?kind=x", "invalid_parameter", "kind"),
        (
            "/api/v1/lists/1/difference?from=2&to=1",
            "invalid_parameter",
            "from",
        ),
        (
            "/api/v1/lists/1/difference?to=1",
            "invalid_parameter",
            "from",
        ),
        (
            "/api/v1/lists/1/difference?from=1&to=2026-01-01",
            "invalid_parameter",
            "from",
        ),
        (
            "/api/v1/lists/1/difference?from=2026-01-01&to=2026-01-01",
            "invalid_parameter",
            "from",
        ),
        (
            "/api/v1/lists/1/difference?from=2026-01-01&to=2026-02-30",
            "invalid_parameter",
            "to",
        ),
        ("/api/v1/departments?page=1", "invalid_parameter", "page"),
        (
            "/api/v1/departments/1?page=11&size=100",
            "page_too_deep",
            "page",
        ),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let problem = problem(&answer);
        assert_eq!(
            (&problem["code"], &problem["parameter"]),
            (&code.into(), &parameter.into()),
            "{path}"
        );
    }
    assert_eq!(
        app.get(&format!("/api/v1/search?q={}", encode(&"长".repeat(200))))
            .await
            .status,
        200
    );
    assert_eq!(app.get("/api/v1/search?page=50&size=20").await.status, 200);
    // However far: a page past the last is empty.
    for path in ["/api/v1/publications", "/publications", "/publications/1"] {
        let answer = app
            .get(&format!("{path}?page=99999999999999999999&size=100"))
            .await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn what_is_not_there_is_said_to_programs_and_readers() {
    let app = TestApp::new();
    for (path, code) in [
        ("/api/v1/items/KL-999", "item_not_found"),
        ("/api/v1/items/%E6%97%A0", "item_not_found"),
        ("/api/v1/items/KL-999/history", "item_not_found"),
        ("/api/v1/departments/99", "not_found"),
        ("/api/v1/departments/%E6%97%A0", "not_found"),
        ("/api/v1/publications/99", "not_found"),
        ("/api/v1/publications/99/file", "not_found"),
        ("/api/v1/publications/abc", "not_found"),
        ("/api/v1/lists/99", "not_found"),
        ("/api/v1/lists/1/difference?from=1&to=3", "not_found"),
        ("/api/v1/kinds/nonsense", "not_found"),
        ("/api/v1/nonsense", "not_found"),
        ("/api/", "not_found"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(problem(&answer)["code"], code, "{path}");
    }
    for path in [
        "/items/KL-999",
        "/items/%E6%97%A0",
        "/departments/99",
        "/departments/abc",
        "/publications/99",
        "/lists/99",
        "/kinds/nonsense",
        "/static/nonsense.css",
        "/static/..%2FCargo.toml",
        "/nonsense",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.header("content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
        assert!(
            answer.text().contains("未找到") && answer.text().contains("role=\"search\""),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_path_that_is_not_text_is_refused_in_our_words() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/items/%FF").await;
    assert_eq!(
        (answer.status, &problem(&answer)["code"]),
        (400, &"invalid_parameter".into())
    );
    let answer = app.get("/items/%FF").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("请求有误"));
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let app = TestApp::new();
    for method in ["POST", "PUT", "DELETE"] {
        let answer = app.ask(method, "/api/v1/search", &[]).await;
        assert_eq!(answer.status, 405);
        assert_eq!(problem(&answer)["code"], "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
    let answer = app.ask("PUT", "/api/v1/check", &[]).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, "GET, HEAD, POST")
    );
    assert!(
        problem(&answer)["detail"]
            .as_str()
            .expect("a detail")
            .contains("POST")
    );
    let answer = app.ask("POST", "/search", &[]).await;
    assert_eq!(answer.status, 405);
    assert!(answer.text().contains("不支持的请求方法"));
    for path in ["/", "/api/v1/search", "/items/KL-001"] {
        let head = app.ask("HEAD", path, &[]).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert!(!head.header("content-type").is_empty());
    }
}

#[tokio::test]
async fn requests_that_are_too_large_are_refused() {
    let app = TestApp::new();
    let answer = app
        .get(&format!("/api/v1/search?q={}", "a".repeat(9_000)))
        .await;
    assert_eq!(
        (answer.status, &problem(&answer)["code"]),
        (414, &"request_too_large".into())
    );
    let answer = app
        .ask("GET", "/search", &[("content-length", "1000000")])
        .await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("请求过大"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_for_safety() {
    let app = TestApp::new();
    for path in [
        "/",
        "/search?q=a",
        "/items/KL-001",
        "/nonsense",
        "/api/v1/kinds",
        "/static/style.css",
    ] {
        let answer = app.get(path).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {part}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("referrer-policy").is_empty());
    }
}

#[tokio::test]
async fn without_an_index_search_is_unavailable_and_items_are_not() {
    let app = TestApp::empty();
    let list = crate::support::app::list("克拉玛依市城市管理局", "权责清单");
    let item = crate::support::app::power(&list, "占道经营的处罚", "行政处罚");
    app.publish(
        &list,
        "2025-01-01",
        vec![crate::support::app::added("KL-1", item)],
    );
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert_eq!(problem(&ready)["code"], "unavailable");
    assert_eq!(app.get("/items/KL-1").await.status, 200);
    app.follow();
    assert_eq!(app.get("/readyz").await.status, 200);
    let list = crate::support::app::list("克拉玛依市财政局", "权责清单");
    let item = crate::support::app::power(&list, "代理记账许可", "行政许可");
    app.publish(
        &list,
        "2025-01-01",
        vec![crate::support::app::added("KL-2", item)],
    );
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(
        problem(&ready)["detail"]
            .as_str()
            .unwrap()
            .contains("第 1 号")
    );
}

#[tokio::test]
async fn a_fault_of_ours_is_told_without_its_cause() {
    let app = TestApp::new();
    app.lose_files();
    let answer = app.get("/api/v1/publications/1/file").await;
    assert_eq!(answer.status, 500);
    let problem = problem(&answer);
    assert_eq!(problem["code"], "internal");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.chars().all(|c| !c.is_ascii()), "{detail}");
    assert_eq!(
        app.get("/publications/1").await.status,
        200,
        "the rest goes on"
    );
}
