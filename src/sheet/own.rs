//! The columns this program appends to results and failures files, and how they are known again.

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

/// The part of a header this program did not append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnColumns {
    /// How many columns are the sheet's own.
    pub(super) count: usize,
    pub(super) sent_flag: Option<usize>,
    pub(super) extra_fields: Option<usize>,
}

impl OwnColumns {
    pub(super) fn of(header: &[String]) -> OwnColumns {
        let mut own = OwnColumns {
            count: header.len(),
            sent_flag: None,
            extra_fields: None,
        };
        let before = header.len().saturating_sub(APPENDED.len());
        if header[before..] == APPENDED {
            own.count = before;
            own.extra_fields = own.cut(header, EXTRA_FIELDS);
            own.sent_flag = own.cut(header, SENT_FLAG);
        }
        own
    }

    fn cut(&mut self, header: &[String], name: &str) -> Option<usize> {
        let at = self.count.checked_sub(1).filter(|&at| header[at] == name)?;
        self.count = at;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn only_a_header_that_ends_as_ours_do_is_ours() {
        let own = |names: &str| {
            let own = OwnColumns::of(&header(names));
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
