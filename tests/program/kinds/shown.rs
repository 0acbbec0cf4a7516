//! What a cell shows is what counts: a type or a format that shows something else than the stored
//! text or number, and what a page hides, is known where the cell is read.

use rust_xlsxwriter::Format;

use crate::harness::{Place, finish, sandbox};

/// The makers of workbooks that the readers' own tests use.
#[allow(dead_code)]
#[path = "../../../src/workbook/tests/made.rs"]
mod made;

use made::*;

/// A name; a file's name and content; and what becomes of its rows from the first: the order that
/// is sent, or `!` with why it is not. All but pages have no header and are given the flag aa.
type Case = (&'static str, &'static str, Vec<u8>, &'static [&'static str]);

const DATE: &str = "!A is a date";
const TIME: &str = "!A is a time";
const PERCENTAGE: &str = "!A is a percentage";
const OTHER: &str = "!its cell format shows as another text";
const MORE: &str = "!more than the 2 of the header";

/// A workbook of numbers, each with a format.
fn numbers(cells: &[(f64, &str)]) -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        for (row, &(number, code)) in (0..).zip(cells) {
            let format = Format::new().set_num_format(code);
            sheet.write_with_format(row, 0, number, &format).unwrap();
        }
    })
}

/// A workbook of these cells, as they stand in its part, one a row, and with these further parts.
fn cells(cells: &[&str], more: &[(&str, &str)]) -> Vec<u8> {
    let rows: String = cells.iter().map(|it| format!("<row>{it}</row>")).collect();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    xlsx_package(&sheet, more)
}

/// Two styles, of which the second has the format.
fn styles(code: &str) -> String {
    format!(
        "<styleSheet><numFmts><numFmt numFmtId=\"0\" formatCode=\"\"/>\
         <numFmt numFmtId=\"164\" formatCode=\"{code}\"/></numFmts>\
         <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"
    )
}

fn ods_cells(cells: &[&str]) -> Vec<u8> {
    let row = |cell: &&str| {
        let (attributes, content) = cell.split_once('>').unwrap();
        format!(
            "<table:table-row><table:table-cell {attributes}>{content}</table:table-cell>\
             </table:table-row>"
        )
    };
    ods(&cells.iter().map(row).collect::<String>())
}

/// An XML spreadsheet whose style z has seven digits.
fn xml(table: &str) -> Vec<u8> {
    let styles = "<Style ss:ID=\"Default\"><NumberFormat/></Style>\
        <Style ss:ID=\"z\"><NumberFormat ss:Format=\"0000000\"/></Style>\
        <Style ss:ID=\"bold\" ss:Parent=\"z\"><Font ss:Bold=\"1\"/></Style>\
        <Style ss:ID=\"general\" ss:Parent=\"z\"><NumberFormat/></Style>\
        <Style ss:ID=\"percent\"><NumberFormat ss:Format=\"Percent\"/></Style>\
        <Style ss:ID=\"fixed\"><NumberFormat ss:Format=\"Fixed\"/></Style>\
        <Style ss:ID=\"date\"><NumberFormat ss:Format=\"Short Date\"/></Style>";
    let book = format!(
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook \
         xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>{styles}</Styles>\
         <Worksheet ss:Name=\"S\">{table}</Worksheet></Workbook>"
    );
    book.into_bytes()
}

/// A row of an XML spreadsheet; its cell's value follows its attributes and its type.
fn xml_row(cell: &str) -> String {
    let [attributes, kind, value] = cell.split('|').collect::<Vec<_>>()[..] else {
        panic!("{cell}");
    };
    format!("<Row><Cell {attributes}><Data ss:Type=\"{kind}\">{value}</Data></Cell></Row>")
}

fn xml_rows(cells: &[&str]) -> Vec<u8> {
    let rows: String = cells.iter().map(|cell| xml_row(cell)).collect();
    xml(&format!("<Table>{rows}</Table>"))
}

/// A cell of an xls file's first column.
fn xls_cell(row: u16, kind: u16, value: &[u8]) -> Vec<u8> {
    record(kind, &[&words(&[row, 0, 0])[..], value].concat())
}

fn xls(cells: &[Vec<u8>]) -> Vec<u8> {
    xls_book(0x0600, &[], &cells.concat())
}

