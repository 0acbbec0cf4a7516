//! Outcomes that are known but could not be recorded must not be misreported by results that
//! could be written.

#![cfg(target_os = "linux")]

use std::process::Command;

use crate::runs::{by, ended, truth};
use crate::support::{Place, finish, sandbox};

const ROWS: usize = 100;

/// With a limit just below the record's final size the results, which are smaller, still fit.
#[test]
fn no_row_that_was_sent_is_called_skipped() {
    let (calm, erp) = (Place::new(), sandbox());
    let mut text = "purchase_no,flag_name\n".to_owned();
    for n in 0..ROWS {
        text.push_str(&format!("CG{n:03},aa\n"));
    }
    calm.write("orders.csv", &text);
    finish(&mut calm.run(&erp, ["orders.csv", "--no-bom"])).expect(0);
    // The record has a column more: the key of its run.
    let results = calm.read("orders.results.csv");
    let key = "0123456789abcdef,".len();
    let blocks = (results.len() + ROWS * key) / 512;

    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", &text);
    let program = place.run(&erp, ["orders.csv", "-j", "1"]);
    let mut shell = Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.args(["-c", &limit]);
    by(&mut shell, &program);
    let run = ended(shell.spawn().expect("a shell")).expect(3);
    assert!(run.stderr.contains("not recorded: line"), "{run:#?}");
    let results = truth(&place, &run);
    let (status, message) = (results.column("status"), results.column("message"));
    for (row, order) in results.column("purchase_no").into_iter().enumerate() {
        if erp.accepted(order) > 0 {
            let message = message[row];
            assert_ne!(
                status[row], "skipped",
                "{order} was sent: {message}; {run:#?}"
            );
        }
    }
}
