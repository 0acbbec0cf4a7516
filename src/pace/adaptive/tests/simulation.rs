//! Nights of overlapping calls against limiters of several makes: an event queue with several calls
//! in flight, random latencies, replies out of order. Time is simulated, too.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::{AdaptiveRate, KnownRates, Limit, RateLimit, Workers};

const MINUTE: f64 = 60.0;
const PART: f64 = 10.0 * MINUTE;
const HOUR: f64 = 60.0 * MINUTE;
const NIGHT: f64 = 10.0 * HOUR;
/// A call that is not answered in time is lost, whatever became of it.
const TIMEOUT: f64 = 30.0;
/// What `--give-up-after` allows.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// No server is so slow that it carries fewer calls a minute.
const CARRIES: f64 = 14.0;

/// What stands between the run and the ERP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Make {
    /// So many calls in each minute, which begin at a random phase.
    Fixed,
    /// So many calls in any minute.
    Sliding,
    /// A token bucket that holds a minute's calls.
    Bucket,
    /// As `Fixed`, but who exceeds it is shut out for so long, from each call on if `prolonged`.
    Penalty { shut: f64, prolonged: bool },
    /// As `Fixed`, and says when the minute is over, or always that it is in a second.
    RetryAfter { true_wait: bool },
    /// As `Fixed`, but the first minute is used up before the run begins.
    UsedUp,
    /// As `Fixed`, but others use 40 % of it every second hour. Half of the nights begin in one.
    Shared,
    /// As `Fixed`, but others use this share of it in half of all ten minutes.
    Bursts(f64),
    /// As `Fixed`, but once a night the limit is halved or doubled.
    Moved,
    /// As `Fixed`, but the server carries this share of it, and grows slow beyond that.
    Slow(f64),
}

pub const MAKES: [Make; 16] = [
    Make::Fixed,
    Make::Sliding,
    Make::Bucket,
    Make::Penalty {
        shut: 300.0,
        prolonged: false,
    },
    Make::Penalty {
        shut: 600.0,
        prolonged: false,
    },
    Make::Penalty {
        shut: 300.0,
        prolonged: true,
    },
    Make::Penalty {
        shut: 600.0,
        prolonged: true,
    },
    Make::RetryAfter { true_wait: true },
    Make::RetryAfter { true_wait: false },
    Make::UsedUp,
    Make::Shared,
    Make::Bursts(0.4),
    Make::Bursts(0.8),
    Make::Moved,
    Make::Slow(1.5),
    Make::Slow(0.7),
];

struct Gate {
    make: Make,
    limit: f64,
    /// When, before the night, a minute began, and two hours.
    minute_began: f64,
    hours_began: f64,
    busy: Vec<bool>,
    moved_at: f64,
    moved_by: f64,
    admitted: VecDeque<f64>,
    tokens: f64,
    filled_at: f64,
    shut_until: f64,
    /// When the server has done all that it has been given.
    idle_at: f64,
}

impl Gate {
    fn new(make: Make, limit: f64, random: &mut Random) -> Gate {
        Gate {
            make,
            limit,
            moved_by: if random.next() < 0.5 { 0.5 } else { 2.0 },
            minute_began: random.next() * MINUTE,
            hours_began: random.next() * 2.0 * HOUR,
            busy: (0..=60).map(|_| random.next() < 0.5).collect(),
            moved_at: random.next() * NIGHT,
            admitted: VecDeque::new(),
            tokens: limit,
            filled_at: 0.0,
            shut_until: 0.0,
            idle_at: 0.0,
        }
    }

    fn limit_at(&self, now: f64) -> f64 {
        let share = match self.make {
            Make::UsedUp if self.window_began(now) <= 0.0 => 0.0,
            Make::Shared if (now + self.hours_began) / HOUR % 2.0 >= 1.0 => 0.6,
            Make::Bursts(others) if self.busy[(now / PART) as usize] => 1.0 - others,
            Make::Moved if now >= self.moved_at => self.moved_by,
            _ => 1.0,
        };
        (self.limit * share).floor()
    }

    /// What the server carries in a minute.
    fn carries(&self) -> f64 {
        match self.make {
            Make::Slow(share) => (self.limit * share).max(CARRIES),
            _ => f64::INFINITY,
        }
    }

    fn window_began(&self, now: f64) -> f64 {
        match self.make {
            Make::Sliding => now - MINUTE,
            _ => ((now + self.minute_began) / MINUTE).floor() * MINUTE - self.minute_began,
        }
    }

