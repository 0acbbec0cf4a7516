//! `check`: what would be sent? Reads the sheet, and calls the ERP only if it is to be asked.

use std::path::PathBuf;

use jiff::{Timestamp, ZonedDateTime};
use serde::Serialize;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED};
use super::findings::{Group, MAX_CELL, find};
use super::inputs::{account, account_of_run, client, open_unchanged, pacing, rules};
use crate::cli::{CheckArgs, ReportFormat, RunArgs};
use crate::config::Configured;
use crate::console::{Console, forecast, preview, print, print_json};
use crate::language::say;
use crate::pace::Pacing;
use crate::run::{Listings, OnConflict, Orders, Preview, survey};
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
    /// Of valid rows, the most frequent first.
    flags: Vec<FlagCount>,
    /// Valid rows whose flag is beyond [`MAX_FLAGS`].
    rows_with_other_flags: u64,
    orders_with_different_flags: u64,
    findings: Vec<Group>,
}

#[derive(Serialize)]
struct FlagCount {
    flag: String,
    rows: u64,
}

pub(super) fn check(args: CheckArgs, console: &Console) -> Result<u8, Failure> {
    let asks = args.skipping.skip_unchanged;
    let configured = asks.then(|| account(&args.account, console)).transpose()?;
    look(args, configured, [None, None], true, console)
}

/// `run --dry-run` is `check`.
pub(super) fn dry_run(args: RunArgs, console: &Console) -> Result<u8, Failure> {
    let asks = args.skipping.skip_unchanged;
    let configured = asks.then(|| account_of_run(&args, console)).transpose()?;
    let names = [args.output.results, args.output.failures];
    let is_default = args.output.output_format.is_none() && names.iter().all(Option::is_none);
    let args = CheckArgs {
        sheet: args.sheet,
        account: args.account,
        calls: args.calls,
        skipping: args.skipping,
        format: ReportFormat::Text,
    };
    look(args, configured, names, is_default, console)
}

/// `configured` is there if the ERP is to be asked, and `names` are those of results and failures.
fn look(
    args: CheckArgs,
    configured: Option<Configured>,
    names: [Option<PathBuf>; 2],
    suggests_workbooks: bool,
    console: &Console,
) -> Result<u8, Failure> {
    let pacing = pacing(&args.calls, configured.as_ref());
    let on_conflict = args.sheet.on_conflict;
    let sheet = open_unchanged(args.sheet, names)?;
    let mut orders = Orders::of(&sheet, on_conflict, |_, _| {}).map_err(Failure::usage)?;
    orders.want_unsettled(None);
    let mut asked = None;
    if let Some(configured) = &configured {
        let client = client(&configured.account, args.calls.timeout, console)?;
        let rules = rules(configured, &args.calls);
        let (within, stop) = (args.skipping.modified_within, Stop::default());
        let found = survey(&mut orders, &client, &rules, within, &stop, &[console])
            .map_err(Failure::of_run)?;
        if let Some(reason) = stop.reason() {
            return Err(Failure::new(STOPPED, reason));
        }
        asked = Some(found);
    }
    // Where only the permission to ask is missing, a run would go on without.
    let is_refused = asked.as_ref().is_some_and(|asked| {
        let error = asked.holds_for_all();
        error.is_some_and(|error| !error.lacks_permission())
    });
    let with_details = console.shows_details();
    let findings = find(&sheet, &orders, with_details).map_err(Failure::usage)?;
    let survey = Survey::new(&sheet, &orders, &pacing, asked, findings);
    match args.format {
        ReportFormat::Json => print_json(&survey).map_err(Failure::stdout)?,
        ReportFormat::Text => {
            print(format_args!("{}\n", sheet.layout())).map_err(Failure::stdout)?;
            for warning in &survey.warnings {
                console.warning(warning);
            }
            let mut lines = vec![String::new()];
            lines.extend(survey.overview(on_conflict, &pacing));
            for group in &survey.findings {
                lines.push(String::new());
                lines.extend(group.lines(with_details));
            }
            print(lines.join("\n") + "\n").map_err(Failure::stdout)?;
            if sheet.layout().format.is_workbook() && !sheet.is_ours() && suggests_workbooks {
                console.note(say!("run-as-workbooks"));
            }
        }
    }
    Ok(if is_refused {
        STOPPED
    } else if orders.unclear() > 0 {
        SOME_FAILED
    } else {
        OK
    })
}

impl<'s> Survey<'s> {
    /// `asked` is what the ERP was found to list.
    fn new(
        sheet: &'s Sheet,
        orders: &Orders,
        pacing: &Pacing,
        asked: Option<Listings>,
        findings: Vec<Group>,
    ) -> Self {
        let listing_calls = asked.as_ref().map_or(0, |asked| asked.calls);
        let calls = listing_calls + orders.wanted().count() as u64;
        let flags = orders.flags().map(|(flag, rows)| FlagCount {
            flag: flag.to_owned(),
            rows,
        });
        let mut flags: Vec<_> = flags.collect();
        flags.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.flag.cmp(&b.flag)));
        let others = flags.split_off(flags.len().min(MAX_FLAGS));
        let layout = sheet.layout();
        let mut warnings: Vec<_> = layout.warnings.iter().map(Warning::to_string).collect();
        if orders.rows == 0 {
            warnings.push(say!("run-no-rows"));
        }
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
            warnings,
            rows: orders.rows,
            invalid_rows: orders.invalid,
            left_out_rows: orders.left_out,
            distinct_orders: orders.distinct() as u64,
            unchanged_orders: asked.map(|asked| asked.saved),
            calls,
            listing_calls,
            seconds: pacing.time_for(calls).map(|time| time.as_secs()),
            left_at_deadline: pacing.left_at_deadline(calls, Timestamp::now()),
            preview: Preview::of(sheet, orders),
            rows_with_other_flags: others.iter().map(|other| other.rows).sum(),
            flags,
            orders_with_different_flags: orders.conflicts,
            findings,
        }
    }

    /// What people see before the findings.
    fn overview(&self, on_conflict: OnConflict, pacing: &Pacing) -> Vec<String> {
        let calls = forecast(self.calls, pacing, &ZonedDateTime::now());
        let mut lines = vec![
            say!(
                "check-rows",
                rows = self.rows,
                invalid = self.invalid_rows,
                left = self.left_out_rows,
                orders = self.distinct_orders
            ),
            say!("check-run", calls = calls),
        ];
        if self.listing_calls > 0 {
            lines.push(say!("check-listing-calls", calls = self.listing_calls));
        }
        lines.extend(preview(&self.preview, self.calls - self.listing_calls));
        let (listed, rest) = self.flags.split_at(self.flags.len().min(LISTED_FLAGS));
        let line = |rows: u64, flag: &str| format!("{rows:>8}  {flag}");
        let listed = listed.iter();
        lines.extend(listed.map(|it| line(it.rows, &one_line(&it.flag, MAX_CELL))));
        let rest: u64 = rest.iter().map(|flag| flag.rows).sum();
        let unlisted = rest + self.rows_with_other_flags;
        if unlisted > 0 {
            lines.push(line(unlisted, &say!("check-other-flags")));
        }
        let orders = self.orders_with_different_flags;
        if orders > 0 {
            let rule = on_conflict.as_str();
            lines.push(say!("conflicts", orders = orders, rule = rule));
        }
        lines
    }
}
