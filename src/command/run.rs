//! `run`: carry a sheet into the ERP.

use std::sync::Arc;

use super::exit::{Failure, end};
use super::inputs::{account_of_run, client, open_to_call, paths, settings};
use super::next::NextCommand;
use super::signals::listen;
use crate::cli::RunArgs;
use crate::console::{self, Console, can_ask, preview};
use crate::erp::{Account, CLEAR_FLAG};
use crate::files::namesake;
use crate::language::say;
use crate::outputs::Outputs;
use crate::run::{self, Observer, Orders, Preview, Settings};
use crate::sheet::Sheet;
use crate::text;

pub(super) fn run(
    args: RunArgs,
    console: &Arc<Console>,
    outputs: &Arc<Outputs>,
) -> Result<u8, Failure> {
    let stop = listen(console, outputs)?;
    let configured = account_of_run(&args, console)?;
    let account = &configured.account;
    outputs.ending().account = Some(account.clone());
    let client = client(account, args.calls.timeout, console)?;
    let paths = paths(&args, Some(&configured))?;
    outputs.paths(&paths);
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
    let sheet = open_to_call(&args.sheet, &args.calls, &configured, true, console)?;
    let next = NextCommand::new(&sheet);
    let settings = settings(&args, &configured, paths);
    if !(args.yes || account.stand_in) {
        confirm(&sheet, args.ask, &settings, account, console)?;
    }
    let observers: [&dyn Observer; 2] = [&**console, &**outputs];
    let report = run::run(sheet, account, &client, &settings, &stop, &observers)?;
    Ok(end(
        &report,
        account,
        Some(&settings),
        &next,
        console,
        outputs,
    ))
}

/// Asks before anything is sent if that is wanted, and before flags are cleared if somebody is there to
/// answer.
fn confirm(
    sheet: &Sheet,
    asks: bool,
    settings: &Settings,
    account: &Account,
    console: &Console,
) -> Result<(), Failure> {
    let clears = sheet.layout().given_flag.as_deref() == Some(CLEAR_FLAG);
    let can_ask = can_ask();
    if asks && !can_ask {
        return Err(Failure::usage(say!("nowhere-to-ask")));
    }
    if !(can_ask && (clears || asks)) {
        return Ok(());
    }
    let mut orders = Orders::of(sheet, settings.on_conflict, |_, _| {}).map_err(Failure::usage)?;
    orders.want_unsettled(settings.limit);
    let calls = orders.wanted().count() as u64;
    for line in preview(&Preview::of(&orders), calls) {
        console.note(line);
    }
    let (orders, account) = (text::orders(calls), account.to_string());
    let question = if clears {
        say!("confirm-clearing", orders = orders, account = account)
    } else {
        say!("confirm-sending", orders = orders, account = account)
    };
    let is_confirmed = console::confirm(&question).then_some(());
    is_confirmed.ok_or_else(|| Failure::usage(say!("not-confirmed", asks = u8::from(asks))))
}
