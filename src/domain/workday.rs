//! Working days of the People's Republic of China, and the terms that are counted in them.
//! Must not know where the calendar's lines are kept, nor what day it is.

use std::collections::BTreeMap;
use std::iter::successors;

use jiff::civil::Weekday;

use super::date::{self, Date};

/// Where the count of [`Calendar::overdue`] ends: some forty years.
const MOST_OVERDUE: u32 = 9999;

/// The days on which work differs from the week's rule, Monday to Friday.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The listed days, and whether each is worked.
    listed: BTreeMap<Date, bool>,
}

impl Calendar {
    /// Reads lines such as `2026-01-01 休` and `2026-01-04 班`. `#` begins a comment.
    ///
    /// # Errors
    /// In Chinese, naming the line: one of another form, or one that contradicts an earlier one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines: BTreeMap<Date, (bool, usize)> = BTreeMap::new();
        let text = text.trim_start_matches('\u{feff}');
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let Some((day, worked)) = listed_day(line) else {
                return Err(format!(
                    "第 {number} 行“{line}”应写成 2026-01-01 休 或 2026-01-04 班"
                ));
            };
            let (before, earlier) = *lines.entry(day).or_insert((worked, number));
            if before != worked {
                return Err(format!(
                    "第 {number} 行“{line}”与第 {earlier} 行相反：同一日只能是“休”或“班”"
                ));
            }
        }
        let listed = lines.into_iter().map(|(day, (worked, _))| (day, worked));
        Ok(Self {
            listed: listed.collect(),
        })
    }

    /// This calendar with further lines, which go before its own.
    #[must_use]
    pub fn with(mut self, further: Self) -> Self {
        self.listed.extend(further.listed);
        self
    }

    /// Whether the day is worked: as listed, else Monday to Friday.
    pub fn is_working(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.listed.get(&day).copied().unwrap_or(!weekend)
    }

    /// The last day of a term of so many working days, which begins on the day after `from`
    /// (民法典 第二百零一条). A term of none ends on `from` itself.
    ///
    /// Returns [`Date::MAX`] when the term ends on no day that can be named.
    pub fn deadline(&self, from: Date, days: u32) -> Date {
        let Some(before_last) = days.checked_sub(1) else {
            return from;
        };
        // A calendar may list a whole year as off; the search must still end.
        let steps = (days as usize).saturating_mul(7).saturating_add(400);
        days_after(from)
            .take(steps)
            .filter(|&day| self.is_working(day))
            .nth(before_last as usize)
            .unwrap_or(Date::MAX)
    }

    /// How many working days `today` is past the deadline; today counts, the deadline does not.
    /// At most 9999.
    pub fn overdue(&self, deadline: Date, today: Date) -> u32 {
        let past = days_after(deadline)
            .take_while(|&day| day <= today)
            .filter(|&day| self.is_working(day));
        // The range comes first, so that nothing is sought beyond the last that counts.
        (1..=MOST_OVERDUE)
            .zip(past)
            .last()
            .map_or(0, |(count, _)| count)
    }

    /// Whether the year's notice is listed. New Year's Day stands for it: every notice names it,
    /// while other days may be single ones of a neighbouring year's notice or of a place.
    pub fn covers(&self, year: i16) -> bool {
        Date::new(year, 1, 1).is_ok_and(|day| self.listed.contains_key(&day))
    }
}

/// The day a line lists, and whether it is worked.
fn listed_day(line: &str) -> Option<(Date, bool)> {
    let (day, word) = line.split_once(char::is_whitespace)?;
    let worked = match word.trim_start() {
        "班" => true,
        "休" => false,
        _ => return None,
    };
    Some((date::parse(day)?, worked))
}

