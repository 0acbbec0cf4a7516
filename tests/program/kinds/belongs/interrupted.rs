//! Runs that were stopped, or kept from putting their files in their places.

use std::fs;
use std::sync::Arc;

use super::{Case, WHAT, rows_are, sheet};
use crate::harness::{Gate, Place, ScriptedServer, refused, start};
use wdt_flags::sandbox::Sandbox;

pub const CASES: &[Case] = &[
    ("attack 3: the next night's sheet goes on", next_night),
    ("attack 3: the same sheet goes on", same_sheet),
    ("attack 3: written beside, and the next night", beside),
    ("attack 4: results were written beside", results_beside),
    ("attack 4: all files in their places", in_place),
    ("attack 13: failures written beside", failures_beside),
];

/// The files kept of earlier runs.
fn kept(place: &Place) -> Vec<String> {
    let mut files = place.files();
    files.retain(|name| name.contains(".20"));
    files
}

fn next_night(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,aa\nCG3,aa\nCG404,aa\nCG5,aa\n");
    place.runs(erp, "x.csv -j1 --max-failures 1", 3);
    let before = ["x.failures.csv", "x.results.csv"].map(|name| place.read(name));
    sheet(place, "CG2,aa\nCG3,aa\nCG5,aa\nCG7,aa\n");
    let run = place.runs(erp, "x.csv", 0);
    run.says("continuing");
    assert_eq!(erp.stats().calls, 6);
    let all = "CG2,aa,ok\nCG3,aa,ok\nCG5,aa,ok\nCG7,aa,ok\n";
    rows_are(place, "x.results.csv", WHAT, all);
    let kept: Vec<_> = kept(place).iter().map(|name| place.read(name)).collect();
    assert_eq!(kept, before);
}

fn same_sheet(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\n,aa\nCG404,aa\nCG404,加急\nCG5,aa\n");
    place.runs(erp, "x.csv -j1 --max-failures 1", 3);
    sheet(
        place,
        "CG7,aa\nCG404,加急\nCG404,aa\n,aa\nCG1,aa\nCG404,加急\nCG5,aa\n",
    );
    place.runs(erp, "x.csv", 1).says("continuing");
    assert_eq!(kept(place), [""; 0]);
}

/// A second night of DH1, DH2 and DH3 where somebody puts a directory in the place of a file.
fn held(place: &Place, name: &str) -> ScriptedServer {
    let gate = Arc::new(Gate::default());
    let second_night = Arc::clone(&gate);
    let server = ScriptedServer::start(move |connection| {
        loop {
            let request = connection.request()?;
            if request.order() == "DH1" {
                second_night.pass();
            }
            if request.flag() == "bad" {
                connection.send(refused(100, "标记不存在"))?;
            } else {
                connection.accept(&request)?;
            }
        }
    });
    sheet(place, "CG1,aa\nCG2,bad\n");
    place.runs(&server, "x.csv", 1);
    sheet(place, "DH1,aa\nDH2,bad\nDH3,aa\n");
    let night = start(&mut place.run(&server, ["x.csv", "-j1"]));
    server.wait_for_calls(3);
    fs::rename(place.path(name), place.path("mine")).expect("moved");
    fs::create_dir(place.path(name)).expect("made");
    gate.open();
    night.finish().expect(3).says("cannot be replaced");
    fs::remove_dir(place.path(name)).expect("removed");
    fs::rename(place.path("mine"), place.path(name)).expect("back");
    server
}

fn beside(place: &Place, _: &Sandbox) {
    let server = held(place, "x.results.csv");
    let night = place.read("x.results-2.csv");
    sheet(place, "DH2,bad\nDH3,aa\nDH4,aa\n");
    place.runs(&server, "x.csv", 1).says("continuing");
    assert_eq!(place.read("x.results-2.csv"), night);
    assert_eq!(server.calls(), 6);
}

/// Whether the file that is given back waits until the run's files are in their places.
#[track_caller]
fn waits(place: &Place, server: &ScriptedServer, name: &str) {
    let (before, calls) = (place.written(&[]), server.calls());
    for options in ["", " --dry-run"] {
        let run = place.runs(server, &format!("{name}{options}"), 2);
        run.says("has not put all of its files in their places");
    }
    assert_eq!((place.written(&[]), server.calls()), (before, calls));
}

fn results_beside(place: &Place, _: &Sandbox) {
    let server = held(place, "x.results.csv");
    place.edit("x.failures.csv", &[("DH2,bad", "DH2,aa")]);
    waits(place, &server, "x.failures.csv");
    waits(place, &server, "x.results-2.csv");
    let mine = place.read("x.failures.csv");
    place.runs(&server, "x.csv", 1);
    assert_eq!(server.calls(), 5, "no call is made again");
    let results = "DH1,aa,ok\nDH2,bad,rejected\nDH3,aa,ok\n";
    rows_are(place, "x.results.csv", WHAT, results);
    let kept = kept(place);
    assert!(kept.iter().any(|name| place.read(name) == mine));
    place.write("x.failures.csv", mine);
    place.runs(&server, "x.failures.csv", 0);
    let results = "DH1,aa,ok\nDH2,aa,ok\nDH3,aa,ok\n";
    rows_are(place, "x.results.csv", WHAT, results);
}

fn in_place(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG404,aa\nCG5,aa\n");
    place.runs(erp, "x.csv -j1 --max-failures 1", 3);
    place.edit("x.failures.csv", &[("CG404", "CG4")]);
    place.runs(erp, "x.failures.csv", 0);
    let all = "CG1,aa,ok\nCG4,aa,ok\nCG5,aa,ok\n";
    rows_are(place, "x.results.csv", WHAT, all);
}

fn failures_beside(place: &Place, _: &Sandbox) {
    let server = held(place, "x.failures.csv");
    waits(place, &server, "x.failures.csv");
    place.edit("x.failures-2.csv", &[("DH2,bad", "DH2,aa")]);
    waits(place, &server, "x.failures-2.csv");
    place.runs(&server, "x.csv", 1);
    place.runs(&server, "x.failures-2.csv", 0);
    let results = "DH1,aa,ok\nDH2,aa,ok\nDH3,aa,ok\n";
    rows_are(place, "x.results.csv", WHAT, results);
    assert_eq!(place.table("x.failures.csv").rows.len(), 0);
}
