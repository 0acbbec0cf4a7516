//! The CSV of results and failures.

use std::io::{self, Write};

/// Excel reads Chinese in a CSV file only if it begins with this.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// A CSV writer as all of this program's files are written: commas, line feeds.
pub fn writer<W: Write>(to: W) -> ::csv::Writer<W> {
    ::csv::WriterBuilder::new()
        .flexible(true)
        .terminator(::csv::Terminator::Any(b'\n'))
        .from_writer(to)
}

/// A csv error as the I/O error it is: reading and writing flexible records fails in no other way.
pub fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