    fn admits(&mut self, now: f64) -> bool {
        if let Make::Penalty { shut, prolonged } = self.make
            && now < self.shut_until
        {
            if prolonged {
                self.shut_until = now + shut;
            }
            return false;
        }
        if self.make == Make::Bucket {
            let more = (now - self.filled_at) * self.limit / MINUTE;
            self.tokens = (self.tokens + more).min(self.limit);
            self.filled_at = now;
            let admits = self.tokens >= 1.0;
            self.tokens -= f64::from(u8::from(admits));
            return admits;
        }
        let began = self.window_began(now);
        while self.admitted.front().is_some_and(|&at| at < began) {
            self.admitted.pop_front();
        }
        let admits = (self.admitted.len() as f64) < self.limit_at(now);
        if admits {
            self.admitted.push_back(now);
        } else if let Make::Penalty { shut, .. } = self.make {
            self.shut_until = now + shut;
        }
        admits
    }

    fn retry_after(&self, now: f64) -> Option<Duration> {
        let wait = match self.make {
            Make::RetryAfter { true_wait: true } => self.window_began(now) + MINUTE - now,
            Make::RetryAfter { true_wait: false } => 1.0,
            _ => return None,
        };
        Some(Duration::from_secs_f64(wait.ceil()))
    }

    /// How long a call that was let in takes in the server.
    fn serve(&mut self, now: f64) -> f64 {
        self.idle_at = self.idle_at.max(now) + MINUTE / self.carries();
        self.idle_at - now
    }
}

/// Numbers from 0 to 1 (xorshift), the same ones for the same seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..10 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A call that arrives at the ERP, or ends: then with what became of it.
#[derive(Clone, Copy)]
struct Call {
    started: f64,
    way_back: f64,
    end: Option<End>,
}

#[derive(Clone, Copy)]
enum End {
    Passed,
    Throttled(Option<Duration>),
    Lost,
}

/// What is due, the earliest first, in nanoseconds, which have an order.
#[derive(Default)]
struct Agenda {
    due: BinaryHeap<(Reverse<u64>, usize)>,
    calls: Vec<Call>,
    free: Vec<usize>,
}

impl Agenda {
    fn in_flight(&self) -> usize {
        self.calls.len() - self.free.len()
    }

    fn next_at(&self) -> Option<f64> {
        let (Reverse(at), _) = self.due.peek()?;
        Some(*at as f64 / 1e9)
    }

    fn pop(&mut self) -> (f64, Call) {
        let (Reverse(at), slot) = self.due.pop().expect("a call in flight");
        self.free.push(slot);
        (at as f64 / 1e9, self.calls[slot])
    }

