//! Health, metrics and the API's description.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::app::TestApp;

#[tokio::test]
async fn the_description_holds_every_route_and_no_other() {
    let app = TestApp::empty();
    let answer = app.get("/api/openapi.json").await;
    assert_eq!(answer.status, 200);
    let document = answer.json();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let served: BTreeSet<String> = quanze::http::api_paths()
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(described, served);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let get = match &operations["get"] {
            Value::Null => &operations["post"],
            get => get,
        };
        assert!(
            get["summary"].is_string() || get["description"].is_string(),
            "{path} says what it is"
        );
        for (status, answer) in get["responses"].as_object().unwrap() {
            assert!(answer["description"].is_string(), "{path} {status}");
        }
        let named: BTreeSet<&str> = get["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "path")
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        let in_path: BTreeSet<&str> = path
            .split('/')
            .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(named, in_path, "{path}");
    }
}

#[tokio::test]
async fn answers_have_the_keys_that_are_described() {
    let app = TestApp::new();
    let document = app.get("/api/openapi.json").await.json();
    let schemas = &document["components"]["schemas"];
    for (path, schema) in [
        ("/api/v1/search?q=a", "SearchAnswer"),
        ("/api/v1/items/KL-001", "ItemAnswer"),
        ("/api/v1/items/KL-001/history", "HistoryAnswer"),
        ("/api/v1/departments", "Departments"),
        ("/api/v1/departments/1", "DepartmentAnswer"),
        ("/api/v1/publications", "PublicationPage"),
        ("/api/v1/publications/1", "PublicationAnswer"),
        ("/api/v1/lists/1", "ListAnswer"),
        ("/api/v1/suggest?q=a", "SuggestAnswer"),
    ] {
        let mut described = BTreeSet::new();
        keys(schemas, &schemas[schema], &mut described);
        let answer = app.get(path).await.json();
        let given: BTreeSet<String> = answer.as_object().unwrap().keys().cloned().collect();
        assert_eq!(given, described, "{path}");
    }
}

fn keys(schemas: &Value, schema: &Value, into: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        keys(schemas, &schemas[name], into);
    }
    into.extend(
        schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.clone()),
    );
    for part in schema["allOf"].as_array().into_iter().flatten() {
        keys(schemas, part, into);
    }
}

#[tokio::test]
async fn health_and_metrics_are_told() {
    let app = TestApp::new();
    assert_eq!(app.get("/healthz").await.status, 200);
    assert_eq!(app.get("/readyz").await.json()["status"], "ready");
    app.get("/items/KL-001").await;
    app.get("/items/KL-999").await;
    app.get("/api/v1/search?q=a").await;
    let metrics = app.get("/metrics").await;
    assert!(
        metrics
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    for line in [
        "quanze_http_requests_total{route=\"/items/{code}\",status=\"200\"} 1",
        "quanze_http_requests_total{route=\"/items/{code}\",status=\"404\"} 1",
        "quanze_search_duration_seconds_count{} 1",
        "quanze_engine_publication 4",
        "quanze_register_publication 4",
        "quanze_items_in_force 6",
    ] {
        assert!(
            metrics.text().lines().any(|l| l == line),
            "{line}\n{}",
            metrics.text()
        );
    }
}

#[tokio::test]
async fn large_answers_are_compressed_when_asked() {
    let app = TestApp::new();
    for encoding in ["gzip", "br"] {
        let plain = app.get("/items/KL-001").await;
        let small = app
            .ask("GET", "/items/KL-001", &[("accept-encoding", encoding)])
            .await;
        assert_eq!(small.header("content-encoding"), encoding);
        assert!(small.body.len() < plain.body.len());
        let vary = small.headers.get_all("vary").iter();
        let vary: Vec<&str> = vary.map(|v| v.to_str().unwrap()).collect();
        assert!(vary.contains(&"accept-encoding"), "{vary:?}");
    }
}
