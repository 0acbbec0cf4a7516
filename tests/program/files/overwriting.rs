//! Never over something that is not ours: refused with exit 2 before anything is sent, and
//! everything left as it was.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{JOURNAL, Place, sandbox};

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
    let run = place.runs(&erp, args, 2);
    assert_eq!(erp.stats().calls, 0, "{run:#?}");
    assert_eq!(snapshot(&place), before, "{run:#?}");
    let is_error = ["error: ", "错误："].map(|label| run.stderr.starts_with(label));
    assert!(is_error.contains(&true), "{run:#?}");
    run.says(says);
}

const IS_SHEET: &str = "is the sheet itself, or a file it needs";
const TWICE: &str = "twice; name other files";
const NOT_OURS: &str = "exists and was not written by wdt-flags";

#[test]
fn the_sheet_itself_or_one_file_twice() {
    for (lines, says) in [
        (
            "orders.csv --results orders.csv~orders.csv --failures ./orders.csv\
             ~orders.csv --results sub/../orders.csv~r.csv.partial --results r.csv\
             ~r.csv.lock --results r.csv~f.csv.lock --results r.csv --failures f.csv",
            IS_SHEET,
        ),
        (
            "orders.csv --results x.csv --failures ./x.csv\
             ~orders.csv --results orders.failures.csv --failures orders.failures.csv\
             ~orders.csv --results orders.failures.csv~orders.csv --failures orders.results.csv\
             ~orders.csv --results r.csv --failures r.csv.partial\
             ~orders.csv --results r.csv --failures r.csv.lock\
             ~orders.csv --results f.csv.lock --failures f.csv",
            TWICE,
        ),
    ] {
        for line in lines.split('~') {
            let prepare = |place: &Place| {
                fs::create_dir(place.path("sub")).expect("created");
                let sheet = line.split(' ').next().expect("a sheet");
                if sheet.contains(".csv.") {
                    place.write(sheet, SHEET);
                }
            };
            is_refused(prepare, line, says);
        }
    }
}

#[cfg(unix)]
#[test]
fn the_sheet_by_a_link_and_a_link_to_nowhere() {
    use std::os::unix::fs::symlink;
    for line in [
        "orders.csv --results link.csv",
        "orders.csv --failures link.csv",
        "link.csv --results orders.csv",
        "link.csv --failures orders.csv",
    ] {
        let soft = |place: &Place| symlink("orders.csv", place.path("link.csv")).expect("linked");
        is_refused(soft, line, IS_SHEET);
        let hard = |place: &Place| {
            fs::hard_link(place.path("orders.csv"), place.path("link.csv")).expect("linked");
        };
        is_refused(hard, line, IS_SHEET);
    }
    let prepare = |place: &Place| symlink("nowhere/x.csv", place.path("link.csv")).expect("linked");
    let says = "is a link to `nowhere/x.csv`";
    is_refused(prepare, "orders.csv --results link.csv", says);
}

#[test]
fn a_file_of_somebody_elses() {
    for (name, content, line) in [
        ("mine.csv", SHEET, "orders.csv --results mine.csv"),
        ("mine", "no line end", "orders.csv --failures mine"),
        ("orders.results.csv", "\0\u{1}\u{2}", "orders.csv"),
        ("orders.results.csv", "\u{feff}", "orders.csv"),
        (
            "orders.failures.csv",
            "a,line,status,code,message,attempts\n",
            "orders.csv",
        ),
        ("orders.results.csv.lock", "dear diary", "orders.csv"),
        ("orders.failures.csv.lock", "dear diary", "orders.csv"),
        (JOURNAL, "dear diary,\nI have left you.\n", "orders.csv"),
        (JOURNAL, "\u{feff}", "orders.csv"),
    ] {
        let prepare = |place: &Place| drop(place.write(name, content));
        is_refused(prepare, line, &format!("`{name}` {NOT_OURS}"));
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
        is_refused(|_| (), &format!("orders.csv --failures {device}"), says);
        let link = |place: &Place| {
            std::os::unix::fs::symlink(device, place.path("link.csv")).expect("linked");
        };
        is_refused(link, "orders.csv --results link.csv", says);
    }
}

/// As spreadsheets hold a file, and as what lets others read and write it.
#[cfg(windows)]
#[test]
fn what_others_hold_is_refused_before_the_first_call() {
    use std::os::windows::fs::OpenOptionsExt;

    const READ: u32 = 1;
    const WRITE: u32 = 2;
    for share in [READ, READ | WRITE] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", SHEET);
        place.runs(&erp, "orders.csv", 0);
        let calls = erp.stats().calls;
        let mut holding = fs::File::options();
        let held = holding
            .read(true)
            .share_mode(share)
            .open(place.path("orders.results.csv"));
        let run = place.runs(&erp, "orders.csv", 3);
        run.says("close it in other programs");
        assert_eq!(erp.stats().calls, calls);
        drop(held.expect("there"));
        place.runs(&erp, "orders.csv", 0);
    }
}

#[cfg(windows)]
#[test]
fn what_windows_takes_for_a_device() {
    for name in ["NUL", "con.csv"] {
        is_refused(
            |_| (),
            &format!("orders.csv --results {name}"),
            "for a device",
        );
    }
}

#[cfg(unix)]
fn fifo(place: &Place, name: &str) {
    let mut mkfifo = std::process::Command::new("mkfifo");
    let made = mkfifo.arg(place.path(name)).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
}

/// A sheet may come through a pipe, `<(…)`, and results of an earlier run be there.
#[cfg(unix)]
#[test]
fn a_pipe_as_the_sheet_is_read_once() {
    let (place, erp) = (Place::new(), sandbox());
    fifo(&place, "pipe");
    for _ in 0..2 {
        let run = crate::harness::start(&mut place.run(&erp, ["pipe", "--results", "r.csv"]));
        let mut writer = std::process::Command::new("sh")
            .args(["-c", "printf 'purchase_no,flag_name\\nCG1,aa\\n' > pipe"])
            .current_dir(place.path(""))
            .spawn()
            .expect("started");
        let run = run.finish();
        let _ = writer.kill();
        writer.wait().expect("over");
        run.expect(0);
        assert_eq!(place.statuses("r.csv"), ["ok"]);
    }
    assert_eq!(erp.accepted("CG1"), 2);
}

#[test]
fn why_is_said_in_chinese_too() {
    let mine = |place: &Place| drop(place.write("mine.csv", "dear diary"));
    let other = "请用 --results 或 --failures 另行指定文件";
    for (line, says) in [
        (
            "orders.csv -o mine.csv",
            "`mine.csv` 已存在，而且不是 wdt-flags 写的这种文件；请先移走，或另行指定",
        ),
        (
            "orders.csv -o orders.csv",
            &format!("`orders.csv` 就是表格本身，或是表格要用的文件；{other}"),
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
        is_refused(mine, &format!("{line} --lang zh"), says);
    }
}

#[test]
fn a_file_that_only_has_the_name_of_a_journal_keeps_nobody_from_another_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.write("x.failures.csv.partial", "dear diary");
    place.runs(&erp, "x.csv", 0);
    assert_eq!(place.read("x.failures.csv.partial"), "dear diary");
}
