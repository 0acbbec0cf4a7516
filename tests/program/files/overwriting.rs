//! Never over something that is not ours: refused with exit 2 before anything is sent, and
//! everything left as it was.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{JOURNAL, Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\n";

/// Every file in the place, with what it is and holds.
fn snapshot(place: &Place) -> BTreeMap<String, String> {
    let files = place.files().into_iter();
    let files = files.map(|name| {
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
    });
    files.collect()
}

/// `run ARGS` in a place with the sheet `orders.csv` and what `prepare` adds is refused with a
/// message that holds this: nothing is sent and nothing changed.
#[track_caller]
fn is_refused(prepare: impl FnOnce(&Place), args: &str, says: &str) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    prepare(&place);
    let before = snapshot(&place);
    let run = finish(&mut place.run(&erp, args.split(' '))).expect(2);
    assert_eq!(erp.stats().calls, 0, "{run:#?}");
    assert_eq!(snapshot(&place), before, "{run:#?}");
    let is_error = ["error: ", "错误："].map(|label| run.stderr.starts_with(label));
    assert!(is_error.contains(&true), "{run:#?}");
    assert!(run.stderr.contains(says), "{args}: {run:#?}");
}

const IS_SHEET: &str = "is the sheet itself, or a file it needs";
const TWICE: &str = "twice; name other files";
const NOT_OURS: &str = "exists and was not written by wdt-flags";

#[test]
fn the_sheet_itself_or_one_file_twice() {
    for (args, says) in [
        ("orders.csv --results orders.csv", IS_SHEET),
        ("orders.csv --failures ./orders.csv", IS_SHEET),
        ("orders.csv --results sub/../orders.csv", IS_SHEET),
        ("r.csv.partial --results r.csv", IS_SHEET),
        ("r.csv.lock --results r.csv", IS_SHEET),
        ("f.csv.lock --results r.csv --failures f.csv", IS_SHEET),
        ("orders.csv --results x.csv --failures x.csv", TWICE),
        ("orders.csv --results x.csv --failures ./x.csv", TWICE),
        (
            "orders.csv --results orders.failures.csv --failures orders.failures.csv",
            TWICE,
        ),
        ("orders.csv --results orders.failures.csv", TWICE),
        ("orders.csv --failures orders.results.csv", TWICE),
        ("orders.csv --results r.csv --failures r.csv.partial", TWICE),
        ("orders.csv --results r.csv --failures r.csv.lock", TWICE),
        ("orders.csv --results f.csv.lock --failures f.csv", TWICE),
    ] {
        let prepare = |place: &Place| {
            fs::create_dir(place.path("sub")).expect("created");
            let sheet = args.split(' ').next().expect("a sheet");
            if sheet.contains(".csv.") {
                place.write(sheet, SHEET);
            }
        };
        is_refused(prepare, args, says);
    }
}

#[cfg(unix)]
#[test]
fn the_sheet_by_a_link() {
    use std::os::unix::fs::symlink;
    for (from, to) in [("orders.csv", "link.csv"), ("link.csv", "orders.csv")] {
        for option in ["--results", "--failures"] {
            let args = format!("{from} {option} {to}");
            let soft =
                |place: &Place| symlink("orders.csv", place.path("link.csv")).expect("linked");
            is_refused(soft, &args, IS_SHEET);
            let hard = |place: &Place| {
                fs::hard_link(place.path("orders.csv"), place.path("link.csv")).expect("linked");
            };
            is_refused(hard, &args, IS_SHEET);
        }
    }
}

