//! `guide`: for who double-clicks the program or drops a sheet on it. Asks for what is missing, and
//! lets `check`, `init` and `run` do the work, each as a process of its own, until no more is given.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED, USAGE};
use super::inputs::account_if_any;
use super::signals::{LOOK_EVERY, leave_while};
use crate::cli::AccountArgs;
use crate::config;
use crate::console::{Console, ask, can_ask, confirm};
use crate::files::is_of_stand_in;
use crate::language::{os_error, say};
use crate::text::all;

/// The arguments as they are, or those of `guide` where Explorer has started the program with nothing
/// or with files that were dropped on it.
pub fn from_explorer(mut args: Vec<OsString>) -> Vec<OsString> {
    let mut given = args.iter().skip(1);
    if given.all(|it| PathBuf::from(it).is_file()) && is_started_by_explorer() {
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

pub(super) fn guide(sheets: Vec<PathBuf>, console: &Console) -> Result<u8, Failure> {
    if !can_ask() {
        return Err(Failure::usage(say!("guide-nowhere-to-ask")));
    }
    let guide = Guide {
        asks: leave_while()?,
        console,
    };
    let mut sheets = sheets.into_iter();
    let (mut sheet, mut options) = (sheets.next(), Vec::new());
    let (mut code, mut question) = (OK, say!("guide-sheet"));
    loop {
        if let Some(sheet) = &sheet {
            code = guide
                .carry(sheet.as_os_str(), &options)
                .unwrap_or_else(|failure| {
                    console.error(failure.message);
                    failure.code
                });
            question = say!("guide-next");
        }
        if code == USAGE {
            question = say!("guide-again");
        } else if let Some(next) = sheets.next() {
            (sheet, options) = (Some(next), Vec::new());
            continue;
        }
        let answer = ask(&question).map_err(|error| Failure::usage(os_error(&error)))?;
        match answer.as_deref().map_or("", |answer| answer.trim()) {
            "" => return Ok(code),
            option if option.starts_with('-') && sheet.is_some() => {
                let words = option.split_once(char::is_whitespace);
                let (name, value) = words.unwrap_or((option, ""));
                options.extend([name, unquoted(value)].map(OsString::from));
                options.retain(|word| !word.is_empty());
            }
            path => (sheet, options) = (Some(unquoted(path).into()), Vec::new()),
        }
    }
}

/// What is dropped on a window, without the quotes around blanks.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let within = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

struct Guide<'c> {
    asks: Arc<AtomicBool>,
    console: &'c Console,
}

impl Guide<'_> {
    /// Carries a sheet in, if whoever has seen what would be sent wants it.
    fn carry(&self, sheet: &OsStr, options: &[OsString]) -> Result<u8, Failure> {
        let (account, of_account) = if is_of_stand_in(sheet.as_ref()) {
            (None, vec!["--sandbox".into()])
        } else {
            self.account()?
        };
        let command = |name: &str| {
            let words = [OsString::from(name)].into_iter().chain(of_account.clone());
            let words = words.chain(options.iter().cloned());
            self.program(words.chain(["--".into(), sheet.to_owned()]))
        };
        let code = command("check")?;
        if code > SOME_FAILED {
            return Ok(code);
        }
        match account {
            Some(account) if !confirm(&say!("guide-send", account = account.as_str())) => Ok(OK),
            _ => command("run"),
        }
    }

    /// The account, if it is not the stand-in, with the options that name it.
    fn account(&self) -> Result<(Option<String>, Vec<OsString>), Failure> {
        loop {
            let profiles = config::profiles(&|name| env::var_os(name)).map_err(Failure::usage)?;
            let mut args = AccountArgs::default();
            if profiles.len() > 1 {
                let question = say!("guide-profile", profiles = all(&profiles));
                let answer = ask(&question).ok().flatten();
                let answer = answer.map(|answer| answer.trim().to_owned());
                args.profile = answer.filter(|profile| !profile.is_empty());
            }
            match account_if_any(&args, self.console) {
                Ok(Ok(configured)) => {
                    let named = args.profile.map(|it| ["--profile".into(), it.into()]);
                    let account = configured.account.to_string();
                    return Ok((Some(account), named.into_iter().flatten().collect()));
                }
                Err(failure) if args.profile.is_some() => self.console.error(failure.message),
                Err(failure) => return Err(failure),
                Ok(Err(_)) if confirm(&say!("guide-no-account")) => {
                    self.program(["init".into()].into_iter())?;
                }
                Ok(Err(_)) => return Ok((None, vec!["--sandbox".into()])),
            }
        }
    }

    /// This program with these arguments. Ctrl-C is its, while it runs.
    fn program(&self, args: impl Iterator<Item = OsString>) -> Result<u8, Failure> {
        self.asks.store(false, Ordering::SeqCst);
        let ended = env::current_exe().and_then(|it| process::Command::new(it).args(args).status());
        // The Ctrl-C that ended it is not to end this, too.
        thread::sleep(2 * LOOK_EVERY);
        self.asks.store(true, Ordering::SeqCst);
        let status = ended.map_err(|error| Failure::new(STOPPED, os_error(&error)))?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.unwrap_or(STOPPED))
    }
}
