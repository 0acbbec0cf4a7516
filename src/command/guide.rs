//! `guide`: for who double-clicks the program or drops a sheet on it. Asks for what is missing, and
//! lets `check`, `init` and `run` do the work, each as a process of its own, until no more is given.
//! `run --ask` asks before it sends: what is confirmed is what it has read, for the account it calls.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::AtomicBool;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED, USAGE};
use super::signals::{leave_while, without_leaving};
use crate::config::{self, DEFAULT_PROFILE};
use crate::console::{Console, ask, can_ask, confirm};
use crate::files::is_of_stand_in;
use crate::language::{os_error, say};
use crate::text::all;

/// The arguments as they are, or those of `guide` where Explorer has started the program with nothing
/// or with files that were dropped on it.
#[cfg(windows)]
pub fn from_explorer(mut args: Vec<OsString>) -> Vec<OsString> {
    let mut given = args.iter().skip(1);
    if given.all(|it| Path::new(it).exists()) && is_started_by_explorer() {
        args.insert(1.min(args.len()), "guide".into());
    }
    args
}

#[cfg(windows)]
fn is_started_by_explorer() -> bool {
    use winsafe::{HPROCESSLIST, co};

    let find = || -> winsafe::SysResult<bool> {
        let mut processes = HPROCESSLIST::CreateToolhelp32Snapshot(co::TH32CS::SNAPPROCESS, None)?;
        let mut names = std::collections::HashMap::new();
        let mut parent = 0;
        for process in processes.iter_processes() {
            let process = process?;
            names.insert(process.th32ProcessID, process.szExeFile());
            if process.th32ProcessID == process::id() {
                parent = process.th32ParentProcessID;
            }
        }
        let name = names.get(&parent);
        Ok(name.is_some_and(|name| name.eq_ignore_ascii_case("explorer.exe")))
    };
    find().unwrap_or(false)
}

#[cfg(not(windows))]
pub fn from_explorer(args: Vec<OsString>) -> Vec<OsString> {
    args
}

/// By their names: one that is typed again replaces the other.
type Options = BTreeMap<String, String>;

pub(super) fn guide(sheets: Vec<PathBuf>, console: &Console) -> Result<u8, Failure> {
    if !can_ask() {
        return Err(Failure::usage(say!("nowhere-to-ask")));
    }
    let asks = leave_while()?;
    let mut sheets = sheets.into_iter();
    let (mut sheet, mut options) = (sheets.next(), Options::new());
    let (mut code, mut question) = (OK, say!("guide-sheet"));
    loop {
        if let Some(sheet) = &sheet {
            let carried = carry(sheet, options.clone(), &asks);
            code = carried.unwrap_or_else(|failure| {
                console.error(failure.message);
                failure.code
            });
            question = if code == USAGE {
                say!("guide-again")
            } else {
                say!("guide-next")
            };
        }
        let mut answer = None;
        if sheets.len() == 0 || code == USAGE {
            answer = ask(&question).map_err(|error| Failure::usage(os_error(&error)))?;
        }
        match answer.as_deref().map_or("", |answer| answer.trim()) {
            "" | "-" => match sheets.next() {
                Some(next) => (sheet, options) = (Some(next), Options::new()),
                None => return Ok(code),
            },
            typed if typed.starts_with('-') => options.extend(typed.split(" --").map(option)),
            path => (sheet, options) = (Some(dropped(path)), Options::new()),
        }
    }
}

fn option(typed: &str) -> (String, String) {
    let typed = typed.trim_start_matches('-');
    let (name, value) = typed.split_once([' ', '=']).unwrap_or((typed, ""));
    (format!("--{name}"), unquoted(value).to_owned())
}

/// The file that is dropped on a terminal.
fn dropped(text: &str) -> PathBuf {
    let path = PathBuf::from(unquoted(text));
    if cfg!(unix) && !path.exists() {
        // Some terminals write a backslash before a blank.
        return unquoted(text).replace('\\', "").into();
    }
    path
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let within = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// Shows what would be sent, and sends it if that is wanted.
fn carry(sheet: &Path, mut options: Options, asks: &AtomicBool) -> Result<u8, Failure> {
    options.insert("--ask".into(), String::new());
    if is_of_stand_in(sheet) {
        options.insert("--sandbox".into(), String::new());
    } else if !options.contains_key("--profile") && !options.contains_key("--sandbox") {
        options.extend(account(asks)?);
    }
    let code = program("check", &options, Some(sheet), asks)?;
    if code > SOME_FAILED {
        return Ok(code);
    }
    let code = program("run", &options, Some(sheet), asks)?;
    if code == STOPPED && !options.contains_key("--sandbox") {
        options.retain(|name, _| name == "--profile");
        let accepted = program("ping", &options, None, asks)?;
        enter_account_again(accepted, options, asks)?;
    }
    Ok(code)
}

/// The options of the account that is to be called.
fn account(asks: &AtomicBool) -> Result<Options, Failure> {
    let profiles = config::profiles(&|name| env::var_os(name)).map_err(Failure::usage)?;
    if config::is_given_by_environment(&|name| env::var_os(name)) {
        return Ok(Options::new());
    }
    let named = |option: &str, value: &str| Options::from([(option.to_owned(), value.to_owned())]);
    match &profiles[..] {
        [] if confirm(&say!("guide-no-account")) => {
            let accepted = program("init", &Options::new(), None, asks)?;
            enter_account_again(accepted, Options::new(), asks)?;
            Ok(Options::new())
        }
        [] => Ok(named("--sandbox", "")),
        [profile] => Ok(named("--profile", profile)),
        _ => loop {
            let default = profiles.iter().any(|profile| profile == DEFAULT_PROFILE);
            let question = say!(
                "guide-profile",
                profiles = all(&profiles),
                default = u8::from(default)
            );
            let Some(answer) = ask(&question).ok().flatten() else {
                return Ok(Options::new());
            };
            match answer.trim() {
                "" if default => return Ok(named("--profile", DEFAULT_PROFILE)),
                name if profiles.iter().any(|it| it == name) => {
                    return Ok(named("--profile", name));
                }
                _ => {}
            }
        },
    }
}

/// Lets an account be entered until the ERP accepts it, which is told by the exit code of what tests
/// it, or that is given up.
fn enter_account_again(
    mut accepted: u8,
    mut options: Options,
    asks: &AtomicBool,
) -> Result<(), Failure> {
    options.insert("--yes".into(), String::new());
    while accepted == STOPPED && confirm(&say!("guide-account-again")) {
        accepted = program("init", &options, None, asks)?;
    }
    Ok(())
}

/// Runs a command of this program, which has the signals while it runs, and gives its exit code.
fn program(
    command: &str,
    options: &Options,
    sheet: Option<&Path>,
    asks: &AtomicBool,
) -> Result<u8, Failure> {
    let options = options.iter().map(|(name, value)| match value.as_str() {
        "" => name.clone(),
        value => format!("{name}={value}"),
    });
    let sheet = sheet.map(|sheet| [OsStr::new("--"), sheet.as_os_str()]);
    let run = || {
        let mut program = process::Command::new(env::current_exe()?);
        program.arg(command).args(options);
        program.args(sheet.into_iter().flatten()).status()
    };
    let status = without_leaving(asks, run);
    let status = status.map_err(|error| Failure::new(STOPPED, os_error(&error)))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(STOPPED))
}
