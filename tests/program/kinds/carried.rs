//! A sheet that is carried, and what came of it.

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Finished, Place, finish, sandbox};

/// A sheet that was carried into the stand-in.
pub struct Carried {
    pub place: Place,
    pub erp: Sandbox,
    pub run: Finished,
}

impl Carried {
    /// Runs `orders.csv` with these bytes, and looks whether the stand-in holds no other order than
    /// the results say, each with its flag.
    #[track_caller]
    pub fn of(name: &str, text: impl AsRef<[u8]>, options: &str) -> Carried {
        let (place, erp) = (Place::new(), sandbox());
        let options = format!("orders.csv {options}");
        place.write("orders.csv", text);
        let run = finish(&mut place.run(&erp, options.split_whitespace()));
        let carried = Carried { place, erp, run };
        carried.is_true(name);
        carried
    }

    #[track_caller]
    fn is_true(&self, name: &str) {
        let mut flags = self.erp.flags();
        if self.place.path("orders.results.csv").exists() {
            let results = self.place.table("orders.results.csv");
            let at = |names: &str| {
                let mut header = results.header.iter();
                header.position(|it| names.split(' ').any(|name| name == it))
            };
            let at = ["采购单号 A", "标记 B", "sent_flag", "status"].map(at);
            for row in &results.rows {
                let cell = |at: Option<usize>| at.map(|at| row[at].trim_matches(['\t', '\'']));
                let [order, flag, sent, status] = at.map(cell);
                if status == Some("ok") {
                    let held = order.and_then(|order| flags.remove(order));
                    assert_eq!(held.as_deref(), sent.or(flag), "{name}: {row:?}");
                }
            }
        }
        assert!(flags.is_empty(), "{name}: {flags:?}: {:#?}", self.run);
    }

    /// The rows of the results: line and status of each.
    #[track_caller]
    pub fn rows(&self) -> String {
        let results = self.place.table("orders.results.csv");
        let rows = results.select(["line", "status"]);
        let rows: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
        rows.join(", ")
    }
}
