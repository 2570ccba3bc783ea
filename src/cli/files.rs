//! Which files a command line names, to read or to write: files, folders, and what a folder's
//! manifest says of them.
//! Must not read lists.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Finding, Region, Regions};
use crate::intake::{Bytes, Hints, Source, manifest, sniff};

use super::CliError;

/// A file with what is said of it.
#[derive(Debug)]
pub struct Entry {
    pub source: Source,
    pub hints: Hints,
}

/// Files to ingest, in order, and what is wrong with manifests.
#[derive(Debug, Default)]
pub struct Collected {
    pub entries: Vec<Entry>,
    pub findings: Vec<Finding>,
    /// Files of folders that hold no table (pictures, PDF), by path.
    pub passed_over: Vec<PathBuf>,
}

/// Collects files; folders are read with their subfolders, a manifest decides the order.
///
/// # Errors
/// A path that does not exist.
pub fn collect(paths: &[PathBuf], regions: &Regions) -> Result<Collected, CliError> {
    let mut collected = Collected::default();
    for path in paths {
        let meta = std::fs::metadata(path)
            .map_err(|e| CliError::new(format!("找不到 {}：{e}", path.display())))?;
        if meta.is_dir() {
            folder(path, &mut collected)?;
        } else {
            collected.entries.push(entry(path, Hints::default()));
        }
    }
    let usual = usual_region(&collected.entries, regions);
    for entry in &mut collected.entries {
        entry.hints.usual_region.clone_from(&usual);
    }
    Ok(collected)
}

/// Where a command writes its table: a file, or standard output.
///
/// # Errors
/// When the file cannot be made.
pub fn output(path: Option<&Path>) -> Result<Box<dyn Write>, CliError> {
    let Some(path) = path else {
        return Ok(Box::new(BufWriter::new(std::io::stdout().lock())));
    };
    let file = File::create(path);
    let file = file.map_err(|e| CliError::new(format!("无法写入 {}：{e}", path.display())))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// A text file whole.
///
/// # Errors
/// When it cannot be read, or the first line that is not UTF-8.
pub fn text(path: &Path) -> Result<String, CliError> {
    let name = path.display();
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|e| CliError::new(format!("{name} 无法读取：{e}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|b| *b == b'\n').count();
        CliError::new(format!("{name} 第 {line} 行：不是 UTF-8 文本"))
    })
}

/// A file as it is read.
pub fn source(path: &Path) -> Source {
    Source {
        name: path.display().to_string(),
        bytes: Bytes::File(path.to_owned()),
    }
}

fn entry(path: &Path, hints: Hints) -> Entry {
    let source = source(path);
    Entry { source, hints }
}

fn folder(path: &Path, collected: &mut Collected) -> Result<(), CliError> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(path)?
        .map(|e| e.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let manifest_path = path.join(manifest::FILE_NAME);
    let mut listed = Vec::new();
    let read = std::fs::read(&manifest_path)
        .ok()
        .and_then(|text| manifest::read(&manifest_path.display().to_string(), &text));
    if let Some(manifest) = read {
        collected.findings.extend(manifest.findings);
        listed.push(manifest_path);
        listed.extend(manifest.refused.iter().map(|file| path.join(file)));
        for (file, hints) in manifest.entries {
            let file = path.join(file);
            collected.entries.push(entry(&file, hints));
            listed.push(file);
        }
    }
    for file in paths {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // Office's lock files (~$…) and hidden files are nobody's lists.
        if listed.contains(&file) || name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        if file.is_dir() {
            // A link may lead back to a folder that holds it.
            if !file.is_symlink() {
                folder(&file, collected)?;
            }
        } else if holds_table(&file) {
            collected.entries.push(entry(&file, Hints::default()));
        } else {
            collected.passed_over.push(file);
        }
    }
    Ok(())
}

/// Whether a file of a folder may hold a list: workbooks by content; texts by name too, because
/// any note beside the lists is a text.
fn holds_table(path: &Path) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = File::open(path).and_then(|f| f.take(64 << 10).read_to_end(&mut head));
    if read.is_err() {
        return true;
    }
    match sniff::format(&head) {
        sniff::Format::Ole | sniff::Format::Zip => true,
        sniff::Format::Other(_) => false,
        sniff::Format::Text(_) => {
            let extension = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            matches!(
                extension.as_str(),
                "csv" | "tsv" | "txt" | "tab" | "xls" | "xlsx"
            )
        }
    }
}

/// The region most file names begin with, if it is the only one or clearly the most common.
fn usual_region(entries: &[Entry], regions: &Regions) -> Option<Region> {
    let mut counts: Vec<(Region, usize)> = Vec::new();
    for entry in entries {
        let name = Path::new(&entry.source.name)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let found = name
            .char_indices()
            .take(12)
            .find_map(|(i, _)| regions.prefix_of(&name[i..]));
        if let Some(region) = found {
            match counts.iter_mut().find(|(r, _)| *r == region) {
                Some((_, n)) => *n += 1,
                None => counts.push((region, 1)),
            }
        }
    }
    let total: usize = counts.iter().map(|(_, n)| n).sum();
    counts
        .into_iter()
        .find(|(_, n)| n * 2 > total)
        .map(|(region, _)| region)
}
