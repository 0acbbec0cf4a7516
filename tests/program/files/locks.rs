//! Two runs at once on the same files: the second leaves at once, saying who is there.

use std::sync::Arc;

use crate::harness::{Connection, Gate, Place, Running, ScriptedServer, finish, start};

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

impl Busy {
    /// The other run leaves while the first is held up, and says why.
    #[track_caller]
    fn turns_away(&self, args: &[&str], path: &str) {
        let before = self.place.files();
        let args = [&["orders.csv"], args].concat();
        let second = finish(&mut self.place.run(&self.server, args)).expect(75);
        let holder = format!("`{path}` (pid {} since 20", self.run.id());
        assert!(second.stderr.contains(&holder), "{second:#?}");
        assert_eq!(second.stdout, "");
        assert_eq!(self.place.files(), before, "it leaves nothing behind");
    }

    #[track_caller]
    fn finishes(self) {
        self.gate.open();
        self.run.finish().expect(0);
        assert_eq!(self.server.orders(), ["CG1", "CG2"]);
        assert_eq!(
            self.place.files(),
            ["orders.csv", "orders.failures.csv", "orders.results.csv"]
        );
        assert_eq!(self.place.table("orders.results.csv").count("ok"), 2);
    }
}

#[test]
fn on_any_of_the_files_whatever_it_is_to_each() {
    let busy = busy();
    for (args, path) in [
        (&[][..], "orders.results.csv"),
        (&["--failures", "other.csv"], "orders.results.csv"),
        (
            &["--results", "./orders.results.csv"],
            "./orders.results.csv",
        ),
        (
            &["--results", "a.csv", "--failures", "orders.failures.csv"],
            "orders.failures.csv",
        ),
        (
            &["--results", "orders.failures.csv", "--failures", "b.csv"],
            "orders.failures.csv",
        ),
    ] {
        busy.turns_away(args, path);
    }
    let mut second = busy.place.run(&busy.server, ["orders.csv", "--lang", "zh"]);
    let second = finish(&mut second).expect(75);
    let pid = busy.run.id();
    let said = format!("另一个运行正在写 `orders.results.csv`（进程号 {pid}，20");
    assert!(second.stderr.contains(&said), "{second:#?}");
    busy.finishes();
}

#[cfg(unix)]
#[test]
fn under_another_name() {
    let busy = busy();
    std::os::unix::fs::symlink(".", busy.place.path("here")).expect("linked");
    busy.turns_away(
        &["--results", "here/orders.results.csv"],
        "here/orders.results.csv",
    );
    std::fs::remove_file(busy.place.path("here")).expect("removed");
    busy.finishes();
}

#[test]
fn on_other_files_is_nobodys_business() {
    let busy = busy();
    busy.gate.open();
    let args = ["orders.csv", "--results", "a.csv", "--failures", "b.csv"];
    finish(&mut busy.place.run(&busy.server, args)).expect(0);
    busy.run.finish().expect(0);
    assert_eq!(busy.place.table("a.csv").count("ok"), 2);
}

#[test]
fn a_kill_leaves_no_stale_lock() {
    let busy = busy();
    busy.turns_away(&[], "orders.results.csv");
    busy.run.kill();
    busy.gate.open();
    finish(&mut busy.place.run(&busy.server, ["orders.csv"])).expect(0);
    assert_eq!(
        busy.place.files(),
        ["orders.csv", "orders.failures.csv", "orders.results.csv"]
    );
}
