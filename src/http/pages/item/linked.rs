//! An item as linked data (JSON-LD in the vocabulary of schema.org), for search engines.

use serde_json::{Value, json};

use crate::domain::Role;
use crate::http::url;
use crate::service::read::ItemView;

/// The item as the content of a `script` element.
pub fn linked(site: &str, item: &ItemView, is_service: bool) -> String {
    let head = &item.head;
    let publication = &item.publication.publication;
    let address = |path: &str| format!("{site}{path}");
    let page = address(&url::item(&head.code));
    let of = |role: Role| {
        let field = item.fields.iter().find(|f| f.role == Some(role));
        field.map(|f| f.value.clone())
    };
    // Who leads, or charges, answers for it; whoever published stands with the list.
    let provider = match of(Role::Lead).or_else(|| of(Role::Authority)) {
        Some(name) => json!({ "@type": "GovernmentOrganization", "name": name }),
        None => json!({
            "@type": "GovernmentOrganization",
            "name": head.department,
            "url": item.department_number.map(|n| address(&url::department(n))),
        }),
    };
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": if is_service { "GovernmentService" } else { "CreativeWork" },
        "@id": page,
        "url": page,
        "identifier": head.code,
        "name": head.name,
        "inLanguage": "zh-CN",
        "provider": provider,
        "subjectOf": {
            "@type": "Dataset",
            "name": publication.list.title,
            "description": format!("{}公布的{}", publication.list.department, publication.list.title),
            "url": address(&url::publication(publication.number)),
            "datePublished": publication.published_on.to_string(),
            "version": publication.number.to_string(),
        },
    });
    if let Value::Object(data) = &mut data {
        let texts = [
            ("alternateName", Some(head.sub_name.clone())),
            (
                "description",
                of(Role::Measure).or_else(|| of(Role::Duties)),
            ),
        ];
        data.extend(known(texts));
        if is_service {
            let phone = of(Role::Phone);
            let channel = phone.map(|phone| {
                json!({ "@type": "ServiceChannel", "servicePhone":
                    { "@type": "ContactPoint", "telephone": phone } })
            });
            let area = json!({ "@type": "AdministrativeArea", "name": head.region.name });
            data.extend(known([("serviceType", Some(head.item_type.clone()))]));
            data.extend([("areaServed".to_owned(), area)]);
            data.extend(channel.map(|channel| ("availableChannel".to_owned(), channel)));
        }
    }
    // Nothing in a text may end the element that this stands in.
    data.to_string().replace('<', "\\u003c")
}

/// Those that say something.
fn known<const N: usize>(
    texts: [(&'static str, Option<String>); N],
) -> impl Iterator<Item = (String, Value)> {
    let texts = texts.into_iter();
    let said = texts.filter_map(|(name, text)| Some((name, text.filter(|t| !t.is_empty())?)));
    said.map(|(name, text)| (name.to_owned(), Value::String(text)))
}
