//! Web pages and XML spreadsheets.

use std::io::Read;

use super::*;

struct Decoded<'t>(Cursor<&'t [u8]>);

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl TextReader for Decoded<'_> {
    fn line(&self) -> u64 {
        let read = &self.0.get_ref()[..self.0.position() as usize];
        read.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1
    }

    fn rewind(&mut self) {
        self.0.set_position(0);
    }
}

/// The rows of the first table, with no more than the limit read and held.
fn limited(text: &str, limit: Option<u64>) -> Result<Vec<Vec<String>>> {
    let budget = Budget::new(limit);
    let mut decoded = Decoded(Cursor::new(text.as_bytes()));
    let format = if text.contains("<Workbook") {
        WorkbookFormat::XmlSpreadsheet
    } else {
        WorkbookFormat::Html
    };
    let mut book = Workbook::open_text(format, &mut decoded, text.len() as u64, &budget)?;
    book.table(0).map(|table| rows_of(&table))
}

fn rows(text: &str) -> Vec<Vec<String>> {
    limited(text, None).unwrap()
}

fn refusal(text: &str) -> String {
    limited(text, None).unwrap_err().to_string()
}

#[test]
fn text_of_a_page_is_what_people_see() {
    let page = "<table><tr><td><a href=x>CG&#49;</a><!-- no --><td><font>加<span>急</span></font>\
        <td> a\n <br>b<p>c</p><script>x<td></script><style>td{}</style>&nbsp;<td>\u{a0}</table>";
    assert_eq!(rows(page), [["CG1", "加急", "a\nb\nc\u{a0}", ""]]);
}

#[test]
fn numbers_beside_what_a_page_shows_decide() {
    for (cell, shown) in [
        ("x:num=2204130001>2.20413E+09", "2204130001"),
        (
            "sdval=2204130001 sdnum=\"1033;\">0002204130001",
            "0002204130001",
        ),
        (
            "x:num=12204130001.5>12,204,130,002",
            "Shown 12,204,130,002 | 12204130001.5",
        ),
        ("x:num>007", "007"),
        ("x:num=7>", "Formatted 7 | ;;;"),
        ("x:str=0012>CG0012", "CG0012"),
        ("x:str=0012>", "Formatted 0012 | ;;;"),
        ("x:num=0.15>15%", "Shown 15% | 0.15"),
        ("x:num=2204130001>CG2204130001", "CG2204130001"),
        ("x:num=22>22.00", "Shown 22.00 | 22"),
        ("x:num=45296>2024/1/5", "Shown 2024/1/5 | 45296"),
        ("x:num=2204130001>########", "Narrow 2204130001"),
        (
            "x:num=1234567890123456789>1.23457E+18",
            "LongNumber 1.23456789012346E+18",
        ),
    ] {
        let page = format!("<table><tr><td {cell}</table>");
        assert_eq!(rows(&page), [[shown]], "{cell}");
    }
}

const START: &str = "<?xml version=\"1.0\"?>\r\n<?mso-application progid=\"Excel.Sheet\"?>\r\n\
    <Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
    <Styles><Style ss:ID=\"Default\"><NumberFormat/></Style>\
    <Style ss:ID=\"zeros\"><NumberFormat ss:Format=\"0000000\"/></Style>\
    <Style ss:ID=\"child\" ss:Parent=\"zeros\"/>\
    <Style ss:ID=\"plain\" ss:Parent=\"zeros\"><NumberFormat/></Style>\
    <Style ss:ID=\"fixed\"><NumberFormat ss:Format=\"Fixed\"/></Style>\
    <Style ss:ID=\"percent\"><NumberFormat ss:Format=\"Percent\"/></Style></Styles>";

fn spreadsheet(table: &str) -> String {
    format!("{START}<Worksheet ss:Name=\"S\">{table}</Worksheet></Workbook>")
}

