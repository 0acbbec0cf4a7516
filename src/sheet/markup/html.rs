//! The tables of a web page.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::stored::beside;
use super::table::{MAX_COLUMNS, MAX_TEXT, NewCell, Sent, Table, check_count};
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::text::{Decoded, TextEncoding};

/// As browsers have it.
const MAX_ACROSS: u32 = 1_000;
const MAX_DOWN: u32 = 65_534;

pub(super) fn tables(input: &Input, encoding: TextEncoding) -> Result<Vec<Table>, SheetError> {
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let mut text = Decoded::new(input, encoding);
    let queue = BufferQueue::default();
    loop {
        let piece = text.fill()?;
        if piece.is_empty() {
            break;
        }
        let length = piece.len();
        // What is decoded is UTF-8, in whole characters.
        let Ok(piece) = StrTendril::try_from_byte_slice(piece) else {
            return Err(text.malformed());
        };
        queue.push_back(piece);
        let _ = tokenizer.feed(&queue);
        text.consume(length);
        if let Some(fault) = tokenizer.sink.0.borrow_mut().fault.take() {
            return Err(input.failed(fault));
        }
    }
    tokenizer.end();
    let page = tokenizer.sink.0.into_inner();
    page.tables().map_err(|fault| input.failed(fault))
}

/// What of a page has been read.
#[derive(Default)]
struct Page(RefCell<State>);

#[derive(Default)]
struct State {
    /// In the order in which they begin.
    tables: Vec<Table>,
    /// A table within a cell of another one comes after it.
    open: Vec<Open>,
    /// Within a script or the like, whose text is none of the page's.
    is_raw: bool,
    fault: Option<Fault>,
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
    is_hidden: bool,
    in_row: bool,
    cell: Option<OpenCell>,
    /// For each column the row after the last that a cell above takes.
    taken: Vec<u32>,
}

