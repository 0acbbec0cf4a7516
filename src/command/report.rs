//! `report`: a page of results that are there.

use std::path::Path;

use super::exit::{Failure, OK};
use super::next::in_words;
use crate::cli::PageArgs;
use crate::console::{Console, print};
use crate::files::{has_rows, is_of_stand_in};
use crate::language::say;
use crate::outputs::page::{self, About};
use crate::run::RunError;

pub(super) fn report(args: PageArgs, console: &Console) -> Result<u8, Failure> {
    let results = args.results;
    let about = About {
        next: next(&results),
        ..About::default()
    };
    let page = page::draw(Some(&results), &about).map_err(RunError::File)?;
    let path = args
        .output
        .unwrap_or_else(|| results.with_extension("html"));
    if path.as_os_str() == "-" {
        print(page).map_err(Failure::stdout)?;
    } else {
        page::write(&path, &page, Some(&results)).map_err(RunError::File)?;
        console.note(say!("page-written", path = path.display().to_string()));
    }
    Ok(OK)
}

/// `run` over what stands beside the results to be given back, if that holds rows.
fn next(results: &Path) -> Option<String> {
    let name = results.file_name()?.to_str()?;
    let kinds = [(".results.", ".failures."), (".verified.", ".different.")];
    let (kind, beside) = kinds.into_iter().find(|(kind, _)| name.contains(kind))?;
    let given_back = results.with_file_name(name.replace(kind, beside));
    if !has_rows(&given_back) {
        return None;
    }
    let file = given_back.display().to_string();
    let stand_in = is_of_stand_in(results).then(|| "--sandbox".into());
    let words = ["run".into(), given_back.into_os_string()];
    let command = in_words(words.into_iter().chain(stand_in));
    Some(say!("next-correct-first", file = file, command = command))
}
