//! What makes of an activity something for it: 酒吧桌椅, 给酒吧做桌椅, 学校门口. Must not know which
//! activities there are.

use std::ops::Range;

use serde::Deserialize;

use super::said::Said;

/// Characters between what is served and what is done for it: 给酒吧、网吧、咖啡馆供椅子.
const LONGEST_LIST: usize = 16;
/// What joins those that are served.
const JOINS: [&str; 7] = ["、", "和", "跟", "与", "及", "或", "还有"];
/// Where a clause ends.
const ENDS: [char; 6] = [',', ';', '。', '(', ')', '\n'];

/// Words of `index/activities/goods.toml`, normalised.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Goods {
    /// Things and places of the activity when they follow: 酒吧桌椅, 酒吧门口.
    heads: Vec<String>,
    /// When the activity stands between one of these and one of those: 给酒吧做.
    before: Vec<String>,
    after: Vec<String>,
    /// What is sold or made when the activity says only what it is of: 卖养鸡的饲料.
    outer: Vec<String>,
    /// What does the activity itself: 卖烟的店, and whom something is given: 送到宾馆.
    places: Vec<String>,
    /// Words of two things: 烟酒.
    two: Vec<String>,
}

fn begins<'w>(rest: &str, words: &'w [String]) -> Option<&'w str> {
    let mut words = words.iter().map(String::as_str);
    words.find(|w| rest.starts_with(w))
}

/// Whether places lie side by side from the range's start to its end.
fn is_covered(range: Range<usize>, places: &[Range<usize>]) -> bool {
    let mut at = range.start;
    while at < range.end {
        let mut next = places.iter().filter(|p| p.start <= at && at < p.end);
        match next.next() {
            Some(place) => at = place.end,
            None => return false,
        }
    }
    true
}

impl Goods {
    pub(super) fn extend(&mut self, more: Self) {
        self.heads.extend(more.heads);
        self.before.extend(more.before);
        self.after.extend(more.after);
        self.outer.extend(more.outer);
        self.places.extend(more.places);
        self.two.extend(more.two);
    }

    /// Whether what an expression says is something for the activity, wherever its end stands; `run`
    /// reaches over other expressions that touch it, as 养鸡养猪.
    pub(super) fn are_meant(&self, normal: &str, said: &Said, run: Range<usize>) -> bool {
        let Said { places, things, .. } = said;
        let (Some(first), Some(last)) = (
            places.iter().map(|place| place.start).min(),
            things.iter().max_by_key(|place| place.end),
        ) else {
            return false;
        };
        let ahead = [&normal[..run.start], &normal[run.start..first]];
        if self.is_of(ahead, &normal[run.end..]) {
            return true;
        }
        // 烟酒店, said in two parts, is a place as if said in one.
        let end = places.iter().map(|place| place.end).max().unwrap_or(first);
        let whole = &normal[first..end];
        let is_joined = places.len() > 1 && self.is_place(whole) && is_covered(first..end, places);
        let (ahead, rest) = (&normal[..first], &normal[end..]);
        if is_joined && (self.is_served(ahead, rest) || self.is_given(ahead, whole, rest)) {
            return true;
        }
        let said = &normal[last.clone()];
        let mut all = normal.match_indices(said);
        all.all(|(at, _)| {
            let (ahead, rest) = (&normal[..at], &normal[at + said.len()..]);
            // 幼儿园小桌椅 as 幼儿园桌椅.
            let thing = rest.trim_start_matches(['小', '大', '旧', '新', '木', '布']);
            begins(rest, &self.heads).is_some()
                || begins(thing, &self.heads).is_some()
                || (places.len() == 1
                    && (self.is_served(ahead, rest) || self.is_given(ahead, said, rest)))
        })
    }

    /// Whether what stands between these says what something is of: 卖…的饲料, but 卖…的店. What stands
    /// ahead is outside the run of expressions and inside it.
    fn is_of(&self, [outside, inside]: [&str; 2], rest: &str) -> bool {
        let Some(thing) = rest.strip_prefix('的') else {
            return false;
        };
        let is_thing = thing.chars().next().is_some_and(|c| !ENDS.contains(&c));
        let own = |word: &String| {
            let of_thing = thing.find(word.as_str());
            of_thing.is_some_and(|at| thing[..at].chars().count() <= 2)
        };
        is_thing
            && !self.places.iter().any(own)
            && self
                .outer
                .iter()
                .any(|o| outside.ends_with(o.as_str()) || inside.starts_with(o.as_str()))
    }