    fn push(&mut self, at: f64, call: Call) {
        let slot = self.free.pop().unwrap_or(self.calls.len());
        if slot == self.calls.len() {
            self.calls.push(call);
        } else {
            self.calls[slot] = call;
        }
        self.due.push((Reverse((at * 1e9) as u64), slot));
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub make: Make,
    pub limit: f64,
    pub rate: &'static str,
    pub workers: &'static str,
    pub seed: u64,
}

/// A night, and the shares of what could be used.
#[derive(Debug)]
pub struct Night {
    pub used: f64,
    /// The worst hour after the second.
    pub worst_hour: f64,
    pub first_hour: f64,
    pub ten_minutes: f64,
    pub throttled: u32,
    pub above_ceiling: bool,
    pub known: Option<KnownRates>,
}

pub fn simulate(setting: Setting, length: f64, known: Option<KnownRates>) -> Night {
    let limit: RateLimit = setting.rate.parse().expect("a rate");
    let workers: Workers = setting.workers.parse().expect("workers");
    let ceiling = match limit {
        RateLimit::Limited { .. } => limit.interval(),
        RateLimit::Auto | RateLimit::Unlimited => None,
    };
    let mut random = Random::new(setting.seed);
    let mut gate = Gate::new(setting.make, setting.limit, &mut random);
    // Latencies are from 0.05 s to at most 3 s.
    let spread = random.next() * 2.95;
    let mut pace = AdaptiveRate::new(limit, workers, known, LONGEST_WAIT);
    let mut agenda = Agenda::default();
    let (mut now, mut next) = (0.0_f64, 0.0_f64);
    let mut passed = [0.0; (NIGHT / PART) as usize];
    let (mut throttled, mut above_ceiling) = (0, false);
    loop {
        let can_start = now.max(next).max(pace.resume_at().as_secs_f64());
        let may_start = agenda.in_flight() < pace.max_in_flight();
        if may_start && agenda.next_at().is_none_or(|at| can_start <= at) {
            now = can_start;
            if now >= length {
                break;
            }
            let latency = 0.05 + random.next() * spread;
            let way_there = latency * random.next();
            let call = Call {
                started: now,
                way_back: latency - way_there,
                end: None,
            };
            agenda.push(now + way_there, call);
            let interval = pace.interval();
            above_ceiling |= ceiling.is_some() && interval < ceiling;
            next = now + interval.map_or(0.0, |interval| interval.as_secs_f64());
            continue;
        }
        let (at, mut call) = agenda.pop();
        now = now.max(at);
        let started = Duration::from_secs_f64(call.started);
        let known_at = Duration::from_secs_f64(now);
        match call.end {
            None => {
                let (end, back) = if gate.admits(now) {
                    (End::Passed, now + gate.serve(now) + call.way_back)
                } else {
                    let end = End::Throttled(gate.retry_after(now));
                    (end, now + call.way_back)
                };
                let late = call.started + TIMEOUT;
                call.end = Some(if back > late { End::Lost } else { end });
                agenda.push(back.min(late), call);
            }
            Some(End::Passed) => {
                pace.passed(started, known_at);
                passed[(call.started / PART) as usize] += 1.0;
            }
            Some(End::Throttled(retry_after)) => {
                let _ = pace.throttled(started, known_at, Limit::Rate, retry_after);
                throttled += 1;
            }
            Some(End::Lost) => {}
        }
        if call.end.is_some() {
            pace.ended(started, known_at);
        }
    }
    // Calls come back unevenly: workers near their bound are not busy all the time.
    let workers = 0.85 * workers.for_rate(limit) as f64;
    let most = (workers * MINUTE / (0.05 + spread / 2.0))
        .min(gate.carries())
        .min(ceiling.map_or(f64::INFINITY, |interval| MINUTE / interval.as_secs_f64()));
    let usable = |part: usize| -> f64 {
        let minutes = (0..10).map(|minute| part as f64 * PART + (f64::from(minute) + 0.5) * MINUTE);
        minutes.map(|at| gate.limit_at(at).min(most)).sum()
    };
    let share = |parts: Range<usize>| {
        let calls: f64 = passed[parts.clone()].iter().sum();
        calls / parts.map(usable).sum::<f64>()
    };
    let hours = 2..(length / HOUR) as usize;
    Night {
        used: share(0..(length / PART) as usize),
        worst_hour: hours
            .map(|hour| share(hour * 6..hour * 6 + 6))
            .fold(1.0, f64::min),
        first_hour: share(0..6),
        ten_minutes: share(0..1),
        throttled,
        above_ceiling,
        known: pace.known(),
    }
}

/// So many nights against a limiter of a make, at each limit and rate.
pub fn nights(make: Make, limits: &[f64], rates: &[&'static str], of_each: u64) -> Vec<Setting> {
    let mut settings = Vec::new();
    for &limit in limits {
        for &rate in rates {
            for n in 1..=of_each {
                settings.push(Setting {
                    make,
                    limit,
                    rate,
                    workers: "auto",
                    // No two limits share the luck of their nights.
                    seed: n * 1_000 + limit as u64,
                });
            }
        }
    }
    settings
}

/// What nights have in common.
#[derive(Debug, Default)]
pub struct Summary {
    pub mean: f64,
    pub worst: f64,
    pub worst_hour: f64,
    /// Nights with an hour after the second below a half.
    pub below_half: usize,
    pub ten_minutes: f64,
    pub first_hour: f64,
    /// Of the night after, which knows the rates of the one before.
    pub known_ten_minutes: f64,
    pub known_first_hour: f64,
    pub throttled: f64,
    pub most_throttled: u32,
}

impl Summary {
    pub const HEADER: &str =
        "mean worst | worst hour, nights < 50 | 10 min, hour | the night after | throttled, most";

    pub fn of(settings: &[Setting]) -> Summary {
        let mut sum = Summary {
            worst: 1.0,
            worst_hour: 1.0,
            ..Summary::default()
        };
        let share = 1.0 / settings.len() as f64;
        for &setting in settings {
            let night = simulate(setting, NIGHT, None);
            assert!(!night.above_ceiling, "{setting:?}");
            let seed = setting.seed + 500;
            let next = simulate(Setting { seed, ..setting }, HOUR, night.known);
            sum.mean += night.used * share;
            sum.worst = sum.worst.min(night.used);
            sum.worst_hour = sum.worst_hour.min(night.worst_hour);
            sum.below_half += usize::from(night.worst_hour < 0.5);
            sum.ten_minutes += night.ten_minutes * share;
            sum.first_hour += night.first_hour * share;
            sum.known_ten_minutes += next.ten_minutes * share;
            sum.known_first_hour += next.first_hour * share;
            sum.throttled += f64::from(night.throttled) * share;
            sum.most_throttled = sum.most_throttled.max(night.throttled);
        }
        sum
    }
}

/// A line below [`Summary::HEADER`], in hundredths of what could be used.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |share: f64| share * 100.0;
        write!(
            f,
            "{:4.1} {:5.1} | {:10.1} {:13} | {:6.1} {:5.1} | {:9.1} {:5.1} | {:9.1} {:5}",
            of(self.mean),
            of(self.worst),
            of(self.worst_hour),
            self.below_half,
            of(self.ten_minutes),
            of(self.first_hour),
            of(self.known_ten_minutes),
            of(self.known_first_hour),
            self.throttled,
            self.most_throttled
        )
    }
}
