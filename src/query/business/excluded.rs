//! What a description says it does not do: 不含…, 除…外, 看病不做, 保安找别人. Must not know activities.

use std::ops::Range;

use super::ENDS;

/// What is not done, after 不; a question (卖不卖) is none.
const DOINGS: &str = "\
    含 包括 包含 涉 参与 从事 经营 生产 加工 销售 提供 供 供应 做 卖 搞 看 养 \
    收 售 办 接 带 碰 弄 开 制造 批发 进口 盖 建 种 拍 演 运 放 修 治 教 \
    设 干 承接 承揽 受理 印 出版 采 挖 打 杀 宰 酿 存 配 刻 整 伐 砍 进 造 \
    拆 介绍 派 派遣 招 雇 收治 煮 炒 烤 熏 现做 现制 加热 散称 拆封 分装 拆零 \
    装 载 跑 拉 送 动刀 动土 动手术 动明火 开刀 打针 出诊 贷 募集 集资 吸收 \
    代理 代办 炼 冶 熔 播 直播 借 押 租 招生 培训 讲课 授课 辅导 管饭 管住 \
    管吃 留宿 住人 自己 自产 自制 自酿 另外 对外 现场 放映 调配 代 炸 爆破 储存 \
    存放 充装 灌装 焊 喷漆 用药 让 施工 安装 是 想";
/// 不…, which is no refusal: 不打烊.
const OTHER_BU: &str = "\
    不打烊 不打扰 不干胶 不修边 不带走 不存在 不收费 不放假 不放心 不进则 不代表 \
    不设限 不设门槛 不开玩笑 不办不行 不整齐 不租房 不养老";
/// What somebody may lack and still do the business: 没有执照.
const LACKED: &str = "\
    驾照 学过 学费 费 医师证 文凭 店铺 上班 防腐剂 添加剂 证 牌 照 执照 许可 \
    资质 手续 经验 文化 学历 钱 本钱 资金 店面 门面 实体 门店 固定 技术 问题 \
    什么 啥 人管 人 事 工作 活干 营业执照 公司 房子 地方 备案 批文 批准";
/// What 没 denies that is said before it: 酿酒没搞.
const NOT_DONE: &str = "\
    搞 做 弄 开 卖 办 干 接 碰 整";
/// What is not done with anything else: 看病不打针 is 看病.
const ALONE: &str = "\
    打针 开刀 动刀 动手术 管饭 管住 管吃 留宿 住人 储存 存放 施工 爆破 出诊 散称 \
    拆封 加热 现场";
/// What stands between what is refused and the refusal: 烟也不卖.
const REFUSING: [char; 6] = ['也', '都', '概', '均', '全', '的'];
/// Characters of what is refused without one of those (网约车和客运不干), unless it begins as what is done
/// (开个小超市烟不卖).
const LONGEST_REFUSED: usize = 8;
const DONE: [char; 11] = [
    '开', '办', '做', '卖', '搞', '整', '弄', '在', '给', '养', '种',
];
/// What 除 begins that excepts nothing.
const CHU_WORDS: [&str; 9] = [
    "除草",
    "除虫",
    "除尘",
    "除四害",
    "除湿",
    "除锈",
    "除甲醛",
    "除味",
    "除冰",
];
/// Ends of clauses that are words, and so may begin one: 不卖光盘.
const SOFT_ENDS: [char; 5] = ['只', '就', '但', '专', '光'];
/// Where an exclusion ends.
const CLAUSE_ENDS: [char; 11] = [',', '、', '(', ')', '只', '仅', '就', ' ', '但', '专', '光'];
/// What may follow the refusal of what stands before it: 看病的不做了.
const TAILS: [&str; 8] = ["的", "了", "啊", "哈", "哦", "呢", "啦", "滴"];
/// What belongs to a refusal: 药品生意.
const MATTERS: [&str; 5] = ["事", "活", "生意", "业务", "那"];
/// What makes 除…外 say "as well".
const AS_WELL: [&str; 4] = ["还", "也", "另", "兼"];
/// Somebody else does it.
const BY_OTHERS: &str = "\
    外包出去 外包给别人 外包给专业 外包给人家 包给别人 包给专业 包给人家 交给别人 \
    交给专业 交给人家 交给外面 交给有资质 送外面 委托有资质 委托给 找别人 找医院 \
    去医院 上医院 找正规 请外面 请别人 从别人那 从别处进 客户自己 客户自找";
