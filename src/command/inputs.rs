//! What the command line says, in terms of the rooms that carry it out: account, client, sheet, time.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use jiff::ZonedDateTime;
use jiff::civil::Time;
use jiff::tz::{Disambiguation, OffsetConflict};
use md5::{Digest, Md5};

use super::exit::{Failure, STOPPED};
use crate::cli::{self, AccountArgs, CallArgs, RunArgs, SheetArgs};
use crate::config::{self, Configured};
use crate::console::Console;
use crate::erp::{Account, CLEAR_FLAG, Client};
use crate::files::{Paths, Wanted, changes, is_named_ours, named_apart};
use crate::language::say;
use crate::pace::{Pacing, RateLimit, Workers};
use crate::run::{Deadline, Rules};
use crate::sheet::{Sheet, SheetOptions, Source};
use crate::text::hex;

/// Whom to call, as command line, environment and profile say.
pub fn account(args: &AccountArgs, console: &Console) -> Result<Configured, Failure> {
    let configured = config::load(
        args.profile.as_deref(),
        args.endpoint.as_deref(),
        args.config.as_deref(),
        args.ca_file.as_deref(),
        &|name| std::env::var_os(name),
    )
    .map_err(Failure::usage)?;
    for warning in &configured.warnings {
        console.warning(warning);
    }
    console.detail(&configured.origins);
    Ok(configured)
}

/// The stand-in, if the run is to call it.
#[cfg(feature = "sandbox")]
pub fn account_of_run(args: &RunArgs, console: &Console) -> Result<Configured, Failure> {
    use std::num::NonZeroU32;

    use crate::erp::AppSecret;
    use crate::pace::Per;
    use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox};

    if !args.sandbox {
        return account(&args.account, console);
    }
    let sandbox = Sandbox::start(Config::default()).map_err(|error| {
        Failure::new(STOPPED, say!("run-no-stand-in", error = error.to_string()))
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
        rate: NonZeroU32::new(20).map(|calls| RateLimit::Limited {
            calls,
            per: Per::Second,
        }),
        workers: None,
        output_format: None,
        origins: String::new(),
        warnings: Vec::new(),
    })
}

#[cfg(not(feature = "sandbox"))]
pub fn account_of_run(args: &RunArgs, console: &Console) -> Result<Configured, Failure> {
    account(&args.account, console)
}

pub fn client(account: &Account, timeout: Duration, console: &Console) -> Result<Client, Failure> {
    let client = Client::new(account, timeout).map_err(Failure::usage)?;
    if let Some(proxy) = client.proxy() {
        console.detail(say!("run-proxy", proxy = proxy.to_string()));
    }
    Ok(client)
}

/// How fast calls are made: by an option, else as the profile has it.
pub fn pacing(args: &CallArgs, configured: Option<&Configured>) -> Pacing {
    let rate = configured.and_then(|it| it.rate);
    let rate = args.rate.or(rate).unwrap_or(RateLimit::DEFAULT);
    let workers = configured.and_then(|it| it.workers).map(Workers::Fixed);
    let workers = args.workers.or(workers).unwrap_or(Workers::Auto);
    Pacing {
        rate,
        workers: workers.for_rate(rate),
        deadline: args.deadline.and_then(|at| deadline(at).time()),
    }
}

/// How calls are made; of the rules that stop them those of all commands.
pub fn rules(configured: &Configured, args: &CallArgs) -> Rules {
    let Pacing { rate, workers, .. } = pacing(args, Some(configured));
    Rules {
        rate,
        workers,
        retries: args.retries,
        max_failures: None,
        max_consecutive_failures: None,
        give_up_after: args.give_up_after,
        deadline: args.deadline.map(deadline),
        account_lock: account_lock(&configured.account),
    }
}

/// The file by which the runs of an account take turns.
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
    is_stdin(args) || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn is_stdin(args: &SheetArgs) -> bool {
    args.path.as_os_str() == "-"
}

