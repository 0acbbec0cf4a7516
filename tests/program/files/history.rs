//! What earlier runs have left is kept, not overwritten.

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::harness::{JOURNAL, Place, ScriptedServer, finish, sandbox, start};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

/// Makes a file as old as this many nights.
fn age(place: &Place, name: &str, nights: u64) {
    let file = File::options().write(true).open(place.path(name));
    let time = SystemTime::now() - Duration::from_secs(nights * 86_400);
    file.and_then(|file| file.set_modified(time)).expect("set");
}

/// The files kept, without their times.
fn kept(place: &Place) -> Vec<String> {
    let is_stamp = |part: &str| part.len() == "2026-11-22T223000".len() && part.contains('T');
    let files = place.files();
    let kept = files.iter().filter(|name| name.split('.').any(is_stamp));
    kept.map(|name| {
        let parts = name.split('.').filter(|part| !is_stamp(part));
        parts.collect::<Vec<_>>().join(".")
    })
    .collect()
}

#[test]
fn every_night_keeps_the_one_before() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    for night in 0..3 {
        let run = finish(&mut place.run(&erp, ["x.csv"])).expect(1);
        assert_eq!(run.stdout.contains("\nkept "), night > 0, "{run:#?}");
        assert!(!run.stderr.contains("edited"), "{run:#?}");
        for name in ["x.results.csv", "x.failures.csv"] {
            age(&place, name, 3 - night);
        }
    }
    let each = [
        "x.failures.csv",
        "x.failures.csv",
        "x.results.csv",
        "x.results.csv",
    ];
    assert_eq!(kept(&place), each);
    for name in place.files() {
        if name.contains("results.2") {
            assert_eq!(place.table(&name).rows.len(), 2, "{name}");
        }
    }
    finish(&mut place.run(&erp, ["x.csv", "--keep", "1"])).expect(1);
    assert_eq!(kept(&place), ["x.failures.csv", "x.results.csv"]);
}

#[test]
fn none_are_kept_where_none_are_wanted_but_what_a_person_wrote() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let run = finish(&mut place.run(&erp, ["x.csv", "--keep", "0"])).expect(1);
    assert!(!run.stdout.contains("\nkept "), "{run:#?}");
    assert_eq!(kept(&place), Vec::<String>::new());
    age(&place, "x.results.csv", 1);
    let run = finish(&mut place.run(&erp, ["x.csv", "--keep", "0"])).expect(1);
    assert!(run.stderr.contains("was edited"), "{run:#?}");
    assert_eq!(kept(&place), ["x.failures.csv"]);
}

#[test]
fn failures_without_rows_are_simply_replaced() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    assert_eq!(kept(&place), ["x.results.csv"]);
}

#[test]
fn a_run_that_was_cut_short_and_is_continued_is_one_run() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv", "-j1", "--max-failures", "1"])).expect(3);
    assert!(place.path("x.results.csv").exists());
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    assert_eq!(kept(&place), Vec::<String>::new());
}

/// Killed while it calls, or while it puts its files in their places.
#[test]
fn a_night_that_is_killed_and_continued_keeps_the_one_before() {
    let mut cut_short = 0;
    for round in 0..9 {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", SHEET);
        finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
        let outputs = ["orders.failures.csv", "orders.results.csv"];
        let before = outputs.map(|name| place.read(name));
        place.write("orders.csv", SHEET.replace("aa", "加急"));
        let mut night = start(&mut place.run(&erp, ["orders.csv", "--keep", "1"]));
        let (is_kept, recorded) = (|| !kept(&place).is_empty(), || !place.recorded().is_empty());
        night.until_over_or(|| {
            if round % 4 == 0 {
                recorded()
            } else {
                is_kept()
            }
        });
        std::thread::sleep(Duration::from_micros(800 * round));
        night.kill();
        let is_cut_short = place.path(JOURNAL).exists();
        finish(&mut place.run(&erp, ["orders.csv", "--keep", "1"])).expect(1);
        let names = ["orders.failures.2", "orders.results.2"];
        let after = names.map(|start| {
            let files = place.files().into_iter();
            let kept: Vec<_> = files.filter(|name| name.starts_with(start)).collect();
            assert_eq!(kept.len(), 1, "round {round}: {kept:?}");
            place.read(&kept[0])
        });
        if is_cut_short {
            assert_eq!(after, before, "round {round}");
            cut_short += 1;
        }
        assert_eq!(place.files().len(), 5, "{:?}", place.files());
    }
    assert!(cut_short > 0);
}

