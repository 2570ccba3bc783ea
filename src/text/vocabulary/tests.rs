//! What the vocabulary corrects, and what it leaves alone.

use std::sync::LazyLock;

use super::super::Segmenter;
use super::*;
use proptest::prelude::*;

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::embedded);

const WORDS: [(&str, u32); 32] = [
    ("安全", 90),
    ("生产", 80),
    ("安全生产", 40),
    ("营业执照", 30),
    ("营业", 35),
    ("执照", 30),
    ("身份证", 12),
    ("驾驶证", 15),
    ("许可证", 70),
    ("社保", 20),
    ("食品", 95),
    ("视频", 9),
    ("食品安全", 60),
    ("食品经营许可证", 25),
    ("危险废物", 18),
    ("消防验收", 14),
    ("旅游", 22),
    ("路由", 2),
    ("不动产", 26),
    ("不动产登记", 20),
    ("劳动合同", 17),
    ("垃圾", 16),
    ("垃圾分类", 8),
    ("办学许可证", 6),
    ("建设工程", 33),
    ("施工", 31),
    ("办理", 99),
    ("投诉", 50),
    ("银行", 11),
    ("养老金", 13),
    ("公积金", 19),
    ("变更登记", 21),
];

static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::new(WORDS.map(|(w, n)| (w.to_owned(), n))));

fn cut(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    SEGMENTER.each_word(text, |range| ranges.push(range));
    ranges
}

fn correct(text: &str) -> Option<Corrected> {
    VOCABULARY.correct(text, &|w| SEGMENTER.is_word(w), &cut)
}

fn meant(text: &str) -> String {
    correct(text).map_or_else(|| text.to_owned(), |c| c.text)
}

#[test]
fn stray_spaces_are_taken_out() {
    for (typed, text) in [
        ("营 业 执 照", "营业执照"),
        ("消 防 验 收 ktv", "消防验收 ktv"),
        ("办理 驾 驶证", "办理 驾驶证"),
        ("身份 证", "身份证"),
        ("食品 安全 办理", "食品 安全 办理"),
        ("办 营业执照", "办 营业执照"),
    ] {
        assert_eq!(meant(typed), text, "{typed}");
    }
}

#[test]
fn pinyin_becomes_words() {
    for (typed, text) in [
        ("yingyezhizhao", "营业执照"),
        ("yingye zhizhao banli", "营业执照 办理"),
        ("ying ye zhi zhao", "营业执照"),
        ("办理shipinanquan", "办理食品安全"),
        ("shipin", "食品"),
        ("lvyou和lüyou", "旅游和旅游"),
        ("luyou", "旅游"),
        ("sfz banli", "身份证 办理"),
        ("sb怎么办", "社保怎么办"),
        ("yinhang", "银行"),
    ] {
        assert_eq!(meant(typed), text, "{typed}");
    }
    let changes = [("yingye zhizhao", "营业执照"), ("banli", "办理")];
    let changes = changes.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(correct("yingye zhizhao banli").unwrap().changes, changes);
}

#[test]
fn other_latin_stays() {
    for text in [
        "ktv",
        "gps",
        "asdfgh",
        "iso9001",
        "sfz2",
        "www.sp.cn",
        "办理app",
        "women",
        "c1",
        "",
    ] {
        assert_eq!(correct(text), None, "{text}");
    }
}

#[test]
fn homophones_become_known_words() {
    for (typed, text) in [
        ("按全生产", "安全生产"),
        ("危险废勿处理", "危险废物处理"),
        ("办营业直照", "办营业执照"),
        ("劳动和同", "劳动合同"),
        ("食品按全", "食品安全"),
        ("消防验手", "消防验收"),
        ("不懂产登记", "不动产登记"),
        ("公鸡金", "公积金"),
        // What is confused when typing.
        ("养脑金", "养老金"),
        ("森份证", "身份证"),
    ] {
        assert_eq!(meant(typed), text, "{typed}");
    }
}

#[test]
fn slips_become_known_words() {
    for (typed, text) in [
        ("营业执执照", "营业执照"),
        ("办理营业照执", "办理营业执照"),
        ("营业执贝", "营业执照"),
        ("食品经营许证", "食品经营许可证"),
        ("不动产登登记", "不动产登记"),
    ] {
        assert_eq!(meant(typed), text, "{typed}");
    }
}

