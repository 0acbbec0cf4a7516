//! `report`: a page of results that are there.

use std::path::{Path, PathBuf};

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
    let page = page::draw(&results, &about).map_err(RunError::File)?;
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
    let given_back = given_back(results)?;
    if !has_rows(&given_back) {
        return None;
    }
    let stand_in = is_of_stand_in(results).then(|| "--sandbox".into());
    let words = ["run".into(), given_back.into_os_string()];
    let file = words[1].to_string_lossy().into_owned();
    let command = in_words(words.into_iter().chain(stand_in));
    Some(say!("next-correct-first", file = file, command = command))
}

fn given_back(results: &Path) -> Option<PathBuf> {
    let stem = Path::new(results.file_stem()?);
    let kind = match stem.extension()?.to_str()? {
        "results" => "failures",
        "verified" => "different",
        _ => return None,
    };
    let name = stem.with_extension(kind).into_os_string();
    let extension = results.extension()?;
    let name = [name.as_os_str(), extension].join(".".as_ref());
    Some(results.with_file_name(name))
}
