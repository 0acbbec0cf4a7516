//! `verify`: does the ERP carry the flags that a sheet gives?

use std::sync::Arc;

use super::exit::{Failure, end};
use super::inputs::{account, client, is_stream, open_sheet, rules};
use super::next::NextCommand;
use super::signals::listen;
use crate::cli::VerifyArgs;
use crate::console::Console;
use crate::files::{ReadingsPaths, Wanted, named_apart};
use crate::run::{self, VerifySettings};
use crate::sheet::Warning;

pub(super) fn verify(args: VerifyArgs, console: &Arc<Console>) -> Result<u8, Failure> {
    let stop = listen(console)?;
    let configured = account(&args.account, console)?;
    let account = &configured.account;
    let client = client(account, args.calls.timeout, console)?;
    let wanted = Wanted {
        option: args.output.output_format,
        default: configured.output_format.unwrap_or_default(),
    };
    let named_after = (!is_stream(&args.sheet)).then(|| named_apart(&args.sheet.path));
    let (results, failures) = (args.output.results, args.output.failures);
    let paths = ReadingsPaths::new(named_after.as_deref(), results, failures, wanted)
        .map_err(Failure::usage)?;
    let sheet = open_sheet(&args.sheet)?;
    let next = NextCommand::new(&sheet);
    console.detail(sheet.layout());
    for warning in &sheet.layout().warnings {
        // Hidden rows are no reason to worry where nothing is sent.
        if !matches!(
            warning,
            Warning::HiddenRows {
                left_out: false,
                ..
            }
        ) {
            console.warning(warning);
        }
    }
    let settings = VerifySettings {
        rules: rules(Some(&configured), &args.calls),
        on_conflict: args.sheet.on_conflict,
        modified_within: args.modified_within,
        paths,
        bom: !args.output.no_bom,
    };
    let report = run::verify(sheet, account, &client, &settings, &stop, &[&**console])?;
    let next = next.after(&report);
    Ok(end(&report, account, None, None, next.as_deref(), console))
}
