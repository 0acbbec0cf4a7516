//! The app secret appears nowhere: not on the terminal, not in any file, whatever goes wrong.

use crate::harness::{
    Place, Request, ScriptedServer, accepted, account, finish, http, refused, sandbox, sheet,
};

/// Both halves of every secret that is used here, right or wrong.
const SECRETS: [&str; 5] = ["open-sesame", "sea-salt", "hush", "bitter", "password1"];

/// Runs the program at its most talkative and looks at all that it wrote. The exit codes are those
/// of `run` and of `ping`.
#[track_caller]
fn discloses_nothing(endpoint: &str, secret: &str, proxy: &str, codes: [i32; 2]) {
    let run = "run orders.csv --rate=unlimited --retries=0 --give-up-after=1s";
    for (line, code) in [run, "ping"].into_iter().zip(codes) {
        let place = Place::new();
        place.write("orders.csv", sheet(3));
        let mut program = place.program();
        account(&mut program, endpoint);
        program.args(line.split(' ')).arg("-vv");
        program.env("WDT_APP_SECRET", secret);
        if !proxy.is_empty() {
            program.env("ALL_PROXY", proxy);
        }
        let run = finish(&mut program).expect(code);
        let all = run.said() + &place.written(&["orders.csv"]);
        for secret in SECRETS {
            assert!(!all.contains(secret), "{secret} in {all}");
            let encoded = secret.replace('-', "%2D");
            assert!(!all.contains(&encoded), "{secret} in {all}");
        }
        assert!(!all.contains("sign="), "{all}");
    }
}

#[test]
fn of_any_account_whatever_the_endpoint_or_the_proxy() {
    let erp = sandbox();
    let gone = sandbox().endpoint();
    let nonsense = ScriptedServer::start(|caller| {
        Request::read(&mut caller.stream)?;
        caller.send("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")
    });
    let forbids = ScriptedServer::always(http("403 Forbidden", ""));
    let (good, wrong) = ("open-sesame:sea-salt", "hush:bitter");
    for (endpoint, secret, proxy, codes) in [
        (&*erp.endpoint(), good, "", [0, 0]),
        (&erp.endpoint(), "hush:sea-salt", "", [3, 3]),
        (&erp.endpoint(), "open-sesame:bitter", "", [3, 3]),
        (&erp.endpoint(), "hush", "", [2, 2]),
        (&erp.endpoint(), "hush:", "", [2, 2]),
        (&gone, wrong, "", [3, 1]),
        (&nonsense.endpoint(), wrong, "", [1, 1]),
        ("http://no.such.host.invalid/", wrong, "", [3, 1]),
        ("http://me:password1@127.0.0.1/", wrong, "", [2, 2]),
        (&gone, wrong, "http://me:password1@127.0.0.1:9", [3, 1]),
        (&gone, wrong, "::password1::", [2, 2]),
        (&gone, wrong, &forbids.url(), [3, 1]),
        (&gone, wrong, &nonsense.url(), [1, 1]),
    ] {
        discloses_nothing(endpoint, secret, proxy, codes);
    }
    assert!(!forbids.requests().is_empty());
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
    for args in ["--help", "run --help"] {
        let place = Place::new();
        let mut command = place.program();
        account(&mut command, "test");
        let said = finish(command.args(args.split(' '))).expect(0).said();
        assert!(!SECRETS.iter().any(|secret| said.contains(secret)));
    }
}

#[test]
fn the_secret_half_is_never_sent() {
    let place = Place::new();
    place.write("orders.csv", sheet(2));
    let erp = ScriptedServer::always(accepted());
    let mut command = place.run(&erp, ["orders.csv"]);
    finish(command.env("WDT_APP_SECRET", "hush:salt")).expect(0);
    for call in erp.requests() {
        assert_eq!(call.query("salt"), Some("salt"));
        assert!(!call.target().contains("hush") && !call.body.contains("hush"));
    }
}
