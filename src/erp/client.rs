//! Makes calls: one signed HTTP request each, one verdict back.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use ureq::Agent;
use ureq::http::header::{CONNECTION, CONTENT_TYPE};
use ureq::tls::TlsConfig;

use super::account::Account;
use super::clock::Clock;
use super::error::{CallError, ErrorKind};
use super::explain::Route;
use super::protocol::{NOW_METHOD, UPDATE_METHOD};
use super::proxy::SystemProxy;
use super::reply::Reply;
use super::request::{Request, masked};
use super::trust::root_certs;
use super::verdict::classify;
use crate::language::say;

/// Requests and replies are a few hundred bytes; a buffer of each is kept for every connection.
const BUFFER_BYTES: usize = 16 * 1024;

/// Calls the ERP for one account. Shared by all threads, with its clock.
pub struct Client {
    agent: Agent,
    pub account: Account,
    route: Route,
    pub clock: Clock,
}

#[derive(Debug)]
pub struct Ping {
    pub result: Result<(), CallError>,
    /// The server's clock minus this machine's, in seconds, if the server told the time.
    pub clock_offset: Option<i64>,
    pub elapsed: Duration,
}

#[derive(Serialize)]
struct Update<'a> {
    purchase_no: &'a str,
    flag_name: &'a str,
}

impl Client {
    /// A client for the account, whose calls take at most `timeout` each, connection and reply
    /// included. They go through the system's proxy, unless to the stand-in. Makes no call.
    ///
    /// # Errors
    ///
    /// If the proxy or the file of certificate authorities is not usable.
    pub fn new(account: &Account, timeout: Duration) -> Result<Client, String> {
        let proxy = if account.stand_in {
            None
        } else {
            SystemProxy::choose(&account.endpoint.uri(), |name| std::env::var_os(name))?
        };
        let route = Route { timeout, proxy };
        let tls = TlsConfig::builder()
            .root_certs(root_certs(account.ca_file.as_deref())?)
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // One call a connection: HTTP/1.1 says by nothing but their order which reply belongs
            // to which call, so on a connection that is kept one stray reply would be taken for
            // the next call's. Under a quota a connection a call costs no time that counts.
            .max_idle_connections(0)
            .input_buffer_size(BUFFER_BYTES)
            .output_buffer_size(BUFFER_BYTES)
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(route.connect_timeout()))
            .timeout_connect(Some(route.connect_timeout()))
            .proxy(route.proxy.as_ref().map(|it| it.proxy.clone()))
            .tls_config(tls)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .build();
        Ok(Client {
            agent: config.new_agent(),
            account: account.clone(),
            route,
            clock: Clock::default(),
        })
    }

    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        self.route.proxy.as_ref().map(SystemProxy::address)
    }

    /// Sets `order`'s flag. Idempotent: setting it twice leaves what setting it once does.
    pub fn update_flag(&self, order: &str, flag: &str) -> Result<(), CallError> {
        let update = Update {
            purchase_no: order,
            flag_name: flag,
        };
        let request = Request {
            quotes: [order, flag],
            ..Request::new(UPDATE_METHOD, &[update])
        };
        self.call(&request).map(drop)
    }

    pub fn ping(&self) -> Ping {
        let started = Instant::now();
        let (outcome, date) = self.exchange(&Request::new(NOW_METHOD, &[(); 0]));
        Ping {
            result: outcome.map(drop),
            clock_offset: date.map(|date| date.as_second() - Timestamp::now().as_second()),
            elapsed: started.elapsed(),
        }
    }

    /// Makes one call and gives the `data` of the reply, as JSON.
    ///
    /// After an error of the kind [`Clock`](ErrorKind::Clock) the client's clock has been corrected
    /// from the reply's `Date`, for every call that follows; without one it cannot be.
    pub(super) fn call(&self, request: &Request<'_>) -> Result<String, CallError> {
        let (outcome, date) = self.exchange(request);
        outcome.map_err(|error| match date {
            _ if error.kind != ErrorKind::Clock => error,
            Some(date) => {
                self.clock.correct(Timestamp::now(), date);
                error
            }
            None => CallError {
                kind: ErrorKind::Fatal,
                reason: say!("reason-no-date", reason = error.reason),
                ..error
            },
        })
    }

    /// Sends one signed request. The second value is what the server's clock showed.
    fn exchange(&self, request: &Request<'_>) -> (Result<String, CallError>, Option<Timestamp>) {
        let timestamp = self.clock.timestamp(Timestamp::now());
        let (url, sign) = request.signed_url(&self.account, timestamp);
        let sent = self
            .agent
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .send(&request.body);
        let reply = match sent {
            Ok(response) => Reply::read(response, request.max_reply)
                .map_err(|error| self.route.explain_cut_off(&error)),
            Err(error) => Err(self.route.explain(&error)),
        };
        let date = reply.as_ref().ok().and_then(|reply| reply.date);
        let outcome = reply
            .and_then(|reply| classify(&reply, request.quotes))
            .map_err(|error| {
                // What came may quote the URL, which holds half of the secret.
                let secret = &self.account.secret;
                let reason = masked(&error.reason, [secret.secret(), secret.salt(), &sign]);
                CallError { reason, ..error }
            });
        (outcome, date)
    }
}
