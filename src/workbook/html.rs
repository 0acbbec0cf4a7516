//! The tables of a web page.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::budget::{Budget, MAX_TABLES, MAX_TEXT};
use super::builder::{Stored, TableBuilder};
use super::error::{Result, WorkbookError, broken, cut_table, too_much};
use super::table::{MAX_COLUMNS, Value};
use super::{Held, TextReader, hold};

/// As browsers have it.
const MAX_ACROSS: u32 = 1_000;
const MAX_DOWN: u32 = 65_534;

pub fn read(text: &mut impl TextReader, length: u64, budget: &Budget) -> Result<Held> {
    // A tag or a text may be as long as the page, and is held twice while it grows.
    budget.check(length.saturating_mul(2))?;
    let page = Page(RefCell::new(State {
        budget,
        tables: Vec::new(),
        open: Vec::new(),
        is_raw: false,
        error: None,
    }));
    let tokenizer = Tokenizer::new(page, TokenizerOpts::default());
    let queue = BufferQueue::default();
    loop {
        let piece = text.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        let length = piece.len();
        // What is decoded is UTF-8, in whole characters.
        queue.push_back(StrTendril::try_from_byte_slice(piece).map_err(|()| broken())?);
        let _ = tokenizer.feed(&queue);
        text.consume(length);
        if let Some(error) = tokenizer.sink.0.borrow_mut().error.take() {
            return Err(error);
        }
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// What of a page has been read.
struct Page<'b>(RefCell<State<'b>>);

struct State<'b> {
    budget: &'b Budget,
    /// In the order in which they begin.
    tables: Vec<TableBuilder<'b>>,
    /// A table within a cell of another one comes after it.
    open: Vec<Open>,
    /// Within a script or the like, whose text is none of the page's.
    is_raw: bool,
    /// The first.
    error: Option<WorkbookError>,
}

/// A table that is being read.
#[derive(Default)]
struct Open {
    table: usize,
    /// Begun by a tag of its own, and not by a row of a page that is but a piece.
    has_tag: bool,
    /// Rows begun.
    rows: u32,
    /// Where the next cell of the row stands at least.
    column: u32,
    in_row: bool,
    cell: Option<Cell>,
    /// For each column the row after the last that a cell above takes.
    taken: Vec<u32>,
}

