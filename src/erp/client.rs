//! Makes calls: one signed HTTP request each, one verdict back.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use ureq::config::Config;
use ureq::http::Response;
use ureq::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy, Timeout};
use zeroize::Zeroizing;

use super::account::Account;
use super::clock::{Clock, unix};
use super::endpoint::Endpoint;
use super::error::{CallError, ErrorKind, Reason};
use super::protocol::{NOW_METHOD, UPDATE_METHOD, VERSION};
use super::reply::{Reply, printable};
use super::resolver::CachingResolver;
use super::sign::sign;
use super::trust::{CaFileError, root_certs};
use super::verdict::classify;

/// A longer reply body is no reply of the ERP's.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;
/// A server that takes longer to accept a connection is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Requests and replies are a few hundred bytes; a buffer of each is kept for every connection.
const BUFFER_BYTES: usize = 16 * 1024;

/// What a query value need not escape (RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How calls are made.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The longest a call may take, connection and reply included.
    pub timeout: Duration,
    /// Whether the system's proxy settings are honoured.
    pub system_proxy: bool,
    /// A PEM file of certificate authorities to trust besides the built-in ones.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(
        "the proxy set in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is not a usable URL"
    )]
    Proxy,
    #[error(transparent)]
    CaFile(#[from] CaFileError),
}

/// Calls the ERP for one account. Shared by all workers, with its clock.
pub struct Client {
    config: Config,
    resolver: CachingResolver,
    timeout: Duration,
    clock: Clock,
    account: Account,
    endpoint: Endpoint,
}

/// Makes calls, one after the other, over a connection of its own that is kept alive.
pub struct Caller<'c> {
    client: &'c Client,
    agent: Agent,
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
    /// A client for `account` at `endpoint`. Makes no call.
    pub fn new(
        account: &Account,
        endpoint: &Endpoint,
        options: &ClientOptions,
    ) -> Result<Client, ClientError> {
        let proxy = if options.system_proxy {
            proxy_from_environment()?
        } else {
            None
        };
        let tls = TlsConfig::builder()
            .root_certs(root_certs(options.ca_file.as_deref())?)
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .input_buffer_size(BUFFER_BYTES)
            .output_buffer_size(BUFFER_BYTES)
            .timeout_global(Some(options.timeout))
            .timeout_resolve(Some(connect_timeout(options.timeout)))
            .timeout_connect(Some(connect_timeout(options.timeout)))
            .proxy(proxy)
            .tls_config(tls)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .build();
        Ok(Client {
            config,
            resolver: CachingResolver::default(),
            timeout: options.timeout,
            clock: Clock::default(),
            account: account.clone(),
            endpoint: endpoint.clone(),
        })
    }

    /// A caller, for one worker.
    pub fn caller(&self) -> Caller<'_> {
        let config = self.config.clone();
        Caller {
            client: self,
            agent: Agent::with_parts(config, DefaultConnector::default(), self.resolver.clone()),
        }
    }

    /// The proxy that calls go through, without its password.
    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        let proxy = self.config.proxy()?;
        let endpoint = self.endpoint.url().parse().ok()?;
        let scheme = proxy.uri().scheme_str().unwrap_or("http");
        let (host, port) = (proxy.host(), proxy.port());
        (!proxy.is_no_proxy(&endpoint)).then(|| format!("{scheme}://{host}:{port}"))
    }

    /// The clock that calls are signed by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The URL holds half of the secret, so it is wiped from memory when dropped.
    fn signed_url(&self, method: &str, timestamp: i64, body: &str) -> Zeroizing<String> {
        let account = &self.account;
        let timestamp = timestamp.to_string();
        let fields = [
            ("sid", account.sid.as_str()),
            ("key", &account.app_key),
            ("salt", account.app_secret.salt()),
            ("method", method),
            ("v", VERSION),
            ("timestamp", &timestamp),
        ];
        let signed = fields.into_iter().chain([("body", body)]);
        let sign = sign(account.app_secret.secret(), signed);
        let mut url = Zeroizing::new(String::with_capacity(512));
        url.extend([self.endpoint.url(), "?"]);
        for (name, value) in fields {
            url.extend([name, "="]);
            url.extend(utf8_percent_encode(value, UNRESERVED));
            url.push('&');
        }
        url.extend(["sign=", &sign]);
        url
    }

    /// Names the proxy beside what kept a call from its server: it may be to blame.
    fn name_proxy(&self, reason: Reason) -> Reason {
        let Some(proxy) = self.proxy() else {
            return reason;
        };
        let named = format!("{reason} (through the proxy {proxy})");
        match reason {
            Reason::Connection(_) => Reason::Connection(named),
            Reason::NotConnected(_) | Reason::NoConnection(_) | Reason::HostNotFound => {
                Reason::NotConnected(named)
            }
            reason => reason,
        }
    }

    /// ureq's error in this crate's terms, without the URL, which holds half of the secret.
    fn explain(&self, error: ureq::Error) -> Reason {
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                Reason::NoConnection(connect_timeout(self.timeout))
            }
            ureq::Error::Timeout(_) => Reason::Timeout(self.timeout),
            ureq::Error::Io(error) => self.explain_io(&error),
            ureq::Error::Rustls(error) => explain_tls(&error),
            ureq::Error::HostNotFound => Reason::HostNotFound,
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Reason::BadUrl,
            error @ (ureq::Error::Protocol(_)
            | ureq::Error::LargeResponseHeader(..)
            | ureq::Error::BodyExceedsLimit(_)) => Reason::Malformed(printable(&error.to_string())),
            error => Reason::NotConnected(printable(&error.to_string())),
        }
    }

    fn explain_io(&self, error: &io::Error) -> Reason {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return explain_tls(tls);
        }
        // Reading a body reports ureq's own errors inside an io::Error.
        match inner.and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
            Some(ureq::Error::Timeout(_)) => return Reason::Timeout(self.timeout),
            Some(
                error @ (ureq::Error::Protocol(_)
                | ureq::Error::LargeResponseHeader(..)
                | ureq::Error::BodyExceedsLimit(_)),
            ) => return Reason::Malformed(printable(&error.to_string())),
            _ => {}
        }
        if is_out_of_handles(error) {
            return Reason::OutOfHandles(error.to_string());
        }
        match error.kind() {
            io::ErrorKind::TimedOut => Reason::Timeout(self.timeout),
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Reason::NotConnected(printable(&error.to_string())),
            _ => Reason::Connection(printable(&error.to_string())),
        }
    }
}

