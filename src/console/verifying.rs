//! What is said while flags are read back, and of what that came to.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use super::begun::Begun;
use super::progress::Progress;
use super::statuses::by_status;
use super::summary::{Next, completed, labelled, messages};
use super::{Console, Level, forecast};
use crate::files::Agreement;
use crate::language::say;
use crate::run::{Confirmed, Ended, Listings, Verified, VerifyPlanned};
use crate::text::{date_and_time, duration};

impl Console {
    pub(super) fn verify_planned(&self, planned: &VerifyPlanned) {
        if planned.rows == 0 {
            self.warning(say!("run-no-rows"));
        }
        if let Some(destination) = self.destination.get() {
            let calls = forecast(planned.calls, &planned.pacing, &ZonedDateTime::now());
            let account = destination.to_string();
            self.note(say!("verify-begins", calls = calls, account = account));
        }
        if self.shown >= Level::Note {
            *self.lock() = Some(Progress::begin(Begun::of_reading(planned)));
        }
    }

    pub(super) fn confirmed(&self, confirmed: &Confirmed) {
        if let Some(error) = &confirmed.given_up {
            let reason = error.to_string();
            self.warning(match error.lacks_permission() {
                true => say!("confirm-no-permission", reason = reason),
                false => say!("confirm-given-up", reason = reason),
            });
        }
    }

    pub(super) fn listings_read(
        &self,
        listings: &Listings,
        rows: &BTreeMap<Agreement, u64>,
        calls_left: u64,
    ) {
        match &listings.ended {
            Ended::Refused(error) if calls_left > 0 => {
                self.warning(say!("verify-not-listed", error = error.to_string()));
            }
            &Ended::DoesNotPay { pages, .. } if listings.calls > 0 => self.note(say!(
                "verify-listing-does-not-pay",
                pages = pages,
                left = calls_left
            )),
            &Ended::SavesLittle { calls, saved } => self.saves_little(calls, saved),
            _ => {}
        }
        if listings.saved > 0 {
            self.note(say!(
                "verify-listed",
                calls = listings.calls,
                seen = listings.saved,
                left = calls_left
            ));
        }
        self.progress(|state| {
            for (agreement, rows) in rows {
                state.count(agreement.as_str(), *rows);
            }
            state.left(calls_left);
        });
    }
}

/// What was read back in a few lines, and what comes next.
pub fn verified(report: &Verified, next: Option<&Next>) -> String {
    let tally = &report.summary;
    let finished = report.finished_at.to_zoned_datetime(TimeZone::system());
    let mut lines = vec![
        say!(
            "summary-rows",
            rows = tally.rows(),
            counts = by_status(Agreement::ALL.map(|it| (it.as_str(), tally.count(it))))
        ),
        labelled(&say!("label-sheet"), &report.sheet),
        labelled(&say!("label-account"), &report.destination),
        labelled(&say!("label-finished"), date_and_time(&finished)),
        labelled(
            &say!("label-calls"),
            say!(
                "summary-calls",
                calls = report.calls,
                time = duration(report.elapsed),
                retries = report.retries,
                pauses = report.pauses
            ),
        ),
        labelled(&say!("label-verified"), &report.verified),
        labelled(
            &say!("label-different"),
            say!(
                "summary-failures",
                path = report.different.as_str(),
                rows = report.differences
            ),
        ),
    ];
    let kept = report.kept.iter();
    lines.extend(kept.map(|kept| labelled(&say!("label-kept"), kept)));
    completed(lines, messages(tally), None, next)
}