/// The days after the day, to the last that can be named.
fn days_after(day: Date) -> impl Iterator<Item = Date> {
    successors(day.tomorrow().ok(), |day| day.tomorrow().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        date::parse(text).unwrap()
    }

    fn notices() -> Calendar {
        Calendar::parse(crate::assets::index_text("holidays.txt")).unwrap()
    }

    #[test]
    fn terms_end_where_the_calendar_says() {
        let calendar = notices();
        for (from, days, end) in [
            ("2026-09-28", 0, "2026-09-28"),
            // National Day, 1 to 7 October; Saturday 10 October is worked.
            ("2026-09-28", 1, "2026-09-29"),
            ("2026-09-28", 2, "2026-09-30"),
            ("2026-09-28", 3, "2026-10-08"),
            ("2026-09-30", 1, "2026-10-08"),
            ("2026-10-03", 1, "2026-10-08"),
            ("2026-09-28", 4, "2026-10-09"),
            ("2026-09-28", 5, "2026-10-10"),
            ("2026-09-28", 6, "2026-10-12"),
            // A weekend like any other.
            ("2026-07-10", 1, "2026-07-13"),
            ("2026-07-11", 1, "2026-07-13"),
            ("2026-07-11", 0, "2026-07-11"),
            ("2026-07-10", 6, "2026-07-20"),
            // Spring Festival: 10 to 14 February are five, 24 to 28 five, 2 to 6 March five.
            ("2026-02-09", 5, "2026-02-14"),
            ("2026-02-09", 6, "2026-02-24"),
            ("2026-02-09", 10, "2026-02-28"),
            ("2026-02-09", 15, "2026-03-06"),
        ] {
            assert_eq!(
                calendar.deadline(day(from), days),
                day(end),
                "{from} + {days}"
            );
        }
    }

    #[test]
    fn days_past_the_deadline_are_working_days() {
        let calendar = notices();
        for (deadline, today, count) in [
            ("2026-09-30", "2026-09-29", 0),
            ("2026-09-30", "2026-09-30", 0),
            ("2026-09-30", "2026-10-07", 0),
            ("2026-09-30", "2026-10-08", 1),
            ("2026-09-30", "2026-10-11", 3),
            ("2026-09-30", "2026-10-12", 4),
            ("1949-10-01", "2199-12-31", 9999),
        ] {
            let found = calendar.overdue(day(deadline), day(today));
            assert_eq!(found, count, "{deadline} to {today}");
        }
        assert_eq!(calendar.overdue(Date::MAX, Date::MAX), 0);
        assert_eq!(calendar.overdue(Date::MIN, Date::MAX), 9999);
    }

    #[test]
    fn the_notices_are_listed_whole() {
        let calendar = notices();
        // A year without its weekends and its public holidays: 11 to 2024, 13 since 2025.
        for (year, working) in [(2024, 251), (2025, 248), (2026, 248)] {
            assert!(calendar.covers(year), "{year}");
            let eve = Date::constant(year - 1, 12, 31);
            let last = Date::constant(year, 12, 31);
            assert_eq!(calendar.overdue(eve, last), working, "{year}");
        }
        for year in [2023, 2027, i16::MAX] {
            assert!(!calendar.covers(year), "{year}");
        }
        let worked = calendar.listed.iter().filter(|(_, worked)| **worked);
        for (day, _) in worked {
            assert!(!Calendar::default().is_working(*day), "{day}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for (text, problem) in [
            (
                "# 元旦\n\n2026-13-01 休",
                "第 3 行“2026-13-01 休”应写成 2026-01-01 休 或 2026-01-04 班",
            ),
            (
                "2026-01-01",
                "第 1 行“2026-01-01”应写成 2026-01-01 休 或 2026-01-04 班",
            ),
            (
                "2026-01-01 假 # 元旦",
                "第 1 行“2026-01-01 假”应写成 2026-01-01 休 或 2026-01-04 班",
            ),
            (
                "2026-01-01 休 元旦",
                "第 1 行“2026-01-01 休 元旦”应写成 2026-01-01 休 或 2026-01-04 班",
            ),
            (
                "2026-01-04 班\n2026-01-03 休\n2026-01-04 休",
                "第 3 行“2026-01-04 休”与第 1 行相反：同一日只能是“休”或“班”",
            ),
        ] {
            assert_eq!(Calendar::parse(text).unwrap_err(), problem);
        }
    }

    #[test]
    fn comments_blanks_and_repeated_lines_are_no_problem() {
        let text =
            "\u{feff}# 元旦\r\n2026-01-01\t休 # 周四\r\n\r\n 2026-01-04　班\r\n2026-01-01 休\r\n";
        let calendar = Calendar::parse(text).unwrap();
        assert!(!calendar.is_working(day("2026-01-01")));
        assert!(calendar.is_working(day("2026-01-04")));
        assert!(!Calendar::parse("").unwrap().covers(2026));
    }

    #[test]
    fn further_lines_go_before() {
        let further = "2026-10-07 班\n2026-10-08 休\n2027-05-03 休";
        let calendar = notices().with(Calendar::parse(further).unwrap());
        assert_eq!(calendar.deadline(day("2026-09-30"), 1), day("2026-10-07"));
        assert_eq!(calendar.deadline(day("2026-09-30"), 2), day("2026-10-09"));
        // A single day does not make a year's notice.
        assert!(calendar.covers(2026) && !calendar.covers(2027));
    }

    #[test]
    fn a_term_that_never_ends_is_given_up() {
        let calendar = Calendar {
            listed: days_after(day("2026-01-01"))
                .take(1000)
                .map(|day| (day, false))
                .collect(),
        };
        assert_eq!(calendar.deadline(day("2026-01-01"), 1), Date::MAX);
        assert_eq!(calendar.deadline(Date::MAX, 1), Date::MAX);
        assert_eq!(calendar.deadline(Date::MAX, 0), Date::MAX);
        assert_eq!(Calendar::default().deadline(Date::MIN, u32::MAX), Date::MAX);
    }

    /// A calendar of days listed at random around 2026.
    fn calendars() -> impl Strategy<Value = Calendar> {
        prop::collection::btree_map(0usize..400, any::<bool>(), 0..120).prop_map(|listed| {
            let days: Vec<Date> = days_after(day("2025-12-31")).take(400).collect();
            Calendar {
                listed: listed
                    .into_iter()
                    .map(|(at, worked)| (days[at], worked))
                    .collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn a_term_holds_its_working_days(calendar in calendars(), skip in 0usize..400, days in 1u32..200) {
            let from = days_after(day("2025-12-01")).nth(skip).unwrap();
            let deadline = calendar.deadline(from, days);
            prop_assert!(calendar.is_working(deadline));
            let held = days_after(from)
                .take_while(|&day| day <= deadline)
                .filter(|&day| calendar.is_working(day))
                .count();
            prop_assert_eq!(held, days as usize);
            prop_assert_eq!(calendar.overdue(from, deadline), days);
            prop_assert_eq!(calendar.overdue(deadline, from), 0);
        }

        #[test]
        fn reading_never_panics(text in "[-0-9休班# \\n]{0,60}|.{0,60}") {
            let _ = Calendar::parse(&text);
        }
    }
}
