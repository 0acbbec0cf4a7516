//! The tables of a web page, as far as it shows them.

mod cell;
mod style;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::budget::{Budget, MAX_TABLES};
use super::builder::TableBuilder;
use super::error::{Result, WorkbookError, broken, cut_table, too_much};
use super::table::MAX_COLUMNS;
use super::{Held, TextReader, hold};
use cell::{Cell, Hidden, attribute};
use style::Rules;

/// As browsers have it.
const MAX_ACROSS: u32 = 1_000;
const MAX_DOWN: u32 = 65_534;
/// Elements without an end.
const VOID: &str = "area base br col embed hr img input link meta source track wbr";

pub fn read(text: &mut impl TextReader, length: u64, budget: &Budget) -> Result<Held> {
    // A tag or a text may be as long as the page, and is held twice while it grows.
    budget.check(length.saturating_mul(2))?;
    let first = pass(text, budget, None)?;
    if !first.is_late {
        return first.finish();
    }
    let rules = first.rules;
    text.rewind();
    pass(text, budget, Some(rules))?.finish()
}

/// Reads all of the page, with the rules that are known of it, or those met on the way.
fn pass<'b>(
    text: &mut impl TextReader,
    budget: &'b Budget,
    rules: Option<Rules>,
) -> Result<State<'b>> {
    let page = Page(RefCell::new(State {
        budget,
        tables: Vec::new(),
        open: Vec::new(),
        is_raw: false,
        css: None,
        has_rules: rules.is_some(),
        rules: rules.unwrap_or_default(),
        is_late: false,
        hidden: None,
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
    Ok(tokenizer.sink.0.into_inner())
}

/// What of a page has been read.
struct Page<'b>(RefCell<State<'b>>);

struct State<'b> {
    budget: &'b Budget,
    /// In the order in which they begin, and whether they are hidden.
    tables: Vec<(TableBuilder<'b>, bool)>,
    /// A table within a cell of another one comes after it.
    open: Vec<Open>,
    /// Within a script or the like, whose text is none of the page's.
    is_raw: bool,
    /// Of the style that is being read.
    css: Option<String>,
    rules: Rules,
    /// Whether all of them are known.
    has_rules: bool,
    /// Whether some stand below the first table, and so were unknown when that was read.
    is_late: bool,
    /// What around the tables is not shown.
    hidden: Hidden,
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
    /// Whether the rows are those of a group that is hidden.
    in_hidden: bool,
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
        for (table, is_hidden) in self.tables {
            hold(&mut held, None, is_hidden, table.finish())?;
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
            if let Some(css) = self.css.take().filter(|_| !self.has_rules) {
                let is_more = self.rules.add(&css, self.budget)?;
                self.is_late |= is_more && !self.tables.is_empty();
            }
            if is_start {
                self.css = (&*tag.name == "style").then(String::new);
                return Ok(TokenSinkResult::RawData(raw));
            }
        }
        let hides = is_start && self.rules.hide(tag);
        match (&*tag.name, is_start) {
            ("table", true) => self.begin_table(true, hides)?,
            ("table", false) => self.end_table()?,
            ("body" | "html", true) => {}
            ("body" | "html", false) => self.end_all()?,
            ("tr", true) => self.begin_row(hides)?,
            ("tr", false) => self.end_row()?,
            ("thead" | "tbody" | "tfoot", _) => {
                self.end_row()?;
                if let Some(open) = self.open.last_mut() {
                    open.in_hidden = hides;
                }
            }
            ("td" | "th", true) => self.begin_cell(tag, hides)?,
            ("td" | "th", false) => self.end_cell()?,
            (name, _) => {
                self.conceal(tag, is_start, hides);
                match self.cell() {
                    Some(cell) if name == "br" => cell.line_break(),
                    Some(cell) if is_start && matches!(name, "p" | "div" | "li") => cell.new_line(),
                    _ => {}
                }
            }
        }
        Ok(TokenSinkResult::Continue)
    }

    /// Sees where an element begins or ends that is not shown.
    fn conceal(&mut self, tag: &Tag, is_start: bool, hides: bool) {
        let cell = self.open.last_mut().and_then(|open| open.cell.as_mut());
        let hidden = cell.map_or(&mut self.hidden, |cell| &mut cell.hidden);
        if let Some((name, depth)) = hidden
            && *name == tag.name
        {
            // One paragraph ends where the next begins.
            let is_within = is_start && !matches!(&**name, "p" | "li");
            *depth = if is_within { *depth + 1 } else { *depth - 1 };
            if *depth == 0 {
                *hidden = None;
            }
        }
        let is_void = tag.self_closing || VOID.split(' ').any(|name| *name == *tag.name);
        if hides && !is_void {
            hidden.get_or_insert_with(|| (tag.name.clone(), 1));
        }
    }

    fn begin_table(&mut self, has_tag: bool, hides: bool) -> Result<()> {
        if self.tables.len() == MAX_TABLES {
            return Err(too_much());
        }
        let conceals = |open: &Open| {
            let cell = open.cell.as_ref();
            self.tables[open.table].1 || cell.is_some_and(|cell| cell.hidden.is_some())
        };
        let is_hidden = hides || self.hidden.is_some() || self.open.iter().any(conceals);
        self.tables
            .push((TableBuilder::ragged(self.budget), is_hidden));
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
            self.begin_table(false, false)?;
        }
        self.end_row()?;
        if let Some(open) = self.open.last_mut() {
            open.rows += 1;
            open.column = 0;
            open.in_row = true;
            if is_hidden || open.in_hidden {
                self.tables[open.table].0.hide(open.rows, open.rows)?;
            }
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        self.end_cell()?;
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        if std::mem::take(&mut open.in_row) {
            open.skip_taken();
            self.tables[open.table].0.widen(open.rows, open.column)?;
        }
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag, hides: bool) -> Result<()> {
        self.end_cell()?;
        if self.open.last().is_none_or(|open| !open.in_row) {
            self.begin_row(false)?;
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        open.skip_taken();
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
            open.taken[column as usize..end].fill(open.rows - 1 + down);
        }
        open.cell = Some(Cell::of(tag, column, (down - 1, across - 1), hides));
        Ok(())
    }

    fn end_cell(&mut self) -> Result<()> {
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        match open.cell.take() {
            Some(cell) => cell.put(open.rows, &mut self.tables[open.table].0),
            None => Ok(()),
        }
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.open.last_mut()?.cell.as_mut()
    }

    fn text(&mut self, text: &str) {
        if let Some(css) = &mut self.css {
            css.push_str(text);
        } else if !self.is_raw {
            self.cell().into_iter().for_each(|cell| cell.text(text));
        }
    }
}

impl Open {
    /// Passes columns that cells of rows above take.
    fn skip_taken(&mut self) {
        let taken = self.taken.iter().skip(self.column as usize);
        self.column += taken.take_while(|&&end| end >= self.rows).count() as u32;
    }
}

/// 1 unless it is a number.
fn number(tag: &Tag, name: &str) -> u32 {
    attribute(tag, name).map_or(1, |value| value.parse().unwrap_or(1))
}
