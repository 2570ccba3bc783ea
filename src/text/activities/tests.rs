//! Activities as they are read and found.

use super::*;
use proptest::prelude::*;

const TEXT: &str = "
[[activity]]
name = \"互联网上网服务\"
industry = \"R9013\"
said = [\"网吧\", \"开+机房+上网\"]
market = [\"互联网上网服务营业场所\"]
foreign = []

[[activity]]
name = \"食品销售\"
said = [\"卖+食品\", \"食品零售\"]
market = [\"食品经营许可\"]
foreign = []

[[activity]]
name = \"宠物食品销售\"
said = [\"卖+宠物食品\"]
market = []
foreign = []
";
const GOODS: &str =
    "limits = [\"4.5吨\"]\n[goods]\nheads = [\"桌椅\"]\nbefore = [\"给\"]\nafter = [\"做\"]";

fn activities() -> Activities {
    Activities::parse([("a.toml", TEXT), ("b.toml", GOODS)]).expect("it is of the form")
}

fn names(text: &str) -> Vec<String> {
    let activities = activities();
    let mentions = activities.mentions(&normalise(text), &[]).into_iter();
    mentions.map(|m| m.activity.name.clone()).collect()
}

#[test]
fn the_longer_mention_counts() {
    assert_eq!(names("我想开网吧"), ["互联网上网服务"]);
    assert_eq!(names("賣食品"), ["食品销售"]);
    assert_eq!(names("卖宠物食品"), ["宠物食品销售"]);
    assert_eq!(names("网吧里卖食品"), ["互联网上网服务", "食品销售"]);
    assert!(names("种树").is_empty());
}

#[test]
fn what_is_for_an_activity_is_not_the_activity() {
    let serves = |text: &str| {
        let activities = activities();
        let mentions = activities.mentions(&normalise(text), &[]);
        mentions.iter().map(|m| m.serves).collect::<Vec<_>>()
    };
    assert_eq!(serves("做网吧桌椅"), [true]);
    assert_eq!(serves("给网吧做柜台"), [true]);
    assert_eq!(serves("开网吧，做桌椅"), [false]);
    assert_eq!(serves("做网吧桌椅，也开网吧"), [false]);
}

const LOOSE: &str = "
limits = [\"4.5吨\"]
[class]
\"卖\" = \"卖 零售 批给\"
\"养\" = \"养\"
[goods]
heads = [\"装修\"]
outer = [\"卖\"]
places = [\"店\"]

[[activity]]
name = \"烟花爆竹零售\"
loose = [\"<卖> 炮仗|鞭炮 !电子\"]
market = [\"烟花爆竹经营\"]
foreign = []

[[activity]]
name = \"养鸡\"
loose = [\"<养> 鸡|养鸡\"]
market = [\"动物防疫条件合格证\"]
foreign = []

[[activity]]
name = \"鞭炮筒\"
said = [\"鞭炮筒\"]
market = []
foreign = []
excepts = [\"烟花爆竹经营\"]
";

#[test]
fn loose_expressions_are_found_within_a_clause() {
    let activities = Activities::parse([("a.toml", LOOSE)]).expect("it is of the form");
    let said = |text: &str| -> Vec<(String, bool)> {
        let mentions = activities.mentions(text, &[]).into_iter();
        mentions
            .map(|m| (m.activity.name.clone(), m.serves))
            .collect()
    };
    let one = |name: &str, serves| vec![(name.to_owned(), serves)];
    assert_eq!(said("摆摊卖炮仗"), one("烟花爆竹零售", false));
    assert_eq!(said("卖电子鞭炮"), []);
    assert_eq!(said("卖花,村里放鞭炮"), []);
    // A longer word has the thing in it.
    assert_eq!(said("卖鞭炮筒"), one("鞭炮筒", false));
    // What is sold is no 鸡; the doing is not what 装修 belongs to.
    assert_eq!(said("卖养鸡的饲料"), one("养鸡", true));
    assert_eq!(said("开养鸡的店"), one("养鸡", false));
    assert_eq!(said("鞭炮批给装修队"), one("烟花爆竹零售", false));
    assert_eq!(activities.beside_limits("三吨车"), "4.5吨以下车");
    let excepts = activities.iter().flat_map(|a| &a.excepts);
    assert_eq!(excepts.count(), 1);
}

#[test]
fn what_resembles_is_ranked() {
    let activities = activities();
    let found = activities.resembling("上网的机房", 2);
    assert_eq!(found[0].activity.name, "互联网上网服务");
    assert!(found[0].likeness > 0.3 && found[0].likeness <= 1.0);
    assert!(activities.resembling("", 2).is_empty());
}

#[test]
fn what_is_wrong_is_named() {
    for (text, word) in [
        (TEXT.replace("食品零售", "网吧"), "网吧"),
        (TEXT.replace("卖+食品", "卖+"), "empty"),
        (TEXT.replace("market", "markets"), "markets"),
        (LOOSE.replace("<卖>", "<买>"), "买"),
        (LOOSE.replace("4.5吨", "4.5"), "4.5"),
    ] {
        let error = Activities::parse([("a.toml", text.as_str())]).expect_err(word);
        assert!(error.to_string().contains(word), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "[网吧卖宠物食品 a-z]{0,40}") {
        let activities = activities();
        for mention in activities.mentions(&text, &[]) {
            prop_assert!(mention.places.iter().all(|p| text.get(p.clone()).is_some()));
        }
        for like in activities.resembling(&text, 3) {
            prop_assert!((0.0..=1.0001).contains(&like.likeness));
        }
    }
}
