//! Workbooks that are small as files and immense when unpacked.

use crate::harness::Place;

/// An xlsx file whose only worksheet is a header and this, so many times.
#[cfg(target_os = "linux")]
fn save(place: &Place, again: &[u8], times: usize) {
    use std::io::Write as _;

    let file = std::fs::File::create(place.path("bomb.xlsx")).expect("created");
    let mut archive = zip::ZipWriter::new(file);
    let mut part = |name: &str, head: &str, times: usize, end: &str| {
        let packed = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(name, packed).expect("begun");
        archive.write_all(head.as_bytes()).expect("written");
        for _ in 0..times {
            archive.write_all(again).expect("written");
        }
        archive.write_all(end.as_bytes()).expect("written");
    };
    let book = "<workbook><sheets><sheet name=\"1\" r:id=\"1\"/></sheets></workbook>";
    part("xl/workbook.xml", book, 0, "");
    let relations = "<R><Relationship Id=\"1\" Type=\"/worksheet\" Target=\"sheet.xml\"/></R>";
    part("xl/_rels/workbook.xml.rels", relations, 0, "");
    let header = "<row><c><v>purchase_no</v></c><c><v>flag_name</v></c></row>";
    let head = format!("<worksheet><sheetData>{header}");
    part("xl/sheet.xml", &head, times, "</sheetData></worksheet>");
    archive.finish().expect("finished");
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_ends_in_an_error_that_tells_the_option() {
    let place = Place::new();
    let row = b"<row><c><v>CG1</v></c><c><v>aa</v></c></row>".repeat(10_000);
    save(&place, &row, 12);
    let mut command = place.program();
    command.args(["check", "bomb.xlsx", "--max-workbook-size", "5M"]);
    let (run, most) = crate::harness::start(&mut command).finish_with_peak();
    let run = run.expect(2);
    run.says("bomb.xlsx: holds more than 5 MB of cells");
    run.says("--max-workbook-size");
    assert!(most < 40 * 1024 * 1024, "{most}");
}

#[test]
fn a_size_that_is_none_is_refused() {
    let run = Place::new().checks("bomb.xlsx --max-workbook-size lots", 2);
    run.says("such as 800M");
}
