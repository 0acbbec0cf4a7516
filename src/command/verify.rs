//! `verify`: does the ERP carry the flags that a sheet gives?

use std::sync::Arc;

use super::exit::{Failure, end};
use super::inputs::{account, client, is_stream, open_to_call, rules, wanted};
use super::next::NextCommand;
use super::signals::listen;
use crate::cli::VerifyArgs;
use crate::console::Console;
use crate::files::{Paths, named_apart, results_of};
use crate::outputs::Outputs;
use crate::run::{self, Observer, VerifySettings};

pub(super) fn verify(
    args: VerifyArgs,
    console: &Arc<Console>,
    outputs: &Arc<Outputs>,
) -> Result<u8, Failure> {
    let stop = listen(console, outputs)?;
    let configured = account(&args.account, console)?;
    let account = &configured.account;
    outputs.ending().account = Some(account.clone());
    let client = client(account, args.calls.timeout, console)?;
    let wanted = wanted(&args.output, Some(&configured));
    let named_after = (!is_stream(&args.sheet)).then(|| named_apart(&args.sheet.path));
    let (results, failures) = (args.output.results, args.output.failures);
    let past = named_after
        .as_deref()
        .and_then(|sheet| results_of(sheet, &results));
    let paths = Paths::of_readings(named_after.as_deref(), results, failures, wanted)
        .map_err(Failure::usage)?;
    outputs.paths(&paths);
    let sheet = open_to_call(&args.sheet, &args.calls, &configured, false, console)?;
    let next = NextCommand::new(&sheet);
    let settings = VerifySettings {
        rules: rules(Some(&configured), &args.calls),
        on_conflict: args.sheet.on_conflict,
        modified_within: args.modified_within,
        paths,
        past,
        bom: !args.output.no_bom,
    };
    let observers: [&dyn Observer; 2] = [&**console, &**outputs];
    let report = run::verify(sheet, account, &client, &settings, &stop, &observers)?;
    Ok(end(&report, account, None, &next, console, outputs))
}
