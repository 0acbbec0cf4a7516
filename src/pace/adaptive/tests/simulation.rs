//! Nights of overlapping calls against limiters of several makes: an event queue with several calls
//! in flight, random latencies, replies out of order.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use crate::pace::adaptive::*;

const NIGHT: f64 = 36_000.0;
const HOUR: f64 = 3_600.0;
const UNLIMITED: f64 = f64::INFINITY;

/// What stands between the run and the ERP.
#[derive(Clone, Copy, Debug)]
enum Make {
    /// So many calls in each minute, which begin at a random phase.
    Fixed,
    /// So many calls in any minute.
    Sliding,
    /// A token bucket that holds a minute's calls.
    Bucket,
    /// As `Fixed`, but who exceeds it is shut out for so long, from each call on if `prolonged`.
    PenaltyBox { shut: f64, prolonged: bool },
    /// As `Fixed`, but others use 40 % of it every second hour.
    Shared,
}

const MAKES: [Make; 8] = [
    Make::Fixed,
    Make::Sliding,
    Make::Bucket,
    Make::PenaltyBox {
        shut: 300.0,
        prolonged: false,
    },
    Make::PenaltyBox {
        shut: 600.0,
        prolonged: false,
    },
    Make::PenaltyBox {
        shut: 300.0,
        prolonged: true,
    },
    Make::PenaltyBox {
        shut: 600.0,
        prolonged: true,
    },
    Make::Shared,
];

struct Gate {
    make: Make,
    limit: f64,
    phase: f64,
    admitted: VecDeque<f64>,
    tokens: f64,
    filled_at: f64,
    shut_until: f64,
}

impl Gate {
    fn limit_at(&self, now: f64) -> f64 {
        let busy = ((now + self.phase * 60.0) / HOUR) as u64 % 2 == 1;
        match self.make {
            Make::Shared if busy => (self.limit * 0.6).floor(),
            _ => self.limit,
        }
    }

    fn admits(&mut self, now: f64) -> bool {
        if now < self.shut_until {
            if let Make::PenaltyBox {
                shut,
                prolonged: true,
            } = self.make
            {
                self.shut_until = now + shut;
            }
            return false;
        }
        let window_began = match self.make {
            Make::Bucket => {
                let more = (now - self.filled_at) * self.limit / MINUTE;
                self.tokens = (self.tokens + more).min(self.limit);
                self.filled_at = now;
                let admits = self.tokens >= 1.0;
                self.tokens -= f64::from(u8::from(admits));
                return admits;
            }
            Make::Sliding => now - MINUTE,
            _ => ((now + self.phase) / MINUTE).floor() * MINUTE - self.phase,
        };
        while self.admitted.front().is_some_and(|&at| at < window_began) {
            self.admitted.pop_front();
        }
        let admits = (self.admitted.len() as f64) < self.limit_at(now);
        if admits {
            self.admitted.push_back(now);
        } else if let Make::PenaltyBox { shut, .. } = self.make {
            self.shut_until = now + shut;
        }
        admits
    }
}

/// Numbers from 0 to 1 (xorshift), the same ones for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[derive(Clone, Copy)]
struct Call {
    started: f64,
    back: f64,
    /// `None` until it has arrived.
    admitted: Option<bool>,
}

/// A call that arrives at the ERP or is answered, at a time; the earliest first.
struct Due(f64, Call);

