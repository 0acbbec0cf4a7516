//! The words for what the rest of the program says as data.

mod misfit;

use std::fmt;

use crate::config::{ConfigError, CredentialFault, Setting, Slot};
use crate::erp::field::{Invalid, Refused};
use crate::erp::{CallError, ErrorKind, Reason};
use crate::files::journal::Foreign;
use crate::files::{NotUpdated, Status};
use crate::run::{Destination, LineRef, Note};
use crate::sheet::{CellFault, Place, Problem, SheetLine, Warning};
use crate::stop::StopReason;
use crate::text::{counted, duration, one_line, quoted};

pub const NOWHERE_TO_ASK: &str =
    "init asks on stderr, which goes elsewhere here; leave it on the terminal";
pub const NO_ROWS: &str = "the sheet has a header and no rows";
const TORN: &str = "a line break has probably torn it from the row above; join the two, with quotes around the cell that has the line break";
pub const AS_WORKBOOKS: &str = "--output-format xlsx gives results and failures as workbooks, in which Excel and WPS change nothing";
const CHANGED: &str = "a spreadsheet has probably changed it; enter it again in a column formatted as text (文本), or, if it is meant, add --accept-changes";
/// Characters of a header that a message shows.
const MAX_HEADER: usize = 40;

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ErrorKind::Rejected => "rejected",
            ErrorKind::Throttled(_) => "throttled",
            ErrorKind::Transient => "failed for now",
            ErrorKind::Unreachable => "not reached",
            ErrorKind::Clock => "wrong clock",
            ErrorKind::Fatal => "fatal",
            ErrorKind::Doubtful => "refused",
        };
        write!(f, "{kind}: {}", self.reason)?;
        match self.code {
            Some(code) => write!(f, " (status {code})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Erp(message)
            | Reason::NotConnected(message)
            | Reason::Connection(message)
            | Reason::CutOff(message) => f.write_str(message),
            Reason::Http(status) => write!(f, "HTTP {status}"),
            Reason::WrongEndpoint(status) => write!(f, "HTTP {status}: wrong endpoint?"),
            Reason::RefusedBeforeErp(status) => {
                write!(f, "HTTP {status}: refused before the ERP")
            }
            Reason::TooManyRequests => f.write_str("HTTP 429: too many requests"),
            Reason::NotJson => f.write_str("the reply is not the ERP's JSON"),
            Reason::Maintenance => f.write_str("the system is under maintenance"),
            Reason::NoConnection(time) => {
                write!(f, "no connection within {} s", time.as_secs_f32())
            }
            Reason::Timeout(time) => write!(f, "no reply within {} s", time.as_secs_f32()),
            Reason::HostNotFound => f.write_str("host not found"),
            Reason::BadUrl => f.write_str("the endpoint's URL cannot be called"),
            Reason::SpokeFirst => {
                f.write_str("the server spoke or hung up before it was asked anything")
            }
            Reason::ProxyLogin { proxy, variable } => write!(
                f,
                "the proxy {proxy} wants a user and password that it knows (HTTP 407); give them in {variable}, as http://USER:PASSWORD@HOST:PORT"
            ),
            Reason::NotAlone => f.write_str("unusable reply: more came after its end"),
            Reason::Malformed(what) => write!(f, "unusable reply: {what}"),
            Reason::OutOfHandles(why) => write!(
                f,
                "this machine cannot open another connection: {why}; allow more open files (ulimit -n) or use fewer --workers"
            ),
            Reason::Certificate(why) => {
                write!(f, "the server's certificate is not trusted: {why}")
            }
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Signal(_) => f.write_str("interrupted"),
            StopReason::Fatal(error) => match error.code {
                Some(code) => write!(f, "{} (status {code})", error.reason),
                None => write!(f, "{}", error.reason),
            },
            StopReason::Clock { error, offset } => write!(
                f,
                "{} (status {}), even after the clock was corrected by {offset} s from the ERP's Date header",
                error.reason,
                error.code.unwrap_or_default()
            ),
            StopReason::Journal(why) | StopReason::Sheet(why) => f.write_str(why),
            StopReason::Failures(count) => {
                write!(f, "{count} orders were not accepted (--max-failures)")
            }
            StopReason::ConsecutiveFailures { count, message } => write!(
                f,
                "{count} orders in a row failed, the last with: {message} (--max-consecutive-failures)"
            ),
            StopReason::Unreachable {
                reason,
                seconds,
                answered: true,
            } => write!(
                f,
                "the server has not answered for {seconds} s: {reason} (--give-up-after)"
            ),
            StopReason::Unreachable {
                reason,
                seconds,
                answered: false,
            } => write!(
                f,
                "not one call was answered in {seconds} s: {reason}; is the endpoint right? (--give-up-after)"
            ),
            StopReason::ShutOut { reason, seconds } => write!(
                f,
                "no call has got through the ERP's limit for {seconds} s: {reason} (--give-up-after)"
            ),
            StopReason::Deadline => f.write_str("the deadline has passed (--deadline)"),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stand_in {
            return f.write_str("the stand-in (--sandbox); nothing is sent to the ERP");
        }
        write!(
            f,
            "{} (app key {}) at {}",
            self.account, self.app_key, self.endpoint
        )
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Setting::Sid => "sid",
            Setting::AppKey => "app key",
            Setting::AppSecret => "app secret",
            Setting::Endpoint => "endpoint",
        })
    }
}

