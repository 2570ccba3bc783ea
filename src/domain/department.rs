//! Department names: recognising, completing and spotting template left-overs.
//! Must not know which departments the register holds.

use super::region::{Region, Regions};

/// Endings of the names of bodies that publish lists.
const ENDINGS: [&str; 27] = [
    "局",
    "委员会",
    "委",
    "办公室",
    "办",
    "厅",
    "部",
    "院",
    "中心",
    "支队",
    "总队",
    "大队",
    "队",
    "政府",
    "银行",
    "馆",
    "站",
    "所",
    "处",
    "署",
    "社",
    "协会",
    "联合会",
    "总工会",
    "公司",
    "学校",
    "管委会",
];

/// Words by which an unfilled template names whoever will use it.
const TEMPLATE_WORDS: [&str; 10] = [
    "地州市",
    "地（州、市）",
    "县市区",
    "县（市、区）",
    "县区",
    "各级",
    "某某",
    "XX",
    "××",
    "主管部门",
];

/// Words that begin with 市 without meaning the city: 市场监督管理局 is no 市+场监督管理局.
const TRADES: [&str; 8] = [
    "市场",
    "市容",
    "市民",
    "市政公",
    "市政工",
    "市政管",
    "市政园",
    "市政设",
];

/// Beginnings of the names of a government's departments, as people write them without the region.
const BARE: [&str; 62] = [
    "财政",
    "教育",
    "公安",
    "民政",
    "司法",
    "人力资源",
    "人社",
    "自然资源",
    "生态环境",
    "住房",
    "住建",
    "交通",
    "水利",
    "水务",
    "农业",
    "商务",
    "文化",
    "文旅",
    "卫生",
    "卫健",
    "退役军人",
    "应急",
    "审计",
    "市场监",
    "统计",
    "医疗保障",
    "医保",
    "林业",
    "林草",
    "城市管理",
    "城管",
    "综合行政执法",
    "国有资产",
    "国资",
    "发展",
    "发改",
    "科学技术",
    "科技",
    "工业",
    "工信",
    "体育",
    "广播",
    "信访",
    "税务",
    "气象",
    "消防",
    "烟草",
    "粮食",
    "国防动员",
    "国动",
    "人民防空",
    "人防",
    "机关事务",
    "大数据",
    "行政审批",
    "营商",
    "档案",
    "残疾人",
    "民族",
    "宗教",
    "公积金",
    "园林",
];

/// Whether the name is that of a government's department with nothing before it: it may be
/// completed. 自然资源部南海局 and 广州海事法院 are not.
fn is_bare(name: &str) -> bool {
    let base = name.split(['（', '(']).next().unwrap_or(name);
    BARE.iter().any(|b| base.starts_with(b)) && !base.trim_end_matches('部').contains('部')
}

/// Whether the text ends like the name of a body; a trailing bracket is set aside.
pub fn looks_like_name(text: &str) -> bool {
    let base = text.split(['（', '(']).next().unwrap_or(text).trim();
    let length = base.chars().count();
    (3..=30).contains(&length)
        && ENDINGS.iter().any(|e| base.ends_with(e))
        && !base.contains(['，', '。', '；', '、', '：', '\n'])
}

/// Whether the name is a template's left-over, such as 地州市农业农村局.
pub fn is_template(text: &str) -> bool {
    TEMPLATE_WORDS.iter().any(|w| text.contains(w))
}

/// Completes a name with its region: 市财政局 in 克拉玛依市 is 克拉玛依市财政局; 财政局 likewise.
/// Names that already carry a division, and all names while the region is unknown, stay as they are.
pub fn complete(name: &str, region: Option<&Region>, regions: &Regions) -> String {
    let name = name.trim();
    let Some(region) =
        region.filter(|r| r.code.len() == 6 && r.code.bytes().all(|b| b.is_ascii_digit()))
    else {
        return name.to_owned();
    };
    if is_template(name)
        || region.name == "全国"
        || name.starts_with(region.stem())
        || ["国家", "国务院", "中国", "中央", "自治区", "省"]
            .iter()
            .any(|w| name.starts_with(w) && !region.name.ends_with(w))
        || regions.prefix_of(name).is_some()
    {
        return name.to_owned();
    }
    for division in ["市", "省", "县", "区"] {
        if region.name.ends_with(division)
            && let Some(rest) = name.strip_prefix(division)
            && (!TRADES.iter().any(|t| name.starts_with(t)) || is_bare(rest))
        {
            return format!("{}{}", region.name, rest);
        }
    }
    if looks_like_name(name) && is_bare(name) {
        return format!("{}{}", region.name, name);
    }
    name.to_owned()
}

/// Whether two names are of one body: lists shorten 人民政府, 委员会, 和 of a name that another writes
/// in full.
pub fn is_same(a: &str, b: &str) -> bool {
    a == b || folded(a) == folded(b)
}

/// A name without what lists leave out.
fn folded(name: &str) -> String {
    let name = name.replace("委员会", "委").replace("人民政府", "政府");
    name.chars()
        .filter(|c| !matches!(c, '和' | '与' | ' '))
        .collect()
}

/// Whether a name stands for whoever is concerned, and not for one body.
pub fn is_anyone(name: &str) -> bool {
    ["相关部门", "有关部门", "相关单位", "有关单位"]
        .iter()
        .any(|words| name.ends_with(words))
}

/// Name without its region: the part people say (财政局 of 克拉玛依市财政局).
pub fn short<'a>(name: &'a str, region: &Region) -> &'a str {
    name.strip_prefix(region.name.as_str())
        .filter(|rest| rest.chars().count() >= 2)
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_known_by_its_shortened_name() {
        for (short, full) in [
            ("辽阳市政府办公室", "辽阳市人民政府办公室"),
            ("辽阳市发展改革委", "辽阳市发展和改革委员会"),
            ("辽阳市人力资源社会保障局", "辽阳市人力资源和社会保障局"),
        ] {
            assert!(is_same(short, full), "{short}");
        }
        assert!(!is_same("辽阳市水务局", "辽阳市水利局"));
        assert!(is_anyone("市政府各相关部门") && !is_anyone("辽阳市公安局"));
    }

    #[test]
    fn names_are_completed_by_their_region() {
        let regions = Regions::parse("650200\t克拉玛依市\n211000\t辽阳市\n");
        let city = regions.resolve("650200");
        for (name, full) in [
            ("市统计局", "克拉玛依市统计局"),
            ("财政局", "克拉玛依市财政局"),
            ("市场监督管理局", "克拉玛依市市场监督管理局"),
            ("市市场监督管理局", "克拉玛依市市场监督管理局"),
            ("市政府办公室", "克拉玛依市政府办公室"),
            ("克拉玛依市财政局", "克拉玛依市财政局"),
            ("辽阳市财政局", "辽阳市财政局"),
            ("地州市农业农村局", "地州市农业农村局"),
            ("自治区农业农村厅", "自治区农业农村厅"),
            ("国家税务总局", "国家税务总局"),
            ("住房和城乡建设局", "克拉玛依市住房和城乡建设局"),
            ("中华人民共和国广东海事局", "中华人民共和国广东海事局"),
            ("自然资源部南海局", "自然资源部南海局"),
            ("港珠澳大桥管理局", "港珠澳大桥管理局"),
            ("测试市民政局", "测试市民政局"),
            ("市民政局", "克拉玛依市民政局"),
        ] {
            assert_eq!(complete(name, city.as_ref(), &regions), full);
        }
        assert_eq!(complete("市统计局", None, &regions), "市统计局");
    }
}
