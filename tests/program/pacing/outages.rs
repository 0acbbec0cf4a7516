//! A server that is away says nothing about an order: the run waits, and goes on by itself.

use std::time::{Duration, Instant};

use crate::harness::{
    ACCEPTED, Place, Request, ScriptedServer, accepted, finish, http, order, refused, sheet,
};

/// A server that answers `reply` to every request from the `from`-th on for so long, and accepts all
/// others; where `reply` is none it closes the connection instead.
fn away(from: usize, time: Duration, reply: Option<Vec<u8>>) -> ScriptedServer {
    let since = std::sync::OnceLock::<Instant>::new();
    ScriptedServer::start(move |caller| {
        loop {
            let request = Request::read(&mut caller.stream)?;
            let is_order = !request.order().is_empty();
            if caller.calls() + 1 >= from && since.get_or_init(Instant::now).elapsed() < time {
                match &reply {
                    Some(reply) => caller.send(reply)?,
                    None => return Ok(()),
                }
                continue;
            }
            if is_order {
                caller.tell(&request);
                caller.accept(&request)?;
            } else {
                caller.reply(ACCEPTED)?;
            }
        }
    })
}

#[test]
fn an_outage_in_mid_run_ends_with_every_row_ok() {
    let page = http("200 OK", "<html>系统维护中,请稍后再试</html>");
    for (reply, why) in [
        (None, "disconnected"),
        (Some(http("502 Bad Gateway", "<html></html>")), "HTTP 502"),
        (Some(page), "under maintenance"),
    ] {
        let place = Place::new();
        place.write("x.csv", sheet(60));
        let erp = away(20, Duration::from_secs(2), reply);
        let args = [
            "x.csv",
            "-j4",
            "--retries=0",
            "--max-consecutive-failures=1",
        ];
        let run = finish(&mut place.run(&erp, args)).expect(0);
        let results = place.table("x.results.csv");
        assert_eq!(results.count("ok"), 60, "{run:?}");
        assert_eq!(erp.flags().len(), 60);
        let said = &run.stderr;
        assert!(said.contains("the server cannot be reached: "), "{said}");
        assert!(said.contains(why), "{said}");
        assert!(said.contains("trying again in 5"), "{said}");
        assert!(said.contains("the server answers again, after "), "{said}");
    }
}

#[test]
fn it_gives_up_in_time_and_the_same_command_goes_on() {
    let place = Place::new();
    place.write("x.csv", sheet(30));
    let erp = away(11, Duration::from_secs(3_600), None);
    let args = ["x.csv", "-j2", "--give-up-after=1s"];
    let run = finish(&mut place.run(&erp, args)).expect(3);
    let last = run.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(
        last.contains("the server has not answered for 1 s"),
        "{run:?}"
    );
    assert!(last.contains("--give-up-after"), "{run:?}");
    let results = place.table("x.results.csv");
    assert_eq!(results.count("ok"), 10);
    let in_flight = results.count("failed");
    assert!(
        (1..=2).contains(&in_flight),
        "those may have been applied: {in_flight}"
    );
    assert_eq!(results.count("skipped"), 20 - in_flight);
    assert!(results.column("message")[29].starts_with("not sent: the server has not answered"));

    let back = ScriptedServer::always(accepted());
    drop(erp);
    // Another port is another endpoint: it starts over, and all is sent.
    finish(&mut place.run(&back, ["x.csv"])).expect(0);
    assert_eq!(back.calls(), 30);
}

#[test]
fn while_the_server_is_away_one_call_at_a_time_is_tried() {
    let place = Place::new();
    place.write("x.csv", sheet(50));
    let erp = ScriptedServer::always(http("503 Busy", ""));
    let down = ScriptedServer::start(|caller| {
        loop {
            let request = Request::read(&mut caller.stream)?;
            caller.tell(&request);
            caller.send(http("503 Busy", ""))?;
        }
    });
    drop(erp);
    let args = ["x.csv", "-j8", "--give-up-after=2s"];
    finish(&mut place.run(&down, args)).expect(3);
    assert!(
        down.calls() <= 8 + 3,
        "those in flight, and a try now and at the end: {}",
        down.calls()
    );
    let results = place.table("x.results.csv");
    assert!(
        (1..=8).contains(&results.count("failed")),
        "those in flight"
    );
    assert_eq!(results.count("failed") + results.count("skipped"), 50);
}

#[cfg(unix)]
#[test]
fn a_wait_for_the_server_can_be_interrupted() {
    let place = Place::new();
    place.write("x.csv", sheet(3));
    let gone =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let endpoint = format!("http://{}/openapi", gone.expect("a port"));
    let mut run = crate::harness::start(&mut place.run(&endpoint, ["x.csv"]));
    run.until_it_says("the server cannot be reached");
    run.signal("INT");
    run.finish().expect(130);
    assert_eq!(place.table("x.results.csv").count("skipped"), 3);
}

#[test]
fn what_failed_is_sent_once_more_at_the_end() {
    let place = Place::new();
    place.write("x.csv", sheet(6));
    let erp = ScriptedServer::start(|caller| {
        loop {
            let call = caller.request()?;
            let early = caller.calls() < 8;
            match call.order() {
                it if it == order(1) && early => {
                    caller.send(refused(4, "数据库错误"))?;
                }
                it if it == order(3) => caller.send(refused(99, "其他错误"))?,
                _ => caller.accept(&call)?,
            }
        }
    });
    let args = ["x.csv", "-j1", "--retries=1"];
    finish(&mut place.run(&erp, args)).expect(1);
    let results = place.table("x.results.csv");
    assert_eq!(
        results.select(["status", "attempts"]),
        [
            ["ok", "1"],
            ["ok", "3"],
            ["ok", "1"],
            ["failed", "4"],
            ["ok", "1"],
            ["ok", "1"]
        ]
    );
    let orders = [0, 1, 1, 2, 3, 3, 4, 5, 1, 3, 3].map(order);
    assert_eq!(erp.orders(), orders, "after all others");
}

#[test]
fn what_waits_for_the_last_pass_is_failed_if_the_run_stops_before() {
    let place = Place::new();
    place.write("x.csv", sheet(4));
    let erp = ScriptedServer::per_call(|_, call| {
        Some(match call.order() {
            it if it == order(0) => refused(99, "其他错误"),
            it if it == order(2) => refused(6, "ip限制"),
            _ => accepted(),
        })
    });
    let args = ["x.csv", "-j1", "--retries=1"];
    finish(&mut place.run(&erp, args)).expect(3);
    let results = place.table("x.results.csv");
    assert_eq!(
        results.column("status"),
        ["failed", "ok", "failed", "skipped"]
    );
    assert_eq!(results.column("attempts")[0], "2");
}
