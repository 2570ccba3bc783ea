//! `/api/v1/check`: what lists except by name, limits, and what is not done.

use quanze::domain::Change;

use super::check::{measure, negative, path};
use crate::support::app::{TestApp, added};

/// Lists of which each names an exception.
fn exceptions() -> TestApp {
    let app = TestApp::new();
    let market = negative("market-access");
    let permits = [
        (
            "207001",
            "道路货物运输经营许可（总质量4.5吨及以下普通货运车辆除外）",
        ),
        (
            "209004",
            "网络文化经营许可（网络直播平台、网络音乐、网络动漫）",
        ),
        (
            "218007",
            "经营高危险性体育项目许可（游泳、攀岩、潜水、滑雪）",
        ),
        (
            "201005",
            "动物饲养场、屠宰加工场所、隔离场所动物防疫条件合格证",
        ),
        (
            "206002",
            "食品经营许可（散装食品、散装熟食、特殊食品等销售）",
        ),
        ("208002", "小餐饮、小食杂店登记或许可"),
    ];
    let items = permits.into_iter().enumerate().map(|(n, (key, permit))| {
        let name = format!("未获得许可，不得从事第{n}类业务");
        added(
            &format!("SC-{n}"),
            measure(&market, "许可准入类", key, &name, permit),
        )
    });
    app.publish(&market, "2025-01-01", items.collect());
    let foreign = negative("foreign-investment");
    let rule = "禁止投资网络视听节目服务、互联网文化经营（音乐除外）。";
    let rule = measure(&foreign, "禁止", "13", rule, "");
    let rule = Change {
        code: None,
        ..added("WS-1", rule)
    };
    app.publish(&foreign, "2025-01-01", vec![rule]);
    app
}

#[tokio::test]
async fn exceptions_limits_and_what_is_not_done_are_understood() {
    let app = exceptions();
    for (text, investor, verdict) in [
        ("开八吨的大货车拉货", "domestic", "permit"),
        ("开两吨的小货车拉货", "domestic", "unlisted"),
        ("开健身房，也有游泳馆", "domestic", "permit"),
        ("开健身房，没有游泳馆", "domestic", "unlisted"),
        ("办养鸡场", "domestic", "permit"),
        ("卖养鸡的饲料", "domestic", "unlisted"),
        ("做直播平台", "foreign", "prohibited"),
        ("网上听歌的音乐平台", "foreign", "permit"),
    ] {
        let more = format!("&investor={investor}");
        let answer = app.get(&path(text, &more)).await.json();
        assert_eq!(answer["verdict"], verdict, "{text}: {answer}");
    }
    // A small shop needs what selling loose food needs, and more: that is told once.
    let answer = app.get(&path("开个小卖部，卖散装零食", "")).await.json();
    let activities = answer["activities"].as_array().expect("activities").iter();
    let food = activities.filter(|a| a["items"][0]["key"] == "206002");
    assert_eq!(food.count(), 1, "{answer}");
}
