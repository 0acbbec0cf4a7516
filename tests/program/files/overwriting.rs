//! Never over something that is not ours: refused with exit 2 before anything is sent, and
//! everything left as it was.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{Finished, JOURNAL, Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\n";
/// Looks like results, for sheets that may be mistaken for them.
const OURS: &str =
    "purchase_no,flag_name,line,status,code,message,attempts,finished_at\nCG1,aa,2,failed,,,1,\n";

/// Every file in the place, with what it is and holds.
fn snapshot(place: &Place) -> BTreeMap<String, String> {
    place
        .files()
        .into_iter()
        .map(|name| {
            let path = place.path(&name);
            let kind = fs::symlink_metadata(&path).expect("there").file_type();
            let content = if kind.is_symlink() {
                format!("{:?}", fs::read_link(&path).expect("a link"))
            } else if kind.is_file() {
                String::from_utf8_lossy(&fs::read(&path).expect("read")).into_owned()
            } else {
                String::new()
            };
            (name, format!("{kind:?} {content}"))
        })
        .collect()
}

/// `run ARGS` in a place with the sheet `orders.csv` and what `prepare` adds is refused.
/// Returns what it said.
#[track_caller]
fn is_refused(prepare: impl FnOnce(&Place), args: &[&str]) -> String {
    leaves_alone(prepare, args).expect(2).stderr
}

/// Nothing is sent and nothing changed.
#[track_caller]
fn leaves_alone(prepare: impl FnOnce(&Place), args: &[&str]) -> Finished {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    prepare(&place);
    let before = snapshot(&place);
    let run = finish(&mut place.run(&erp, args));
    assert_eq!(erp.stats().calls, 0, "{run:#?}");
    assert_eq!(snapshot(&place), before, "{run:#?}");
    let is_error = ["error: ", "错误："].map(|label| run.stderr.starts_with(label));
    assert!(is_error.contains(&true), "{run:#?}");
    run
}

fn nothing(_: &Place) {}

#[test]
fn the_sheet_itself() {
    for path in ["orders.csv", "./orders.csv", "sub/../orders.csv"] {
        let sub = |place: &Place| fs::create_dir(place.path("sub")).expect("created");
        is_refused(sub, &["orders.csv", "--results", path]);
        is_refused(sub, &["orders.csv", "--failures", path]);
    }
}

/// Even if it looks like a file of ours.
#[test]
fn a_sheet_that_looks_like_results() {
    let prepare = |place: &Place| drop(place.write("mine.csv", OURS));
    is_refused(prepare, &["mine.csv", "--results", "mine.csv"]);
    is_refused(prepare, &["mine.csv", "--failures", "./mine.csv"]);
}

#[cfg(unix)]
#[test]
fn the_sheet_by_a_link() {
    use std::os::unix::fs::symlink;
    for from in ["orders.csv", "link.csv"] {
        let to = if from == "orders.csv" {
            "link.csv"
        } else {
            "orders.csv"
        };
        let soft = |place: &Place| symlink("orders.csv", place.path("link.csv")).expect("linked");
        is_refused(soft, &[from, "--results", to]);
        is_refused(soft, &[from, "--failures", to]);
        let hard = |place: &Place| {
            fs::write(place.path("orders.csv"), OURS).expect("written");
            fs::hard_link(place.path("orders.csv"), place.path("link.csv")).expect("linked");
        };
        is_refused(hard, &[from, "--results", to]);
        is_refused(hard, &[from, "--failures", to]);
    }
}

#[test]
fn a_sheet_that_is_named_like_a_file_of_the_run() {
    for name in ["r.csv.partial", "r.csv.lock", "f.csv.lock"] {
        for content in [SHEET, OURS] {
            is_refused(
                |place| drop(place.write(name, content)),
                &[name, "--results", "r.csv", "--failures", "f.csv"],
            );
        }
    }
}

#[test]
fn a_directory() {
    let prepare = |place: &Place| fs::create_dir(place.path("d")).expect("created");
    is_refused(prepare, &["orders.csv", "--results", "d"]);
    is_refused(prepare, &["orders.csv", "--failures", "d"]);
    for name in ["orders.results.csv", JOURNAL] {
        let prepare = |place: &Place| fs::create_dir(place.path(name)).expect("created");
        is_refused(prepare, &["orders.csv"]);
    }
}

#[test]
fn a_file_of_somebody_elses() {
    for content in [
        SHEET,
        "dear diary,\nI have left you.\n",
        "no line end",
        "\0\u{1}\u{2}",
        "\u{feff}",
        "line,status,code,message,attempts,finished_at\n",
        "a,line,status,code,message,attempts\n",
    ] {
        for name in ["mine.csv", "mine"] {
            let prepare = |place: &Place| drop(place.write(name, content));
            for option in ["--results", "--failures"] {
                let said = is_refused(prepare, &["orders.csv", option, name]);
                let why = format!("`{name}` exists and was not written by wdt-flags");
                assert!(said.contains(&why), "{said}");
            }
        }
        for name in ["orders.results.csv", "orders.failures.csv", JOURNAL] {
            is_refused(|place| drop(place.write(name, content)), &["orders.csv"]);
        }
    }
}

