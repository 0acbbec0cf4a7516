//! Where the progress display begins, whatever of.

use std::collections::BTreeMap;

use crate::files::{Agreement, Status};
use crate::pace::RateLimit;
use crate::run::{Planned, VerifyPlanned};

#[derive(Debug)]
pub struct Begun {
    pub rows: u64,
    /// Rows that are settled, by words for how they ended, in the order in which they are shown.
    pub counts: Vec<(&'static str, u64)>,
    pub calls_left: u64,
    pub rate: RateLimit,
}

impl Begun {
    pub fn of_run(plan: &Planned) -> Self {
        let of = |rows: &BTreeMap<Status, u64>, status| rows.get(&status).copied();
        let settled = |status| {
            let before = of(&plan.recovered, status).unwrap_or_default();
            let invalid = match status {
                Status::Invalid => plan.invalid + plan.conflicting_rows,
                _ => 0,
            };
            before + of(&plan.unchanged, status).unwrap_or_default() + invalid
        };
        Begun {
            rows: plan.rows,
            counts: Status::ALL.map(|it| (it.as_str(), settled(it))).to_vec(),
            calls_left: plan.calls_left,
            rate: plan.pacing.rate,
        }
    }

    pub fn of_reading(planned: &VerifyPlanned) -> Self {
        let settled = |agreement| match agreement {
            Agreement::Unknown => planned.unclear,
            _ => 0,
        };
        Begun {
            rows: planned.rows,
            counts: Agreement::ALL.map(|it| (it.as_str(), settled(it))).to_vec(),
            calls_left: planned.calls,
            rate: planned.pacing.rate,
        }
    }
}
