//! Runs that are killed and started again keep the pace of the one before.
use std::time::Duration;

use crate::harness::{Place, ScriptedServer, finish, refused, sheet, start};

#[test]
fn kills_make_no_call_come_sooner() {
    let place = Place::new();
    place.write("x.csv", sheet(10));
    let erp = ScriptedServer::start(|caller| {
        caller.request()?;
        caller.stall()
    });
    for calls in 1..=4 {
        let run = start(&mut place.run_at("240/min", &erp, ["x.csv", "-j1"]));
        erp.wait_for_calls(calls);
        run.kill();
    }
    let arrived: Vec<_> = erp.requests().iter().map(|call| call.arrived).collect();
    for calls in arrived.windows(2) {
        let apart = calls[1] - calls[0];
        // A quarter of a second, but for what the first was held up on its way.
        assert!(apart > Duration::from_millis(180), "{apart:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pause_is_not_cut_short() {
    let place = Place::new();
    place.write("x.csv", sheet(10));
    let erp = ScriptedServer::always(refused(100, "超过每分钟最大调用频率限制，请稍后重试"));
    let args = ["x.csv", "-j1", "-v"];
    let mut run = start(&mut place.run(&erp, args));
    run.until_it_says("pausing for");
    run.kill();
    for _ in 0..2 {
        let mut run = start(&mut place.run(&erp, args));
        let said = run.until_it_says("the first call waits");
        assert!(said.contains("the first call waits"), "{said}");
        run.signal("INT");
        run.finish().expect(130);
    }
    assert_eq!(erp.calls(), 1);
}

#[test]
fn a_run_that_has_ended_counts_too() {
    let place = Place::new();
    place.write("x.csv", sheet(1));
    let erp = ScriptedServer::always(crate::harness::accepted());
    for _ in 0..3 {
        finish(&mut place.run_at("240/min", &erp, ["x.csv"])).expect(0);
    }
    let arrived: Vec<_> = erp.requests().iter().map(|call| call.arrived).collect();
    assert_eq!(arrived.len(), 3);
    for calls in arrived.windows(2) {
        assert!(calls[1] - calls[0] > Duration::from_millis(180));
    }
}

#[test]
fn a_pace_that_cannot_be_kept_is_said() {
    let place = Place::new();
    place.write("x.csv", sheet(1));
    place.write("file", "");
    let erp = ScriptedServer::always(crate::harness::accepted());
    let mut command = place.run(&erp, ["x.csv"]);
    for name in ["XDG_STATE_HOME", "APPDATA"] {
        command.env(name, place.path("file"));
    }
    let run = finish(&mut command).expect(0);
    assert!(run.stderr.contains("keep each other's pace"), "{run:#?}");
}
