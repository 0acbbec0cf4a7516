//! Options of `verify`.

use clap::Args;

use super::{AccountArgs, CallArgs, OutageArgs, OutputArgs, PacingArgs, SheetArgs, WindowArgs};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    #[command(flatten)]
    pub account: AccountArgs,

    #[command(flatten)]
    pub pacing: PacingArgs,

    #[command(flatten)]
    pub calls: CallArgs,

    #[command(flatten)]
    pub window: WindowArgs,

    #[command(flatten)]
    pub outage: OutageArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}
