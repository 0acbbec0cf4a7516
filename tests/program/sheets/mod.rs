//! What is read from sheets, and what is sent of it.

mod bombs;
mod changed;
mod conflicts;
mod correcting;
mod damaged;
mod failures;
mod formats;
mod hidden;
mod markup;
mod random;
mod rounds;
mod shown;
