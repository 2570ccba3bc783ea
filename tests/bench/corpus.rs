//! Which items and questions are measured: those of a generator that lies beside the repository.
//! Must not know what is measured.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Questions asked.
const QUESTIONS: &str = "200";

/// A table of items, and questions for which it has answers.
pub struct Corpus {
    pub path: PathBuf,
    pub rows: usize,
    pub questions: Vec<String>,
}

impl Corpus {
    /// The file named, or one of so many rows, made when it is not there yet; `None`, with a
    /// printed reason, where nothing can be made.
    pub fn find(source: &str) -> Option<Self> {
        let generator = generator()?;
        let path = match source.parse::<usize>() {
            Err(_) => PathBuf::from(source),
            Ok(rows) => made(&generator, rows)?,
        };
        let Ok(file) = File::open(&path) else {
            println!("skipped: {} cannot be read", path.display());
            return None;
        };
        let rows = BufReader::with_capacity(1 << 20, file).split(b'\n').count() - 1;
        Some(Self {
            questions: questions(&generator)?,
            path,
            rows,
        })
    }

    /// A file of the first rows only.
    pub fn first(&self, rows: usize, folder: &Path) -> PathBuf {
        let path = folder.join(format!("first-{rows}.csv"));
        let mut to = BufWriter::new(File::create(&path).unwrap());
        for line in BufReader::new(File::open(&self.path).unwrap())
            .lines()
            .take(rows + 1)
        {
            writeln!(to, "{}", line.unwrap()).unwrap();
        }
        to.flush().unwrap();
        path
    }
}

fn generator() -> Option<PathBuf> {
    let shared = std::env::var_os("QUANZE_SHARED");
    let shared = shared.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared.join("bench/gen.py");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// Kept between runs: making it takes longer than measuring.
fn made(generator: &Path, rows: usize) -> Option<PathBuf> {
    let path = std::env::temp_dir().join(format!("quanze-bench-{rows}.csv"));
    if !path.exists() {
        println!("making {} …", path.display());
        let part = path.with_extension("part");
        run(
            generator,
            &["corpus", &part.to_string_lossy(), &rows.to_string()],
        )?;
        std::fs::rename(part, &path).unwrap();
    }
    Some(path)
}

fn questions(generator: &Path) -> Option<Vec<String>> {
    let path = std::env::temp_dir().join("quanze-bench-questions.txt");
    run(
        generator,
        &["queries", &path.to_string_lossy(), "--n", QUESTIONS],
    )?;
    Some(
        std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
    )
}

fn run(generator: &Path, arguments: &[&str]) -> Option<()> {
    match Command::new("python3")
        .arg(generator)
        .args(arguments)
        .status()
    {
        Ok(status) if status.success() => Some(()),
        other => {
            println!("skipped: the generator does not run: {other:?}");
            None
        }
    }
}
