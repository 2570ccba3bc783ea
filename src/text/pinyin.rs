//! Pinyin without tones: how a character sounds, what people type for it, and known words by their
//! sound. The only user of the crate `pinyin`. Must not know what the words are or mean, beyond
//! those that tell which of its readings a character has.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use pinyin::ToPinyin;

/// Readings that a character has only in certain words; elsewhere it has its most usual one.
///
/// Words of administration and everyday words, by hand: a list of all heteronyms would bring
/// readings that nobody types.
const IN_WORDS: [(char, &str, &str); 31] = [
    ('行', "hang", "银行 行业 同行 行情 商行 央行 行规 分行 支行"),
    (
        '长',
        "chang",
        "长期 长途 长度 长江 长城 长效 长远 长沙 长春 特长 专长 延长 超长",
    ),
    (
        '重',
        "chong",
        "重新 重复 重庆 重建 重组 重修 重叠 重置 重审 双重",
    ),
    (
        '调',
        "tiao",
        "调解 调整 调节 调剂 调味 调处 调试 调价 调控 调休 空调 协调 烹调",
    ),
    ('会', "kuai", "会计 财会"),
    ('率', "shuai", "率领 草率 表率"),
    ('没', "mo", "没收 淹没 沉没 吞没"),
    ('畜', "xu", "畜牧 畜产"),
    (
        '还',
        "huan",
        "偿还 归还 退还 返还 发还 交还 还款 还贷 还债 还本 还原 还建 还林 还草 还田",
    ),
    ('校', "jiao", "校准 校验 校对 校正 校核"),
    ('都', "du", "首都 都市 成都"),
    ('藏', "zang", "西藏 藏族 藏药 宝藏 矿藏"),
    ('乐', "yue", "音乐 乐器 乐队 声乐"),
    ('参', "shen", "人参 海参 党参"),
    ('差', "chai", "出差 差旅 差遣"),
    ('角', "jue", "角色 角逐"),
    ('似', "si", "相似 类似 近似 疑似"),
    ('弹', "tan", "弹性 弹力"),
    ('厦', "xia", "厦门"),
    ('泊', "bo", "停泊 泊位 漂泊"),
    ('薄', "bo", "薄弱 淡薄 单薄"),
    ('曝', "bao", "曝光"),
    ('便', "pian", "便宜"),
    ('了', "liao", "了解 了结"),
    ('着', "zhuo", "着陆 着装 着手 着色 附着"),
    ('着', "zhao", "着火"),
    ('模', "mu", "模具 模板 模样"),
    ('剥', "bo", "剥夺 剥离"),
    ('给', "ji", "供给 给予 给付 给水 补给 配给"),
    ('削', "xue", "削减 剥削 削弱"),
    ('传', "zhuan", "自传 传记"),
];

/// Letters of the longest syllable (`zhuang`).
const LONGEST_SYLLABLE: usize = 6;

/// Every syllable that some character of the common block has, and those typed for ü.
static SYLLABLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let common = ('\u{4E00}'..='\u{9FFF}').filter_map(syllable);
    // Interjections without a vowel (m, ng, hm) would let anything be cut.
    let spoken = common.filter(|s| s.contains(['a', 'e', 'i', 'o', 'u', 'v']));
    spoken.chain(["lue", "nue"]).collect()
});

/// The most usual syllable of a character; ü is `v`, as people type it.
pub fn syllable(c: char) -> Option<&'static str> {
    // The crate knows no ASCII; most other characters of a question are ideographs.
    if c.is_ascii() {
        return None;
    }
    match c.to_pinyin()?.plain() {
        "lü" => Some("lv"),
        "nü" => Some("nv"),
        "lüe" => Some("lve"),
        "nüe" => Some("nve"),
        plain => Some(plain).filter(|p| p.bytes().all(|b| b.is_ascii_lowercase())),
    }
}

/// The syllable of each character of a text, by the word that it stands in where that matters.
pub fn readings(chars: &[char]) -> Vec<Option<&'static str>> {
    let in_word = |at: usize| {
        let candidates = IN_WORDS.iter().filter(|(c, ..)| *c == chars[at]);
        let mut here =
            candidates.filter(|(.., words)| words.split(' ').any(|w| stands(chars, at, w)));
        here.next().map(|(_, reading, _)| *reading)
    };
    let one = |at: usize| in_word(at).or_else(|| syllable(chars[at]));
    (0..chars.len()).map(one).collect()
}

/// Whether a word stands in a text so that it covers the character at a place.
fn stands(chars: &[char], at: usize, word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let mut starts = (0..word.len()).filter_map(|offset| at.checked_sub(offset));
    starts.any(|start| chars[start..].starts_with(&word))
}

