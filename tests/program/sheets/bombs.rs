//! Workbooks that are small as files and immense when unpacked.

use crate::harness::{Place, finish};

/// An xlsx file whose only worksheet is a header and this, so many times.
#[cfg(target_os = "linux")]
fn save(place: &Place, again: &[u8], times: usize) {
    use std::io::Write as _;

    let file = std::fs::File::create(place.path("bomb.xlsx")).expect("created");
    let mut archive = zip::ZipWriter::new(file);
    let mut part = |name: &str, pieces: &[&[u8]]| {
        let packed = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(name, packed).expect("begun");
        for piece in pieces {
            archive.write_all(piece).expect("written");
        }
    };
    part(
        "xl/workbook.xml",
        &[b"<workbook><sheets><sheet name=\"1\" r:id=\"1\"/></sheets></workbook>"],
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &[b"<R><Relationship Id=\"1\" Type=\"/worksheet\" Target=\"sheet.xml\"/></R>"],
    );
    let head: &[u8] =
        b"<worksheet><sheetData><row><c><v>purchase_no</v></c><c><v>flag_name</v></c></row>";
    let mut pieces = vec![head];
    pieces.extend(std::iter::repeat_n(again, times));
    pieces.push(b"</sheetData></worksheet>");
    part("xl/sheet.xml", &pieces);
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
    let said = run.expect(2).stderr;
    assert!(
        said.contains("bomb.xlsx: holds more than 5 MB of cells")
            && said.contains("--max-workbook-size"),
        "{said}"
    );
    assert!(most < 40 * 1024 * 1024, "{most}");
}

#[test]
fn a_size_that_is_none_is_refused() {
    let place = Place::new();
    let mut command = place.program();
    command.args(["check", "bomb.xlsx", "--max-workbook-size", "lots"]);
    let said = finish(&mut command).expect(2).stderr;
    assert!(said.contains("such as 800M"), "{said}");
}
