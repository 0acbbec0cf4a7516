//! What earlier runs have left is kept, not overwritten, until it has had its day.

use std::fs::{self, File};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Case, sheet};
use crate::harness::{Gate, JOURNAL, Place, ScriptedServer, Table, save_workbook, start};
use wdt_flags::sandbox::Sandbox;

pub const CASES: &[Case] = &[
    (
        "nights: the newest are kept, and the young",
        newest_and_young,
    ),
    ("nights: none where none are wanted", none_are_wanted),
    ("nights: failures without rows", without_rows),
    ("users P4: journals that were set aside", journals),
    ("users P7: the journal of a wrong account", wrong_account),
    (
        "users F30: edited failures, many nights later",
        edited_for_ever,
    ),
    ("users F30: edited within a moment", edited_at_once),
    ("users F41: rows taken over are counted", taken_over),
    ("chaos 3: killed and continued", killed),
    ("chaos 3: written beside and continued", beside),
    ("chaos 5: failures in any dress", any_dress),
    ("chaos 5: with a worksheet more", worksheet_more),
    #[cfg(unix)]
    ("chaos 7: told to end twice, at any moment", ended_twice),
    ("chaos 8: drafts of a run that was killed", drafts),
    ("chaos 9: what was written beside goes", beside_goes),
    ("chaos 9: edited beside stays", beside_is_edited),
    (
        "attack 7: killed while edited ones are kept",
        edited_and_killed,
    ),
    ("attack 8: edited in the other format", edited_otherwise),
    ("attack 9: the results saved later", results_saved_later),
    ("attack 10: edited in another time zone", edited_elsewhere),
];

const SHEET: &str = "CG1,aa\nCG404,aa\n";

const HOUR: Duration = Duration::from_secs(3_600);

fn saved(place: &Place, name: &str, time: SystemTime) {
    let file = File::options().write(true).open(place.path(name));
    file.and_then(|file| file.set_modified(time)).expect("set");
}

/// Makes a file as old as this many nights.
fn age(place: &Place, name: &str, nights: u32) {
    saved(place, name, SystemTime::now() - 24 * nights * HOUR);
}

/// The files kept: their names without their times, and what they hold.
fn kept(place: &Place) -> Vec<(String, String)> {
    let is_stamp = |part: &&str| part.starts_with("20") && part.contains('T');
    let files = place.files().into_iter().filter_map(|name| {
        let stamp = name.split('.').find(is_stamp)?;
        let content = fs::read(place.path(&name)).expect("readable");
        let content = String::from_utf8_lossy(&content).into_owned();
        Some((name.replace(&format!(".{stamp}"), ""), content))
    });
    files.collect()
}

#[track_caller]
fn kept_are(place: &Place, names: &str) {
    let kept: Vec<_> = kept(place).into_iter().map(|(name, _)| name).collect();
    assert_eq!(kept.join(" "), names);
}

fn newest_and_young(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    for nights in [99, 98, 97, 3] {
        let run = place.runs(erp, "x.csv", 1);
        assert_eq!(run.stdout.contains("\nkept "), nights < 99, "{run:#?}");
        run.says_nothing_of("edited");
        for name in ["x.results.csv", "x.failures.csv"] {
            age(place, name, nights);
        }
    }
    let three = |name| [name; 3].join(" ");
    let names = three("x.failures.csv") + " " + &three("x.results.csv");
    kept_are(place, &names);
    for (name, content) in kept(place) {
        let rows = if name == "x.results.csv" { 2 } else { 1 };
        assert_eq!(content.lines().count(), 1 + rows, "{name}");
    }
    // By default thirty of each, however old.
    place.runs(erp, "x.csv", 1);
    assert_eq!(kept(place).len(), 8);
    place.runs(erp, "x.csv --keep 1", 1);
    kept_are(
        place,
        "x.failures.csv x.failures.csv x.results.csv x.results.csv",
    );
    place.runs(erp, "x.csv --keep 1", 1);
    assert_eq!(kept(place).len(), 6, "young ones stay");
}

fn none_are_wanted(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    // A run that was cut short and is continued is one run.
    place.runs(erp, "x.csv -j1 --max-failures 1", 3);
    assert!(place.path("x.results.csv").exists());
    place.runs(erp, "x.csv", 1);
    kept_are(place, "");
    let run = place.runs(erp, "x.csv --keep 0", 1);
    assert!(!run.stdout.contains("\nkept "), "{run:#?}");
    kept_are(place, "");
    place.edit("x.failures.csv", &[("CG404", "CG4")]);
    let mine = place.read("x.failures.csv");
    let run = place.runs(erp, "x.csv --keep 0", 1);
    run.says("warning: `x.failures.csv` was edited since it was written");
    assert_eq!(kept(place), [("x.failures.edited.csv".to_owned(), mine)]);
}

