//! What machines read of the site: linked data, the catalogue, the API's documentation, QR codes. Read
//! with libraries that are not ours.

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};

use crate::support::app::TestApp;

/// Subject, predicate and object of every statement; the vocabulary of schema.org as it says itself.
fn statements(json: &str) -> Vec<(String, String, String)> {
    let vocabulary = r#"{"@context": {"@vocab": "https://schema.org/", "url": {"@type": "@id"}}}"#;
    let parser = JsonLdParser::new()
        .for_slice(json)
        .with_load_document_callback(move |url, _| {
            assert_eq!(url, "https://schema.org");
            Ok(JsonLdRemoteDocument {
                document: vocabulary.as_bytes().to_vec(),
                document_url: url.to_owned(),
            })
        });
    let quads = parser.map(|quad| quad.expect("JSON-LD"));
    let parts = quads.map(|quad| {
        let parts = (quad.subject, quad.predicate, quad.object);
        (
            parts.0.to_string(),
            parts.1.to_string(),
            parts.2.to_string(),
        )
    });
    parts.collect()
}

#[tokio::test]
async fn an_item_is_linked_data() {
    let app = TestApp::new();
    for (code, name, sort) in [
        ("KL-002", "大型户外广告设置许可", "GovernmentService"),
        // What is done to people is no service to them.
        (
            "KL-001",
            "对餐饮服务业经营者油烟违法排放的处罚",
            "CreativeWork",
        ),
        // Markup in a name neither ends the element nor is lost.
        (
            "KL-003",
            "对<script>alert(1)</script>的检查",
            "CreativeWork",
        ),
    ] {
        let page = app.get(&format!("/items/{code}")).await;
        let json = page
            .text()
            .split("<script type=\"application/ld+json\">")
            .nth(1);
        let json = json
            .and_then(|j| j.split("</script>").next())
            .expect("data");
        let found = statements(json);
        let has = |predicate: &str, object: &str| {
            let subject = format!("<https://qz.example.cn/items/{code}>");
            found
                .iter()
                .any(|(s, p, o)| *s == subject && p == predicate && o == object)
        };
        assert!(
            has("<https://schema.org/name>", &format!("\"{name}\"")),
            "{found:#?}"
        );
        let kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
        assert!(
            has(kind, &format!("<https://schema.org/{sort}>")),
            "{found:#?}"
        );
    }
}

#[tokio::test]
async fn the_catalogue_describes_what_can_be_downloaded() {
    let app = TestApp::new();
    let answer = app.get("/catalog.jsonld").await;
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let found = statements(answer.text());
    let of = |predicate: &str| -> Vec<&str> {
        let found = found
            .iter()
            .filter(|(_, p, _)| p.ends_with(&format!("{predicate}>")));
        found.map(|(_, _, o)| o.as_str()).collect()
    };
    assert_eq!(of("dcat#dataset"), ["<https://qz.example.cn/kinds/power>"]);
    let files = of("dcat#downloadURL");
    assert_eq!(files.len(), 3);
    for file in files {
        let path = file
            .trim_matches(['<', '>'])
            .strip_prefix("https://qz.example.cn");
        assert_eq!(app.get(path.expect("ours")).await.status, 200, "{file}");
    }
}

#[tokio::test]
async fn every_example_of_the_documentation_works() {
    let app = TestApp::new();
    let page = app.get("/api").await;
    let mut tried = 0;
    for example in page
        .text()
        .split("示例：<a class=\"break\" href=\"")
        .skip(1)
    {
        let path = example
            .split('"')
            .next()
            .expect("a path")
            .replace("&#38;", "&");
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        tried += 1;
    }
    let described = app.get("/api/openapi.json").await.json();
    // What departments do by token is told on the page, and has no example that anybody may try.
    let open = |path: &&String| path.starts_with("/api/") && !path.starts_with("/api/v1/console/");
    let paths = described["paths"].as_object().expect("paths").keys();
    assert_eq!(tried, paths.clone().filter(open).count());
    for path in paths.filter(|path| !open(path) && path.starts_with("/api/")) {
        assert!(page.text().contains(path.as_str()), "{path}");
    }
}

#[tokio::test]
async fn a_qr_code_leads_to_the_item_as_of_a_day() {
    let app = TestApp::new();
    let code = app.get("/items/KL-001/qr.svg?as_of=2025-02-01").await;
    assert_eq!(
        (code.status, code.header("content-type")),
        (200, "image/svg+xml")
    );
    roxmltree::Document::parse(code.text()).expect("SVG");
    let other = app.get("/items/KL-001/qr.svg?as_of=2025-02-02").await;
    assert_ne!(code.body, other.body);
    for (path, status) in [
        ("/items/NO-1/qr.svg", 404),
        ("/items/KL-001/qr.svg?as_of=x", 400),
        ("/items/KL-001/qr.svg?size=9", 400),
    ] {
        assert_eq!(app.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_withdrawn_item_is_offered_to_no_search_engine() {
    let app = TestApp::new();
    let page = app.get("/items/KL-004").await;
    assert!(!page.text().contains("application/ld+json"));
}