impl Setting {
    /// As `init` asks for it.
    pub fn question(self) -> &'static str {
        match self {
            Setting::Sid => "seller account (sid)",
            Setting::AppKey => "app key",
            Setting::AppSecret => "app secret (secret:salt; it is not shown)",
            Setting::Endpoint => "endpoint (production, test or a URL)",
        }
    }
}

/// What `init` says before its questions.
pub fn asking_for(slot: &Slot) -> String {
    format!(
        "the account goes into profile `{}` of {}; app key and secret are those of your application on the ERP's open platform (旺店通开放平台)",
        slot.profile(),
        slot.path().display()
    )
}

/// What `init` asks before it replaces an account.
pub fn may_replace(slot: &Slot) -> String {
    let sid = slot.given(Setting::Sid);
    let whose = sid.map_or(String::new(), |sid| format!(" (sid {sid})"));
    format!(
        "profile `{}`{whose} is there already; replace its account?",
        slot.profile()
    )
}

pub fn saved(slot: &Slot) -> String {
    let (profile, file) = (slot.profile(), slot.path().display());
    format!("saved as profile `{profile}` of {file}, which nobody else can read")
}

/// The environment's variables that come before the profile.
pub fn overruled(names: &[&str], profile: &str) -> String {
    format!(
        "{} in the environment comes before the profile; unset it, or give --profile {profile}",
        names.join(", ")
    )
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Other(message) => f.write_str(message),
            ConfigError::Credential {
                setting,
                origin,
                fault,
            } => write!(f, "{origin}: the {setting} {fault}"),
            ConfigError::Empty { setting, origin } => {
                write!(f, "{origin}: the {setting} is empty")
            }
            ConfigError::NoEndpoint { origin } => write!(
                f,
                "{origin}: the endpoint is none; give `production`, `test` or a URL that begins with https:// or http://"
            ),
            ConfigError::Ended(setting) => write!(
                f,
                "input ended before the {setting}, so nothing is saved; on a terminal init asks, from a script it reads four lines: seller account, app key, app secret, endpoint"
            ),
            ConfigError::NotAFile(path) => write!(
                f,
                "`{}` is a link or no regular file, and is not written; name the file itself with --config",
                path.display()
            ),
            ConfigError::Taken { profile, file } => write!(
                f,
                "profile `{profile}` of {} is there already and is kept; --yes replaces its account, --profile NAME makes another",
                file.display()
            ),
            ConfigError::Mixed { one, other } => write!(
                f,
                "environment and profile name different accounts, and this would mix them: {} from {}, but {} from {}; give the whole account in one place, or take away what belongs to the other",
                one.0, one.1, other.0, other.1
            ),
        }
    }
}

