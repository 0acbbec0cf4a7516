//! Two runs at once on the same files: the second leaves at once, saying who is there.

use std::sync::Arc;

use crate::harness::{Connection, Gate, Place, Running, ScriptedServer, start};

/// A run that has sent its first row and waits for the reply until the gate is opened.
struct Busy {
    place: Place,
    server: ScriptedServer,
    gate: Arc<Gate>,
    run: Running,
}

fn busy() -> Busy {
    let (server, gate) = ScriptedServer::gated(Connection::accept);
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let run = start(&mut place.run(&server, ["orders.csv", "-j1"]));
    server.wait_for_calls(1);
    Busy {
        place,
        server,
        gate,
        run,
    }
}

const FILES: [&str; 3] = ["orders.csv", "orders.failures.csv", "orders.results.csv"];

#[test]
fn on_any_of_the_files_whatever_it_is_to_each_and_under_another_name() {
    let busy = busy();
    #[cfg(unix)]
    std::os::unix::fs::symlink(".", busy.place.path("here")).expect("linked");
    for (options, path) in [
        ("", "orders.results.csv"),
        (" --output-format xlsx", "orders.results.xlsx"),
        (" --failures other.csv", "orders.results.csv"),
        (" --results ./orders.results.csv", "./orders.results.csv"),
        (
            " --results a.csv --failures orders.failures.csv",
            "orders.failures.csv",
        ),
        (
            " --results orders.failures.csv --failures b.csv",
            "orders.failures.csv",
        ),
        #[cfg(unix)]
        (
            " --results here/orders.results.csv",
            "here/orders.results.csv",
        ),
    ] {
        let before = busy.place.files();
        let second = busy
            .place
            .runs(&busy.server, &format!("orders.csv{options}"), 75);
        second.says(&format!("`{path}` (pid {} since 20", busy.run.id()));
        assert_eq!(second.stdout, "");
        assert_eq!(busy.place.files(), before, "it leaves nothing behind");
    }
    #[cfg(unix)]
    std::fs::remove_file(busy.place.path("here")).expect("removed");
    let chinese = busy.place.runs(&busy.server, "orders.csv --lang zh", 75);
    let pid = busy.run.id();
    chinese.says(&format!(
        "另一个运行正在写 `orders.results.csv`（进程号 {pid}，20"
    ));
    busy.gate.open();
    busy.run.finish().expect(0);
    assert_eq!(busy.server.orders(), ["CG1", "CG2"]);
    assert_eq!(busy.place.files(), FILES);
    assert_eq!(busy.place.statuses("orders.results.csv"), ["ok"; 2]);
}

#[test]
fn on_other_files_is_nobodys_business() {
    let busy = busy();
    busy.gate.open();
    let line = "orders.csv --results a.csv --failures b.csv";
    busy.place.runs(&busy.server, line, 0);
    busy.run.finish().expect(0);
    assert_eq!(busy.place.statuses("a.csv"), ["ok"; 2]);
}

#[test]
fn a_kill_leaves_no_stale_lock() {
    let busy = busy();
    busy.place.runs(&busy.server, "orders.csv", 75);
    busy.run.kill();
    busy.gate.open();
    busy.place.runs(&busy.server, "orders.csv", 0);
    assert_eq!(busy.place.files(), FILES);
}
