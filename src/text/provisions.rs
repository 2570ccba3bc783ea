//! Legal bases as lists print them, split for reading: by law and, within a law, by article.
//! Must not know whether a law exists or is in force, nor registers, pages or HTTP.

mod heading;
mod label;
mod place;

use super::steps::Marker;
use heading::Heading;
use label::{continues, each, label, only_number, stands_alone};
use place::{Place, is_separator, places};

/// One law of a legal basis. Its pieces stand in the text in this order: rank, name, note, rest,
/// articles. Together they hold every letter and digit but the number of the law in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Rank as printed before the name, without brackets: 法律, 行政法规, 规章.
    pub rank: Option<String>,
    /// Name as printed, in one line, without the 《》 around it.
    pub law: String,
    /// The law's history or the number of the document: what stands right after the name in
    /// brackets, without them, or in a line of its own; several brackets are joined by ；.
    pub note: Option<String>,
    /// In the order of the text, which need not be that of the law.
    pub articles: Vec<Article>,
    /// Text before the first article; all of it if no article is named.
    pub rest: Option<String>,
}

/// A place in a law, and what it says if the basis quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Number of the article; none if the label names several, a chapter or an annex.
    pub number: Option<u32>,
    /// As printed: 第三十五条第一款, 第五章, 附件第3项; with its own number if articles are numbered.
    pub label: String,
    /// Perhaps several lines; empty if only the place is given.
    pub text: String,
}

/// The laws of a basis in the order of the text. `None` if it does not begin with a law, a bracket
/// that is never closed leaves open where a law's history ends, or documents are listed by number.
pub fn provisions(basis: &str) -> Option<Vec<Provision>> {
    let mut found = Vec::new();
    let mut heading = Heading::read(basis, 1)?;
    loop {
        let text = heading.after;
        let next = next_heading(text, found.len() + 2);
        let end = next.as_ref().map_or(text.len(), |(at, _)| *at);
        found.push(Provision::new(heading, &text[..end]));
        match next {
            Some((_, following)) => heading = following,
            None => break,
        }
    }
    // A list of document numbers is no law's text.
    let is_list = found.iter().any(Provision::holds_numbers);
    (!is_list).then_some(found)
}

impl Provision {
    /// Whether it has numbers of other documents in place of articles.
    fn holds_numbers(&self) -> bool {
        let rest = self.rest.as_deref().unwrap_or_default();
        self.articles.is_empty() && rest.contains(['〔', '[', '［']) && rest.contains('号')
    }

    /// The law of a heading and of the text up to the next heading.
    fn new(heading: Heading<'_>, text: &str) -> Self {
        let (mut rest, articles) = body(text);
        let mut note = heading.note;
        if note.is_none() && !articles.is_empty() {
            note = rest.take_if(|rest| is_history(rest));
        }
        Self {
            rank: heading.rank.map(str::to_owned),
            law: heading.law,
            note,
            articles,
            rest,
        }
    }
}

/// Whether a text is a law's history without the brackets, or with the closing one.
fn is_history(text: &str) -> bool {
    let says = ["通过", "公布", "发布", "施行", "修正", "修订", "号"];
    !text.contains('\n') && text.contains("年") && says.iter().any(|word| text.contains(word))
}

/// Text before the first article, and the articles of the text after a heading.
fn body(text: &str) -> (Option<String>, Vec<Article>) {
    let marks = marks(text);
    let first = marks.first().map_or(text.len(), |(at, _)| *at);
    let ends = marks.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let mut articles = Vec::new();
    for ((at, label_end), end) in marks.iter().zip(ends) {
        let label = &text[*at..*label_end];
        match trimmed(&text[*label_end..end]) {
            Some(quoted) => articles.push(Article::new(label, quoted)),
            None => articles.extend(
                each(label)
                    .into_iter()
                    .map(|l| Article::new(l, String::new())),
            ),
        }
    }
    (trimmed(&text[..first]), articles)
}

impl Article {
    fn new(label: &str, text: String) -> Self {
        Self {
            number: only_number(label),
            label: label.split_whitespace().collect(),
            text,
        }
    }
}

/// Where the labels of articles begin and end in the text after a heading.
fn marks(text: &str) -> Vec<(usize, usize)> {
    let first_line = text.trim_start().find('\n').unwrap_or(text.len());
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for (place, at, _) in places(text) {
        if marks.last().is_some_and(|(_, end)| at < *end) {
            continue;
        }
        let here = &text[at..];
        let labelled = match (place, Marker::read(here)) {
            (Place::Within, _) | (_, None) => here,
            (_, Some(marker)) => marker.after.trim_start(),
        };
        let Some(length) = label(labelled) else {
            continue;
        };
        let after = &labelled[length..];
        let begins = match place {
            Place::List => true,
            Place::Line | Place::Sentence => stands_alone(after) || !continues(after),
            Place::Break => stands_alone(after),
            // Between the name and the first article often stands the number of the document.
            Place::Within => marks.is_empty() && at < first_line && stands_alone(after),
        };
        if begins {
            marks.push((at, text.len() - after.len()));
        }
    }
    marks
}

/// The next law of a text, and where its heading begins.
fn next_heading(text: &str, place: usize) -> Option<(usize, Heading<'_>)> {
    places(text).find_map(|(kind, at, c)| {
        let may_begin = match kind {
            Place::Within => c == '【',
            // A rank may have lost its bracket.
            _ => "《【[〔法行地规部政".contains(c) || Marker::read(&text[at..]).is_some(),
        };
        // 依照【法律】《…》: named in a sentence.
        let is_named = text[..at].ends_with(['照', '据', '反', '和', '与', '及', '按']);
        let heading = (may_begin && !is_named).then(|| Heading::read(&text[at..], place))??;
        heading.stands_at(kind).then_some((at, heading))
    })
}