fn without_rows(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\n");
    for _ in 0..2 {
        place.runs(erp, "x.csv", 0);
    }
    kept_are(place, "x.results.csv");
}

fn journals(place: &Place, erp: &Sandbox) {
    for nights in [120, 100, 5] {
        sheet(place, "CG404,aa\nCG405,aa\n");
        place.runs(erp, "x.csv -j1 --max-failures 1", 3);
        age(place, "x.results.csv.partial", nights);
        sheet(place, "CG7,aa\nCG8,aa\n");
        place
            .runs(erp, "x.csv", 0)
            .says("holds rows this sheet does not have");
    }
    let journals = || {
        let names = place.files().into_iter();
        names
            .filter(|name| name.starts_with("x.results.csv.partial.20"))
            .count()
    };
    assert_eq!(journals(), 3);
    place.runs(erp, "x.csv --keep 2", 0);
    assert_eq!(journals(), 2);
    place.runs(erp, "x.csv --keep 0", 0);
    assert_eq!(journals(), 1);
}

fn wrong_account(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    place.runs(erp, "x.csv", 1);
    let before = place.read("x.results.csv");
    for (name, value) in [("WDT_SID", "shop2"), ("WDT_APP_SECRET", "a:b")] {
        let mut run = place.run(erp, ["x.csv", "-j1"]);
        let run = crate::harness::finish(run.env(name, value)).expect(3);
        run.says("the same command continues from here");
        let run = place.runs(erp, "x.csv", 1);
        run.says_nothing_of("kept as");
        assert!(!place.files().iter().any(|name| name.contains(".partial")));
    }
    assert_eq!(
        kept(place).iter().filter(|(_, it)| *it == before).count(),
        1
    );
    assert_eq!(kept(place).len(), 4, "{:?}", place.files());
}

fn edited_for_ever(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    for nights in [200, 150, 120] {
        place.runs(erp, "x.csv --keep 0", 1);
        age(place, "x.results.csv", nights);
        if nights == 200 {
            let text = place
                .read("x.failures.csv")
                .replace("row_check\n", "row_check,备注\n");
            place.write("x.failures.csv", text);
            age(place, "x.failures.csv", nights - 1);
        } else {
            age(place, "x.failures.csv", nights);
        }
    }
    for _ in 0..2 {
        place.runs(erp, "x.csv --keep 0", 1);
        let [(name, content)] = &kept(place)[..] else {
            panic!("{:?}", place.files());
        };
        assert_eq!(name, "x.failures.edited.csv");
        assert!(content.contains("备注"), "{content}");
    }
}

fn edited_at_once(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    for (nights, edit) in [(100, ("CG404", "CG9")), (99, (",aa,", ",加急,"))] {
        place.runs(erp, "x.csv --keep 0", 1);
        age(place, "x.results.csv", nights);
        place.edit("x.failures.csv", &[edit]);
        age(place, "x.failures.csv", nights);
        place
            .runs(erp, "x.csv --keep 0", 1)
            .says("was edited since");
    }
    kept_are(place, "x.failures.edited.csv x.failures.edited.csv");
}

fn taken_over(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,aa\nCG404,aa\nCG3,aa\n");
    place.runs(erp, "x.csv -j1 --max-failures 1", 3);
    let run = place.runs(erp, "x.csv -q", 1);
    run.prints("4 rows: 3 ok, 1 rejected\n");
    run.prints(": 3 rows taken over from its journal");
    run.prints("\ncalls     1 in ");
}