impl Caller<'_> {
    /// Sets `order`'s flag. Idempotent: setting it twice leaves what setting it once does.
    pub fn update_flag(&self, order: &str, flag: &str) -> Result<(), CallError> {
        let update = Update {
            purchase_no: order,
            flag_name: flag,
        };
        self.call::<IgnoredAny>(UPDATE_METHOD, &[update]).map(drop)
    }

    /// Makes one call that changes nothing.
    pub fn ping(&self) -> Ping {
        let started = Instant::now();
        let (outcome, date) = self.exchange(NOW_METHOD, "[]");
        Ping {
            result: classify(outcome).map(drop),
            clock_offset: date.map(|date| unix(date).saturating_sub(unix(SystemTime::now()))),
            elapsed: started.elapsed(),
        }
    }

    /// Makes one call of a method with its positional arguments and gives the `data` of the reply.
    ///
    /// After an error of the kind [`Clock`](ErrorKind::Clock) the client's clock has been corrected
    /// from the reply's `Date`, for every call that follows.
    pub fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &impl Serialize,
    ) -> Result<T, CallError> {
        let body = serde_json::to_string(arguments).map_err(|error| {
            CallError::new(ErrorKind::Rejected, None, Reason::Erp(error.to_string()))
        })?;
        let (outcome, date) = self.exchange(method, &body);
        let data = classify(outcome).inspect_err(|error| {
            if let (ErrorKind::Clock, Some(date)) = (error.kind, date) {
                self.client.clock.correct(SystemTime::now(), date);
            }
        })?;
        serde_json::from_str(&data)
            .map_err(|_| CallError::new(ErrorKind::Transient, None, Reason::NotJson))
    }

    /// Sends one signed request. The second value is what the server's clock showed.
    fn exchange(&self, method: &str, body: &str) -> (Result<Reply, Reason>, Option<SystemTime>) {
        let timestamp = self.client.clock.timestamp(SystemTime::now());
        let url = self.client.signed_url(method, timestamp, body);
        let sent = self
            .agent
            .post(url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .send(body);
        let explain = |error| self.client.name_proxy(self.client.explain(error));
        let (outcome, date) = match sent {
            Ok(mut response) => {
                let reply = read(&mut response).map_err(|error| cut_off(explain(error)));
                (reply, header_date(&response))
            }
            Err(error) => (Err(explain(error)), None),
        };
        (outcome, date)
    }
}

