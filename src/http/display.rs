//! How a reader wants pages shown: in large type and plain layout (大字版), in traditional
//! characters. Kept in a cookie and applied to finished pages, so that no page need know.
//! Must not know what a page says.

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, REFERER, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use url::Url;

use super::cookies::{self, Keeping};
use super::error::AppError;
use super::params::Params;
use super::respond::HTML;
use super::url as paths;
use crate::text::script::traditional;

const NAME: &str = "display";
/// Seconds that a choice is remembered: a year.
const REMEMBERED: u64 = 31_536_000;
/// Largest page in bytes that is shown otherwise than it was made.
const LARGEST: u64 = 4 << 20;
/// Bytes of a page whose characters are converted in less than a millisecond.
const SHORT: usize = 4 << 10;
/// How every page begins; see `web/templates/base.html`.
const OPENING: &str = "<html lang=\"zh-CN\">";

/// What a reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    pub large: bool,
    pub traditional: bool,
}

impl Display {
    /// What the reader's cookie says.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = cookies::read(headers, NAME).unwrap_or_default();
        Self {
            large: chosen.split('.').any(|word| word == "large"),
            traditional: chosen.split('.').any(|word| word == "hant"),
        }
    }

    /// Value of the cookie, and classes of the page apart by dots.
    fn words(self) -> String {
        let words = [(self.large, "large"), (self.traditional, "hant")];
        let words = words.iter().filter(|(on, _)| *on).map(|(_, word)| *word);
        words.collect::<Vec<_>>().join(".")
    }

    /// What tells the `ETag` of a page so shown from that of the page as made.
    fn suffix(self) -> String {
        match self.words().as_str() {
            "" => String::new(),
            words => format!(".{words}"),
        }
    }

    /// Shows an answer so, where it is a page or says that the reader has it (304).
    pub async fn show(self, mut response: Response) -> Response {
        let is_page = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == HTML);
        if !is_page && response.status() != StatusCode::NOT_MODIFIED {
            return response;
        }
        let vary = HeaderValue::from_static("cookie");
        response.headers_mut().append(VARY, vary);
        if self == Self::default() {
            return response;
        }
        if is_page {
            // One that is too long is shown as it was made: nothing of it is lost.
            let length = response.body().size_hint().exact();
            if length.is_none_or(|length| length > LARGEST) {
                return response;
            }
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let html = String::from_utf8_lossy(&bytes).into_owned();
            let html = match self.traditional && html.len() > SHORT {
                true => aside(move || self.page(&html)),
                false => self.page(&html),
            };
            response = Response::from_parts(parts, Body::from(html));
        }
        self.tag(&mut response);
        response
    }

    /// The tag of a page so shown is another than that of the page as made.
    fn tag(self, response: &mut Response) {
        let tag = response.headers().get(ETAG).and_then(|v| v.to_str().ok());
        if let Some(tag) = tag.and_then(|tag| tag.strip_suffix('"'))
            && let Ok(tag) = HeaderValue::from_str(&format!("{tag}{}\"", self.suffix()))
        {
            response.headers_mut().insert(ETAG, tag);
        }
    }

    /// A finished page as the reader wants it.
    fn page(self, html: &str) -> String {
        let language = if self.traditional { "zh-Hant" } else { "zh-CN" };
        let classes = self.words().replace('.', " ");
        let opening = format!("<html lang=\"{language}\" class=\"{classes}\">");
        let html = html.replacen(OPENING, &opening, 1);
        if self.traditional {
            in_traditional(&html)
        } else {
            html
        }
    }

    /// Leaves of the tags that the reader has those of pages so shown, as they were before.
    fn untag(self, headers: &mut HeaderMap) {
        let suffix = self.suffix();
        let known = headers.get_all(IF_NONE_MATCH).iter();
        let known = known
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','));
        let known = known.filter_map(|tag| {
            let tag = tag.trim();
            if tag == "*" {
                return Some(tag.to_owned());
            }
            let tag = tag.trim_start_matches("W/").trim_matches('"');
            let (tag, encoding) = match tag.rsplit_once('-') {
                Some((tag, encoding)) => (tag, format!("-{encoding}")),
                None => (tag, String::new()),
            };
            let tag = tag.strip_suffix(suffix.as_str())?;
            Some(format!("\"{tag}{encoding}\""))
        });
        let known = known.collect::<Vec<_>>().join(", ");
        match HeaderValue::from_str(&known) {
            Ok(value) if !known.is_empty() => headers.insert(IF_NONE_MATCH, value),
            _ => headers.remove(IF_NONE_MATCH),
        };
    }
}

/// Does what takes milliseconds without holding up other connections.
fn aside(work: impl FnOnce() -> String + Send + 'static) -> String {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(work),
        _ => work(),
    }
}

/// The layer around all pages.
pub async fn display(mut request: Request, next: Next) -> Response {
    let mut display = Display::of(request.headers());
    // Who works on a text sees it as it is.
    display.traditional &= !paths::is_console(request.uri().path());
    if display != Display::default() {
        display.untag(request.headers_mut());
    }
    display.show(next.run(request).await).await
}

