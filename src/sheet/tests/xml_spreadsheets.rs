//! XML spreadsheets, as Excel 2003 and many ERPs write them.

use encoding_rs::GB18030;

use super::encodings::encoded;
use super::*;

const START: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
    <?mso-application progid=\"Excel.Sheet\"?>\r\n\
    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
    <Styles><Style ss:ID=\"Default\"><NumberFormat/></Style>\
    <Style ss:ID=\"zeros\"><NumberFormat ss:Format=\"0000000000\"/></Style>\
    <Style ss:ID=\"child\" ss:Parent=\"zeros\"/>\
    <Style ss:ID=\"fixed\"><NumberFormat ss:Format=\"Fixed\"/></Style>\
    <Style ss:ID=\"general\"><NumberFormat ss:Format=\"General Number\"/></Style>\
    <Style ss:ID=\"whole\"><NumberFormat ss:Format=\"0\"/></Style></Styles>";

fn cell(text: &str) -> String {
    format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>")
}

fn row(cells: [&str; 2]) -> String {
    format!("<Row>{}</Row>", cells.map(cell).concat())
}

fn worksheet(name: &str, rows: &str) -> String {
    format!(
        "<Worksheet ss:Name=\"{name}\"><Table>{}{rows}</Table></Worksheet>",
        row(["采购单号", "标记"])
    )
}

fn workbook(rows: &str) -> String {
    format!("{START}{}</Workbook>", worksheet("订单", rows))
}

fn number(attributes: &str, number: &str) -> String {
    format!(
        "<Row><Cell {attributes}><Data ss:Type=\"Number\">{number}</Data></Cell>{}</Row>",
        cell("aa")
    )
}

#[test]
fn a_workbook_is_read_in_its_encoding() {
    let text = workbook(&(row(["CG1", "加急"]) + &row([" CG&#50;", "a&amp;b"])));
    let gbk = text.replace("UTF-8", "gb2312");
    for (bytes, encoding) in [
        (text.clone().into_bytes(), "UTF-8"),
        (
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            "UTF-8 with BOM",
        ),
        (encoded(&gbk, GB18030), "GB18030"),
        (
            text.replace("<", "<ss:")
                .replace("<ss:/", "</ss:")
                .replace("<ss:?", "<?")
                .into_bytes(),
            "UTF-8",
        ),
    ] {
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        let layout = sheet.layout();
        assert_eq!(layout.format.to_string(), "XML spreadsheet");
        assert_eq!(layout.encoding, Some(encoding));
        assert_eq!(layout.worksheet.as_deref(), Some("订单"));
        assert_eq!(layout.warnings, []);
        for _ in 0..2 {
            assert_eq!(told(&sheet), ["2 CG1 加急", "3 CG2 a&b"]);
        }
    }
}

#[test]
fn rows_and_cells_stand_where_their_index_says() {
    let rows = "<Row ss:Index=\"5\"><Cell ss:Index=\"2\"><Data ss:Type=\"String\">aa</Data></Cell></Row>\
        <Row ss:Span=\"2\"/>\
        <Row><Cell><Data ss:Type=\"String\">CG1</Data></Cell><Cell ss:Index=\"2\"><Data ss:Type=\"String\">bb</Data></Cell>\
        <Cell ss:Index=\"4\"><Data ss:Type=\"String\">x</Data></Cell></Row>";
    let sheet = open(&workbook(rows));
    let told = told(&sheet);
    assert!(told[0].starts_with("5 ! 采购单号 is empty"), "{}", told[0]);
    assert_eq!(told[1], "9 CG1 bb");
    assert_eq!(
        cells(&super::rows(&sheet).unwrap()[1]),
        ["CG1", "bb", "", "x"]
    );
}

#[test]
fn merged_cells_are_filled_down_and_hidden_rows_counted() {
    let merged = format!(
        "<Row ss:Hidden=\"1\"><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">CG1</Data></Cell>{}</Row>\
         <Row><Cell ss:Index=\"2\"><Data ss:Type=\"String\">bb</Data></Cell></Row>",
        cell("aa")
    );
    let sheet = open(&workbook(&(merged + &row(["CG2", "cc"]))));
    assert_eq!(told(&sheet), ["2 CG1 aa", "3 CG1 bb", "4 CG2 cc"]);
    assert_eq!(
        sheet.layout().warnings,
        [
            Warning::HiddenRows {
                count: 1,
                left_out: false
            },
            Warning::MergedCells { count: 1 },
        ]
    );
}

