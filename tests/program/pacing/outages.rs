//! A server that is away says nothing about an order: the run waits, and goes on by itself.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{
    Connection, Place, Request, ScriptedServer, accepted, order, refused, sheet, start,
};

const RESULTS: &str = "x.results.csv";

fn with(rows: usize) -> Place {
    let place = Place::new();
    place.write("x.csv", sheet(rows));
    place
}

/// What an outage looks like to a call.
type Fault = fn(&mut Connection) -> io::Result<()>;

/// A server that is away from its `from`-th request on, until it is back; accepts all else.
fn away(from: usize, is_back: &Arc<AtomicBool>, fault: Fault) -> ScriptedServer {
    let is_back = Arc::clone(is_back);
    ScriptedServer::start(move |caller| {
        let request = Request::read(&mut caller.stream)?;
        if caller.tell(&request) >= from && !is_back.load(Ordering::SeqCst) {
            fault(caller)
        } else {
            caller.accept(&request)
        }
    })
}

#[test]
fn an_outage_in_mid_run_ends_with_every_row_ok() {
    use crate::harness::http;

    let faults: [(Fault, &str, &str); 4] = [
        (|_| Ok(()), "-j4", "disconnected"),
        (|it| it.send(http("502 Oops", "<html>")), "-j4", "HTTP 502"),
        (|it| it.reply("系统维护中"), "-j4", "under maintenance"),
        // It accepts connections and never answers. Of several calls one may have begun before the
        // last reply came: it would be taken for its row's own failure.
        (Connection::stall, "-j1", "no reply within 2 s"),
    ];
    let runs = faults.map(|(fault, workers, why)| {
        std::thread::spawn(move || {
            let (place, is_back) = (with(60), Arc::default());
            let erp = away(20, &is_back, fault);
            let args = "x.csv --retries=0 --max-consecutive-failures=1 --timeout=2s";
            let args = args.split(' ').chain([workers]);
            let mut run = start(&mut place.run(&erp, args));
            let said = run.until_it_says("the server cannot be reached: ");
            let trials = || erp.orders().iter().filter(|it| it.is_empty()).count();
            assert_eq!(trials(), 1, "{said}");
            is_back.store(true, Ordering::SeqCst);
            assert!(said.contains(why), "{said}");
            assert!(said.contains("trying again in 5"), "{said}");
            let run = run.finish().expect(0);
            assert_eq!(place.table(RESULTS).count("ok"), 60, "{run:?}");
            assert_eq!(trials(), 2, "one tries for all");
            run.says("the server answers again, after ");
        })
    });
    for run in runs {
        run.join().expect("every row ok");
    }
}

#[test]
fn a_call_that_times_out_while_others_are_answered_is_its_own_rows_failure() {
    let place = with(40);
    let erp = ScriptedServer::per_call(|_, call| (call.order() != order(3)).then(accepted));
    let run = place.runs(&erp, "x.csv -j4 --retries=0 --timeout=2s", 1);
    let results = place.table(RESULTS);
    assert_eq!(results.count("ok"), 39, "{run:?}");
    let outcome = results.select(["status", "attempts", "message"])[3];
    assert_eq!(outcome, ["failed", "1", "no reply within 2 s"]);
    run.says_nothing_of("cannot be reached");
}

#[test]
fn the_first_call_of_a_run_goes_alone() {
    let place = with(200);
    let erp = ScriptedServer::always(refused(1, "验证失败"));
    place.runs(&erp, "x.csv -j64", 3);
    assert_eq!((erp.calls(), erp.pings().len()), (1, 0));
    let results = place.table(RESULTS);
    assert_eq!(results.count("skipped"), 200);
}

#[test]
fn it_gives_up_in_time_and_the_same_command_goes_on() {
    let place = with(30);
    let erp = away(11, &Arc::default(), |_| Ok(()));
    let run = place.runs(&erp, "x.csv -j8 --give-up-after=1s", 3);
    run.ends_by_saying("the server has not answered for 1 s")
        .ends_by_saying("--give-up-after");
    let results = place.table(RESULTS);
    assert_eq!(results.count("ok"), 10);
    let in_flight = results.count("failed");
    assert!((1..=8).contains(&in_flight), "they may have been applied");
    assert_eq!(results.count("skipped"), 20 - in_flight);
    assert!(results.column("message")[29].starts_with("not sent: the server has not answered"));
    let tries = erp.calls() - 10 - in_flight;
    assert!(tries <= 3, "now, and at the end: {tries}");

    // Another port is another endpoint: it starts over, and all is sent.
    let back = ScriptedServer::always(accepted());
    place.runs(&back, "x.csv", 0);
    assert_eq!(back.calls(), 30);
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn a_wait_for_the_server_can_be_interrupted() {
    let place = with(3);
    let gone = ScriptedServer::always("").endpoint();
    let mut run = start(&mut place.run(&gone, ["x.csv"]));
    run.until_it_says("the server cannot be reached");
    run.signal("INT");
    run.finish().expect(130);
    assert_eq!(place.statuses(RESULTS), ["skipped"; 3]);
}

#[test]
fn what_failed_is_sent_once_more_at_the_end() {
    let place = with(6);
    let erp = ScriptedServer::by_order(|n, number| {
        if number == order(1) && n < 8 {
            refused(4, "数据库错误")
        } else if number == order(3) {
            refused(99, "其他错误")
        } else {
            accepted()
        }
    });
    place.runs(&erp, "x.csv -j1 --retries=1", 1);
    let results = place.table(RESULTS);
    let outcomes = results.select(["status", "attempts"]).concat();
    let expected = "ok 1 ok 3 ok 1 failed 4 ok 1 ok 1";
    assert_eq!(outcomes.join(" "), expected);
    let orders = [0, 1, 1, 2, 3, 3, 4, 5, 1, 3, 3].map(order);
    assert_eq!(erp.orders(), orders, "after all others");
}

#[test]
fn what_waits_for_the_last_pass_is_failed_if_the_run_stops_before() {
    let place = with(4);
    let erp = ScriptedServer::by_order(|_, number| match number {
        it if it == order(0) => refused(99, "其他错误"),
        it if it == order(2) => refused(6, "ip限制"),
        _ => accepted(),
    });
    place.runs(&erp, "x.csv -j1 --retries=1", 3);
    let statuses = place.statuses(RESULTS);
    assert_eq!(statuses, ["failed", "ok", "skipped", "skipped"]);
    assert_eq!(place.table(RESULTS).column("attempts")[0], "2");
}