/// Killed while it calls, or while it puts its files in their places.
fn killed(_: &Place, erp: &Sandbox) {
    let mut cut_short = 0;
    for round in 0..9 {
        let place = Place::new();
        let text = format!("purchase_no,flag_name\n{SHEET}");
        place.write("orders.csv", &text);
        place.runs(erp, "orders.csv", 1);
        let outputs = ["orders.failures.csv", "orders.results.csv"];
        let before = outputs.map(|name| (name.to_owned(), place.read(name)));
        place.write("orders.csv", text.replace("aa", "加急"));
        let mut night = start(&mut place.run(erp, ["orders.csv", "--keep", "1"]));
        night.until_over_or(|| {
            if round % 4 == 0 {
                !place.recorded().is_empty()
            } else {
                !kept(&place).is_empty()
            }
        });
        std::thread::sleep(Duration::from_micros(800 * round));
        night.kill();
        let is_cut_short = place.path(JOURNAL).exists();
        place.runs(erp, "orders.csv --keep 1", 1);
        if is_cut_short {
            assert_eq!(kept(&place), before, "round {round}");
            cut_short += 1;
        }
        let of_night = if is_cut_short { 2 } else { 4 };
        assert_eq!(place.files().len(), 3 + of_night, "{:?}", place.files());
    }
    assert!(cut_short > 0);
}

/// A second night whose results cannot be put in their place: somebody has put a directory there.
fn held(place: &Place) -> (ScriptedServer, String) {
    let gate = Arc::new(Gate::default());
    let second_night = Arc::clone(&gate);
    let server = ScriptedServer::start(move |connection| {
        loop {
            let request = connection.request()?;
            if request.flag() == "加急" {
                second_night.pass();
            }
            connection.accept(&request)?;
        }
    });
    sheet(place, "CG1,aa\n");
    place.runs(&server, "x.csv", 0);
    let before = place.read("x.results.csv");
    sheet(place, "CG1,加急\n");
    let night = start(&mut place.run(&server, ["x.csv"]));
    server.wait_for_calls(2);
    fs::rename(place.path("x.results.csv"), place.path("mine")).expect("moved");
    fs::create_dir(place.path("x.results.csv")).expect("made");
    gate.open();
    let night = night.finish().expect(3);
    night
        .says("`x.results.csv` cannot be replaced")
        .says("`x.results-2.csv`");
    fs::remove_dir(place.path("x.results.csv")).expect("removed");
    fs::rename(place.path("mine"), place.path("x.results.csv")).expect("back");
    (server, before)
}

fn beside(place: &Place, _: &Sandbox) {
    let (server, before) = held(place);
    place.runs(&server, "x.csv", 0);
    assert_eq!(kept(place), [("x.results.csv".to_owned(), before)]);
    assert_eq!(server.orders(), ["CG1"; 2], "no call is made again");
}

fn beside_goes(place: &Place, _: &Sandbox) {
    let (server, _) = held(place);
    let beside = place.read("x.results-2.csv");
    // What else has such a name stays.
    place.write("x.results-3.csv", &beside);
    age(place, "x.results-3.csv", 1);
    place.write("x.results-final.csv", "mine");
    place.runs(&server, "x.csv", 0);
    let files = place.files();
    let beside: Vec<_> = files
        .iter()
        .filter(|it| it.starts_with("x.results-"))
        .collect();
    assert_eq!(beside, ["x.results-3.csv", "x.results-final.csv"]);
}

fn beside_is_edited(place: &Place, _: &Sandbox) {
    let (server, _) = held(place);
    saved(place, "x.results-2.csv", SystemTime::now() + HOUR);
    place.runs(&server, "x.csv", 0);
    assert!(place.path("x.results-2.csv").exists());
}

/// Failures of a night, this many nights ago, from which a person has deleted a row an hour later:
/// what they hold.
fn deleted(place: &Place, erp: &Sandbox, format: &str, nights: u32) -> Vec<u8> {
    sheet(place, "CG404,aa\nCG2,bad\n");
    place.runs(erp, &format!("x.csv --keep 0 --output-format {format}"), 1);
    let end = SystemTime::now() - 24 * nights * HOUR;
    saved(place, &format!("x.results.{format}"), end);
    let name = format!("x.failures.{format}");
    let mut table = place.table(&name);
    table.rows.remove(0);
    if format == "csv" {
        place.write(&name, text(&table, ","));
    } else {
        save_workbook(&place.path(&name), &table);
    }
    saved(place, &name, end + HOUR);
    fs::read(place.path(&name)).expect("readable")
}

/// Edited failures are kept before anything takes its place.
fn edited_and_killed(_: &Place, erp: &Sandbox) {
    for round in 0..6 {
        let place = Place::new();
        let mine = deleted(&place, erp, "csv", 1);
        let formats = ["csv", "xlsx"];
        let line = [
            "x.csv",
            "--keep",
            "0",
            "--output-format",
            formats[round % 2],
        ];
        let mut night = start(&mut place.run(erp, line));
        let journal = place.path("x.results.csv.partial");
        let begins = || fs::read_to_string(&journal).is_ok_and(|it| it.contains("\"published\""));
        night.until_over_or(begins);
        night.kill();
        place.runs(erp, &line.join(" "), 1);
        let kept: Vec<_> = place
            .files()
            .into_iter()
            .filter(|it| it.ends_with(".edited.csv"))
            .collect();
        let [kept] = &kept[..] else {
            panic!("{:?}", place.files());
        };
        assert_eq!(fs::read(place.path(kept)).expect("readable"), mine);
    }
}

