//! Where a sheet comes from, and what the user says about it.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else that can be opened by a path.
    Path(PathBuf),
    Stdin,
}

/// Each overrules what is found out.
#[derive(Default, Clone, Debug)]
pub struct SheetOptions {
    /// Encoding of a text sheet, by its WHATWG label: `utf-8`, `gb18030`, `utf-16le`…
    pub encoding: Option<String>,
    /// What separates the fields of a text sheet: one ASCII character.
    pub delimiter: Option<char>,
    /// Name or number (from 1) of a workbook's worksheet; a name wins over a number.
    pub worksheet: Option<String>,
    /// Rows that are hidden in a workbook are left out.
    pub visible_only: bool,
    /// Header or letter of the column with the orders; a header wins over a letter.
    pub order_column: Option<String>,
    /// Header or letter of the column with the flags; a header wins over a letter.
    pub flag_column: Option<String>,
    /// Line of the header: of the file, or the worksheet's row number.
    pub header_line: Option<u64>,
    /// The sheet's first line is a row; columns are named by letter.
    pub no_header: bool,
    /// The first line is the header, whatever its columns: of orders and flags nothing is known.
    pub is_table: bool,
    /// One flag for all rows.
    pub flag: Option<String>,
    /// Whether the sheet is a results or failures file by its name.
    pub is_named_ours: bool,
    /// The most bytes of a workbook's cells that are read, unpacked, and held; 512 MB unless given.
    pub max_workbook_size: Option<u64>,
}
