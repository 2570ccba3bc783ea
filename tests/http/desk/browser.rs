//! A browser at the desk: it keeps cookies, and the token and version of the last form that it was shown.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use super::{PASSWORD, Person};
use crate::support::app::{Answer, TestApp};

/// A form as it is sent.
#[derive(Clone, Debug)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// Name and content.
    file: Option<(String, Vec<u8>)>,
}

/// A form of these fields.
pub fn form(fields: &[(&str, &str)]) -> Form {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Form {
        fields: fields.iter().map(own).collect(),
        file: None,
    }
}

impl Form {
    /// The form with one more field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The form with a file, and so in parts.
    pub fn with_file(mut self, name: &str, content: &[u8]) -> Self {
        self.file = Some((name.to_owned(), content.to_vec()));
        self
    }

    /// Its media type and bytes, as browsers send them.
    fn encoded(&self) -> (&'static str, Vec<u8>) {
        let Some((name, content)) = &self.file else {
            let mut query = Serializer::new(String::new());
            query.extend_pairs(&self.fields);
            let body = query.finish().into_bytes();
            return ("application/x-www-form-urlencoded", body);
        };
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let head = format!("--desk\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        let name = name.replace('"', "\\\"");
        let head = format!(
            "--desk\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--desk--\r\n");
        ("multipart/form-data; boundary=desk", body)
    }
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Cookie {
    /// Whether it is sent to a page.
    fn goes_to(&self, page: &str) -> bool {
        let page = page.split('?').next().unwrap_or(page);
        let below = page.strip_prefix(self.path.trim_end_matches('/'));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

pub struct Browser {
    site: Router,
    cookies: Vec<Cookie>,
    /// Token of the last form.
    pub csrf: String,
    /// Version of the draft in the last form.
    pub version: String,
}

impl Browser {
    /// One that has been nowhere yet.
    pub fn at(site: Router) -> Self {
        Self {
            site,
            cookies: Vec::new(),
            csrf: String::new(),
            version: String::new(),
        }
    }

    pub fn new(app: &TestApp) -> Self {
        Self::at(app.router())
    }

    /// The browser of somebody who is signed in with a password of their own.
    pub async fn of(app: &TestApp, person: &Person) -> Self {
        let mut browser = Self::new(app);
        browser.enter(app, person).await;
        browser
    }

    /// Value of a cookie, blank where there is none.
    pub fn cookie(&self, name: &str) -> String {
        let found = self.cookies.iter().find(|cookie| cookie.name == name);
        found.map_or_else(String::new, |cookie| cookie.value.clone())
    }

    /// Sets a cookie; a blank value deletes it.
    pub fn set_cookie(&mut self, name: &str, value: &str, path: &str) {
        self.cookies.retain(|c| c.name != name || c.path != path);
        if !value.is_empty() {
            self.cookies.push(Cookie {
                name: name.into(),
                value: value.into(),
                path: path.into(),
            });
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    /// Sends a form as it is: without a token unless it has one.
    pub async fn send(&mut self, path: &str, headers: &[(&str, &str)], form: &Form) -> Answer {
        self.ask("POST", path, headers, Some(form)).await
    }

    /// Sends a form with the token of the last page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form(fields).with("csrf", &self.csrf);
        self.send(path, &[], &form).await
    }

    /// Sends a form with a file, with the token of the last page.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, content): (&str, &[u8]),
    ) -> Answer {
        let form = form(fields).with("csrf", &self.csrf);
        self.send(path, &[], &form.with_file(name, content)).await
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        form: Option<&Form>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = self.cookies.iter().filter(|cookie| cookie.goes_to(path));
        let sent: Vec<String> = sent.map(|c| format!("{}={}", c.name, c.value)).collect();
        if !sent.is_empty() {
            request = request.header("cookie", sent.join("; "));
        }
        let mut body = Vec::new();
        if let Some((kind, bytes)) = form.map(Form::encoded) {
            request = request.header("content-type", kind);
            request = request.header("content-length", bytes.len());
            body = bytes;
        }
        let request = request.body(Body::from(body));
        let request = request.expect("request is well-formed");
        let response = self.site.clone().oneshot(request).await;
        let (parts, body) = response.expect("router answers").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("body is read");
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_vec(),
        };
        self.learn(&answer);
        answer
    }

    /// Takes in the cookies of an answer, and the token and version of its forms.
    fn learn(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            let attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
            let path = attributes.iter().find_map(|a| a.strip_prefix("Path="));
            let value = match attributes.contains(&"Max-Age=0") {
                true => "",
                false => value,
            };
            self.set_cookie(name, value, path.unwrap_or("/"));
        }
        if answer.header("content-type").starts_with("text/html") {
            let html = answer.text();
            for (field, kept) in [("csrf", &mut self.csrf), ("version", &mut self.version)] {
                if let Some(value) = hidden(html, field) {
                    *kept = value;
                }
            }
        }
    }

    /// Signs in by the form.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/console/sign-in").await;
        let fields = [("account", name), ("password", password)];
        self.post("/console/sign-in", &fields).await
    }

    /// Signs in, and chooses a password where the first is still to be changed.
    pub async fn enter(&mut self, app: &TestApp, person: &Person) {
        let known = app.console.known_account(person.account.id);
        let must_change = known.expect("account is known").must_change;
        let password = match must_change {
            true => person.first.as_str(),
            false => PASSWORD,
        };
        let answer = self.sign_in(&person.account.name, password).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        if must_change {
            self.get("/console/password").await;
            let fields = [
                ("old", password),
                ("password", PASSWORD),
                ("again", PASSWORD),
            ];
            let answer = self.post("/console/password", &fields).await;
            assert_eq!(answer.status, 303, "{}", answer.text());
        }
        assert_eq!(self.get("/console").await.status, 200, "signed in");
    }

    /// Sends a form of a draft's page with the version that the page has.
    pub async fn send_to_draft(
        &mut self,
        draft: &str,
        form: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        self.get(draft).await;
        let version = self.version.clone();
        let mut all = vec![("version", version.as_str())];
        all.extend_from_slice(fields);
        self.post(&format!("{draft}/{form}"), &all).await
    }

    /// Does one of the acts of a draft's page, which must go well.
    pub async fn act(&mut self, draft: &str, act: &str, comment: &str) {
        let fields = [("act", act), ("comment", comment)];
        let answer = self.send_to_draft(draft, "act", &fields).await;
        assert_eq!(answer.status, 303, "{act}: {}", answer.text());
    }
}

/// Value of a page's hidden field.
pub fn hidden(html: &str, field: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("name=\"{field}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}
