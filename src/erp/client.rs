//! Makes calls: one signed HTTP request each, one verdict back.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use super::account::Account;
use super::clock::Clock;
use super::error::{CallError, ErrorKind};
use super::http::Http;
use super::protocol::{NOW_METHOD, UPDATE_METHOD};
use super::request::{Request, masked};
use super::verdict::classify;
use crate::language::say;

/// Calls the ERP for one account. Shared by all threads, with its clock.
pub struct Client {
    pub http: Http,
    pub account: Account,
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
        let (server, ca_file) = (account.endpoint.uri(), account.ca_file.as_deref());
        Ok(Client {
            http: Http::new(&server, account.stand_in, timeout, ca_file)?,
            account: account.clone(),
            clock: Clock::default(),
        })
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
        let headers = [("Content-Type", "application/json")];
        let reply = self
            .http
            .post(&url, &headers, &request.body, request.max_reply);
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