impl fmt::Display for CredentialFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |c: &char| format!("U+{:04X}", u32::from(*c));
        match self {
            CredentialFault::Quote(quote) => {
                write!(f, "begins or ends with a quote ({quote}); leave it out")
            }
            CredentialFault::Blank => f.write_str("has a blank inside; take it out"),
            CredentialFault::LineBreak => f.write_str("has a line break inside; take it out"),
            CredentialFault::Invisible(c) => write!(
                f,
                "has an invisible character ({}) inside; type it again",
                code(c)
            ),
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Old(age) => {
                let age = duration(*age);
                return write!(f, "is of a run {age} ago, too old to be true today (--continue-within)");
            }
            Foreign::OtherIdentity => {
                "belongs to another account, secret, endpoint, choice of columns or --on-conflict, or was not written by this program"
            }
            Foreign::NotOwn => "is another user's, or others can write to it",
            Foreign::OtherRows => "holds rows this sheet does not have",
            Foreign::Damaged => "is damaged or was changed",
            Foreign::OtherSheet => {
                "is of a run over another sheet with the same results or failures"
            }
            Foreign::NotWanted => "is not continued, as asked (--fresh)",
        })
    }
}

impl fmt::Display for SheetLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(worksheet) = &self.worksheet {
            write!(f, "worksheet {}, ", one_line(worksheet, MAX_HEADER))?;
        }
        write!(f, "line {}", self.line)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |line| SheetLine {
            worksheet: self.worksheet.clone(),
            line,
        };
        match self.sheet_line {
            None => at(self.line).fmt(f),
            Some(line) => write!(f, "line {} ({} of the sheet)", self.line, at(line)),
        }
    }
}

impl fmt::Display for LineRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineRef::Sheet(line) => line.fmt(f),
            LineRef::Failures(line) => write!(f, "{line} of the failures file"),
        }
    }
}

impl fmt::Display for NotUpdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUpdated::Missing => f.write_str("they are not there"),
            NotUpdated::Unreadable(why) => write!(f, "they cannot be read ({why})"),
            NotUpdated::OtherForm => f.write_str("they are not as wdt-flags writes them"),
            NotUpdated::OtherColumns => f.write_str("they have other columns"),
            NotUpdated::NoSuchLine(line) => write!(f, "they have no {line}"),
            NotUpdated::LaterRun => f.write_str("they are of a later run"),
        }
    }
}

impl Note<'_> {
    pub const CONFLICT: &'static str = "the order is given different flags";
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Reply(reply) => f.write_str(reply),
            Note::Invalid {
                problem,
                decided_by: None,
            } => write!(f, "{problem}"),
            Note::Invalid {
                problem,
                decided_by: Some(line),
            } => write!(
                f,
                "{problem}; but {line} decides: remove this row rather than correct it"
            ),
            Note::Conflict {
                line,
                accepted_before,
            } => {
                write!(f, "{}; its last row is {line}", Note::CONFLICT)?;
                match accepted_before {
                    true => f.write_str("; the last one was accepted before the sheet grew"),
                    false => Ok(()),
                }
            }
            Note::LeftOut => f.write_str("hidden in the sheet (--visible-only)"),
            Note::NotSent(Some(reason)) => write!(f, "not sent: {reason}"),
            Note::BeyondLimit(limit) => write!(f, "not sent: --limit {limit}"),
            Note::NotSent(None) => f.write_str("not sent"),
            Note::SameAs { line, reply: "" } => write!(f, "same as {line}"),
            Note::SameAs { line, reply } => write!(f, "same as {line}: {reply}"),
            Note::DecidedBy { line, ended } => match ended {
                Some(Status::Ok) => write!(f, "{line} decides"),
                Some(Status::Rejected) => write!(
                    f,
                    "{line} decides and was refused; take that row out to send this one"
                ),
                Some(_) => write!(
                    f,
                    "{line} decides, but failed: the order keeps the flag it had, unless the ERP applied a call whose reply was lost"
                ),
                None => write!(
                    f,
                    "{line} decides, but was skipped: the order keeps the flag it had"
                ),
            },
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::CloseEncoding { taken, other } => write!(
                f,
                "read as {taken}, but its few characters could as well be {other}; if words look wrong in `check`, give --encoding {}",
                other.to_lowercase()
            ),
            Warning::HiddenRows {
                count,
                left_out: false,
            } => write!(
                f,
                "{}, by a filter perhaps, and sent too; --visible-only leaves them out",
                counted(*count, "row is hidden", "rows are hidden")
            ),
            Warning::HiddenRows {
                count,
                left_out: true,
            } => write!(
                f,
                "{} and left out (--visible-only)",
                counted(*count, "row is hidden", "rows are hidden")
            ),
            Warning::MergedCells { count } => write!(
                f,
                "{} over rows; the value counts for each of these",
                counted(
                    *count,
                    "order or flag cell is merged",
                    "order or flag cells are merged"
                )
            ),
        }
    }
}

