//! A run that asks leaves the ERP as one that does not, and every row has a true outcome, whatever
//! becomes of one page of the listing.

use std::collections::HashMap;

use wdt_flags::sandbox::{Config, Order, Sandbox};

use crate::harness::{Place, ScriptedServer, http, listing, refused, sandbox_with};

const FLAGS: [&str; 4] = ["aa", "加急", "无", ""];

/// How the ERP has an order before the run.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// It is not known, and will not be.
    Absent,
    /// It is listed only when it has been updated.
    Unlisted,
    Hidden,
    Listed(&'static str),
}

struct Case {
    number: String,
    state: State,
    /// The flags of its rows; the last that is not empty decides.
    flags: Vec<&'static str>,
}

/// Every state with each flag and each pair of flags.
fn cases() -> Vec<Case> {
    let states = [
        State::Absent,
        State::Unlisted,
        State::Hidden,
        State::Listed("aa"),
        State::Listed("加急"),
        State::Listed(""),
    ];
    let mut cases = Vec::new();
    for first in FLAGS {
        let one = std::iter::once(vec![first]);
        for flags in one.chain(FLAGS.map(|second| vec![first, second])) {
            for state in states {
                let absent = if state == State::Absent { "404" } else { "" };
                let number = format!("CG{}{absent}", cases.len());
                let flags = flags.clone();
                cases.push(Case {
                    number,
                    state,
                    flags,
                });
            }
        }
    }
    cases
}

/// A stand-in that has the orders as they are before the run.
fn erp(cases: &[Case]) -> Sandbox {
    let there = cases.iter().filter_map(|case| {
        let flag = match case.state {
            State::Absent | State::Unlisted => return None,
            State::Hidden => "aa",
            State::Listed(flag) => flag,
        };
        Some(Order {
            number: case.number.clone(),
            flag: flag.to_owned(),
            modified: None,
        })
    });
    let hidden = cases.iter().filter(|case| case.state == State::Hidden);
    sandbox_with(Config {
        orders: there.collect(),
        hidden: hidden.map(|case| case.number.clone()).collect(),
        max_page_size: 7,
        ..Config::default()
    })
}

/// Carries all cases through a server that answers for the third page of the listing, and returns
/// the flags that are left.
#[track_caller]
fn carried(fault: Option<Vec<u8>>, args: &str) -> HashMap<String, String> {
    let (place, cases) = (Place::new(), cases());
    let erp = erp(&cases);
    let before = erp.flags();
    let address = erp.addr();
    let server = ScriptedServer::per_call(move |_, request| match &fault {
        Some(fault) if request.is_listing() && request.page() == 2 => Some(fault.clone()),
        _ => request.passed_on_to(address).ok(),
    });
    let rows = cases
        .iter()
        .flat_map(|case| case.flags.iter().map(move |flag| (case, *flag)));
    let rows: Vec<_> = rows.collect();
    let cells = rows.iter().map(|(case, flag)| (&*case.number, *flag));
    place.sheet(&cells.collect::<Vec<_>>());
    let run = place.runs(&server, &format!("orders.csv --retries 0{args}"), 1);
    let results = place.results(&run);

    let after = erp.flags();
    let held = |flags: &HashMap<String, String>, case: &Case| {
        let flag = flags.get(&case.number);
        flag.map_or("无", String::as_str).to_owned()
    };
    for ((case, flag), status) in rows.into_iter().zip(results.column("status")) {
        let decides = case.flags.iter().rfind(|flag| !flag.is_empty()) == Some(&flag);
        let is_absent = case.state == State::Absent;
        let calls = erp.accepted(&case.number);
        let is_true = match status {
            "ok" => decides && calls == 1 && held(&after, case) == flag,
            "unchanged" => {
                let is_listed = matches!(case.state, State::Listed(_));
                decides && calls == 0 && is_listed && held(&before, case) == flag
            }
            "superseded" => !decides && !flag.is_empty() && !is_absent,
            "invalid" => flag.is_empty(),
            "rejected" => decides && is_absent,
            "skipped" => !decides && !flag.is_empty() && is_absent,
            _ => false,
        };
        assert!(is_true, "{} {flag} {status}: {run:#?}", case.number);
    }
    assert_eq!(results.count("unchanged") > 0, !args.is_empty());
    after
}

#[test]
fn asking_changes_nothing_but_the_number_of_calls() {
    let unasked = carried(None, "");
    for fault in [
        None,
        Some(refused(100, "权限不足")),
        Some(http("502 Bad Gateway", "<html>")),
        Some(http("200 OK", r#"{"status":0,"data":[]}"#)),
        Some(listing(7, &[])),
    ] {
        assert_eq!(carried(fault, " --skip-unchanged"), unasked);
    }
}