#[test]
fn a_lock_that_is_none() {
    for name in ["orders.results.csv.lock", "orders.failures.csv.lock"] {
        for content in ["dear diary", SHEET] {
            is_refused(|place| drop(place.write(name, content)), &["orders.csv"]);
        }
    }
}

#[test]
fn results_that_are_the_failures_too() {
    for (results, failures) in [
        ("x.csv", "x.csv"),
        ("x.csv", "./x.csv"),
        ("orders.failures.csv", "orders.failures.csv"),
    ] {
        let args = ["orders.csv", "--results", results, "--failures", failures];
        is_refused(nothing, &args);
        is_refused(|place| drop(place.write("x.csv", OURS)), &args);
    }
    is_refused(nothing, &["orders.csv", "--results", "orders.failures.csv"]);
    is_refused(nothing, &["orders.csv", "--failures", "orders.results.csv"]);
}

#[test]
fn failures_in_the_place_of_another_file_of_the_run() {
    for ending in [".partial", ".lock"] {
        let failures = format!("r.csv{ending}");
        let args = ["orders.csv", "--results", "r.csv", "--failures", &failures];
        is_refused(nothing, &args);
    }
    // Only results have a journal.
    let args = [
        "orders.csv",
        "--results",
        "f.csv.lock",
        "--failures",
        "f.csv",
    ];
    is_refused(nothing, &args);
}

#[cfg(target_os = "linux")]
#[test]
fn devices() {
    for device in ["/dev/null", "/dev/full", "/dev/zero"] {
        is_refused(nothing, &["orders.csv", "--results", device]);
        is_refused(nothing, &["orders.csv", "--failures", device]);
        let link = |place: &Place| {
            std::os::unix::fs::symlink(device, place.path("link.csv")).expect("linked");
        };
        is_refused(link, &["orders.csv", "--results", "link.csv"]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere() {
    let prepare = |place: &Place| {
        std::os::unix::fs::symlink("nowhere/x.csv", place.path("link.csv")).expect("linked");
    };
    let said = is_refused(prepare, &["orders.csv", "--results", "link.csv"]);
    assert!(said.contains("is a link to `nowhere/x.csv`"), "{said}");
}

#[cfg(unix)]
mod pipes {
    use std::process::Command;

    use super::*;
    use crate::harness::start;

    pub fn fifo(place: &Place, name: &str) {
        let made = Command::new("mkfifo").arg(place.path(name)).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    }

    #[test]
    fn as_results() {
        is_refused(
            |place| fifo(place, "pipe"),
            &["orders.csv", "--results", "pipe"],
        );
    }

    #[test]
    fn as_failures() {
        is_refused(
            |place| fifo(place, "pipe"),
            &["orders.csv", "--failures", "pipe"],
        );
    }

    #[test]
    fn in_the_place_of_the_record() {
        is_refused(|place| fifo(place, JOURNAL), &["orders.csv"]);
    }

    #[test]
    fn in_the_place_of_a_lock() {
        is_refused(
            |place| fifo(place, "orders.results.csv.lock"),
            &["orders.csv"],
        );
    }

    /// A sheet may come through a pipe, `<(…)`, and results of an earlier run be there.
    #[test]
    fn as_the_sheet_is_read_once() {
        let (place, erp) = (Place::new(), sandbox());
        fifo(&place, "pipe");
        place.write("orders.csv", SHEET);
        for _ in 0..2 {
            let run = start(&mut place.run(&erp, ["pipe", "--results", "r.csv"]));
            let mut writer = Command::new("sh")
                .args(["-c", "cat orders.csv > pipe"])
                .current_dir(place.path(""))
                .spawn()
                .expect("started");
            let run = run.finish();
            let _ = writer.kill();
            writer.wait().expect("over");
            run.expect(0);
            assert_eq!(place.table("r.csv").column("status"), ["ok"]);
        }
        assert_eq!(erp.accepted("CG1"), 2);
    }
}

#[test]
fn why_is_said_in_chinese_too() {
    let mine = |place: &Place| drop(place.write("mine.csv", "dear diary"));
    let other = "另行指定文件";
    for (args, why) in [
        (
            &["orders.csv", "-o", "mine.csv"][..],
            "`mine.csv` 已存在，而且不是 wdt-flags 写的；请先移走，或用 --results 或 --failures ",
        ),
        (
            &["orders.csv", "-o", "orders.csv"],
            "`orders.csv` 就是表格本身，或是表格要用的文件；请用 --results 或 --failures ",
        ),
        (
            &["orders.csv", "-o", "x.csv", "--failures", "x.csv"],
            "`x.csv` 在这次运行中会被用到两次；请用 --results 和 --failures 分别",
        ),
        (
            &["orders.csv", "-o", "x.xls"],
            "无法写入 `x.xls`：结果文件和失败明细只能是 CSV 或工作簿；",
        ),
        (&["-"], "表格来自标准输入或管道，请用 --results FILE "),
    ] {
        let said = is_refused(mine, &[args, &["--lang", "zh"]].concat());
        assert!(said.contains(why), "{said}");
        assert_eq!(said.contains(other), why.ends_with("--failures "), "{said}");
    }
}

#[test]
fn a_file_that_only_has_the_name_of_a_journal_keeps_nobody_from_another_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\n");
    place.write("x.failures.csv.partial", "dear diary");
    finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    assert_eq!(place.read("x.failures.csv.partial"), "dear diary");
}
