//! How many calls a run would make that asks first.

use serde_json::{Value, json};

use super::{erp, with_orders};
use crate::harness::{
    Endpoint, Finished, Place, ScriptedServer, account, finish, refused, sandbox_with,
};
use wdt_flags::sandbox::{Config, Sandbox};

fn check(place: &Place, erp: &impl Endpoint, more: &str, code: i32) -> Finished {
    let mut command = place.program();
    let line = format!("check orders.csv --rate 600/min --skip-unchanged{more}");
    account(&mut command, &erp.endpoint());
    finish(command.args(line.split(' '))).expect(code)
}

fn json(run: &Finished) -> Value {
    run.json()["check"].clone()
}

fn three_of_four() -> Sandbox {
    erp(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "加急")])
}

#[test]
fn check_asks_and_sends_nothing() {
    let (place, erp) = (Place::new(), three_of_four());
    place.numbered(4);
    let run = check(&place, &erp, "", 0);
    run.says("3 of 4 orders need no call, by 1 page of the ERP's listing; 1 call left\n")
        .prints("a run now makes 2 calls at 600/min: about 0.2 s")
        .prints("\n1 of these calls is to ask which orders carry their flag already (--skip-unchanged)\n")
        .prints("\nfirst and last: line 5, \"CG4\" gets \"aa\"\n");
    assert_eq!((erp.stats().listings, erp.stats().calls), (1, 1));
    assert_eq!(place.files(), ["orders.csv"]);

    let found = json(&check(&place, &erp, " --format json", 0));
    let names = "unchanged_orders listing_calls calls distinct_orders";
    let numbers: Vec<_> = names.split(' ').map(|name| &found[name]).collect();
    assert_eq!(json!(numbers), json!([3, 1, 2, 4]));
    assert_eq!(found["first"]["order"], "CG4");
}

#[test]
fn a_dry_run_asks_too() {
    let (place, erp) = (Place::new(), three_of_four());
    place.numbered(4);
    let line = "orders.csv --dry-run --skip-unchanged";
    place.runs(&erp, line, 0).prints("a run now makes 2 calls");
    assert_eq!(erp.stats().accepted, 0);
    // The stand-in inside the process knows no order yet.
    let mut run = place.program();
    run.args(["run", "--sandbox"]).args(line.split(' '));
    finish(&mut run).expect(0).prints("a run now makes 5 calls");
}

#[test]
fn only_check_that_asks_needs_an_account() {
    let place = Place::new();
    place.numbered(4);
    let mut plain = place.program();
    let run = finish(plain.args(["check", "orders.csv", "--format", "json"])).expect(0);
    let found = json(&run);
    assert_eq!(
        (&found["calls"], &found["unchanged_orders"]),
        (&json!(4), &Value::Null)
    );
    let run = finish(plain.arg("--skip-unchanged")).expect(2);
    run.says("wdt-flags init");
}

#[test]
fn what_cannot_be_asked_would_be_sent() {
    let place = Place::new();
    place.numbered(4);
    let refusing = sandbox_with(Config {
        may_list: false,
        ..with_orders(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "aa")])
    });
    let run = check(&place, &refusing, "", 0);
    run.says("权限不足").prints("a run now makes 5 calls");
    let fatal = ScriptedServer::always(refused(1, "sid is not exists"));
    check(&place, &fatal, "", 3).says("sid is not exists");
}