/// Syllables of a word; `None` if one of its characters has none.
pub fn syllables(word: &str) -> Option<Vec<&'static str>> {
    let chars: Vec<char> = word.chars().collect();
    readings(&chars).into_iter().collect()
}

/// First letters of syllables: what people type for a word they use often.
pub fn initials(syllables: &[&str]) -> String {
    syllables.iter().filter_map(|s| s.chars().next()).collect()
}

/// A syllable as those hear it who do not tell zh from z, ch from c, sh from s, n from l at the
/// beginning, or ng from n at the end: two that sound alike give the same letters.
pub fn near(syllable: &str) -> impl Iterator<Item = u8> {
    let front = ["ang", "eng", "ing"].iter().any(|f| syllable.ends_with(f));
    let body = &syllable[..syllable.len() - usize::from(front)];
    let (first, rest) = match body.as_bytes() {
        [c @ (b'z' | b'c' | b's'), b'h', rest @ ..] => (Some(*c), rest),
        [b'n', rest @ ..] => (Some(b'l'), rest),
        [c, rest @ ..] => (Some(*c), rest),
        [] => (None, &[][..]),
    };
    first.into_iter().chain(rest.iter().copied())
}

/// Whether a string of Latin letters can be cut into syllables: `banli`, but not `gps`.
pub fn is_pinyin(latin: &str) -> bool {
    let typed = latin.replace('ü', "v");
    if !typed.is_ascii() || typed.is_empty() {
        return false;
    }
    let mut reached = vec![false; typed.len() + 1];
    reached[0] = true;
    for from in 0..typed.len() {
        if reached[from] {
            for to in from + 1..=typed.len().min(from + LONGEST_SYLLABLE) {
                reached[to] |= SYLLABLES.contains(&typed[from..to]);
            }
        }
    }
    reached[typed.len()]
}

/// Whether the letters of syllables begin as typed: ü is typed `v` or `u`, but `v` only for ü.
pub fn begins(typed: &str, syllables: &[&str]) -> bool {
    let letters = syllables.concat();
    let mut pairs = typed.bytes().zip(letters.bytes());
    letters.len() >= typed.len() && pairs.all(|(t, l)| t == l || (t == b'u' && l == b'v'))
}

/// Whether letters as typed spell all of the syllables.
pub fn spells(typed: &str, syllables: &[&str]) -> bool {
    syllables.iter().map(|s| s.len()).sum::<usize>() == typed.len() && begins(typed, syllables)
}

/// Numbers of words by a hash of what is known of them; whoever finds one looks whether it fits.
#[derive(Debug)]
pub struct Index {
    /// First entry of each bucket, which the first `32 - shift` bits of the hash choose.
    heads: Vec<u32>,
    shift: u32,
    entries: Vec<(u32, u32)>,
}

impl Index {
    /// Takes pairs of a hash and a word's number.
    pub fn new(mut entries: Vec<(u32, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let bits = entries.len().max(2).ilog2();
        let shift = 32 - bits;
        let first = |bucket: u32| entries.partition_point(|e| e.0 >> shift < bucket);
        let heads = (0..=1 << bits).map(|b| u32::try_from(first(b)).unwrap_or(u32::MAX));
        Self {
            heads: heads.collect(),
            shift,
            entries,
        }
    }

    /// Words with this hash, the most frequent first.
    pub fn find(&self, hash: u32) -> impl Iterator<Item = u32> {
        let bucket = (hash >> self.shift) as usize;
        let range = self.heads[bucket] as usize..self.heads[bucket + 1] as usize;
        let entries = self.entries[range].iter();
        entries.filter(move |e| e.0 == hash).map(|e| e.1)
    }
}

/// One step of the hash; its upper bits are good enough to choose a bucket.
fn mix(hash: u32, value: u32) -> u32 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9)
}

/// Hash of characters or letters, for an [`Index`].
pub fn hash(values: impl IntoIterator<Item = u32>) -> u32 {
    values.into_iter().fold(0, mix)
}

/// Known words by how they sound. Has only their numbers, of which 0 is the most frequent.
#[derive(Debug)]
pub struct Sounds {
    /// By letters (`v` as `u`), and by [`near`] ones.
    same: Index,
    near: Index,
    /// Letters (`v` as `u`) and initials in alphabetical order.
    spelt: Vec<(Box<str>, u32)>,
    initials: Vec<(Box<str>, u32)>,
}