/// Whether this process or this machine has as many files and connections open as it may.
fn is_out_of_handles(error: &io::Error) -> bool {
    #[cfg(unix)]
    const CODES: [i32; 2] = [23, 24];
    // WSAEMFILE, WSAENOBUFS.
    #[cfg(windows)]
    const CODES: [i32; 2] = [10_024, 10_055];
    error
        .raw_os_error()
        .is_some_and(|code| CODES.contains(&code))
}

/// The system's proxy. A variable that is set but unusable is an error rather than a call that goes
/// around the proxy.
fn proxy_from_environment() -> Result<Option<Proxy>, ClientError> {
    let set = [
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    match Proxy::try_from_env() {
        None if set => Err(ClientError::Proxy),
        proxy => Ok(proxy),
    }
}

/// Shorter than the whole call's, so that the two can be told apart.
fn connect_timeout(timeout: Duration) -> Duration {
    timeout.mul_f64(0.9).min(CONNECT_TIMEOUT)
}

/// The reply had begun.
fn cut_off(reason: Reason) -> Reason {
    match reason {
        Reason::Connection(why) => Reason::CutOff(why),
        reason => reason,
    }
}

fn explain_tls(error: &rustls::Error) -> Reason {
    let text = printable(&error.to_string());
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Reason::Certificate(text)
        }
        _ => Reason::Connection(text),
    }
}

fn read(response: &mut Response<Body>) -> Result<Reply, ureq::Error> {
    Ok(Reply {
        http_status: response.status().as_u16(),
        retry_after: retry_after(response),
        body: response
            .body_mut()
            .with_config()
            .limit(MAX_REPLY_BYTES)
            .read_to_vec()?,
    })
}

fn header_date(response: &Response<Body>) -> Option<SystemTime> {
    let text = response.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}

/// `Retry-After` in either of its forms: seconds, or a date by the server's own clock.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = header_date(response).unwrap_or_else(SystemTime::now);
    until.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use serde_json::{Value, json};

    use super::*;
    use crate::erp::account::AppSecret;

    fn client(sid: &str, endpoint: &str) -> Client {
        let account = Account {
            sid: sid.into(),
            app_key: "wdt_test".into(),
            app_secret: AppSecret::parse("testsecret:testsalt").expect("secret:salt"),
        };
        let options = ClientOptions {
            timeout: Duration::from_secs(20),
            system_proxy: false,
            ca_file: None,
        };
        let endpoint = endpoint.parse().expect("an endpoint");
        Client::new(&account, &endpoint, &options).expect("a client")
    }

    /// The endpoint of a server that answers one call with these headers and this body.
    fn answers(headers: &'static str, body: &'static str) -> String {
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

    fn call<T: DeserializeOwned>(
        headers: &'static str,
        body: &'static str,
    ) -> Result<T, CallError> {
        client("shop", &answers(headers, body))
            .caller()
            .call("x.Y.z", &[json!({"page": 1})])
    }

    #[test]
    fn a_url_is_signed_and_escaped_and_without_the_secret() {
        let body = r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#;
        let url =
            client("wdtapi3", "http://erp/openapi").signed_url(UPDATE_METHOD, 450_444_516, body);
        assert_eq!(
            url.as_str(),
            "http://erp/openapi?sid=wdtapi3&key=wdt_test&salt=testsalt\
             &method=purchase.PurchaseOrder.updatePurchaseInfo&v=1.0&timestamp=450444516\
             &sign=98421154e48d616164bacac3c8a3ae9f"
        );
        let url = client("a&b=c 店", "http://erp/openapi").signed_url("m", 0, "[]");
        assert!(url.contains("?sid=a%26b%3Dc%20%E5%BA%97&key="), "{}", *url);
    }

    #[test]
    fn any_method_gives_the_data_it_is_asked_for() {
        let body = r#"{"status":0,"data":{"total_count":7,"order":[]}}"#;
        let data = call::<Value>("", body).expect("accepted");
        assert_eq!(data["total_count"], 7);
        assert_eq!(call::<Option<u32>>("", r#"{"status":"0"}"#), Ok(None));
        let error = call::<u32>("", body).expect_err("not a number");
        assert_eq!(
            (error.kind, error.reason),
            (ErrorKind::Transient, Reason::NotJson)
        );
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