impl TokenSink for Page<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => match state.tag(&tag) {
                Ok(result) => return result,
                Err(error) => drop(state.error.get_or_insert(error)),
            },
            Token::CharacterTokens(text) => state.text(&text),
            Token::NullCharacterToken => state.text("\0"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State<'_> {
    fn finish(mut self) -> Result<Held> {
        if self.open.iter().any(|open| open.has_tag) {
            return Err(cut_table());
        }
        self.end_all()?;
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut held = Held::default();
        for table in self.tables {
            hold(&mut held, None, false, table.finish())?;
        }
        Ok(held)
    }

    fn tag(&mut self, tag: &Tag) -> Result<TokenSinkResult<()>> {
        let is_start = tag.kind == TagKind::StartTag;
        let raw = match &*tag.name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(raw) = raw {
            self.is_raw = is_start;
            if is_start {
                return Ok(TokenSinkResult::RawData(raw));
            }
        }
        match (&*tag.name, is_start) {
            ("table", true) => self.begin_table(true)?,
            ("table", false) => self.end_table()?,
            ("body" | "html", false) => self.end_all()?,
            ("tr", true) => self.begin_row(is_hidden(tag))?,
            ("tr", false) | ("thead" | "tbody" | "tfoot", _) => self.end_row()?,
            ("td" | "th", true) => self.begin_cell(tag)?,
            ("td" | "th", false) => self.end_cell()?,
            ("br", _) => self.cell().into_iter().for_each(Cell::line_break),
            ("p" | "div" | "li", true) => self.cell().into_iter().for_each(Cell::new_line),
            _ => {}
        }
        Ok(TokenSinkResult::Continue)
    }

    fn begin_table(&mut self, has_tag: bool) -> Result<()> {
        if self.tables.len() == MAX_TABLES {
            return Err(too_much());
        }
        self.tables.push(TableBuilder::plain(self.budget));
        self.open.push(Open {
            table: self.tables.len() - 1,
            has_tag,
            ..Open::default()
        });
        Ok(())
    }

    fn end_table(&mut self) -> Result<()> {
        self.end_row()?;
        self.open.pop();
        Ok(())
    }

    fn end_all(&mut self) -> Result<()> {
        while !self.open.is_empty() {
            self.end_table()?;
        }
        Ok(())
    }

    fn begin_row(&mut self, is_hidden: bool) -> Result<()> {
        if self.open.is_empty() {
            self.begin_table(false)?;
        }
        self.end_row()?;
        if let Some(open) = self.open.last_mut() {
            open.rows += 1;
            open.column = 0;
            open.in_row = true;
            if is_hidden {
                self.tables[open.table].hide(open.rows, open.rows)?;
            }
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        self.end_cell()?;
        if let Some(open) = self.open.last_mut() {
            open.in_row = false;
        }
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag) -> Result<()> {
        self.end_cell()?;
        if self.open.last().is_none_or(|open| !open.in_row) {
            self.begin_row(false)?;
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let row = open.rows - 1;
        let is_taken = |column| open.taken.get(column as usize).is_some_and(|&it| it > row);
        while is_taken(open.column) {
            open.column += 1;
        }
        let column = open.column;
        let across = number(tag, "colspan").clamp(1, MAX_ACROSS);
        let down = match number(tag, "rowspan") {
            0 => MAX_DOWN,
            down => down.min(MAX_DOWN),
        };
        open.column += across;
        if open.column > MAX_COLUMNS {
            return Err(too_much());
        }
        if down > 1 {
            let end = open.column as usize;
            if let Some(more) = end.checked_sub(open.taken.len()) {
                self.budget.spend(more * size_of::<u32>())?;
                open.taken.resize(end, 0);
            }
            open.taken[column as usize..end].fill(row + down);
        }
        let stored = attribute(tag, "x:num").or_else(|| attribute(tag, "sdval"));
        let stored = stored.and_then(|it| it.parse::<f64>().ok());
        open.cell = Some(Cell {
            column,
            merged: (down - 1, across - 1),
            stored: stored.filter(|number| number.is_finite()),
            text: String::new(),
            space: false,
        });
        Ok(())
    }

    fn end_cell(&mut self) -> Result<()> {
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        match open.cell.take() {
            Some(cell) => cell.put(open.rows, &mut self.tables[open.table]),
            None => Ok(()),
        }
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.open.last_mut()?.cell.as_mut()
    }

    fn text(&mut self, text: &str) {
        if !self.is_raw {
            self.cell().into_iter().for_each(|cell| cell.text(text));
        }
    }
}

struct Cell {
    column: u32,
    /// How many more rows and columns it is merged over.
    merged: (u32, u32),
    /// The number that the cell holds, as Excel and LibreOffice write it beside what it shows.
    stored: Option<f64>,
    text: String,
    /// White space was read and counts if more text follows on the line.
    space: bool,
}

impl Cell {
    /// White space is one blank, and none at the ends of a line.
    fn text(&mut self, text: &str) {
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

    fn line_break(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    /// Before a paragraph, unless a line begins anyway.
    fn new_line(&mut self) {
        if self.is_within_line() {
            self.line_break();
        }
    }

    fn is_within_line(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }

    /// Puts it into its table, unless it shows nothing.
    fn put(&self, line: u32, table: &mut TableBuilder<'_>) -> Result<()> {
        let shown = self.text.trim_end_matches('\n');
        if shown.trim().is_empty() {
            return Ok(());
        }
        let is_scientific = shown.contains(['E', 'e']) && shown.trim().parse::<f64>().is_ok();
        table.put(Stored {
            line,
            column: self.column,
            style: 0,
            is_formula: false,
            value: match self.stored {
                // So a column too narrow shows a number that has no format.
                Some(number) if is_scientific => Value::Number(number),
                Some(number) => Value::Shown(number, shown),
                None => Value::Text(shown),
            },
        })?;
        let (down, across) = self.merged;
        table.merge((line, line + down), (self.column, self.column + across))
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|it| &*it.name.local == name)?;
    Some(found.value.trim())
}

/// 1 unless it is a number.
fn number(tag: &Tag, name: &str) -> u32 {
    attribute(tag, name).map_or(1, |value| value.parse().unwrap_or(1))
}

fn is_hidden(tag: &Tag) -> bool {
    let style = attribute(tag, "style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    attribute(tag, "hidden").is_some() || style.to_ascii_lowercase().contains("display:none")
}
