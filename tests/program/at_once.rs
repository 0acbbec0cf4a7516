//! Two runs at once on the same files: the second leaves at once, saying who is there.

use std::process::Child;
use std::sync::Arc;

use crate::faulty::Faulty;
use crate::runs::{Gate, ended};
use crate::support::Place;

/// A run that has sent its first row and waits for the reply until the gate is opened.
struct Busy {
    place: Place,
    server: Faulty,
    gate: Arc<Gate>,
    child: Child,
}

fn busy() -> Busy {
    let gate = Arc::new(Gate::default());
    let let_go = Arc::clone(&gate);
    let server = Faulty::start(move |caller| {
        loop {
            let call = caller.request()?;
            let_go.pass();
            caller.accept(&call)?;
        }
    });
    let place = Place::new();
    crate::runs::sheet(&place, &[("CG1", "aa"), ("CG2", "aa")]);
    let child = server.run(&place, [""; 0]).spawn().expect("started");
    server.wait_for_calls(1);
    Busy {
        place,
        server,
        gate,
        child,
    }
}

impl Busy {
    /// The other run leaves while the first is held up, and says why.
    #[track_caller]
    fn turns_away(&self, args: &[&str], path: &str) {
        let before = self.place.files();
        let second = ended(self.server.run(&self.place, args).spawn().expect("started"));
        let second = second.expect(75);
        let holder = format!("`{path}` (pid {} since 20", self.child.id());
        assert!(second.stderr.contains(&holder), "{second:#?}");
        assert_eq!(second.stdout, "");
        assert_eq!(self.place.files(), before, "it leaves nothing behind");
    }

    #[track_caller]
    fn finishes(self) {
        self.gate.open();
        ended(self.child).expect(0);
        assert_eq!(self.server.orders(), ["CG1", "CG2"]);
        assert_eq!(
            self.place.files(),
            ["orders.csv", "orders.failures.csv", "orders.results.csv"]
        );
        assert_eq!(self.place.table("orders.results.csv").count("ok"), 2);
    }
}

#[test]
fn on_the_same_results() {
    let busy = busy();
    busy.turns_away(&[], "orders.results.csv");
    busy.turns_away(&["--failures", "other.csv"], "orders.results.csv");
    busy.turns_away(
        &["--results", "./orders.results.csv"],
        "./orders.results.csv",
    );
    busy.finishes();
}

#[test]
fn on_the_same_failures_alone() {
    let busy = busy();
    busy.turns_away(
        &[
            "--results",
            "other.csv",
            "--failures",
            "orders.failures.csv",
        ],
        "orders.failures.csv",
    );
    busy.finishes();
}

/// What one run calls its results is the other's failures.
#[test]
fn on_a_file_that_is_something_else_to_each() {
    let busy = busy();
    busy.turns_away(
        &[
            "--results",
            "orders.failures.csv",
            "--failures",
            "other.csv",
        ],
        "orders.failures.csv",
    );
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
    let args = ["--results", "a.csv", "--failures", "b.csv"];
    let other = busy.server.run(&busy.place, args);
    ended({ other }.spawn().expect("started")).expect(0);
    ended(busy.child).expect(0);
    assert_eq!(busy.place.table("a.csv").count("ok"), 2);
}

#[test]
fn a_kill_leaves_no_stale_lock() {
    let mut busy = busy();
    busy.turns_away(&[], "orders.results.csv");
    busy.child.kill().expect("killed");
    busy.child.wait().expect("killed");
    busy.gate.open();
    let again = busy.server.run(&busy.place, [""; 0]).spawn();
    ended(again.expect("started")).expect(0);
    assert_eq!(
        busy.place.files(),
        ["orders.csv", "orders.failures.csv", "orders.results.csv"]
    );
}
