//! The command line, as clap reads it.
//!
//! The text of an option stands beside it: `-h` shows its first line, `--help` all of it. What few
//! people need has `hide_short_help`, so that `-h` fits on a screen.

mod calls;
mod notify;
mod outputs;
mod refusal;
mod report;
mod run;
mod sandbox;
mod sheet;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, StyledStr, Styles};
use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use self::calls::{AccountArgs, CallArgs, InitArgs, PingArgs, SkippingArgs};
pub use self::notify::NotifyArgs;
pub use self::outputs::{Format, Notify, OutputsArgs, SummaryArgs};
pub use self::refusal::{exit, in_short};
pub use self::report::PageArgs;
pub use self::run::{OutputArgs, RunArgs, VerifyArgs};
pub use self::sandbox::SandboxArgs;
pub use self::sheet::SheetArgs;
use crate::language::{Language, TOPICS, say, speak};
use crate::text::all;

#[derive(Debug, Parser)]
#[command(
    version,
    about = say!("about"),
    after_help = say!("examples"),
    after_long_help = say!("examples") + "\n\n" + &topics() + "\n\n" + &say!("exit-codes"),
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    hide_possible_values = true,
    next_display_order = 900,
    next_help_heading = say!("heading-other"),
    subcommand_help_heading = say!("heading-commands"),
    subcommand_value_name = say!("usage-command"),
)]
pub struct Cli {
    #[arg(short, long, global = true, conflicts_with = "verbose", help = say!("help-quiet"))]
    pub quiet: bool,
    #[arg(short, long, global = true, action = ArgAction::Count, help = say!("help-verbose"))]
    pub verbose: u8,
    #[arg(long, global = true, hide_short_help = true, help = say!("help-lang"))]
    lang: Option<Language>,
    #[arg(short, long, global = true, action = ArgAction::Help, help = say!("help-help"))]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, hide_short_help = true,
        help = say!("help-version"))]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(about = say!("about-run"), after_long_help = say!("exit-codes"))]
    Run(Box<RunArgs>),
    /// A check is a run that sends nothing.
    #[command(about = say!("about-check"), after_long_help = say!("exit-codes"))]
    Check(Box<RunArgs>),
    #[command(about = say!("about-verify"), after_long_help = say!("exit-codes"))]
    Verify(Box<VerifyArgs>),
    #[command(about = say!("about-guide"))]
    Guide {
        #[arg(value_name = say!("value-sheet"), help_heading = say!("heading-arguments"), help = say!("help-guided"))]
        sheets: Vec<PathBuf>,
    },
    #[command(about = say!("about-init"))]
    Init(InitArgs),
    #[command(about = say!("about-ping"))]
    Ping(PingArgs),
    #[command(about = say!("about-sandbox"))]
    Sandbox(SandboxArgs),
    #[command(about = say!("about-report"))]
    Report(PageArgs),
    #[command(about = say!("about-notify"))]
    Notify(NotifyArgs),
    #[command(about = say!("about-man"))]
    Man {
        #[arg(long, value_name = "DIR", help_heading = say!("heading-output"), help = say!("help-dir"))]
        dir: PathBuf,
    },
    #[command(about = say!("about-completions"))]
    Completions {
        #[arg(help_heading = say!("heading-arguments"), help = say!("help-shell"))]
        shell: clap_complete::Shell,
    },
    #[command(about = say!("about-help"))]
    Help {
        #[arg(value_name = "COMMAND|TOPIC", help_heading = say!("heading-arguments"),
            help = say!("help-topic"))]
        about: Option<String>,
    },
}

/// What the arguments, the program's name first, ask for. Help and the version, too, are errors.
pub fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    speak(Language::wanted(&args));
    let mut command = command();
    if args.len() == 1 || args.iter().any(|arg| arg == "-h") {
        // Only who installs the program needs them.
        for name in ["completions", "man"] {
            command = command.mut_subcommand(name, |command| command.hide(true));
        }
        command = with_sections(command, "{subcommands}\n\n{options}").mut_subcommands(|command| {
            let argument = command.get_positionals().next();
            let arguments = argument.map_or("", |_| "{positionals}\n");
            with_sections(command, &format!("{arguments}{{options}}"))
        });
    }
    let mut matches = match command.try_get_matches_from_mut(&args) {
        // Options alone are as good as nothing: help.
        Err(error) if error.kind() == ErrorKind::MissingSubcommand => {
            command.try_get_matches_from_mut(&args[..1])?
        }
        matches => matches?,
    };
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// The definitions, with texts in the language that was chosen.
pub fn command() -> clap::Command {
    let command = Cli::command();
    let commands = command.get_subcommands().map(|it| it.get_name().to_owned());
    let topics = TOPICS.iter().map(|topic| topic.name.to_owned());
    let names: Vec<_> = commands.chain(topics).collect();
    let mut command = command.mut_subcommand("help", |help| {
        help.mut_arg("about", |about| {
            about.value_parser(PossibleValuesParser::new(names))
        })
    });
    command.build();
    with_texts(command).mut_subcommands(with_texts)
}

fn topics() -> String {
    let names = TOPICS.each_ref().map(|topic| topic.name.to_owned());
    say!("topics", topics = all(&names))
}

fn with_texts(command: clap::Command) -> clap::Command {
    let text = command.get_about().map(ToString::to_string);
    let text = text.unwrap_or_default();
    with_sections(command, "{all-args}")
        .about(first_line(&text))
        .long_about(text)
        .mut_args(|arg| {
            let text = arg.get_help().map(ToString::to_string).unwrap_or_default();
            // The texts name defaults and values themselves, as clap would in English only.
            arg.help(first_line(&text))
                .long_help(text)
                .hide_default_value(true)
        })
}

/// Shows these sections after the usage.
fn with_sections(command: clap::Command, sections: &str) -> clap::Command {
    let usage = usage(&command.clone().render_usage());
    command.help_template(format!(
        "{{about-with-newline}}\n{usage}\n\n{sections}{{after-help}}"
    ))
}

/// How a command is used, whose words clap has in English only.
fn usage(line: &StyledStr) -> String {
    let style = *Styles::styled().get_usage();
    let (line, heading) = (line.ansi().to_string(), say!("heading-usage"));
    let (_, line) = line.split_once(' ').unwrap_or_default();
    let line = line.replacen("[OPTIONS]", &say!("usage-options"), 1);
    format!("{style}{heading}{style:#}{line}")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
