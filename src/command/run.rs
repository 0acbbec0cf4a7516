//! `run`: carry a sheet into the ERP.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::exit::{Failure, SOME_FAILED, STOPPED, of_signal};
use super::inputs::{account_of_run, client, is_stream, open_sheet, rules};
use super::next::NextCommand;
use super::signals::listen;
use crate::cli::RunArgs;
use crate::console::{self, Console, can_ask, print, summary};
use crate::erp::{Account, CLEAR_FLAG};
use crate::files::{
    FileError, OutputFormat, Paths, Status, Wanted, is_of_stand_in, named_apart, namesake,
    stand_in_name,
};
use crate::language::say;
use crate::run::{self, Orders, Report, Rules, Settings};
use crate::sheet::Sheet;
use crate::stop::StopReason;
use crate::text;

pub(super) fn run(args: RunArgs, console: &Arc<Console>) -> Result<u8, Failure> {
    let stop = listen(console).map_err(Failure::no_thread)?;
    let configured = account_of_run(&args, console)?;
    let account = &configured.account;
    let client = client(account, args.calls.timeout, console)?;
    let wanted = Wanted {
        option: args.output.output_format,
        default: configured.output_format.unwrap_or_default(),
    };
    let paths = paths(&args, account.stand_in, wanted).map_err(Failure::usage)?;
    tell_namesake(&args, &paths, console);
    let accept_changes = args.sheet.accept_changes;
    let on_conflict = args.sheet.on_conflict;
    let sheet = open_sheet(args.sheet)?;
    let next = NextCommand::new(&sheet);
    console.detail(sheet.layout());
    for warning in &sheet.layout().warnings {
        console.warning(warning);
    }
    let chosen = args
        .output
        .output_format
        .or(configured.output_format)
        .is_some();
    let is_default = !chosen && args.output.results.is_none() && args.output.failures.is_none();
    let suggests = is_default && sheet.layout().format.is_workbook() && !sheet.is_ours();
    let rules = Rules {
        max_failures: args.max_failures,
        max_consecutive_failures: Some(args.max_consecutive_failures).filter(|&n| n > 0),
        ..rules(&configured, &args.calls)
    };
    let settings = Settings {
        rules,
        limit: args.limit,
        skip_unchanged: args.skipping.within(),
        verify: args.verify,
        on_conflict,
        paths,
        accept_changes,
        bom: !args.output.no_bom,
        fresh: args.fresh,
        continue_within: args.continue_within,
        keep: args.keep,
    };
    if !(args.yes || account.stand_in) {
        confirm(&sheet, &settings, account)?;
    }
    let report = run::run(sheet, account, &client, &settings, &stop, &[&**console])
        .map_err(Failure::of_run)?;
    console.finish();
    if let Err(error) = print(summary(
        &report,
        account,
        suggests.then(|| say!("run-as-workbooks")).as_deref(),
        next.after(&report).as_deref(),
    )) {
        console.warning(say!("run-no-summary", error = error.to_string()));
    }
    Ok(end(&report, &settings, console))
}

/// Asks before flags are cleared, if somebody is there to answer.
fn confirm(sheet: &Sheet, settings: &Settings, account: &Account) -> Result<(), Failure> {
    if sheet.layout().given_flag.as_deref() != Some(CLEAR_FLAG) || !can_ask() {
        return Ok(());
    }
    let orders = Orders::of(sheet, settings.on_conflict, |_, _| {}).map_err(Failure::usage)?;
    let calls = orders.calls().min(settings.limit.unwrap_or(u64::MAX));
    let (orders, account) = (text::orders(calls), account.to_string());
    if console::confirm(&say!(
        "confirm-clearing",
        orders = orders,
        account = account
    )) {
        Ok(())
    } else {
        Err(Failure::usage(say!("not-confirmed")))
    }
}

/// What the stand-in says never stands where the ERP's words stand.
fn paths(args: &RunArgs, is_stand_in: bool, wanted: Wanted) -> Result<Paths, FileError> {
    let (results, failures) = (args.output.results.clone(), args.output.failures.clone());
    if is_stream(&args.sheet) {
        return Paths::new(None, results, failures, wanted);
    }
    let sheet = &named_apart(&args.sheet.path);
    if is_stand_in {
        let named_after = stand_in_name(sheet);
        if named_after != *sheet {
            refuse_erps(sheet, [&results, &failures])?;
        }
        return Paths::new(Some(&named_after), results, failures, wanted);
    }
    if is_of_stand_in(sheet) && (results.is_none() || failures.is_none()) {
        return Err(FileError::OfStandIn(sheet.clone()));
    }
    Paths::new(Some(sheet), results, failures, wanted)
}

/// Says why results go to another name than usual.
fn tell_namesake(args: &RunArgs, paths: &Paths, console: &Console) {
    if args.output.results.is_none()
        && let Some(namesake) = namesake(&args.sheet.path)
    {
        console.note(say!(
            "run-namesake",
            namesake = namesake.display().to_string(),
            sheet = args.sheet.path.display().to_string(),
            results = paths.results.display().to_string()
        ));
    }
}

/// An error if a name that is given is that of the ERP's results or failures.
fn refuse_erps(sheet: &Path, given: [&Option<PathBuf>; 2]) -> Result<(), FileError> {
    let mut erps = Vec::new();
    for format in [OutputFormat::Csv, OutputFormat::Xlsx] {
        let wanted = Wanted {
            option: Some(format),
            default: format,
        };
        let paths = Paths::new(Some(sheet), None, None, wanted)?;
        erps.extend([Some(paths.results), Some(paths.failures), paths.corrects]);
    }
    match given
        .into_iter()
        .find(|name| name.is_some() && erps.contains(name))
    {
        Some(Some(name)) => Err(FileError::OfErp(name.clone())),
        _ => Ok(()),
    }
}

/// A duration as the command line takes it.
fn short(duration: Duration) -> String {
    SignedDuration::try_from(duration).map_or(String::new(), |it| format!("{it:#}"))
}

/// Says last why the run stopped, if it did.
fn end(report: &Report, settings: &Settings, console: &Console) -> u8 {
    for beside in &report.beside {
        if report.rows.count(Status::Unchanged) > 0 || report.confirmed.is_some() {
            // What was read is not in the journal.
            console.error(say!(
                "run-beside-asked",
                wanted = beside.wanted.as_str(),
                why = beside.why.as_str(),
                written = beside.written.as_str()
            ));
            continue;
        }
        console.error(say!(
            "run-beside",
            wanted = beside.wanted.as_str(),
            why = beside.why.as_str(),
            written = beside.written.as_str()
        ));
    }
    if report.journal_lost {
        console.warning(say!("run-journal-lost"));
    }
    let Some(reason) = &report.stopped else {
        return match report.rows.failures() {
            _ if !report.beside.is_empty() => STOPPED,
            0 => 0,
            _ => SOME_FAILED,
        };
    };
    let why = reason.to_string();
    let within = short(settings.continue_within);
    let fresh = u8::from(settings.fresh);
    console.error(match (reason.is_tested_by_ping(), report.journal_lost) {
        (false, false) => say!("run-stopped", reason = why, fresh = fresh, within = within),
        (true, false) => say!(
            "run-stopped-test-first",
            reason = why,
            fresh = fresh,
            within = within
        ),
        (false, true) => say!("run-stopped-lost", reason = why),
        (true, true) => say!("run-stopped-lost-test-first", reason = why),
    });
    match reason {
        StopReason::Signal(signal) => of_signal(*signal),
        _ => STOPPED,
    }
}
