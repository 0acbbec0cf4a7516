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
            ],
            Appended::Readings => &["line", "status", "flag_now", "message", "checked_at"],
        }
    }
}

/// Column before [`EXTRA_FIELDS`] and [`Appended`] that holds the flag sent, when the flag did not
/// come from a column of the sheet's own. Such a file read again takes its flags from here.
pub const SENT_FLAG: &str = "sent_flag";

/// Column before [`Appended`] that holds, as CSV text, what a row had beyond the header's fields.
pub const EXTRA_FIELDS: &str = "extra_fields";

/// A file that does not say by its name that it is a failures file is one if it has this many of
/// the columns beside `line`: a person's own sheet may have one or two of these names.
const ENOUGH: usize = 3;

/// Which of a header's columns are the sheet's own, and where those appended are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnColumns {
    /// The sheet's own columns.
    pub(super) kept: Vec<usize>,
    pub(super) line: Option<usize>,
    pub(super) status: Option<usize>,
    /// When the status was known.
    pub(super) finished_at: Option<usize>,
    /// More than one only where it cannot be told which is this program's.
    pub(super) sent_flags: Vec<usize>,
    pub(super) extra_fields: Option<usize>,
    /// How many fields the header has, empty ones at its end left out where this program wrote it.
    pub(super) width: usize,
    pub(super) unclear: Option<Unclear>,
}

/// Why a file of this program's cannot be read as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// It has lost the column by which its rows are known.
    NoLine,
    /// Two columns have this name, and the last is not where this program puts its own.
    Twice(&'static str),
}

impl OwnColumns {
    /// `is_named` says that the file is a results or failures file by its name.
    pub(super) fn of(header: &[String], is_named: bool) -> OwnColumns {
        let names: Vec<String> = header.iter().map(|name| folded(name)).collect();
        // Of two columns with one name the sheet's own comes first.
        let find = |name: &str| names.iter().rposition(|it| it == name);
        let places = |kind: Appended| -> Vec<Option<usize>> {
            kind.columns().iter().map(|name| find(name)).collect()
        };
        let beside_line = |places: &[Option<usize>]| places[1..].iter().flatten().count();
        let (outcomes, readings) = (places(Appended::Outcomes), places(Appended::Readings));
        let (kind, appended) = if beside_line(&readings) > beside_line(&outcomes) {
            (Appended::Readings, readings)
        } else {
            (Appended::Outcomes, outcomes)
        };
        let others = beside_line(&appended);
        let line = appended[0];
        let is_ours = line.is_some() && (is_named || others >= ENOUGH);
        let sent_flags = names.iter().zip(0..).filter(|(it, _)| *it == SENT_FLAG);
        let sent_flags: Vec<usize> = sent_flags.map(|(_, at)| at).collect();
        if !is_ours {
            let width = header.len();
            let lost_line = is_named && others >= ENOUGH;
            return OwnColumns {
                kept: (0..width).filter(|&at| sent_flags != [at]).collect(),
                sent_flags,
                width,
                unclear: lost_line.then_some(Unclear::NoLine),
                ..OwnColumns::default()
            };
        }
        let extra_fields = find(EXTRA_FIELDS);
        let sent_flag = sent_flags
            .first()
            .filter(|_| sent_flags.len() == 1)
            .copied();
        let before = [sent_flag, extra_fields];
        let ours = before.into_iter().chain(appended.iter().copied());
        let ours: Vec<usize> = ours.flatten().collect();
        let width = names.iter().rposition(|name| !name.is_empty());
        let width = width.map_or(0, |last| last + 1);
        OwnColumns {
            kept: (0..width).filter(|at| !ours.contains(at)).collect(),
            line,
            status: appended[1],
            finished_at: appended[appended.len() - 1],
            sent_flags,
            extra_fields,
            width,
            unclear: moved_double(&names, kind, &appended).map(Unclear::Twice),
        }
    }

    /// Whether this program wrote the file.
    pub(super) fn is_ours(&self) -> bool {
        self.line.is_some()
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

    const SIX: &str = "line,status,code,message,attempts,finished_at";

    #[test]
    fn appended_columns_are_known_wherever_they_stand() {
        for names in [
            format!("a,b,{SIX}"),
            format!("a,b,{SIX},,"),
            "a,b,line,status,code,message".to_owned(),
            format!("a,b,{}", SIX.to_uppercase()),
            "a,b,finished_at,attempts,Line ,message".to_owned(),
        ] {
            let own = own(&names, false);
            assert!(own.is_ours(), "{names}");
            assert_eq!(own.kept, [0, 1], "{names}");
        }
        let moved = own(&format!("line,a,{},notes", &SIX[5..]), false);
        assert_eq!((moved.line, moved.kept), (Some(0), vec![1, 7]));
        let both = own(&format!("a,sent_flag,extra_fields,{SIX}"), false);
        assert_eq!((both.sent_flags, both.extra_fields), (vec![1], Some(2)));
        assert_eq!(both.kept, [0]);
        let own_status = own(&format!("a,status,{SIX}"), false);
        assert_eq!((own_status.status, own_status.kept), (Some(3), vec![0, 1]));
    }

    #[test]
    fn the_columns_of_readings_are_known_too() {
        let five = "line,status,flag_now,message,checked_at";
        for names in [
            format!("a,b,{five}"),
            "a,b,checked_at,flag_now,message,line".to_owned(),
        ] {
            let found = own(&names, false);
            assert!(found.is_ours(), "{names}");
            assert_eq!(found.kept, [0, 1], "{names}");
        }
        let found = own(&format!("a,{five}"), false);
        assert_eq!((found.status, found.finished_at), (Some(2), Some(5)));
        // Readings of results have the columns of these no more; a sheet may have both.
        let both = own(&format!("a,flag_now,{SIX}"), false);
        assert_eq!(both.kept, [0, 1]);
        assert!(!own("a,line,flag_now,checked_at", false).is_ours());
    }

    #[test]
    fn a_sheets_own_columns_of_such_names_stay_its_own() {
        for names in ["a,status", "a,line", "a,line,status", "line,code,message"] {
            let found = own(names, false);
            assert!(!found.is_ours(), "{names}");
            assert_eq!(found.kept.len(), names.split(',').count(), "{names}");
        }
        assert!(!own("a,b", true).is_ours());
        assert!(
            own("a,line,status", true).is_ours(),
            "it says so by its name"
        );
    }

    #[test]
    fn a_sent_flag_is_one_wherever_it_stands() {
        let found = own("a,sent_flag,b", false);
        assert_eq!((found.sent_flags, found.kept), (vec![1], vec![0, 2]));
    }

    #[test]
    fn what_cannot_be_told_apart_is_unclear() {
        let lost = own("a,b,status,code,message", true);
        assert_eq!(lost.unclear, Some(Unclear::NoLine));
        assert_eq!(own("a,b,status,code,message", false).unclear, None);
        assert_eq!(own(&format!("a,line,status,{SIX}"), false).unclear, None);
        for (names, twice) in [
            (format!("a,line,status,code,message,{SIX},line"), "line"),
            ("line,a,line,status,message,code".to_owned(), "line"),
            (format!("{},status,a", &SIX), "status"),
        ] {
            let found = own(&names, false);
            assert_eq!(found.unclear, Some(Unclear::Twice(twice)), "{names}");
        }
    }
}