    /// Whether what stands between these is who is given something: 送到[宾馆].
    fn is_given(&self, ahead: &str, said: &str, rest: &str) -> bool {
        let rest = rest.trim_start_matches(['里', '用', '了']);
        (rest.is_empty() || rest.starts_with(ENDS))
            && self.before.iter().any(|b| ahead.ends_with(b.as_str()))
            && self.is_place(said)
    }

    /// Whether a word names two things: 烟酒.
    pub(super) fn are_two(&self, word: &str) -> bool {
        self.two.iter().any(|two| two == word)
    }

    fn is_place(&self, said: &str) -> bool {
        self.places.iter().any(|p| said.ends_with(p.as_str()))
    }

    /// Whether what stands between these is served: after 给, perhaps in a list, and before 做.
    fn is_served(&self, ahead: &str, rest: &str) -> bool {
        let clause = ahead.rfind(ENDS).map_or(ahead, |end| &ahead[end..]);
        let given = self.before.iter().any(|word| {
            let mut places = clause.rmatch_indices(word.as_str());
            places.any(|(at, _)| {
                let between = &clause[at + word.len()..];
                between.is_empty() || JOINS.iter().any(|j| between.ends_with(j))
            })
        });
        if !given {
            return false;
        }
        // 给快递站供, where the activity is 快递.
        let place = begins(rest, &self.places).map_or(0, str::len);
        if begins(&rest[place..], &self.after).is_some() {
            return true;
        }
        let listed = rest.starts_with('等') || JOINS.iter().any(|j| rest.starts_with(j));
        let mut ends = rest.char_indices().take(LONGEST_LIST);
        let within = ends.by_ref().take_while(|(_, c)| !ENDS.contains(c));
        listed
            && within
                .map(|(at, _)| at)
                .any(|at| begins(&rest[at..], &self.after).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goods() -> Goods {
        let all = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        Goods {
            heads: all(&["桌椅", "门口"]),
            before: all(&["给", "向"]),
            after: all(&["做", "批发", "供"]),
            two: Vec::new(),
            outer: all(&["卖", "做"]),
            places: all(&["吧", "店", "公司", "站"]),
        }
    }

    #[test]
    fn a_place_said_in_parts_is_one() {
        let meant = |text: &str, parts: [&str; 2]| {
            let places = parts.map(|part| {
                let at = text.find(part).expect("it is there");
                at..at + part.len()
            });
            let run = places[0].start..places[1].end;
            let said = Said::plainly(0, places.to_vec());
            goods().are_meant(text, &said, run)
        };
        assert!(meant("给烟酒店做货架", ["烟酒店", "店"]));
        assert!(meant("向烟草公司批发纸箱", ["烟草", "公司"]));
        assert!(!meant("给狗看病做手术", ["狗", "看病"]));
        assert!(!meant("给烟和酒店做货架", ["烟", "店"]));
    }

    #[test]
    fn what_is_served_is_not_done() {
        for (text, meant) in [
            ("做网吧桌椅", true),
            ("网吧门口卖花", true),
            ("给网吧做柜台", true),
            ("给网吧、饭店供椅子", true),
            ("向饭店、网吧批发床", true),
            ("向饭店和网吧等批发床", true),
            ("开网吧，做桌椅", false),
            ("做网吧桌椅，也开网吧", false),
            ("给人开网吧做老板", false),
            ("给网吧", true),
            ("给人送货，网吧批发", false),
            ("做网吧的椅子", true),
            ("做网吧的公司", false),
            ("做网吧的", false),
            ("茶叶卖给网吧", true),
            ("给网吧站供货", true),
            ("给网吧看店", false),
        ] {
            let at = text.find("网吧").expect("it is there");
            let place = at..at + "网吧".len();
            let run = place.clone();
            let said = Said::plainly(0, vec![place]);
            assert_eq!(goods().are_meant(text, &said, run), meant, "{text}");
        }
    }
}
