//! Proxies that the system's settings name.

use crate::harness::{Place, ScriptedServer, accepted, finish, http_with};

#[test]
fn a_proxy_that_wants_a_password_stops_the_run() {
    let refusal = "Proxy-Authenticate: Basic realm=\"x\"\r\n";
    let status = "407 Proxy Authentication Required";
    let proxy = ScriptedServer::always(http_with(status, refusal, "<h1>407</h1>"));
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
        for words in ["HTTP 407", variable, &*proxy.url()] {
            run.ends_by_saying(words);
        }
        let results = place.results(&run);
        assert_eq!(results.column("status"), ["skipped", "skipped"]);
        let all = run.said() + &place.written(&[]);
        assert!(!all.contains("password1"), "{all}");
        assert_eq!(proxy.calls() - before, 1, "at once");
    }
    assert_eq!(server.calls(), 0);
}