impl fmt::Display for Problem {
    /// What is wrong and what to do, on one line, naming the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::FieldCount { found, expected } if found < expected => write!(
                f,
                "wrong number of fields: {found} where the header has {expected}; {TORN}"
            ),
            Problem::FieldCount { found, expected } => write!(
                f,
                "wrong number of fields: {found} where the header has {expected}; correct the row, and put quotes around a cell that contains the delimiter"
            ),
            Problem::ExtraFields => f.write_str(
                "wrong number of fields, see extra_fields; correct the row and empty that cell",
            ),
            Problem::Cell { column, fault } => cell(f, &one_line(column, MAX_HEADER), fault),
        }
    }
}

impl Problem {
    /// What is wrong and what to do, in words that all rows with this problem share.
    pub fn common(&self) -> String {
        match self {
            Problem::FieldCount { found, expected } => {
                let (than, advice) = match found < expected {
                    true => ("fewer", TORN),
                    false => (
                        "more",
                        "correct the rows, and put quotes around a cell that contains the delimiter",
                    ),
                };
                format!(
                    "wrong number of fields: {than} than the {expected} of the header; {advice}"
                )
            }
            Problem::ExtraFields => self.to_string(),
            Problem::Cell { column, fault } => {
                let column = one_line(column, MAX_HEADER);
                match fault {
                    CellFault::Misfit(misfit, _) => format!("{column} is {}", misfit.words()),
                    CellFault::Changed { .. } => {
                        format!("{column} is not what the results have for its line: {CHANGED}")
                    }
                    CellFault::Invalid(Invalid::Empty) => self.to_string(),
                    CellFault::Invalid(Invalid::TooLong { max, .. }) => {
                        format!("{column} has more than the {max} characters that the ERP takes")
                    }
                    CellFault::Invalid(Invalid::Character { kind, .. }) => {
                        let (what, advice) = refused(*kind);
                        format!("{column} has {what}; {advice}")
                    }
                }
            }
        }
    }

    /// What is particular to the row.
    pub fn particular(&self) -> Option<String> {
        match self {
            Problem::FieldCount { found, expected } => {
                Some(format!("{found} instead of {expected}"))
            }
            Problem::ExtraFields => None,
            Problem::Cell { fault, .. } => match fault {
                CellFault::Misfit(misfit, text) => misfit.shown(text),
                CellFault::Changed { was, now } => {
                    Some(format!("{} instead of {}", quoted(now), quoted(was)))
                }
                CellFault::Invalid(Invalid::Empty) => None,
                CellFault::Invalid(Invalid::TooLong { length, .. }) => {
                    Some(format!("{length} characters"))
                }
                CellFault::Invalid(Invalid::Character { c, kind, position }) => {
                    Some(format!("character {position} is {}", code_point(*c, *kind)))
                }
            },
        }
    }
}

