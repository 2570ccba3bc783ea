//! The API explained, from its description (OpenAPI): what each path gives, its parameters, an
//! example that works on this register. Must not know how a path is answered.

use std::sync::LazyLock;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::{Section, Shell, render};
use crate::domain::Position;
use crate::http::api::openapi;
use crate::http::error::AppError;
use crate::http::state::App;
use crate::http::url;
use crate::service::{ServiceError, Services};

/// What each path gives, in Chinese; the description says the same in English.
const PATHS: [(&str, &str); 21] = [
    (url::API_SEARCH, "检索事项，附分面计数"),
    (url::API_SUGGEST, "输入时的联想：部门和事项"),
    (url::API_CHECK, "一项生意或一段经营范围对照负面清单"),
    (url::API_NEGATIVE, "负面清单，按行业门类"),
    (url::API_ITEM, "一个事项在某一天的内容"),
    (url::API_ITEM_HISTORY, "一个事项的全部变动，逐栏对照"),
    (
        url::API_ITEM_RELATED,
        "与一个事项相关的：别处的同一职权、依据相同条款的事项、负面清单措施",
    ),
    (
        url::API_FEEDBACK,
        "一个事项收到的纠错建议：件数和公开的答复",
    ),
    (url::API_COMPARE, "两至四个事项逐栏对照"),
    (
        url::API_STATISTICS,
        "数据总览：各类计数、每月变动、清单新旧",
    ),
    (url::API_DEPARTMENTS, "全部部门"),
    (
        url::API_DEPARTMENT,
        "一个部门：清单、事项、联系方式、职责边界",
    ),
    (url::API_KINDS, "全部清单种类和各自的栏目"),
    (url::API_KIND, "一种清单的栏目和公布部门"),
    (url::API_LISTS, "全部清单"),
    (url::API_LIST, "一份清单和它的历次公布"),
    (
        url::API_LIST_DIFFERENCE,
        "一份清单两次公布或两个日期之间的变动",
    ),
    (url::API_PUBLICATIONS, "公布记录，新的在前"),
    (url::API_PUBLICATION, "一次公布和它的变动"),
    (url::API_PUBLICATION_FILE, "一次公布的原始文件"),
    (url::API_OPENAPI, "本接口的 OpenAPI 描述"),
];

/// What departments' own systems do by token: method, path and what for.
const BY_TOKEN: [(&str, &str, &str); 6] = [
    (
        "POST",
        url::API_CONSOLE_FINDINGS,
        "检查清单文件，不保存（权限 validate）",
    ),
    (
        "POST",
        url::API_CONSOLE_DRAFTS,
        "提交清单文件或 JSON，建立草稿（权限 draft）",
    ),
    (
        "GET",
        url::API_CONSOLE_DRAFT,
        "草稿的状态、数量、提交前还缺什么、审查意见（权限 draft）",
    ),
    (
        "GET",
        url::API_CONSOLE_DRAFT_FINDINGS,
        "草稿文件的全部问题（权限 draft）",
    ),
    (
        "GET",
        url::API_CONSOLE_DRAFT_DIFF,
        "草稿与现行内容的逐项差异（权限 draft）",
    ),
    (
        "POST",
        url::API_CONSOLE_DRAFT_SUBMIT,
        "填写申报信息，提交审查（权限 submit）",
    ),
];

/// What each parameter is, in Chinese.
const PARAMETERS: [(&str, &str); 26] = [
    ("q", "检索词，至多 200 个字符；不给则列出全部"),
    ("kind", "清单种类：键名或中文名称；检索时可重复"),
    ("type", "职权类型，如 行政许可；可重复"),
    ("department", "部门全称或编号；检索时可重复"),
    ("region", "行政区划：六位代码或名称；可重复"),
    ("level", "层级，如 市级；可重复"),
    (
        "basis",
        "所依据的法律，可以带条号，如 《食品安全法》第122条",
    ),
    ("sort", "relevance 按相关程度（默认），department 按部门"),
    ("page", "第几页，从 1 起"),
    ("size", "每页几项，1 至 100，默认 20"),
    ("exact", "1：只检索原文字词"),
    ("as_of", "日期，YYYY-MM-DD；不给则为今天"),
    ("publication", "截至第几号公布"),
    ("month", "公布的月份，YYYY-MM"),
    ("since", "最近一次公布不早于这一天，YYYY-MM-DD"),
    ("until", "最近一次公布不晚于这一天，YYYY-MM-DD"),
    ("code", "事项编码"),
    ("item", "事项编码，重复两至四次"),
    ("id", "部门编号或全称"),
    ("key", "清单种类的键名"),
    ("number", "清单编号或公布编号"),
    ("from", "较早的公布编号或日期"),
    ("to", "较晚的公布编号或日期"),
    ("text", "要核对的描述，至多 2,000 个字符"),
    ("investor", "domestic 内资（默认），foreign 外资"),
    ("section", "行业门类的字母，0 为不分行业"),
];