#[test]
fn what_may_be_meant_as_typed_stays() {
    for text in [
        "办许可证",
        "办营业执照",
        "补驾驶证",
        "我的身份证丢了怎么办",
        "营业执照变更登记",
        "开饭店要什么证",
        "食品店许可证",
        "垃圾分米",
    ] {
        assert_eq!(correct(text), None, "{text}");
    }
    assert_eq!(correct(&"按全生产".repeat(100)), None);
}

#[test]
fn pinyin_is_completed() {
    let complete = |prefix| VOCABULARY.complete_pinyin(prefix, 3);
    assert_eq!(complete("ship"), ["食品", "食品安全", "食品经营许可证"]);
    assert_eq!(complete("Ying ye"), ["营业", "营业执照"]);
    // Initials that are complete come first.
    assert_eq!(complete("bdc"), ["不动产", "不动产登记"]);
    assert_eq!(complete("sp"), ["食品", "视频", "食品安全"]);
    assert_eq!(complete("lv"), ["旅游"]);
    assert_eq!(complete("lu"), ["旅游", "路由"]);
    assert!(complete("").is_empty() && complete("食").is_empty());
}

#[test]
fn words_that_come_twice_are_added_up() {
    let words = ["许可", "许可", "证", "a b"].map(|w| (w.to_owned(), 2));
    let vocabulary = Vocabulary::new(words);
    assert_eq!((vocabulary.len(), vocabulary.often("许可")), (1, Some(4)));
    assert!(Vocabulary::new([]).is_empty());
    assert_eq!(
        Vocabulary::new([]).correct("按全sfz", &|_| false, &cut),
        None
    );
}

/// Pieces of questions: words, their characters, pinyin, and what is neither.
fn pieces() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(WORDS.map(|(w, _)| w).to_vec());
    let part = word.clone().prop_flat_map(|w| {
        let chars: Vec<char> = w.chars().collect();
        proptest::sample::subsequence(chars.clone(), 0..=chars.len())
    });
    let latin = word
        .clone()
        .prop_map(|w| pinyin::syllables(w).unwrap_or_default().concat());
    let piece = prop_oneof![
        word.prop_map(str::to_owned),
        part.prop_map(|chars| chars.into_iter().collect()),
        latin,
        "[按全直勿鸡和同的办 ,，a-z0-9']{0,4}",
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn correcting_twice_is_correcting_once(text in pieces()) {
        let once = meant(&text);
        prop_assert_eq!(meant(&once), once);
    }

    #[test]
    fn known_words_stay(words in proptest::collection::vec((0..WORDS.len(), "[ ,]?"), 0..12)) {
        let text: String = words.iter().map(|(w, gap)| WORDS[*w].0.to_owned() + gap).collect();
        prop_assert_eq!(correct(&text), None);
    }

    #[test]
    fn any_text_any_cut(text in "\\PC{0,40}", places in proptest::collection::vec(0usize..99, 0..9)) {
        let cut = |_: &str| places.windows(2).map(|p| p[0]..p[1]).collect();
        VOCABULARY.correct(&text, &|_| false, &cut);
        VOCABULARY.complete_pinyin(&text, 9);
    }
}

#[test]
fn what_sounds_like_a_word_is_taken_for_it_across_other_words_too() {
    let shops = Vocabulary::new(["网吧", "理发店"].map(|w| (w.to_owned(), 20)));
    let is_word = |w: &str| SEGMENTER.is_word(w);
    let by_sound = |text: &str| shops.by_sound(text, &is_word, &cut).map(|c| c.text);
    // 开网 and 个里 are words of the dictionary and hide what was meant from the usual correction.
    for (typed, meant) in [("开网巴", "开网吧"), ("开个里发店", "开个理发店")] {
        assert_eq!(shops.correct(typed, &is_word, &cut), None, "{typed}");
        assert_eq!(by_sound(typed).as_deref(), Some(meant));
    }
    assert_eq!(by_sound("开理发店"), None);
    // Two characters that are both parts of words stay.
    assert_eq!(by_sound("来往罢工"), None);
}
