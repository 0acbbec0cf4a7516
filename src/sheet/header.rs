//! The header: which line it is, and which columns matter.

use std::cmp::Reverse;

use super::columns::{Own, Role, by_letter, folded, letter};
use super::{Options, SheetError};
use crate::text::{list, quoted};

/// The header is looked for in this many lines that are not blank.
pub(super) const SEARCHED: usize = 20;

/// One line that may be the header.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) fields: Vec<String>,
}

/// The header found.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) line: u64,
    /// Lines above it that are not blank.
    pub(super) skipped: u64,
    /// All fields, the appended ones included.
    pub(super) fields: Vec<String>,
    pub(super) own: Own,
    pub(super) order: usize,
    /// None when the flag is given or comes from `sent_flag`.
    pub(super) flag: Option<usize>,
}

/// What a search came to. Of several, the least by [`Finding::rank`] is the best.
#[derive(Debug)]
pub(super) enum Finding {
    Header(Pass, Header),
    Unusable(Pass, Line, Unusable),
    Missing(Missing),
}

/// For the order and the flag, whether what names the column is taken for a letter.
pub(super) type Pass = [bool; 2];

/// Why a line that has the columns cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    Ambiguous(Role, Vec<usize>),
    Same(usize),
}

/// The line that comes nearest to a header.
#[derive(Debug, Default)]
pub(super) struct Missing {
    nearest: Option<Line>,
    has_order: bool,
    has_flag: bool,
}

impl Finding {
    /// The earliest line first, on one line columns found by header before those found by letter,
    /// then the most fields; sheets without a header last, by how near they come to one.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let found =
            |line: u64, pass: Pass, fields: usize| (line, pass, Reverse(0), Reverse(fields));
        match self {
            Finding::Header(pass, header) => found(header.line, *pass, header.fields.len()),
            Finding::Unusable(pass, line, _) => found(line.number, *pass, line.fields.len()),
            Finding::Missing(missing) => {
                let roles = u8::from(missing.has_order) + u8::from(missing.has_flag);
                (
                    u64::MAX,
                    [true; 2],
                    Reverse(roles),
                    Reverse(missing.width()),
                )
            }
        }
    }
}

impl Missing {
    /// How many fields the nearest line has.
    pub(super) fn width(&self) -> usize {
        self.nearest.as_ref().map_or(0, |line| line.fields.len())
    }
}

/// Looks for the header among the first lines.
///
/// It is the first line that has the order column and, where one is needed, the flag column. A
/// column is known by the name given, else by the usual ones. A name that is given and that no
/// cell of the line has may be a letter: then the line must have some text under that letter.
pub(super) fn search(lines: &[Line], options: &Options) -> Finding {
    let wanted = [
        Wanted::of(Role::Order, options.order_column.as_deref()),
        Wanted::of(Role::Flag, options.flag_column.as_deref()),
    ];
    for (at, line) in lines.iter().enumerate() {
        let own = Own::of(&line.fields);
        for pass in [[false, false], [false, true], [true, false], [true, true]] {
            let order = wanted[0].matches(line, own, pass[0]);
            let flag = match flag_needed(own, options) {
                true => Some(wanted[1].matches(line, own, pass[1])),
                false => None,
            };
            let unusable = match (&order[..], flag.as_deref()) {
                ([], _) | (_, Some([])) => continue,
                ([_, _, ..], _) => Unusable::Ambiguous(Role::Order, order),
                (_, Some([_, _, ..])) => Unusable::Ambiguous(Role::Flag, flag.unwrap_or_default()),
                (&[order], Some(&[flag])) if order == flag => Unusable::Same(order),
                (&[order], flag) => {
                    let header = Header {
                        line: line.number,
                        skipped: at as u64,
                        fields: line.fields.clone(),
                        own,
                        order,
                        flag: flag.and_then(|found| found.first().copied()),
                    };
                    return Finding::Header(pass, header);
                }
            };
            return Finding::Unusable(pass, line.clone(), unusable);
        }
    }
    Finding::Missing(nearest(lines, options, &wanted))
}

/// A column that is named comes before `sent_flag`, and that before the usual ones.
fn flag_needed(own: Own, options: &Options) -> bool {
    options.flag.is_none() && (own.sent_flag.is_none() || options.flag_column.is_some())
}

impl Header {
    /// Where the flag comes from if from `sent_flag`.
    pub(super) fn sent_flag(&self) -> Option<usize> {
        self.own.sent_flag.filter(|_| self.flag.is_none())
    }

