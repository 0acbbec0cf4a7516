//! What the command line says, in terms of the rooms that carry it out.

use super::failure::Failure;
use crate::cli::{AccountArgs, SheetArgs};
use crate::config::AccountOptions;
use crate::erp::CLEAR_FLAG;
use crate::files::is_named_ours;
use crate::sheet::{Sheet, SheetOptions, Source};

/// Who calls and where to, as the command line says.
pub fn account_options(args: &AccountArgs) -> AccountOptions {
    AccountOptions {
        endpoint: args.endpoint.clone(),
        profile: args.profile.clone(),
        config: args.config.clone(),
        ca_file: args.ca_file.clone(),
    }
}

/// Whether the sheet is a stream, which has no place beside it for results.
pub fn is_stream(args: &SheetArgs) -> bool {
    let found = std::fs::metadata(&args.path);
    is_stdin(args) || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn is_stdin(args: &SheetArgs) -> bool {
    args.path.as_os_str() == "-"
}

/// Opens the sheet that the command line names.
pub fn open_sheet(args: SheetArgs) -> Result<Sheet, Failure> {
    let is_named_ours = is_named_ours(&args.path);
    let source = if is_stdin(&args) {
        Source::Stdin
    } else {
        Source::Path(args.path)
    };
    let options = SheetOptions {
        encoding: args.encoding,
        delimiter: args.delimiter,
        worksheet: args.sheet,
        order_column: args.order_column,
        flag_column: args.flag_column,
        no_header: args.no_header,
        flag: if args.clear {
            Some(CLEAR_FLAG.to_owned())
        } else {
            args.flag
        },
        is_named_ours,
    };
    Sheet::open(source, &options).map_err(Failure::usage)
}
