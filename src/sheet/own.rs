//! The columns this program appends to results and failures files, and how they are known again:
//! by name, wherever a person has moved them.

use serde::Serialize;

use super::normalize::folded;

/// What is appended, by the kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Appended {
    /// What became of each row: results and failures.
    Outcomes,
    /// What flag the ERP was found to carry for each row's order.
    Readings,
}

impl Appended {
    /// Appended in this order. The first two and the last of each kind mean the same.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Appended::Outcomes => &[
                "line",
                "status",
                "code",
                "message",
                "attempts",
                "finished_at",
                ROW_CHECK,
            ],
            Appended::Readings => &[
                "line",
                "status",
                "flag_now",
                "message",
                "checked_at",
                ROW_CHECK,
            ],
        }
    }
}

/// The column by which rows prove what they are.
pub const ROW_CHECK: &str = "row_check";

/// Column before [`EXTRA_FIELDS`] and [`Appended`] that holds the flag sent, when the flag did not
/// come from a column of the sheet's own. Such a file read again takes its flags from here.
pub const SENT_FLAG: &str = "sent_flag";

/// Column before [`Appended`] that holds, as CSV text, what a row had beyond the header's fields.
pub const EXTRA_FIELDS: &str = "extra_fields";

/// Which of a header's columns are the sheet's own, and where those appended are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnColumns {
    /// The sheet's own columns.
    pub kept: Vec<usize>,
    /// Where those of [`Appended::columns`] are; none if this program did not write the file.
    pub appended: Vec<Option<usize>>,
    pub sent_flag: Option<usize>,
    pub extra_fields: Option<usize>,
    /// How many fields the header has, empty ones at its end left out where this program wrote it.
    pub width: usize,
    pub unclear: Option<Unclear>,
}

/// Why a file of this program's cannot be read as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// It has lost the column by which its rows prove what they are.
    NoCheck,
    /// Two columns have this name, and the last is not where this program puts its own.
    Twice(&'static str),
}

impl OwnColumns {
    /// `is_named` says that the file is a results or failures file by its name.
    pub fn of(header: &[String], is_named: bool) -> OwnColumns {
        let names: Vec<String> = header.iter().map(|name| folded(name)).collect();
        // Of two columns with one name the sheet's own comes first.
        let find = |name: &str| names.iter().rposition(|it| it == name);
        let places = |kind: Appended| -> Vec<Option<usize>> {
            kind.columns().iter().map(|name| find(name)).collect()
        };
        let count = |places: &[Option<usize>]| places.iter().flatten().count();
        let (outcomes, readings) = (places(Appended::Outcomes), places(Appended::Readings));
        let (kind, appended) = if count(&readings) > count(&outcomes) {
            (Appended::Readings, readings)
        } else {
            (Appended::Outcomes, outcomes)
        };
        let sent_flag = find(SENT_FLAG);
        let [Some(_), Some(_), .., Some(_)] = appended[..] else {
            // A person's own sheet may have columns that are called line, status or message.
            let time = appended[appended.len() - 2];
            let found = count(&appended);
            let was_ours =
                found < header.len() && (is_named && found > 2 || found > 3 && time.is_some());
            return OwnColumns {
                kept: (0..header.len()).collect(),
                width: header.len(),
                unclear: (was_ours || sent_flag.is_some()).then_some(Unclear::NoCheck),
                ..OwnColumns::default()
            };
        };
        let extra_fields = find(EXTRA_FIELDS);
        let others = [sent_flag, extra_fields];
        let is_ours = |at| others.contains(&Some(at)) || appended.contains(&Some(at));
        let width = names.iter().rposition(|name| !name.is_empty());
        let width = width.map_or(0, |last| last + 1);
        OwnColumns {
            kept: (0..width).filter(|at| !is_ours(*at)).collect(),
            unclear: moved_double(&names, kind, &appended).map(Unclear::Twice),
            appended,
            sent_flag,
            extra_fields,
            width,
        }
    }

