//! What the command line says, in terms of the rooms that carry it out: account, client, sheet, time.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use md5::{Digest, Md5};

use super::exit::{Failure, STOPPED, TIME_UP};
use crate::cli::{AccountArgs, CallArgs, OutputArgs, RunArgs, SheetArgs};
use crate::config::{self, Configured};
use crate::console::{Console, can_ask};
use crate::erp::{Account, AppSecret, CLEAR_FLAG, Client};
use crate::files::{
    NotUpdated, PastResults, Paths, Wanted, correct, ensure_placed, is_named_ours, is_of_stand_in,
    named_apart, stand_in_name,
};
use crate::language::{os_error, say};
use crate::pace::{RateLimit, Workers};
use crate::run::{Rules, Settings, issuer};
use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox};
use crate::sheet::{Sheet, SheetOptions, Source};
use crate::text::{date_and_time, hex};

pub fn account(args: &AccountArgs, console: &Console) -> Result<Configured, Failure> {
    account_if_any(args, console)?.map_err(Failure::usage)
}

/// The account, with the error within if none is given anywhere.
pub fn account_if_any(
    args: &AccountArgs,
    console: &Console,
) -> Result<Result<Configured, String>, Failure> {
    let found = config::find(args, &|name| env::var_os(name)).map_err(Failure::usage)?;
    if let Ok(configured) = &found {
        for warning in &configured.warnings {
            console.warning(warning);
        }
        console.detail(&configured.origins);
    }
    Ok(found)
}

pub fn account_of_run(args: &RunArgs, console: &Console) -> Result<Configured, Failure> {
    if !args.sandbox {
        return account(&args.account, console);
    }
    let sandbox = Sandbox::start(Config::default()).map_err(|error| {
        Failure::new(STOPPED, say!("run-no-stand-in", error = os_error(&error)))
    })?;
    let endpoint = sandbox.endpoint();
    // It serves until the program ends.
    std::mem::forget(sandbox);
    Ok(Configured {
        account: Account {
            sid: SID.to_owned(),
            app_key: APP_KEY.to_owned(),
            secret: AppSecret::parse(APP_SECRET).map_err(Failure::usage)?,
            endpoint: endpoint.parse().map_err(Failure::usage)?,
            ca_file: None,
            stand_in: true,
        },
        // The stand-in has no limit.
        rate: "20/s".parse().ok(),
        workers: None,
        output_format: None,
        flags: Vec::new(),
        origins: String::new(),
        warnings: Vec::new(),
    })
}

pub fn client(account: &Account, timeout: Duration, console: &Console) -> Result<Client, Failure> {
    let client = Client::new(account, timeout).map_err(Failure::usage)?;
    if let Some(proxy) = client.http.proxy() {
        console.detail(say!("run-proxy", proxy = proxy));
    }
    Ok(client)
}

/// How calls are made: by options, else as the profile has it. Of the rules that stop them those of
/// all commands.
pub fn rules(configured: Option<&Configured>, args: &CallArgs) -> Rules {
    let rate = args.rate.or_else(|| configured?.rate);
    let rate = rate.unwrap_or(RateLimit::DEFAULT);
    let workers = || configured?.workers.map(Workers::Fixed);
    let workers = args.workers.or_else(workers).unwrap_or(Workers::Auto);
    Rules {
        rate,
        workers,
        retries: args.retries,
        max_failures: None,
        max_consecutive_failures: None,
        give_up_after: args.give_up_after,
        is_attended: can_ask(),
        deadline: args.deadline.map(|deadline| deadline.at),
        account_lock: configured.and_then(|configured| account_lock(&configured.account)),
    }
}

pub fn settings(args: &RunArgs, configured: &Configured, paths: Paths) -> Settings {
    Settings {
        rules: Rules {
            max_failures: args.max_failures,
            max_consecutive_failures: Some(args.max_consecutive_failures).filter(|&n| n > 0),
            ..rules(Some(configured), &args.calls)
        },
        limit: args.limit,
        skip_unchanged: args.skipping.within(),
        verify: args.verify,
        on_conflict: args.sheet.on_conflict,
        paths,
        bom: !args.output.no_bom,
        fresh: args.fresh,
        continue_within: args.continue_within,
        keep: args.keep,
    }
}

fn account_lock(account: &Account) -> Option<PathBuf> {
    if account.stand_in {
        return None;
    }
    let name = format!("{} {}", account.sid, account.endpoint.url());
    let name = format!("account-{}.lock", hex(&Md5::digest(name)));
    Some(config::state_directory()?.join(name))
}