impl Sounds {
    /// Takes the words in the order of their numbers; one that cannot be spoken is not found.
    pub fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let [mut same, mut close] = [const { Vec::new() }; 2];
        let [mut spelt, mut short] = [const { Vec::new() }; 2];
        for (number, word) in (0..).zip(words) {
            let Some(syllables) = syllables(word) else {
                continue;
            };
            let letters = syllables.concat().replace('v', "u");
            same.push((hash_letters(&letters), number));
            close.push((hash_near(&syllables), number));
            spelt.push((letters.into(), number));
            short.push((initials(&syllables).into(), number));
        }
        spelt.sort_unstable();
        short.sort_unstable();
        Self {
            same: Index::new(same),
            near: Index::new(close),
            spelt,
            initials: short,
        }
    }

    /// Words that may be spelt so, the most frequent first; [`spells`] tells which are.
    pub fn spelt(&self, typed: &str) -> impl Iterator<Item = u32> + use<'_> {
        self.same.find(hash_letters(typed))
    }

    /// Words that may nearly sound so, the most frequent first; [`is_near`] tells which do.
    pub fn near(&self, sounds: &[&str]) -> impl Iterator<Item = u32> {
        self.near.find(hash_near(sounds))
    }

    /// The most frequent word with exactly these initials.
    pub fn short(&self, typed: &str) -> Option<u32> {
        beginning(&self.initials, typed)
            .find(|(i, _)| **i == *typed)
            .map(|(_, n)| *n)
    }

    /// Words whose letters (`v` as `u`) or initials begin so: those of exactly
    /// these initials first, then the most frequent. A word may come twice.
    pub fn complete(&self, typed: &str) -> Vec<u32> {
        let letters = typed.replace('v', "u");
        let spelt = beginning(&self.spelt, &letters).map(|(_, n)| (true, *n));
        let short = beginning(&self.initials, typed).map(|(i, n)| (**i != *typed, *n));
        let mut found: Vec<(bool, u32)> = spelt.chain(short).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect()
    }
}

fn hash_letters(letters: &str) -> u32 {
    let fold = |b| if b == b'v' { b'u' } else { b };
    hash(letters.bytes().map(fold).map(u32::from))
}

fn hash_near(syllables: &[&str]) -> u32 {
    let letters = syllables.iter().flat_map(|s| near(s).chain([0]));
    hash(letters.map(u32::from))
}

/// Whether two words nearly sound the same.
pub fn is_near(one: &[&str], other: &[&str]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| near(a).eq(near(b)))
}

/// Entries of an alphabetical list that begin with some letters.
fn beginning<'l>(
    list: &'l [(Box<str>, u32)],
    letters: &str,
) -> impl Iterator<Item = &'l (Box<str>, u32)> {
    let from = list.partition_point(|(key, _)| **key < *letters);
    let length = list[from..].partition_point(|(key, _)| key.starts_with(letters));
    list[from..from + length].iter()
}

/// Latin letters of a text that stand together, spaces and apostrophes between them aside.
#[derive(Debug, Default)]
pub struct Letters {
    /// `a` to `z`; ü is `v`.
    pub typed: String,
    /// Byte range in the text of each letter.
    places: Vec<Range<usize>>,
    /// Ranges of `typed` that are written without a space.
    runs: Vec<Range<usize>>,
}

/// A word's number, and how rare it is: up to 32 for one that hardly occurs.
pub type Found = (u32, u32);

/// How letters are read up to a place: what it costs, where the last piece begins, and its word.
type Reading = (u32, usize, Option<u32>);

/// Costs of a run left as it is, of initials and of a word spelt in full; rarity is added.
const KEPT: u32 = 10_000_000;
const INITIALS: u32 = 100_000;
const SPELT: u32 = 1_000;

/// Letters of the shortest word in full, and of the longest that is sought.
const SPELT_LETTERS: (usize, usize) = (3, 48);

/// Latin letters of a text that may be pinyin, by groups. A run touching digits or the signs of an
/// address is none (iso9001, www.gov.cn), nor one that `keep` wants left alone.
pub fn letters(text: &str, keep: &dyn Fn(&str) -> bool) -> Vec<Letters> {
    let is_latin = |c: char| c.is_ascii_lowercase() || c == 'ü';
    let touches = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphanumeric() && syllable(c).is_none() || "._-@/:+&#".contains(c))
    };
    let mut groups: Vec<Letters> = Vec::new();
    let (mut at, mut last_end) = (0, None);
    while let Some(start) = text[at..].find(is_latin).map(|s| at + s) {
        let end = text[start..]
            .find(|c| !is_latin(c))
            .map_or(text.len(), |e| start + e);
        let run = &text[start..end];
        let before = text[..start].chars().next_back();
        if touches(before) || touches(text[end..].chars().next()) || keep(run) {
            last_end = None;
        } else {
            let between = last_end.map(|l| text[l..start].trim());
            if !matches!(between, Some("" | "'")) {
                groups.push(Letters::default());
            }
            if let Some(group) = groups.last_mut() {
                let first = group.typed.len();
                for (offset, c) in run.char_indices() {
                    group.typed.push(if c == 'ü' { 'v' } else { c });
                    let place = start + offset;
                    group.places.push(place..place + c.len_utf8());
                }
                group.runs.push(first..group.typed.len());
            }
            last_end = Some(end);
        }
        at = end;
    }
    groups
}