fn edited_otherwise(_: &Place, erp: &Sandbox) {
    for (before, now) in [("csv", "xlsx"), ("xlsx", "csv")] {
        let place = Place::new();
        deleted(&place, erp, before, 100);
        let name = format!("x.failures.{before}");
        let said = format!("`{name}` was edited since it was written");
        let line = format!("x.csv --keep 0 --output-format {now}");
        place.runs(erp, &line, 1).says(&said);
        place.runs(erp, &line, 1).says_nothing_of("edited");
        let kept: Vec<_> = kept(&place).into_iter().map(|(name, _)| name).collect();
        assert!(
            kept.contains(&format!("x.failures.edited.{before}")),
            "{kept:?}"
        );
    }
}

fn results_saved_later(place: &Place, erp: &Sandbox) {
    let now = SystemTime::now();
    for (failures, is_edited) in [(now + HOUR, true), (now - HOUR, false)] {
        deleted(place, erp, "csv", 0);
        saved(place, "x.failures.csv", failures);
        saved(place, "x.results.csv", now + 2 * HOUR);
        let run = place.runs(erp, "x.csv --keep 0", 1);
        assert_eq!(
            run.stderr.contains("was edited since"),
            is_edited,
            "{run:#?}"
        );
    }
    kept_are(place, "x.failures.edited.csv");
}

fn edited_elsewhere(place: &Place, erp: &Sandbox) {
    deleted(place, erp, "csv", 100);
    for (zone, at) in [("Asia/Shanghai", 95), ("UTC", 94), ("America/New_York", 93)] {
        let mut run = place.run(erp, ["x.csv", "--keep", "0"]);
        crate::harness::finish(run.env("TZ", zone)).expect(1);
        age(place, "x.results.csv", at);
        age(place, "x.failures.csv", at);
        kept_are(place, "x.failures.edited.csv");
    }
}

/// Saves failures as a spreadsheet or an editor might.
type Dress = fn(&Place, Table);

fn text(table: &Table, separator: &str) -> String {
    let rows = std::iter::once(&table.header).chain(&table.rows);
    rows.map(|row| row.join(separator) + "\r\n").collect()
}

fn without(table: Table, names: &[&str]) -> Table {
    let is_left = |at: &usize| !names.contains(&table.header[*at].as_str());
    let left: Vec<usize> = (0..table.header.len()).filter(is_left).collect();
    let pick = |row: &Vec<String>| left.iter().map(|&at| row[at].clone()).collect();
    Table {
        header: pick(&table.header),
        rows: table.rows.iter().map(pick).collect(),
    }
}

const NAME: &str = "x.failures.csv";

