//! Which columns of a line are the order's and the flag's.

use super::candidates::Candidate;
use super::columns::Fit;
use super::normalize::{folded, plain_name};
use super::options::SheetOptions;
use super::top::{FlagSource, Line};
use crate::erp::field::Field;
use crate::workbook::by_letter;

/// How the two columns are known.
pub(super) struct Columns<'o> {
    order: ColumnMatcher<'o>,
    flag: ColumnMatcher<'o>,
    options: &'o SheetOptions,
}

impl<'o> Columns<'o> {
    pub(super) fn of(options: &'o SheetOptions) -> Columns<'o> {
        Columns {
            order: ColumnMatcher::new(Field::PurchaseNo, options.order_column.as_deref()),
            flag: ColumnMatcher::new(Field::FlagName, options.flag_column.as_deref()),
            options,
        }
    }

    /// The columns on a line, the `at`th of those looked at, if it has both.
    pub(super) fn on<'l>(&self, line: &'l Line, at: usize) -> Option<Candidate<'l>> {
        let (order, flag) = self.order.find(line).zip(self.flag(line))?;
        let by_letter = [&self.order, &self.flag].map(|it| it.by_header(line).is_empty());
        let flag_column = match flag {
            Ok(FlagSource::Column(at)) => Some(at),
            _ => None,
        };
        let has_letters = [
            self.order.letter.is_some() && order.as_ref().ok() == self.order.letter.as_ref(),
            self.flag.letter.is_some() && flag_column == self.flag.letter,
        ];
        let is_fallback = self.order.given.is_none()
            && matches!(order, Ok(at) if Field::PurchaseNo.fit(&line.fields[at]) == Some(Fit::Fallback));
        Some(Candidate {
            line,
            at,
            order,
            flag,
            by_letter,
            has_letters,
            is_fallback,
        })
    }

    /// A flag for all rows comes before a column that is named, that before `sent_flag`, and that
    /// before the usual columns.
    fn flag(&self, line: &Line) -> Option<Result<FlagSource, String>> {
        if let Some(flag) = &self.options.flag {
            return Some(Ok(FlagSource::Given(flag.clone())));
        }
        match line.own.sent_flags[..] {
            _ if self.flag.given.is_some() => {}
            [] => {}
            [at] => return Some(Ok(FlagSource::SentFlag(at))),
            ref several => return Some(Err(line.ambiguous(Field::FlagName, several))),
        }
        Some(self.flag.find(line)?.map(FlagSource::Column))
    }

    /// The columns that the line has not, with the name given for each.
    pub(super) fn absent(&self, line: &Line) -> Vec<(Field, Option<String>)> {
        let has_order = self.order.find(line).is_some();
        [
            (&self.order, has_order),
            (&self.flag, self.flag(line).is_some()),
        ]
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(column, _)| (column.field, column.given.map(str::to_owned)))
        .collect()
    }
}

struct ColumnMatcher<'o> {
    field: Field,
    given: Option<&'o str>,
    letter: Option<usize>,
}

impl<'o> ColumnMatcher<'o> {
    fn new(field: Field, given: Option<&'o str>) -> ColumnMatcher<'o> {
        ColumnMatcher {
            field,
            given,
            letter: given.and_then(by_letter),
        }
    }

    /// The line's own column that matches by header, else by letter; the error if several do.
    fn find(&self, line: &Line) -> Option<Result<usize, String>> {
        let columns = self.by_header(line);
        match columns[..] {
            [] => {
                let mut fields = line.own_fields();
                let (column, _) =
                    fields.find(|(at, cell)| Some(*at) == self.letter && !cell.is_empty())?;
                Some(Ok(column))
            }
            [column] => Some(Ok(column)),
            _ => Some(Err(line.ambiguous(self.field, &columns))),
        }
    }

    /// The columns that match best.
    fn by_header(&self, line: &Line) -> Vec<usize> {
        let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
            line.own_fields()
                .filter(|(_, field)| matches(field))
                .map(|(at, _)| at)
                .collect()
        };
        let Some(given) = self.given else {
            let fits = |fit| all(&|field| self.field.fit(field) == Some(fit));
            let names = fits(Fit::Name);
            return match names[..] {
                [] => fits(Fit::Fallback),
                _ => names,
            };
        };
        let exact = all(&|field| field == given);
        if exact.len() == 1 {
            return exact;
        }
        let alike = all(&|field| folded(field) == folded(given));
        if !alike.is_empty() {
            return alike;
        }
        let plain = plain_name(given);
        all(&|field| !plain.is_empty() && plain_name(field) == plain)
    }
}