    /// Whether there are columns that this program appended.
    pub(super) fn has_appended(&self) -> bool {
        self.own.count < self.fields.len()
    }
}

fn nearest(lines: &[Line], options: &Options, wanted: &[Wanted; 2]) -> Missing {
    let has = |line: &Line| {
        let own = Own::of(&line.fields);
        let [order, flag] = [0, 1].map(|role| !wanted[role].matches(line, own, false).is_empty());
        (order, flag || !flag_needed(own, options))
    };
    let nearest = lines.iter().min_by_key(|line| {
        let (order, flag) = has(line);
        let filled = line.fields.iter().filter(|field| !field.is_empty()).count();
        (Reverse(u8::from(order) + u8::from(flag)), Reverse(filled))
    });
    let (has_order, has_flag) = nearest.map_or((false, options.flag.is_some()), has);
    Missing {
        nearest: nearest.cloned(),
        has_order,
        has_flag,
    }
}

/// How one role's column is told.
struct Wanted<'o> {
    given: Option<&'o str>,
    names: Vec<String>,
    letter: Option<usize>,
}

impl<'o> Wanted<'o> {
    fn of(role: Role, given: Option<&'o str>) -> Wanted<'o> {
        Wanted {
            given,
            names: match given {
                Some(name) => vec![folded(name)],
                None => role.names().iter().map(|name| folded(name)).collect(),
            },
            letter: given.and_then(by_letter),
        }
    }

    /// The line's own columns that match.
    fn matches(&self, line: &Line, own: Own, lettered: bool) -> Vec<usize> {
        let fields = &line.fields[..own.count];
        if lettered {
            let has_text = |at: &usize| fields.get(*at).is_some_and(|cell| !cell.is_empty());
            let filled = self.letter.filter(has_text);
            return filled.into_iter().collect();
        }
        let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..fields.len())
                .filter(|&at| matches(&fields[at]))
                .collect()
        };
        let exact = all(&|field| Some(field) == self.given);
        if exact.len() == 1 {
            return exact;
        }
        all(&|field| self.names.contains(&folded(field)))
    }
}

/// A column as messages name it: header and letter.
fn titled(line: &Line, at: usize) -> String {
    let header = line.fields.get(at).map_or("", String::as_str);
    format!("{} (column {})", quoted(header), letter(at))
}

/// The error for a line that has the columns but cannot be used.
pub(super) fn unusable(file: &str, line: &Line, why: &Unusable) -> SheetError {
    let file = file.to_owned();
    match why {
        Unusable::Ambiguous(role, columns) => {
            let columns: Vec<String> = columns.iter().map(|&at| titled(line, at)).collect();
            SheetError::AmbiguousColumn {
                file,
                line: line.number,
                role: role.title(),
                columns: columns.join(", "),
                option: role.option(),
            }
        }
        Unusable::Same(column) => SheetError::SameColumn {
            file,
            line: line.number,
            column: titled(line, *column),
        },
    }
}

/// The error for a sheet without a header.
pub(super) fn missing(
    file: &str,
    nearest: Missing,
    is_text: bool,
    options: &Options,
) -> SheetError {
    let Some(line) = nearest.nearest else {
        return SheetError::Empty {
            file: file.to_owned(),
        };
    };
    let roles = [
        (Role::Order, nearest.has_order, &options.order_column),
        (Role::Flag, nearest.has_flag, &options.flag_column),
    ];
    let absent: Vec<_> = roles.iter().filter(|(_, has, _)| !has).collect();
    // Each column is on some line, but no line has both.
    let absent = if absent.is_empty() {
        roles.iter().collect()
    } else {
        absent
    };
    let missing: Vec<String> = absent
        .iter()
        .map(|(role, _, given)| match given {
            Some(given) => format!("no {} {}", role.title(), quoted(given)),
            None => format!("no {}, named {}", role.title(), role.names().join(", ")),
        })
        .collect();
    let advice: Vec<&str> = absent.iter().map(|(role, ..)| role.option()).collect();
    SheetError::MissingColumn {
        file: file.to_owned(),
        missing: format!("{} in the first {SEARCHED} lines", missing.join(" and ")),
        found: format!("line {} has {}", line.number, list(&line.fields)),
        advice: format!(
            "name it with {} (header or letter){}",
            advice.join(" and "),
            if is_text {
                ", or the separator with --delimiter"
            } else {
                ", or the worksheet with --sheet"
            }
        ),
    }
}
