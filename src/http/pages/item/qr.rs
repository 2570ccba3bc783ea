//! An item's permanent address as a QR code, for the printed sheet. The only user of `qrcode`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::http::error::AppError;
use crate::http::params::Params;
use crate::http::respond;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;

/// `/items/{code}/qr.svg`: of the item as it stood on `as_of` by the publications up to
/// `publication`; today and by all where they are not given.
pub async fn qr(
    State(app): State<App>,
    headers: HeaderMap,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, AppError> {
    params.only(&["as_of", "publication"])?;
    let (day, upto) = (params.day("as_of")?, params.publication()?);
    let site = app.site().to_owned();
    let svg = app
        .run(move |services| {
            let item = services.item(&code, services.position(day, upto)?)?;
            let address = url::item_at(&item.head.code, item.as_of, item.upto);
            let address = format!("{site}{address}");
            // A sheet is folded and copied: a quarter may be lost.
            let code = QrCode::with_error_correction_level(address, EcLevel::Q);
            let code = code.map_err(|e| ServiceError::Internal(format!("QR code: {e}")))?;
            Ok::<_, ServiceError>(code.render::<svg::Color<'_>>().build())
        })
        .await?;
    Ok(respond::fresh(&headers, "image/svg+xml", svg.into_bytes()))
}