/// One path that answers questions.
#[derive(Clone, Debug, Default)]
pub struct PathDoc {
    pub id: String,
    pub path: String,
    pub about: String,
    pub parameters: Vec<ParameterDoc>,
    /// An address that works here.
    pub example: String,
    /// The same, to be read.
    pub readable: String,
    /// Name and description of what the answer holds.
    pub answer: Vec<(String, String)>,
}

/// One parameter.
#[derive(Clone, Debug, Default)]
pub struct ParameterDoc {
    pub name: String,
    pub about: String,
    pub required: bool,
    pub in_path: bool,
}

#[derive(Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    pub shell: Shell,
    /// Address of the site.
    pub site: String,
    pub paths: Vec<PathDoc>,
    pub by_token: Vec<(&'static str, &'static str, &'static str)>,
}

pub async fn docs(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    let site = app.site().to_owned();
    app.page(&headers, move |services| {
        // The same for every reader, and a hundred times the work of the rest.
        static DOCUMENT: LazyLock<Value> =
            LazyLock::new(|| serde_json::to_value(openapi::document()).unwrap_or_default());
        let document: &Value = &DOCUMENT;
        let samples = Samples::find(services)?;
        let paths = PATHS.iter().map(|(path, about)| {
            let operation = &document["paths"][path]["get"];
            PathDoc::new(path, about, operation, document, &samples)
        });
        render(&DocsPage {
            shell: Shell::new(&*services.overview()?, "接口文档")
                .with_api(url::API_OPENAPI)
                .with_canonical(url::API_DOCS)
                .in_section(Section::Data),
            site,
            paths: paths.collect(),
            by_token: BY_TOKEN.to_vec(),
        })
    })
    .await
}

/// Values that exist in this register; blank in an empty one.
#[derive(Default)]
struct Samples {
    code: String,
    other_code: String,
    department: String,
    kind: String,
    publication: String,
    /// A list with two publications where there is one, and their numbers.
    list: String,
    from: String,
    to: String,
}

impl Samples {
    fn find(services: &Services) -> Result<Self, ServiceError> {
        let mut samples = Self::default();
        let overview = services.overview()?;
        let mut codes = Vec::new();
        services
            .register
            .each_in_force(Position::on(overview.day), None, &mut |revision| {
                codes.push(revision.code.to_string());
                codes.len() < 2
            })?;
        let mut codes = codes.into_iter();
        samples.code = codes.next().unwrap_or_default();
        samples.other_code = codes.next().unwrap_or_else(|| samples.code.clone());
        let text = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        samples.department = text(overview.departments.first().map(|d| d.number));
        samples.publication = text((overview.last_number > 0).then_some(overview.last_number));
        samples.kind = services
            .kinds
            .iter()
            .next()
            .map(|k| k.key.clone())
            .unwrap_or_default();
        let list = overview
            .lists
            .iter()
            .max_by_key(|list| list.publications.min(2));
        if let Some(list) = list {
            let (_, publications) = services.list(list.number)?;
            let mut numbers = publications.iter().map(|p| p.publication.number);
            samples.list = text(Some(list.number));
            samples.to = text(numbers.next());
            samples.from = text(numbers.next());
        }
        Ok(samples)
    }

