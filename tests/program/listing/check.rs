//! How many calls a run would make that asks first.

use serde_json::Value;

use super::{erp, with_orders};
use crate::harness::{Place, ScriptedServer, account, finish, refused, sandbox_with};
use wdt_flags::sandbox::{Config, Sandbox};

const ROWS: [(&str, &str); 4] = [("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "aa")];

fn check(place: &Place, endpoint: &str, args: &[&str]) -> std::process::Command {
    let mut command = place.program();
    command
        .args(["check", "orders.csv", "--rate", "600/min"])
        .args(args);
    account(&mut command, endpoint);
    command
}

fn three_of_four() -> Sandbox {
    erp(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "加急")])
}

#[test]
fn check_asks_and_sends_nothing() {
    let (place, erp) = (Place::new(), three_of_four());
    place.sheet(&ROWS);
    let run = finish(&mut check(&place, &erp.endpoint(), &["--skip-unchanged"])).expect(0);
    let said = "3 of 4 orders need no call, by 1 page of the ERP's listing; 1 call left\n";
    run.says(said);
    for said in [
        "a run now makes 2 calls at 600/min: about 0.2 s",
        "\n1 of these calls is to ask which orders carry their flag already (--skip-unchanged)\n",
        "\nfirst and last: line 5, \"CG4\" gets \"aa\"\n",
    ] {
        run.prints(said);
    }
    assert_eq!((erp.stats().listings, erp.stats().calls), (1, 1));
    assert_eq!(place.files(), ["orders.csv"]);

    let args = ["--skip-unchanged", "--format", "json"];
    let json = finish(&mut check(&place, &erp.endpoint(), &args)).expect(0);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let numbers = [
        "unchanged_orders",
        "listing_calls",
        "calls",
        "distinct_orders",
    ];
    assert_eq!(
        numbers.map(|name| json[name].as_u64()),
        [3, 1, 2, 4].map(Some)
    );
    assert_eq!(json["first"]["order"], "CG4");
}

#[test]
fn a_dry_run_asks_too() {
    let (place, erp) = (Place::new(), three_of_four());
    place.sheet(&ROWS);
    let args = ["orders.csv", "--dry-run", "--skip-unchanged"];
    let run = finish(&mut place.run(&erp, args)).expect(0);
    run.prints("a run now makes 2 calls");
    assert_eq!(erp.stats().accepted, 0);
    // The stand-in inside the process knows no order yet.
    let mut run = place.program();
    run.args(["run"]).args(args).arg("--sandbox");
    let run = finish(&mut run).expect(0);
    run.prints("a run now makes 5 calls");
}

#[test]
fn only_check_that_asks_needs_an_account() {
    let place = Place::new();
    place.sheet(&ROWS);
    let mut plain = place.program();
    let run = finish(plain.args(["check", "orders.csv", "--format", "json"])).expect(0);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        (&json["calls"], &json["unchanged_orders"]),
        (&4.into(), &Value::Null)
    );
    let mut asking = place.program();
    let run = finish(asking.args(["check", "orders.csv", "--skip-unchanged"])).expect(2);
    run.says("wdt-flags init");
}

#[test]
fn what_cannot_be_asked_would_be_sent() {
    let place = Place::new();
    place.sheet(&ROWS);
    let refusing = sandbox_with(Config {
        may_list: false,
        ..with_orders(&ROWS)
    });
    let run = finish(&mut check(
        &place,
        &refusing.endpoint(),
        &["--skip-unchanged"],
    ))
    .expect(0);
    run.says("权限不足");
    run.prints("a run now makes 5 calls");
    let fatal = ScriptedServer::always(refused(1, "sid is not exists"));
    let run = finish(&mut check(&place, &fatal.endpoint(), &["--skip-unchanged"])).expect(3);
    run.says("sid is not exists");
}
