//! `init`: an account from questions into the configuration file, and a call that tests it.

use std::io::{self, ErrorKind, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;
use zeroize::Zeroizing;

use super::exit::{Failure, OK, STOPPED, of_signal};
use super::inputs::account;
use super::next::{in_shell, in_words};
use super::ping;
use crate::cli::{AccountArgs, InitArgs};
use crate::config::{Setting, Slot, entered, variables};
use crate::console::{Console, ask, ask_hidden, can_ask, confirm, labelled, read_line};
use crate::language::say;
use crate::text::all;

/// As `ping` has it by default.
const PING_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a question is asked that gets no good answer.
const TRIES: u32 = 3;

pub(super) fn init(args: InitArgs, console: &Console) -> Result<u8, Failure> {
    let slot = Slot::find(args.config.as_deref(), args.profile.as_deref(), &|name| {
        std::env::var_os(name)
    })
    .map_err(Failure::usage)?;
    let (profile, file) = (slot.profile.as_str(), slot.path().display().to_string());
    let answers = if !io::stdin().is_terminal() {
        Answers::Piped
    } else if can_ask() {
        Answers::Typed(ends_on_ctrl_c()?)
    } else {
        return Err(Failure::usage(say!("account-nowhere-to-ask")));
    };
    let may_replace = || {
        let sid = slot.given(Setting::Sid).unwrap_or_default();
        can_ask()
            && confirm(&say!(
                "account-may-replace",
                profile = profile,
                sid = sid.as_str()
            ))
    };
    if slot.is_taken() && !args.yes && !may_replace() {
        return Err(Failure::usage(say!(
            "config-taken",
            profile = profile,
            file = file
        )));
    }
    if let Answers::Typed(_) = answers {
        console.note(say!(
            "account-asked",
            profile = profile,
            file = file.as_str()
        ));
    }
    let mut account = Vec::new();
    for (setting, line) in Setting::ALL.into_iter().zip(1..) {
        account.push((setting, answers.to(setting, line, &slot, console)?));
    }
    let text = slot.with(&account).map_err(Failure::usage)?;
    slot.write(&text)
        .map_err(|error| Failure::new(STOPPED, error))?;
    console.note(say!("account-saved", profile = profile, file = file));
    warn_of_environment(profile, console);
    test(&slot, &args, console)
}

/// Says which variables of the environment come before the profile.
fn warn_of_environment(profile: &str, console: &Console) {
    let is_set = |name: &String| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let names: Vec<_> = variables().filter(is_set).collect();
    if !names.is_empty() {
        let profile = in_shell(profile);
        console.warning(say!(
            "account-overruled",
            names = all(&names),
            profile = profile
        ));
    }
}

/// What the ERP says to the account as it stands in the file.
fn test(slot: &Slot, args: &InitArgs, console: &Console) -> Result<u8, Failure> {
    let of_profile = AccountArgs {
        endpoint: None,
        profile: Some(slot.profile.clone()),
        config: Some(slot.path().to_owned()),
        ca_file: None,
    };
    let configured = account(&of_profile, console)?;
    let code = ping::test(&configured.account, PING_TIMEOUT)?;
    let with_options = |words: &[&str]| {
        let mut words: Vec<_> = words.iter().map(Into::into).collect();
        if let Some(profile) = &args.profile {
            words.extend(["--profile".into(), profile.into()]);
        }
        if let Some(config) = &args.config {
            words.extend(["--config".into(), config.into()]);
        }
        in_words(words)
    };
    let next = match code {
        OK => say!("init-next-run", command = with_options(&["run", "SHEET"])),
        STOPPED => say!("init-next-init", command = with_options(&["init"])),
        _ => say!("init-next-ping", command = with_options(&["ping"])),
    };
    console.note(labelled(&say!("label-next"), next));
    Ok(code)
}

/// Where answers come from.
enum Answers {
    /// From a terminal, where questions are asked. Ctrl-C ends the program while this is set.
    Typed(Arc<AtomicBool>),
    /// A line each, from a script.
    Piped,
}

/// While what is typed is hidden, the terminal has to be told first to show it again.
fn ends_on_ctrl_c() -> Result<Arc<AtomicBool>, Failure> {
    let ends = Arc::new(AtomicBool::new(true));
    let code = of_signal(SIGINT).into();
    register_conditional_shutdown(SIGINT, code, Arc::clone(&ends)).map_err(|error| {
        let error = error.to_string();
        Failure::new(STOPPED, say!("init-no-signals", error = error))
    })?;
    Ok(ends)
}

impl Answers {
    fn to(
        &self,
        setting: Setting,
        line: u32,
        slot: &Slot,
        console: &Console,
    ) -> Result<Zeroizing<String>, Failure> {
        let is_last = setting == Setting::Endpoint;
        let stored = slot.given(setting);
        let stored = stored.as_ref().map(|text| text.as_str());
        let default = stored.or(is_last.then_some("production"));
        let (origin, default, tries) = match self {
            Answers::Typed(_) => (say!("init-not-taken"), default, TRIES),
            // Only the last line may be left out.
            Answers::Piped => (
                say!("init-line", line = line),
                default.filter(|_| is_last),
                1,
            ),
        };
        for left in (0..tries).rev() {
            let answer = self.read(setting, default)?;
            let answer = match (answer.as_deref().map(|it| it.trim()), default) {
                (Some(""), Some(default)) => default,
                (None, Some(default)) if matches!(self, Answers::Piped) => default,
                (Some(answer), _) => answer,
                (None, _) => break,
            };
            match entered(setting, answer, &origin) {
                Ok(value) => return Ok(value),
                Err(error) if left == 0 => return Err(Failure::usage(error)),
                Err(error) => console.error(error),
            }
        }
        let setting = setting.to_string();
        Err(Failure::usage(say!("config-ended", setting = setting)))
    }

    /// One answer; `None` at the end of input.
    fn read(
        &self,
        setting: Setting,
        default: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, Failure> {
        let mut question = setting.question();
        if let Some(default) = default {
            question.push_str(&format!(" [{default}]"));
        }
        let question = say!("init-question", question = question);
        let answer = match self {
            Answers::Piped => read_line(),
            Answers::Typed(ends) if setting == Setting::AppSecret => {
                ends.store(false, Ordering::SeqCst);
                let answer = ask_hidden(&question);
                ends.store(true, Ordering::SeqCst);
                answer
            }
            Answers::Typed(_) => ask(&question),
        };
        answer.map_err(|error| match error.kind() {
            ErrorKind::Interrupted => Failure::new(of_signal(SIGINT), say!("init-interrupted")),
            _ => Failure::usage(say!(
                "init-unreadable",
                setting = setting.to_string(),
                error = error.to_string()
            )),
        })
    }
}
