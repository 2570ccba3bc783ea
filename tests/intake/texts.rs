//! Delimited text as it comes: encodings, broken characters, odd quotation.

use std::fmt::Write as _;

use quanze::domain::Severity;

use super::make::{self, POWER};
use super::{names, open, taken_whole};

#[test]
fn text_with_nul_bytes() {
    let text = String::from_utf8(make::csv(&POWER)).expect("text");
    // Past what is looked at to tell the format.
    let mut late = text.clone();
    for n in 3..2_000 {
        let _ = writeln!(
            late,
            "{n},对第{n}种行为的处罚,行政处罚,依据,辽阳市市场监督管理局"
        );
    }
    late.push_str("2000,对含\0零的处罚,行政处罚,依据,辽阳市市场监督管理局\n");
    let (_, items, findings) = open("零.csv", late.as_bytes());
    assert_eq!(items.len(), 2_000, "{findings:?}");
    assert_eq!(items[1_999].coded.item.head.name, "对含零的处罚");
}

#[test]
fn broken_characters_are_named_where_they_stand() {
    let mut bytes = make::csv(&POWER);
    let at = bytes
        .windows(3)
        .position(|w| w == "许".as_bytes())
        .expect("许 is there");
    bytes[at + 1] = 0xff;
    let (_, items, findings) = open("坏字.csv", &bytes);
    assert_eq!(items.len(), 2, "{findings:?}");
    let broken = findings.iter().find(|f| f.rule == "broken-characters");
    let place = &broken.unwrap_or_else(|| panic!("{findings:?}")).place;
    assert_eq!((place.row, place.column.as_str()), (2, "B"));
}

#[test]
fn every_usual_encoding() {
    let text = String::from_utf8(make::csv(&POWER)).expect("text");
    // A full-width space looks like an ASCII digit of the other byte order.
    let text = text.replace("第十三条", "第十三条\u{3000}\u{3000}\u{3000}\u{3000}");
    let utf16 = |mark: bool, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    };
    let (gbk, _, failed) = encoding_rs::GB18030.encode(&text);
    assert!(!failed);
    for (name, bytes) in [
        ("UTF-8.csv", text.as_bytes().to_vec()),
        (
            "UTF-8带标记.csv",
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        ),
        ("GBK.csv", gbk.into_owned()),
        ("UTF-16LE带标记.csv", utf16(true, u16::to_le_bytes)),
        ("UTF-16BE带标记.csv", utf16(true, u16::to_be_bytes)),
        ("UTF-16LE.csv", utf16(false, u16::to_le_bytes)),
        ("UTF-16BE.csv", utf16(false, u16::to_be_bytes)),
        ("制表符.txt", text.replace(',', "\t").into_bytes()),
        ("分号.csv", text.replace(',', ";").into_bytes()),
        ("CRLF.csv", text.replace('\n', "\r\n").into_bytes()),
        ("CR.csv", text.replace('\n', "\r").into_bytes()),
    ] {
        taken_whole(name, &bytes);
    }
}

#[test]
fn an_open_quotation_mark_swallows_no_items_in_silence() {
    let text = String::from_utf8(make::csv(&POWER)).expect("text");
    let open_mark = text.replace("1,食品经营许可", "1,\"食品经营许可");
    let (_, items, findings) = open("引号.csv", open_mark.as_bytes());
    assert!(
        items.len() == 2 || findings.iter().any(|f| f.severity != Severity::Notice),
        "{:?} {findings:?}",
        names(&items)
    );
}

#[test]
fn names_that_are_no_names() {
    let good = make::csv(&POWER);
    for name in [
        "",
        ".",
        "..",
        "/",
        "a/../../b.csv",
        "\u{202e}vsc.单清.csv",
        "𠮷".repeat(300).as_str(),
    ] {
        let (_, items, _) = open(name, &good);
        assert_eq!(items.len(), 2, "{name:?}");
    }
}
