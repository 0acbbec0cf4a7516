//! In a directory that others can write to, and read.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::harness::{JOURNAL, Place, finish, sandbox};

const NOBODY: u32 = 65_534;

fn set_mode(place: &Place, name: &str, mode: u32) {
    let mode = fs::Permissions::from_mode(mode);
    fs::set_permissions(place.path(name), mode).expect("set");
}

fn mode(place: &Place, name: &str) -> u32 {
    fs::metadata(place.path(name)).expect("there").mode() & 0o777
}

#[test]
fn a_new_file_has_the_sheets_mode_and_a_replaced_one_keeps_its_own() {
    let erp = sandbox();
    let any = Place::new();
    any.write("any", "");
    let any = mode(&any, "any");
    for (sheet, output) in [
        (0o600, 0o600),
        (0o400, 0o600),
        (0o644, any & 0o644),
        (0o777, any),
    ] {
        let place = Place::new();
        place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
        set_mode(&place, "x.csv", sheet);
        let mut expected = output;
        for given in ["x.csv", "x.failures.csv", "x.csv"] {
            place.runs(&erp, given, 1);
            for name in place.files().iter().filter(|name| *name != "x.csv") {
                assert_eq!(mode(&place, name), expected, "{given} {name} {sheet:o}");
                set_mode(&place, name, 0o640);
            }
            expected = 0o640;
        }
        assert_eq!(place.files().len(), 5, "those of the run before are kept");
    }
}

/// What keeps a run of somebody else's from its files is said before the first call.
#[test]
fn what_another_user_has_left_is_named() {
    const RESULTS: &str = "orders.results.csv";
    const TAKEN: &str = "is of another user's run and cannot be taken over";
    for (name, file, directory, says) in [
        ("orders.failures.csv.lock", 0o644, 0o777, TAKEN),
        (JOURNAL, 0o600, 0o777, TAKEN),
        (RESULTS, 0o644, 0o777, "cannot be replaced"),
    ] {
        let (place, erp) = (Place::new(), sandbox());
        place.sheet(&[("CG1", "aa")]);
        set_mode(&place, "", 0o777);
        let can = chown(place.path("orders.csv"), Some(NOBODY), None).is_ok()
            && Command::new(env!("CARGO_BIN_EXE_wdt-flags"))
                .arg("--version")
                .uid(NOBODY)
                .output()
                .is_ok_and(|run| run.status.success());
        if name == RESULTS {
            place.runs(&erp, "orders.csv", 0);
            set_mode(&place, "orders.failures.csv", 0o666);
        } else {
            place.write(name, "");
        }
        let mut run = place.run(&erp, ["orders.csv"]);
        if can {
            set_mode(&place, name, file);
            set_mode(&place, "", directory);
            run.uid(NOBODY);
        } else if says == "cannot be replaced" {
            // This is not root's process, or nobody cannot run the program.
            set_mode(&place, name, 0o444);
        } else {
            continue;
        }
        let (calls, files) = (erp.stats().calls, place.files());
        let run = finish(&mut run).expect(3);
        run.says(says).says(name);
        assert_eq!((erp.stats().calls, place.files()), (calls, files));
    }
}