#[test]
fn a_file_of_somebody_elses() {
    const RESULTS: &str = "orders.results.csv";
    const FAILURES: &str = "orders.failures.csv";
    for content in [
        SHEET,
        "dear diary,\nI have left you.\n",
        "no line end",
        "\0\u{1}\u{2}",
        "\u{feff}",
        "line,status,code,message,attempts,finished_at\n",
        "a,line,status,code,message,attempts\n",
    ] {
        for (name, args) in [
            ("mine.csv", "orders.csv --results mine.csv"),
            ("mine", "orders.csv --failures mine"),
            (RESULTS, "orders.csv"),
            (FAILURES, "orders.csv"),
            (JOURNAL, "orders.csv"),
        ] {
            let prepare = |place: &Place| drop(place.write(name, content));
            is_refused(prepare, args, &format!("`{name}` {NOT_OURS}"));
        }
    }
    for name in [RESULTS, FAILURES] {
        let lock = format!("{name}.lock");
        let prepare = |place: &Place| drop(place.write(&lock, "dear diary"));
        is_refused(prepare, "orders.csv", &format!("`{lock}` {NOT_OURS}"));
    }
}

#[test]
fn what_is_no_regular_file() {
    let says = "is not a regular file";
    for name in ["orders.results.csv", "orders.failures.csv", JOURNAL] {
        let directory = |place: &Place| fs::create_dir(place.path(name)).expect("created");
        is_refused(directory, "orders.csv", says);
    }
    #[cfg(unix)]
    for name in ["orders.results.csv", "orders.results.csv.lock", JOURNAL] {
        is_refused(|place| fifo(place, name), "orders.csv", says);
    }
    #[cfg(target_os = "linux")]
    for device in ["/dev/null", "/dev/full", "/dev/zero"] {
        is_refused(|_| (), &format!("orders.csv --results {device}"), says);
        is_refused(|_| (), &format!("orders.csv --failures {device}"), says);
        let link = |place: &Place| {
            std::os::unix::fs::symlink(device, place.path("link.csv")).expect("linked");
        };
        is_refused(link, "orders.csv --results link.csv", says);
    }
}

#[cfg(unix)]
fn fifo(place: &Place, name: &str) {
    let mut mkfifo = std::process::Command::new("mkfifo");
    let made = mkfifo.arg(place.path(name)).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere() {
    let prepare = |place: &Place| {
        std::os::unix::fs::symlink("nowhere/x.csv", place.path("link.csv")).expect("linked");
    };
    let says = "is a link to `nowhere/x.csv`";
    is_refused(prepare, "orders.csv --results link.csv", says);
}

/// A sheet may come through a pipe, `<(…)`, and results of an earlier run be there.
#[cfg(unix)]
#[test]
fn a_pipe_as_the_sheet_is_read_once() {
    let (place, erp) = (Place::new(), sandbox());
    fifo(&place, "pipe");
    place.write("orders.csv", SHEET);
    for _ in 0..2 {
        let run = crate::harness::start(&mut place.run(&erp, ["pipe", "--results", "r.csv"]));
        let mut writer = std::process::Command::new("sh")
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

#[test]
fn why_is_said_in_chinese_too() {
    let mine = |place: &Place| drop(place.write("mine.csv", "dear diary"));
    for (args, says) in [
        (
            "orders.csv -o mine.csv",
            "`mine.csv` 已存在，而且不是 wdt-flags 写的；请先移走，或用 --results 或 --failures 另行指定文件",
        ),
        (
            "orders.csv -o orders.csv",
            "`orders.csv` 就是表格本身，或是表格要用的文件；请用 --results 或 --failures 另行指定文件",
        ),
        (
            "orders.csv -o x.csv --failures x.csv",
            "`x.csv` 在这次运行中会被用到两次；请用 --results 和 --failures 分别",
        ),
        (
            "orders.csv -o x.xls",
            "无法写入 `x.xls`：结果文件和失败明细只能是 CSV 或工作簿；",
        ),
        ("-", "表格来自标准输入或管道，请用 --results FILE "),
    ] {
        is_refused(mine, &format!("{args} --lang zh"), says);
    }
}

#[test]
fn a_file_that_only_has_the_name_of_a_journal_keeps_nobody_from_another_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.write("x.failures.csv.partial", "dear diary");
    finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    assert_eq!(place.read("x.failures.csv.partial"), "dear diary");
}
