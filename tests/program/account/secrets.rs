//! The app secret appears nowhere: not on the terminal, not in any file, whatever goes wrong.
use crate::harness::{
    Place, Request, ScriptedServer, accepted, account, finish, http, refused, sandbox, sheet,
};

/// Both halves of every secret that is used here, right or wrong.
const SECRETS: [&str; 5] = ["open-sesame", "sea-salt", "hush", "bitter", "password1"];

/// Runs the program at its most talkative and looks at all that it wrote.
#[track_caller]
fn discloses_nothing(endpoint: &str, secret: &str, env: &[(&str, &str)], code: i32) {
    discloses_nothing_with_codes(endpoint, secret, env, [code; 2]);
}

/// The exit codes are those of `run` and of `ping`.
#[track_caller]
fn discloses_nothing_with_codes(
    endpoint: &str,
    secret: &str,
    env: &[(&str, &str)],
    codes: [i32; 2],
) {
    const RUN: [&str; 6] = [
        "run",
        "orders.csv",
        "--rate=unlimited",
        "--workers=4",
        "--retries=0",
        "--give-up-after=1s",
    ];
    for (command, code) in [&RUN[..], &["ping"]].into_iter().zip(codes) {
        let place = Place::new();
        place.write("orders.csv", sheet(3));
        let mut program = place.program();
        account(&mut program, endpoint);
        program
            .env("WDT_APP_SECRET", secret)
            .envs(env.iter().copied());
        let run = finish(program.args(command).arg("-vv")).expect(code);
        let all = run.said() + &place.written(&["orders.csv"]);
        for secret in SECRETS {
            assert!(!all.contains(secret), "{secret} in {all}");
            assert!(
                !all.contains(&secret.replace('-', "%2D")),
                "{secret} in {all}"
            );
        }
        assert!(!all.contains("sign="), "{all}");
    }
}

#[test]
fn of_a_good_account() {
    discloses_nothing(&sandbox().endpoint(), "open-sesame:sea-salt", &[], 0);
}

#[test]
fn of_a_wrong_account_with_the_journal_that_is_kept() {
    let erp = sandbox();
    for secret in ["hush:sea-salt", "open-sesame:bitter", "hush:bitter"] {
        discloses_nothing(&erp.endpoint(), secret, &[], 3);
    }
}

#[test]
fn of_a_secret_that_is_none() {
    for secret in ["hush", "hush:", ":bitter"] {
        discloses_nothing(&sandbox().endpoint(), secret, &[], 2);
    }
}

#[test]
fn when_the_endpoint_cannot_be_reached_or_used() {
    let gone = sandbox().endpoint();
    discloses_nothing_with_codes(&gone, "hush:bitter", &[], [3, 1]);
    let cut = ScriptedServer::start(|caller| {
        Request::read(&mut caller.stream)?;
        caller.send("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")
    });
    discloses_nothing(&cut.endpoint(), "hush:bitter", &[], 1);
    let unknown = "http://no.such.host.invalid/openapi";
    discloses_nothing_with_codes(unknown, "hush:bitter", &[], [3, 1]);
    discloses_nothing("http://me:password1@127.0.0.1/", "hush:bitter", &[], 2);
}

#[test]
fn when_the_proxy_is_wrong() {
    let erp = sandbox();
    for (proxy, codes) in [
        ("http://me:password1@127.0.0.1:9", [3, 1]),
        ("::password1::", [2, 2]),
        ("gopher://me:password1@127.0.0.1:9", [2, 2]),
    ] {
        let env = [("ALL_PROXY", proxy)];
        discloses_nothing_with_codes(&erp.endpoint(), "hush:bitter", &env, codes);
    }
    for (answer, code) in [
        (http("403 Forbidden", ""), 3),
        (b"nonsense\r\n\r\n".to_vec(), 1),
    ] {
        let proxy = ScriptedServer::always(answer);
        let env = [("ALL_PROXY", &*proxy.url())];
        discloses_nothing_with_codes(&erp.endpoint(), "hush:bitter", &env, [code, 1]);
        assert!(!proxy.requests().is_empty());
    }
    assert_eq!(erp.stats().calls, 0, "nothing goes around the proxy");
}

#[test]
fn when_the_server_quotes_the_url_it_was_called_by() {
    for (status, code) in [(1, 3), (100, 1), (99, 1)] {
        let quoting = ScriptedServer::per_call(move |_, request| {
            let url = request.target();
            let (salt, sign) = (request.query("salt")?, request.query("sign")?);
            let plain = salt.replace("%2F", "/");
            let before = "x".repeat(480);
            let says = format!("验证失败 {url} {plain} {sign} {before}{plain}");
            Some(refused(status, &says))
        });
        let place = Place::new();
        place.write("orders.csv", sheet(2));
        let mut command = place.run(&quoting, ["orders.csv", "-vv", "--retries=0"]);
        command.env("WDT_APP_SECRET", "hush:bitter/salt");
        let run = finish(&mut command).expect(code);
        let all = (run.said() + &place.written(&["orders.csv"])).to_lowercase();
        assert!(all.contains("salt=***"), "{all}");
        let signs = quoting.requests();
        let signs = signs.iter().filter_map(|request| request.query("sign"));
        for secret in signs.chain(["hush", "bitter"]) {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}

#[test]
fn in_help() {
    for args in [&["--help"][..], &["run", "--help"], &["ping", "--help"]] {
        let place = Place::new();
        let mut command = place.program();
        account(&mut command, "test");
        let run = finish(command.args(args)).expect(0);
        let said = run.said();
        assert!(
            !said.contains("open-sesame") && !said.contains("sea-salt"),
            "{said}"
        );
    }
}

#[test]
fn the_secret_half_is_never_sent() {
    for answer in [accepted(), refused(1, "验证失败")] {
        let place = Place::new();
        place.write("orders.csv", sheet(2));
        let erp = ScriptedServer::always(answer);
        let mut command = place.run(&erp, ["orders.csv"]);
        finish(command.env("WDT_APP_SECRET", "hush:salt"));
        let seen = erp.requests();
        assert!(!seen.is_empty());
        for call in seen {
            assert_eq!(call.query("salt"), Some("salt"));
            assert!(!call.target().contains("hush") && !call.body.contains("hush"));
        }
    }
}
