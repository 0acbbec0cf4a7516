//! What the command line says, in terms of the rooms that carry it out.

use std::time::{Duration, SystemTime};

use jiff::ZonedDateTime;
use jiff::civil::Time;

use super::failure::Failure;
use crate::cli::{AccountArgs, Deadline, SheetArgs};
use crate::config::{self, AccountOptions, Resolved};
use crate::console::Console;
use crate::erp::CLEAR_FLAG;
use crate::files::is_named_ours;
use crate::sheet::{Sheet, SheetOptions, Source};

/// Who calls and where to, as command line, environment and profile say.
pub fn resolve_account(args: &AccountArgs, console: &Console) -> Result<Resolved, Failure> {
    let options = AccountOptions {
        endpoint: args.endpoint.clone(),
        profile: args.profile.clone(),
        config: args.config.clone(),
        ca_file: args.ca_file.clone(),
    };
    let resolved = config::from_environment(&options).map_err(Failure::usage)?;
    for warning in &resolved.warnings {
        console.warning(warning);
    }
    console.detail(&resolved.origins);
    Ok(resolved)
}

/// Whether the sheet is a stream, which has no place beside it for results.
pub fn is_stream(args: &SheetArgs) -> bool {
    let found = std::fs::metadata(&args.path);
    is_stdin(args) || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn is_stdin(args: &SheetArgs) -> bool {
    args.path.as_os_str() == "-"
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
        order_column: args.order_column,
        flag_column: args.flag_column,
        no_header: args.no_header,
        flag: if args.clear {
            Some(CLEAR_FLAG.to_owned())
        } else {
            args.flag
        },
        is_named_ours,
    };
    Sheet::open(source, &options).map_err(Failure::usage)
}

/// The moment at which sending is to end.
pub fn deadline(deadline: Deadline) -> SystemTime {
    let left = match deadline {
        Deadline::In(left) => left,
        Deadline::At(time) => until(&ZonedDateTime::now(), time),
    };
    SystemTime::now() + left
}

/// From `now` to when clocks next show `time`.
fn until(now: &ZonedDateTime, time: Time) -> Duration {
    let today = now.with().time(time).build().ok();
    let next = today.filter(|today| today > now).or_else(|| {
        let tomorrow = now.tomorrow().ok()?;
        tomorrow.with().time(time).build().ok()
    });
    next.and_then(|next| Duration::try_from(now.duration_until(&next)).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_one() {
        for (now, time, hours) in [
            ("2026-03-01T22:00[Asia/Shanghai]", "06:30", 8.5),
            ("2026-03-01T05:00[Asia/Shanghai]", "06:30", 1.5),
            ("2026-03-01T06:30[Asia/Shanghai]", "06:30", 24.0),
            // The night in which clocks are put forward is an hour shorter.
            ("2026-03-28T22:00[Europe/Berlin]", "06:00", 7.0),
        ] {
            let now = now.parse().expect("a time");
            let left = until(&now, time.parse().expect("a time of day"));
            assert_eq!(left.as_secs_f64() / 3_600.0, hours, "{now} {time}");
        }
    }
}
