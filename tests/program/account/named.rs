//! Whose orders are changed, and where, is said before the first call and stands in the summary.

use crate::harness::{Place, Proxy, account, finish, sandbox, sheet};

#[test]
fn the_stand_in_never_looks_like_the_erp() {
    let place = Place::new();
    place.write("orders.csv", sheet(2));
    let mut command = place.program();
    let run = finish(command.args(["run", "orders.csv", "--sandbox"])).expect(0);
    let first = run.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("nothing was sent to the ERP"), "{run:?}");
    run.says("nothing is sent to the ERP");
    let files = "orders.csv orders.sandbox.failures.csv orders.sandbox.results.csv";
    assert_eq!(place.files().join(" "), files);
}

#[test]
fn the_stand_in_leaves_results_and_failures_of_the_erp_as_they_are() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    let ours = ["orders.results.csv", "orders.failures.csv"];
    let before = ours.map(|name| place.read(name));
    for sheet in ["orders.csv", "orders.failures.csv"] {
        let mut command = place.program();
        finish(command.args(["run", sheet, "--sandbox"])).expect(1);
        assert_eq!(ours.map(|name| place.read(name)), before);
    }
    // Nor may the one take the other's place because it was asked to.
    for args in [
        ["orders.csv", "--results=orders.results.csv"],
        ["orders.failures.csv", "--failures=orders.failures.csv"],
    ] {
        let mut command = place.program();
        let run = finish(command.args(["run", "--sandbox"]).args(args)).expect(2);
        run.says("of the ERP stand");
    }
    assert_eq!(ours.map(|name| place.read(name)), before);
}

#[test]
fn failures_of_the_stand_in_are_given_back_to_it_and_to_nobody_else() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    let sheet = "orders.sandbox.failures.csv";
    let run = |args: &[&str]| finish(place.program().arg("run").args(args));
    run(&["orders.csv", "--sandbox"]).expect(1);
    let refused = finish(&mut place.run(&erp, [sheet])).expect(2);
    refused.says("add --sandbox");
    assert_eq!(erp.stats().calls, 0);
    let corrected = place.read(sheet).replace("CG404", "CG405");
    place.write(sheet, corrected);
    run(&[sheet, "--sandbox"]).expect(0);
    assert!(place.table(sheet).rows.is_empty());
    let results = place.table("orders.sandbox.results.csv");
    assert_eq!(results.column("status"), ["ok", "ok"]);
    let others = place
        .files()
        .into_iter()
        .filter(|name| !name.contains(".sandbox."));
    assert_eq!(others.collect::<Vec<_>>(), ["orders.csv"]);
}

#[test]
fn a_proxy_in_force_is_named_by_ping_at_v_and_where_it_cannot_be_reached() {
    let (place, erp, proxy) = (Place::new(), sandbox(), Proxy::http());
    place.write("orders.csv", sheet(1));
    let named = format!("http://{}", proxy.address());
    let mut ping = place.program();
    account(&mut ping, &erp.endpoint());
    let run = finish(ping.arg("ping").env("ALL_PROXY", &named)).expect(0);
    run.prints(&format!("proxy     {named}\n"));
    let run = finish(ping.env("NO_PROXY", "127.0.0.1")).expect(0);
    assert!(!run.stdout.contains("proxy"), "{run:?}");
    assert_eq!(proxy.seen().targets.len(), 1);
    let mut command = place.run(&erp, ["orders.csv", "-v"]);
    finish(command.env("HTTP_PROXY", &named))
        .expect(0)
        .says(&named);

    // Nobody listens there.
    let gone = "http://me:password1@127.0.0.1:9";
    let run = finish(ping.env("HTTP_PROXY", gone).env_remove("NO_PROXY")).expect(1);
    run.prints("through the proxy http://127.0.0.1:9");
    assert!(!run.said().contains("password1"), "{run:?}");
}