    /// Whether this program wrote the file.
    pub fn is_ours(&self) -> bool {
        !self.appended.is_empty()
    }

    /// Whether it did, though the file may have lost what proves its rows.
    pub fn was_ours(&self) -> bool {
        (self.is_ours() || self.unclear.is_some()) && !self.kept.is_empty()
    }
}

/// The name of one of the columns that stands twice, where they do not stand side by side in their
/// order as this program writes them.
fn moved_double(
    names: &[String],
    kind: Appended,
    places: &[Option<usize>],
) -> Option<&'static str> {
    let places: Vec<usize> = places.iter().flatten().copied().collect();
    if places.windows(2).all(|pair| pair[0] + 1 == pair[1]) {
        return None;
    }
    let is_double = |name: &&&str| names.iter().filter(|it| it == *name).count() > 1;
    kind.columns().iter().find(is_double).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(names: &str, is_named: bool) -> OwnColumns {
        let header: Vec<String> = names.split(',').map(str::to_owned).collect();
        OwnColumns::of(&header, is_named)
    }

    const SEVEN: &str = "line,status,code,message,attempts,finished_at,row_check";

    #[test]
    fn appended_columns_are_known_wherever_they_stand() {
        for names in [
            format!("a,b,{SEVEN}"),
            format!("a,b,{SEVEN},,"),
            "a,b,line,status,row_check".to_owned(),
            format!("a,b,{}", SEVEN.to_uppercase()),
            "a,b,row_check,attempts,Line ,status".to_owned(),
            "a,b,line,status,flag_now,message,checked_at,row_check".to_owned(),
        ] {
            let own = own(&names, false);
            assert!(own.is_ours(), "{names}");
            assert_eq!(own.kept, [0, 1], "{names}");
        }
        let moved = own(&format!("line,a,{},notes", &SEVEN[5..]), false);
        assert_eq!((moved.appended[0], moved.kept), (Some(0), vec![1, 8]));
        let both = own(&format!("a,sent_flag,extra_fields,{SEVEN}"), false);
        assert_eq!((both.sent_flag, both.extra_fields), (Some(1), Some(2)));
        assert_eq!(both.kept, [0]);
        let own_status = own(&format!("a,status,{SEVEN}"), false);
        assert_eq!(
            (own_status.appended[1], own_status.kept),
            (Some(3), vec![0, 1])
        );
        // Readings of results have the columns of these no more; a sheet may have both.
        let both = own(&format!("a,flag_now,{SEVEN}"), false);
        assert_eq!(both.kept, [0, 1]);
    }

    #[test]
    fn a_sheets_own_columns_of_such_names_stay_its_own() {
        for names in [
            "a,status",
            "a,line,status",
            "a,line,status,code,message",
            "a,line,flag_now,row_check",
        ] {
            let found = own(names, false);
            assert!(!found.is_ours() && found.unclear.is_none(), "{names}");
            assert_eq!(found.kept.len(), names.split(',').count(), "{names}");
        }
        assert!(own("a,b", true).unclear.is_none());
    }

    #[test]
    fn a_file_that_has_lost_its_checks_is_not_taken_for_a_sheet() {
        for (names, is_named) in [
            ("a,b,line,status,code,message,attempts,finished_at", false),
            ("a,line,status,flag_now,checked_at", false),
            ("a,b,status,code,message", true),
            ("a,sent_flag", false),
        ] {
            let found = own(names, is_named);
            assert_eq!(found.unclear, Some(Unclear::NoCheck), "{names}");
            assert!(!found.is_ours() && found.was_ours(), "{names}");
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_unclear() {
        assert_eq!(own(&format!("a,line,status,{SEVEN}"), false).unclear, None);
        for (names, twice) in [
            (format!("a,line,status,code,message,{SEVEN},line"), "line"),
            ("line,a,line,message,status,row_check".to_owned(), "line"),
            (format!("{SEVEN},status,a"), "status"),
        ] {
            let found = own(&names, false);
            assert_eq!(found.unclear, Some(Unclear::Twice(twice)), "{names}");
        }
    }
}
