//! Makes calls: one signed HTTP request each, one verdict back.

use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::header::{CONNECTION, CONTENT_TYPE};
use ureq::tls::TlsConfig;

use super::account::Account;
use super::clock::{Clock, unix};
use super::connection::{Connections, Surplus};
use super::error::{CallError, ErrorKind, Reason};
use super::explain::{Circumstances, connect_timeout};
use super::protocol::{NOW_METHOD, UPDATE_METHOD};
use super::proxy::{ProxyError, SystemProxy};
use super::reply::{Reply, header_date};
use super::request::{Request, arguments};
use super::resolver::CachingResolver;
use super::secrets::Secrets;
use super::trust::{CaFileError, root_certs};
use super::verdict::classify;

/// Requests and replies are a few hundred bytes; a buffer of each is kept for every connection.
const BUFFER_BYTES: usize = 16 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    #[error(transparent)]
    CaFile(#[from] CaFileError),
}

/// Calls the ERP for one account. Shared by all workers, with its clock.
pub struct Client {
    config: Config,
    proxy: Option<SystemProxy>,
    resolver: CachingResolver,
    timeout: Duration,
    clock: Clock,
    account: Account,
}

/// Makes calls, one after the other, each over a connection of its own.
pub struct Caller<'c> {
    client: &'c Client,
    agent: Agent,
    surplus: Surplus,
}

/// What a test call found.
#[derive(Debug)]
pub struct Ping {
    pub result: Result<(), CallError>,
    /// The server's clock minus this machine's, in seconds, if the server told the time.
    pub clock_offset: Option<i64>,
    /// How long the call took.
    pub elapsed: Duration,
}

/// The one argument of `updatePurchaseInfo`.
#[derive(Serialize)]
struct Update<'a> {
    purchase_no: &'a str,
    flag_name: &'a str,
}