impl Letters {
    /// The words meant, with their byte ranges in the text: fewer runs left as they are, then less
    /// by initials, then fewer words, then more frequent ones. A word may span several runs.
    pub fn words(
        &self,
        spelt: &dyn Fn(&str) -> Option<Found>,
        initials: &dyn Fn(&str) -> Option<Found>,
    ) -> Vec<(Range<usize>, u32)> {
        let length = self.typed.len();
        let mut best: Vec<Option<Reading>> = vec![None; length + 1];
        best[0] = Some((0, 0, None));
        let offer = |best: &mut Vec<Option<Reading>>, to: usize, reading: Reading| {
            if best[to].is_none_or(|b| reading.0 < b.0) {
                best[to] = Some(reading);
            }
        };
        for from in 0..length {
            let Some((cost, ..)) = best[from] else {
                continue;
            };
            if let Some(run) = self.runs.iter().find(|r| r.start == from) {
                offer(&mut best, run.end, (cost.saturating_add(KEPT), from, None));
                let typed = &self.typed[run.clone()];
                // What reads as pinyin is a word that is not known; two letters are too short.
                if (2..=6).contains(&typed.len())
                    && (typed.len() == 2 || !is_pinyin(typed))
                    && let Some((word, rarity)) = initials(typed)
                {
                    let cost = cost.saturating_add(INITIALS + rarity);
                    offer(&mut best, run.end, (cost, from, Some(word)));
                }
            }
            for to in from + SPELT_LETTERS.0..=length.min(from + SPELT_LETTERS.1) {
                if let Some((word, rarity)) = spelt(&self.typed[from..to]) {
                    let cost = cost.saturating_add(SPELT + rarity);
                    offer(&mut best, to, (cost, from, Some(word)));
                }
            }
        }
        let (mut words, mut end) = (Vec::new(), length);
        while end > 0
            && let Some((_, from, word)) = best[end]
        {
            let places = self.places[from].start..self.places[end - 1].end;
            words.extend(word.map(|w| (places, w)));
            end = from;
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters_have_their_usual_reading() {
        assert_eq!(syllable('证'), Some("zheng"));
        assert_eq!(syllable('律'), Some("lv"));
        assert_eq!(syllable('略'), Some("lve"));
        assert_eq!([syllable('a'), syllable('，'), syllable('7')], [None; 3]);
        assert_eq!(syllables("消防a"), None);
        assert_eq!(initials(&syllables("身份证").unwrap()), "sfz");
    }

    #[test]
    fn some_words_have_a_reading_of_their_own() {
        for (word, pinyin) in [
            ("银行业", "yin hang ye"),
            ("执行", "zhi xing"),
            ("会计", "kuai ji"),
            ("协会", "xie hui"),
            ("没收", "mo shou"),
            ("调解调查", "tiao jie diao cha"),
            ("局长", "ju zhang"),
            ("延长", "yan chang"),
            ("退还", "tui huan"),
            ("女子旅游", "nv zi lv you"),
        ] {
            assert_eq!(syllables(word).unwrap().join(" "), pinyin, "{word}");
        }
        for (c, _, words) in IN_WORDS {
            assert!(words.split(' ').all(|w| w.contains(c)), "{c}");
        }
    }

    #[test]
    fn what_is_confused_sounds_alike() {
        let key = |s: &str| near(s).collect::<Vec<u8>>();
        for (a, b) in [
            ("zhang", "zan"),
            ("chi", "ci"),
            ("sheng", "sen"),
            ("nin", "ling"),
        ] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        for (a, b) in [
            ("zhong", "zhon"),
            ("fa", "hua"),
            ("ban", "bang"),
            ("na", "nai"),
        ] {
            assert_eq!(key(a) == key(b), (a, b) == ("ban", "bang"), "{a} {b}");
        }
    }

    #[test]
    fn pinyin_is_told_from_other_latin() {
        for latin in [
            "banli",
            "xuke",
            "lvyou",
            "lüyou",
            "luyou",
            "nve",
            "xian",
            "zhuanrang",
        ] {
            assert!(is_pinyin(latin), "{latin}");
        }
        for latin in ["", "gps", "ktv", "asdfgh", "banlik", "许可"] {
            assert!(!is_pinyin(latin), "{latin}");
        }
        assert!(spells("lvyou", &["lv", "you"]) && spells("luyou", &["lv", "you"]));
        assert!(!spells("lvyou", &["lu", "you"]) && !spells("luyo", &["lu", "you"]));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(readings(&chars).len(), chars.len());
            is_pinyin(&text);
            prop_assert!(near(&text).count() <= text.len());
        }
    }
}