#[test]
fn values_show_as_people_see_them() {
    let typed = |kind: &str, value: &str| {
        format!(
            "<Row><Cell><Data ss:Type=\"{kind}\">{value}</Data></Cell>{}</Row>",
            cell("aa")
        )
    };
    for (row, shown) in [
        (number("", "2204130001"), "2204130001"),
        (number("", "2.204130001E9"), "2204130001"),
        (number("ss:StyleID=\"whole\"", "2204130001"), "2204130001"),
        (number("", "1.2345678901234567E+17"), "1.23456789012346E+17"),
        (number("ss:StyleID=\"zeros\"", "22"), "0000000022"),
        (number("ss:StyleID=\"child\"", "22"), "0000000022"),
        (number("ss:StyleID=\"fixed\"", "22"), "#FORMAT! 22 | Fixed"),
        (number("ss:StyleID=\"general\"", "22"), "22"),
        (number("ss:Formula=\"=A1\"", "0"), "#FORMULA!"),
        (number("ss:Formula=\"=A1\"", "7"), "7"),
        (typed("DateTime", "2024-01-05T00:00:00.000"), "2024-01-05"),
        (
            typed("DateTime", "2024-01-05T08:30:00.000"),
            "2024-01-05 08:30:00",
        ),
        (typed("Boolean", "1"), "TRUE"),
        (typed("Error", "#N/A"), "#N/A"),
        (typed("String", "a&#10;b"), "a\nb"),
        (
            typed("String", "<B>C</B><![CDATA[G]]>1")
                .replace("</Data>", "</Data><Comment><Data>no</Data></Comment>"),
            "CG1",
        ),
    ] {
        let sheet = open(&workbook(&row));
        assert_eq!(cells(&rows(&sheet).unwrap()[0])[0], shown, "{row}");
    }
    let formula = format!("<Row><Cell ss:Formula=\"=A1\"/>{}</Row>", cell("aa"));
    let sheet = open(&workbook(&formula));
    assert_eq!(cells(&rows(&sheet).unwrap()[0])[0], "#FORMULA!");
    // A column's format holds for its cells.
    let column = format!("<Column/><Column ss:Index=\"3\"/>{}", number("", "22"));
    let sheet = open(&workbook(&column));
    assert_eq!(cells(&rows(&sheet).unwrap()[0])[0], "22");
    let column = format!("<Column ss:StyleID=\"zeros\"/>{}", number("", "22"));
    let sheet = open(&workbook(&column));
    assert_eq!(cells(&rows(&sheet).unwrap()[0])[0], "0000000022");
}

#[test]
fn one_worksheet_of_several_is_asked_for() {
    let hidden = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>";
    let one = worksheet("1月", &row(["CG1", "aa"]));
    let two = worksheet("2月", &row(["CG2", "bb"]));
    let concealed = one.replace("</Worksheet>", hidden);
    let book = |worksheets: &str| format!("{START}{worksheets}</Workbook>");
    let asked = |name: &str| SheetOptions {
        worksheet: Some(name.to_owned()),
        ..SheetOptions::default()
    };
    let both = book(&format!("{one}{two}"));
    let said = refusal(both.as_bytes(), &SheetOptions::default());
    assert!(
        said.contains("several worksheets have the columns: \"1月\" (1 row), \"2月\" (1 row);"),
        "{said}"
    );
    for name in ["2月", "2"] {
        assert_eq!(
            told(&opened(both.as_bytes(), &asked(name)).unwrap()),
            ["2 CG2 bb"]
        );
    }
    let half = book(&format!("{concealed}{two}"));
    assert_eq!(told(&open(&half)), ["2 CG2 bb"]);
    assert_eq!(
        told(&opened(half.as_bytes(), &asked("1月")).unwrap()),
        ["2 CG1 aa"]
    );
    let none = book(&concealed);
    let said = refusal(none.as_bytes(), &SheetOptions::default());
    assert!(
        said.contains("no visible worksheet has the columns; hidden ones have: \"1月\" (1 row)"),
        "{said}"
    );
}

#[test]
fn what_is_cut_or_damaged_is_refused() {
    let text = workbook(&row(["CG1", "aa"]));
    for (text, says) in [
        (
            text.split("</Table>").next().unwrap_or_default().to_owned(),
            "ends within a table",
        ),
        (
            text.replace("</Table>", "</Tables>"),
            "is not well-formed XML; export",
        ),
        (
            text.replace("CG1", "&unknown;"),
            "line 3 is not well-formed XML",
        ),
        (
            workbook("<Row ss:Index=\"1\"/>"),
            "its rows or columns are not in order",
        ),
        (
            workbook("<Row><Cell ss:Index=\"99999\"><Data>x</Data></Cell></Row>"),
            "a cell in no place: EQXC2",
        ),
        (format!("{START}</Workbook>"), "holds no table"),
        (
            workbook(&"<a>".repeat(300)),
            "line 3 is not well-formed XML",
        ),
    ] {
        let said = refusal(text.as_bytes(), &SheetOptions::default());
        assert!(said.contains(says), "{said}");
    }
}