impl Client {
    /// A client for the account, whose calls take at most `timeout`. Makes no call.
    pub fn new(account: &Account, timeout: Duration) -> Result<Client, ClientError> {
        let proxy = if account.stand_in {
            None
        } else {
            SystemProxy::choose(&account.endpoint.uri(), |name| std::env::var_os(name))?
        };
        let tls = TlsConfig::builder()
            .root_certs(root_certs(account.ca_file.as_deref())?)
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .input_buffer_size(BUFFER_BYTES)
            .output_buffer_size(BUFFER_BYTES)
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(connect_timeout(timeout)))
            .timeout_connect(Some(connect_timeout(timeout)))
            .proxy(proxy.as_ref().map(|it| it.proxy.clone()))
            .tls_config(tls)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .build();
        Ok(Client {
            config,
            proxy,
            resolver: CachingResolver::default(),
            timeout,
            clock: Clock::default(),
            account: account.clone(),
        })
    }

    /// Makes one call that changes nothing.
    pub fn ping(&self) -> Ping {
        self.caller().ping()
    }

    /// A caller, for one worker.
    pub fn caller(&self) -> Caller<'_> {
        let (config, surplus) = (self.config.clone(), Surplus::default());
        let connections = Connections::new(surplus.clone(), self.proxy.is_some());
        Caller {
            client: self,
            agent: Agent::with_parts(config, connections, self.resolver.clone()),
            surplus,
        }
    }

    /// The proxy that calls go through, without its password.
    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        self.proxy.as_ref().map(SystemProxy::address)
    }

    /// The clock that calls are signed by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl Caller<'_> {
    /// Sets `order`'s flag. Idempotent: setting it twice leaves what setting it once does.
    pub fn update_flag(&self, order: &str, flag: &str) -> Result<(), CallError> {
        let update = Update {
            purchase_no: order,
            flag_name: flag,
        };
        let body = arguments(&update)?;
        self.call(&Request::new(UPDATE_METHOD, &body)).map(drop)
    }

    /// Makes one call that changes nothing.
    pub fn ping(&self) -> Ping {
        let started = Instant::now();
        let (outcome, date) = self.exchange(&Request::new(NOW_METHOD, "[]"));
        Ping {
            result: outcome.map(drop),
            clock_offset: date.map(|date| unix(date).saturating_sub(unix(SystemTime::now()))),
            elapsed: started.elapsed(),
        }
    }

    /// Makes one call and gives the `data` of the reply, as JSON.
    ///
    /// After an error of the kind [`Clock`](ErrorKind::Clock) the client's clock has been corrected
    /// from the reply's `Date`, for every call that follows.
    pub(super) fn call(&self, request: &Request<'_>) -> Result<String, CallError> {
        let (outcome, date) = self.exchange(request);
        outcome.inspect_err(|error| {
            if let (ErrorKind::Clock, Some(date)) = (error.kind, date) {
                self.client.clock.correct(SystemTime::now(), date);
            }
        })
    }

    /// Sends one signed request. The second value is what the server's clock showed.
    fn exchange(&self, request: &Request<'_>) -> (Result<String, CallError>, Option<SystemTime>) {
        let Client { account, clock, .. } = self.client;
        let timestamp = clock.timestamp(SystemTime::now());
        let (url, sign) = request.signed_url(account, &account.endpoint, timestamp);
        let secret = &account.secret;
        let secrets = Secrets::new([secret.secret(), secret.salt(), &sign]);
        let circumstances = Circumstances {
            timeout: self.client.timeout,
            proxy: self.client.proxy.as_ref(),
            secrets: &secrets,
        };
        self.surplus.take();
        let sent = self
            .agent
            .post(url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .send(request.body);
        let (outcome, date) = match sent {
            Ok(mut response) => {
                // Its connection is over when the reply has been read.
                let reply = match Reply::read(&mut response, request.max_reply) {
                    Ok(_) if self.surplus.take() => Err(Reason::NotAlone),
                    Ok(reply) => Ok(reply),
                    Err(error) => Err(circumstances.explain_cut_off(error)),
                };
                (reply, header_date(&response))
            }
            Err(error) => (Err(circumstances.explain(error)), None),
        };
        (classify(outcome, &secrets), date)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use jiff::Timestamp;

    use super::*;
    use crate::erp::account::AppSecret;
    use crate::erp::listing::{Page, Query, Window};

    fn client(sid: &str, endpoint: &str) -> Client {
        let account = Account {
            sid: sid.into(),
            app_key: "wdt_test".into(),
            secret: AppSecret::parse("testsecret:testsalt").expect("secret:salt"),
            endpoint: endpoint.parse().expect("an endpoint"),
            ca_file: None,
            stand_in: true,
        };
        Client::new(&account, Duration::from_secs(20)).expect("a client")
    }

    /// The endpoint of a server that answers one call with these headers and this body.
    fn answers(headers: &'static str, body: &str) -> String {
        let body = body.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        thread::spawn(move || {
            let (stream, _) = listener.accept().expect("called");
            let mut request = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while request.read_line(&mut line).expect("a line") > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                line.clear();
            }
            let mut sent = vec![0; length];
            request.read_exact(&mut sent).expect("a body");
            let length = body.len();
            write!(
                &stream,
                "HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            )
            .expect("answered");
        });
        format!("http://{address}/openapi")
    }

    #[test]
    fn a_wrong_clock_is_corrected_from_the_servers_date() {
        let endpoint = answers(
            "Date: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
            r#"{"status":7,"message":"时间戳错误"}"#,
        );
        let client = client("shop", &endpoint);
        let error = client.caller().update_flag("CG1", "aa").expect_err("clock");
        assert_eq!(error.kind, ErrorKind::Clock);
        let year = 365 * 24 * 3_600;
        assert!(
            client.clock().offset() > year,
            "{}",
            client.clock().offset()
        );
    }

    #[test]
    fn only_a_listing_may_be_megabytes() {
        let details = r#"{"spec_no":"A"},"#.repeat(200_000);
        let body = format!(
            r#"{{"status":0,"data":{{"total_count":1,"order":[{{"detail_list":[{details}{{}}],"purchase_no":"CG1","flag_name":"aa"}}]}}}}"#
        );
        let here = Window::back_from(Timestamp::now(), Duration::from_secs(60)).remove(0);
        let page = Page {
            number: 0,
            counted: true,
        };
        let listing = client("shop", &answers("", &body))
            .caller()
            .list(&Query::Modified(here), page)
            .expect("listed");
        assert_eq!((listing.total, listing.length), (Some(1), 1));
        assert_eq!(listing.orders[0].flag.as_deref(), Some("aa"));
        let client = client("shop", &answers("", &body));
        let error = client.caller().update_flag("CG1", "aa");
        let error = error.expect_err("no reply of this method's");
        assert!(matches!(error.reason, Reason::Malformed(_)), "{error:?}");
    }

    #[test]
    fn what_keeps_a_call_from_its_server_is_told_without_the_url() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}/openapi", listener.local_addr().expect("bound"));
        drop(listener);
        let error = client("shop", &endpoint).caller().ping().result;
        let error = error.expect_err("nobody listens");
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(matches!(error.reason, Reason::NotConnected(_)), "{error:?}");
        assert!(!format!("{error:?}").contains("testsalt"));
    }
}
