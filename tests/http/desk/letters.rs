//! Readers' letters (纠错/建议) from the form to the answer: what is kept, who is told, and what floods.

use std::net::SocketAddr;

use quanze::domain::AccountRole;
use quanze::http::url::encode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Browser, CITY, Cast, Person, form, held, site};
use crate::support::app::{Answer, TestApp};

const PATH: &str = "/items/KL-001/feedback";
const TEXT: &str = "监督电话一直打不通";
const CONTACT: &str = "13800000000";

/// The receipt that a page shows; blank where it shows none.
fn receipt(page: &Answer) -> String {
    let shown = page.text().split_once("查询码：<code class=\"break\">");
    let shown = shown.and_then(|(_, rest)| rest.split('<').next());
    shown.unwrap_or_default().to_owned()
}

/// Sends a letter by the form of its item's page.
async fn write(browser: &mut Browser, path: &str, text: &str) -> Answer {
    browser.get(path).await;
    let fields = [("aspect", "truth"), ("text", text), ("contact", CONTACT)];
    browser.post(path, &fields).await
}

/// What programs are told of the letters on an item.
async fn counted(app: &TestApp, code: &str) -> Value {
    let path = format!("/api/v1/items/{code}/feedback");
    app.get(&path).await.json()
}

#[tokio::test]
async fn a_letter_is_found_again_by_its_receipt_which_is_shown_once() {
    let app = TestApp::new();
    let mut reader = Browser::new(&app);
    let answer = write(&mut reader, PATH, TEXT).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let receipt = receipt(&answer);
    assert_eq!(receipt.len(), 29, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    for path in [
        PATH,
        "/feedback",
        "/items/KL-001",
        "/api/v1/items/KL-001/feedback",
    ] {
        let page = reader.get(path).await;
        assert!(!page.text().contains(&receipt), "{path} shows it again");
        assert!(!page.text().contains(TEXT), "{path} shows the letter");
    }
    // Anybody who has it, from any browser; with blanks around, as it is pasted.
    let mut elsewhere = Browser::new(&app);
    elsewhere.get("/feedback").await;
    let typed = format!(" {} ", receipt.to_uppercase());
    let page = elsewhere.post("/feedback", &[("receipt", &typed)]).await;
    assert_eq!(page.status, 200);
    for told in [
        TEXT,
        "待处理",
        "真实性",
        CITY,
        "还没有答复",
        "您留下了联系方式",
    ] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    assert!(
        !page.text().contains(CONTACT),
        "the contact itself is not shown"
    );
    for wrong in ["", "ab", &receipt[1..]] {
        let page = elsewhere.post("/feedback", &[("receipt", wrong)]).await;
        assert!(
            page.text().contains("没有这个查询码"),
            "{wrong}: {}",
            page.text()
        );
        assert!(!page.text().contains(TEXT), "{wrong}");
    }
}

#[tokio::test]
async fn a_contact_is_deleted_by_whoever_left_it() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut reader = Browser::new(&app);
    let receipt = receipt(&write(&mut reader, PATH, TEXT).await);
    let mut editor = Browser::of(&app, &cast.editor).await;
    let letter = editor.get("/console/letters/1").await;
    assert!(letter.text().contains(CONTACT), "{}", letter.text());
    reader.get("/feedback").await;
    let before = held(&app, &cast.auditor).records;
    for _ in 0..2 {
        let fields = [("receipt", receipt.as_str()), ("do", "delete-contact")];
        let page = reader.post("/feedback", &fields).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text().contains("没有保存您的联系方式"),
            "{}",
            page.text()
        );
    }
    let letter = editor.get("/console/letters/1").await;
    assert!(letter.text().contains(TEXT) && !letter.text().contains(CONTACT));
    let after = held(&app, &cast.auditor).records;
    assert_eq!(
        after,
        before + 1,
        "what is not there is deleted without a record"
    );
    let fields = [("receipt", "ab"), ("do", "delete-contact")];
    assert_eq!(reader.post("/feedback", &fields).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_letter_is_told_beside_it() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut reader = Browser::new(&app);
    reader.get(PATH).await;
    let before = held(&app, &cast.auditor);
    let (long, number) = ("长".repeat(1_001), "1".repeat(101));
    for (aspect, text, contact, website, told) in [
        ("", TEXT, "", "", "请选择是哪方面的问题"),
        ("beauty", TEXT, "", "", "请选择是哪方面的问题"),
        ("truth", "短", "", "", "至少 5 个字"),
        ("truth", "    \n   ", "", "", "至少 5 个字"),
        ("truth", &long, "", "", "不能超过 1000 个字，现有 1001 个"),
        ("truth", TEXT, &number, "", "不能超过 100 个字"),
        ("truth", "有\u{7}响铃的来信", "", "", "不能显示的字符"),
        // People do not see this field.
        (
            "truth",
            TEXT,
            "",
            "https://spam.example",
            "请不要填写“网址”一栏",
        ),
    ] {
        let fields = [
            ("aspect", aspect),
            ("text", text),
            ("contact", contact),
            ("website", website),
        ];
        let answer = reader.post(PATH, &fields).await;
        let page = answer.text();
        assert_eq!(answer.status, 400, "{told}");
        assert!(
            page.contains("role=\"alert\"") && page.contains(told),
            "{told}: {page}"
        );
        let kept = [
            format!(">{text}</textarea>"),
            format!("value=\"{contact}\""),
        ];
        let kept = kept.iter().all(|typed| page.contains(typed));
        assert!(kept, "{told}: what was typed is still there");
        if aspect == "truth" {
            assert!(page.contains("value=\"truth\" checked"), "{told}");
        }
    }
    assert_eq!(held(&app, &cast.auditor), before);
    assert_eq!(counted(&app, "KL-001").await["received"], 0);
    for path in ["/items/KL-999/feedback", "/items/%E6%97%A0/feedback"] {
        assert_eq!(reader.get(path).await.status, 404, "{path}");
        let fields = [("aspect", "truth"), ("text", TEXT)];
        assert_eq!(reader.post(path, &fields).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn from_one_address_come_five_letters_an_hour() {
    let app = TestApp::new();
    let reached = site(&app, "https://qz.example.cn", true);
    let sent = async |from: &str| {
        let mut browser = Browser::at(reached.clone());
        browser.get(PATH).await;
        let fields = form(&[("aspect", "truth"), ("text", TEXT)]);
        let fields = fields.with("csrf", &browser.csrf);
        browser
            .send(PATH, &[("x-forwarded-for", from)], &fields)
            .await
    };
    for n in 1..=5 {
        // What the sender says of itself counts for nothing: only the proxy's own word does.
        let answer = sent(&format!("198.51.100.{n}, 203.0.113.7")).await;
        assert_eq!(answer.status, 200, "{n}: {}", answer.text());
    }
    // The same address, written otherwise.
    for from in ["203.0.113.7", "::ffff:203.0.113.7"] {
        let answer = sent(from).await;
        assert_eq!(answer.status, 429, "{from}");
        let page = answer.text();
        assert!(page.contains("提交过于频繁，请一小时后再试"), "{page}");
        assert!(
            page.contains(&format!(">{TEXT}</textarea>")),
            "what was typed"
        );
    }
    assert_eq!(sent("203.0.113.8").await.status, 200, "others may write");
    app.at("2026-11-24T04:59:59Z");
    assert_eq!(sent("203.0.113.7").await.status, 429);
    app.at("2026-11-24T05:00:01Z");
    assert_eq!(sent("203.0.113.7").await.status, 200);
    assert_eq!(counted(&app, "KL-001").await["received"], 7);
}

/// The first line of what a server answers a letter over a connection, and whoever says `from` of itself.
async fn over_a_connection(address: SocketAddr, browser: &Browser, from: &str) -> String {
    let (cookie, csrf) = (browser.cookie("form"), &browser.csrf);
    let body = format!("aspect=truth&text={}&csrf={csrf}", encode(TEXT));
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: form={cookie}\r\n\
         x-forwarded-for: {from}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let written = connection.write_all(request.as_bytes()).await;
    written.expect("it reads");
    let mut answer = Vec::new();
    let read = connection.read_to_end(&mut answer).await;
    read.expect("it answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_proxy_the_connection_says_whose_letter_it_is_and_nobody_else() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let server = tokio::spawn(quanze::http::serve(
        listener,
        app.services.clone(),
        app.console.clone(),
        TestApp::reached(),
        std::future::pending(),
    ));
    // The page and its token, as any browser of this site gets them.
    let mut browser = Browser::new(&app);
    browser.get(PATH).await;
    for n in 1..=6 {
        let from = format!("203.0.113.{n}");
        let answer = over_a_connection(address, &browser, &from).await;
        let status = if n < 6 {
            "HTTP/1.1 200"
        } else {
            "HTTP/1.1 429"
        };
        assert!(answer.starts_with(status), "{n}: {answer}");
    }
    server.abort();
    // From another address one may still write.
    assert_eq!(write(&mut browser, PATH, TEXT).await.status, 200);
    let mut auditor = Browser::of(&app, &cast.auditor).await;
    let journal = auditor.get("/console/journal?deed=letter-received").await;
    assert!(journal.text().contains("KL-001"), "{}", journal.text());
    for beside in ["127.0.0.1", "203.0.113."] {
        assert!(!journal.text().contains(beside), "nobody's address is kept");
    }
}

#[tokio::test]
async fn letters_are_counted_and_answered_on_the_page_and_for_programs() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let mut reader = Browser::new(&app);
    assert_eq!(
        counted(&app, "KL-001").await,
        json!({"code": "KL-001", "received": 0, "open": 0, "accepted": 0, "replies": []})
    );
    for text in [
        TEXT,
        "依据的条例已经废止",
        "要求的材料太多了",
        "买房贷款找我们",
    ] {
        let answer = write(&mut reader, PATH, text).await;
        assert_eq!(answer.status, 200, "{text}: {}", answer.text());
    }
    write(&mut reader, "/items/KL-002/feedback", "另一个事项的来信").await;
    let mut editor = Browser::of(&app, &cast.editor).await;
    app.at("2026-11-24T04:30:00Z");
    for (letter, state, reply, public) in [
        ("1", "accepted", "电话已改为 0990-6220001", "1"),
        ("2", "answered", "条例仍然有效", ""),
        ("3", "handling", "", ""),
        ("4", "declined", "与本事项无关", "1"),
    ] {
        let path = format!("/console/letters/{letter}");
        editor.get(&path).await;
        let fields = [
            ("state", state),
            ("reply", reply),
            ("public", public),
            ("before", ""),
        ];
        let answer = editor.post(&path, &fields).await;
        assert_eq!(answer.status, 303, "{letter}: {}", answer.text());
    }
    let told = counted(&app, "KL-001").await;
    let counts = ["received", "open", "accepted"].map(|key| told[key].clone());
    assert_eq!(counts, [4, 1, 1].map(Value::from), "{told}");
    let reply = |letter: &Value| {
        let texts = [
            "state",
            "text",
            "reply",
            "office",
            "received_on",
            "handled_on",
        ];
        texts.map(|key| letter[key].as_str().unwrap_or("-").to_owned())
    };
    let replies: Vec<_> = told["replies"]
        .as_array()
        .expect("replies")
        .iter()
        .map(reply)
        .collect();
    let day = "2026-11-24";
    assert_eq!(
        replies,
        [
            ["answered", "-", "条例仍然有效", CITY, day, day],
            ["accepted", TEXT, "电话已改为 0990-6220001", CITY, day, day],
        ],
        "the newest first, a letter's words only where the office shows them"
    );
    let page = reader.get(PATH).await;
    let html = page.text();
    for shown in [
        "4 件",
        "待办 1 件，采纳 1 件",
        TEXT,
        "电话已改为 0990-6220001",
        "条例仍然有效",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    for kept in [
        "依据的条例已经废止",
        "要求的材料太多了",
        "买房贷款找我们",
        "与本事项无关",
        CONTACT,
    ] {
        assert!(!html.contains(kept), "{kept} is shown");
    }
    for (who, person) in cast.all() {
        let name = &person.account.name;
        assert!(!html.contains(name), "the page names the {who}");
        assert!(
            !told.to_string().contains(name),
            "the answer names the {who}"
        );
    }
    assert_eq!(counted(&app, "KL-002").await["received"], 1);
    let other = app.get("/api/v1/items/KL-999/feedback").await;
    assert_eq!(
        (other.status, other.header("content-type")),
        (404, "application/problem+json")
    );
}

#[tokio::test]
async fn of_two_who_answer_a_letter_the_second_is_told() {
    let app = TestApp::new();
    let cast = Cast::new(&app);
    let colleague = Person::new(&app, "chengguan-he", CITY, &[AccountRole::Editor], &[CITY]);
    let mut reader = Browser::new(&app);
    write(&mut reader, PATH, TEXT).await;
    let mut both = [
        Browser::of(&app, &cast.editor).await,
        Browser::of(&app, &colleague).await,
    ];
    for browser in &mut both {
        browser.get("/console/letters/1").await;
    }
    for (browser, (reply, status)) in both.iter_mut().zip([("先答的", 303), ("后答的", 409)])
    {
        let fields = [("state", "answered"), ("reply", reply), ("before", "")];
        let answer = browser.post("/console/letters/1", &fields).await;
        assert_eq!(answer.status, status, "{reply}: {}", answer.text());
        if status == 409 {
            let page = answer.text();
            assert!(
                page.contains("他人已作修改") && page.contains("后答的"),
                "{page}"
            );
        }
    }
    assert_eq!(
        counted(&app, "KL-001").await["replies"][0]["reply"],
        "先答的"
    );
}
