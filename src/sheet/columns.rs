//! Columns by name and by letter.

use super::normalize::plain_name;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::all;

/// The header is looked for in this many lines that are not blank.
pub(super) const HEADER_SEARCH_LINES: usize = 20;

/// Of two columns the one that fits better is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Name,
    Fallback,
}

impl Field {
    /// The headers a column may have for the field, as [`plain_name`] gives them, the usual ones
    /// first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Field::PurchaseNo => &[
                "purchaseno",
                "采购单号",
                "采购单编号",
                "采购订单号",
                "采购编号",
                "採購單號",
                "採購單編號",
                "採購訂單號",
                "採購編號",
                "pono",
                "ponumber",
                "purchaseorderno",
                "purchaseordernumber",
            ],
            Field::FlagName => &[
                "flagname",
                "flag",
                "标记名称",
                "标记",
                "采购单标记",
                "采购标记",
                "標記名稱",
                "標記",
                "採購單標記",
                "採購標記",
            ],
        }
    }

    /// Headers that are taken where no better one stands.
    fn fallbacks(self) -> &'static [&'static str] {
        match self {
            Field::PurchaseNo => &["采购单", "採購單", "订单号", "訂單號"],
            Field::FlagName => &[],
        }
    }

    /// How well a header fits the field, if it does.
    pub(super) fn fit(self, header: &str) -> Option<Fit> {
        let name = plain_name(header);
        if self.names().contains(&&*name) {
            Some(Fit::Name)
        } else if self.fallbacks().contains(&&*name) {
            Some(Fit::Fallback)
        } else {
            None
        }
    }

    /// The usual names as messages list them.
    pub(super) fn usual_names(self) -> String {
        let names = match self {
            Field::PurchaseNo => [
                "purchase_no",
                "采购单号",
                "采购单编号",
                "采购订单号",
                "PO number",
            ],
            Field::FlagName => ["flag_name", "flag", "标记名称", "标记", "采购单标记"],
        };
        all(&names.map(str::to_owned))
    }

    pub(super) fn title(self) -> String {
        match self {
            Field::PurchaseNo => say!("sheet-order-column"),
            Field::FlagName => say!("sheet-flag-column"),
        }
    }

    pub(super) fn option(self) -> &'static str {
        match self {
            Field::PurchaseNo => "--order-column",
            Field::FlagName => "--flag-column",
        }
    }
}

/// How many columns a spreadsheet has at most (`XFD`).
const MAX_COLUMNS: usize = 16_384;

/// The column a letter names, counted from 0: A, C, AA.
pub(super) fn by_letter(letters: &str) -> Option<usize> {
    let letters = letters.trim();
    let are_letters = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !are_letters || !(1..=3).contains(&letters.len()) {
        return None;
    }
    let digits = letters.bytes().map(|byte| byte.to_ascii_uppercase() - b'A');
    let number = digits.fold(0, |number, digit| number * 26 + usize::from(digit) + 1);
    (number <= MAX_COLUMNS).then(|| number - 1)
}

/// The letter of a column counted from 0.
pub fn letter(column: usize) -> String {
    let mut letters = match column / 26 {
        0 => String::new(),
        more => letter(more - 1),
    };
    letters.push(char::from(b'A' + (column % 26) as u8));
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_columns_correspond() {
        for (letters, column) in [("A", 0), ("c", 2), ("Z", 25), ("AA", 26), ("XFD", 16_383)] {
            assert_eq!(by_letter(letters), Some(column));
            assert_eq!(letter(column), letters.to_uppercase());
        }
        for none in ["", "A1", "XFE", "AAAA", "中"] {
            assert_eq!(by_letter(none), None, "{none:?}");
        }
    }
}
