//! `verify`: whether the ERP carries the flags that a sheet gives. Changes nothing there.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::calls::Calls;
use super::error::{RunError, ensure_not_stopped};
use super::event::{Event, Level, Observer};
use super::found::Found;
use super::issuer;
use super::orders::{OnConflict, Orders};
use super::planned::Planned;
use super::publish::{tell_kept, wait_until_closed};
use super::read::read_back;
use super::report::Report;
use super::rules::Rules;
use super::write::{Columns, Writing};
use crate::erp::{Account, Client};
use crate::files::{
    LastWord, NotUpdated, Paths, ReadingsFiles, ResultsWriter, Status, correct, ensure_writable,
    last_word,
};
use crate::language::say;
use crate::sheet::{Appended, Sheet};
use crate::stop::Stop;

/// How flags are read back.
#[derive(Clone, Debug)]
pub struct VerifySettings {
    pub rules: Rules,
    pub on_conflict: OnConflict,
    /// The orders that were modified within this time are listed first.
    pub modified_within: Duration,
    pub paths: Paths,
    /// Results of runs over the sheet, which may be later than it.
    pub past: Option<PathBuf>,
    /// Whether the files begin with a byte order mark.
    pub bom: bool,
}

/// Reads back which flag the ERP carries for each order of the sheet, and writes down how that
/// compares with the flag that the order's last valid row gives.
///
/// # Errors
///
/// When not everything is written.
pub fn verify(
    mut sheet: Sheet,
    account: &Account,
    client: &Client,
    settings: &VerifySettings,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<Report, RunError> {
    let issuer = issuer(account);
    if sheet.is_ours() {
        correct(&mut sheet, Err(NotUpdated::Missing), Some(&issuer))?;
    } else if let Some(past) = &settings.past {
        let path = past.display().to_string();
        match last_word(past, &sheet, &issuer)? {
            LastWord::Results(rows) => {
                observers.say(Level::Warning, say!("event-results-read", path = path));
                sheet.hold(rows);
            }
            LastWord::Sheet { corrected: 0 } => {}
            LastWord::Sheet { corrected } => {
                let text = say!("event-results-not-read", path = path, rows = corrected);
                observers.say(Level::Warning, text);
            }
        }
    }
    stop.begin();
    let files = ReadingsFiles::claim(&settings.paths, &sheet)?;
    observers.event(&Event::Started {
        account,
        journal: None,
    });
    let calls = Calls::begin(client, &settings.rules, stop, observers)?;
    calls.ensure_current(&sheet)?;
    let mut skipped = HashSet::new();
    let mut orders = Orders::of(&sheet, settings.on_conflict, |row, entry| {
        if let Ok(entry) = entry {
            let status = row.origin().map(|origin| origin.status());
            if status == Some(Status::Skipped.as_str()) {
                skipped.insert(entry.order.to_string());
            } else {
                skipped.remove(&*entry.order);
            }
        }
    })
    .map_err(RunError::Plan)?;
    // What a run did not send the ERP does not carry for that reason.
    for number in &skipped {
        if let Some((_, order)) = orders.get_mut(number) {
            let why = say!("readback-not-asked-why", why = say!("note-not-sent"));
            order.found = Box::new(Found::nothing(why, false)).into();
        }
    }
    let written = [&*files.verified, &*files.different];
    ensure_writable(written, orders.rows, files.metadata.as_ref())?;
    ensure_not_stopped(stop)?;
    let on_conflict = settings.on_conflict;
    orders.want(|order| order.is_sent(on_conflict) && order.found.get().is_none());
    let planned = Planned::to_read(&orders, calls.pacing());
    observers.event(&Event::Planned(&planned));

    let began = Instant::now();
    let read = calls.watched(
        || {},
        || read_back(&calls, &mut orders, settings.modified_within, true),
    )?;
    let elapsed = began.elapsed();

    let writing = Writing {
        sheet: &sheet,
        orders: &orders,
        issuer: &issuer,
        columns: Columns::Readings {
            cut_short: read.cut_short(&calls),
        },
    };
    let cells: Vec<usize> = (0..sheet.columns().len()).collect();
    let columns = writing.header(sheet.columns(), &cells);
    let begin = |path| ResultsWriter::begin(path, columns, settings.bom, files.metadata.as_ref());
    let mut verified = begin(&files.verified)?;
    let mut different = begin(&files.different)?;
    let rows = writing.rows(|row, result, status| {
        verified.write(result)?;
        if status.is_some_and(Status::is_given_back) && !row.is_left_out() {
            different.write(result)?;
        }
        Ok(())
    })?;
    let written = [verified.finish()?, different.finish()?];
    let sheet_name = sheet.title();
    // Some systems do not replace a file that is open.
    drop(sheet);
    stop.place();
    wait_until_closed(&written, &calls);
    let kept = files.keep_edited();
    if let Some(kept) = &kept {
        tell_kept(observers, &files.different, kept, true);
    }
    let mut beside = Vec::new();
    let now = Timestamp::now();
    for file in written {
        file.set_modified(now);
        beside.extend(file.commit_or_beside(Ok(()))?);
    }
    let results = &settings.paths.results;
    Ok(Report {
        given_up: read.given_up,
        kept: kept.iter().map(|kept| kept.display().to_string()).collect(),
        beside,
        failures: Some(settings.paths.failures.display().to_string()),
        elapsed,
        ..Report::new(Appended::Readings, rows, sheet_name, &calls, results)
    })
}
