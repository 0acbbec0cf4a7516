//! `guide`: for who double-clicks the program or drops a sheet on it. Asks for what is missing, and
//! lets `check`, `init` and `run` do the work, each as a process of its own, until no more is given.
//! `run --ask` asks before it sends: what is confirmed is what it has read, for the account it calls.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::iter::once;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED, USAGE};
use super::signals::{LOOK_EVERY, leave_while};
use crate::config;
use crate::console::{Console, ask, can_ask, confirm};
use crate::files::is_of_stand_in;
use crate::language::{os_error, say};
use crate::text::all;

/// The arguments as they are, or those of `guide` where Explorer has started the program with nothing
/// or with files that were dropped on it.
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
fn is_started_by_explorer() -> bool {
    false
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
    let command = |name: &str| {
        let words = options.iter().map(|(name, value)| match value.as_str() {
            "" => name.clone(),
            value => format!("{name}={value}"),
        });
        let words = once(name.to_owned()).chain(words).chain(once("--".into()));
        program(words.map(OsString::from).chain(once(sheet.into())), asks)
    };
    let code = command("check")?;
    if code > SOME_FAILED {
        return Ok(code);
    }
    let code = command("run")?;
    if code == STOPPED && !options.contains_key("--sandbox") {
        let profile = options.get("--profile");
        let named = profile.map(|profile| format!("--profile={profile}"));
        let words = |name: &str| once(name.to_owned()).chain(named.clone());
        if program(words("ping").map(OsString::from), asks)? == STOPPED
            && confirm(&say!("guide-account-again"))
        {
            enter_account(named.as_deref(), asks)?;
        }
    }
    Ok(code)
}

/// The options of the account that is to be called.
fn account(asks: &AtomicBool) -> Result<Options, Failure> {
    let profiles = config::profiles(&|name| env::var_os(name)).map_err(Failure::usage)?;
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if config::variables().any(|name| is_set(&name)) || is_set("WDT_PROFILE") {
        return Ok(Options::new());
    }
    let named = |option: &str, value: &str| Options::from([(option.to_owned(), value.to_owned())]);
    match &profiles[..] {
        [] if confirm(&say!("guide-no-account")) => {
            enter_account(None, asks)?;
            Ok(Options::new())
        }
        [] => Ok(named("--sandbox", "")),
        [profile] => Ok(named("--profile", profile)),
        _ => loop {
            let default = profiles.iter().any(|profile| profile == "default");
            let question = say!(
                "guide-profile",
                profiles = all(&profiles),
                default = u8::from(default)
            );
            let Some(answer) = ask(&question).ok().flatten() else {
                return Ok(Options::new());
            };
            match answer.trim() {
                "" if default => return Ok(named("--profile", "default")),
                name if profiles.iter().any(|it| it == name) => {
                    return Ok(named("--profile", name));
                }
                _ => {}
            }
        },
    }
}

/// Lets an account be entered until the ERP accepts it, or that is given up.
fn enter_account(profile: Option<&str>, asks: &AtomicBool) -> Result<(), Failure> {
    let words = ["init", "--yes"].into_iter().chain(profile);
    while program(words.clone().map(OsString::from), asks)? == STOPPED
        && confirm(&say!("guide-account-again"))
    {}
    Ok(())
}

/// Runs this program with these arguments. A signal is its, while it runs.
fn program(args: impl Iterator<Item = OsString>, asks: &AtomicBool) -> Result<u8, Failure> {
    asks.store(false, Ordering::SeqCst);
    let ended = env::current_exe().and_then(|it| process::Command::new(it).args(args).status());
    // The Ctrl-C that ended it is not to end this, too.
    thread::sleep(2 * LOOK_EVERY);
    asks.store(true, Ordering::SeqCst);
    let status = ended.map_err(|error| Failure::new(STOPPED, os_error(&error)))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(STOPPED))
}
