//! Whether the server is who it says it is, and calls over TLS by every way there is.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{
    Authority, Finished, Place, Proxy, ScriptedServer, Table, account, finish, sandbox, sheet, tls,
};

/// Carries the place's sheet, one call at a time and none tried again, trusting `company.pem`.
#[track_caller]
fn carry_trusting(
    place: &Place,
    server: &ScriptedServer,
    env: &[(&str, String)],
) -> (Finished, Table) {
    let args = "orders.csv -j1 --retries=0 --ca-file=company.pem -vv";
    let mut command = place.run(&server.tls_endpoint(), args.split(' '));
    let run = finish(command.envs(env.iter().map(|(name, value)| (name, value))));
    let results = place.results(&run);
    (run, results)
}

/// A place with a sheet of five orders and an authority's certificate.
fn place(authority: &Authority) -> Place {
    let place = Place::new();
    place.write("orders.csv", sheet(5));
    place.write("company.pem", &authority.pem);
    place
}

#[test]
fn a_company_authority_is_trusted() {
    let authority = Authority::new("company");
    let server = ScriptedServer::over_tls(authority.vouches_for("127.0.0.1"));
    let place = place(&authority);
    let (run, results) = carry_trusting(&place, &server, &[]);
    run.expect(0);
    assert_eq!(results.count("ok"), 5);
    assert_eq!(results.column("attempts"), ["1"; 5]);
    assert_eq!(server.calls(), 5);
}

#[test]
fn an_authority_is_named_by_option_environment_or_profile() {
    let authority = Authority::new("company");
    let server = ScriptedServer::over_tls(authority.vouches_for("127.0.0.1"));
    let endpoint = server.tls_endpoint();
    let place = place(&authority);
    let ping = |args: &[&str], env: &[(&str, &str)], code| {
        let mut command = place.program();
        account(&mut command, &endpoint);
        let command = command.args(["ping"]).args(args);
        finish(command.envs(env.iter().copied())).expect(code)
    };
    ping(&[], &[], 3);
    let absent = [("WDT_CA_FILE", "absent.pem")];
    ping(&["--ca-file", "company.pem"], &absent, 0);
    ping(&[], &[("WDT_CA_FILE", "company.pem")], 0);
    // Beside the file that names it.
    std::fs::create_dir(place.path("etc")).expect("created");
    place.write("etc/inside.pem", &authority.pem);
    place.write("etc/config.toml", "[default]\nca_file = 'inside.pem'\n");
    ping(&["--config", "etc/config.toml"], &[], 0);
    assert_eq!(server.calls(), 3);
}

/// The whole run goes through the proxy, which sees where to, and nothing of what is said.
#[track_caller]
fn goes_through(proxy: &Proxy, variable: &str, scheme: &str) {
    let authority = Authority::new("company");
    let server = ScriptedServer::over_tls(authority.vouches_for("127.0.0.1"));
    let place = place(&authority);
    let env = [(variable, format!("{scheme}://{}", proxy.address()))];
    let (run, results) = carry_trusting(&place, &server, &env);
    let run = run.expect(0);
    assert_eq!(results.count("ok"), 5);
    assert_eq!((server.calls(), server.connections()), (5, 5));

    let seen = proxy.seen();
    assert_eq!(seen.targets, vec![server.address().to_string(); 5]);
    let bytes = String::from_utf8_lossy(&seen.bytes);
    assert!(bytes.len() > 1_000, "all went through it: {bytes}");
    let said = run.said() + &place.written(&[]);
    for secret in ["open-sesame", "open%2Dsesame", "sea-salt", "sea%2Dsalt"] {
        assert!(!bytes.contains(secret), "{secret} in {bytes}");
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    let private = ["sid=", "sign=", "purchase_no"];
    assert!(!private.iter().any(|it| bytes.contains(it)), "{bytes}");
}

#[test]
fn proxies_of_both_kinds_are_gone_through() {
    goes_through(&Proxy::http(), "HTTPS_PROXY", "http");
    goes_through(&Proxy::socks5(), "ALL_PROXY", "socks5");
}

#[test]
fn a_certificate_that_is_not_good_stops_the_run_before_anything_is_sent() {
    let (authority, other) = (Authority::new("company"), Authority::new("other"));
    for (config, why) in [
        (authority.vouches_until(2020, "127.0.0.1"), "expired"),
        (authority.vouches_for("erp.example"), "not valid for name"),
        (other.vouches_for("127.0.0.1"), "UnknownIssuer"),
    ] {
        let told = Arc::new(AtomicUsize::new(0));
        let server = ScriptedServer::start({
            let told = Arc::clone(&told);
            move |caller| {
                let mut tls = tls(&caller.stream, &config)?;
                while tls.read(&mut [0])? > 0 {
                    told.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            }
        });
        let place = place(&authority);
        let (run, results) = carry_trusting(&place, &server, &[]);
        let run = run.expect(3);
        run.ends_by_saying("certificate is not trusted")
            .ends_by_saying(why);
        assert_eq!(results.count("skipped"), 5);
        assert_eq!(told.load(Ordering::SeqCst), 0, "not a byte of the call");
        assert_eq!(server.connections(), 1, "at once");
    }
}

#[test]
fn a_file_without_an_authority_is_found_out_before_anything_is_sent() {
    let authority = Authority::new("company");
    let server = ScriptedServer::over_tls(authority.vouches_for("127.0.0.1"));
    let cut = authority.pem.replacen("M", "", 1);
    for (content, why) in [
        (None, "cannot read"),
        (Some(""), "holds no certificate authority"),
        (Some("dear diary"), "holds no certificate authority"),
        (Some(&*cut), "cannot be read"),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet(5));
        if let Some(content) = content {
            place.write("company.pem", content);
        }
        let before = place.files();
        let args = ["orders.csv", "--ca-file", "company.pem"];
        let run = finish(&mut place.run(&server.tls_endpoint(), args)).expect(2);
        assert_eq!(run.stderr.lines().count(), 1, "one message: {run:?}");
        run.says("`company.pem`");
        run.says(why);
        assert_eq!(place.files(), before);
    }
    assert_eq!(server.connections(), 0);
}

/// Carries two rows to `endpoint`, which nobody can talk to.
#[track_caller]
fn is_away(endpoint: String) {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let run = place.runs(
        &endpoint,
        "orders.csv -j1 --give-up-after=1s --timeout=20s",
        3,
    );
    run.says("not one call was answered");
    let results = place.results(&run);
    assert_eq!(results.column("status"), ["failed", "skipped"]);
}

#[test]
fn https_to_a_plain_port_is_given_up() {
    let erp = sandbox();
    is_away(erp.endpoint().replace("http:", "https:"));
    assert_eq!(erp.stats().accepted, 0);
}

#[test]
fn http_to_a_tls_port_fails_the_rows() {
    let config = Authority::new("company").vouches_for("127.0.0.1");
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let server = ScriptedServer::over_tls(config);
    let run = place.runs(&server, "orders.csv -j1 --retries=0 --timeout=20s", 1);
    let results = place.results(&run);
    assert_eq!(results.column("status"), ["failed", "failed"]);
}

#[test]
fn a_handshake_that_is_cut_off_is_given_up() {
    let server = ScriptedServer::start(|caller| caller.stream.read(&mut [0; 16]).map(drop));
    is_away(server.tls_endpoint());
}
