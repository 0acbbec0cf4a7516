//! Nights of overlapping calls against limiters of several makes: an event queue with several calls
//! in flight, random latencies, replies out of order. Time is simulated, too.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::{AdaptiveRate, Limit, RateLimit, Workers};

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
    /// As `Fixed`, but who exceeds it is shut out for so long, and from each call on if so.
    Penalty(f64, bool),
    /// As `Fixed`, and says when the minute is over, or else always that it is in a second.
    RetryAfter(bool),
    /// As `Fixed`, but this share of the first minute is used up before the run begins.
    UsedUp(f64),
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
    Make::Penalty(300.0, false),
    Make::Penalty(600.0, false),
    Make::Penalty(300.0, true),
    Make::Penalty(600.0, true),
    Make::RetryAfter(true),
    Make::RetryAfter(false),
    Make::UsedUp(1.0),
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
            Make::UsedUp(used) if self.window_began(now) <= 0.0 => 1.0 - used,
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
        if let Make::Penalty(shut, prolonged) = self.make
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
        } else if let Make::Penalty(shut, _) = self.make {
            self.shut_until = now + shut;
        }
        admits
    }

    fn retry_after(&self, now: f64) -> Option<Duration> {
        let wait = match self.make {
            Make::RetryAfter(true) => self.window_began(now) + MINUTE - now,
            Make::RetryAfter(false) => 1.0,
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

/// What became of a call.
#[derive(Clone, Copy)]
enum End {
    Passed,
    Throttled(Option<Duration>),
    Lost,
}

fn ceiling_of(rate: RateLimit) -> Option<Duration> {
    match rate {
        RateLimit::Limited { .. } => rate.interval(),
        RateLimit::Auto | RateLimit::Unlimited => None,
    }
}

/// Makes calls until so many were let in, or the night is over, which take from 0.05 s to `spread`
/// more. Returns when those started that were let in.
fn play(
    gate: &mut Gate,
    rate: RateLimit,
    orders: usize,
    spread: f64,
    random: &mut Random,
) -> Vec<f64> {
    let workers = Workers::default();
    let ceiling = ceiling_of(rate);
    let mut pace = AdaptiveRate::new(rate, workers, None, LONGEST_WAIT);
    // What is due, the earliest first, in nanoseconds, which have an order.
    let mut due = BinaryHeap::new();
    // When they started, how long their way back is, and what became of them, once they arrived.
    let mut calls: Vec<(f64, f64, Option<End>)> = Vec::new();
    let nanos = |at: f64| (at * 1e9) as u64;
    let (mut now, mut next) = (0.0_f64, 0.0_f64);
    let mut passed = Vec::new();
    while passed.len() < orders {
        let can_start = now.max(next).max(pace.resume_at().as_secs_f64());
        let earliest = due.peek().map(|&Reverse((at, _))| at as f64 / 1e9);
        let may_start = due.len() < pace.max_in_flight();
        if may_start && earliest.is_none_or(|at| can_start <= at) {
            now = can_start;
            if now >= NIGHT {
                break;
            }
            let latency = 0.05 + random.next() * spread;
            let way_there = latency * random.next();
            due.push(Reverse((nanos(now + way_there), calls.len())));
            calls.push((now, latency - way_there, None));
            let after = pace.next(Duration::from_secs_f64(now));
            next = after.as_secs_f64();
            let least = now + ceiling.unwrap_or_default().as_secs_f64();
            assert!(next >= least - 1e-6, "{rate}");
            continue;
        }
        let Reverse((at, number)) = due.pop().expect("a call in flight");
        let (started_at, way_back, end) = &mut calls[number];
        now = now.max(at as f64 / 1e9);
        let started = Duration::from_secs_f64(*started_at);
        let known_at = Duration::from_secs_f64(now);
        match *end {
            None => {
                let (what, back) = if gate.admits(now) {
                    (End::Passed, now + gate.serve(now) + *way_back)
                } else {
                    (End::Throttled(gate.retry_after(now)), now + *way_back)
                };
                let late = *started_at + TIMEOUT;
                *end = Some(if back > late { End::Lost } else { what });
                due.push(Reverse((nanos(back.min(late)), number)));
                continue;
            }
            Some(End::Passed) => {
                pace.passed(started, known_at);
                passed.push(*started_at);
            }
            Some(End::Throttled(retry_after)) => {
                let _ = pace.throttled(started, known_at, Limit::Rate, retry_after);
            }
            Some(End::Lost) => {}
        }
        pace.ended(started, known_at);
    }
    passed
}

/// How much longer a run over so many orders takes than it must, if the ERP's minute begins with it.
pub fn short_run(make: Make, limit: f64, rate: &str, orders: usize) -> f64 {
    let mut random = Random::new(1);
    let mut gate = Gate::new(make, limit, &mut random);
    gate.minute_began = 0.0;
    let rate: RateLimit = rate.parse().expect("a rate");
    let passed = play(&mut gate, rate, orders, 0.1, &mut random);
    let took = passed.into_iter().fold(0.0, f64::max);
    let interval = ceiling_of(rate).unwrap_or_default().as_secs_f64();
    let mut least = 0.0;
    let mut left = orders as f64;
    loop {
        let of_minute = gate.limit_at(least).min((MINUTE / interval).ceil());
        if left <= of_minute {
            return took / (least + left * interval);
        }
        left -= of_minute;
        least += MINUTE;
    }
}

/// The shares of what could be used that a night used, and its worst hour after the second.
fn simulate(make: Make, limit: f64, rate: &str, seed: u64) -> (f64, f64) {
    let rate: RateLimit = rate.parse().expect("a rate");
    let mut random = Random::new(seed);
    let mut gate = Gate::new(make, limit, &mut random);
    // Latencies are from 0.05 s to at most 3 s.
    let spread = random.next() * 2.95;
    let played = play(&mut gate, rate, usize::MAX, spread, &mut random);
    let mut passed = [0.0; (NIGHT / PART) as usize];
    for started in played {
        passed[(started / PART) as usize] += 1.0;
    }
    // Calls come back unevenly: workers near their bound are not busy all the time.
    let workers = 0.85 * Workers::default().for_rate(rate) as f64;
    let most = (workers * MINUTE / (0.05 + spread / 2.0))
        .min(gate.carries())
        .min(ceiling_of(rate).map_or(f64::INFINITY, |interval| MINUTE / interval.as_secs_f64()));
    let usable = |part: usize| -> f64 {
        let minutes = (0..10).map(|minute| part as f64 * PART + (f64::from(minute) + 0.5) * MINUTE);
        minutes.map(|at| gate.limit_at(at).min(most)).sum()
    };
    let share = |parts: Range<usize>| {
        let calls: f64 = passed[parts.clone()].iter().sum();
        calls / parts.map(usable).sum::<f64>()
    };
    let hours = 2..(NIGHT / HOUR) as usize;
    let worst_hour = hours
        .map(|hour| share(hour * 6..hour * 6 + 6))
        .fold(1.0, f64::min);
    (share(0..passed.len()), worst_hour)
}

/// What nights have in common.
#[derive(Debug, Default)]
pub struct Summary {
    pub mean: f64,
    worst_hour: f64,
    /// Nights with an hour after the second below a half.
    pub below_half: usize,
}

impl Summary {
    /// Of so many nights against a limiter of a make, at each limit and rate.
    pub fn of(make: Make, limits: &[f64], rates: &[&str], of_each: u64) -> Summary {
        let mut sum = Summary {
            worst_hour: 1.0,
            ..Summary::default()
        };
        let share = 1.0 / (limits.len() * rates.len()) as f64 / of_each as f64;
        for &limit in limits {
            for &rate in rates {
                for n in 1..=of_each {
                    // No two limits share the luck of their nights.
                    let seed = n * 1_000 + limit as u64;
                    let (used, worst_hour) = simulate(make, limit, rate, seed);
                    sum.mean += used * share;
                    sum.worst_hour = sum.worst_hour.min(worst_hour);
                    sum.below_half += usize::from(worst_hour < 0.5);
                }
            }
        }
        sum
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, hour) = (self.mean * 100.0, self.worst_hour * 100.0);
        let below = self.below_half;
        write!(
            f,
            "used {used:.1} %, in the worst hour {hour:.1}, below a half in {below} nights"
        )
    }
}
