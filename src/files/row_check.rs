//! Rows that prove themselves: what stands in a column of each file that is given back, so that a
//! row still tells whose it is when spreadsheets and people have been at it.
//!
//! `bdkaef-ekfjmcpahgme-hgmeabcd-cdpo`: account, origin, order and flag, four bits a letter from a to
//! p, which no spreadsheet takes for a number or a date. `?` after it says that the order was in
//! doubt when it was first read, `??` that the flag was, `???` both; `+` that it was corrected since;
//! `*` that it is hidden in the sheet and was left out; `!` that a person means the row as it stands.

mod repair;

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use md5::{Digest, Md5};

use crate::sheet::{Row, Sheet, strip_wrapping};
use repair::as_spreadsheets_write;
pub use repair::{Fit, is_cut, sources};

/// Stands for the account of the stand-in.
const DEMO: &str = "demo";

/// Whose ERP a file was written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(CompactString);

impl Issuer {
    /// The seller's account at the host of its endpoint.
    pub fn of(seller: &str, host: &str) -> Issuer {
        Issuer(letters(digest("account", &[seller, host], 24), 6))
    }

    pub fn demo() -> Issuer {
        Issuer(DEMO.into())
    }

    pub fn is_demo(&self) -> bool {
        self.0 == DEMO
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowCheck {
    pub issuer: Issuer,
    /// Of the line and the order as first read; kept through all corrections.
    pub origin: u64,
    /// Of the order as last read; where it is doubtful, of the number that spreadsheets make of it.
    pub order: u64,
    /// Of the flag that is sent and, where it is given for all rows, of the sheet's own flag.
    pub flag: u64,
    /// Whether the order was in doubt when it was first read, or has lost digits since, and whether
    /// the flag was in doubt.
    pub doubts: [bool; 2],
    pub is_meant: bool,
    /// Whether order or flag were changed since they were first read.
    pub is_corrected: bool,
    /// Whether the row is hidden in the sheet, and was left out.
    pub is_left_out: bool,
}

impl RowCheck {
    /// Of a row that is read for the first time.
    pub fn new(issuer: &Issuer, origin: u64, order: &str, flag: [&str; 2]) -> RowCheck {
        RowCheck {
            issuer: issuer.clone(),
            origin,
            order: order_part(order),
            flag: flag_part(flag),
            doubts: [false; 2],
            is_meant: false,
            is_corrected: false,
            is_left_out: false,
        }
    }

    /// The same, where the order is not sent because what it was is in doubt.
    pub fn in_doubt(self, order: &str) -> RowCheck {
        RowCheck {
            order: number_part(order),
            doubts: [true, self.doubts[1]],
            ..self
        }
    }

    /// What an earlier run has written beside the row.
    pub fn beside(row: &Row) -> Option<RowCheck> {
        RowCheck::parse(row.origin()?.check())
    }

    /// Of a row as it is written. One that cannot be sent keeps what it has.
    pub fn of(row: &Row, sheet: &Sheet, issuer: &Issuer) -> RowCheck {
        let earlier = RowCheck::beside(row);
        let is_sent = row.entry(sheet).is_ok();
        if let Some(check) = earlier.as_ref().filter(|_| !is_sent) {
            return RowCheck {
                issuer: issuer.clone(),
                is_left_out: row.is_left_out(),
                ..check.clone()
            };
        }
        let [order, flag, own_flag] = sent(row, sheet);
        let first = || origin_part(row.line_in_sheet(), row.position, &order);
        let origin = earlier.as_ref().map_or_else(first, |check| check.origin);
        let mut check = RowCheck::new(issuer, origin, &order, [&flag, &own_flag]);
        check.is_left_out = row.is_left_out();
        check.is_corrected = earlier
            .is_some_and(|it| it.is_corrected || (it.order, it.flag) != (check.order, check.flag));
        if is_sent {
            return check;
        }
        check.doubts = row.doubts(sheet);
        if check.doubts[0] {
            check.in_doubt(&order)
        } else {
            check
        }
    }

    pub fn parse(cell: &str) -> Option<RowCheck> {
        let text = strip_wrapping(cell);
        let is_mark =
            |c: char| matches!(c, '?' | '!' | '？' | '！' | '+' | '*') || c.is_whitespace();
        let whole = text.trim_matches(is_mark).to_ascii_lowercase();
        let mut parts = whole.split('-');
        let issuer = parts.next()?;
        let is_issuer = issuer == DEMO || issuer.len() == 6 && value(issuer).is_some();
        let mut part = |length| value(parts.next().filter(|it| it.len() == length)?);
        let (origin, order, flag) = (part(12)?, part(8)?, part(4)?);
        if !is_issuer || parts.next().is_some() {
            return None;
        }
        Some(RowCheck {
            issuer: Issuer(issuer.into()),
            origin,
            order,
            flag,
            doubts: [1, 2].map(|mark| text.matches(['?', '？']).count() & mark != 0),
            is_meant: is_meant(cell),
            is_corrected: text.contains('+'),
            is_left_out: text.contains('*'),
        })
    }

    /// How an order fits the one that was read last, which may be `known`. Digits that a spreadsheet
    /// has cut are filled in only where the ERP has not refused the order: then another may be meant.
    pub fn fit(&self, order: &str, was_rejected: bool, known: Option<&str>) -> Fit {
        let may_be_another = was_rejected || self.doubts[0];
        let is_it = |text: &str| order_part(text) == self.order;
        repair::fit(order, may_be_another, known.filter(|it| is_it(it)), is_it)
    }

    /// Whether the row has the order and the flags that it was written for.
    pub fn is_of(&self, row: &Row, sheet: &Sheet) -> bool {
        let [order, flag, own_flag] = sent(row, sheet);
        let is_its_order = self.order == order_part(&order) || self.is_still_doubtful(&order);
        is_its_order && self.flag == flag_part([&flag, &own_flag]) && !self.is_meant
    }

    /// Whether the cell is the order's.
    pub fn has_order(&self, cell: &str) -> bool {
        let order = strip_wrapping(cell);
        self.order == order_part(&order) || self.is_still_doubtful(&order)
    }

    /// Whether the cell is the flag's, if that is the sheet's own.
    pub fn has_flag(&self, cell: &str) -> bool {
        self.flag == flag_part([&strip_wrapping(cell), ""])
    }

    /// Whether an order that was in doubt is still as it was.
    pub fn is_still_doubtful(&self, order: &str) -> bool {
        self.doubts[0] && number_part(order) == self.order
    }
}

impl fmt::Display for RowCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (origin, order) = (letters(self.origin, 12), letters(self.order, 8));
        let flag = letters(self.flag, 4);
        write!(f, "{}-{origin}-{order}-{flag}", self.issuer.0)?;
        let marks = usize::from(self.doubts[0]) + 2 * usize::from(self.doubts[1]);
        f.write_str(&"?".repeat(marks))?;
        f.write_str(if self.is_corrected { "+" } else { "" })?;
        f.write_str(if self.is_left_out { "*" } else { "" })
    }
}

