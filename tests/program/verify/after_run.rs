//! `run --verify`: what a run sent is read back.

use std::sync::Arc;

use wdt_flags::sandbox::{Config, Sandbox};

use super::there;
use crate::harness::{
    Endpoint, Finished, Gate, Place, ScriptedServer, accepted, listing, order, sandbox,
    sandbox_with, sheet, start,
};

/// What becomes of an update.
#[derive(Clone, Copy)]
enum Update {
    Applies,
    /// It is said to have been applied, and is not.
    SaysSo,
    /// It is applied, and its reply breaks off.
    LosesReply,
    /// It is not, and its reply breaks off.
    LosesCall,
}

/// As much of a reply as is needed for it to be a failure of this call and no outage.
const BROKEN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{";

/// A server in front of a stand-in, that does with each order as it is told; `gate` is in front of
/// the listings.
fn before(
    erp: &Sandbox,
    update: impl Fn(&str) -> Update + Send + Sync + 'static,
    gate: Option<Arc<Gate>>,
) -> ScriptedServer {
    let address = erp.addr();
    ScriptedServer::start(move |connection| {
        let request = connection.request()?;
        let mut does = update(&request.order());
        if request.is_listing() {
            does = Update::Applies;
            gate.iter().for_each(|gate| gate.pass());
        }
        let mut reply = accepted();
        if matches!(does, Update::Applies | Update::LosesReply) {
            reply = request.passed_on_to(address)?;
        }
        if matches!(does, Update::LosesReply | Update::LosesCall) {
            reply = BROKEN.into();
        }
        connection.send(reply)
    })
}

const RESULTS: &str = "orders.results.csv";

#[track_caller]
fn carried(place: &Place, erp: &impl Endpoint, more: &str, code: i32) -> Finished {
    place.runs(erp, &format!("orders.csv -j1 --verify{more}"), code)
}

#[test]
fn what_was_accepted_is_confirmed() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(250));
    let run = place.runs(&erp, "orders.csv --verify", 0);
    let results = place.table(RESULTS);
    assert_eq!(results.count("ok"), 250);
    assert!(results.column("message").concat().is_empty());
    assert_eq!((erp.stats().accepted, erp.stats().listings), (250, 3));
    run.says("reading back 250 orders (--verify)");
    run.prints("verified  250 orders carry their flag, 0 not, 0 though the call failed, 0 not read back; 3 calls\n");
    // In the results as in the ERP.
    place.verifies(&erp, "orders.csv", 0);
}

#[test]
fn what_is_accepted_and_not_carried_is_rejected() {
    let place = Place::new();
    let [aa, urgent] = ["aa", "加急"];
    place.sheet(&[
        ("CG1", aa),
        ("CG2", urgent),
        ("CG2", aa),
        ("CG3", aa),
        ("CG2", aa),
    ]);
    let erp = sandbox();
    let says_so = |order: &str| match order {
        "CG2" => Update::SaysSo,
        _ => Update::Applies,
    };
    let server = before(&erp, says_so, None);
    // Not shown at all, it cannot be told.
    carried(&place, &server, "", 0);
    let results = place.table(RESULTS);
    assert_eq!(results.column("status")[1..3], ["superseded", "ok"]);
    let why = "accepted; not read back: the ERP shows this account no such order";
    let same = format!("same as line 6: {why}");
    assert_eq!(results.column("message")[2..], [&same, "", why]);

    // The flag that it has had before.
    let erp = sandbox_with(Config {
        orders: there(&[("CG2", "待质检")], 0),
        ..Config::default()
    });
    let server = before(&erp, says_so, None);
    let run = carried(&place, &server, " --fresh", 1);
    let results = place.table(RESULTS);
    let [ok, no] = ["ok", "rejected"];
    assert_eq!(results.column("status"), [ok, "skipped", no, ok, no]);
    let why = "accepted, but the ERP does not carry it: it carries \"待质检\"";
    assert_eq!(results.column("message")[4], why);
    assert_eq!(place.table("orders.failures.csv").rows.len(), 3);
    // The next command verifies, too.
    run.prints("2 orders carry their flag, 1 not, 0 ")
        .prints("--verify");
}

#[test]
fn what_failed_and_is_carried_is_ok() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG2", "加急"), ("CG3", "aa")]);
    let erp = sandbox();
    let breaks_off = |order: &str| match order {
        "CG1" => Update::Applies,
        "CG2" => Update::LosesReply,
        _ => Update::LosesCall,
    };
    let server = before(&erp, breaks_off, None);
    let run = carried(&place, &server, " --retries=0", 1);
    let results = place.table(RESULTS);
    assert_eq!(
        results.column("status"),
        ["ok", "superseded", "ok", "failed"]
    );
    let why = "the call failed, but the ERP carries the flag: read back";
    assert_eq!(results.column("message")[2], why);
    assert!(!results.column("message")[3].is_empty());
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.column("purchase_no"), ["CG3"]);
    run.prints("1 order carries its flag, 0 not, 1 though");
}

