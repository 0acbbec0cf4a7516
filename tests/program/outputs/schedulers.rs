//! What `samples/nightly` ships, held against the tools of its formats where they are there, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::harness::{Place, ScriptedServer, account, finish, refused, sandbox};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples/nightly")
        .join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(sample(name)).expect(name)
}

/// What a tool says, or nothing where it is missing.
fn said_by(tool: &mut Command) -> Option<Output> {
    let said = tool.output().ok();
    if said.is_none() {
        eprintln!("skipped: no {}", tool.get_program().display());
    }
    said
}

#[track_caller]
fn takes(tool: &mut Command) {
    if let Some(said) = said_by(tool) {
        assert!(said.status.success(), "{tool:?}: {said:?}");
    }
}

/// The units of an account, with programs that are there.
fn units(place: &Place) -> [PathBuf; 3] {
    let names = [
        "wdt-flags@.service",
        "wdt-flags@.timer",
        "wdt-flags-failed@.service",
    ];
    names.map(|name| {
        let unit = text(name).replace("ExecStart=wdt-flags", "ExecStart=/bin/true");
        place.write(name, &unit);
        place.write(&name.replace('@', "@myshop"), unit)
    })
}

#[test]
fn units_are_right_and_shut_in() {
    let place = Place::new();
    let [service, timer, failed] = units(&place);
    takes(
        Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .args([&service, &timer, &failed]),
    );
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=true", "--threshold=15"]);
    takes(security.arg(&service));
    let service = text("wdt-flags@.service");
    let sections: Vec<&str> = service.split("[Service]").collect();
    assert!(sections[0].contains("\nOnFailure="), "is of [Unit]");
    assert!(sections[1].contains("\nSuccessExitStatus=4 75\n"));
}

#[test]
fn scripts_and_settings_of_other_programs_are_right() {
    takes(Command::new("shellcheck").arg(sample("night.sh")));
    takes(
        Command::new("promtool")
            .args(["check", "rules"])
            .arg(sample("alerts.yml")),
    );
    let place = Place::new();
    // It wants paths that are there, and its state somewhere else.
    let conf = text("logrotate.conf").replace("su wdt-flags wdt-flags", "");
    let conf = place.write("logrotate.conf", conf);
    let state = place.path("state");
    takes(
        Command::new("logrotate")
            .arg("-d")
            .arg("-s")
            .args([&state, &conf]),
    );
    let yaml = "import sys, yaml; job = yaml.safe_load(open(sys.argv[1])); \
        assert job['spec']['concurrencyPolicy'] == 'Forbid'; \
        assert job['spec']['jobTemplate']['spec']['backoffLimit'] == 0";
    if said_by(Command::new("python3").args(["-c", "import yaml"]))
        .is_some_and(|it| it.status.success())
    {
        takes(
            Command::new("python3")
                .args(["-c", yaml])
                .arg(sample("cronjob.yaml")),
        );
    }
    let crontab = text("crontab");
    let line = crontab.lines().last().expect("a line");
    assert!(line.starts_with("37 22 * * * /"), "{line}");
}

#[test]
fn the_task_of_windows_is_xml() {
    let text = text("wdt-flags.xml");
    let mut reader = Reader::from_str(&text);
    let mut depth = 0;
    loop {
        match reader.read_event().expect("XML") {
            Event::Eof => break,
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
}

#[test]
fn the_program_takes_every_command_that_is_shipped() {
    let service = text("wdt-flags@.service").replace("\\\n", "");
    let task = text("wdt-flags.xml");
    let of_service = service
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let of_task = task
        .split("<Arguments>")
        .nth(1)
        .and_then(|it| it.split('<').next());
    let yaml = text("cronjob.yaml");
    let args = yaml
        .lines()
        .skip_while(|line| !line.contains("args:"))
        .skip(1);
    let args = args.map_while(|line| line.trim().strip_prefix("- "));
    let of_job = args.collect::<Vec<_>>().join(" ");
    let mut cli = wdt_flags::cli::command();
    for words in [of_service, of_task, Some(&of_job)] {
        let words = words.expect("a command");
        let words = words.strip_prefix("wdt-flags ").unwrap_or(words);
        let words = ["wdt-flags"].into_iter().chain(words.split_whitespace());
        let parsed = cli.try_get_matches_from_mut(words.clone());
        assert!(parsed.is_ok(), "{words:?}: {parsed:?}");
    }
}

#[test]
fn the_profiles_that_are_shipped_are_understood() {
    let (place, erp) = (Place::new(), sandbox());
    let config = text("config.toml");
    // With every line that is only shown as well.
    let all = config
        .replace("# endpoint = ", "endpoint = ")
        .replace("# workers", "workers");
    for config in [config, all] {
        place.write("config.toml", config);
        place.write("app_secret", "open-sesame:sea-salt\n");
        place.write("notify_url", "");
        place.sheet(&[("CG1", "加急")]);
        let mut check = place.program();
        check.args([
            "check",
            "orders.csv",
            "--config=config.toml",
            "--profile=myshop",
        ]);
        finish(check.arg("--format=json")).expect(0).json();
    }
    drop(erp);
}

/// Under cron's bare environment: its code is the program's.
#[test]
fn a_night_of_cron() {
    let refusing = ScriptedServer::always(refused(1, "app auth fail"));
    let erp = sandbox();
    for (rows, endpoint, code) in [
        ("CG1,aa\n", erp.endpoint(), 0),
        ("CG404,aa\n", erp.endpoint(), 1),
        ("", erp.endpoint(), 2),
        ("CG1,aa\n", refusing.endpoint(), 3),
    ] {
        let place = Place::new();
        place.write("orders.csv", "purchase_no,flag_name\n".to_owned() + rows);
        let program = place.program();
        let directory = Path::new(program.get_program())
            .parent()
            .expect("a place")
            .to_owned();
        // It is where the script looks.
        fs::create_dir_all(place.path(".cargo")).expect("made");
        std::os::unix::fs::symlink(directory, place.path(".cargo/bin")).expect("a link");
        let mut variables = Command::new("true");
        account(&mut variables, &endpoint);
        let mut bare = Command::new("env");
        bare.args(["-i", "SHELL=/bin/sh", "PATH=/usr/bin:/bin", "LOGNAME=flags"]);
        bare.arg(format!("HOME={}", place.path("").display()));
        bare.args(variables.get_envs().map(|(name, value)| {
            let value = value.unwrap_or_default().to_string_lossy();
            format!("{}={value}", name.display())
        }));
        bare.arg(sample("night.sh")).arg(place.path(""));
        let run = finish(bare.arg("--metrics=m.prom")).expect(code);
        let said = place.read("night.txt");
        assert!(said.ends_with(&format!("exit code {code}\n")), "{said}");
        assert_eq!(run.stderr.is_empty(), code == 0, "{run:#?}");
        let names = place.files();
        for name in ["orders.html", "night.log", "m.prom"] {
            assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
        }
    }
}