/// 非 before one of these takes it out: 非转基因.
const NOT_OF: [&str; 6] = ["转基因", "危险", "医疗", "易燃", "放射性", "烟草"];
/// Characters of an exclusion; a longer one is a sentence whose turn was misread.
const LONGEST: usize = 30;
/// Characters before 除 that make another word of it (拆除, 清除).
const OTHER_CHU: [char; 15] = [
    '铲', '刮', '移', '拆', '清', '消', '免', '排', '切', '删', '解', '去', '驱', '扫', '根',
];

/// Words apart by blanks.
fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_whitespace()
}

fn is_end(c: char) -> bool {
    CLAUSE_ENDS.contains(&c) || ENDS.contains(&c)
}

/// Where the clause begins that `at` stands in; one that 、 joins reaches over it.
fn clause_start(text: &str, at: usize, over_lists: bool) -> usize {
    let ends = |c: char| is_end(c) && !(over_lists && c == '、');
    let mut before = text[..at].char_indices().rev();
    before
        .find(|(_, c)| ends(*c))
        .map_or(0, |(place, c)| place + c.len_utf8())
}

/// What was done before something else is done now: 以前开饭店，现在开服装店.
const BEFORE: [&str; 5] = ["以前", "原来", "原先", "过去", "曾经"];
const NOW: [&str; 5] = ["现在", "如今", "后来", "改", "转行"];
/// What follows what is left out of everything: 除了烟花爆竹什么都卖.
const EVERYTHING: [&str; 7] = ["什么", "啥", "都", "其他", "其它", "别的", "全"];

