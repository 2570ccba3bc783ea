//! Items in force as CSV, XLSX, JSON or JSON Lines, streamed.
//! Must not know HTTP or the command line.

use std::io::Write;

use serde::Serialize;

use crate::domain::columns::PUBLISHER;
use crate::domain::{Fields, Kind, Position, Revision, Role};
use crate::register::Register;

use super::ServiceError;
use super::table::{TableFormat, TableWriter};

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table(TableFormat),
    /// An array of items.
    Json,
    /// The same without the array, an item a line.
    JsonLines,
}

/// An item as exported: its head as in a search hit, and its fields by key.
#[derive(Debug, Serialize)]
struct ExportedItem<'a> {
    code: &'a str,
    kind: &'a str,
    name: &'a str,
    sub_name: &'a str,
    #[serde(rename = "type")]
    item_type: &'a str,
    department: &'a str,
    region: &'a str,
    level: &'a str,
    fields: &'a Fields,
}

impl<'a> From<&'a Revision> for ExportedItem<'a> {
    fn from(revision: &'a Revision) -> Self {
        let head = &revision.item.head;
        Self {
            code: revision.code.as_str(),
            kind: &head.kind,
            name: &head.name,
            sub_name: &head.sub_name,
            item_type: &head.item_type,
            department: &head.department,
            region: &head.region.name,
            level: &head.level,
            fields: &revision.item.fields,
        }
    }
}

/// Writes the items in force at the position and gives their number. CSV and XLSX need a kind: their
/// columns are the kind's.
///
/// # Errors
/// `Invalid` without a kind where one is needed; `Internal` when the register or the target fails.
pub fn export(
    register: &dyn Register,
    kind: Option<&Kind>,
    format: Format,
    at: Position,
    to: &mut dyn Write,
) -> Result<u64, ServiceError> {
    match (format, kind) {
        (Format::Json, kind) => json(register, kind, at, to),
        (Format::JsonLines, kind) => each(register, kind, at, &mut |revision| {
            serde_json::to_writer(&mut *to, &ExportedItem::from(revision)).map_err(failed)?;
            to.write_all(b"\n").map_err(failed)
        }),
        (Format::Table(format), Some(kind)) => table(register, kind, format, at, to),
        (_, None) => Err(ServiceError::parameter(
            "kind",
            "导出 CSV 或 XLSX 时请指定清单类型",
        )),
    }
}

fn failed(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(format!("export: {error}"))
}

/// Streams revisions and stops at the first failure of the target.
fn each(
    register: &dyn Register,
    kind: Option<&Kind>,
    at: Position,
    write: &mut dyn FnMut(&Revision) -> Result<(), ServiceError>,
) -> Result<u64, ServiceError> {
    let mut written = 0;
    let mut problem = None;
    register.each_in_force(at, kind.map(|k| k.key.as_str()), &mut |revision| {
        match write(&revision) {
            Ok(()) => written += 1,
            Err(error) => problem = Some(error),
        }
        problem.is_none()
    })?;
    problem.map_or(Ok(written), Err)
}

fn json(
    register: &dyn Register,
    kind: Option<&Kind>,
    at: Position,
    to: &mut dyn Write,
) -> Result<u64, ServiceError> {
    to.write_all(b"[").map_err(failed)?;
    let mut first = true;
    let written = each(register, kind, at, &mut |revision| {
        to.write_all(if first { b"\n" } else { b",\n" })
            .map_err(failed)?;
        first = false;
        serde_json::to_writer(&mut *to, &ExportedItem::from(revision)).map_err(failed)
    })?;
    to.write_all(b"\n]\n").map_err(failed)?;
    Ok(written)
}

/// Columns of a kind's table: code, publisher and region first, then its fields as published.
fn columns(kind: &Kind) -> (Vec<String>, Vec<&str>) {
    let own = |role: Option<Role>| matches!(role, Some(Role::Code | Role::Region | Role::Kind));
    let fields: Vec<_> = kind.fields.iter().filter(|f| !own(f.role)).collect();
    let code = kind
        .field_with(Role::Code)
        .map_or("编码", |f| f.label.as_str());
    let headings = [code, PUBLISHER, "行政区划"]
        .into_iter()
        .map(str::to_owned)
        .chain(fields.iter().map(|f| f.label.clone()))
        .collect();
    (headings, fields.iter().map(|f| f.key.as_str()).collect())
}

fn cells<'a>(revision: &'a Revision, keys: &[&str]) -> Vec<&'a str> {
    let item = &revision.item;
    [
        revision.code.as_str(),
        &item.head.department,
        &item.head.region.name,
    ]
    .into_iter()
    .chain(
        keys.iter()
            .map(|k| item.fields.get(*k).map_or("", String::as_str)),
    )
    .collect()
}

fn table(
    register: &dyn Register,
    kind: &Kind,
    format: TableFormat,
    at: Position,
    to: &mut dyn Write,
) -> Result<u64, ServiceError> {
    let (headings, keys) = columns(kind);
    let mut table = TableWriter::new(format, &kind.name, &headings, to)?;
    let written = each(register, Some(kind), at, &mut |revision| {
        table.row(&cells(revision, &keys))
    })?;
    table.finish()?;
    Ok(written)
}
