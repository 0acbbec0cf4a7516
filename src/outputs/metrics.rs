//! `--metrics`: a file for the textfile collector of node_exporter. Samples have no time stamps, with
//! which the collector drops a file; names and help are the same in every file, as it demands.

use std::fs;
use std::path::Path;

use super::ending::Ending;
use super::{ensure_own, replace_own};
use crate::erp::Account;
use crate::files::{FileError, Status};

const MARK: &str = "# HELP wdt_flags_";
const SUCCESS: &str = "wdt_flags_last_success_timestamp_seconds";

/// Names with what they tell of, in the order in which they are written.
const FAMILIES: [&str; 9] = [
    "wdt_flags_last_run_timestamp_seconds When the last run ended.",
    "wdt_flags_last_success_timestamp_seconds When a run last ended with exit code 0; 0 if none has.",
    "wdt_flags_last_run_exit_code The exit code of the last run.",
    "wdt_flags_duration_seconds How long the last run took.",
    "wdt_flags_rows Rows of the last run by how they ended; all 0 if it wrote no results.",
    "wdt_flags_calls Calls to the ERP that the last run made, by what they were for.",
    "wdt_flags_throttled_calls Calls of the last run that were over a limit of the ERP.",
    "wdt_flags_pauses Pauses that the ERP made the last run take.",
    "wdt_flags_pace_calls_per_second The last run's pace at its end; 0 if it made no call or nothing bound it.",
];

/// Puts the file in its place, with the last success of the one that it replaces.
pub fn write(path: &Path, ending: &Ending) -> Result<(), FileError> {
    ensure_own(path, MARK)?;
    let replaced = fs::read_to_string(path).unwrap_or_default();
    let text = text(ending, last_success(&replaced));
    replace_own(path, &text, MARK, None)?;
    open_to_all(path)
}

/// Collectors run as somebody else, whatever the umask is.
#[cfg(unix)]
fn open_to_all(path: &Path) -> Result<(), FileError> {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(path, mode).map_err(FileError::io(path))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<(), FileError> {
    Ok(())
}

fn text(ending: &Ending, last_success: f64) -> String {
    let finished = ending.finished_at.as_millisecond() as f64 / 1_000.0;
    let account = ending.account.as_ref();
    let account = account.map_or("", Account::name);
    let sheet = ending.sheet.as_deref().unwrap_or_default();
    let sheet = Path::new(sheet).file_name().unwrap_or_default();
    let labels = format!(
        "account=\"{}\",sheet=\"{}\"",
        escaped(account),
        escaped(&sheet.to_string_lossy())
    );
    let success = if ending.exit_code == 0 {
        finished
    } else {
        last_success
    };
    let rows = Status::OF_RESULTS.iter().map(|status| {
        let rows = ending.rows.as_ref();
        let rows = rows.and_then(|rows| rows.by_status.get(status).copied());
        ("status", status.as_str(), rows.unwrap_or_default() as f64)
    });
    let (counts, calls) = (&ending.counts, &ending.counts.calls);
    let one = |value: f64| vec![("", "", value)];
    let samples = [
        one(finished),
        one(success),
        one(ending.exit_code.into()),
        one(ending.duration_seconds),
        rows.collect(),
        vec![
            ("kind", "update", calls.update as f64),
            ("kind", "query", calls.query as f64),
            ("kind", "ping", calls.ping as f64),
        ],
        one(counts.throttled_calls as f64),
        one(counts.pauses as f64),
        one(counts.pace_per_minute.unwrap_or_default() / 60.0),
    ];
    let mut text = String::new();
    for (family, samples) in FAMILIES.iter().zip(samples) {
        let name = family.split(' ').next().unwrap_or_default();
        text += &format!("# HELP {family}\n# TYPE {name} gauge\n");
        for (label, value, sample) in samples {
            let own = match label {
                "" => String::new(),
                label => format!(",{label}=\"{value}\""),
            };
            text += &format!("{name}{{{labels}{own}}} {sample}\n");
        }
    }
    text
}

fn last_success(replaced: &str) -> f64 {
    let mut lines = replaced.lines();
    let sample = lines.find_map(|line| line.strip_prefix(SUCCESS)?.rsplit_once(' '));
    let value = sample.and_then(|(_, value)| value.parse::<f64>().ok());
    value.filter(|it| it.is_finite()).unwrap_or_default()
}

/// The value of a label.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    text.replace('\n', "\\n")
}
