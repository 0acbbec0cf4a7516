//! How shells set variables.

use clap::ValueEnum;

/// A shell by how it sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// sh, bash, zsh, fish: export NAME=value
    Sh,
    /// $env:NAME='value'
    Powershell,
    /// set "NAME=value"
    Cmd,
}

impl Shell {
    /// The one that comes with the system.
    pub const fn of_system() -> Self {
        if cfg!(windows) {
            Shell::Powershell
        } else {
            Shell::Sh
        }
    }

    /// The line that sets a variable to a value without blanks, quotes and the like.
    pub fn set(self, name: &str, value: &str) -> String {
        match self {
            Shell::Sh => format!("export {name}={value}\n"),
            Shell::Powershell => format!("$env:{name}='{value}'\n"),
            Shell::Cmd => format!("set \"{name}={value}\"\n"),
        }
    }
}