#[test]
fn what_cannot_be_read_back_stays_accepted_and_says_so() {
    let place = Place::new();
    place.write("orders.csv", sheet(30));
    let hidden = sandbox_with(Config {
        hidden: [order(3)].into(),
        ..Config::default()
    });
    let run = carried(&place, &hidden, "", 0);
    run.prints("29 orders carry their flag, 0 not, 0 though the call failed, 1 not");
    let results = place.table(RESULTS);
    let messages = results.column("message").into_iter();
    assert_eq!(messages.filter(|it| !it.is_empty()).count(), 1);

    let refusing = sandbox_with(Config {
        may_list: false,
        ..Config::default()
    });
    let run = carried(&place, &refusing, "", 0);
    run.says("warning: nothing is read back");
    assert_eq!(refusing.stats().calls, 31, "one call tells that it may not");
    for [status, message] in place.table(RESULTS).select(["status", "message"]) {
        assert_eq!(status, "ok");
        assert!(message.starts_with("accepted; not read back: ") && message.contains("权限不足"));
    }
}

#[test]
fn a_run_that_is_killed_while_it_reads_back_reads_back_again() {
    for signal in ["KILL", "INT"] {
        if signal == "INT" && !cfg!(unix) {
            continue;
        }
        let place = Place::new();
        place.write("orders.csv", sheet(5));
        let gate = Arc::new(Gate::default());
        let stand_in = sandbox();
        let says_so = |number: &str| match number {
            it if it == order(2) => Update::SaysSo,
            _ => Update::Applies,
        };
        let erp = before(&stand_in, says_so, Some(Arc::clone(&gate)));
        let mut run = start(&mut place.run(&erp, ["orders.csv", "-j1", "--verify"]));
        erp.wait_for_calls(6);
        let run = match signal {
            "KILL" => run.kill(),
            _ => {
                run.signal(signal);
                run.until_it_says("stopping: interrupted");
                gate.open();
                run.finish().expect(130)
            }
        };
        gate.open();
        assert_eq!(place.recorded().len(), 5, "{run:#?}");
        if signal == "INT" {
            // What the one page showed counts; the order that it did not show was not asked for.
            let results = place.results(&run);
            assert_eq!(results.count("ok"), 5);
            let message = "accepted; not read back: interrupted";
            assert_eq!(results.column("message"), ["", "", message, "", ""]);
        }
        let run = carried(&place, &erp, "", 0);
        run.says("5 rows taken over");
        let updates = erp.requests().into_iter().filter(|it| !it.is_listing());
        assert_eq!(updates.count(), 5, "nothing is sent twice");
        let message = "accepted; not read back: the ERP shows this account no such order";
        assert_eq!(place.results(&run).column("message")[2], message);
        assert!(!place.path(crate::harness::JOURNAL).exists());
    }
}

#[test]
fn what_was_not_sent_is_not_read_back() {
    let place = Place::new();
    place.numbered(2);
    let erp = sandbox_with(Config {
        orders: there(&[("CG1", "aa"), ("CG2", "aa")], 1),
        ..Config::default()
    });
    let run = carried(&place, &erp, " --skip-unchanged", 0);
    assert_eq!(erp.stats().calls, 1, "{run:#?}");
    assert!(!run.stdout.contains("verified"), "{run:#?}");
    // Nor is anything, once a run has stopped early.
    place.sheet(&["CG1", "CG404", "CG405"].map(|order| (order, "aa")));
    let run = carried(&place, &erp, " --max-failures=1", 3);
    assert_eq!(erp.stats().listings, 1);
    let results = place.results(&run);
    assert!(results.column("message")[0].starts_with("accepted; not read back: "));
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn what_was_read_back_before_a_run_is_interrupted_is_kept() {
    let place = Place::new();
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let erp = ScriptedServer::per_call(move |_, request| {
        if !request.is_listing() {
            return Some(accepted());
        }
        held.pass();
        Some(listing(2, &[("CG1", "old"), ("CG2", "aa")]))
    });
    place.numbered(3);
    let mut run = start(&mut place.run(&erp, ["orders.csv", "-j1", "--verify"]));
    erp.wait_for_calls(4);
    run.signal("INT");
    run.until_it_says("stopping: interrupted");
    gate.open();
    let run = run.finish().expect(130);
    let statuses = ["rejected", "ok", "ok"];
    assert_eq!(place.results(&run).column("status"), statuses);
    // Nothing is sent or read, and what is known stays so.
    let run = place.runs(&erp, "orders.csv", 1);
    assert_eq!(place.results(&run).column("status"), statuses);
    assert_eq!(erp.calls(), 4, "{run:#?}");
}