/// Order and flags of a row, as they would be sent.
pub fn sent<'r>(row: &'r Row, sheet: &Sheet) -> [Cow<'r, str>; 3] {
    let [flag, own_flag] = sheet.flags(row);
    [row.order_cell(sheet), flag, own_flag].map(strip_wrapping)
}

/// Whether a person has marked the row as meant, be it beside a check or alone.
pub fn is_meant(cell: &str) -> bool {
    cell.contains(['!', '！'])
}

/// What a row comes from: a line of the sheet and the order on it. A row that a person has added has
/// none, and is known by its `place` in the results.
pub fn origin_part(line: Option<u64>, place: u64, order: &str) -> u64 {
    // Two of 100,000 rows would often have 32 bits in common.
    match line {
        Some(line) => digest("line", &[&line.to_string(), order], 48),
        None => digest("added", &[&place.to_string(), order], 48),
    }
}

pub fn order_part(order: &str) -> u64 {
    digest("order", &[order], 32)
}

/// Of what spreadsheets make of an order that is a number; never the part of an order.
fn number_part(order: &str) -> u64 {
    digest("number", &[&as_spreadsheets_write(order)], 32)
}

/// Of the flag that is sent, and the sheet's own where that is another.
pub fn flag_part(flag: [&str; 2]) -> u64 {
    digest("flag", &flag, 16)
}

/// The first bits of the MD5 of the parts, each with its length before it.
fn digest(what: &str, parts: &[&str], bits: u32) -> u64 {
    let mut md5 = Md5::new();
    for part in [what].iter().chain(parts) {
        md5.update(format!("{}:{part}", part.len()));
    }
    (u128::from_be_bytes(md5.finalize().into()) >> (128 - bits)) as u64
}

/// Four bits a letter.
fn letters(value: u64, count: u32) -> CompactString {
    let nibbles = (0..count).rev().map(|at| (value >> (4 * at)) as u8 & 15);
    nibbles.map(|nibble| char::from(b'a' + nibble)).collect()
}

fn value(letters: &str) -> Option<u64> {
    letters.bytes().try_fold(0, |value, letter| {
        let nibble = letter.checked_sub(b'a').filter(|&it| it < 16)?;
        Some(value << 4 | u64::from(nibble))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &str = "ilkgli-cegamomfhjib-gjaffkjj-dmkm";

    fn check() -> RowCheck {
        let issuer = Issuer::of("shop1", "erp.example");
        let origin = origin_part(Some(7), 0, "0012345");
        RowCheck::new(&issuer, origin, "0012345", ["加急", ""])
    }

    #[test]
    fn a_check_is_read_as_it_was_written() {
        assert_eq!(check().to_string(), VECTOR);
        let doubtful = check().in_doubt("12345");
        let demo = RowCheck::new(&Issuer::demo(), 0, "", ["", ""]);
        let marked = RowCheck {
            is_corrected: true,
            is_left_out: true,
            ..check()
        };
        assert_eq!(marked.to_string(), format!("{VECTOR}+*"));
        for check in [check(), doubtful, demo, marked] {
            assert_eq!(RowCheck::parse(&check.to_string()), Some(check));
        }
        let meant = RowCheck::parse(&format!(" {}！ ", VECTOR.to_uppercase()));
        let is_meant = true;
        assert_eq!(
            meant,
            Some(RowCheck {
                is_meant,
                ..check()
            })
        );
        let (longer, other) = (format!("{VECTOR}-a"), VECTOR.replacen('i', "q", 1));
        for other in ["", "!", "demo", &VECTOR[1..], &longer, &other] {
            assert_eq!(RowCheck::parse(other), None, "{other}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(flag_part(["ab", "c"]), flag_part(["a", "bc"]));
        assert_ne!(Issuer::of("ab", "c"), Issuer::of("a", "bc"));
        let origin = |line, order| origin_part(Some(line), 0, order);
        assert_ne!(origin(1, "1CG"), origin(11, "CG"));
    }
}
