//! Days, instants and the clock's interface. The register's days are days in Asia/Shanghai.
//! Must not read the system clock: whoever needs the time is given a [`Clock`].

pub use jiff::Timestamp;
pub use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// China has kept UTC+8 without summer time since 1991, so no time-zone database is needed.
pub fn shanghai() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// Source of the current instant; injected so that effective dates can be tested.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Today in Asia/Shanghai.
    fn today(&self) -> Date {
        shanghai().to_datetime(self.now()).date()
    }
}

/// `2026年11月23日`, the form shown to readers.
pub fn chinese(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Reads `2026-11-23`, `2026/11/23`, `2026.11.23`, `20261123` or `2026年11月23日`.
///
/// Returns `None` for anything else, including days that do not exist (11月31日) and years that no
/// list can name.
pub fn parse(text: &str) -> Option<Date> {
    let text = text.trim();
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.split(['-', '/', '.', '年', '月', '日'])
            .filter(|p| !p.is_empty())
            .collect()
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1949..=2199).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_lists_use() {
        for text in [
            "2026-11-23",
            "2026/11/23",
            "2026.11.23",
            "20261123",
            "2026年11月23日",
        ] {
            assert_eq!(
                parse(text).map(chinese).as_deref(),
                Some("2026年11月23日"),
                "{text}"
            );
        }
        for text in ["2026年11月31日", "11月23日", "2026", "", "二〇二六年"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
