//! Runs keep the pace of the one before, however that ended.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::harness::{Place, ScriptedServer, accepted, finish, refused, sheet, start};

const THROTTLED: &str = "超过每分钟最大调用频率限制，请稍后重试";

/// Lets the program keep its state where a test can find it.
fn with_state(place: &Place, mut command: Command) -> Command {
    for name in ["XDG_STATE_HOME", "APPDATA"] {
        command.env(name, place.path("state"));
    }
    command
}

/// The file that an account's runs leave to each other.
fn state(place: &Place) -> PathBuf {
    fs::read_dir(place.path("state/wdt-flags"))
        .expect("a state")
        .map(|file| file.expect("readable").path())
        .find(|path| path.extension().is_some_and(|name| name == "pace"))
        .expect("a pace")
}

/// What the file says of the last call is compared with when the next one came: so it does not
/// matter what either was held up by.
#[test]
fn the_next_run_keeps_its_distance_from_the_last_call() {
    let place = Place::new();
    place.write("x.csv", sheet(2));
    let calls = Arc::new(Mutex::new(Vec::new()));
    let erp = ScriptedServer::start({
        let calls = Arc::clone(&calls);
        move |caller| {
            let request = caller.request()?;
            calls.lock().expect("no panic").push(SystemTime::now());
            // The run is killed in its second call, or all are done.
            if caller.calls() == 2 {
                return caller.stall();
            }
            caller.accept(&request)
        }
    });
    let mut last: Option<SystemTime> = None;
    for ends in ["killed", "done", "done"] {
        let mut command = with_state(&place, place.run_at("240/min", &erp, ["x.csv", "-j1"]));
        let before = calls.lock().expect("no panic").len();
        if ends == "killed" {
            let run = start(&mut command);
            erp.wait_for_calls(2);
            run.kill();
        } else {
            finish(&mut command).expect(0);
        }
        let first = calls.lock().expect("no panic")[before];
        if let Some(last) = last {
            let apart = first.duration_since(last).expect("later");
            assert!(apart >= Duration::from_millis(249), "{ends}: {apart:?}");
        }
        let left = fs::metadata(state(&place)).and_then(|found| found.modified());
        last = Some(left.expect("a time"));
    }
}

#[test]
fn the_next_run_goes_on_at_the_rate_of_the_last() {
    let place = Place::new();
    place.write("x.csv", sheet(40));
    let erp = ScriptedServer::by_order(|n, _| match n {
        32 => refused(100, THROTTLED),
        _ => accepted(),
    });
    let run = |rate| with_state(&place, place.run_at(rate, &erp, ["x.csv", "-j1", "-v"]));
    let mut throttled = start(&mut run("6000/min"));
    throttled.until_it_says("pausing for");
    throttled.kill();
    let path = state(&place);
    let text = fs::read_to_string(&path).expect("a state");
    let known = r#"{"good":30.0,"bad":32.0,"at":"#;
    assert!(text.starts_with(known), "{text}");

    // As if the pause were over, and the limit less tight.
    let faster = text.replace("30.0", "300.0").replace("32.0", "320.0");
    fs::write(&path, faster).expect("written");
    let file = fs::File::options().write(true).open(&path).expect("there");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("set");
    let began = Instant::now();
    finish(&mut run("6000/min")).expect(0);
    let requests = erp.requests();
    let last = requests.last().expect("a call").arrived;
    let waits = u32::try_from(requests.len() - 32 - 1).expect("few");
    assert!(waits >= 7, "{waits}");
    assert!(last - began >= Duration::from_millis(200) * waits);
}

#[cfg(unix)]
#[test]
fn a_pause_is_not_cut_short() {
    let place = Place::new();
    place.write("x.csv", sheet(10));
    let erp = ScriptedServer::always(refused(100, THROTTLED));
    let args = ["x.csv", "-j1", "-v"];
    let mut run = start(&mut place.run(&erp, args));
    run.until_it_says("pausing for");
    run.kill();
    for _ in 0..2 {
        let mut run = start(&mut place.run(&erp, args));
        run.until_it_says("the first call waits");
        run.signal("INT");
        run.finish().expect(130);
    }
    assert_eq!(erp.calls(), 1);
}

#[test]
fn a_pace_that_cannot_be_kept_is_said() {
    let place = Place::new();
    place.write("x.csv", sheet(1));
    place.write("state", "");
    let erp = ScriptedServer::always(accepted());
    let run = finish(&mut with_state(&place, place.run(&erp, ["x.csv"]))).expect(0);
    run.says("keep each other's pace");
}
