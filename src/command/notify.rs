//! `notify`: does a message reach the people whom the night's are for?

use std::env;
use std::io::{IsTerminal, stdout};

use super::exit::{Failure, OK, SOME_FAILED};
use crate::cli::{AccountArgs, Command, Notify, NotifyArgs};
use crate::config;
use crate::console::{Console, print};
use crate::language::say;
use crate::outputs::notify::{Message, Robot};
use crate::outputs::{Ending, Outputs};

pub(super) fn notify(args: NotifyArgs, console: &Console) -> Result<u8, Failure> {
    let account = AccountArgs {
        profile: args.profile,
        config: args.config,
        ..AccountArgs::default()
    };
    let robot = robot(&account, args.keyword, console).map_err(Failure::usage)?;
    let robot = robot.ok_or_else(|| Failure::usage(say!("robot-none")))?;
    let message = Message::test(Ending::new("notify"), robot.given.keyword.as_deref());
    if let Err(why) = robot.send(&message, false) {
        return Err(Failure::new(SOME_FAILED, why));
    }
    print(say!("robot-told", robot = robot.to_string()) + "\n").map_err(Failure::stdout)?;
    Ok(OK)
}

/// Lets a command tell people how it ended, where they are to hear of it.
pub(super) fn prepare(command: &Command, console: &Console, outputs: &Outputs) {
    let (account, wanted, is_trial) = match command {
        Command::Run(args) if !args.dry_run => (&args.account, &args.outputs, args.sandbox),
        Command::Verify(args) => (&args.account, &args.outputs, false),
        _ => return,
    };
    // Somebody who watches needs no message, nor does a trial.
    let is_watched = is_trial || stdout().is_terminal();
    let default = if is_watched {
        Notify::Never
    } else {
        Notify::Problems
    };
    let when = wanted.notify.unwrap_or(default);
    if when == Notify::Never {
        return;
    }
    match robot(account, wanted.keyword.clone(), console).transpose() {
        Some(robot) => outputs.robot(when, robot),
        None if wanted.notify.is_some() => outputs.robot(when, Err(say!("robot-none"))),
        None => {}
    }
}

fn robot(
    account: &AccountArgs,
    keyword: Option<String>,
    console: &Console,
) -> Result<Option<Robot>, String> {
    let given = config::robot(account, &|name| env::var_os(name))?;
    let Some(mut given) = given else {
        return Ok(None);
    };
    for warning in &given.warnings {
        console.warning(warning);
    }
    given.keyword = keyword.or(given.keyword);
    Robot::new(given).map(Some)
}
