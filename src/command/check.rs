//! `check`: what would be sent? Reads the sheet, and calls the ERP only if it is to be asked.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, ZonedDateTime};
use serde::Serialize;

use super::failure::Failure;
use super::findings::{Findings, MAX_CELL};
use super::inputs::{deadline, open_unchanged};
use super::target::{self, Target};
use crate::cli::{CheckArgs, PacingArgs, ReportFormat, RunArgs};
use crate::console::{Console, forecast, preview, print, print_json};
use crate::erp::Client;
use crate::exit::{OK, SOME_FAILED, STOPPED};
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::{Pacing, RateLimit};
use crate::plan::{OnConflict, OrderId, Plan, Preview};
use crate::run::{Calling, Listings, survey};
use crate::sheet::{Sheet, Warning};
use crate::stop::Stop;
use crate::text::one_line;

/// Distinct flags that are told; a sheet with more has the wrong flag column.
const MAX_FLAGS: usize = 10_000;
/// Distinct flags that are listed for people.
const LISTED_FLAGS: usize = 50;

/// What `--format json` prints.
#[derive(Serialize)]
struct Survey<'s> {
    sheet: &'s str,
    format: String,
    encoding: Option<&'static str>,
    delimiter: Option<char>,
    worksheet: Option<&'s str>,
    /// Those that are read as one sheet (`--all-sheets`).
    worksheets: &'s [String],
    header_line: u64,
    skipped_lines: u64,
    columns: &'s [String],
    order_column: &'s str,
    flag_column: Option<&'s str>,
    given_flag: Option<&'s str>,
    warnings: Vec<String>,
    rows: u64,
    invalid_rows: u64,
    /// Hidden rows that are not wanted (`--visible-only`).
    left_out_rows: u64,
    distinct_orders: u64,
    /// Those that the ERP lists with their flag, if it was asked (`--skip-unchanged`).
    unchanged_orders: Option<u64>,
    /// All that a run makes, those to ask included.
    calls: u64,
    /// Of these, the ones to ask.
    listing_calls: u64,
    /// How long they take; `None` if only the ERP's speed bounds them.
    seconds: Option<u64>,
    /// Orders that are not sent by the deadline, if there is one.
    left_at_deadline: Option<u64>,
    #[serde(flatten)]
    preview: Preview,
    flags: Vec<FlagCount>,
    /// Valid rows whose flag is beyond [`MAX_FLAGS`].
    rows_with_other_flags: u64,
    orders_with_different_flags: u64,
    findings: Findings<'s>,
}

#[derive(Serialize)]
struct FlagCount {
    flag: String,
    rows: u64,
}

/// What a run would be given, where it makes a difference.
#[derive(Default)]
struct Given {
    /// For results and failures.
    names: [Option<PathBuf>; 2],
    output_format: Option<OutputFormat>,
    /// Needed if the ERP is to be asked.
    target: Option<Target>,
}

pub(super) fn check(args: CheckArgs, console: &Console) -> Result<u8, Failure> {
    let target = match args.skipping.skip_unchanged {
        true => Some(target::of_account(&args.account, console)?),
        false => None,
    };
    let given = Given {
        target,
        ..Given::default()
    };
    check_as(args, given, console)
}

/// `run --dry-run` is `check`.
pub(super) fn dry_run(args: RunArgs, console: &Console) -> Result<u8, Failure> {
    let target = match args.skipping.skip_unchanged {
        true => Some(target::of_run(&args, console)?),
        false => None,
    };
    let given = Given {
        names: [args.output.results, args.output.failures],
        output_format: args.output.output_format,
        target,
    };
    let args = CheckArgs {
        sheet: args.sheet,
        account: args.account,
        pacing: args.pacing,
        calls: args.calls,
        skipping: args.skipping,
        format: ReportFormat::Text,
    };
    check_as(args, given, console)
}

fn check_as(args: CheckArgs, given: Given, console: &Console) -> Result<u8, Failure> {
    let Given {
        names,
        output_format,
        target,
    } = given;
    let suggests_workbooks = output_format.is_none() && names.iter().all(Option::is_none);
    let on_conflict = args.sheet.on_conflict;
    let sheet = open_unchanged(args.sheet, names)?;
    let plan = Plan::build(&sheet, on_conflict, |_, _| {}).map_err(Failure::usage)?;
    let (pacing, asked) = match &target {
        Some(target) => {
            let calling = target.calling(&args.pacing, args.calls.retries);
            let client = target.client(args.calls.timeout, console)?;
            let within = args.skipping.window.modified_within;
            let asked = ask(&plan, &client, &calling, within, console)?;
            (calling.pacing(), Some(asked))
        }
        None => (pacing(&args.pacing), None),
    };
    // Where only the permission to ask is missing, a run would go on without.
    let is_refused = asked.as_ref().is_some_and(|(asked, _)| {
        let error = asked.ended.holds_for_all();
        error.is_some_and(|error| !error.lacks_permission())
    });
    let findings = Findings::of(&sheet, &plan, console.shows_details()).map_err(Failure::usage)?;
    let survey = Survey::new(&sheet, &plan, &pacing, asked, findings);
    match args.format {
        ReportFormat::Text => {
            let overview = survey.overview(&plan, &pacing);
            print(format_args!("{}\n", sheet.layout())).map_err(Failure::stdout)?;
            for warning in &survey.warnings {
                console.warning(warning);
            }
            print(format_args!("\n{overview}")).map_err(Failure::stdout)?;
            survey.findings.print()?;
            if sheet.layout().format.is_workbook() && !sheet.is_ours() && suggests_workbooks {
                console.note(say!("run-as-workbooks"));
            }
        }
        ReportFormat::Json => print_json(&survey).map_err(|error| match error.kind() {
            // It reads the sheet once more.
            ErrorKind::InvalidData => Failure::usage(error),
            _ => Failure::stdout(error),
        })?,
    }
    let bad = plan.invalid() + plan.conflicting_rows();
    Ok(match bad {
        _ if is_refused => STOPPED,
        0 => OK,
        _ => SOME_FAILED,
    })
}

