//! The data sets as a DCAT catalogue (W3C DCAT 3) in JSON-LD: one set for each kind of list.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::items::FORMS;
use crate::domain::Kind;
use crate::http::error::AppError;
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::overview::Overview;

const JSON_LD: &str = "application/ld+json";

/// `/catalog.jsonld`
pub async fn catalog(State(app): State<App>, headers: HeaderMap) -> Result<Response, AppError> {
    let site = app.site().to_owned();
    let body = app
        .run(move |services| {
            let overview = services.overview()?;
            let kinds = services.kinds.iter();
            let kinds = kinds.filter(|kind| overview.items_of_kind(&kind.key) > 0);
            let sets: Vec<Value> = kinds.map(|kind| set(&site, kind, &overview)).collect();
            let body = serde_json::to_vec_pretty(&whole(&site, sets, &overview));
            body.map_err(|e| ServiceError::Internal(e.to_string()))
        })
        .await?;
    Ok(respond::fresh(&headers, JSON_LD, body))
}

fn whole(site: &str, sets: Vec<Value>, overview: &Overview) -> Value {
    let newest = overview.lists.iter().map(|l| l.latest.published_on).max();
    json!({
        // Said here whole, so that nobody need ask another host what the words mean.
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{site}{}", url::CATALOG),
        "@type": "dcat:Catalog",
        "dct:title": chinese("政府部门权责清单"),
        "dct:description": chinese("各部门公布的权力清单、责任清单、负面清单等，含全部历史版本"),
        "dct:language": "zh-CN",
        "dct:modified": newest.map(|published| day(published.to_string())),
        "foaf:homepage": { "@id": format!("{site}{}", url::HOME) },
        "dcat:dataset": sets,
        "dcat:service": {
            "@id": format!("{site}{}", url::API_DOCS),
            "@type": "dcat:DataService",
            "dct:title": chinese("权责清单开放接口"),
            "dcat:endpointURL": { "@id": format!("{site}/api/v1") },
            "dcat:endpointDescription": { "@id": format!("{site}{}", url::API_OPENAPI) },
        },
    })
}

fn set(site: &str, kind: &Kind, overview: &Overview) -> Value {
    let page = format!("{site}{}", url::kind(&kind.key));
    let lists = overview.lists.iter().filter(|l| l.list.kind == kind.key);
    let latest = lists.max_by_key(|l| l.latest.number).map(|l| &l.latest);
    let forms = FORMS.map(|(_, media_type, path)| {
        let address = format!("{site}{}", url::fill(path, &kind.key));
        json!({
            "@id": address,
            "@type": "dcat:Distribution",
            "dct:title": chinese(&kind.name),
            "dcat:accessURL": { "@id": page },
            "dcat:downloadURL": { "@id": address },
            "dcat:mediaType": media_type,
        })
    });
    let items = overview.items_of_kind(&kind.key);
    json!({
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:title": chinese(&kind.name),
        "dct:description": chinese(&format!("现行有效{} {items} 项；可按日期（as_of）和公布编号（publication）取得历史版本", kind.noun)),
        "dct:identifier": kind.key,
        "dct:language": "zh-CN",
        "dct:modified": latest.map(|p| day(p.published_on.to_string())),
        "dcat:version": latest.map(|p| p.number.to_string()),
        "dcat:landingPage": { "@id": page },
        "dcat:keyword": kind.names().map(chinese).collect::<Vec<_>>(),
        "dcat:distribution": forms,
    })
}

fn chinese(text: &str) -> Value {
    json!({ "@value": text, "@language": "zh-CN" })
}

fn day(text: String) -> Value {
    json!({ "@value": text, "@type": "xsd:date" })
}