#[test]
fn values_of_xml_spreadsheets_show_as_people_see_them() {
    let cells = "
        |Number|2.204130001E9|2204130001
        |Number|1.2345678901234567E+17|LongNumber 1.23456789012346E+17
        ss:StyleID=\"zeros\"|Number|22|0000022
        ss:StyleID=\"child\"|Number|22|0000022
        ss:StyleID=\"plain\"|Number|22|22
        ss:StyleID=\"fixed\"|Number|22|Formatted 22 ~ Fixed
        ss:StyleID=\"percent\"|Number|0.15|Percentage 15.00%
        ss:Formula=\"=A1\"|Number|0|NoValue 0
        ss:Formula=\"=A1\"|Number|7|7
        |DateTime|2024-01-05T00:00:00.000|Date 2024-01-05
        |DateTime|1899-12-31T02:30:00.000|Time 02:30:00
        |Boolean|1|Boolean TRUE
        |Error|#N/A|Error #N/A
        |String|a&#10;<B>b</B><![CDATA[c]]>|a;bc";
    for line in cells.trim().lines() {
        let [attributes, kind, value, shown] = line.trim().split('|').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let shown = shown.replace('~', "|").replace(';', "\n");
        let cell =
            format!("<Row><Cell {attributes}><Data ss:Type=\"{kind}\">{value}</Data></Cell></Row>");
        let table = spreadsheet(&format!("<Table>{cell}</Table>"));
        assert_eq!(rows(&table), [[shown]], "{cell}");
    }
}

#[test]
fn a_cell_of_an_xml_spreadsheet_has_the_nearest_style() {
    let row = "<Row><Cell><Data ss:Type=\"Number\">12345</Data></Cell></Row>";
    let zeros = "ss:StyleID=\"zeros\"";
    for (table, shown) in [
        (format!("<Table {zeros}>{row}"), "0012345"),
        (format!("<Table><Column {zeros}/>{row}"), "0012345"),
        (format!("<Table><Column ss:Index=\"3\"/>{row}"), "12345"),
        (
            format!(
                "<Table>{}",
                row.replace("<Row", "<Row ss:StyleID=\"zeros\"")
            ),
            "0012345",
        ),
        (
            format!("<Table {zeros}><Column ss:StyleID=\"Default\"/>{row}"),
            "12345",
        ),
    ] {
        let table = spreadsheet(&format!("{table}</Table>"));
        assert_eq!(rows(&table), [[shown]], "{table}");
    }
}

#[test]
fn what_is_cut_or_damaged_is_refused() {
    let row = "<Row><Cell><Data ss:Type=\"String\">CG1</Data></Cell></Row>";
    let in_table = |content: &str| spreadsheet(&format!("<Table>{row}{content}</Table>"));
    let whole = in_table("");
    let beyond = in_table("<Row><Cell ss:Index=\"99999\"><Data>x</Data></Cell></Row>");
    let cut = whole.split("</Table>").next().unwrap_or_default();
    for (text, says) in [
        (cut, "ends within a table"),
        (
            &whole.replace("</Table>", "</Tables>"),
            "is not well-formed XML; export",
        ),
        (
            &whole.replace("CG1", "&unknown;"),
            "line 3 is not well-formed XML",
        ),
        (
            &in_table("<Row ss:Index=\"1\"/>"),
            "its rows or columns are not in order",
        ),
        (&beyond, "a cell in no place: EQXC2"),
        (&format!("{START}</Workbook>"), "holds no table"),
        (
            &in_table(&"<a>".repeat(300)),
            "line 3 is not well-formed XML",
        ),
        (
            "<table><tr><td>CG1<td>aa",
            "ends within a table: it was cut off",
        ),
        ("<form>用户名<input></form>", "holds no table"),
    ] {
        has(&refusal(text), says);
    }
}

#[test]
fn memory_stays_bounded_whatever_the_text() {
    let too_many = "more rows, columns, tables or parts";
    for (text, says) in [
        ("<table>".repeat(10_001), too_many),
        (
            format!("<table><tr><td>{}</table>", "x".repeat(1_100_000)),
            "the row on line 1 is longer than 1 MiB",
        ),
        (
            format!("<table><tr>{}</table>", "<td colspan=1000>".repeat(17)),
            too_many,
        ),
        (
            format!(
                "<table><tr>{}<td rowspan=0 colspan=2>x</table>",
                "<td>x".repeat(16_383)
            ),
            too_many,
        ),
    ] {
        let said = refusal(&text);
        has(&said, says);
    }
    let page = format!("<table>{}</table>", "<tr><td>CG1<td>aa".repeat(100));
    let table = "<Row><Cell><Data>CG1</Data></Cell></Row>".repeat(100);
    let table = spreadsheet(&format!("<Table>{table}</Table>"));
    // What is read, and what is held.
    for (text, limits) in [(page, [1_000, 5_000]), (table, [1_000, 6_000])] {
        for limit in limits {
            let said = limited(&text, Some(limit)).unwrap_err().to_string();
            let says = format!("holds more than {limit} bytes of cells");
            has(&said, &says);
        }
    }
}
