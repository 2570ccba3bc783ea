//! Labels of places in a law as lists print them: 第三十五条第一款, 第五章, 附件第3项.
//! Must not know which law they are of, nor what stands there.

use super::super::citation::number;
use super::super::normal::fold;
use super::super::steps::Marker;

/// Longest label that is read, in characters; a longer list of articles goes on as another label.
const LONGEST: usize = 160;

/// How long the label is that a text begins with, in bytes.
pub(super) fn label(text: &str) -> Option<usize> {
    let start = text.strip_prefix("附件").unwrap_or(text).trim_start();
    start.starts_with('第').then_some(())?;
    let mut reader = Reader::default();
    let mut chars = start.char_indices().take(LONGEST).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if !reader.read(at + c.len_utf8(), c, next) {
            break;
        }
    }
    let end = text.len() - start.len() + reader.end?;
    let says = |colon| text[end..].starts_with(colon);
    let is_said = says("规定：") || says("规定:");
    Some(if is_said { end + "规定".len() } else { end })
}

/// How far a label has been read.
#[derive(Default)]
struct Reader {
    /// Where the last place of it ends.
    end: Option<usize>,
    state: State,
}

/// What has just been read of a label.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// What a numeral follows: 第, a bracket, a connective.
    #[default]
    Open,
    /// A numeral that lacks its unit.
    Counted,
    /// A unit: here the label may end.
    Complete,
    /// White space after a unit.
    Spaced,
    /// 之 of an inserted article: 第三条之一.
    Inserted,
}

impl Reader {
    /// Reads a character that ends at `here`; false if it does not belong to the label.
    fn read(&mut self, here: usize, c: char, next: Option<char>) -> bool {
        let state = self.state;
        let is_counted = state == State::Counted;
        self.state = match c {
            '条' | '款' | '项' | '目' | '章' | '节' | '编' if is_counted && !is_word(c, next) => {
                State::Complete
            }
            // 第三条（四）：the bracket is the item.
            '）' | ')' if is_counted && matches!(next, Some('：' | ':')) => State::Complete,
            '）' | ')' if is_counted => state,
            '之' if state == State::Complete && next.is_some_and(is_numeral) => State::Inserted,
            // 第九条 一个单位: the numeral belongs to the text.
            _ if is_numeral(c) && state == State::Spaced => return false,
            _ if is_numeral(c) && state == State::Inserted => state,
            _ if is_numeral(c) => State::Counted,
            ' ' | '\u{3000}' if matches!(state, State::Open | State::Counted) => state,
            ' ' | '\u{3000}' => State::Spaced,
            // A narrow cell breaks within a label.
            '\n' | '\r' if matches!(state, State::Open | State::Counted) => state,
            '第' | '（' | '(' => State::Open,
            _ if CONNECTIVES.contains(&c) => State::Open,
            _ => return false,
        };
        if self.state == State::Complete || (self.state == State::Inserted && c != '之') {
            self.end = Some(here);
        }
        true
    }
}

/// What connects the places of a label.
const CONNECTIVES: [char; 10] = ['、', '，', ',', '至', '到', '和', '及', '与', '-', '—'];

/// Whether a unit is rather the beginning of a word: 第二项目.
fn is_word(unit: char, next: Option<char>) -> bool {
    let words = match unit {
        '条' => "例件",
        '项' => "目",
        '目' => "录标的",
        '章' => "程",
        '节' => "能约",
        '编' => "制号",
        _ => "",
    };
    next.is_some_and(|next| words.contains(next))
}

fn is_numeral(c: char) -> bool {
    "零〇一二三四五六七八九十百千两".contains(c) || fold(c).is_some_and(|c| c.is_ascii_digit())
}