fn written_with(args: &SheetArgs, names: [Option<PathBuf>; 2]) -> Option<PathBuf> {
    if is_stream(args) {
        return None;
    }
    let [results, failures] = names;
    let paths = Paths::new(
        Some(&named_apart(&args.path)),
        results,
        failures,
        Wanted::default(),
    );
    paths.ok()?.written_with(&args.path)
}

/// Opens the sheet that the command line names. In a failures file the rows are invalid in which a
/// spreadsheet has changed what is sent; `names` are those of results and failures.
pub fn open_unchanged(args: SheetArgs, names: [Option<PathBuf>; 2]) -> Result<Sheet, Failure> {
    let corrects = if args.accept_changes {
        None
    } else {
        written_with(&args, names)
    };
    let mut sheet = open_sheet(args)?;
    if let Some(results) = corrects.filter(|_| sheet.is_ours()) {
        let changes = changes(&results, &sheet).map_err(Failure::usage)?;
        let problems = changes.into_iter().map(|(line, it)| (line, it.problem));
        sheet.refuse(problems);
    }
    Ok(sheet)
}

/// Opens the sheet that the command line names.
pub fn open_sheet(args: SheetArgs) -> Result<Sheet, Failure> {
    let is_named_ours = is_named_ours(&args.path);
    let source = if is_stdin(&args) {
        Source::Stdin
    } else {
        Source::Path(args.path)
    };
    let options = SheetOptions {
        encoding: args.encoding,
        delimiter: args.delimiter,
        worksheet: args.sheet,
        all_sheets: args.all_sheets,
        visible_only: args.visible_only,
        order_column: args.order_column,
        flag_column: args.flag_column,
        header_line: args.header_line,
        no_header: args.no_header,
        flag: if args.clear {
            Some(CLEAR_FLAG.to_owned())
        } else {
            args.flag
        },
        is_named_ours,
        max_workbook_size: args.max_workbook_size,
    };
    Sheet::open(source, &options).map_err(Failure::usage)
}

/// The moment at which sending is to end: a duration passes whatever happens to the clock, a time
/// of day is what the clock shows.
pub fn deadline(deadline: cli::Deadline) -> Deadline {
    match deadline {
        cli::Deadline::In(left) => Deadline::After(Instant::now() + left),
        cli::Deadline::At(time) => {
            let left = until(&ZonedDateTime::now(), time);
            Deadline::At(SystemTime::now() + left)
        }
    }
}

/// From `now` to when clocks next show `time`: today, once more today where they are put back, or
/// tomorrow.
fn until(now: &ZonedDateTime, time: Time) -> Duration {
    let today = now.with().time(time);
    let again = today
        .clone()
        .offset_conflict(OffsetConflict::AlwaysTimeZone)
        .disambiguation(Disambiguation::Later);
    let tomorrow = now.tomorrow().ok().map(|day| day.with().time(time));
    let days = [Some(today), Some(again), tomorrow].into_iter().flatten();
    days.filter_map(|day| day.build().ok())
        .find(|at| at > now)
        .and_then(|next| Duration::try_from(now.duration_until(&next)).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_one() {
        for (now, time, minutes) in [
            ("2026-03-01T22:00[Asia/Shanghai]", "06:30", 510),
            ("2026-03-01T05:00[Asia/Shanghai]", "06:30", 90),
            ("2026-03-01T06:30[Asia/Shanghai]", "06:30", 1440),
            // The night in which clocks are put forward is an hour shorter.
            ("2026-03-28T22:00[Europe/Berlin]", "06:00", 420),
            // In this one clocks show the hour from 2 to 3 twice.
            ("2026-10-25T02:30+02:00[Europe/Berlin]", "02:10", 40),
            ("2026-10-25T02:30+01:00[Europe/Berlin]", "02:40", 10),
            ("2026-10-25T02:30+01:00[Europe/Berlin]", "02:10", 1_420),
        ] {
            let now = now.parse().expect("a time");
            let left = until(&now, time.parse().expect("a time of day"));
            assert_eq!(left.as_secs() / 60, minutes, "{now} {time}");
        }
    }
}