#[test]
fn drafts_of_a_run_that_was_killed_are_removed_and_others_left() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    let drafts = ["x.results.csv", "x.failures.csv", "x.results.csv.partial"];
    for name in drafts {
        place.write(&format!(".{name}.Ab12cD.tmp"), "half");
    }
    let others = [".y.results.csv.Ab12cD.tmp", ".x.results.csv.mine.tmp"];
    for name in others {
        place.write(name, "mine");
    }
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let mut files = place.files();
    files.retain(|name| name.starts_with('.'));
    assert_eq!(files, [others[1], others[0]]);
}

#[test]
fn failures_that_were_edited_are_kept_with_a_warning() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    age(&place, "x.results.csv", 1);
    let mine = place.read("x.failures.csv").replace("CG404", "CG4");
    place.write("x.failures.csv", &mine);
    let run = finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    assert!(
        run.stderr
            .contains("warning: `x.failures.csv` was edited since it was written"),
        "{run:#?}"
    );
    let name = place.files();
    let name = name.iter().find(|name| name.starts_with("x.failures.2"));
    assert_eq!(place.read(name.expect("kept")), mine);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_replaced_is_found_out_before_the_first_call() {
    use std::os::unix::fs::PermissionsExt;

    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let calls = erp.stats().calls;
    let path = place.path("x.results.csv");
    let set = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    set(0o444);
    if File::options().write(true).open(&path).is_ok() {
        // The superuser may write to anything.
        set(0o644);
        return;
    }
    let run = finish(&mut place.run(&erp, ["x.csv"])).expect(3);
    assert!(
        run.stderr.contains("`x.results.csv` cannot be replaced"),
        "{run:#?}"
    );
    assert_eq!(erp.stats().calls, calls);
}

#[test]
fn a_second_run_of_one_account_waits_until_the_first_has_ended() {
    let place = Place::new();
    let (erp, gate) = ScriptedServer::gated(|caller, call| caller.accept(call));
    place.write("a.csv", "purchase_no,flag_name\nCG1,aa\n");
    place.write("b.csv", "purchase_no,flag_name\nCG2,aa\n");
    let mut first = start(&mut place.run(&erp, ["a.csv"]));
    first.until("a call", || erp.calls() > 0);
    for args in [
        &["b.csv", "--give-up-after", "1s"][..],
        &["b.csv", "--deadline", "1s"],
        &["b.csv", "--deadline", "1s", "--dry-run", "--skip-unchanged"],
    ] {
        let second = finish(&mut place.run(&erp, args)).expect(75);
        let last = second.stderr.lines().last().unwrap_or_default();
        let why = "error: another run is calling for the same account (pid ";
        assert!(last.starts_with(why), "{second:#?}");
        assert!(last.contains("nothing was sent"), "{second:#?}");
    }
    let others = place
        .files()
        .into_iter()
        .filter(|name| name.starts_with("b."));
    assert_eq!(others.collect::<Vec<_>>(), ["b.csv"]);

    let mut second = start(&mut place.run(&erp, ["b.csv"]));
    second.until_it_says("waiting until it has ended");
    // What is saved while a run waits is not what it has read.
    place.write("c.csv", "purchase_no,flag_name\nCG3,aa\n");
    let mut third = start(&mut place.run(&erp, ["c.csv"]));
    third.until_it_says("waiting until it has ended");
    place.write("c.csv.new", "purchase_no,flag_name\nCG3,bb\n");
    std::fs::rename(place.path("c.csv.new"), place.path("c.csv")).expect("saved");
    assert_eq!(erp.calls(), 1, "two would exceed the quota together");
    gate.open();
    first.finish().expect(0);
    let third = third.finish().expect(2);
    assert!(third.stderr.contains("changed while"), "{third:#?}");
    second.finish().expect(0);
    assert_eq!(place.table("b.results.csv").count("ok"), 1);
    assert_eq!(erp.orders(), ["CG1", "CG2"]);
}
