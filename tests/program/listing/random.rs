//! Over random sheets and ERPs, with faults in the middle of the asking: a run that asks leaves the
//! ERP as one that does not, and every row has a true outcome.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::net::TcpStream;

use proptest::prelude::*;
use proptest::test_runner;
use wdt_flags::sandbox::{Config, Order, Sandbox};

use super::{is_listing, listing, page};
use crate::harness::{Place, Request, ScriptedServer, finish, http, refused, sandbox_with};

const FLAGS: [&str; 4] = ["aa", "加急", "无", ""];
const ORDERS: usize = 10;

/// Orders and flags, by their numbers.
type Rows = Vec<(usize, usize)>;

/// What becomes of one page of the listing.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Refused,
    Gateway,
    OtherForm,
    Empty,
}

#[derive(Clone, Debug)]
struct Erp {
    /// By order: its flag, where the ERP has it, and whether it is hidden.
    orders: Vec<Option<(usize, bool)>>,
    page_size: usize,
    faulty_page: usize,
    fault: Fault,
}

fn erps() -> impl Strategy<Value = Erp> {
    let order = prop::option::weighted(0.8, (0..3_usize, prop::bool::weighted(0.2)));
    let fault = prop_oneof![
        Just(Fault::None),
        Just(Fault::Refused),
        Just(Fault::Gateway),
        Just(Fault::OtherForm),
        Just(Fault::Empty),
    ];
    let orders = prop::collection::vec(order, ORDERS);
    (orders, 1..5_usize, 0..4_usize, fault).prop_map(|(orders, page_size, faulty_page, fault)| {
        Erp {
            orders,
            page_size,
            faulty_page,
            fault,
        }
    })
}

/// The last is one that the ERP does not have, unless it was there from the start.
fn number(n: usize) -> String {
    match n {
        9 => "CG-404".to_owned(),
        n => format!("CG-{n}"),
    }
}

fn sheet(rows: &Rows) -> String {
    let line = |&(n, flag): &(usize, usize)| format!("{},{}\n", number(n), FLAGS[flag]);
    let lines: String = rows.iter().map(line).collect();
    format!("purchase_no,flag_name\n{lines}")
}

impl Erp {
    fn start(&self) -> Sandbox {
        let there = || {
            let orders = self.orders.iter().enumerate();
            orders.filter_map(|(n, order)| Some((n, (*order)?)))
        };
        let orders = there().map(|(n, (flag, _))| Order {
            number: number(n),
            flag: FLAGS[flag].to_owned(),
            modified: None,
        });
        let hidden = there().filter(|(_, (_, hidden))| *hidden);
        sandbox_with(Config {
            orders: orders.collect(),
            hidden: hidden.map(|(n, _)| number(n)).collect(),
            max_page_size: self.page_size,
            ..Config::default()
        })
    }

    /// Passes all on to the stand-in but for the page that is faulty.
    fn before(&self, erp: &Sandbox) -> ScriptedServer {
        let (address, faulty_page, fault) = (erp.addr(), self.faulty_page, self.fault);
        ScriptedServer::per_call(move |_, request| {
            let is_faulty = is_listing(request) && page(request) == faulty_page;
            Some(match fault {
                Fault::Refused if is_faulty => refused(100, "权限不足"),
                Fault::Gateway if is_faulty => http("502 Bad Gateway", "<html>"),
                Fault::OtherForm if is_faulty => http("200 OK", r#"{"status":0,"data":[]}"#),
                Fault::Empty if is_faulty => listing(7, &[]),
                _ => {
                    let mut erp = TcpStream::connect(address).expect("the stand-in");
                    let Request { head, body, .. } = request;
                    write!(erp, "{head}{body}").expect("passed on");
                    let mut reply = Vec::new();
                    erp.read_to_end(&mut reply).expect("a reply");
                    reply
                }
            })
        })
    }
}

fn check(rows: &Rows, state: &Erp) -> Result<(), TestCaseError> {
    let valid = |&&(_, flag): &&(usize, usize)| !FLAGS[flag].is_empty();
    let last: BTreeMap<usize, usize> = rows.iter().filter(valid).copied().collect();
    let mut left = Vec::new();
    for args in [&["--skip-unchanged"][..], &[]] {
        let (place, erp) = (Place::new(), state.start());
        let before = erp.flags();
        let server = state.before(&erp);
        place.write("orders.csv", sheet(rows));
        let args = [&["orders.csv", "--retries", "0"], args].concat();
        let run = finish(&mut place.run(&server, &args));
        let results = place.results(&run);
        let flags = erp.flags();
        let held = |flags: &HashMap<String, String>, n| {
            flags
                .get(&number(n))
                .map_or("无", String::as_str)
                .to_owned()
        };
        for (&(n, flag), status) in rows.iter().zip(results.column("status")) {
            let is_last = last.get(&n) == Some(&flag);
            let exists = n != 9 || state.orders[n].is_some();
            let accepted = erp.accepted(&number(n));
            let is_true = match status {
                "ok" => is_last && accepted == 1 && held(&flags, n) == FLAGS[flag],
                "unchanged" => {
                    is_last
                        && accepted == 0
                        && args.contains(&"--skip-unchanged")
                        && state.orders[n].is_some_and(|(_, hidden)| !hidden)
                        && held(&before, n) == FLAGS[flag]
                }
                "superseded" => !is_last && valid(&&(n, flag)) && exists,
                "invalid" => !valid(&&(n, flag)),
                "rejected" => is_last && !exists,
                "skipped" => !is_last && valid(&&(n, flag)) && !exists,
                _ => false,
            };
            prop_assert!(is_true, "{} {} {status}: {run:#?}", number(n), FLAGS[flag]);
        }
        left.push(flags);
    }
    prop_assert_eq!(&left[0], &left[1]);
    Ok(())
}

#[test]
fn asking_changes_nothing_but_the_number_of_calls() {
    let rows = prop::collection::vec((0..ORDERS, 0..FLAGS.len()), 0..25);
    let config = test_runner::Config {
        cases: 24,
        failure_persistence: None,
        ..test_runner::Config::default()
    };
    proptest!(config, |(rows in rows, state in erps())| check(&rows, &state)?);
}
