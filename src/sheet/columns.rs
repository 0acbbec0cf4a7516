//! Columns by name and by letter.

use super::clean;

/// Columns appended to results and failures files, in this order. A header that ends with exactly
/// these names is taken for such a file's; columns of these names elsewhere are the user's own.
pub const APPENDED: [&str; 6] = [
    "line",
    "status",
    "code",
    "message",
    "attempts",
    "finished_at",
];

/// Column before [`EXTRA_FIELDS`] and [`APPENDED`] that holds the flag sent, when the flag did not
/// come from a column of the sheet's own. Such a file read again takes its flags from here.
pub const SENT_FLAG: &str = "sent_flag";

/// Column before [`APPENDED`] that holds, as CSV text, what a row had beyond the header's fields.
pub const EXTRA_FIELDS: &str = "extra_fields";

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Order,
    Flag,
}

impl Role {
    /// The names a column may have for the role, as people write them.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Role::Order => &[
                "purchase_no",
                "purchase no",
                "采购单号",
                "采购单编号",
                "采购订单号",
            ],
            Role::Flag => &["flag_name", "flag", "标记名称", "标记", "采购单标记"],
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Role::Order => "order column (采购单号)",
            Role::Flag => "flag column (标记)",
        }
    }

    pub(super) fn option(self) -> &'static str {
        match self {
            Role::Order => "--order-column",
            Role::Flag => "--flag-column",
        }
    }
}

/// A header reduced to what it is compared by: white space around it, zero-width characters,
/// letter case, full-width forms, and spaces for underscores make no difference.
pub(super) fn folded(header: &str) -> String {
    let plain = clean::peeled(header);
    let mut folded = String::with_capacity(plain.len());
    for c in plain.chars() {
        let c = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        };
        if c.is_whitespace() || c == '_' {
            if !folded.ends_with('_') {
                folded.push('_');
            }
        } else {
            folded.extend(c.to_lowercase());
        }
    }
    folded
}

/// How many columns a spreadsheet has at most (`XFD`).
const LETTERED: usize = 16_384;

/// The column a letter names, counted from 0: A, C, AA.
pub(super) fn by_letter(letters: &str) -> Option<usize> {
    let letters = letters.trim();
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0;
    for byte in letters.bytes() {
        if !byte.is_ascii_alphabetic() {
            return None;
        }
        number = number * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1;
    }
    (number <= LETTERED).then(|| number - 1)
}

/// The letter of a column counted from 0.
pub(super) fn letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut number = column + 1;
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'A' + (number % 26) as u8));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// The part of a header this program did not append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    /// How many columns are the sheet's own.
    pub(super) count: usize,
    /// Where `sent_flag` is.
    pub(super) sent_flag: Option<usize>,
    /// Where `extra_fields` is.
    pub(super) extra_fields: Option<usize>,
}

impl Own {
    pub(super) fn of(header: &[String]) -> Own {
        let mut own = Own {
            count: header.len(),
            sent_flag: None,
            extra_fields: None,
        };
        let Some(before) = header.len().checked_sub(APPENDED.len()) else {
            return own;
        };
        if header[before..] != APPENDED {
            return own;
        }
        own.count = before;
        let mut ends_with = |name: &str| {
            let at = own.count.checked_sub(1).filter(|&at| header[at] == name)?;
            own.count = at;
            Some(at)
        };
        own.extra_fields = ends_with(EXTRA_FIELDS);
        own.sent_flag = ends_with(SENT_FLAG);
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_by_what_people_see() {
        for header in [
            "purchase_no",
            " Purchase No ",
            "ＰＵＲＣＨＡＳＥ＿ＮＯ",
            "purchase\u{a0}no\u{3000}",
            "\u{feff}purchase_no",
            "purchase\u{200b}_no",
            "'purchase_no",
            "=\"purchase_no\"",
        ] {
            assert_eq!(folded(header), "purchase_no", "{header:?}");
        }
        assert_ne!(folded("purchaseno"), "purchase_no");
        assert_ne!(folded("采购单"), folded("采购单号"));
    }

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

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn only_a_header_that_ends_as_ours_do_is_ours() {
        let own = |names: &str| {
            let own = Own::of(&header(names));
            (own.count, own.sent_flag, own.extra_fields)
        };
        let six = "line,status,code,message,attempts,finished_at";
        assert_eq!(own(&format!("a,b,{six}")), (2, None, None));
        assert_eq!(own(&format!("a,sent_flag,{six}")), (1, Some(1), None));
        assert_eq!(own(&format!("a,extra_fields,{six}")), (1, None, Some(1)));
        assert_eq!(
            own(&format!("a,sent_flag,extra_fields,{six}")),
            (1, Some(1), Some(2))
        );
        assert_eq!(own(&format!("a,{six},b")), (8, None, None));
        assert_eq!(own("a,sent_flag,extra_fields"), (3, None, None));
        assert_eq!(own("a,status,line"), (3, None, None));
        assert_eq!(
            own(&format!("a,extra_fields,sent_flag,{six}")),
            (2, Some(2), None)
        );
        assert_eq!(own(&format!("a,Status,{}", &six[12..])), (6, None, None));
    }
}
