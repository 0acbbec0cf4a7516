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

#[test]
fn kinds_of_cells_in_ods() {
    let float = "office:value-type=\"float\" office:value=\"45000\"";
    let text = "office:value-type=\"string\"";
    for (attributes, content, order) in [
        (float, "<text:p>45000</text:p>", "45000"),
        (float, "", "45000"),
        (float, "<text:p>CG00045000</text:p>", "CG00045000"),
        (
            float,
            "<text:p>45,000.00</text:p>",
            "Shown 45,000.00 | 45000",
        ),
        (
            "office:value-type=\"percentage\" office:value=\"0.15\"",
            "<text:p>15 %</text:p>",
            "Percentage 15 %",
        ),
        (
            "office:value-type=\"currency\" office:value=\"45\"",
            "<text:p>¥45</text:p>",
            "Shown ¥45 | 45",
        ),
        (
            "office:value-type=\"date\" office:date-value=\"2024-01-05\"",
            "<text:p>5.1.</text:p>",
            "Date 2024-01-05",
        ),
        (
            "office:value-type=\"time\" office:time-value=\"PT08H30M00S\"",
            "<text:p>8:30</text:p>",
            "Time 8:30",
        ),
        (
            "office:value-type=\"boolean\" office:boolean-value=\"true\"",
            "<text:p>WAHR</text:p>",
            "Boolean TRUE",
        ),
        (
            "table:formula=\"of:=X\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
            "<text:p>Err:502</text:p>",
            "Error Err:502",
        ),
        ("table:formula=\"of:=X\"", "", "EmptyText "),
        (
            "table:formula=\"of:=X\" office:value-type=\"float\" office:value=\"0\"",
            "",
            "NoValue 0",
        ),
        (
            "table:formula=\"of:=X\" office:value-type=\"string\"",
            "",
            "EmptyText ",
        ),
        ("", "<text:p>CG1</text:p>", "CG1"),
        // What is shown counts, and not what is stored.
        (
            "office:value-type=\"string\" office:string-value=\"0012\"",
            "<text:p>CG0012</text:p>",
            "CG0012",
        ),
        (
            "office:value-type=\"string\" office:string-value=\"0012\"",
            "<text:p/>",
            "Formatted 0012 | ;;;",
        ),
        (float, "<text:p/>", "Formatted 45000 | ;;;"),
        (
            "office:value-type=\"time\" office:time-value=\"-PT120H00M00S\"",
            "",
            "Time -PT120H00M00S",
        ),
        (
            "office:value-type=\"date\" office:date-value=\"2503-06-20\"",
            "<text:p>06/20/03</text:p>",
            "Date 2503-06-20",
        ),
        (
            text,
            "<office:annotation><text:p>note</text:p></office:annotation><text:p>C<text:span>G</text:span>&amp;<text:s text:c=\"2\"/>1</text:p><text:p>x</text:p><draw:frame><text:p>no</text:p></draw:frame>",
            "CG&  1\nx",
        ),
    ] {
        assert_eq!(
            self::order(&ods_with(attributes, content)),
            order,
            "{attributes} {content}"
        );
    }
    let said = refusal(&ods_with(
        "office:value-type=\"float\" office:value=\"x\"",
        "",
    ));
    assert!(said.contains("a cell's value cannot be read: x"), "{said}");
}
