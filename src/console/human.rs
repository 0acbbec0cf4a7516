//! Numbers as people read them.

use std::time::Duration;

use jiff::ZonedDateTime;

use crate::files::Status;
pub use crate::text::{counted, duration};

/// How far this machine's clock is from the ERP's, which is `offset` seconds ahead of it.
pub fn clock_difference(offset: i64) -> String {
    let time = duration(Duration::from_secs(offset.unsigned_abs()));
    let direction = if offset < 0 { "ahead of" } else { "behind" };
    format!("{time} {direction} the ERP's")
}

/// A time of day, with its date if that is not today's.
pub fn clock_time(at: &ZonedDateTime, now: &ZonedDateTime) -> String {
    let format = match at.date() == now.date() {
        true => "%H:%M",
        false => "%Y-%m-%d %H:%M",
    };
    at.strftime(format).to_string()
}

/// What clocks show now, for lines that tell of something that happens.
pub fn time_now() -> String {
    ZonedDateTime::now().strftime("%H:%M:%S").to_string()
}

/// How many rows ended how; what did not occur is left out, but for `ok`.
pub fn by_status(counts: impl IntoIterator<Item = (Status, u64)>) -> String {
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|&(status, rows)| rows > 0 || status == Status::Ok)
        .map(|(status, rows)| format!("{rows} {status}"))
        .collect();
    counts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_their_two_largest_units() {
        for (ms, text) in [
            (0, "0.0 s"),
            (1_540, "1.5 s"),
            (59_999, "59 s"),
            (125_000, "2 min 05 s"),
            (3_660_000, "1 h 01 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn clocks_are_ahead_or_behind() {
        assert_eq!(clock_difference(600), "10 min 00 s behind the ERP's");
        assert_eq!(clock_difference(-30), "30 s ahead of the ERP's");
    }

    #[test]
    fn one_and_many() {
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(0, "row", "rows"), "0 rows");
    }
}
