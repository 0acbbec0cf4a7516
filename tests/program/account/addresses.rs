//! The proxies that the system's settings name.

use crate::harness::{Place, Proxy, ScriptedServer, accepted, finish, http_with};

#[test]
fn a_plain_endpoint_is_called_through_the_proxy_for_http_alone() {
    let server = ScriptedServer::always(accepted());
    let (plain, other) = (Proxy::http(), Proxy::http());
    let url = |proxy: &Proxy| format!("http://{}", proxy.address());
    for (variables, through_plain) in [
        (&["HTTP_PROXY"][..], true),
        (&["http_proxy"], true),
        (&["HTTPS_PROXY", "HTTP_PROXY"], true),
        (&["ALL_PROXY", "HTTP_PROXY"], true),
        (&["HTTPS_PROXY"], false),
    ] {
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let before = plain.seen().targets.len();
        let mut command = place.run(&server, ["orders.csv"]);
        for name in variables {
            let is_plain = name.eq_ignore_ascii_case("HTTP_PROXY");
            command.env(name, url(if is_plain { &plain } else { &other }));
        }
        finish(&mut command).expect(0);
        let calls = plain.seen().targets.len() - before;
        assert_eq!(calls, usize::from(through_plain), "{variables:?}");
    }
    assert!(other.seen().targets.is_empty());
    assert_eq!(server.calls(), 5);
}

#[test]
fn a_server_that_needs_no_proxy_is_called_without() {
    let server = ScriptedServer::always(accepted());
    let proxy = Proxy::http();
    for exempt in ["localhost, 127.0.0.1", ".0.0.1", "*"] {
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let mut command = place.run(&server, ["orders.csv", "-v"]);
        command.env("ALL_PROXY", format!("http://{}", proxy.address()));
        let run = finish(command.env("NO_PROXY", exempt)).expect(0);
        assert!(!run.stderr.contains("proxy"), "{run:?}");
    }
    assert!(proxy.seen().targets.is_empty());
    assert_eq!(server.calls(), 3);
}

#[test]
fn a_proxy_that_wants_a_password_stops_the_run() {
    let refusal = "Proxy-Authenticate: Basic realm=\"x\"\r\n";
    let proxy = ScriptedServer::always(http_with(
        "407 Proxy Authentication Required",
        refusal,
        "<h1>407</h1>",
    ));
    let server = ScriptedServer::always(accepted());
    for (variable, endpoint) in [
        ("HTTP_PROXY", server.endpoint()),
        ("HTTPS_PROXY", server.tls_endpoint()),
    ] {
        let place = Place::new();
        place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
        let before = proxy.calls();
        let with_password = proxy.url().replace("//", "//me:password1@");
        let mut command = place.run(&endpoint, ["orders.csv", "-j1", "-vv"]);
        let run = finish(command.env(variable, with_password)).expect(3);
        let last = run.stderr.lines().last().unwrap_or_default();
        for words in ["HTTP 407", variable, &*proxy.url()] {
            assert!(last.contains(words), "{words}: {run:?}");
        }
        let results = place.results(&run);
        assert_eq!(results.column("status"), ["skipped", "skipped"]);
        let all = run.said() + &place.written(&[]);
        assert!(!all.contains("password1"), "{all}");
        assert_eq!(proxy.calls() - before, 1, "at once");
    }
    assert_eq!(server.calls(), 0);
}
