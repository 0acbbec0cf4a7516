//! A journal whose end is torn.

use std::fs;

use crate::harness::{Finished, JOURNAL, Place, ScriptedServer, finish};

const ORDERS: [&str; 4] = ["CG1", "CG2", "CG3", "CG4"];
/// Quoted in the journal, and of more bytes than characters.
const MESSAGE: &str = "标记\"急, 急\"  不存在";

/// Refuses CG2 and CG3, accepts the others; a stop at the fifth call keeps the journal.
fn server() -> ScriptedServer {
    ScriptedServer::start(|caller| {
        loop {
            let call = caller.request()?;
            match call.order().as_str() {
                _ if caller.calls() == 5 => {
                    caller.reply(r#"{"status":6,"message":"ip限制"}"#)?;
                }
                "CG2" | "CG3" => {
                    let message = MESSAGE.replace('"', "\\\"");
                    caller.reply(&format!(r#"{{"status":100,"message":"{message}"}}"#))?;
                }
                _ => caller.accept(&call)?,
            }
        }
    })
}

/// A sheet, and the journal of four of its rows.
fn recorded() -> (ScriptedServer, Place, Vec<u8>) {
    let (server, place) = (server(), Place::new());
    let rows = ORDERS.map(|order| (order, "aa"));
    place.sheet(&[&rows[..], &[("CG5", "aa")]].concat());
    let (run, results) = place.carry(&server, &[]);
    run.expect(3);
    assert_eq!(results.column("status")[4], "failed");
    let journal = fs::read(place.path(JOURNAL)).expect("kept");
    let rows = [&rows[..], &[("CG5", "aa")]].concat();
    place.sheet(&rows);
    (server, place, journal)
}

/// Where each line of the journal ends, its line feed included.
fn ends(journal: &[u8]) -> Vec<usize> {
    (1..=journal.len())
        .filter(|&n| journal[n - 1] == b'\n')
        .collect()
}

/// Continues from the journal cut at `cut`. The rows whose lines are whole are not sent again; all
/// others are, and nothing is misreported.
#[track_caller]
fn continues(server: &ScriptedServer, place: &Place, journal: &[u8], cut: usize) -> Finished {
    for file in ["orders.results.csv", "orders.failures.csv"] {
        let _ = fs::remove_file(place.path(file));
    }
    place.write(JOURNAL, &journal[..cut]);
    let before = server.calls();
    let run = finish(&mut place.run(server, ["orders.csv", "-j1"]));
    assert_eq!(run.status.code(), Some(1), "cut at {cut}: {run:#?}");
    let results = place.results(&run);
    assert_eq!(
        results.column("status"),
        ["ok", "rejected", "rejected", "ok", "ok"],
        "cut at {cut}"
    );
    assert_eq!(results.column("code"), ["0", "100", "100", "0", "0"]);
    assert_eq!(results.column("message"), ["", MESSAGE, MESSAGE, "", ""]);
    assert_eq!(results.column("attempts"), ["1"; 5]);
    let whole = ends(journal).iter().filter(|&&end| end <= cut).count();
    let known = whole.saturating_sub(1).min(4);
    let mut expected: Vec<_> = ORDERS[known..].to_vec();
    expected.push("CG5");
    assert_eq!(server.orders()[before..], expected, "cut at {cut}");
    assert!(!run.stderr.contains("kept as"), "cut at {cut}: {run:#?}");
    run
}

#[test]
fn at_every_field_of_its_last_row() {
    let (server, place, journal) = recorded();
    let [.., from, to] = ends(&journal)[..] else {
        panic!("no rows");
    };
    let commas = (from..to).filter(|&at| journal[at] == b',');
    let cuts: Vec<_> = commas.flat_map(|at| [at, at + 1]).collect();
    assert!(cuts.len() > 10, "{cuts:?}");
    for cut in [from].into_iter().chain(cuts).chain([to - 1, to]) {
        continues(&server, &place, &journal, cut);
    }
}

#[test]
fn in_a_quoted_message() {
    let (server, place, journal) = recorded();
    let ends = ends(&journal);
    let (from, to) = (ends[1], ends[2]);
    let quotes: Vec<_> = (from..to).filter(|&at| journal[at] == b'"').collect();
    let comma = (quotes[0]..to).find(|&at| journal[at] == b',');
    let letter = (from..to).find(|&at| !journal[at].is_ascii());
    let cuts = quotes.iter().flat_map(|at| [*at, at + 1]);
    // In the middle of a character, and after a comma that separates nothing.
    for cut in cuts.chain([letter.expect("Chinese") + 1, comma.expect("quoted") + 1, to]) {
        let run = continues(&server, &place, &journal, cut);
        let rows = if cut < to { "1 row" } else { "2 rows" };
        let says = format!(" ago: {rows} taken over");
        assert!(run.stderr.contains(&says), "cut at {cut}: {run:#?}");
    }
}

/// A file system may give back zeros for what was never written.
#[test]
fn with_zeros_after_it() {
    let (server, place, journal) = recorded();
    let ends = ends(&journal);
    for whole in 1..4 {
        let mut torn = journal[..ends[whole]].to_vec();
        torn.resize(torn.len() + 300, 0);
        let cut = torn.len();
        // Only the whole lines count.
        let before = server.calls();
        place.write(JOURNAL, &torn);
        let run = finish(&mut place.run(&server, ["orders.csv", "-j1"])).expect(1);
        assert_eq!(place.results(&run).count("ok"), 3, "{cut}: {run:#?}");
        assert_eq!(server.orders()[before..].len(), 5 - whole, "{run:#?}");
    }
}

/// As after a full disk at the very start.
#[test]
fn in_its_header() {
    let (server, place, journal) = recorded();
    let header = ends(&journal)[0];
    for cut in [0, 1, 11, header / 2, header - 2, header - 1, header] {
        let run = continues(&server, &place, &journal, cut);
        assert!(!run.stderr.contains("warning"), "cut at {cut}: {run:#?}");
    }
}

/// A power cut may leave zeros in files that were just made, or nothing but a beginning.
#[test]
fn to_zeros_throughout_as_the_locks_are() {
    let (server, place, journal) = recorded();
    for (torn, lock) in [
        (vec![0; 5_000], &[0; 60][..]),
        ([&journal[..11], &[0; 100]].concat(), b"wdt-fl\0\0"),
        (vec![0], b"wdt"),
    ] {
        place.write(JOURNAL, &torn);
        for file in ["orders.results.csv.lock", "orders.failures.csv.lock"] {
            place.write(file, lock);
        }
        let before = server.calls();
        let run = finish(&mut place.run(&server, ["orders.csv", "-j1"])).expect(1);
        assert_eq!(place.results(&run).count("ok"), 3);
        assert_eq!(server.calls(), before + 5);
        let files = place.files();
        let aside = files
            .iter()
            .find(|name| name.starts_with(&format!("{JOURNAL}.")));
        let aside = place.path(aside.expect("kept aside"));
        assert_eq!(fs::read(&aside).expect("there"), torn, "{run:#?}");
        fs::remove_file(aside).expect("there");
        assert!(
            !files.iter().any(|name| name.ends_with(".lock")),
            "{files:?}"
        );
    }
}
