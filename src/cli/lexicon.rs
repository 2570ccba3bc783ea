//! `quanze lexicon`: proposals for the lexicon from letters of citizens, and how its entries fire on
//! them. Prints for a person to choose from; the files of the lexicon are edited by hand.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::domain::Position;
use crate::query::Knowledge;
use crate::service::words::embedded_knowledge;
use crate::text::mining::{self, Letter, Usage};
use crate::text::normal::normalise;

use super::settings::Settings;
use super::{App, CliError, files};

/// Letters shown for an entry.
const EXAMPLES: usize = 4;
/// Characters of a letter that are shown.
const EXAMPLE_CHARS: usize = 40;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 列出来信常用而清单不用的词，附回复中常见的清单用词，供人选用
    Candidates(CandidateArgs),
    /// 列出词条在来信中出现的次数和例子，供人复核
    Review(ReviewArgs),
}

#[derive(Debug, clap::Args)]
struct CandidateArgs {
    /// 来信，每行一封：主题；或主题、来信、回复三列，以制表符分隔
    #[arg(required = true, value_name = "FILE")]
    letters: Vec<PathBuf>,
    /// 至少在几封来信中出现
    #[arg(long, value_name = "N", default_value_t = 5)]
    least: u32,
    /// 也列出词条中已有的词
    #[arg(long)]
    known: bool,
}

#[derive(Debug, clap::Args)]
struct ReviewArgs {
    /// 来信，每行一封：主题；或主题、来信、回复三列，以制表符分隔
    #[arg(required = true, value_name = "FILE")]
    letters: Vec<PathBuf>,
    /// 至少在几封来信中出现；0 也列出从未出现的
    #[arg(long, value_name = "N", default_value_t = 1)]
    least: usize,
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let knowledge = embedded_knowledge().map_err(CliError::new)?;
    match &args.what {
        What::Candidates(args) => candidates(settings, &knowledge, args)?,
        What::Review(args) => review(&knowledge, args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn read(paths: &[PathBuf]) -> Result<Vec<String>, CliError> {
    paths.iter().map(|path| files::text(path)).collect()
}

/// Lines of all files.
fn letters(texts: &[String]) -> Vec<Letter<'_>> {
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter(|line| !line.trim().is_empty())
        .map(Letter::of_line)
        .collect()
}

fn candidates(
    settings: &Settings,
    knowledge: &Knowledge,
    args: &CandidateArgs,
) -> Result<(), CliError> {
    let app = App::open_existing(settings)?;
    let texts = read(&args.letters)?;
    let mut items = Usage::default();
    let today = app.clock.today();
    app.register
        .each_in_force(Position::on(today), None, &mut |revision| {
            let fields: Vec<&str> = revision.item.fields.values().map(String::as_str).collect();
            items.add(&fields.join("\n"), &app.segmenter);
            true
        })?;
    let found = mining::candidates(&letters(&texts), &items, args.least, &app.segmenter);
    let mut shown = 0;
    say!("词\t来信\t事项\t回复中常见的清单用词\t已有词条");
    for candidate in found {
        let meanings = knowledge.lexicon.meanings(&candidate.word);
        let known: Vec<&str> = meanings.iter().map(|m| m.said.as_str()).collect();
        if known.is_empty() || args.known {
            shown += 1;
            let terms = candidate.terms.join(" ");
            let (letters, items) = (candidate.letters, candidate.items);
            let known = known.join(" ");
            say!("{}\t{letters}\t{items}\t{terms}\t{known}", candidate.word);
        }
    }
    eprintln!("{shown} 个词。选用的请写入 index/lexicon/，写法见其中的 README.md");
    Ok(())
}

fn review(knowledge: &Knowledge, args: &ReviewArgs) -> Result<(), CliError> {
    let texts = read(&args.letters)?;
    let mut firing: HashMap<String, (usize, Vec<String>)> = HashMap::new();
    for letter in letters(&texts) {
        // A question is about as long as a clause.
        for clause in letter.said.split(['\t', '。', '，', '！', '？', '；', ',']) {
            for meaning in knowledge.lexicon.meanings(&normalise(clause)) {
                let (count, examples) = firing.entry(meaning.said).or_default();
                *count += 1;
                if examples.len() < EXAMPLES {
                    examples.push(clause.trim().chars().take(EXAMPLE_CHARS).collect());
                }
            }
        }
    }
    let mut entries: Vec<_> = knowledge.lexicon.entries().collect();
    let count = |said: &str| firing.get(said).map_or(0, |(count, _)| *count);
    entries.retain(|(said, _)| count(said) >= args.least);
    entries.sort_by_key(|(said, _)| std::cmp::Reverse(count(said)));
    say!("词条\t次数\t官方说法\t例子");
    for (said, meant) in &entries {
        let meant: Vec<String> = meant.iter().map(|parts| parts.join(" ")).collect();
        let examples = firing.get(*said).map(|(_, examples)| examples.join(" ¦ "));
        let (meant, examples) = (meant.join("、"), examples.unwrap_or_default());
        say!("{said}\t{}\t{meant}\t{examples}", count(said));
    }
    eprintln!("{} 条，共 {} 条", entries.len(), knowledge.lexicon.len());
    Ok(())
}