/// `POST /display`: changes what the form says and leads back to the page it was sent from.
pub async fn choose(headers: HeaderMap, body: Bytes) -> Result<Response, AppError> {
    let form = Params::parse(&String::from_utf8_lossy(&body))?;
    form.only(&["large", "traditional"])?;
    let mut display = Display::of(&headers);
    if form.one("large")?.is_some() {
        display.large = form.flag("large")?;
    }
    if form.one("traditional")?.is_some() {
        display.traditional = form.flag("traditional")?;
    }
    let words = display.words();
    let age = if words.is_empty() { 0 } else { REMEMBERED };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(from) = HeaderValue::from_str(&came_from(&headers)) {
        response.headers_mut().insert(LOCATION, from);
    }
    let keeping = Keeping {
        path: "/",
        age: Some(age),
        secure: false,
    };
    cookies::set(response.headers_mut(), NAME, &words, keeping);
    Ok(response)
}

/// The page that a form was sent from, else the first. Only its path: from whatever site the form
/// came, it leads to this one.
fn came_from(headers: &HeaderMap) -> String {
    let from = headers.get(REFERER).and_then(|v| v.to_str().ok());
    let Some(from) = from.and_then(|address| Url::parse(address).ok()) else {
        return paths::HOME.to_owned();
    };
    // A path of two slashes is another site's name to a browser.
    let is_path = from.path().starts_with('/') && !from.path().starts_with("//");
    match from.query() {
        _ if !is_path => paths::HOME.to_owned(),
        Some(query) => format!("{}?{query}", from.path()),
        None => from.path().to_owned(),
    }
}

/// Attributes that are read to people; all others are for programs and stay as they are.
const READ: [&str; 4] = ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\""];
/// Elements whose content is not for reading, or is what the reader typed.
const KEPT: [&str; 3] = ["script", "textarea", "code"];

/// Marks an element whose text is simplified on purpose.
const SIMPLIFIED: &str = "lang=\"zh-Hans\"";

/// A page whose texts are in traditional characters. Our templates escape every `<` and `>` in a
/// text, so that tags can be told by them.
fn in_traditional(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&traditional(&rest[..start]));
        rest = &rest[start..];
        let Some(end) = rest.find('>').map(|at| at + 1) else {
            break;
        };
        let tag = &rest[..end];
        push_tag(&mut out, tag);
        rest = &rest[end..];
        let name = tag[1..]
            .split([' ', '>', '/', '\n'])
            .next()
            .unwrap_or_default();
        if KEPT.contains(&name) || tag.contains(SIMPLIFIED) {
            let end = rest.find(&format!("</{name}>")).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out.push_str(&traditional(rest));
    out
}

fn push_tag(out: &mut String, tag: &str) {
    let mut rest = tag;
    while let Some((start, name)) = READ
        .iter()
        .filter_map(|name| rest.find(name).map(|at| (at, *name)))
        .min()
    {
        let (before, value) = rest.split_at(start + name.len());
        out.push_str(before);
        let end = value.find('"').unwrap_or(value.len());
        out.push_str(&traditional(&value[..end]));
        rest = &value[end..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).expect("a header");
            (axum::http::HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    #[test]
    fn a_cookie_says_what_was_chosen() {
        let of = |cookie| Display::of(&headers(&[("cookie", cookie)]));
        assert_eq!(
            of("a=large; display=hant.large"),
            Display {
                large: true,
                traditional: true
            }
        );
        assert_eq!(of("display=larger"), Display::default());
        assert_eq!(of("display"), Display::default());
    }

    #[test]
    fn only_what_people_read_changes() {
        let page = "<html lang=\"zh-CN\"><a href=\"/x?q=门\" aria-label=\"部门\">部门</a>\
                    <input value=\"部门\"><script>部门</script><code>部门</code>\
                    <b lang=\"zh-Hans\">简体</b>";
        let display = Display {
            large: true,
            traditional: true,
        };
        assert_eq!(
            display.page(page),
            "<html lang=\"zh-Hant\" class=\"large hant\"><a href=\"/x?q=门\" aria-label=\"部門\">部門</a>\
             <input value=\"部门\"><script>部门</script><code>部门</code>\
             <b lang=\"zh-Hans\">简体</b>"
        );
    }

    #[test]
    fn a_form_leads_back_to_this_site_alone() {
        let from = |referer| came_from(&headers(&[("referer", referer)]));
        assert_eq!(from("https://qz.example.cn/search?q=a"), "/search?q=a");
        assert_eq!(from("https://evil.example/x"), "/x");
        for other in [
            "https://qz.example.cn//evil.example",
            "javascript:alert(1)",
            "",
            "x",
        ] {
            assert_eq!(from(other), "/", "{other}");
        }
        // Whatever stands there, it is a path of one slash.
        for odd in [
            "https://a/\\evil.example",
            "https://a/%2f/evil.example",
            "https://a/./\\b",
        ] {
            let path = from(odd);
            assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
        }
    }
}