/// The labels of a list of articles, each with the paragraphs named after it.
pub(super) fn each(labels: &str) -> Vec<&str> {
    let is_whole = |part: &str| part.contains(['条', '章']);
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, comma) in labels.match_indices(['、', '，', ',']) {
        let next = labels[at + comma.len()..].trim_start();
        let part = next.split(['、', '，', ',']).next().unwrap_or(next);
        if is_whole(part) && is_whole(&labels[from..at]) {
            found.push(labels[from..at].trim());
            from = at + comma.len();
        }
    }
    found.push(labels[from..].trim());
    found
}

/// The number of the one article that a label names.
pub(super) fn only_number(label: &str) -> Option<u32> {
    let (before, after) = label.split_once('条')?;
    let (chapter, digits) = before.rsplit_once('第').unwrap_or(("", before));
    if after.contains('条') || chapter.contains(CONNECTIVES) {
        return None;
    }
    let digits: String = digits.split_whitespace().collect::<String>();
    let digits: String = digits.chars().filter_map(fold).collect();
    number(&digits)
}

/// Whether a label is set off from the text after it.
pub(super) fn stands_alone(after: &str) -> bool {
    after.trim().is_empty()
        || after.starts_with(['：', ':', '。'])
        || (after.starts_with(char::is_whitespace) && !continues(after))
}

/// Whether the text after a label goes on with the sentence the label is part of.
pub(super) fn continues(after: &str) -> bool {
    const WORDS: [&str; 16] = [
        "的",
        "规定",
        "所列",
        "所述",
        "所称",
        "所规定",
        "中的",
        "之",
        "以外",
        "至",
        "和",
        "与",
        "及",
        "或",
        "、",
        "，",
    ];
    // 第三条，《…》第四条: the next law of a list.
    let next = after.trim_start().strip_prefix(['，', '、', ',']);
    if next.is_some_and(|next| next.trim_start().starts_with('《')) {
        return false;
    }
    // 第八条 及时公开: after a space only what cannot begin an article.
    let words = match after.starts_with(char::is_whitespace) {
        true => WORDS.get(..2).unwrap_or_default(),
        false => &WORDS,
    };
    let after = after.trim_start();
    words.iter().any(|word| after.starts_with(word))
}

/// Whether a text begins with a label, numbered or not, that text of its own follows.
pub(super) fn begins_article(text: &str) -> bool {
    let text = text.trim_start();
    let text = Marker::read(text).map_or(text, |marker| marker.after);
    label(text).is_some_and(|end| stands_alone(&text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_where_the_text_begins() {
        for (text, printed) in [
            ("第三条：从事养蜂的", "第三条"),
            ("第 12 条 一个养蜂人", "第 12 条"),
            ("第四条第（三）、（四）项：", "第四条第（三）、（四）项"),
            ("第四条（三）：养蜂", "第四条（三）"),
            ("第二章第九条 项目养蜂", "第二章第九条"),
            ("第五条之一 养蜂", "第五条之一"),
            (
                "第五条第二至第七项和第九项 养蜂",
                "第五条第二至第七项和第九项",
            ),
            ("第六条、第八条。", "第六条、第八条"),
            ("附件第３项：养蜂", "附件第３项"),
            ("第七条规定：养蜂", "第七条规定"),
            ("第七条规定的蜂箱", "第七条"),
            ("第十\n二条、\n第十三条\n第十四条", "第十\n二条、\n第十三条"),
        ] {
            let end = label(text).unwrap();
            assert_eq!(&text[..end], printed, "{text}");
        }
        for text in ["第一蜂场", "第二项目", "条", "附件", ""] {
            assert_eq!(label(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_single_article_has_a_number() {
        for (label, article) in [
            ("第一百二十二条第一款", Some(122)),
            ("第二章第９条", Some(9)),
            ("第五条之一", Some(5)),
            ("三十条", Some(30)),
            ("第三\n十 条", Some(30)),
            ("第三条至第七条", None),
            ("第三至第七条", None),
            ("第五章", None),
        ] {
            assert_eq!(only_number(label), article, "{label}");
        }
    }
}
