//! `init` on a terminal: questions, and a secret that is not shown.

use std::process::Command;

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Place, Terminal, sandbox, through};

const CONFIG: &str = "config.toml";

fn init(place: &Place) -> Terminal {
    let mut command = place.program();
    Terminal::with_keyboard(command.args(["init", "--config", CONFIG]), 150)
}

/// Answers a question, once it stands in the last line.
#[track_caller]
fn answer(terminal: &mut Terminal, question: &str, keys: &str) {
    let stands = |lines: &[String]| {
        let last = lines.last();
        last.is_some_and(|last| last.trim_end().starts_with(question))
    };
    terminal.until(question, stands);
    terminal.type_in(keys);
}

#[track_caller]
fn answer_hidden(terminal: &mut Terminal, keys: &str) {
    let asked = |lines: &[String]| lines.last().is_some_and(|it| it.starts_with("app secret"));
    terminal.until("the secret's question", asked);
    terminal.until("what is typed to be hidden", {
        let terminal = &*terminal;
        |_| !terminal.echoes()
    });
    terminal.type_in(keys);
}

#[test]
fn it_asks_and_does_not_show_the_secret() {
    let (place, erp) = (Place::new(), sandbox());
    let mut terminal = init(&place);
    answer(&mut terminal, "seller account (sid):", &format!("{SID}\n"));
    answer(&mut terminal, "app key:", &format!("{APP_KEY}\n"));
    answer_hidden(&mut terminal, &format!("{APP_SECRET}\n"));
    let endpoint = erp.endpoint();
    let question = "endpoint (production, test or a URL) [production]:";
    answer(&mut terminal, question, &format!("{endpoint}\n"));
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    let raw = terminal.raw();
    let halves = APP_SECRET.split(':');
    assert!(halves.into_iter().all(|half| !raw.contains(half)), "{raw}");
    assert!(raw.contains("reply     accepted"), "{raw}");
    assert!(place.read(CONFIG).contains(APP_SECRET));
    assert!(terminal.echoes());
}

#[test]
fn what_is_wrong_is_asked_again_and_what_is_there_need_not_be_typed() {
    let (place, erp) = (Place::new(), sandbox());
    let endpoint = erp.endpoint();
    place.write(
        CONFIG,
        format!("[default]\nsid = '{SID}'\napp_key = '{APP_KEY}'\napp_secret = 'old:old'\nendpoint = '{endpoint}'\n"),
    );
    let mut terminal = init(&place);
    let question = "profile `default` (sid sandbox) is there already; replace its account? [y/N]";
    answer(&mut terminal, question, "y\n");
    answer(
        &mut terminal,
        "seller account (sid) [sandbox]:",
        "my shop\n",
    );
    terminal.until("why not", |lines| {
        lines
            .iter()
            .any(|line| line.contains("not taken: the seller account (sid) has a"))
    });
    answer(&mut terminal, "seller account (sid) [sandbox]:", "\n");
    answer(&mut terminal, "app key [sandbox-app]:", "\n");
    answer_hidden(&mut terminal, &format!("{APP_SECRET}\n"));
    answer(
        &mut terminal,
        &format!("endpoint (production, test or a URL) [{endpoint}]:"),
        "\n",
    );
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert!(place.read(CONFIG).contains(APP_SECRET));
}

#[test]
fn the_secret_that_is_there_need_not_be_typed_again_unless_the_account_is_another() {
    for (sid, asked, code) in [
        ("", "app secret (secret:salt; it is not shown) [****]:", 0),
        ("other", "app secret (secret:salt; it is not shown):", 2),
    ] {
        let (place, erp) = (Place::new(), sandbox());
        let endpoint = erp.endpoint();
        let account = format!("sid = '{SID}'\napp_key = '{APP_KEY}'\napp_secret = '{APP_SECRET}'");
        let before = format!("[default]\n{account}\nendpoint = 'http://127.0.0.1:1/openapi'\n");
        place.write(CONFIG, before);
        let mut terminal = init(&place);
        answer(&mut terminal, "profile `default`", "y\n");
        answer(
            &mut terminal,
            "seller account (sid) [sandbox]:",
            &format!("{sid}\n"),
        );
        answer(&mut terminal, "app key [sandbox-app]:", "\n");
        answer_hidden(&mut terminal, "\n");
        assert!(terminal.raw().contains(asked), "{}", terminal.raw());
        if code == 0 {
            answer(
                &mut terminal,
                "endpoint (production",
                &format!("{endpoint}\n"),
            );
        } else {
            answer_hidden(&mut terminal, "\u{4}");
        }
        assert_eq!(terminal.finish(), Some(code), "{:#?}", terminal.lines());
        assert_eq!(place.read(CONFIG).contains(&endpoint), code == 0);
        assert!(!terminal.raw().contains(APP_SECRET));
    }
}

#[test]
fn without_a_yes_or_an_answer_nothing_is_saved() {
    const BEFORE: &str = "[default]\nsid = 's'\n";
    let place = Place::new();
    place.write(CONFIG, BEFORE);
    let mut terminal = init(&place);
    answer(&mut terminal, "profile `default`", "\n");
    assert_eq!(terminal.finish(), Some(2));
    let raw = terminal.raw();
    assert!(raw.contains("--yes replaces its account"));
    assert!(!raw.contains("error"), "what was asked for is done: {raw}");
    assert_eq!(place.read(CONFIG), BEFORE);

    let place = Place::new();
    let mut terminal = init(&place);
    answer(&mut terminal, "seller account (sid):", "\u{4}");
    assert_eq!(terminal.finish(), Some(2));
    assert!(
        terminal
            .raw()
            .contains("input ended before the seller account (sid)")
    );
    assert!(place.files().is_empty());
}

#[test]
fn ctrl_c_leaves_the_terminal_as_it_was() {
    let place = Place::new();
    let mut terminal = init(&place);
    answer(&mut terminal, "seller account (sid):", "shop\n");
    answer(&mut terminal, "app key:", "key\n");
    answer_hidden(&mut terminal, "hush:\u{3}");
    assert_eq!(terminal.finish(), Some(130));
    assert!(terminal.echoes());
    assert!(place.files().is_empty());

    let mut terminal = init(&place);
    answer(&mut terminal, "seller account (sid):", "\u{3}");
    assert_eq!(terminal.finish(), Some(130));
    assert!(place.files().is_empty());
}

#[test]
fn it_does_not_wait_for_answers_to_questions_that_nobody_sees() {
    let place = Place::new();
    let mut command = place.program();
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 2> said"]);
    let command = through(shell, command.args(["init", "--config", CONFIG]));
    let mut terminal = Terminal::with_keyboard(&command, 100);
    assert_eq!(terminal.finish(), Some(2));
    assert!(place.read("said").contains("init asks on stderr"));
    assert_eq!(place.files(), ["said"]);
}
