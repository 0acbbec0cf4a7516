//! Exit codes: 0 and 1 for runs that finished, 2 when nothing was sent, 3 when a run stopped.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Place, ScriptedServer, finish, refused, sandbox, sheet, start};

#[test]
fn zero_if_every_row_is_ok_or_superseded_else_one() {
    let (place, erp) = (Place::new(), sandbox());
    for (sheet, code) in [
        ("CG1,aa\nCG2,加急\n", 0),
        ("CG1,aa\nCG1,加急\n", 0),
        ("CG1,aa\nCG404,aa\n", 1),
        ("CG1,aa\nCG2,\n", 1),
    ] {
        place.write("orders.csv", format!("purchase_no,flag_name\n{sheet}"));
        finish(&mut place.run(&erp, ["orders.csv"])).expect(code);
    }
}

#[test]
fn the_sandbox_is_called_whatever_the_environment_says() {
    let place = Place::new();
    place.write("orders.csv", sheet(3));
    let real = ScriptedServer::always(refused(1, "sid is not exists"));
    let mut command = place.program();
    crate::harness::account(&mut command, &real.endpoint());
    command
        .env("WDT_PROFILE", "absent")
        .env("ALL_PROXY", real.url());
    finish(command.args(["run", "orders.csv", "--sandbox"])).expect(0);
    assert!(real.requests().is_empty());
}

/// What must not start is refused with 2 and these words, before anything is written or sent.
#[track_caller]
fn refuses(place: &Place, line: &str, words: &[&str]) {
    let (erp, before) = (sandbox(), place.files());
    let run = place.runs(&erp, line, 2);
    for word in words {
        run.says(word);
    }
    assert_eq!(run.stdout, "");
    assert_eq!(erp.stats().calls, 0, "{line}");
    assert_eq!(place.files(), before, "{line}");
}

#[test]
fn two_for_a_sheet_that_cannot_be_used() {
    let place = Place::new();
    place.write("no_flag.csv", "purchase_no,供应商,note\nCG1,a,b\n");
    place.write("neither.csv", "单号;旗子\nCG1;b\n");
    place.write("empty.csv", "");
    place.write("quote.csv", "purchase_no,flag_name\nCG1,aa\nCG2,\"aa\n");
    std::fs::create_dir(place.path("folder.csv")).expect("created");
    for (sheet, words) in [
        ("no_flag.csv", "flag_name|purchase_no|供应商|note"),
        ("neither.csv", "purchase_no|flag_name|单号|旗子"),
        ("empty.csv", "empty.csv|is empty"),
        ("quote.csv", "line 3|never closed"),
        ("absent.csv", "absent.csv: no such file"),
        ("folder.csv", "folder.csv: is a directory"),
    ] {
        let words: Vec<_> = words.split('|').collect();
        refuses(&place, sheet, &words);
    }
}

#[test]
fn two_for_wrong_usage() {
    let place = Place::new();
    place.write("orders.csv", sheet(1));
    for (args, word) in [
        ("orders.csv --rte 1/s", "--rte"),
        ("orders.csv --rate 55", "55/min"),
        ("orders.csv -j 0", "1 to 1000"),
        ("orders.csv --timeout 0s", "--timeout"),
        ("orders.csv --retries=-1", "--retries"),
        ("orders.csv --on-conflict first", "first"),
        ("orders.csv -q -v", "--quiet"),
        ("orders.csv --sandbox --profile x", "--sandbox"),
        ("orders.csv --app-secret a:b", "--app-secret"),
        ("-", "--results"),
        ("--fresh", "SHEET"),
        ("orders.csv --endpoint http://x:65536/", "from 1 to 65535"),
        ("orders.csv -o orders.csv", "is the sheet itself"),
        ("orders.csv -o x.csv --failures x.csv", "twice"),
        ("orders.csv --profile third", "third"),
        ("orders.csv --config absent.toml", "absent.toml"),
    ] {
        refuses(&place, args, &[word]);
    }
    assert_eq!(place.files(), ["orders.csv"]);
}

#[test]
fn two_without_an_account_and_every_place_it_could_come_from_is_named() {
    let place = Place::new();
    place.write("orders.csv", sheet(1));
    let mut command = place.program();
    let run = finish(command.args(["run", "orders.csv"])).expect(2);
    let places =
        "WDT_SID WDT_APP_KEY WDT_APP_SECRET WDT_APP_SECRET_FILE config.toml app_secret_file";
    for word in places.split(' ').chain(["wdt-flags init", "--sandbox"]) {
        run.says(word);
    }
    assert_eq!(run.stderr.lines().count(), 1, "one message: {run:?}");
    assert_eq!(place.files(), ["orders.csv"]);
}

#[test]
fn three_for_a_wrong_secret_and_the_reason_comes_last() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(40));
    let mut command = place.run(&erp, ["orders.csv", "-j", "4"]);
    let run = finish(command.env("WDT_APP_SECRET", "wrong:sea-salt")).expect(3);
    run.ends_by_saying("error: stopped early: 验证失败");

    assert_eq!(erp.stats().calls, 1);
    let results = place.table("orders.results.csv");
    assert_eq!(results.rows.len(), 40);
    assert_eq!(results.count("skipped"), 40, "none may have been applied");
    assert_eq!(place.table("orders.failures.csv").rows, results.rows);
    assert!(erp.flags().is_empty());
}

#[test]
fn a_sheet_from_standard_input_needs_only_a_name_for_the_results() {
    let (place, erp) = (Place::new(), sandbox());
    let mut command = place.run(&erp, ["-", "--results", "out.csv"]);
    let mut run = start(command.stdin(Stdio::piped()));
    let mut stdin = run.stdin();
    let sheet = "purchase_no,flag_name\nCG1,aa\nCG404,aa\nCG1,加急\n";
    stdin.write_all(sheet.as_bytes()).expect("read");
    drop(stdin);
    run.finish().expect(1);
    let results = place.table("out.csv");
    assert_eq!(results.column("status"), ["superseded", "rejected", "ok"]);
    assert_eq!(results.column("line"), ["2", "3", "4"]);
    assert_eq!(place.files(), ["out.csv", "out.failures.csv"]);
    assert_eq!(erp.flags()["CG1"], "加急");
}