const DRESSES: &[(&str, Dress)] = &[
    ("GBK", |place, table| {
        let gbk = encoding_rs::GBK.encode(&text(&table, ",")).0.into_owned();
        place.write(NAME, gbk);
    }),
    ("tabs", |place, table| {
        place.write(NAME, text(&table, "\t"));
    }),
    ("semicolons", |place, table| {
        place.write(NAME, text(&table, ";"));
    }),
    ("UTF-16", |place, table| {
        let units = text(&table, "\t");
        let units = "\u{feff}".encode_utf16().chain(units.encode_utf16());
        place.write(NAME, units.flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    }),
    ("a workbook", |place, table| {
        save_workbook(&place.path(NAME), &table)
    }),
    ("a web page", |place, table| {
        let row = |row: &Vec<String>| format!("<tr><td>{}</td></tr>", row.join("</td><td>"));
        let rows = std::iter::once(&table.header).chain(&table.rows).map(row);
        let rows: String = rows.collect();
        place.write(NAME, format!("<html><table>{rows}</table></html>"));
    }),
    ("a column more", |place, mut table| {
        table.header.push("备注".to_owned());
        table
            .rows
            .iter_mut()
            .for_each(|row| row.push("x".to_owned()));
        place.write(NAME, text(&table, ","));
    }),
    ("a column in front", |place, mut table| {
        table.header.insert(0, "备注".to_owned());
        table
            .rows
            .iter_mut()
            .for_each(|row| row.insert(0, "x".to_owned()));
        place.write(NAME, text(&table, ","));
    }),
    ("a title above", |place, table| {
        place.write(NAME, "待改正\r\n\r\n".to_owned() + &text(&table, ","));
    }),
    ("columns deleted", |place, table| {
        let few = without(table, &["code", "message", "attempts", "finished_at"]);
        place.write(NAME, text(&few, ","));
    }),
    ("what proves the rows deleted", |place, table| {
        place.write(NAME, text(&without(table, &["row_check"]), ","));
    }),
    ("most deleted", |place, table| {
        let few = without(table, &["finished_at", "attempts", "row_check"]);
        place.write(NAME, text(&few, ","));
    }),
    ("columns moved", |place, mut table| {
        table.header.reverse();
        table.rows.iter_mut().for_each(|row| row.reverse());
        place.write(NAME, text(&table, ","));
    }),
];

fn any_dress(place: &Place, erp: &Sandbox) {
    for (dress, save) in DRESSES {
        sheet(place, SHEET);
        place.runs(erp, "x.csv --keep 0", 1);
        let mut table = place.table(NAME);
        table.rows[0][0] = "CG9".to_owned();
        save(place, table);
        let saved = fs::read(place.path(NAME)).expect("there");
        let calls = erp.stats().calls;
        let run = place.runs(erp, "x.csv --keep 0", 1);
        assert_eq!(erp.stats().calls, calls + 2, "{dress}");
        run.says("`x.failures.csv` was edited since it was written");
        let files = place.files();
        let kept = files.iter().find(|name| name.contains(".20")).expect(dress);
        let found = fs::read(place.path(kept)).expect("there");
        assert_eq!(found, saved, "{dress}");
        assert_eq!(place.statuses(NAME), ["rejected"], "{dress}");
        fs::remove_file(place.path(kept)).expect("removed");
    }
}

fn worksheet_more(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    place.runs(erp, "x.csv --output-format xlsx", 1);
    let table = place.table("x.failures.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let own = book.add_worksheet();
    for (row, cells) in (0..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        own.write_row(row, 0, cells).expect("written");
    }
    book.add_worksheet().write(0, 0, "mine").expect("written");
    book.save(place.path("x.failures.xlsx")).expect("saved");
    let run = place.runs(erp, "x.csv --output-format xlsx --keep 0", 1);
    run.says("`x.failures.xlsx` was edited since it was written");
    kept_are(place, "x.failures.edited.xlsx");
}

/// A second signal does not leave half of the files in their places.
#[cfg(unix)]
fn ended_twice(_: &Place, erp: &Sandbox) {
    for round in 0..12 {
        let place = Place::new();
        place.numbered(60);
        place.runs(erp, "orders.csv", 0);
        let before = place.read("orders.results.csv");
        let mut night = start(&mut place.run(erp, ["orders.csv"]));
        night.until_over_or(|| place.recorded().len() > 3 * round);
        night.signal("TERM");
        std::thread::sleep(Duration::from_micros(
            700 * u64::try_from(round).expect("few"),
        ));
        night.signal("TERM");
        night.finish();
        let files = place.files();
        let kept: Vec<_> = files.iter().filter(|name| name.contains(".20")).collect();
        if kept.is_empty() {
            assert_eq!(place.read("orders.results.csv"), before, "as it was");
            continue;
        }
        assert_eq!(place.read(kept[0]), before);
        assert_eq!(place.table("orders.results.csv").rows.len(), 60);
        let is_left = |name: &String| name.ends_with(".tmp") || name.ends_with(".lock");
        assert!(!files.iter().any(is_left), "round {round}: {files:?}");
    }
}

fn drafts(place: &Place, erp: &Sandbox) {
    sheet(place, SHEET);
    let others = [".x.results.csv.mine.tmp", ".y.results.csv.Ab12cD.tmp"];
    let drafts = [
        "x.results.csv",
        "x.failures.csv",
        "x.results.xlsx",
        "x.results.csv.partial",
    ];
    let drafts = drafts.map(|name| format!(".{name}.Ab12cD.tmp"));
    for name in drafts.iter().map(String::as_str).chain(others) {
        place.write(name, "half");
    }
    place.runs(erp, "x.csv", 1);
    let mut files = place.files();
    files.retain(|name| name.starts_with('.'));
    assert_eq!(files, others);
}