/// Orders shared by cells, the second one going on in another record as narrow characters.
fn xls_with_continued() -> Vec<u8> {
    let long =
        |letters: usize| [&words(&[letters as u16 + 3])[..], &[1], &units("采购单")].concat();
    let texts = [&integers(&[1, 1])[..], &long(30)].concat();
    let more = [&[0][..], "C".repeat(30).as_bytes()].concat();
    let texts = [record(0x00FC, &texts), record(0x003C, &more)].concat();
    let shared = xls_cell(0, 0x00FD, &integers(&[0]));
    xls_book(0x0600, &texts, &shared)
}

fn page(rows: &str) -> Vec<u8> {
    let head = "<html><head><meta charset=utf-8><style><!-- /* x */\n@media print {.p{display:none}}\n\
        .h, tr.gone{display:none} td.away {visibility : hidden !important}\n#id{mso-hide:all}\n\
        table .deep{display:none}.h.again{display:table-row} .a:hover{display:none}\n--></style></head>";
    let text = format!(
        "{head}<body><table><tr><th>采购单号</th><th>标记</th></tr>{rows}</table></body></html>"
    );
    text.into_bytes()
}

fn utf_16(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8(text.to_vec()).unwrap();
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

fn dates_and_times() -> Vec<Case> {
    vec![
        (
            "foreign A1: numbers under a date's format",
            "x.xlsx",
            numbers(&[
                (220_413.0, "m/d/yyyy"),
                (220_413.0, "d-mmm-yy"),
                (220_413.0, "hh:mm"),
                (220_413.0, "mmm"),
                (220_413.0, "yyyy\"年\"m\"月\"d\"日\""),
                (2_204_130.0, "m/d/yyyy"),
                (109_574.0, "m/d/yyyy"),
                (109_575.0, "yyyy-mm-dd"),
                (2_204_130_001.0, "yyyy-mm-dd"),
                (0.0, "m/d/yyyy"),
                (-5.0, "[$-804]aaaa"),
            ]),
            &[DATE; 11],
        ),
        (
            "foreign A1: durations and percentages",
            "x.xlsx",
            numbers(&[
                (2_204_130_001.0, "[h]:mm"),
                (220_413_000_123.0, "[mm]:ss"),
                (-41_666_667.0, "[h]:mm:ss"),
                (123_456.0, "0%"),
                (12_345_678_901.0, "0.00%"),
            ]),
            &[TIME, TIME, TIME, PERCENTAGE, PERCENTAGE],
        ),
        (
            "foreign A1: cells of the type of a date",
            "x.xlsx",
            cells(
                &[
                    "<c t=\"d\"><v>PT0H11M0.000S</v></c>",
                    "<c t=\"d\"><v>1899-12-31T00:11:00</v></c>",
                    "<c t=\"d\"><v>2503-06-20</v></c>",
                    "<c t=\"d\"><v>CG1001</v></c>",
                ],
                &[],
            ),
            &[TIME, TIME, DATE, DATE],
        ),
        (
            "foreign A1: ods",
            "x.ods",
            ods_cells(&[
                "office:value-type=\"date\" office:date-value=\"2503-06-20\"><text:p>06/20/03</text:p>",
                "office:value-type=\"date\" office:date-value=\"1899-12-30\"><text:p>12/30/99</text:p>",
                "office:value-type=\"date\" office:date-value=\"INVALID_DATE\"><text:p>CG1</text:p>",
                "office:value-type=\"time\" office:time-value=\"-PT120H00M00S\"><text:p>-120:00:00</text:p>",
                "office:value-type=\"time\" office:time-value=\"PT2204130001H\"><text:p>2204130001</text:p>",
                "office:value-type=\"percentage\" office:value=\"2204\"><text:p>220400</text:p>",
            ]),
            &[DATE, DATE, DATE, TIME, TIME, PERCENTAGE],
        ),
        (
            "foreign A1: XML spreadsheets",
            "x.xml",
            xml_rows(&[
                "|DateTime|1899-12-31T02:30:00.000",
                "|DateTime|1899-12-29T19:12:00.000",
                "|DateTime|2276-11-19T17:46:40.000",
                "|DateTime|2503-06-20T00:00:00.000",
                "ss:StyleID=\"date\"|Number|220413",
                "ss:StyleID=\"percent\"|Number|220413",
            ]),
            &[TIME, DATE, DATE, DATE, DATE, PERCENTAGE],
        ),
    ]
}

fn formats() -> Vec<Case> {
    vec![
        (
            "foreign A2: what an ods cell shows",
            "x.ods",
            ods_cells(&[
                "office:value-type=\"string\" office:string-value=\"0012\"><text:p>CG0012</text:p>",
                "office:value-type=\"string\" office:string-value=\"CG1\"><text:p/>",
                "office:value-type=\"float\" office:value=\"2204130001\"><text:p/>",
                "office:value-type=\"float\" office:value=\"13\"><text:p>CG0013</text:p>",
                "office:value-type=\"float\" office:value=\"12345\"><text:p>12,345</text:p>",
            ]),
            &["CG0012", OTHER, OTHER, "CG0013", OTHER],
        ),
        (
            "foreign A3: a table's style",
            "x.xml",
            xml(&format!(
                "<Table ss:StyleID=\"z\">{}{}</Table>",
                xml_row("|Number|12345"),
                xml_row("ss:StyleID=\"Default\"|Number|12345"),
            )),
            &["0012345", "12345"],
        ),
        (
            "foreign A3: a column's, before that of the table",
            "x.xml",
            xml(&format!(
                "<Table ss:StyleID=\"z\"><Column ss:StyleID=\"Default\"/>{}<Row ss:StyleID=\"z\">\
                 <Cell><Data ss:Type=\"Number\">12346</Data></Cell></Row></Table>",
                xml_row("|Number|12345"),
            )),
            &["12345", "0012346"],
        ),
        (
            "foreign A4: a parent's style, and a format that says none",
            "x.xml",
            xml_rows(&[
                "ss:StyleID=\"bold\"|Number|12345",
                "ss:StyleID=\"general\"|Number|12345",
            ]),
            &["0012345", "12345"],
        ),
        (
            "foreign A7a: numerals of a language",
            "x.xlsx",
            numbers(&[(12_345.0, "[$-2000401]0"), (12_345.0, "[$-1E000804]0")]),
            &[OTHER; 2],
        ),
        (
            "foreign A7b: an accountant's zero",
            "x.xlsx",
            numbers(&[(0.0, "_(* #,##0_);_(* (#,##0);_(* \"-\"??_);_(@_)")]),
            &[OTHER],
        ),
        (
            "foreign A7d: a section of texts with a percent sign",
            "x.xlsx",
            cells(
                &["<c s=\"1\" t=\"str\"><v>CG1</v></c>"],
                &[("xl/styles.xml", &styles("%@-"))],
            ),
            &[OTHER],
        ),
        (
            "foreign A7f: a zero shown as a date",
            "x.ods",
            ods_cells(&[
                "office:value-type=\"float\" office:value=\"0\"><text:p>0-Jan-00</text:p>",
            ]),
            &[OTHER],
        ),
        (
            "foreign B1: an empty code",
            "x.xlsx",
            cells(
                &[
                    "<c><v>2204130001</v></c>",
                    "<c s=\"1\"><v>2204130002</v></c>",
                ],
                &[("xl/styles.xml", &styles(""))],
            ),
            &["2204130001", "2204130002"],
        ),
        (
            "foreign C: why a number is not sent",
            "x.xlsx",
            cells(
                &[
                    "<c><f>A9</f><v>0</v></c>",
                    "<c><v>1724.9999999999998</v></c>",
                ],
                &[],
            ),
            &["!or of value 0", "!with decimals"],
        ),
        (
            "foreign C: a named format",
            "x.xml",
            xml_rows(&["ss:StyleID=\"fixed\"|Number|12345"]),
            &["!(12345, cell format Fixed)"],
        ),
        (
            "users P2: the format's code is not said to be what is shown",
            "x.xlsx",
            numbers(&[(12_345.0, "#,##0"), (100_000.0, "0.00E+00")]),
            &[
                "!(12345, cell format #,##0)",
                "!(100000, cell format 0.00E+00)",
            ],
        ),
        (
            "public row 14: long numbers",
            "x.xlsx",
            cells(
                &[
                    "<c><v>3.51030000000000022E+17</v></c>",
                    "<c><v>3.5103E+11</v></c>",
                    "<c><v>1.23456789012345E+14</v></c>",
                ],
                &[],
            ),
            &["!cut to 15 digits", "351030000000", "123456789012345"],
        ),
        (
            "public row 20: zeros of a format",
            "x.xlsx",
            numbers(&[
                (12_345.0, "0000000"),
                (12_345.0, "\"CG\"00000000"),
                (12_346.0, "[$-804]0000000"),
                (2_204_130_001.0, "@"),
                (12_345.0, "0000000.0"),
                (45_943.0, "[$-404]e/m/d"),
            ]),
            &[
                "0012345",
                "CG00012345",
                "0012346",
                "2204130001",
                OTHER,
                DATE,
            ],
        ),
    ]
}

fn stored() -> Vec<Case> {
    let one = numbers(&[(2_204_130_001.0, "General")]);
    let with_module = |name: &str, part: Vec<u8>| match name {
        "xl/workbook.xml" => String::from_utf8(part)
            .unwrap()
            .replace(
                "</sheets>",
                "<sheet name=\"Module1\" sheetId=\"9\" state=\"veryHidden\" r:id=\"\"/></sheets>",
            )
            .into_bytes(),
        _ => part,
    };
    let wide = |bytes: fn(u16) -> [u8; 2]| {
        with_parts(&one, |name, part| {
            if name.starts_with("xl/") {
                utf_16(&part, bytes)
            } else {
                part
            }
        })
    };
    let formula = |row: u16, kind: u16, value: f64| {
        xls_cell(row, kind, &[&value.to_le_bytes()[..], &[0; 8]].concat())
    };
    let strings = "<sst><si/><si><t>C</t><rPh sb=\"0\" eb=\"1\"><t>シ</t></rPh></si>\
        <si><r><t>CG</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>1</t></r></si>\
        <si><t/></si><si><t>CG_x0030_</t></si><si><t>CG_x005F_1</t></si></sst>";
    let shared = |at: usize| format!("<c t=\"s\"><v>{at}</v></c>");
    vec![
        (
            "foreign A5: formulas of earlier generations",
            "x.xls",
            xls(&[
                xls_text(0, 0, "CG1"),
                formula(1, 0x0406, 42.0),
                formula(2, 0x0206, 43.0),
                formula(3, 0x0406, 0.0),
            ]),
            &["CG1", "42", "43", "!formula without a value"],
        ),
        (
            "foreign A6: XML that says no encoding",
            "x.xml",
            xml_rows(&["|String|PO¶1", "|String|CG·1", "|String|é1"]),
            &["PO¶1", "CG·1", "é1"],
        ),
        (
            "foreign B2: a sheet without a part",
            "x.xlsx",
            with_parts(&one, with_module),
            &["2204130001"],
        ),
        (
            "foreign B4: parts in UTF-16",
            "x.xlsx",
            wide(u16::to_le_bytes),
            &["2204130001"],
        ),
        (
            "foreign B4: the other way round",
            "x.xlsx",
            wide(u16::to_be_bytes),
            &["2204130001"],
        ),
        (
            "public rows 15 and 16: pronunciation, runs, escapes and empty texts between",
            "x.xlsx",
            cells(
                &[&shared(1), &shared(2), &shared(4), &shared(5)],
                &[("xl/sharedStrings.xml", strings)],
            ),
            &["C", "CG1", "CG0", "CG_1"],
        ),
        (
            "public row 22: a text that goes on in another record",
            "x.xls",
            xls_with_continued(),
            &["采购单CCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"],
        ),
    ]
}

fn pages() -> Vec<Case> {
    vec![
        (
            "public 8: a span that is hidden",
            "page.xls",
            page(
                "<tr><td><span style=\"display:none\">20261101</span>CG1</td><td>aa</td></tr>\
                 <tr><td><b class=h>7<b>8</b>9</b>CG2<i class='x H'>7</i></td><td>aa</td></tr>\
                 <tr><td><p hidden>7<p>CG3<br hidden></td><td>aa</td></tr>\
                 <tr><td>CG<font class=p>4</font><input class=h></td><td>aa</td></tr>\
                 <tr><td><s class=\"h again\">CG</s><u id=id>7</u>5</td><td>aa</td></tr>\
                 <tr><td><i style='visibility:hidden'>7</i>CG<s class=a>6</s></td><td>aa</td></tr>",
            ),
            &["CG1", "CG2", "CG3", "CG4", "CG5", "CG6"],
        ),
        (
            "attack: a weaker rule does not show again",
            "page.xls",
            page(
                "<style>span.n{display:none} span{display:inline} .i{display:none!important}\
                 .w{display:none} .w.y{display:inline}</style>\
                 <tr><td>CG1<span class=n>7</span></td><td>aa</td></tr>\
                 <tr><td>CG2<i class=i style='display:inline'>7</i></td><td>aa</td></tr>\
                 <tr><td>CG<i class='w y'>3</i><i class=w>7</i></td><td>aa</td></tr>\
                 <tr><td>CG<i class=w style='display:inline'>4</i></td><td>aa</td></tr>",
            ),
            &["CG1", "CG2", "CG3", "CG4"],
        ),
        (
            "public 8: cells that are hidden",
            "page.xls",
            page(
                "<tr><td style=\"display:none\">7</td><td>CG1</td><td>aa</td></tr>\
                 <tr><td class=h>7</td><td>CG2</td><td>aa</td></tr>\
                 <tr><td class=away>CG3</td><td>aa</td></tr>\
                 <tr><td>CG4</td><td style='DISPLAY: None'>aa</td></tr>\
                 <tr><td><em class=deep>7</em>CG5</td><td>aa</td></tr>",
            ),
            &[MORE, MORE, "!is empty", "!is empty", "CG5"],
        ),
        (
            "public 8: a row with more cells than the header",
            "page.xls",
            page("<tr><td>7<td>aa<td>CG1<tr><td>CG2<td>aa<td> <td>"),
            &[MORE, "CG2"],
        ),
        (
            "public 8: texts and numbers that are stored beside what is shown",
            "page.xls",
            page(
                "<tr><td x:str=\"0012\">CG0012</td><td>aa</td></tr>\
                 <tr><td x:str=\"CG1\"></td><td>aa</td></tr>\
                 <tr><td x:num=\"12345\">0012345</td><td>aa</td></tr>\
                 <tr><td x:num=\"2204130001\"></td><td>aa</td></tr>\
                 <tr><td x:num=\"220413\">2503/6/20</td><td>aa</td></tr>\
                 <tr><td x:str>0012</td><td>aa</td></tr>",
            ),
            &[
                "CG0012",
                "!cell format ;;;",
                "0012345",
                "!cell format ;;;",
                "!cell format",
                "0012",
            ],
        ),
        (
            "public 8: a rule below the table",
            "page.xls",
            page(
                "<tr><td><i class=late>7</i>CG1</td><td>aa</td></tr></table><style>.late{display:none}</style><table>",
            ),
            &["CG1"],
        ),
        (
            "public row 13: blanks before numbers",
            "page.xls",
            page(
                "<tr><td>&nbsp;2022072512345921234</td><td>aa</td></tr>\
                 <tr><td>&emsp;2022072512345921235</td><td>aa</td></tr>\
                 <tr><td>\t&zwnj;2022072512345921236</td><td>aa</td></tr>",
            ),
            &[
                "2022072512345921234",
                "2022072512345921235",
                "2022072512345921236",
            ],
        ),
        (
            "public row 23: what begins with an element of another kind",
            "page.xls",
            b"<div ><p>x</p></div><TABLE><tr><th>purchase_no<th>flag_name\
              <tfoot><tr><td>CG2<td>aa<tbody><tr><td rowspan=0>CG1<td>aa</table>"
                .to_vec(),
            &["CG2", "CG1"],
        ),
        (
            "public row 23: XHTML",
            "page.xls",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body><table>\
             <tr><td>采购单号</td><td>标记</td></tr><tr><td>CG1<span style=\"display:none\"/>1</td>\
             <td>aa</td></tr></table></body></html>"
                .into(),
            &["CG11"],
        ),
    ]
}

#[test]
fn what_is_shown_is_sent_or_nothing_is() {
    let mut wrong = Vec::new();
    let all = [dates_and_times(), formats(), stored(), pages()].concat();
    for (name, file, bytes, expected) in all {
        let (place, erp) = (Place::new(), sandbox());
        place.write(file, bytes);
        let plain = ["--no-header", "--order-column=A", "--flag=aa"];
        let options: &[&str] = if file == "page.xls" { &[] } else { &plain };
        let run = finish(place.run(&erp, [file, "-o", "r.csv"]).args(options));
        assert!(place.path("r.csv").is_file(), "{name}: {run:#?}");
        let results = place.table("r.csv");
        let rows = results.rows.iter().map(|row| row[0].clone());
        let outcomes = results.select(["status", "message"]).into_iter().zip(rows);
        let found: Vec<String> = outcomes
            .map(|([status, message], order)| match status {
                "ok" => order.replace(['\u{a0}', '\u{2003}', '\u{200c}'], ""),
                _ => format!("!{message}"),
            })
            .collect();
        let flags = erp.flags();
        let is_it = |(found, expected): (&String, &&str)| match expected.strip_prefix('!') {
            Some(words) => found.starts_with('!') && found.contains(words),
            None => found == expected && flags.contains_key(found),
        };
        let sent = expected.iter().filter(|it| !it.starts_with('!')).count();
        let are_all = (found.len(), flags.len()) == (expected.len(), sent);
        if !are_all || !found.iter().zip(expected).all(is_it) {
            wrong.push((name, found, expected, flags));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A name; a file's name and content; what is typed behind it; the exit code, and what is said.
type Said = (
    &'static str,
    &'static str,
    Vec<u8>,
    &'static str,
    i32,
    &'static str,
);

#[test]
fn what_is_hidden_or_cannot_be_read_is_said() {
    let mut wrong = Vec::new();
    let lettered = "--no-header --order-column A --flag aa";
    let row = "<tr><td>CG1<td>aa";
    let hidden_rows = "<worksheet><sheetData><row><c t=\"str\"><v>CG1</v></c></row>\
        <row hidden=\"1\"><c t=\"str\"><v>CG2</v></c></row>\
        <row ht=\"0\" customHeight=\"1\"><c t=\"str\"><v>CG3</v></c></row></sheetData></worksheet>";
    let cases: Vec<Said> = vec![
        (
            "foreign A5: cells of the first generation",
            "x.xls",
            xls(&[
                xls_text(0, 0, "CG1"),
                record(0x0002, &words(&[1, 0, 0, 0, 7])),
            ]),
            lettered,
            2,
            "save it again as .xlsx or .csv",
        ),
        (
            "foreign A6: text of a few letters that is two things",
            "x.csv",
            "purchase_no,flag_name\nCG·1,aa\n".into(),
            "",
            2,
            "--encoding utf-8 or --encoding gb18030",
        ),
        (
            "foreign A7e: letters of Windows for Western languages",
            "x.csv",
            b"purchase_no,flag_name\nCG1,premi\xE8re\n".to_vec(),
            "",
            0,
            "warning: ",
        ),
        (
            "foreign B3: a protected workbook of the newer kind",
            "x.xlsx",
            compound("/EncryptedPackage", b"x"),
            "",
            2,
            "unprotect workbook and sheets",
        ),
        (
            "foreign B3, public row 18: one of the older kind",
            "x.xls",
            xls_book(0x0600, &record(0x002F, &words(&[0, 1, 2])), &[]),
            "",
            2,
            "unprotect workbook and sheets",
        ),
        (
            "public row 17: rows that are hidden or have no height",
            "x.xlsx",
            xlsx_package(hidden_rows, &[]),
            "--no-header --order-column A --flag aa --include-hidden",
            0,
            "2 rows are hidden",
        ),
        (
            "public row 17: --visible-only",
            "x.xlsx",
            xlsx_package(hidden_rows, &[]),
            "--no-header --order-column A --flag aa --visible-only",
            0,
            "2 rows are hidden and left out",
        ),
        (
            "public 8: a row by its class",
            "x.xls",
            page("<tr class=h><td>CG1<td>aa"),
            "",
            0,
            "1 row is hidden",
        ),
        (
            "public 8: a row by element and class, left out",
            "x.xls",
            page("<tr class=gone><td>CG1<td>aa<tr><td>CG2<td>aa"),
            "--visible-only",
            0,
            "1 row is hidden and left out",
        ),
        (
            "public 8: a group of rows",
            "x.xls",
            page("<tbody style='display:none'><tr><td>CG1<td>aa<tbody><tr><td>CG2<td>aa"),
            "",
            0,
            "1 row is hidden",
        ),
        (
            "public 8: a table in what is hidden",
            "x.xls",
            format!(
                "<div hidden><div></div><table><tr><td>purchase_no<td>flag_name{row}</table></div>"
            )
            .into(),
            "",
            2,
            "hidden",
        ),
        (
            "public row 23: a page to log in",
            "x.xls",
            b"< div ><form>user<input></form>".to_vec(),
            "",
            2,
            "x.xls",
        ),
        (
            "public row 23: JSON",
            "x.xls",
            b"{\"code\":0}".to_vec(),
            "",
            2,
            "no sheet but JSON",
        ),
    ];
    for (name, file, bytes, options, code, says) in cases {
        let place = Place::new();
        place.write(file, bytes);
        let mut check = place.program();
        check.args(["check", file]).args(options.split_whitespace());
        let check = finish(&mut check);
        if check.status.code() != Some(code) || !check.stderr.contains(says) {
            wrong.push((name, check));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
