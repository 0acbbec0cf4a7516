//! One cell of a web page's table.

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use crate::workbook::budget::MAX_TEXT;
use crate::workbook::builder::{Stored, TableBuilder};
use crate::workbook::error::Result;
use crate::workbook::table::Value;

/// An element that is not shown, and how many of its name are open within it and with it.
pub type Hidden = Option<(LocalName, u32)>;

pub struct Cell {
    pub column: u32,
    /// How many more rows and columns it is merged over.
    pub merged: (u32, u32),
    /// The number that the cell holds, as Excel and LibreOffice write it beside what it shows.
    number: Option<f64>,
    /// Likewise a text.
    stored: Option<String>,
    text: String,
    pub hidden: Hidden,
    /// White space was read and counts if more text follows on the line.
    space: bool,
}

impl Cell {
    pub fn of(tag: &Tag, column: u32, merged: (u32, u32), is_hidden: bool) -> Cell {
        let number = attribute(tag, "x:num").or_else(|| attribute(tag, "sdval"));
        let number = number.and_then(|it| it.parse::<f64>().ok());
        Cell {
            column,
            merged,
            number: number.filter(|number| number.is_finite()),
            stored: attribute(tag, "x:str").map(str::to_owned),
            text: String::new(),
            hidden: is_hidden.then(|| (tag.name.clone(), 1)),
            space: false,
        }
    }

    /// White space is one blank, and none at the ends of a line.
    pub fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        // More is refused when the cell ends.
        let room = MAX_TEXT.saturating_sub(self.text.len()) + 1;
        for c in text.chars().take(room) {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C') {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space) && self.is_within_line() {
                self.text.push(' ');
            }
            self.text.push(c);
        }
    }

    pub fn line_break(&mut self) {
        if self.hidden.is_some() {
            return;
        }
        self.space = false;
        self.text.push('\n');
    }

    /// Before a paragraph, unless a line begins anyway.
    pub fn new_line(&mut self) {
        if self.is_within_line() {
            self.line_break();
        }
    }

    fn is_within_line(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }

    /// Puts it into its table, unless it shows nothing.
    pub fn put(&self, line: u32, table: &mut TableBuilder<'_>) -> Result<()> {
        let shown = self.text.trim_end_matches('\n');
        let is_blank = shown.trim().is_empty();
        let is_scientific = shown.contains(['E', 'e']) && shown.trim().parse::<f64>().is_ok();
        let value = match (self.number, self.stored.as_deref()) {
            _ if self.hidden.is_some() && is_blank => return Ok(()),
            // So a column too narrow shows a number that has no format.
            (Some(number), _) if is_scientific => Value::Number(number),
            (Some(number), _) => Value::Shown(number, shown),
            (None, Some(stored)) if is_blank && !stored.is_empty() => Value::Hidden(stored),
            _ if is_blank => return Ok(()),
            _ => Value::Text(shown),
        };
        table.put(Stored {
            line,
            column: self.column,
            style: 0,
            is_formula: false,
            value,
        })?;
        let (down, across) = self.merged;
        table.merge((line, line + down), (self.column, self.column + across))
    }
}

pub fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|it| &*it.name.local == name)?;
    Some(found.value.trim())
}
