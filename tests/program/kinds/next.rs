//! The next command is the typed one, with the sheet replaced and without what was asked for once or
//! describes the sheet or the hour. It is typed literally, and in another directory.

use std::path::Path;
use std::process::Command;

use crate::harness::{
    Finished, Place, ScriptedServer, account, finish, refused, sandbox, start, through,
};

/// The command to type, as the summary gives it.
fn next(stdout: &str) -> Option<&str> {
    let line = stdout.lines().find_map(|line| line.strip_prefix("next "))?;
    Some(&line[line.rfind("wdt-flags run")?..])
}

/// Types it into a shell, somewhere else.
#[track_caller]
fn type_next(run: &Finished, command: &Command) -> Finished {
    let program = Path::new(command.get_program());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", next(&run.stdout).expect("a command")]);
    let mut typed = through(shell, command);
    typed.current_dir("/");
    finish(typed.env("PATH", program.parent().expect("a directory")))
}

struct Case {
    name: &'static str,
    sheet: (&'static str, &'static str),
    /// The command that is typed, with blanks as `_`.
    typed: &'static str,
    /// The next one, with `@` for the directory.
    next: &'static str,
    /// What the next one ends with, and the calls that it makes.
    then: (i32, u64),
}

const PLAIN: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

const CASES: [Case; 9] = [
    Case {
        name: "users W3: the rule for conflicts, and all else that says how, goes on",
        sheet: ("d.csv", "采购单号,标记\nCG1,aa\nCG1,加急\nCG2,aa\n"),
        typed: "run d.csv --on-conflict invalid --retries 2 --max-failures 9 --keep 3 \
            --give-up-after 5m --continue-within 9h -y --verify",
        next: "run @d.failures.csv --on-conflict=invalid --retries=2 --give-up-after=5m --verify \
            --max-failures=9 --continue-within=9h --keep=3 --yes",
        then: (1, 0),
    },
    Case {
        name: "users P10: a name that begins with a hyphen",
        sheet: ("-x.csv", PLAIN),
        typed: "run -- -x.csv",
        next: "run @-x.failures.csv",
        then: (1, 1),
    },
    Case {
        name: "a name that a shell would take apart",
        sheet: ("a 'b' $HOME;&.csv", PLAIN),
        typed: "run a_'b'_$HOME;&.csv",
        next: "run '@a '\\''b'\\'' $HOME;&.failures.csv'",
        then: (1, 1),
    },
    Case {
        name: "a sheet in another directory, and results with names of their own",
        sheet: ("in/x.csv", PLAIN),
        typed: "run in/x.csv -o r.csv --failures in/f.csv",
        next: "run @in/f.csv --results=@r.csv --failures=@in/f.csv",
        then: (1, 1),
    },
    Case {
        name: "what describes the sheet and the hour goes, columns go by header",
        sheet: ("t.csv", "7 月\n备注;订单号;旗\n;CG1;aa\n;CG404;aa\n"),
        typed: "run t.csv --header-line 2 --delimiter ; --encoding utf-8 \
            --deadline 6h --fresh --limit 9 --order-column B --flag-column C",
        next: "run @t.failures.csv --order-column=订单号 --flag-column=旗",
        then: (1, 1),
    },
    Case {
        name: "the flag for all rows stands in the failures",
        sheet: ("f.csv", "采购单号\nCG1\nCG404\n"),
        typed: "run f.csv --flag aa",
        next: "run @f.failures.csv",
        then: (1, 1),
    },
    Case {
        name: "a trial is followed by the whole",
        sheet: ("l.csv", "采购单号,标记\nCG1,aa\nCG2,aa\n"),
        typed: "run l.csv --limit 1 --keep 0",
        next: "run @l.csv --keep=0",
        then: (0, 2),
    },
    Case {
        name: "users F7: a check is followed by the run",
        sheet: ("c.csv", "采购单号,标记\nCG1,aa\nCG2,aa\nCG3,\n"),
        typed: "check c.csv --limit 1 --format text",
        next: "run @c.csv --limit=1",
        then: (1, 1),
    },
    Case {
        name: "a dry run is followed by the run",
        sheet: ("n.csv", "采购单号,标记\nCG1,aa\n"),
        typed: "run n.csv -n --keep 1",
        next: "run @n.csv --keep=1",
        then: (0, 1),
    },
];

#[test]
fn the_next_command_can_be_typed_as_it_stands_and_anywhere() {
    for case in CASES {
        let (place, erp) = (Place::new(), sandbox());
        std::fs::create_dir(place.path("in")).expect("created");
        place.write(case.sheet.0, case.sheet.1);
        let mut command = place.program();
        command.args(case.typed.split(' ').map(|word| word.replace('_', " ")));
        account(&mut command, &erp.endpoint());
        command.env(
            "WDT_CONFIG",
            place.write("c.toml", "[default]\nrate = \"unlimited\"\n"),
        );
        let run = finish(&mut command);
        let directory = place.path("");
        let next = next(&run.stdout).unwrap_or_else(|| panic!("{}: {run:?}", case.name));
        let next = next.replace(&*directory.to_string_lossy(), "@");
        assert_eq!(next, format!("wdt-flags {}", case.next), "{}", case.name);
        let before = erp.stats().calls;
        let again = type_next(&run, &command);
        let (code, calls) = case.then;
        assert_eq!(again.status.code(), Some(code), "{}: {again:?}", case.name);
        assert_eq!(erp.stats().calls - before, calls, "{}", case.name);
    }
}

#[test]
fn users_p10_nothing_comes_next_where_the_same_would_come_of_it() {
    let place = Place::new();
    place.numbered(2);
    let server = ScriptedServer::always(refused(100, "权限不足"));
    let run = place.verifies(&server, "orders.csv", 3);
    assert_eq!(next(&run.stdout), None, "{run:?}");
    run.says("purchase.PurchaseOrder.queryWithDetail");
    // And what the ERP says it has not is not sent without a look at it.
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa")]);
    let run = place.verifies(&erp, "orders.csv", 1);
    run.prints("next      correct the rows of orders.different.csv, then: wdt-flags run ");
}

#[test]
fn a_fresh_run_that_stopped_is_continued_and_not_begun_again() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(3);
    let line = ["orders.csv", "--fresh", "-j1", "--deadline", "6h"];
    let mut run = start(&mut place.run_at("1/h", &erp, line));
    run.until("a recorded row", || !place.recorded().is_empty());
    run.signal("INT");
    let run = run.finish().expect(130);
    run.says("the same command without --fresh continues from here");
    let sheet = place.path("orders.csv");
    let expected = format!("wdt-flags run {} --rate=1/h --workers=1", sheet.display());
    assert_eq!(next(&run.stdout), Some(&*expected));
    let mut again = start(&mut place.run_at("1/h", &erp, ["orders.csv", "-j1"]));
    again.until_it_says("1 row taken over");
    again.signal("INT");
    again.finish().expect(130);
    assert_eq!(erp.stats().calls, 1);
}

#[test]
fn a_run_that_the_account_stopped_is_tested_first() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(2);
    let mut command = place.run(&erp, ["orders.csv"]);
    let run = finish(command.env("WDT_SID", "nobody")).expect(3);
    let sheet = place.path("orders.csv");
    let expected = format!(
        "next      wdt-flags ping; once that is accepted: wdt-flags run {} --rate=unlimited",
        sheet.display()
    );
    run.prints(&expected);
}
