//! Items, departments, kinds, lists and publications under `/api/v1`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::shapes::{
    ChainHeadShape, Change, DepartmentAnswer, Departments, DifferenceAnswer, HistoryAnswer,
    ItemAnswer, KindAnswer, KindShape, Kinds, List, ListAnswer, Lists, PublicationAnswer,
    PublicationPage, PublicationSummary,
};
use crate::http::download::Download;
use crate::http::error::{AppError, Problem};
use crate::http::params::{Params, path_number};
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::register::PublicationFilter;
use crate::service::{ServiceError, Services};

/// An item as it stands on a day.
#[utoipa::path(
    get, path = url::API_ITEM, tag = "items",
    params(
        ("code" = String, Path, description = "Code of the item"),
        ("as_of" = Option<String>, Query, description = "YYYY-MM-DD; today when not given"),
        ("publication" = Option<u64>, Query, description = "Publications up to this number count; all when not given"),
    ),
    responses(
        (status = 200, body = ItemAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn item(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["as_of", "publication"])?;
    let (day, upto) = (params.day("as_of")?, params.publication()?);
    app.json(&headers, move |services| {
        let at = services.position(day, upto)?;
        Ok(ItemAnswer::from(services.item(&code, at)?))
    })
    .await
}

/// All that ever happened to an item, newest first, field by field.
#[utoipa::path(
    get, path = url::API_ITEM_HISTORY, tag = "items",
    params(("code" = String, Path, description = "Code of the item")),
    responses(
        (status = 200, body = HistoryAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn history(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, move |services| {
        Ok(HistoryAnswer::from(services.history(&code)?))
    })
    .await
}

/// All departments with their items in force.
#[utoipa::path(
    get, path = url::API_DEPARTMENTS, tag = "departments",
    responses((status = 200, body = Departments))
)]
pub async fn departments(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, |services| {
        Ok(Departments::from(&*services.overview()?))
    })
    .await
}

/// A department with its lists and a page of its items.
#[utoipa::path(
    get, path = url::API_DEPARTMENT, tag = "departments",
    params(
        ("id" = String, Path, description = "Number or full name of the department"),
        ("page" = Option<usize>, Query, description = "From 1"),
        ("size" = Option<usize>, Query, description = "1 to 100, 20 when not given"),
    ),
    responses(
        (status = 200, body = DepartmentAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn department(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["page", "size"])?;
    let paging = params.paging()?;
    app.json(&headers, move |services| {
        let number = department_number(services, &id)?;
        let facts = services.department_facts(number)?;
        let view = services.department(number, paging)?;
        Ok(DepartmentAnswer::new(view, &facts))
    })
    .await
}

/// A department's number, from it or from the full name.
fn department_number(services: &Services, id: &str) -> Result<u64, ServiceError> {
    match id.parse() {
        Ok(number) => Ok(number),
        Err(_) => services
            .overview()?
            .department_number(id)
            .ok_or_else(|| ServiceError::not_found(format!("没有名为“{id}”的部门"))),
    }
}

/// All kinds of list with their fields.
#[utoipa::path(get, path = url::API_KINDS, tag = "kinds", responses((status = 200, body = Kinds)))]
pub async fn kinds(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, |services| {
        let overview = services.overview()?;
        let shape = |kind: &std::sync::Arc<crate::domain::Kind>| {
            KindShape::new(kind, overview.items_of_kind(&kind.key))
        };
        Ok(Kinds {
            kinds: services.kinds.iter().map(shape).collect(),
        })
    })
    .await
}

