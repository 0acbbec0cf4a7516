//! What lies ahead: how many calls and until when, and what is sent.

use jiff::ZonedDateTime;

use crate::language::say;
use crate::pace::{Pacing, RateLimit};
use crate::run::{Preview, Sent};
use crate::text::{self, clock_time, duration, first_of, quoted};

/// How many calls, at what pace, until when, and what a deadline leaves of them.
pub fn forecast(calls: u64, pacing: &Pacing, now: &ZonedDateTime) -> String {
    if calls == 0 {
        return say!("forecast-none");
    }
    let planned = calls_and_pace(text::calls(calls), pacing);
    let zone = || now.time_zone().clone();
    let deadline = pacing.deadline.map(|at| at.to_zoned_datetime(zone()));
    let deadline = deadline.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
    let Some(time) = pacing.time_for(calls) else {
        return match deadline {
            Some(at) => say!("forecast-latest", calls = planned, deadline = at),
            None => planned,
        };
    };
    let end = clock_time(&now.saturating_add(time), now);
    let time = duration(time);
    let Some(deadline) = deadline else {
        return say!("forecast-end", calls = planned, time = time, end = end);
    };
    match pacing.left_at_deadline(calls, now.timestamp()) {
        Some(left @ 1..) => say!(
            "forecast-left",
            calls = planned,
            time = time,
            deadline = deadline,
            left = text::orders(left)
        ),
        _ => {
            let planned = say!("forecast-end", calls = planned, time = time, end = end);
            say!("forecast-in-time", calls = planned, deadline = deadline)
        }
    }
}

fn calls_and_pace(calls: String, pacing: &Pacing) -> String {
    let workers = pacing.workers;
    // Where the last run of the account ended is where this one begins.
    let known = pacing.known_pace().map(|it| format!("{it:.0}/min"));
    let default = (pacing.rate == RateLimit::Auto).then(|| RateLimit::DEFAULT.to_string());
    match (known.or(default), pacing.rate) {
        (Some(first), _) => say!("forecast-auto", calls = calls, rate = first),
        (None, RateLimit::Unlimited) => {
            say!("forecast-unlimited", calls = calls, workers = workers)
        }
        (None, rate) => say!("forecast-limited", calls = calls, rate = rate.to_string()),
    }
}

pub fn preview(preview: &Preview, orders: u64) -> Vec<String> {
    let mut lines = match (&preview.first, &preview.last) {
        (Some(first), Some(last)) if first != last => {
            vec![sent("first", first), sent("last", last)]
        }
        (Some(only), _) => vec![sent("only", only)],
        (None, _) => Vec::new(),
    };
    let unlike = &preview.unlike;
    if unlike.orders > 0 {
        let places = unlike.first.iter();
        let places = places.map(|sent| {
            let line = say!("place-line", line = sent.line);
            format!("{line} {}", quoted(&sent.order))
        });
        let places = first_of(&places.collect::<Vec<_>>(), unlike.orders as usize);
        let orders = text::orders(orders);
        let count = unlike.orders;
        lines.push(say!(
            "preview-unlike",
            count = count,
            orders = orders,
            places = places
        ));
    }
    lines
}

fn sent(which: &str, sent: &Sent) -> String {
    let (order, flag) = (quoted(&sent.order), quoted(&sent.flag));
    let line = say!("place-line", line = sent.line);
    say!(
        "preview-sent",
        which = which,
        line = line,
        order = order,
        flag = flag
    )
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn calls_pace_end_and_what_a_deadline_leaves() {
        let now: ZonedDateTime = "2026-03-01T22:00[Asia/Shanghai]".parse().expect("a time");
        // Calls, rate and the hours to the deadline.
        for (of, expected) in [
            ("0 55/min 1", "no calls"),
            ("1 55/min", "1 call at 55/min: about 1.1 s, until 22:00"),
            (
                "3600 1/s 8",
                "3600 calls at 1/s: about 1 h 00 min, until 23:00, in time for 2026-03-02 06:00 (--deadline)",
            ),
            (
                "10000 60/min 2",
                "10000 calls at 60/min: about 2 h 47 min, but sending ends at 2026-03-02 00:00 (--deadline): about 2829 orders will be left",
            ),
            (
                "60 auto",
                "60 calls, 55/min at first and then faster: about 1 min 05 s, until 22:01",
            ),
            (
                "60 unlimited 1",
                "60 calls, 4 at once, as fast as they are answered, until 2026-03-01 23:00 at the latest (--deadline)",
            ),
        ] {
            let mut of = of.split(' ');
            let calls = of.next().expect("calls").parse().expect("a number");
            let rate = of.next().expect("a rate").parse().expect("a rate");
            let hours = of.next().map(|hours| hours.parse().expect("hours"));
            let deadline = hours.map(|hours| now.timestamp() + SignedDuration::from_hours(hours));
            let pacing = Pacing::new(rate, "4".parse().expect("workers"), None, deadline);
            assert_eq!(forecast(calls, &pacing, &now), expected);
        }
    }

    #[test]
    fn the_only_one_and_the_first_three_that_are_unlike() {
        let sent = |line: u64| Sent {
            line,
            order: format!("CG {line}"),
            flag: "加急\u{a0}".to_owned(),
        };
        let mut of = Preview {
            first: Some(sent(2)),
            last: Some(sent(2)),
            ..Preview::default()
        };
        of.unlike.orders = 4;
        of.unlike.first = [7, 8, 9].map(sent).into();
        assert_eq!(
            preview(&of, 500),
            [
                "first and last: line 2, \"CG 2\" gets \"加急\\u{a0}\"",
                "4 of 500 orders look different from the rest: line 7 \"CG 7\", line 8 \"CG 8\", line 9 \"CG 9\" and 1 more"
            ]
        );
    }
}
