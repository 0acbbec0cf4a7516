//! `init`: an account from questions into the configuration file, and a call that tests it.

use std::io::{self, ErrorKind, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::SIGINT;
use zeroize::Zeroizing;

use super::exit::{Failure, STOPPED, of_signal};
use super::next::{command, in_shell, option};
use super::ping::ping;
use crate::cli::{AccountArgs, InitArgs, PingArgs};
use crate::config::{ConfigError, Entered, Setting, Slot, entered};
use crate::console::{Console, ask, ask_hidden, can_ask, confirm, labelled};
use crate::language::say;
use crate::messages::{asking_for, may_replace, overruled, saved};

/// As `ping` has it by default.
const PING_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a question is asked that gets no good answer.
const TRIES: u32 = 3;

pub(super) fn init(args: InitArgs, console: &Console) -> Result<u8, Failure> {
    let slot = Slot::find(args.config.as_deref(), args.profile.as_deref());
    let slot = slot.map_err(Failure::usage)?;
    if io::stdin().is_terminal() && !can_ask() {
        return Err(Failure::usage(say!("account-nowhere-to-ask")));
    }
    let mut answers = match io::stdin().is_terminal() {
        true => Answers::Typed(EndsOnCtrlC::new()?),
        false => Answers::Piped { lines: 0 },
    };
    if slot.is_taken() && !args.yes && !(can_ask() && confirm(&may_replace(&slot))) {
        return Err(Failure::usage(ConfigError::Taken {
            profile: slot.profile().to_owned(),
            file: slot.path().to_owned(),
        }));
    }
    if let Answers::Typed(_) = answers {
        console.note(asking_for(&slot));
    }
    let account = Entered {
        sid: answers.to(Setting::Sid, &slot, console)?,
        app_key: answers.to(Setting::AppKey, &slot, console)?,
        app_secret: answers.to(Setting::AppSecret, &slot, console)?,
        endpoint: answers.to(Setting::Endpoint, &slot, console)?,
    };
    let text = slot.with(&account).map_err(Failure::usage)?;
    slot.write(&text)
        .map_err(|error| Failure::new(STOPPED, error))?;
    console.note(saved(&slot));
    let others = ["WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET", "WDT_ENDPOINT"];
    let others = others.map(|name| {
        std::env::var_os(name)
            .filter(|it| !it.is_empty())
            .map(|_| name)
    });
    let others: Vec<_> = others.into_iter().flatten().collect();
    if !others.is_empty() {
        console.warning(overruled(&others, &in_shell(slot.profile())));
    }
    test(&slot, &args, console)
}

/// What the ERP says to the account as it stands in the file.
fn test(slot: &Slot, args: &InitArgs, console: &Console) -> Result<u8, Failure> {
    let of_profile = PingArgs {
        timeout: PING_TIMEOUT,
        account: AccountArgs {
            endpoint: None,
            profile: Some(slot.profile().to_owned()),
            config: Some(slot.path().to_owned()),
            ca_file: None,
        },
    };
    let code = ping(&of_profile, console)?;
    let with_options = |words: &[&str]| {
        let mut words: Vec<_> = words.iter().map(Into::into).collect();
        option(&mut words, "--profile", args.profile.as_deref());
        option(&mut words, "--config", args.config.as_deref());
        command(words)
    };
    let next = match code {
        0 => say!("init-next-run", command = with_options(&["run", "SHEET"])),
        STOPPED => say!("init-next-init", command = with_options(&["init"])),
        _ => say!("init-next-ping", command = with_options(&["ping"])),
    };
    console.note(labelled(&say!("label-next"), next));
    Ok(code)
}

/// Where answers come from.
enum Answers {
    /// From a terminal, where questions are asked.
    Typed(EndsOnCtrlC),
    /// A line each, from a script.
    Piped { lines: u32 },
}

impl Answers {
    fn to(
        &mut self,
        setting: Setting,
        slot: &Slot,
        console: &Console,
    ) -> Result<Zeroizing<String>, Failure> {
        let default = match setting {
            Setting::Endpoint => slot.given(setting).or(Some("production")),
            _ => slot.given(setting),
        };
        match self {
            Answers::Typed(ctrl_c) => typed(setting, default, ctrl_c, console),
            Answers::Piped { lines } => {
                *lines += 1;
                // Only the last line may be left out.
                let default = default.filter(|_| setting == Setting::Endpoint);
                piped(setting, default, *lines)
            }
        }
    }
}

fn piped(setting: Setting, default: Option<&str>, line: u32) -> Result<Zeroizing<String>, Failure> {
    let mut answer = Zeroizing::new(String::new());
    let length = io::stdin().read_line(&mut answer).map_err(|error| {
        let error = error.to_string();
        Failure::usage(say!("init-unreadable-line", line = line, error = error))
    })?;
    let answer = match (answer.trim(), default) {
        ("", Some(default)) => default,
        _ if length == 0 => return Err(Failure::usage(ConfigError::Ended(setting))),
        (answer, _) => answer,
    };
    entered(setting, answer, &say!("init-line", line = line)).map_err(Failure::usage)
}

fn typed(
    setting: Setting,
    default: Option<&str>,
    ctrl_c: &EndsOnCtrlC,
    console: &Console,
) -> Result<Zeroizing<String>, Failure> {
    let question = match default {
        Some(default) => say!(
            "init-question-with-default",
            question = setting.question(),
            default = default
        ),
        None => say!("init-question", question = setting.question()),
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = match setting {
            Setting::AppSecret => ctrl_c.held_back(|| ask_hidden(&question)),
            _ => ask(&question),
        };
        let answer = answer.map_err(|error| match error.kind() {
            ErrorKind::Interrupted => Failure::new(of_signal(SIGINT), say!("init-interrupted")),
            _ => Failure::usage(say!(
                "init-unreadable",
                setting = setting.to_string(),
                error = error.to_string()
            )),
        })?;
        let Some(answer) = answer else {
            return Err(Failure::usage(ConfigError::Ended(setting)));
        };
        let answer = match (answer.trim(), default) {
            ("", Some(default)) => default,
            (answer, _) => answer,
        };
        match entered(setting, answer, &say!("init-not-taken")) {
            Ok(value) => return Ok(value),
            Err(error) if tries == TRIES => return Err(Failure::usage(error)),
            Err(error) => console.error(error),
        }
    }
}

/// Ctrl-C ends the program, but not before a terminal that was told not to show what is typed shows
/// it again.
struct EndsOnCtrlC(Arc<AtomicBool>);

impl EndsOnCtrlC {
    fn new() -> Result<Self, Failure> {
        let at_once = Arc::new(AtomicBool::new(true));
        let code = of_signal(SIGINT).into();
        signal_hook::flag::register_conditional_shutdown(SIGINT, code, Arc::clone(&at_once))
            .map_err(|error| {
                let error = error.to_string();
                Failure::new(STOPPED, say!("init-no-signals", error = error))
            })?;
        Ok(EndsOnCtrlC(at_once))
    }

    fn held_back<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.0.store(false, Ordering::SeqCst);
        let answer = ask();
        self.0.store(true, Ordering::SeqCst);
        answer
    }
}