/// What is excluded, in the order of the text; ranges may overlap.
pub(super) fn exclusions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, bu) in text.match_indices(['不', '唔']) {
        found.extend(refused(text, at, at + bu.len()));
    }
    for (at, mei) in text.match_indices(['没', '冇']) {
        found.extend(lacking(text, at, at + mei.len()));
    }
    for (at, chu) in text.match_indices('除') {
        found.extend(excepted(text, at, at + chu.len()));
    }
    for (at, fei) in text.match_indices('非') {
        let rest = &text[at + fei.len()..];
        if text[..at].ends_with('南') {
            continue;
        }
        let of = NOT_OF.iter().find(|of| rest.starts_with(**of));
        found.extend(of.map(|of| at..at + fei.len() + of.len()));
    }
    for (at, wai) in text.match_indices("以外的") {
        let start = clause_start(text, at, false);
        let doing = words(DOINGS).filter(|d| text[start..].starts_with(d));
        let doing = doing.map(|d| d.len()).max().unwrap_or(0);
        found.push(start + doing..at + wai.len());
    }
    for before in BEFORE {
        for (at, _) in text.match_indices(before) {
            let end = text[at..].find(is_end).map_or(text.len(), |end| at + end);
            let is_past = at == clause_start(text, at, true) || text[..at].ends_with(['我', '俺']);
            if is_past && NOW.iter().any(|now| text[end..].contains(now)) {
                found.push(at..end);
            }
        }
    }
    for others in words(BY_OTHERS) {
        for (at, _) in text.match_indices(others) {
            let after = at + others.len();
            let rest = text[after..]
                .find(is_end)
                .map_or(text.len(), |end| after + end);
            found.push(clause_start(text, at, true)..rest);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// 不做…, up to the end of its clause, or …不做, back to where its clause begins.
fn refused(text: &str, at: usize, after_bu: usize) -> Option<Range<usize>> {
    let rest = &text[after_bu..];
    let is_other = words(OTHER_BU).any(|o| text[at..].starts_with(o));
    let doing = words(DOINGS).filter(|d| rest.starts_with(d));
    let doing = doing.max_by_key(|d| d.len()).filter(|_| !is_other)?;
    let is_question = text[..at].ends_with(doing) || text[..at].ends_with('要');
    if is_question {
        return None;
    }
    let after = after_bu + doing.len();
    let mut tail = &text[after..];
    // 不收不卖了
    let also = |tail: &'_ str| {
        let rest = tail.strip_prefix('不')?;
        let doing = words(DOINGS).filter(|d| rest.starts_with(d));
        doing.map(|d| '不'.len_utf8() + d.len()).max()
    };
    loop {
        let shorter = TAILS.iter().find_map(|t| tail.strip_prefix(t));
        tail = match (shorter, also(tail)) {
            (Some(shorter), _) => shorter,
            (None, Some(length)) => &tail[length..],
            (None, None) => break,
        };
    }
    let is_hard_end = |c: char| is_end(c) && !SOFT_ENDS.contains(&c);
    if tail.chars().next().is_none_or(is_hard_end) {
        return Some(refused_before(text, at, text.len() - tail.len(), doing));
    }
    // What is lacking for it is no other business: 不办证卖烟.
    let lacked = words(LACKED).find(|l| text[after..].starts_with(l));
    if let Some(lacked) = lacked {
        return Some(at..after + lacked.len());
    }
    if words(ALONE).any(|alone| alone == doing) {
        return Some(at..after);
    }
    // 不含烟、酒: what 、 joins is excluded with it inside a bracket.
    let bracketed = text[..at].ends_with('(');
    let mut end = after;
    for c in text[after..].chars().take(LONGEST) {
        let of_list = bracketed && matches!(c, '、' | ',');
        if is_end(c) && !of_list && (end > after || !SOFT_ENDS.contains(&c)) {
            break;
        }
        // 不卖酒的饭馆 is a 饭馆; 不做看病的事 is none.
        if c == '的' && !bracketed && end > after {
            let next = &text[end + c.len_utf8()..];
            let matter = MATTERS.iter().find(|m| next.starts_with(**m));
            end += c.len_utf8() + matter.map_or(0, |m| m.len());
            break;
        }
        // 不卖新车卖旧车: the second is done.
        if text[end..].starts_with(doing) && end > after {
            break;
        }
        end += c.len_utf8();
    }
    (end > after).then_some(at..end)
}

/// …不做 ends a clause: back to where that begins, if what stands there is refused, and not done
/// without it (看病不打针).
fn refused_before(text: &str, at: usize, end: usize, doing: &str) -> Range<usize> {
    let is_refusing = text[..at].ends_with(REFUSING);
    let start = clause_start(text, at, is_refusing);
    let refused = &text[start..at];
    let is_short = refused.chars().count() <= LONGEST_REFUSED && !refused.starts_with(DONE);
    match is_refusing || (is_short && !words(ALONE).any(|alone| alone == doing)) {
        true => start..end,
        false => at..end,
    }
}

/// 没有泳池, up to the end of its clause, or 酿酒没搞, back to where its clause begins.
fn lacking(text: &str, at: usize, after: usize) -> Option<Range<usize>> {
    let rest = &text[after..];
    let having = ["有", "得"].iter().find(|w| rest.starts_with(**w));
    let begin = after + having.map_or(0, |w| w.len());
    let rest = &text[begin..];
    let end = rest
        .find(|c| is_end(c) || c == '的')
        .map_or(text.len(), |end| begin + end);
    let said = &text[begin..end];
    // 有没有卖烟, and 要许可证没有 is a question too.
    let ahead = &text[clause_start(text, at, true)..at];
    let asks = ["要", "证", "照", "许可"].iter().any(|w| ahead.contains(w));
    if text[..at].ends_with('有') || (said.is_empty() && asks) {
        return None;
    }
    let done = words(NOT_DONE).find(|d| said.starts_with(d));
    if said.is_empty() || done.is_some_and(|d| said.len() == d.len()) {
        let start = clause_start(text, at, true);
        return (start < at).then_some(start..end);
    }
    let may_lack = words(LACKED).any(|l| said.starts_with(l));
    let is_short = said.chars().count() <= 8;
    (!may_lack && is_short).then_some(at..end)
}

/// 除…外 and …除外; 除…外还… excepts nothing.
fn excepted(text: &str, at: usize, after: usize) -> Option<Range<usize>> {
    let is_word = CHU_WORDS.iter().any(|w| text[at..].starts_with(w));
    if text[..at].ends_with(OTHER_CHU) || is_word {
        return None;
    }
    let rest = &text[after..];
    if rest.starts_with('外') {
        // A bracket's whole list: （危险化学品、烟花爆竹除外）.
        let bracketed = text[..at].rfind('(') > text[..at].rfind(')');
        return Some(clause_start(text, at, bracketed)..at + "除外".len());
    }
    let mut inside = rest
        .char_indices()
        .take_while(|(_, c)| !ENDS.contains(c) && *c != ',')
        .take(LONGEST);
    let Some((wai, _)) = inside.find(|(_, c)| *c == '外') else {
        return all_but(text, at, after);
    };
    let end = after + wai + '外'.len_utf8();
    let next = text[end..].trim_start_matches([',', ' ']);
    (!AS_WELL.iter().any(|w| next.starts_with(w))).then_some(at..end)
}

/// 除了烟花爆竹什么都卖, but not 除了卖烟还卖酒.
fn all_but(text: &str, at: usize, after: usize) -> Option<Range<usize>> {
    let rest = text[after..].strip_prefix('了')?;
    let after = text.len() - rest.len();
    let sentence = rest.find(ENDS).map_or(rest, |end| &rest[..end]);
    if AS_WELL.iter().any(|w| sentence.contains(w)) {
        return None;
    }
    let all = EVERYTHING
        .iter()
        .filter_map(|word| sentence.find(word))
        .min()?;
    (all > 0).then_some(at..after + all)
}

#[cfg(test)]
mod tests {
    use super::super::parts;

    /// What counts, without blanks, of each part.
    fn counted(description: &str) -> String {
        let parts = parts(description).into_iter();
        let all: String = parts.map(|p| p.normal + "|").collect();
        all.split_whitespace().collect()
    }

    #[test]
    fn what_is_excluded_does_not_count() {
        for (said, counts, excluded) in [
            (
                "道路货物运输（不含危险货物）",
                "道路货物运输()|",
                "不含危险货物",
            ),
            ("宠物美容，不看病", "宠物美容,|", "不看病"),
            (
                "化工产品销售（危险化学品除外）",
                "化工产品销售()|",
                "危险化学品除外",
            ),
            ("除烟草外的日用品零售", "的日用品零售|", "除烟草外"),
            ("百货（不含烟、酒）零售", "百货()零售|", "不含烟、酒"),
            ("不做饭只卖奶茶", "只卖奶茶|", "不做饭"),
            ("不卖酒的小饭馆", "小饭馆|", "不卖酒的"),
            ("不卖新车卖旧车", "卖旧车|", "不卖新车"),
            ("洗宠物，自己不开医院", "洗宠物,自己|", "不开医院"),
            ("杂货店，烟也不卖", "杂货店,|", "烟也不卖"),
            ("小卖部，烟、酒都不卖", "小卖部,|", "烟、酒都不卖"),
            ("卖饲料，看病的事不做了", "卖饲料,|", "看病的事不做了"),
            ("陪老人，看病送外面", "陪老人,|", "看病送外面"),
            (
                "管小区，保安外包给专业公司",
                "管小区,|",
                "保安外包给专业公司",
            ),
            ("卖非转基因大豆", "卖大豆|", "非转基因"),
            ("健身房，没有泳池", "健身房,|", "没有泳池"),
            ("送包裹，信件唔送", "送包裹,|", "信件唔送"),
            ("除了烟花爆竹什么都卖", "什么都卖|", "除了烟花爆竹"),
            ("给人看病不打针", "给人看病|", "不打针"),
            ("租车，网约车和客运不干", "租车,|", "网约车和客运不干"),
            ("卖现代画，文物不收不卖", "卖现代画,|", "文物不收不卖"),
            ("开个小超市烟不卖", "开个小超市烟|", "不卖"),
            ("不办证卖烟", "卖烟|", "不办证"),
            ("不动刀打瘦脸针", "打瘦脸针|", "不动刀"),
            ("卖文具，不卖光盘", "卖文具,|", "不卖光盘"),
            (
                "化工品（危险化学品、烟花爆竹除外）",
                "化工品()|",
                "危险化学品、烟花爆竹除外",
            ),
            ("卖农药以外的农资", "卖农资|", "农药以外的"),
            ("以前开饭店，现在开服装店", ",现在开服装店|", "以前开饭店"),
            ("不想开饭店了，想开药店", ",想开药店|", "不想开饭店了"),
            ("种葡萄，酿酒没搞", "种葡萄,|", "酿酒没搞"),
            ("卖鲜花，种子没有", "卖鲜花,|", "种子没有"),
            (
                "设计画册，印刷客户自己找厂",
                "设计画册,|",
                "印刷客户自己找厂",
            ),
            ("养护花木，不伐树", "养护花木,|", "不伐树"),
            ("修机床，电梯概不受理", "修机床,|", "电梯概不受理"),
            ("给宠物洗澡，看病找医院", "给宠物洗澡,|", "看病找医院"),
        ] {
            assert_eq!(counted(said), counts, "{said}");
            assert_eq!(parts(said)[0].excluded, [excluded], "{said}");
        }
    }

    #[test]
    fn what_only_looks_excluded_counts() {
        for plain in [
            "不锈钢门窗加工",
            "拆除外墙",
            "不动产登记代理",
            "除尘设备安装",
            "小店卖不卖烟",
            "不打烊的便利店卖烟",
            "除了卖烟外,还卖酒",
            "除了卖烟还卖酒",
            "以前开饭店",
            "要不开个网吧",
            "小店有没有卖烟",
            "卖烟花爆竹要许可证没有",
            "没学过医给人看病",
            "由专业医生给人看牙",
            "卖除草剂,另送外卖",
            "铲除外墙瓷砖",
            "南非烟草进口",
            "非处方药零售",
            "不干胶印刷",
            "没有执照能不能开网约车",
            "没钱办学校",
        ] {
            assert_eq!(counted(plain), format!("{plain}|"));
        }
    }
}