    /// The path with values that exist, and the parameters that it needs or that show what it can.
    fn example(&self, path: &str) -> String {
        let one = |name: &'static str, value: &str| vec![(name, value.to_owned())];
        let (value, parameters) = match path {
            url::API_SEARCH => ("", [one("q", "油烟扰民"), one("size", "3")].concat()),
            url::API_SUGGEST => ("", one("q", "canyin")),
            url::API_CHECK => ("", one("text", "开一家小面馆，顺便卖烟")),
            url::API_NEGATIVE => ("", Vec::new()),
            url::API_ITEM | url::API_ITEM_HISTORY | url::API_ITEM_RELATED | url::API_FEEDBACK => {
                (self.code.as_str(), Vec::new())
            }
            url::API_COMPARE => {
                let items = [one("item", &self.code), one("item", &self.other_code)];
                ("", items.concat())
            }
            url::API_DEPARTMENT => (self.department.as_str(), one("size", "3")),
            url::API_KIND => (self.kind.as_str(), Vec::new()),
            url::API_LIST => (self.list.as_str(), Vec::new()),
            url::API_LIST_DIFFERENCE => (
                self.list.as_str(),
                [one("from", &self.from), one("to", &self.to)].concat(),
            ),
            url::API_PUBLICATIONS => ("", one("size", "3")),
            url::API_PUBLICATION | url::API_PUBLICATION_FILE => {
                (self.publication.as_str(), Vec::new())
            }
            _ => ("", Vec::new()),
        };
        url::with(&url::fill(path, value), parameters)
    }
}

impl PathDoc {
    fn new(
        path: &str,
        about: &str,
        operation: &Value,
        document: &Value,
        samples: &Samples,
    ) -> Self {
        let known = |name: &str| {
            let found = PARAMETERS.iter().find(|(known, _)| *known == name);
            found.map(|(_, about)| (*about).to_owned())
        };
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default();
            let english = parameter["description"].as_str().unwrap_or_default();
            ParameterDoc {
                name: name.to_owned(),
                about: known(name).unwrap_or_else(|| english.to_owned()),
                required: parameter["required"].as_bool().unwrap_or_default(),
                in_path: parameter["in"] == "path",
            }
        });
        let example = samples.example(path);
        Self {
            id: path
                .trim_start_matches('/')
                .replace(['/', '{', '}', '.'], "-"),
            path: path.to_owned(),
            about: about.to_owned(),
            parameters: parameters.collect(),
            readable: percent_decoded(&example),
            example,
            answer: answer(operation, document),
        }
    }
}

/// An address with its Chinese characters to be read.
fn percent_decoded(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else {
        return address.to_owned();
    };
    let pairs = ::url::form_urlencoded::parse(query.as_bytes());
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

/// Names and descriptions of the fields of an answer, as the description's schema has them.
fn answer(operation: &Value, document: &Value) -> Vec<(String, String)> {
    let content = &operation["responses"]["200"]["content"]["application/json"];
    let Some(name) = content["schema"]["$ref"].as_str() else {
        return Vec::new();
    };
    let mut fields = Vec::new();
    collect(document, name, &mut fields);
    fields
}

/// The fields of a schema and of those that it is made of.
fn collect(document: &Value, reference: &str, fields: &mut Vec<(String, String)>) {
    let Some(schema) = document.pointer(reference.trim_start_matches('#')) else {
        return;
    };
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in parts.chain([schema]) {
        if let Some(reference) = part["$ref"].as_str() {
            collect(document, reference, fields);
        }
        for (name, field) in part["properties"].as_object().into_iter().flatten() {
            let about = field["description"].as_str().unwrap_or_default();
            fields.push((name.clone(), about.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_and_parameter_is_explained() {
        let document = serde_json::to_value(openapi::document()).unwrap();
        for (path, operations) in document["paths"].as_object().unwrap() {
            if !path.starts_with(url::API) {
                continue;
            }
            if BY_TOKEN.iter().any(|(_, known, _)| known == path) {
                continue;
            }
            assert!(PATHS.iter().any(|(known, _)| known == path), "{path}");
            let parameters = operations["get"]["parameters"].as_array();
            for parameter in parameters.into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let known = PARAMETERS.iter().any(|(known, _)| *known == name);
                assert!(known, "{path}: {name}");
            }
        }
    }
}
