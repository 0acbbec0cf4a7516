//! `verify`: does the ERP carry the flags that a sheet gives?

use std::sync::Arc;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED, of_signal};
use super::inputs::{account, client, is_stream, open_unchanged, rules};
use super::next::NextCommand;
use super::signals::listen;
use crate::cli::VerifyArgs;
use crate::console::{Console, print, summary};
use crate::files::{ReadingsPaths, Wanted, named_apart};
use crate::language::say;
use crate::run::{self, Report, VerifySettings};
use crate::sheet::Warning;
use crate::stop::StopReason;

pub(super) fn verify(args: VerifyArgs, console: &Arc<Console>) -> Result<u8, Failure> {
    let stop = listen(console).map_err(Failure::no_thread)?;
    let configured = account(&args.account, console)?;
    let client = client(&configured.account, args.calls.timeout, console)?;
    let wanted = Wanted {
        option: args.output.output_format,
        default: configured.output_format.unwrap_or_default(),
    };
    let named_after = (!is_stream(&args.sheet)).then(|| named_apart(&args.sheet.path));
    let (results, failures) = (args.output.results, args.output.failures);
    let paths = ReadingsPaths::new(named_after.as_deref(), results, failures, wanted);
    let paths = paths.map_err(Failure::usage)?;
    let on_conflict = args.sheet.on_conflict;
    let sheet = open_unchanged(args.sheet, [None, None])?;
    let next = NextCommand::new(&sheet);
    console.detail(sheet.layout());
    // Hidden rows are no reason to worry where nothing is sent.
    let is_harmless = |it: &&Warning| {
        matches!(
            it,
            Warning::HiddenRows {
                left_out: false,
                ..
            }
        )
    };
    for warning in &sheet.layout().warnings {
        if !is_harmless(&warning) {
            console.warning(warning);
        }
    }
    let settings = VerifySettings {
        rules: rules(&configured, &args.calls),
        on_conflict,
        modified_within: args.modified_within,
        paths,
        bom: !args.output.no_bom,
    };
    let account = &configured.account;
    let report = run::verify(sheet, account, &client, &settings, &stop, &[&**console])
        .map_err(Failure::of_run)?;
    console.finish();
    if let Err(error) = print(summary(
        &report,
        account,
        None,
        next.after(&report).as_deref(),
    )) {
        console.warning(say!("run-no-summary", error = error.to_string()));
    }
    Ok(end(&report, console))
}

/// Says last why not everything could be read back, if so.
fn end(report: &Report, console: &Console) -> u8 {
    for beside in &report.beside {
        console.error(say!(
            "verify-beside",
            wanted = beside.wanted.as_str(),
            why = beside.why.as_str(),
            written = beside.written.as_str()
        ));
    }
    if let Some(reason) = &report.stopped {
        console.error(say!("verify-stopped", reason = reason.to_string()));
        return match reason {
            StopReason::Signal(signal) => of_signal(*signal),
            _ => STOPPED,
        };
    }
    if let Some(error) = &report.given_up {
        let reason = error.to_string();
        console.error(if error.lacks_permission() {
            say!("verify-no-permission", reason = reason)
        } else {
            say!("verify-stopped", reason = reason)
        });
        return STOPPED;
    }
    match report.rows.failures() {
        _ if !report.beside.is_empty() => STOPPED,
        0 => OK,
        _ => SOME_FAILED,
    }
}