/// What stands in a cell that the ERP refuses, and what to do about it.
fn refused(kind: Refused) -> (&'static str, &'static str) {
    match kind {
        Refused::LineBreak => ("a line break", "remove it"),
        Refused::Tab => ("a tab", "remove it"),
        Refused::Control => ("a control character", "remove it"),
        Refused::Replacement => (
            "\u{fffd}",
            "the text was already damaged when the sheet was saved; export it again",
        ),
        Refused::PrivateUse => (
            "a character without a meaning",
            "the sheet was probably read in the wrong encoding; give its own with --encoding",
        ),
        Refused::Invisible => (
            "an invisible character",
            "it makes another text than the one that is seen; enter the cell again",
        ),
        Refused::Emoji => ("an emoji", "the ERP may refuse emoji; remove it"),
    }
}

/// A character by its number, and as it is where it can be shown.
fn code_point(c: char, kind: Refused) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match kind {
        Refused::Emoji => format!("{c} {code}"),
        _ => code,
    }
}

fn cell(f: &mut fmt::Formatter<'_>, column: &str, fault: &CellFault) -> fmt::Result {
    match fault {
        CellFault::Misfit(misfit, text) => {
            let shown = misfit.shown(text).map(|shown| format!("{shown}, "));
            let shown = shown.unwrap_or_default();
            write!(f, "{column} is {shown}{}", misfit.words())
        }
        CellFault::Changed { was, now } => write!(
            f,
            "{column} is {}, but the results have {} for this line: {CHANGED}",
            quoted(now),
            quoted(was)
        ),
        CellFault::Invalid(Invalid::Empty) => write!(f, "{column} is empty"),
        CellFault::Invalid(Invalid::TooLong { length, max }) => write!(
            f,
            "{column} has {length} characters; the ERP takes at most {max}"
        ),
        CellFault::Invalid(Invalid::Character { c, kind, position }) => {
            let (what, advice) = refused(*kind);
            let code = code_point(*c, *kind);
            write!(
                f,
                "{column} has {what} ({code}) as character {position}; {advice}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::field::Invalid;

    #[test]
    fn notes_say_what_became_of_a_row_and_count_by_what_is_common() {
        let empty = || Problem::Cell {
            column: "flag_name".into(),
            fault: CellFault::Invalid(Invalid::Empty),
        };
        let line = |line| {
            LineRef::Sheet(SheetLine {
                worksheet: None,
                line,
            })
        };
        let reason = StopReason::Deadline;
        for (note, text, common) in [
            (Note::Reply(""), "", ""),
            (Note::Reply("单据不存在"), "单据不存在", "单据不存在"),
            (
                Note::SameAs {
                    line: line(4),
                    reply: "",
                },
                "same as line 4",
                "",
            ),
            (
                Note::SameAs {
                    line: line(4),
                    reply: "单据不存在",
                },
                "same as line 4: 单据不存在",
                "单据不存在",
            ),
            (
                Note::Invalid {
                    problem: empty(),
                    decided_by: Some(line(9)),
                },
                "flag_name is empty; but line 9 decides: remove this row rather than correct it",
                "flag_name is empty",
            ),
            (
                Note::Conflict {
                    line: line(9),
                    accepted_before: false,
                },
                "the order is given different flags; its last row is line 9",
                "the order is given different flags",
            ),
            (
                Note::NotSent(Some(&reason)),
                "not sent: the deadline has passed (--deadline)",
                "not sent: the deadline has passed (--deadline)",
            ),
            (
                Note::DecidedBy {
                    line: line(9),
                    ended: Some(Status::Ok),
                },
                "line 9 decides",
                "line 9 decides",
            ),
        ] {
            assert_eq!(note.to_string(), text);
            assert_eq!(note.reason(), common, "{text}");
        }
    }
}