/// Text without what separates it from other pieces; none if nothing is left to read.
fn trimmed(text: &str) -> Option<String> {
    let text = text.trim_start_matches(is_separator).trim_end();
    text.contains(char::is_alphanumeric)
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Laws with their articles in a line each: 法律 养蜂法 (2001年) 3:养蜂 …
    fn shown(basis: &str) -> Vec<String> {
        let laws = provisions(basis).unwrap_or_default();
        laws.into_iter()
            .map(|law| {
                let [rank, note, rest] =
                    [law.rank, law.note, law.rest].map(Option::unwrap_or_default);
                let articles = law.articles.iter();
                let articles: String = articles
                    .map(|a| format!(" {}={}", a.label, a.text))
                    .collect();
                format!("{rank}|{}|{note}|{rest}|{articles}", law.law)
            })
            .collect()
    }

    #[test]
    fn laws_and_articles_are_told_apart() {
        let basis = "【法律】《养蜂法》（2001年3月1日通过 根据《关于修改〈渔业法〉的决定》第一条修正）\n第三条第一款：蜂箱应当编号。\n编号依照《蜂箱办法》第五条的规定。第八条 违反本法第三条的，依照【法律】《处罚法》第九条处罚：\n（一）《蜂箱登记表》；\n第九条规定的除外。【规章】 《蜂箱办法》第5号令\n全文";
        assert_eq!(
            shown(basis),
            [
                "法律|养蜂法|2001年3月1日通过 根据《关于修改〈渔业法〉的决定》第一条修正|| 第三条第一款=蜂箱应当编号。\n编号依照《蜂箱办法》第五条的规定。 第八条=违反本法第三条的，依照【法律】《处罚法》第九条处罚：\n（一）《蜂箱登记表》；\n第九条规定的除外。",
                "规章|蜂箱办法||第5号令\n全文|",
            ]
        );
    }

    #[test]
    fn laws_need_no_rank() {
        for basis in [
            "《养蜂法》第三条、第五条第二款，《蜂箱办法》（第5号）第九条。",
            "《养蜂法》第三条\n、第五条第二款；\n《蜂箱办法》（第5号）\n第九条",
            "1.《养蜂法》第三条、第五条第二款；2.《蜂箱办法》（第5号）第九条",
            "一、《养蜂法》：第三条，第五条第二款。二、《蜂箱办法》（第5号）第九条。",
        ] {
            let laws = [
                "|养蜂法||| 第三条= 第五条第二款=",
                "|蜂箱办法|第5号|| 第九条=",
            ];
            assert_eq!(shown(basis), laws, "{basis}");
        }
        let quoted = "《养蜂法》2001年通过 第三条规定：蜂箱。《蜂箱办法》第五条：编号。\n《蜂蜜办法》\n《蜂蜡办法》";
        let laws = [
            "|养蜂法|2001年通过|| 第三条规定=蜂箱。",
            "|蜂箱办法||| 第五条=编号。",
            "|蜂蜜办法|||",
            "|蜂蜡办法|||",
        ];
        assert_eq!(shown(quoted), laws);
    }

    #[test]
    fn what_does_not_begin_with_a_law_is_left() {
        for basis in [
            "",
            "第三条：蜂箱",
            "按照《养蜂法》第三条",
            "《养蜂法》（2001年",
        ] {
            assert_eq!(provisions(basis), None, "{basis}");
        }
    }

    /// Letters and digits of all pieces in the order of the text.
    fn letters(laws: &[Provision]) -> String {
        let mut text = String::new();
        for law in laws {
            text.extend(
                [&law.rank, &Some(law.law.clone()), &law.note, &law.rest]
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
            text.extend(
                law.articles
                    .iter()
                    .flat_map(|a| [a.label.as_str(), &a.text]),
            );
        }
        text.chars().filter(|c| c.is_alphanumeric()).collect()
    }

    #[test]
    fn nothing_is_lost_or_reordered() {
        let parts = [
            "【法律】",
            "【",
            "】",
            "《",
            "》",
            "〈",
            "〉",
            "（",
            "）",
            "养蜂法",
            "蜂箱办法",
            "第三条",
            "第",
            "十",
            "条",
            "款",
            "附件",
            "第五条第二款",
            "：",
            "。",
            "、",
            "，",
            "；",
            "\n",
            " ",
            "规定",
            "的",
            "依照",
            "《养蜂法》",
            "《蜂箱办法》（2001年）",
            "年",
            "法规】",
            "法律：",
            "之一",
            "至",
            "〔",
            "〕",
            "[",
        ];
        let (mut seed, mut split) = (7_u64, 0);
        for _ in 0..20_000 {
            let mut text = "《养蜂法》".to_owned();
            for _ in 0..24 {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(parts[usize::try_from(seed >> 33).unwrap() % parts.len()]);
            }
            if let Some(laws) = provisions(&text) {
                let all: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
                assert_eq!(letters(&laws), all, "{text}");
                split += 1;
            }
        }
        assert!(split > 5_000, "{split}");
    }

    #[test]
    fn laws_apart_by_commas_are_laws() {
        let basis = "《养蜂法》第三条，《蜂箱管理办法》第四条、《采蜜条例》第五条、第六条";
        let names = provisions(basis).unwrap_or_default();
        let names: Vec<(&str, usize)> = names.iter().map(|l| (&*l.law, l.articles.len())).collect();
        assert_eq!(names, [("养蜂法", 1), ("蜂箱管理办法", 1), ("采蜜条例", 2)]);
    }

    #[test]
    fn document_numbers_are_left_as_they_stand() {
        assert!(provisions("《养蜂收费办法》/国务院令第9号/财蜂〔2003〕27号").is_none());
    }
}