/// A kind of list with its fields and the departments that publish it.
#[utoipa::path(
    get, path = url::API_KIND, tag = "kinds",
    params(("key" = String, Path, description = "Key of the kind")),
    responses(
        (status = 200, body = KindAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn kind(
    State(app): State<App>,
    headers: HeaderMap,
    Path(key): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    app.json(&headers, move |services| {
        Ok(KindAnswer::from(services.kind(&key)?))
    })
    .await
}

/// All lists with their last publication.
#[utoipa::path(
    get, path = url::API_LISTS, tag = "lists",
    params(
        ("since" = Option<String>, Query, description = "First day of the last publication, YYYY-MM-DD"),
        ("until" = Option<String>, Query, description = "Last day of the last publication, YYYY-MM-DD"),
    ),
    responses(
        (status = 200, body = Lists),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn lists(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["since", "until"])?;
    let published = params.days("since", "until")?;
    app.json(&headers, |services| {
        let lists = services.lists(published)?.into_iter();
        Ok(Lists {
            lists: lists.map(List::from).collect(),
        })
    })
    .await
}

/// A list and all its publications.
#[utoipa::path(
    get, path = url::API_LIST, tag = "lists",
    params(("number" = u64, Path, description = "Number of the list")),
    responses(
        (status = 200, body = ListAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&[])?;
    let number = path_number(&number)?;
    app.json(&headers, move |services| {
        let (list, history) = services.list(number)?;
        Ok(ListAnswer {
            list: list.into(),
            history: history.into_iter().map(PublicationSummary::from).collect(),
        })
    })
    .await
}

/// What changed in a list after one publication, or day, up to another, field by field.
#[utoipa::path(
    get, path = url::API_LIST_DIFFERENCE, tag = "lists",
    params(
        ("number" = u64, Path, description = "Number of the list"),
        ("from" = String, Query, description = "Number of the earlier publication, or the earlier day"),
        ("to" = String, Query, description = "Number of the later publication, or the later day"),
        ("code" = Option<String>, Query, description = "Only the item with this code"),
        ("page" = Option<usize>, Query, description = "From 1"),
        ("size" = Option<usize>, Query, description = "1 to 100, 20 when not given"),
    ),
    responses(
        (status = 200, body = DifferenceAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn difference(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["from", "to", "code", "page", "size"])?;
    let (number, paging) = (path_number(&number)?, params.paging()?);
    let (from, to) = (params.moment("from")?, params.moment("to")?);
    let code = params.one("code")?.map(str::to_owned);
    app.json(&headers, move |services| {
        let view = services.difference(number, (from, to), code.as_deref(), paging)?;
        Ok(DifferenceAnswer {
            list: view.list.into(),
            from: from.into(),
            to: to.into(),
            total: view.total,
            page: paging.page,
            size: paging.size,
            changes: view.changes.into_iter().map(Change::from).collect(),
        })
    })
    .await
}

/// Publications, newest first.
#[utoipa::path(
    get, path = url::API_PUBLICATIONS, tag = "publications",
    params(
        ("department" = Option<String>, Query, description = "Full name or number of a department"),
        ("kind" = Option<String>, Query, description = "Key or Chinese name of a kind of list"),
        ("month" = Option<String>, Query, description = "Month of publishing, YYYY-MM"),
        ("page" = Option<usize>, Query, description = "From 1"),
        ("size" = Option<usize>, Query, description = "1 to 100, 20 when not given"),
    ),
    responses(
        (status = 200, body = PublicationPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn publications(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["department", "kind", "month", "page", "size"])?;
    let paging = params.paging()?;
    app.json(&headers, move |services| {
        let filter = publication_filter(services, &params)?;
        let page = services.publications(&filter, paging)?;
        Ok(PublicationPage {
            total: page.total,
            page: paging.page,
            size: paging.size,
            head: page.head.map(ChainHeadShape::from),
            publications: page
                .publications
                .into_iter()
                .map(PublicationSummary::from)
                .collect(),
        })
    })
    .await
}

/// Which publications are asked for; pages read it the same way.
///
/// # Errors
/// `Invalid` for an unknown kind or department number.
pub fn publication_filter(
    services: &Services,
    params: &Params,
) -> Result<PublicationFilter, ServiceError> {
    let given = |name| {
        params
            .one(name)
            .map(|v| v.map(str::trim).filter(|v| !v.is_empty()))
    };
    let department = match given("department")? {
        None => None,
        Some(text) => Some(
            services
                .department_name(text)?
                .unwrap_or_else(|| text.to_owned()),
        ),
    };
    let kind = given("kind")?
        .map(|text| services.kind_key(text))
        .transpose()?;
    Ok(PublicationFilter {
        department,
        kind,
        list: None,
        published: params.month("month")?,
    })
}

/// A publication with a page of its changes, field by field.
#[utoipa::path(
    get, path = url::API_PUBLICATION, tag = "publications",
    params(
        ("number" = u64, Path, description = "Number of the publication"),
        ("page" = Option<usize>, Query, description = "Page of the changes, from 1"),
        ("size" = Option<usize>, Query, description = "1 to 100, 20 when not given"),
    ),
    responses(
        (status = 200, body = PublicationAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn publication(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["page", "size"])?;
    let (number, paging) = (path_number(&number)?, params.paging()?);
    app.json(&headers, move |services| {
        let detail = services.publication(number, paging)?;
        Ok(PublicationAnswer {
            digest: detail.digest,
            publication: detail.publication.into(),
            previous: detail.previous,
            next: detail.next,
            total: detail.total,
            page: paging.page,
            size: paging.size,
            changes: detail.changes.into_iter().map(Change::from).collect(),
        })
    })
    .await
}

/// The original file of a publication, byte for byte.
#[utoipa::path(
    get, path = url::API_PUBLICATION_FILE, tag = "publications",
    params(("number" = u64, Path, description = "Number of the publication")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn file(
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let number = path_number(&number)?;
    let request = headers.clone();
    let (file, kept) = app
        .run(move |services| {
            let file = services.known_publication(number)?.publication.file;
            // Who has it already is told so without the file being touched.
            let kept = match respond::has(&request, &file.sha256) {
                true => None,
                false => Some(services.kept_file(&file)?),
            };
            Ok::<_, ServiceError>((file, kept))
        })
        .await?;
    let length = file.bytes;
    let mut response = respond::forever(&headers, "application/octet-stream", &file.sha256, || {
        kept.map_or_else(Body::empty, |kept| Body::new(Download::new(kept, length)))
    });
    // Always a download: a file that departments upload must not be shown as a page of this site.
    respond::as_download(&mut response, &file.name);
    Ok(response)
}
