//! The words for what the rest of the program says as data.

mod character;
mod misfit;
mod place;
mod problem;
mod warning;

use crate::text::one_line;

/// Characters of a header that a message shows.
const MAX_HEADER: usize = 40;

fn header(text: &str) -> String {
    one_line(text, MAX_HEADER)
}
