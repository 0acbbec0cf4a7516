//! The run: carrying one sheet out, one call an order; and reading back what the ERP carries.
//!
//! ```text
//! sheet ──► orders: the last valid row of each decides               (first pass)
//! journal, listings ──► outcomes that need no call
//! orders ──► workers: permit, sign, call, verdict, again ──► journal
//! sheet + orders ──► results + failures                              (second pass)
//! ```

mod account;
mod alike;
mod calls;
mod confirm;
mod counts;
mod error;
mod event;
mod flags;
mod found;
mod listed;
mod orders;
mod permits;
mod planned;
mod publish;
mod reach;
mod read;
mod report;
mod resume;
mod role;
mod rules;
mod said;
mod send;
mod verify;
mod watch;
mod write;

use std::time::{Duration, Instant};

pub use counts::Counts;
pub use error::RunError;
pub use event::{CallKind, Event, Level, Observer};
pub use listed::survey;
pub use orders::{OnConflict, Orders};
pub use planned::{Planned, Preview, Sent};
pub use report::{Confirmed, Report, Tally};
pub use role::Role;
pub use rules::Rules;

pub use verify::{VerifySettings, verify};

use crate::erp::{Account, Client};
use crate::files::journal::{self, Found, Identity, Journal, Left};
use crate::files::{Issuer, Paths, RunFiles, ensure_writable, journal_of};
use crate::sheet::Sheet;
use crate::stop::Stop;
use calls::Calls;
use error::ensure_not_stopped;
use publish::{Ending, ensure_sheet_not_replaced, tell_files};

/// How a run is carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    pub rules: Rules,
    /// How many orders to send, the first of the sheet; the rest are skipped.
    pub limit: Option<u64>,
    /// Whether orders are not sent that the ERP lists with their flag, of those modified within this
    /// time.
    pub skip_unchanged: Option<Duration>,
    /// Whether orders are read back once they have been sent.
    pub verify: bool,
    pub on_conflict: OnConflict,
    pub paths: Paths,
    /// Whether results and failures begin with a byte order mark.
    pub bom: bool,
    /// How many results and failures of earlier runs are kept at least.
    pub keep: usize,
    /// Whether to start over though an earlier run could be continued.
    pub fresh: bool,
    /// An earlier run that is older is not continued: what it knows may no longer be true.
    pub continue_within: Duration,
}

/// Carries the sheet into the ERP.
///
/// # Errors
///
/// When there are no results to report on. The journal is kept then, and the same call continues
/// from there.
pub fn run(
    mut sheet: Sheet,
    account: &Account,
    client: &Client,
    settings: &Settings,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<Report, RunError> {
    // From here on there are locks to be released.
    stop.begin();
    let mut files = RunFiles::claim(&settings.paths, &mut sheet, &issuer(account))?;
    observers.event(&Event::Started {
        account,
        journal: Some(files.journal.display().to_string()),
    });
    tell_files(&files, observers);
    let calls = Calls::begin(client, &settings.rules, stop, observers)?;
    calls.ensure_current(&sheet)?;
    let identity = identity(account, settings.on_conflict, &sheet);
    let left = files.left.take();
    let (mut orders, found) = resume::orders(&sheet, left, &identity, settings)?;
    // Now that no other run may replace it: it is still the sheet that was read.
    ensure_sheet_not_replaced(&sheet, &files)?;
    let age = resume::age_of(&found);
    ensure_not_stopped(stop)?;
    let written = [&*files.results, &*files.failures];
    ensure_writable(written, orders.rows, files.metadata.as_ref())?;
    let journal = resume::begin_journal(found, &mut orders, &files, &identity, observers)?;
    let began = Instant::now();
    let confirmed = calls.watched(
        || calls.sync(&journal),
        || make_calls(&calls, &mut orders, &journal, settings, age),
    );
    let ending = Ending {
        files: &files,
        orders: &orders,
        calls: &calls,
        settings,
        elapsed: began.elapsed(),
    };
    confirmed
        .and_then(|confirmed| ending.end(sheet, journal, confirmed))
        .map_err(|source| RunError::Interrupted {
            stopped: stop.reason(),
            source: Box::new(source),
            is_kept: journal::is_at(&files.journal),
            journal: files.journal.clone(),
        })
}

/// The orders as a run would take them now, with what an interrupted one has settled, and how long
/// ago that was. `is_update` is whether the sheet corrects the results it comes from. Locks nothing
/// and writes nothing.
///
/// # Errors
///
/// If a run would find something else where its journal is to be, or cannot read the sheet.
pub fn foresee(
    sheet: &Sheet,
    account: &Account,
    settings: &Settings,
    is_update: bool,
) -> Result<(Orders, Option<Duration>), RunError> {
    let left = Left::look(&journal_of(&settings.paths, is_update)?)?;
    let identity = identity(account, settings.on_conflict, sheet);
    let (mut orders, found) = resume::orders(sheet, left, &identity, settings)?;
    if let Found::Lines(lines, _) = &found {
        resume::take_over(lines, &mut orders);
    }
    Ok((orders, resume::age_of(&found)))
}

/// What of a run makes calls: asking before, sending, reading back.
fn make_calls(
    calls: &Calls<'_>,
    orders: &mut Orders,
    journal: &Journal,
    settings: &Settings,
    age: Option<Duration>,
) -> Result<Option<Confirmed>, RunError> {
    orders.want_unsettled(settings.limit);
    if let Some(within) = settings.skip_unchanged {
        listed::settle_unchanged(calls, orders, within);
        if calls.stop.stopped() {
            return Ok(None);
        }
    }
    if let Some(text) = orders.warn_alike() {
        calls.observers.say(Level::Warning, text);
    }
    let planned = Planned::to_send(orders, calls.pacing(), age);
    calls.observers.event(&Event::Planned(&planned));
    send::send_all(calls, orders, journal)?;
    if settings.verify {
        confirm::confirm(calls, orders, journal)
    } else {
        Ok(None)
    }
}

/// Whose account rows are written for.
pub fn issuer(account: &Account) -> Issuer {
    if account.stand_in {
        Issuer::demo()
    } else {
        Issuer::of(&account.sid, &account.endpoint.host())
    }
}

/// Outcomes recorded for other accounts, servers, columns or rules say nothing about this run.
fn identity(account: &Account, on_conflict: OnConflict, sheet: &Sheet) -> Identity {
    let layout = sheet.layout();
    let (order_position, flag_position) = layout.places;
    let flag_position = flag_position.map(|at| at.to_string()).unwrap_or_default();
    Identity::new(&[
        ("account", &account.sid),
        ("endpoint", account.endpoint_name()),
        ("on_conflict", on_conflict.as_str()),
        ("order_column", &layout.order_column),
        ("order_position", &order_position.to_string()),
        (
            "flag_column",
            layout.flag_column.as_deref().unwrap_or_default(),
        ),
        ("flag_position", &flag_position),
    ])
}
