//! `init`: an account from questions into the configuration file, and a call that tests it.

use std::env;
use std::io::{self, ErrorKind, IsTerminal};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use zeroize::Zeroizing;

use super::exit::{Failure, OK, STOPPED, USAGE, of_signal};
use super::inputs::account;
use super::next::{in_shell, in_words};
use super::ping;
use super::signals::{SIGINT, leave_while, without_leaving};
use crate::cli::{AccountArgs, InitArgs};
use crate::config::{SETTINGS, Slot, entered, name, variables};
use crate::console::{Console, ask, ask_hidden, can_ask, confirm, labelled, read_line};
use crate::language::{os_error, say};
use crate::outputs::Outputs;
use crate::text::all;

const PING_TIMEOUT: Duration = Duration::from_secs(30);
const TRIES: u32 = 3;

pub(super) fn init(args: InitArgs, console: &Console, outputs: &Outputs) -> Result<u8, Failure> {
    let slot = Slot::find(&args, &|name| env::var_os(name)).map_err(Failure::usage)?;
    let (profile, file) = (slot.profile.as_str(), slot.file.path.display().to_string());
    let typed = io::stdin().is_terminal().then(leave_while);
    let typed = typed.transpose()?;
    if typed.is_some() && !can_ask() {
        return Err(Failure::usage(say!("account-nowhere-to-ask")));
    }
    let may_replace = || {
        let sid = slot.given("sid").unwrap_or_default();
        let question = say!("account-may-replace", profile = profile, sid = sid.as_str());
        can_ask() && confirm(&question)
    };
    if slot.is_taken() && !args.yes && !may_replace() {
        let is_kept = say!("config-taken", profile = profile, file = file);
        if can_ask() {
            console.note(is_kept);
            return Ok(USAGE);
        }
        return Err(Failure::usage(is_kept));
    }
    if typed.is_some() {
        let file = file.as_str();
        console.note(say!("account-asked", profile = profile, file = file));
    }
    let mut account: Vec<(&str, _)> = Vec::new();
    for (key, line) in SETTINGS.into_iter().zip(1..) {
        // The secret of another account is not kept.
        let is_same =
            |(key, text): &(&str, Zeroizing<String>)| slot.given(key).as_ref() == Some(text);
        let stored = slot.given(key);
        let stored = stored.filter(|_| key != "app_secret" || account.iter().all(is_same));
        let text = answer(key, line, stored, typed.as_deref(), console)?;
        account.push((key, text));
    }
    slot.save(&account)
        .map_err(|error| Failure::new(STOPPED, error))?;
    // Elsewhere than on Unix files are as private as their directory.
    let privacy = if cfg!(unix) || args.config.is_none() {
        "private"
    } else {
        "inherited"
    };
    let saved = say!(
        "account-saved",
        profile = profile,
        file = file,
        privacy = privacy
    );
    console.note(saved);
    let is_set = |name: &String| env::var_os(name).is_some_and(|value| !value.is_empty());
    let overruling: Vec<_> = variables().filter(is_set).collect();
    if !overruling.is_empty() {
        let (names, profile) = (all(&overruling), in_shell(profile));
        console.warning(say!("account-overruled", names = names, profile = profile));
    }
    test(&slot, &args, console, outputs)
}

fn test(slot: &Slot, args: &InitArgs, console: &Console, outputs: &Outputs) -> Result<u8, Failure> {
    let saved = AccountArgs {
        profile: Some(slot.profile.clone()),
        config: Some(slot.file.path.clone()),
        ..AccountArgs::default()
    };
    let code = ping::test(&account(&saved, console)?.account, PING_TIMEOUT, outputs)?;
    let mut words: Vec<_> = match code {
        OK => vec!["run".into(), say!("value-sheet").into()],
        STOPPED => vec!["init".into()],
        _ => vec!["ping".into()],
    };
    if let Some(profile) = &args.profile {
        words.extend(["--profile".into(), profile.into()]);
    }
    if let Some(config) = &args.config {
        words.extend(["--config".into(), config.into()]);
    }
    let next = say!("init-next", code = code, command = in_words(words));
    console.note(labelled(&say!("label-next"), next));
    Ok(code)
}

/// The answer that is `typed`, where questions are asked, and again if it cannot be right; or the
/// line of a script.
fn answer(
    key: &str,
    line: u32,
    stored: Option<Zeroizing<String>>,
    typed: Option<&AtomicBool>,
    console: &Console,
) -> Result<Zeroizing<String>, Failure> {
    let is_last = key == "endpoint";
    let default = stored.as_ref().map(|text| text.as_str());
    let default = default.or(is_last.then_some("production"));
    // A script may leave out the last line alone.
    let default = default.filter(|_| typed.is_some() || is_last);
    let (origin, tries) = if typed.is_some() {
        (say!("init-not-taken"), TRIES)
    } else {
        (say!("init-line", line = line), 1)
    };
    let shown = match default {
        None => String::new(),
        Some(_) if key == "app_secret" => " [****]".to_owned(),
        Some(default) => format!(" [{default}]"),
    };
    let question = say!(
        "init-question",
        setting = name(key),
        key = key,
        default = shown
    );
    for left in (0..tries).rev() {
        let answer = match typed {
            None => read_line(),
            Some(ends) if key == "app_secret" => without_leaving(ends, || ask_hidden(&question)),
            Some(_) => ask(&question),
        };
        let answer = answer.map_err(|error| match error.kind() {
            ErrorKind::Interrupted => Failure::new(of_signal(SIGINT), say!("init-interrupted")),
            _ => {
                let error = os_error(&error);
                Failure::usage(say!("init-unreadable", setting = name(key), error = error))
            }
        })?;
        let text = match (answer.as_deref().map(|it| it.trim()), default) {
            (Some(""), Some(default)) => default,
            (None, Some(default)) if typed.is_none() => default,
            (Some(text), _) => text,
            (None, _) => break,
        };
        match entered(key, text, &origin) {
            Ok(value) => return Ok(value),
            Err(error) if left == 0 => return Err(Failure::usage(error)),
            Err(error) => console.error(error),
        }
    }
    Err(Failure::usage(say!("config-ended", setting = name(key))))
}
