//! Starting, stopping, and how to reach it.

use std::io;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::client::{Call, Caller, start};
use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox, Shell};

#[test]
fn the_environment_names_everything_a_client_needs() {
    let sandbox = start(Config::default());
    let endpoint = sandbox.endpoint();
    for (shell, expected) in [
        (
            Shell::Sh,
            format!(
                "export WDT_SID={SID}\nexport WDT_APP_KEY={APP_KEY}\n\
                 export WDT_APP_SECRET={APP_SECRET}\nexport WDT_ENDPOINT={endpoint}\n"
            ),
        ),
        (
            Shell::Powershell,
            format!(
                "$env:WDT_SID='{SID}'\n$env:WDT_APP_KEY='{APP_KEY}'\n\
                 $env:WDT_APP_SECRET='{APP_SECRET}'\n$env:WDT_ENDPOINT='{endpoint}'\n"
            ),
        ),
        (
            Shell::Cmd,
            format!(
                "set \"WDT_SID={SID}\"\nset \"WDT_APP_KEY={APP_KEY}\"\n\
                 set \"WDT_APP_SECRET={APP_SECRET}\"\nset \"WDT_ENDPOINT={endpoint}\"\n"
            ),
        ),
    ] {
        assert_eq!(sandbox.environment(shell), expected);
    }
}

#[test]
fn listening_everywhere_is_called_on_loopback() {
    let sandbox = start(Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Config::default()
    });
    let port = sandbox.addr().port();
    assert_eq!(
        sandbox.endpoint(),
        format!("http://127.0.0.1:{port}/openapi")
    );
}

#[test]
fn a_taken_port_and_an_impossible_rate_are_errors() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = Sandbox::start(Config {
        listen: taken.local_addr().unwrap(),
        ..Config::default()
    })
    .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    for fail_rate in [-0.1, 1.1, f64::NAN] {
        let error = Sandbox::start(Config {
            fail_rate,
            ..Config::default()
        })
        .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn drop_ends_every_connection_even_mid_call() {
    let sandbox = start(Config {
        latency: Duration::from_secs(3600),
        ..Config::default()
    });
    let mut idle = Caller::new(&sandbox);
    let mut waiting = Caller::new(&sandbox);
    waiting.send(Call::update("CG1", "aa").to_http());
    while sandbox.accepted("CG1") == 0 {
        thread::yield_now();
    }
    drop(sandbox);
    assert_eq!(idle.receive(), None);
    assert_eq!(waiting.receive(), None);
}

#[test]
fn it_starts_and_stops_inside_another_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let stats = runtime.block_on(async {
        let sandbox = start(Config::default());
        Caller::new(&sandbox).reply(&Call::ping());
        let refused = Sandbox::start(Config {
            listen: sandbox.addr(),
            ..Config::default()
        });
        assert!(refused.is_err());
        sandbox.stats()
    });
    assert_eq!(stats.pings, 1);
}