/// Whether the sheet is a stream, which has no place beside it for results.
pub fn is_stream(args: &SheetArgs) -> bool {
    let found = std::fs::metadata(&args.path);
    args.path.as_os_str() == "-" || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Opens the sheet as a run for this account would take it, with what people should know of its rows,
/// and whether it updates the results that it comes from.
pub fn open_given(
    args: &RunArgs,
    configured: Option<&Configured>,
) -> Result<(Sheet, Vec<String>, bool), Failure> {
    let mut sheet = open_sheet(&args.sheet, configured)?;
    let account = configured.map(|configured| &configured.account);
    let (mut notes, mut is_update) = (Vec::new(), false);
    if sheet.is_ours() {
        let issuer = account.map(issuer);
        let past = match paths(args, configured)?.corrects {
            Some(results) => ensure_placed(&results)
                .and_then(|()| PastResults::read(&results, &sheet, issuer.as_ref())),
            None => Ok(Err(NotUpdated::Missing)),
        };
        let past = past.map_err(Failure::usage)?;
        let correction = correct(&mut sheet, past, issuer.as_ref()).map_err(Failure::usage)?;
        notes = correction.notes();
        is_update = correction.is_update();
        if account.is_none() {
            notes.push(say!("check-no-account"));
        }
    }
    Ok((sheet, notes, is_update))
}

pub fn wanted(args: &OutputArgs, configured: Option<&Configured>) -> Wanted {
    Wanted {
        option: args.output_format,
        default: configured
            .and_then(|it| it.output_format)
            .unwrap_or_default(),
    }
}

/// What the stand-in says never stands where the ERP's words stand.
pub fn paths(args: &RunArgs, configured: Option<&Configured>) -> Result<Paths, Failure> {
    let is_stand_in = match configured {
        Some(configured) => configured.account.stand_in,
        None => is_of_stand_in(&args.sheet.path),
    };
    let (results, failures) = (args.output.results.clone(), args.output.failures.clone());
    let mut named_after = (!is_stream(&args.sheet)).then(|| named_apart(&args.sheet.path));
    if is_stand_in {
        let mut named = [&results, &failures].into_iter().flatten();
        if let Some(name) = named.find(|name| is_named_ours(name) && !is_of_stand_in(name)) {
            let path = name.display().to_string();
            return Err(Failure::usage(say!("files-of-erp", path = path)));
        }
        named_after = named_after.map(|sheet| stand_in_name(&sheet));
    } else if let Some(sheet) = named_after.as_ref().filter(|sheet| is_of_stand_in(sheet))
        && (results.is_none() || failures.is_none())
    {
        let path = sheet.display().to_string();
        return Err(Failure::usage(say!("files-of-stand-in", path = path)));
    }
    let wanted = wanted(&args.output, configured);
    Paths::new(named_after.as_deref(), results, failures, wanted).map_err(Failure::usage)
}

fn open_sheet(args: &SheetArgs, configured: Option<&Configured>) -> Result<Sheet, Failure> {
    let source = if args.path.as_os_str() == "-" {
        Source::Stdin
    } else {
        Source::Path(args.path.clone())
    };
    let clear = args.clear.then(|| CLEAR_FLAG.to_owned());
    let options = SheetOptions {
        encoding: args.encoding.clone(),
        delimiter: args.delimiter,
        worksheet: args.sheet.clone(),
        visible_only: args.visible_only,
        include_hidden: args.include_hidden,
        order_column: args.order_column.clone(),
        flag_column: args.flag_column.clone(),
        header_line: args.header_line,
        no_header: args.no_header,
        flag: clear.or_else(|| args.flag.clone()),
        flags: configured.map(|it| it.flags.clone()).unwrap_or_default(),
        is_named_ours: is_named_ours(&args.path),
        is_table: false,
        max_workbook_size: args.max_workbook_size,
        allow_empty: args.allow_empty,
    };
    Sheet::open(source, &options).map_err(Failure::usage)
}

/// Opens the sheet of a command that calls, and says how it is read. Hidden rows are a reason to worry
/// where something `is_sent`. An error, too, if a time of day has passed until which to call.
pub fn open_to_call(
    args: &SheetArgs,
    calls: &CallArgs,
    configured: &Configured,
    is_sent: bool,
    console: &Console,
) -> Result<Sheet, Failure> {
    let sheet = open_sheet(args, Some(configured))?;
    console.detail(sheet.layout());
    for (warning, is_of_sending) in &sheet.layout().warnings {
        if is_sent || !is_of_sending {
            console.warning(warning);
        }
    }
    ensure_in_time(calls)?;
    Ok(sheet)
}

/// An error if a time of day has passed until which to call.
pub fn ensure_in_time(calls: &CallArgs) -> Result<(), Failure> {
    let Some(deadline) = calls.deadline.filter(|it| it.has_passed) else {
        return Ok(());
    };
    let text = say!("time-is-up", time = date_and_time(deadline.at));
    Err(Failure::new(TIME_UP, text))
}