#[derive(Default)]
struct OpenCell {
    column: u32,
    down: u32,
    across: u32,
    text: String,
    /// White space was read and counts if more text follows on the line.
    space: bool,
    /// The number that the cell holds, as Excel and LibreOffice write it beside what it shows.
    stored: Option<String>,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return state.tag(&tag),
            Token::CharacterTokens(text) => state.text(&text),
            Token::NullCharacterToken => state.text("\0"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn tables(mut self) -> Result<Vec<Table>, Fault> {
        if self.open.iter().any(|open| open.has_tag) {
            return Err(Fault::CutTable);
        }
        self.end_all();
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.tables),
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let is_start = tag.kind == TagKind::StartTag;
        let raw = match &*tag.name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(raw) = raw {
            self.is_raw = is_start;
            return match is_start {
                true => TokenSinkResult::RawData(raw),
                false => TokenSinkResult::Continue,
            };
        }
        match (&*tag.name, is_start) {
            ("table", true) => self.begin_table(true),
            ("table", false) => self.end_table(),
            ("body" | "html", false) => self.end_all(),
            ("tr", true) => self.begin_row(tag),
            ("tr" | "thead" | "tbody" | "tfoot", false) => self.end_row(),
            ("thead" | "tbody" | "tfoot", true) => self.end_row(),
            ("td" | "th", true) => self.begin_cell(tag),
            ("td" | "th", false) => self.end_cell(),
            ("br", _) => self.line_break(),
            ("p" | "div" | "li", true) => self.new_line(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn begin_table(&mut self, has_tag: bool) {
        self.tables.push(Table::default());
        if let Err(fault) = check_count(&self.tables) {
            self.fault.get_or_insert(fault);
        }
        self.open.push(Open {
            table: self.tables.len() - 1,
            has_tag,
            ..Open::default()
        });
    }

    fn end_table(&mut self) {
        self.end_row();
        self.open.pop();
    }

    fn end_all(&mut self) {
        while !self.open.is_empty() {
            self.end_table();
        }
    }

    fn begin_row(&mut self, tag: &Tag) {
        if self.open.is_empty() {
            self.begin_table(false);
        }
        self.end_row();
        if let Some(open) = self.open.last_mut() {
            open.rows += 1;
            open.column = 0;
            open.in_row = true;
            open.is_hidden = is_hidden(tag);
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if open.in_row && open.is_hidden {
            self.tables[open.table].hide(open.rows - 1);
        }
        open.in_row = false;
    }

    fn begin_cell(&mut self, tag: &Tag) {
        self.end_cell();
        if self.open.last().is_none_or(|open| !open.in_row) {
            self.begin_row(&Tag {
                attrs: Vec::new(),
                ..tag.clone()
            });
        }
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let row = open.rows - 1;
        while open
            .taken
            .get(open.column as usize)
            .is_some_and(|&until| until > row)
        {
            open.column += 1;
        }
        let column = open.column;
        let across = number(tag, "colspan").clamp(1, MAX_ACROSS);
        let down = match attribute(tag, "rowspan") {
            Some("0") => MAX_DOWN,
            _ => number(tag, "rowspan").clamp(1, MAX_DOWN),
        };
        open.column += across;
        if open.column > MAX_COLUMNS {
            self.fault
                .get_or_insert(Fault::BadTable("it is larger than a worksheet can be"));
            return;
        }
        if down > 1 {
            let end = open.column as usize;
            if open.taken.len() < end {
                open.taken.resize(end, 0);
            }
            open.taken[column as usize..end].fill(row + down);
        }
        open.cell = Some(OpenCell {
            column,
            down: down - 1,
            across: across - 1,
            stored: attribute(tag, "x:num")
                .or_else(|| attribute(tag, "sdval"))
                .map(str::to_owned),
            ..OpenCell::default()
        });
    }

    fn end_cell(&mut self) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(cell) = open.cell.take() else {
            return;
        };
        let shown = cell.text.trim_end_matches('\n');
        let (text, sent) = match &cell.stored {
            Some(stored) => beside(stored, shown),
            None => (None, Sent::AsShown),
        };
        let pushed = self.tables[open.table].push(NewCell {
            row: open.rows - 1,
            column: cell.column,
            down: cell.down,
            across: cell.across,
            text: text.as_deref().unwrap_or(shown),
            sent,
        });
        if let Err(fault) = pushed {
            self.fault.get_or_insert(fault);
        }
    }

    fn cell(&mut self) -> Option<&mut OpenCell> {
        self.open.last_mut()?.cell.as_mut()
    }

    /// White space is one blank, and none at the ends of a line.
    fn text(&mut self, text: &str) {
        let is_raw = self.is_raw;
        let Some(cell) = self.cell().filter(|_| !is_raw) else {
            return;
        };
        // More is refused when the cell ends.
        if cell.text.len() > MAX_TEXT {
            return;
        }
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C') {
                cell.space = true;
                continue;
            }
            if std::mem::take(&mut cell.space)
                && !cell.text.is_empty()
                && !cell.text.ends_with('\n')
            {
                cell.text.push(' ');
            }
            cell.text.push(c);
        }
    }

    fn line_break(&mut self) {
        if let Some(cell) = self.cell() {
            cell.space = false;
            cell.text.push('\n');
        }
    }

    /// Before a paragraph, unless a line begins anyway.
    fn new_line(&mut self) {
        if self
            .cell()
            .is_some_and(|cell| !cell.text.is_empty() && !cell.text.ends_with('\n'))
        {
            self.line_break();
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|it| &*it.name.local == name)?;
    Some(found.value.trim())
}

/// 1 unless it is a number.
fn number(tag: &Tag, name: &str) -> u32 {
    attribute(tag, name)
        .and_then(|value| value.parse().ok())
        .unwrap_or(1)
}

fn is_hidden(tag: &Tag) -> bool {
    let style = attribute(tag, "style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    attribute(tag, "hidden").is_some() || style.to_ascii_lowercase().contains("display:none")
}
