//! Which of the lines that have the columns is the header, where it can be told.

use super::misfit::misfit;
use super::normalize::{folded, is_blank, plain_name, strip_wrapping};
use super::options::SheetOptions;
use super::top::{FlagSource, Line};
use crate::erp::field::Field;
use crate::language::say;
use crate::text::{all, quoted};

/// A line that has the columns.
pub(super) struct Candidate<'l> {
    pub(super) line: &'l Line,
    /// Where it stands among the lines looked at.
    pub(super) at: usize,
    pub(super) order: Result<usize, String>,
    pub(super) flag: Result<FlagSource, String>,
    /// Whether the order's column and the flag's are known by letter alone.
    pub(super) by_letter: [bool; 2],
    /// Whether these columns, counted from A, have the letters that are given for them.
    pub(super) has_letters: [bool; 2],
    /// Whether the order's column has a name that is taken where no better one stands.
    pub(super) is_fallback: bool,
}

/// The candidate that is the header, or would be if it were not for the fault.
pub(super) fn choose<'l>(
    mut candidates: Vec<Candidate<'l>>,
    lines: &[Line],
    options: &SheetOptions,
) -> Option<(Candidate<'l>, Result<(), String>)> {
    loop {
        let (first, later) = candidates.split_first()?;
        if options.no_header || options.header_line.is_some() {
            return Some((candidates.swap_remove(0), Ok(())));
        }
        let rivals: Vec<_> = later.iter().filter(|it| it.is_rival_of(first)).collect();
        let is_title = first.is_fallback && first.line.filled().count() == 1;
        let is_no_header = if rivals.is_empty() {
            first.is_query()
        } else {
            is_title || (first.is_query() && rivals.iter().all(|it| it.is_query()))
        };
        if is_no_header {
            candidates.remove(0);
            continue;
        }
        let fault = if rivals.is_empty() {
            first.doubt(lines)
        } else {
            let all = [first].into_iter().chain(rivals);
            let told: Vec<String> = all.map(|it| it.told(lines)).collect();
            let lines = told.join(&say!("sheet-clause-separator"));
            Err(say!("sheet-several-headers", lines = lines))
        };
        return Some((candidates.swap_remove(0), fault));
    }
}

impl Candidate<'_> {
    /// Whether each column that is needed is known by name.
    pub(super) fn is_by_name(&self) -> bool {
        self.named() == [Some(true); 2] || self.named() == [Some(true), None]
    }

    /// Whether order and flag are known by name, and not by what may be a letter as well; none for a
    /// flag that has no column.
    fn named(&self) -> [Option<bool>; 2] {
        let [order, flag] = [0, 1].map(|at| !self.by_letter[at] && !self.has_letters[at]);
        let flag = match self.flag {
            Ok(FlagSource::Given(_)) => None,
            Ok(FlagSource::SentFlag(_)) => Some(true),
            _ => Some(flag),
        };
        [Some(order), flag]
    }

    /// The columns as far as they are certain.
    fn columns(&self) -> impl Iterator<Item = usize> {
        let flag = match self.flag {
            Ok(FlagSource::Column(at) | FlagSource::SentFlag(at)) => Some(at),
            _ => None,
        };
        self.order.as_ref().ok().copied().into_iter().chain(flag)
    }

    /// Whether it could as well be the header, with other columns or rows. The same header again is
    /// that of another page.
    fn is_rival_of(&self, first: &Candidate<'_>) -> bool {
        let names = |line: &Line| -> Vec<(usize, String)> {
            line.filled().map(|(at, it)| (at, plain_name(it))).collect()
        };
        self.named() == first.named()
            && self.named().contains(&Some(true))
            && !self.is_fallback
            && names(self.line) != names(first.line)
    }

    /// Whether it tells what was asked for, as exports do above the header: a label with a colon, and
    /// beside it a value.
    fn is_query(&self) -> bool {
        let is_label = |cell: &str| strip_wrapping(cell).ends_with([':', '：']);
        let is_value = |cell: &String| !is_blank(cell) && !is_label(cell);
        let fields = &self.line.fields;
        self.columns()
            .any(|at| is_label(&fields[at]) && fields.get(at + 1).is_some_and(is_value))
    }

    /// The fault if the columns are known by letter alone and the line may be a row.
    fn doubt(&self, lines: &[Line]) -> Result<(), String> {
        let Ok(order) = self.order else { return Ok(()) };
        let is_known = self.line.own.is_ours() || self.named().contains(&Some(true));
        let is_usual = Field::PurchaseNo.fit(&self.line.fields[order]).is_some();
        if is_known || is_usual {
            return Ok(());
        }
        let has_number = |cell: &str| cell.contains(|c: char| c.is_numeric());
        let below = |at: usize| {
            let lines = lines.iter().skip(self.at + 1);
            lines.filter_map(move |line| line.fields.get(at).filter(|cell| !is_blank(cell)))
        };
        let is_order = |cell: &&String| misfit(&strip_wrapping(cell), Field::PurchaseNo).is_none();
        let looks_like_order = has_number(&self.line.fields[order])
            || below(order).filter(is_order).any(|cell| !has_number(cell));
        let looks_like_flag = match self.flag {
            Ok(FlagSource::Column(at)) => {
                let cell = folded(&self.line.fields[at]);
                below(at).any(|it| folded(it) == cell).then_some(at)
            }
            _ => None,
        };
        match looks_like_order.then_some(order).or(looks_like_flag) {
            None => Ok(()),
            Some(column) => Err(say!(
                "sheet-header-is-data",
                line = self.line.number,
                cell = self.line.titled(column)
            )),
        }
    }

    /// Its line, with what stands below its columns.
    fn told(&self, lines: &[Line]) -> String {
        let columns = self.columns().map(|at| {
            let below = lines.get(self.at + 1).and_then(|line| line.fields.get(at));
            let header = quoted(&self.line.fields[at]);
            match below.filter(|cell| !is_blank(cell)) {
                Some(cell) => say!("sheet-above", header = header, cell = quoted(cell)),
                None => say!("sheet-above-nothing", header = header),
            }
        });
        let columns: Vec<String> = columns.collect();
        say!(
            "sheet-could-be-header",
            line = self.line.number,
            columns = all(&columns)
        )
    }
}
