//! The tables of a web page.

mod cell;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::budget::{Budget, MAX_TABLES};
use super::builder::TableBuilder;
use super::column::MAX_COLUMNS;
use super::error::{Result, WorkbookError, broken, cut_table, too_much};
use super::held::Held;
use super::{SheetInfo, SheetKind, TextReader, WorkbookFormat};
use cell::Cell;

/// As browsers have it.
const MAX_ACROSS: u32 = 1_000;
const MAX_DOWN: u32 = 65_534;

pub(super) fn read(text: &mut impl TextReader, length: u64, budget: &Budget) -> Result<Held> {
    // A tag or a text may be as long as the page, and is held twice while it grows.
    budget.check(length.saturating_mul(2))?;
    let page = Page(RefCell::new(State::new(budget)));
    let tokenizer = Tokenizer::new(page, TokenizerOpts::default());
    let queue = BufferQueue::default();
    loop {
        let piece = text
            .fill_buf()
            .map_err(|error| WorkbookError::from(&error))?;
        if piece.is_empty() {
            break;
        }
        let length = piece.len();
        // What is decoded is UTF-8, in whole characters.
        queue.push_back(StrTendril::try_from_byte_slice(piece).map_err(|()| broken())?);
        let _ = tokenizer.feed(&queue);
        text.consume(length);
        if let Some(fault) = tokenizer.sink.0.borrow_mut().fault.take() {
            return Err(fault);
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
    fault: Option<WorkbookError>,
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
    cell: Option<Cell>,
    /// For each column the row after the last that a cell above takes.
    taken: Vec<u32>,
}

impl TokenSink for Page<'_> {
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

impl<'b> State<'b> {
    fn new(budget: &'b Budget) -> State<'b> {
        State {
            budget,
            tables: Vec::new(),
            open: Vec::new(),
            is_raw: false,
            fault: None,
        }
    }

    fn finish(mut self) -> Result<Held> {
        if self.open.iter().any(|open| open.has_tag) {
            return Err(cut_table());
        }
        self.end_all();
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut held = Held::new(WorkbookFormat::Html);
        for table in self.tables {
            let sheet = SheetInfo {
                name: None,
                kind: SheetKind::Worksheet,
                is_hidden: false,
            };
            held.push(sheet, table.finish())?;
        }
        Ok(held)
    }

    /// Keeps the first fault.
    fn check(&mut self, result: Result<()>) {
        if let Err(fault) = result {
            self.fault.get_or_insert(fault);
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
            return if is_start {
                TokenSinkResult::RawData(raw)
            } else {
                TokenSinkResult::Continue
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
            ("br", _) => {
                if let Some(cell) = self.cell() {
                    cell.line_break();
                }
            }
            ("p" | "div" | "li", true) => {
                if let Some(cell) = self.cell() {
                    cell.new_line();
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn begin_table(&mut self, has_tag: bool) {
        let table = TableBuilder::plain(self.budget);
        self.tables.push(table);
        if self.tables.len() > MAX_TABLES {
            self.fault.get_or_insert_with(too_much);
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
        if std::mem::take(&mut open.in_row) && open.is_hidden {
            let hidden = self.tables[open.table].hide(open.rows, open.rows);
            self.check(hidden);
        }
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
            let large = too_much();
            return self.check(Err(large));
        }
        if down > 1 {
            let end = open.column as usize;
            if let Some(more) = end.checked_sub(open.taken.len()) {
                if let Err(fault) = self.budget.spend(more * size_of::<u32>()) {
                    self.fault.get_or_insert(fault);
                    return;
                }
                open.taken.resize(end, 0);
            }
            open.taken[column as usize..end].fill(row + down);
        }
        let stored = attribute(tag, "x:num").or_else(|| attribute(tag, "sdval"));
        open.cell = Some(Cell::new(
            column,
            (down - 1, across - 1),
            stored.map(str::to_owned),
        ));
    }

    fn end_cell(&mut self) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(cell) = open.cell.take() else {
            return;
        };
        let put = cell.put(open.rows, &mut self.tables[open.table]);
        self.check(put);
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.open.last_mut()?.cell.as_mut()
    }

    fn text(&mut self, text: &str) {
        let is_raw = self.is_raw;
        if let Some(cell) = self.cell().filter(|_| !is_raw) {
            cell.text(text);
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
