//! Cells of ods files.

use super::*;

/// An ods file of one row, whose order's cell is given.
fn ods_with(attributes: &str, content: &str) -> Vec<u8> {
    let header = ["采购单号", "标记"].map(|cell| ods_cell("", cell)).concat();
    let flag = ods_cell("", "a");
    ods(&format!(
        "<table:table-row>{header}</table:table-row>\
         <table:table-row><table:table-cell {attributes}>{content}</table:table-cell>{flag}</table:table-row>"
    ))
}

/// What a cell stores (`=` if by a formula), what it shows, and what that is.
const CELLS: &str = "
float 45000 -> <text:p>45000</text:p> -> 45000
float 45000 ->  -> 45000
float 45000 -> <text:p>CG00045000</text:p> -> CG00045000
float 45000 -> <text:p>45,000.00</text:p> -> Shown 45,000.00 | 45000
float 45000 -> <text:p/> -> Formatted 45000 | ;;;
percentage 0.15 -> <text:p>15 %</text:p> -> Percentage 15 %
currency 45 -> <text:p>¥45</text:p> -> Shown ¥45 | 45
date 2024-01-05 -> <text:p>5.1.</text:p> -> Date 2024-01-05
date 2503-06-20 -> <text:p>06/20/03</text:p> -> Date 2503-06-20
time PT08H30M00S -> <text:p>8:30</text:p> -> Time 8:30
time -PT120H00M00S ->  -> Time -PT120H00M00S
boolean true -> <text:p>WAHR</text:p> -> Boolean TRUE
=error -> <text:p>Err:502</text:p> -> Error Err:502
= ->  -> EmptyText
=float 0 ->  -> NoValue 0
=string ->  -> EmptyText
 -> <text:p>CG1</text:p> -> CG1
string 0012 -> <text:p>CG0012</text:p> -> CG0012
string 0012 -> <text:p/> -> Formatted 0012 | ;;;
string -> <office:annotation><text:p>note</text:p></office:annotation>\
<text:p>C<text:span>G</text:span>&amp;<text:s text:c=\"2\"/>1</text:p><text:p>x</text:p>\
<draw:frame><text:p>no</text:p></draw:frame> -> CG&  1;x
";

fn attributes(stored: &str) -> String {
    let mut attributes = String::new();
    let plain = stored.trim_start_matches('=');
    if plain.len() < stored.len() {
        attributes.push_str("table:formula=\"of:=X\" ");
    }
    let (kind, value) = plain.split_once(' ').unwrap_or((plain, ""));
    attributes += &match kind {
        "" => String::new(),
        "error" => {
            "office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\""
                .to_owned()
        }
        kind => format!("office:value-type=\"{kind}\""),
    };
    if !value.is_empty() {
        let name = match kind {
            "float" | "percentage" | "currency" => "value".to_owned(),
            kind => format!("{kind}-value"),
        };
        attributes += &format!(" office:{name}=\"{value}\"");
    }
    attributes
}

#[test]
fn kinds_of_cells_in_ods() {
    for line in CELLS.trim_matches('\n').lines() {
        let [stored, content, shown] = line.split(" -> ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let found = order(&ods_with(&attributes(stored), content));
        assert_eq!(found.trim_end().replace('\n', ";"), shown, "{line}");
    }
    has(
        &refusal(&ods_with(&attributes("float x"), "")),
        "a cell's value cannot be read: x",
    );
}
