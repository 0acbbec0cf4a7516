//! What a workbook says of its sheets.

#[derive(Clone, Debug)]
pub(in crate::sheet) struct Listed {
    /// None for a table of a web page.
    pub(in crate::sheet) name: Option<String>,
    pub(in crate::sheet) kind: Kind,
    pub(in crate::sheet) is_hidden: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sheet) enum Kind {
    Worksheet,
    /// A chart and the like.
    Other,
}
