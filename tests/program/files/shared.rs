//! In a directory that others can write to, and read.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::harness::{Finished, JOURNAL, Place, finish, sandbox};

const NOBODY: u32 = 65_534;

fn set_mode(place: &Place, name: &str, mode: u32) {
    let mode = fs::Permissions::from_mode(mode);
    fs::set_permissions(place.path(name), mode).expect("set");
}

fn mode(place: &Place, name: &str) -> u32 {
    fs::metadata(place.path(name)).expect("there").mode() & 0o777
}

const OUTPUTS: [&str; 2] = ["x.results.csv", "x.failures.csv"];

#[test]
fn what_a_private_sheet_gives_is_private_and_stays_so() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
    set_mode(&place, "x.csv", 0o600);
    for sheet in ["x.csv", "x.failures.csv", "x.csv"] {
        finish(&mut place.run(&erp, [sheet])).expect(1);
        for output in OUTPUTS {
            assert_eq!(mode(&place, output), 0o600, "{output} of {sheet}");
        }
    }
    let kept = place.files();
    let kept = kept.iter().find(|name| name.starts_with("x.results.2"));
    assert_eq!(mode(&place, kept.expect("kept")), 0o600);
}

#[test]
fn what_is_replaced_keeps_its_mode() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
    set_mode(&place, "x.csv", 0o644);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    for output in OUTPUTS {
        set_mode(&place, output, 0o600);
    }
    for sheet in ["x.failures.csv", "x.csv"] {
        finish(&mut place.run(&erp, [sheet])).expect(1);
        for output in OUTPUTS {
            assert_eq!(mode(&place, output), 0o600, "{output} of {sheet}");
        }
    }
}

/// A place that nobody may write to, if this is root's process and nobody can run the program.
fn of_all() -> Option<Place> {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    set_mode(&place, "", 0o777);
    let can = chown(place.path("orders.csv"), Some(NOBODY), None).is_ok()
        && Command::new(env!("CARGO_BIN_EXE_wdt-flags"))
            .arg("--version")
            .uid(NOBODY)
            .output()
            .is_ok_and(|run| run.status.success());
    can.then_some(place)
}

fn run_by_nobody(place: &Place) -> Finished {
    finish(place.run(&sandbox(), ["orders.csv"]).uid(NOBODY))
}

#[test]
fn what_another_users_run_has_left_is_named_itself() {
    for name in ["orders.failures.csv.lock", JOURNAL] {
        let Some(place) = of_all() else { return };
        place.write(name, "");
        set_mode(&place, name, 0o600);
        let run = run_by_nobody(&place).expect(3);
        let named = format!("`{name}` is of another user's run and cannot be taken over");
        assert!(run.stderr.contains(&named), "{run:#?}");
    }
}

/// Where everybody may make files, but nobody take away those of others.
#[test]
fn nor_is_anything_sent_where_it_cannot_be_moved_away() {
    let Some(place) = of_all() else { return };
    let erp = sandbox();
    place.sheet(&[("CG1", "aa"), ("CG404", "aa"), ("CG2", "aa")]);
    finish(&mut place.run(&erp, ["orders.csv", "-j1", "--max-failures=1"])).expect(3);
    for output in ["orders.results.csv", "orders.failures.csv"] {
        fs::remove_file(place.path(output)).expect("there");
    }
    set_mode(&place, JOURNAL, 0o644);
    set_mode(&place, "", 0o1777);
    let calls = erp.stats().calls;
    let run = finish(place.run(&erp, ["orders.csv"]).uid(NOBODY)).expect(3);
    assert!(run.stderr.contains("cannot be taken over"), "{run:#?}");
    assert_eq!(erp.stats().calls, calls);
}

#[test]
fn a_lock_that_another_user_has_left_is_taken_over() {
    let Some(place) = of_all() else { return };
    place.write("orders.results.csv.lock", "wdt-flags 1\n");
    run_by_nobody(&place).expect(0);
    let left = ["orders.csv", "orders.failures.csv", "orders.results.csv"];
    assert_eq!(place.files(), left);
}

#[test]
fn results_of_another_user_that_cannot_be_replaced_are_named_before_the_first_call() {
    let Some(place) = of_all() else { return };
    let erp = sandbox();
    finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    // By its own mode, or by that of a directory where only owners may replace their files.
    for (file, directory) in [(0o644, 0o777), (0o666, 0o1777)] {
        set_mode(&place, "orders.results.csv", file);
        set_mode(&place, "orders.failures.csv", 0o666);
        set_mode(&place, "", directory);
        let run = finish(place.run(&erp, ["orders.csv"]).uid(NOBODY)).expect(3);
        let named = "`orders.results.csv` cannot be replaced";
        assert!(run.stderr.contains(named), "{run:#?}");
        assert_eq!(erp.stats().calls, 1);
    }
}

#[test]
fn a_directory_that_cannot_be_written_to_is_found_before_the_first_call() {
    let Some(place) = of_all() else { return };
    set_mode(&place, "", 0o755);
    let erp = sandbox();
    let run = finish(place.run(&erp, ["orders.csv"]).uid(NOBODY)).expect(3);
    assert!(
        run.stderr.contains("cannot write `orders.results.csv"),
        "{run:#?}"
    );
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv"]);
}
