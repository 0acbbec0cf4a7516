//! What is read from sheets, and what is sent of it.

mod changed;
mod conflicts;
mod correcting;
mod failures;
mod formats;
mod markup;
mod random;
mod rounds;