impl Ord for Due {
    fn cmp(&self, other: &Due) -> Ordering {
        self.0.total_cmp(&other.0).reverse()
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Due {}

#[derive(Clone, Copy, Debug)]
struct Setting {
    make: Make,
    limit: f64,
    start: f64,
    ceiling: f64,
    workers: usize,
    seed: u64,
}

#[derive(Debug)]
struct Night {
    /// Shares of what could be used: in all, and in the worst hour after the second.
    used: f64,
    worst_hour: f64,
    throttled: u32,
    above_ceiling: bool,
}

fn simulate(setting: Setting) -> Night {
    let Setting { ceiling, .. } = setting;
    let mut random = Random(setting.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..10 {
        random.next();
    }
    let mut gate = Gate {
        make: setting.make,
        limit: setting.limit,
        phase: random.next() * MINUTE,
        admitted: VecDeque::new(),
        tokens: setting.limit,
        filled_at: 0.0,
        shut_until: 0.0,
    };
    // Latencies are from 0.05 s to at most 3 s.
    let spread = random.next() * 2.95;
    let mut pace = AdaptiveRate::new(setting.start, ceiling, setting.workers);
    let (mut due, mut in_flight, mut next) = (BinaryHeap::new(), 0, 0.0_f64);
    let mut used = [0.0; 10];
    let (mut throttled, mut above_ceiling, mut now) = (0, false, 0.0_f64);
    loop {
        let free = in_flight < pace.max_in_flight();
        let can = now.max(next).max(pace.resume_at().as_secs_f64());
        let earliest = due.peek().map(|&Due(at, _)| at);
        if free && earliest.is_none_or(|at| can <= at) {
            now = can;
            if now >= NIGHT {
                break;
            }
            let latency = 0.05 + random.next() * spread;
            let call = Call {
                started: now,
                back: now + latency,
                admitted: None,
            };
            due.push(Due(now + latency * random.next(), call));
            in_flight += 1;
            next = now + interval(pace.rate).expect("limited").as_secs_f64();
            continue;
        }
        let Due(at, mut call) = due.pop().expect("a call in flight");
        now = now.max(at);
        let (started, back) = (call.started, call.back);
        let times = || {
            let at = Duration::from_secs_f64;
            (at(started), at(back))
        };
        match call.admitted {
            None => {
                call.admitted = Some(gate.admits(at));
                due.push(Due(back, call));
                continue;
            }
            Some(true) => {
                let (started, back) = times();
                pace.passed(started, back);
                if let Some(hour) = used.get_mut((at / HOUR) as usize) {
                    *hour += 1.0;
                }
            }
            Some(false) => {
                let (started, back) = times();
                let _ = pace.throttled(started, back, Limit::Rate, None);
                throttled += 1;
            }
        }
        in_flight -= 1;
        above_ceiling |= pace.rate > ceiling;
    }
    // Calls come back unevenly: workers near their bound are not busy all the time.
    let carried = 0.85 * setting.workers as f64 * MINUTE / (0.05 + spread / 2.0);
    let usable = |hour: usize| -> f64 {
        let minutes = (0..60).map(|minute| hour as f64 * HOUR + f64::from(minute) * MINUTE + 30.0);
        let most = minutes.map(|at| gate.limit_at(at).min(ceiling).min(carried));
        most.sum()
    };
    let hours = used.iter().enumerate();
    Night {
        used: used.iter().sum::<f64>() / (0..10).map(usable).sum::<f64>(),
        worst_hour: hours
            .skip(2)
            .map(|(hour, used)| used / usable(hour))
            .fold(1.0, f64::min),
        throttled,
        above_ceiling,
    }
}

/// Nights against a limiter. A debug build, which is slow, takes one in twenty, others for each
/// limiter, and no limit at which it makes hundreds of thousands of calls.
fn settings(make: Make) -> Vec<Setting> {
    let debug = cfg!(debug_assertions);
    let mut settings = Vec::new();
    for limit in [7.0, 20.0, 37.0, 60.0, 90.0, 200.0, 600.0] {
        for (start, ceiling) in [
            (55.0, 55.0),
            (55.0, 600.0),
            (55.0, UNLIMITED),
            (600.0, 600.0),
            (600.0, UNLIMITED),
        ] {
            for seed in 1..=20 {
                for workers in [4, 30] {
                    settings.push(Setting {
                        make,
                        limit,
                        start,
                        ceiling,
                        workers,
                        // No two limits share the luck of their nights.
                        seed: seed * 1_000 + limit as u64,
                    });
                }
            }
        }
    }
    let first = if debug { format!("{make:?}").len() } else { 0 };
    let every = if debug { 19 } else { 1 };
    let slow = |setting: &Setting| debug && setting.limit > 90.0;
    let some = settings.into_iter().skip(first).step_by(every);
    some.filter(|setting| !slow(setting)).collect()
}

/// What is used of the limit on average, and at the least in one night.
fn bars(make: Make) -> (f64, f64) {
    match make {
        Make::PenaltyBox { .. } => (0.90, 0.80),
        Make::Shared => (0.85, 0.70),
        _ => (0.95, 0.90),
    }
}

#[test]
fn the_limit_is_found_and_used_and_seldom_exceeded() {
    let mut failures = Vec::new();
    for make in MAKES {
        let (on_average, at_least) = bars(make);
        let mut used = Vec::new();
        for setting in settings(make) {
            let night = simulate(setting);
            used.push(night.used);
            // At hundreds of calls a minute a dozen are in flight, and throttled together.
            let most = if setting.limit > 90.0 { 110 } else { 65 };
            let collapsed = night.used < at_least || night.worst_hour < 0.5;
            if collapsed || night.throttled > most || night.above_ceiling {
                failures.push(format!("{setting:?}: {night:?}"));
            }
        }
        let mean = used.iter().sum::<f64>() / used.len() as f64;
        println!("{make:?}: {mean:.3} of {} nights", used.len());
        if mean < on_average {
            failures.push(format!("{make:?}: {mean:.3} on average"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Started far above the limit, against a limiter that shuts callers out for minutes: replies of
/// calls that started before a throttle say nothing, and what half a minute let through is no limit.
#[test]
fn a_start_far_too_fast_does_not_end_in_a_crawl() {
    for limit in [37.0, 60.0, 90.0] {
        for seed in 1..=5 {
            let setting = Setting {
                make: Make::PenaltyBox {
                    shut: 300.0,
                    prolonged: false,
                },
                limit,
                start: 600.0,
                ceiling: 600.0,
                workers: 4,
                seed,
            };
            let night = simulate(setting);
            assert!(
                night.used > 0.85 && night.worst_hour > 0.5,
                "{setting:?}: {night:?}"
            );
        }
    }
}