/// That of a run that names no account.
fn pacing(args: &PacingArgs) -> Pacing {
    let rate = args.rate.unwrap_or(RateLimit::DEFAULT);
    Pacing::new(
        rate,
        args.workers.unwrap_or_default(),
        None,
        args.deadline.and_then(|at| deadline(at).time()),
    )
}

/// What a run would find when it asks the ERP before sending, and, by order, what it would send.
fn ask(
    plan: &Plan,
    client: &Client,
    calling: &Calling,
    within: Duration,
    console: &Console,
) -> Result<(Listings, Vec<bool>), Failure> {
    let stop = Stop::default();
    let asked = survey(plan, client, calling, within, &stop, &[console])
        .map_err(|error| Failure::new(STOPPED, error))?;
    match stop.reason() {
        None => Ok(asked),
        Some(reason) => Err(Failure::new(STOPPED, reason)),
    }
}

/// The flags of valid rows, the most frequent first.
fn flags(plan: &Plan) -> Vec<FlagCount> {
    let counts = plan.flags().map(|(flag, rows)| FlagCount {
        flag: flag.to_owned(),
        rows,
    });
    let mut list: Vec<_> = counts.collect();
    list.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.flag.cmp(&b.flag)));
    list
}

impl<'s> Survey<'s> {
    fn new(
        sheet: &'s Sheet,
        plan: &Plan,
        pacing: &Pacing,
        asked: Option<(Listings, Vec<bool>)>,
        findings: Findings<'s>,
    ) -> Self {
        let (asked, to_send) = asked.unzip();
        let is_sent = |id: OrderId| match &to_send {
            Some(to_send) => to_send[id.index()],
            None => plan.is_sent(id),
        };
        let listing_calls = asked.as_ref().map_or(0, |asked| asked.calls);
        let sent = plan.ids().filter(|&id| is_sent(id)).count() as u64;
        let calls = listing_calls + sent;
        let mut flags = flags(plan);
        let others = flags.split_off(flags.len().min(MAX_FLAGS));
        let layout = sheet.layout();
        Survey {
            sheet: sheet.name(),
            format: layout.format.to_string(),
            encoding: layout.encoding,
            delimiter: layout.delimiter,
            worksheet: layout.worksheet.as_deref(),
            worksheets: &layout.worksheets,
            header_line: layout.header_line,
            skipped_lines: layout.skipped_lines,
            columns: sheet.columns(),
            order_column: &layout.order_column,
            flag_column: layout.flag_column.as_deref(),
            given_flag: layout.given_flag.as_deref(),
            warnings: layout
                .warnings
                .iter()
                .map(Warning::to_string)
                .chain((plan.rows() == 0).then(|| say!("run-no-rows")))
                .collect(),
            rows: plan.rows(),
            invalid_rows: plan.invalid(),
            left_out_rows: plan.left_out(),
            distinct_orders: plan.orders() as u64,
            unchanged_orders: asked.map(|asked| asked.saved),
            calls,
            listing_calls,
            seconds: pacing.time_for(calls).map(|time| time.as_secs()),
            left_at_deadline: pacing.left_at_deadline(calls, Timestamp::now()),
            preview: Preview::of(sheet, plan, is_sent),
            rows_with_other_flags: others.iter().map(|other| other.rows).sum(),
            flags,
            orders_with_different_flags: plan.conflicts(),
            findings,
        }
    }

    /// What people see before the findings.
    fn overview(&self, plan: &Plan, pacing: &Pacing) -> String {
        let rows = match self.left_out_rows {
            0 => say!(
                "check-rows",
                rows = self.rows,
                invalid = self.invalid_rows,
                orders = self.distinct_orders
            ),
            left_out => say!(
                "check-rows-left-out",
                rows = self.rows,
                invalid = self.invalid_rows,
                left = left_out,
                orders = self.distinct_orders
            ),
        };
        let calls = forecast(self.calls, pacing, &ZonedDateTime::now());
        let mut lines = vec![rows, say!("check-run", calls = calls)];
        if self.listing_calls > 0 {
            lines.push(say!("check-listing-calls", calls = self.listing_calls));
        }
        lines.extend(preview(&self.preview, self.calls - self.listing_calls));
        let (listed, rest) = self.flags.split_at(self.flags.len().min(LISTED_FLAGS));
        for FlagCount { flag, rows } in listed {
            lines.push(format!("{rows:>8}  {}", one_line(flag, MAX_CELL)));
        }
        let rest: u64 = rest.iter().map(|flag| flag.rows).sum();
        let unlisted = rest + self.rows_with_other_flags;
        if unlisted > 0 {
            lines.push(format!("{unlisted:>8}  {}", say!("check-other-flags")));
        }
        let conflicts = self.orders_with_different_flags;
        if conflicts > 0 {
            lines.push(match plan.on_conflict() {
                OnConflict::Last => say!("check-conflicts-last", orders = conflicts),
                OnConflict::Invalid => say!("check-conflicts-invalid", orders = conflicts),
            });
        }
        lines.join("\n") + "\n"
    }
}
