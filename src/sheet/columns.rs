//! Which columns of a line are the order's and the flag's: by name, or by letter.

use super::input::SheetOptions;
use super::normalize::{folded, is_blank, plain_name};
use super::own::OwnColumns;
use super::problem::{OpenQuote, Record};
use crate::erp::field::Field;
use crate::language::say;
use crate::text::{all, list, quoted};
use crate::workbook::{by_letter, letter};

impl Field {
    /// The headers a column may have for the field, as [`plain_name`] gives them, and those that are
    /// taken where no better one stands.
    fn names(self) -> [&'static str; 2] {
        match self {
            Field::PurchaseNo => [
                "purchaseno 采购单号 采购单编号 采购订单号 采购编号 採購單號 採購單編號 採購訂單號 \
                 採購編號 pono ponumber purchaseorderno purchaseordernumber",
                "采购单 採購單 订单号 訂單號",
            ],
            Field::FlagName => [
                "flagname flag 标记名称 标记 采购单标记 采购标记 標記名稱 標記 採購單標記 採購標記",
                "",
            ],
        }
    }

    /// Whether a header fits the field, and whether it is one of last resort.
    pub fn fit(self, header: &str) -> Option<bool> {
        let name = plain_name(header);
        let has = |names: &str| !name.is_empty() && names.split(' ').any(|it| it == name);
        let [names, last] = self.names();
        if has(names) {
            Some(false)
        } else {
            has(last).then_some(true)
        }
    }

    pub fn title(self) -> String {
        match self {
            Field::PurchaseNo => say!("sheet-order-column"),
            Field::FlagName => say!("sheet-flag-column"),
        }
    }

    pub fn option(self) -> &'static str {
        match self {
            Field::PurchaseNo => "--order-column",
            Field::FlagName => "--flag-column",
        }
    }
}

/// One line that may be the header.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: u64,
    pub fields: Vec<String>,
    pub own: OwnColumns,
    /// Where a quote in it may have taken in other lines.
    pub open_quote: Option<OpenQuote>,
}

/// Where a row's flag comes from.
#[derive(Clone, Debug)]
pub enum FlagSource {
    Column(usize),
    /// The column in which an earlier run kept the flag that was sent.
    SentFlag(usize),
    /// One flag for all rows.
    Given(String),
}

impl FlagSource {
    pub fn column(&self) -> Option<usize> {
        match self {
            FlagSource::Column(at) | FlagSource::SentFlag(at) => Some(*at),
            FlagSource::Given(_) => None,
        }
    }
}

/// The columns that are sent.
pub struct Columns {
    pub order: usize,
    pub flag: FlagSource,
    /// Whether the order's column and the flag's are known by letter.
    pub by_letter: [bool; 2],
    /// Whether one of them is known by name, and not by what may be a letter as well.
    pub is_named: bool,
}

/// A column, and whether it is known by letter; an error if several could be it.
type Found = Result<(usize, bool), String>;

impl Line {
    pub fn of(record: Record<'_>, options: &SheetOptions) -> Line {
        let fields: Vec<_> = record.iter().map(str::to_owned).collect();
        Line {
            number: record.line,
            own: OwnColumns::of(&fields, options.is_named_ours),
            open_quote: record.open_quote.filter(|it| it.line < it.through),
            fields,
        }
    }

    pub fn own_fields(&self) -> impl Iterator<Item = (usize, &String)> {
        self.own.kept.iter().map(|&at| (at, &self.fields[at]))
    }

    pub fn filled(&self) -> impl Iterator<Item = (usize, &String)> {
        let fields = (0..).zip(&self.fields);
        fields.filter(|(_, field)| !is_blank(field))
    }

    /// A column as messages name it: header and letter.
    pub fn titled(&self, at: usize) -> String {
        let (header, letter) = (quoted(&self.fields[at]), letter(at));
        say!("sheet-titled-column", header = header, letter = letter)
    }

    /// The columns, if the line has both. Names of last resort count only where so asked.
    pub fn columns(
        &self,
        options: &SheetOptions,
        is_last: bool,
    ) -> Option<Result<Columns, String>> {
        let order = self.find_order(options, is_last)?;
        let flag = self.find_flag(options)?;
        let is_named = |field: Field, given: &Option<String>, (at, is_by_letter): (usize, bool)| {
            let letter = given.as_deref().and_then(by_letter);
            !is_by_letter && letter != Some(at) || field.fit(&self.fields[at]).is_some()
        };
        let columns = || {
            let order = order?;
            let (flag, flag_by_letter) = flag?;
            let has_flag = match flag {
                FlagSource::Column(at) if at == order.0 => {
                    let column = self.titled(at);
                    return Err(say!(
                        "sheet-same-column",
                        line = self.number,
                        column = column
                    ));
                }
                FlagSource::Column(at) => {
                    is_named(Field::FlagName, &options.flag_column, (at, flag_by_letter))
                }
                FlagSource::SentFlag(_) => true,
                FlagSource::Given(_) => false,
            };
            Ok(Columns {
                order: order.0,
                flag,
                by_letter: [order.1, flag_by_letter],
                is_named: has_flag || is_named(Field::PurchaseNo, &options.order_column, order),
            })
        };
        Some(columns())
    }

