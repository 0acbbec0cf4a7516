//! `check`: what would be sent? Reads the sheet, and calls the ERP only if it is to be asked.

use jiff::{Timestamp, ZonedDateTime};
use serde::Serialize;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED, of_stop};
use super::findings::{Group, MAX_CELL, find};
use super::inputs::{
    account_if_any, account_of_run, client, ensure_in_time, is_stream, open_given, paths, rules,
    settings,
};
use super::next::NextCommand;
use crate::cli::RunArgs;
use crate::console::{Console, forecast, labelled, preview, print, taken_over};
use crate::language::say;
use crate::outputs::Outputs;
use crate::pace::Pacing;
use crate::run::{Observer, OnConflict, Orders, Planned, Preview, foresee, survey};
use crate::sheet::Layout;
use crate::stop::Stop;
use crate::text::one_line;

/// Distinct flags that are told; a sheet with more has the wrong flag column.
const MAX_FLAGS: usize = 10_000;
const LISTED_FLAGS: usize = 50;

#[derive(Serialize)]
struct Survey<'s> {
    sheet: &'s str,
    #[serde(flatten)]
    layout: &'s Layout,
    columns: &'s [String],
    /// Told of the whole command.
    #[serde(skip)]
    warnings: Vec<String>,
    rows: u64,
    invalid_rows: u64,
    /// Hidden rows that are not wanted (`--visible-only`).
    left_out_rows: u64,
    distinct_orders: u64,
    /// Those that the ERP lists with their flag, if it was asked (`--skip-unchanged`).
    unchanged_orders: Option<u64>,
    calls: u64,
    listing_calls: u64,
    /// How long they take; `None` if only the ERP's speed bounds them.
    seconds: Option<u64>,
    left_at_deadline: Option<u64>,
    #[serde(flatten)]
    preview: Preview,
    /// Of valid rows, the most frequent first.
    flags: Vec<FlagCount<'s>>,
    /// Valid rows whose flag is beyond [`MAX_FLAGS`].
    rows_with_other_flags: u64,
    orders_with_different_flags: u64,
    findings: Vec<Group>,
}

#[derive(Serialize)]
struct FlagCount<'s> {
    flag: &'s str,
    rows: u64,
}

/// `run --dry-run` is `check`.
pub(super) fn check(args: &RunArgs, console: &Console, outputs: &Outputs) -> Result<u8, Failure> {
    let asks = args.skipping.skip_unchanged;
    let configured = if asks || args.sandbox {
        Some(account_of_run(args, console)?)
    } else {
        account_if_any(&args.account, console)?.ok()
    };
    if let Some(configured) = &configured {
        outputs.ending().account = Some(configured.account.clone());
    }
    let rules = rules(configured.as_ref(), &args.calls);
    let pacing = rules.pacing(None);
    let (sheet, notes, is_update) = open_given(args, configured.as_ref())?;
    ensure_in_time(&args.calls)?;
    let next = NextCommand::new(&sheet);
    let layout = sheet.layout();
    let on_conflict = args.sheet.on_conflict;
    let of_run = configured
        .as_ref()
        .and_then(|it| Some((it, paths(args, configured.as_ref()).ok()?)));
    let (mut orders, age) = match of_run {
        Some((configured, paths)) => {
            let settings = settings(args, configured, paths);
            foresee(&sheet, &configured.account, &settings, is_update)?
        }
        None => {
            let orders = Orders::of(&sheet, on_conflict, |_, _| {});
            (orders.map_err(Failure::usage)?, None)
        }
    };
    orders.want_unsettled(args.limit);
    let continued = Planned::to_send(&orders, pacing, age).continued;
    let mut asked = None;
    if let Some(configured) = configured.as_ref().filter(|_| asks) {
        let client = client(&configured.account, args.calls.timeout, console)?;
        let (within, stop) = (args.skipping.modified_within, Stop::default());
        let observers: [&dyn Observer; 2] = [console, outputs];
        let (listings, stopped) = survey(&mut orders, &client, &rules, within, &stop, &observers)?;
        if let Some(reason) = stopped {
            return Err(Failure::new(of_stop(&reason), reason));
        }
        asked = Some(listings);
    }
    let mut warnings: Vec<_> = layout.warnings.iter().map(|(it, _)| it.clone()).collect();
    warnings.extend(notes);
    warnings.extend(orders.warn_alike());
    warnings.extend(continued.map(taken_over));
    let flags = orders.flags().map(|(flag, rows)| FlagCount { flag, rows });
    let mut flags: Vec<_> = flags.collect();
    flags.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.flag.cmp(b.flag)));
    let other_flags = flags.split_off(flags.len().min(MAX_FLAGS));
    let listing_calls = asked.as_ref().map_or(0, |asked| asked.calls);
    let calls = listing_calls + orders.wanted().count() as u64;
    let with_details = console.shows_details();
    let survey = Survey {
        sheet: sheet.name(),
        layout,
        columns: sheet.columns(),
        warnings,
        rows: orders.rows,
        invalid_rows: orders.invalid,
        left_out_rows: orders.left_out,
        distinct_orders: orders.given() as u64,
        unchanged_orders: asked.as_ref().map(|asked| asked.saved),
        calls,
        listing_calls,
        seconds: pacing.time_for(calls).map(|time| time.as_secs()),
        left_at_deadline: pacing.left_at_deadline(calls, Timestamp::now()),
        preview: Preview::of(&orders),
        flags,
        rows_with_other_flags: other_flags.iter().map(|it| it.rows).sum(),
        orders_with_different_flags: orders.conflicts,
        findings: find(&sheet, &orders, with_details).map_err(Failure::usage)?,
    };
    let next = (survey.calls > 0 && !args.ask && !is_stream(&args.sheet)).then(|| next.run());
    outputs.ending().check = serde_json::to_value(&survey).ok();
    outputs.ending().next = next.clone();
    if outputs.is_json() {
        outputs.ending().warnings.extend(survey.warnings);
    } else {
        print(format_args!("{layout}\n")).map_err(Failure::stdout)?;
        for warning in &survey.warnings {
            console.warning(warning);
        }
        let mut lines = survey.overview(on_conflict, &pacing);
        for group in &survey.findings {
            lines.push(String::new());
            lines.extend(group.lines(with_details));
        }
        if let Some(next) = next {
            lines.extend([String::new(), labelled(&say!("label-next"), next.text)]);
        }
        print(lines.join("\n") + "\n").map_err(Failure::stdout)?;
    }
    // Where only the permission to ask is missing, a run would go on without.
    let refusal = asked.and_then(|asked| asked.refused);
    let refusal = refusal.filter(|error| !error.lacks_permission());
    let refusal = refusal.filter(|error| error.holds_for_all());
    Ok(if let Some(error) = refusal {
        outputs.failed("given_up", &error.to_string());
        STOPPED
    } else if orders.unclear() > 0 {
        SOME_FAILED
    } else {
        OK
    })
}

impl Survey<'_> {
    fn overview(&self, on_conflict: OnConflict, pacing: &Pacing) -> Vec<String> {
        let calls = forecast(self.calls, pacing, &ZonedDateTime::now());
        let mut lines = vec![
            String::new(),
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
        for it in listed {
            lines.push(line(it.rows, &one_line(it.flag, MAX_CELL)));
        }
        let unlisted = self.rows_with_other_flags + rest.iter().map(|it| it.rows).sum::<u64>();
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
