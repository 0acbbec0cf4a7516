//! `--metrics`: a file that the textfile collector takes, at every ending.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::harness::{Place, ScriptedServer, refused, sandbox};

/// Samples by their name and labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (name, value) = line.rsplit_once(' ').expect(line);
        assert!(
            !name.contains(' ') || name.contains('{'),
            "no time stamp: {line}"
        );
        (name.to_owned(), value.parse().expect(line))
    });
    samples.collect()
}

fn help(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with('#')).collect()
}

/// Whether `promtool` has nothing to say, where there is one.
fn check_with_promtool(text: &str) {
    let started = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = started else {
        eprintln!("skipped: no promtool");
        return;
    };
    let mut stdin = promtool.stdin.take().expect("piped");
    stdin.write_all(text.as_bytes()).expect("written");
    drop(stdin);
    let said = promtool.wait_with_output().expect("an end");
    assert!(
        said.status.success() && said.stderr.is_empty(),
        "{said:?}: {text}"
    );
}

#[test]
fn a_week_of_nights() {
    let (place, erp) = (Place::new(), sandbox());
    let refusing = ScriptedServer::always(refused(1, "app auth fail"));
    let (name, shown) = if cfg!(windows) {
        ("orders.csv", "orders.csv")
    } else {
        (r#"or"de\rs.csv"#, r#"or\"de\\rs.csv"#)
    };
    let labels = format!(r#"{{account="sandbox",sheet="{shown}"}}"#);
    let (mut helps, mut success) = (Vec::new(), 0.0);
    let good = "purchase_no,flag_name\nCG1,aa\n";
    for (rows, language, endpoint, code, is_success) in [
        (
            good.to_owned() + "CG404,aa\n",
            "zh",
            erp.endpoint(),
            1,
            false,
        ),
        (good.to_owned(), "en", erp.endpoint(), 0, true),
        (String::new(), "zh", erp.endpoint(), 2, false),
        (good.to_owned(), "en", refusing.endpoint(), 3, false),
        (good.to_owned(), "zh", erp.endpoint(), 0, true),
    ] {
        place.write(name, rows);
        let args = [name, "--metrics=m.prom", "--lang", language];
        let mut run = place.run(&endpoint, args);
        crate::harness::finish(&mut run).expect(code);
        let text = place.read("m.prom");
        check_with_promtool(&text);
        let found = samples(&text);
        let sample = |name: &str| found[&format!("wdt_flags_{name}{labels}")];
        assert_eq!(sample("last_run_exit_code"), f64::from(code));
        let ended = sample("last_run_timestamp_seconds");
        if is_success {
            assert!(ended > success, "later");
            success = ended;
        }
        assert_eq!(sample("last_success_timestamp_seconds"), success);
        let statuses = found.keys().filter(|name| name.contains(",status="));
        assert_eq!(statuses.count(), 7, "all, always: {text}");
        let kinds = found.keys().filter(|name| name.contains(",kind="));
        assert_eq!(kinds.count(), 3, "{text}");
        helps.push(help(&text).join("\n"));
    }
    helps.dedup();
    assert_eq!(helps.len(), 1, "the same in every file and language");
    assert_eq!(
        place
            .files()
            .iter()
            .filter(|name| name.ends_with(".prom"))
            .count(),
        1
    );
}