    fn find_order(&self, options: &SheetOptions, is_last: bool) -> Option<Found> {
        self.find(Field::PurchaseNo, options.order_column.as_deref(), is_last)
    }

    /// A flag for all rows comes before a column that is named, that before `sent_flag`, and that
    /// before the usual columns.
    fn find_flag(&self, options: &SheetOptions) -> Option<Result<(FlagSource, bool), String>> {
        if let Some(flag) = &options.flag {
            return Some(Ok((FlagSource::Given(flag.clone()), false)));
        }
        let given = options.flag_column.as_deref();
        if let Some(at) = self.own.sent_flag.filter(|_| given.is_none()) {
            return Some(Ok((FlagSource::SentFlag(at), false)));
        }
        let found = self.find(Field::FlagName, given, false)?;
        Some(found.map(|(at, by_letter)| (FlagSource::Column(at), by_letter)))
    }

    /// The line's own column that matches best by header, else by letter.
    fn find(&self, field: Field, given: Option<&str>, is_last: bool) -> Option<Found> {
        let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let fields = self.own_fields().filter(|(_, header)| matches(header));
            fields.map(|(at, _)| at).collect()
        };
        let columns = match given {
            None => {
                let named = all(&|header| field.fit(header) == Some(false));
                if named.is_empty() && is_last {
                    all(&|header| field.fit(header).is_some())
                } else {
                    named
                }
            }
            Some(given) => {
                let exact = all(&|header| header == given);
                let alike = all(&|header| folded(header) == folded(given));
                let name = plain_name(given);
                match (exact.len(), alike.len()) {
                    (1, _) => exact,
                    (_, 1..) => alike,
                    _ => all(&|header| !name.is_empty() && plain_name(header) == name),
                }
            }
        };
        match columns[..] {
            [] => {
                let column = given.and_then(by_letter)?;
                let is_there = |(at, cell): (usize, &String)| at == column && !cell.is_empty();
                self.own_fields()
                    .any(is_there)
                    .then_some(Ok((column, true)))
            }
            [column] => Some(Ok((column, false))),
            _ => Some(Err(self.ambiguous(field, &columns))),
        }
    }

    fn ambiguous(&self, field: Field, columns: &[usize]) -> String {
        let columns: Vec<String> = columns.iter().map(|&at| self.titled(at)).collect();
        say!(
            "sheet-ambiguous-column",
            line = self.number,
            column = field.title(),
            columns = all(&columns),
            option = field.option()
        )
    }

    /// Which columns it has not.
    pub fn lacks(&self, options: &SheetOptions) -> Vec<Field> {
        let order = self
            .find_order(options, true)
            .is_none()
            .then_some(Field::PurchaseNo);
        let flag = self.find_flag(options).is_none().then_some(Field::FlagName);
        order.into_iter().chain(flag).collect()
    }

    /// Which columns are not there, what is, and how to say where they are.
    pub fn missing(&self, lacks: &[Field], options: &SheetOptions) -> String {
        let columns = lacks.iter().map(|field| {
            let given = match field {
                Field::PurchaseNo => &options.order_column,
                Field::FlagName => &options.flag_column,
            };
            let given = given.as_deref().map(quoted).unwrap_or_default();
            let column = format!("{} {given}", field.title());
            say!("sheet-no-column", column = column.trim_end())
        });
        let mut clauses: Vec<String> = columns.collect();
        let (line, headers) = (self.number, list(&self.fields));
        clauses.push(say!("sheet-line-has", line = line, headers = headers));
        let names: Vec<String> = lacks.iter().map(|it| it.option().to_owned()).collect();
        clauses.push(say!("sheet-name-it", options = all(&names)));
        // Somebody who gives all orders one flag has no column for it.
        if lacks.contains(&Field::FlagName) && options.flag_column.is_none() {
            clauses.push(say!("sheet-or-one-flag"));
        }
        let has_number = |(_, header): (usize, &String)| header.contains(char::is_numeric);
        if options.header_line.is_none() && lacks.len() == 2 && self.filled().any(has_number) {
            clauses.push(say!("sheet-or-no-header"));
        }
        clauses.join(&say!("sheet-clause-separator"))
    }
}
