//! The formats that workbooks name by number alone.

/// The code of a built-in format (ECMA-376, 18.8.30); none for one that is not built in. Formats
/// that differ between languages have a code of the same kind.
pub(super) fn code(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 | 41..=44 | 23..=26 | 63..=66 => "$#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 | 15 | 16 | 17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 | 71..=81 => "yyyy-m-d",
        18..=21 | 32 | 33 | 45 | 47 | 55 | 56 => "h:mm:ss",
        46 => "[h]:mm:ss",
        37 | 38 => "#,##0;(#,##0)",
        39 | 40 => "#,##0.00;(#,##0.00)",
        48 => "##0.0E+0",
        49 => "@",
        59..=62 | 67..=70 => "0.00",
        _ => return None,
    })
}
