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

fn modes(place: &Place, names: impl IntoIterator<Item = String>) -> Vec<u32> {
    let mode = |name: String| fs::metadata(place.path(&name)).expect("there").mode() & 0o777;
    names.into_iter().map(mode).collect()
}

#[test]
fn a_new_file_has_the_sheets_mode_and_a_replaced_one_keeps_its_own() {
    const OUTPUTS: [&str; 2] = ["x.results.csv", "x.failures.csv"];
    let erp = sandbox();
    let any = {
        let place = Place::new();
        place.write("any", "");
        modes(&place, ["any".to_owned()])[0]
    };
    for (sheet, output) in [
        (0o600, 0o600),
        (0o400, 0o600),
        (0o644, any & 0o644),
        (0o777, any),
    ] {
        let place = Place::new();
        place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
        set_mode(&place, "x.csv", sheet);
        for (given, mode) in [
            ("x.csv", output),
            ("x.failures.csv", 0o640),
            ("x.csv", 0o640),
        ] {
            finish(&mut place.run(&erp, [given])).expect(1);
            let found = modes(&place, OUTPUTS.map(str::to_owned));
            assert_eq!(found, [mode; 2], "{given} {sheet:o}");
            for output in OUTPUTS {
                set_mode(&place, output, 0o640);
            }
        }
        let kept = place.files().into_iter();
        let kept: Vec<_> = kept.filter(|name| name.contains(".2")).collect();
        assert_eq!(modes(&place, kept), [0o640; 2]);
    }
}

/// What keeps a run of somebody else's from its files is said before the first call.
#[test]
fn what_another_user_has_left_is_named() {
    const RESULTS: &str = "orders.results.csv";
    for (name, file, directory, says) in [
        (
            "orders.failures.csv.lock",
            0o644,
            0o777,
            "is of another user's run and cannot be taken over",
        ),
        (
            JOURNAL,
            0o600,
            0o777,
            "is of another user's run and cannot be taken over",
        ),
        (RESULTS, 0o644, 0o777, "cannot be replaced"),
        (RESULTS, 0o666, 0o755, "cannot write `orders.results.csv"),
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
        if !can {
            // This is not root's process, or nobody cannot run the program.
            return;
        }
        if name == RESULTS {
            finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
            set_mode(&place, "orders.failures.csv", 0o666);
        } else {
            place.write(name, "");
        }
        set_mode(&place, name, file);
        set_mode(&place, "", directory);
        let (calls, files) = (erp.stats().calls, place.files());
        let run = finish(place.run(&erp, ["orders.csv"]).uid(NOBODY)).expect(3);
        assert!(run.stderr.contains(says), "{name}: {run:#?}");
        assert!(run.stderr.contains(name), "{name}: {run:#?}");
        assert_eq!((erp.stats().calls, place.files()), (calls, files));
    }
}
