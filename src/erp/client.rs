//! Makes calls: one signed HTTP request each, one verdict back.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use ureq::config::Config;
use ureq::http::Response;
use ureq::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};
use zeroize::Zeroizing;

use super::clock::unix;
use super::reply::{Reply, TransportError, printable};
use super::resolver::CachingResolver;
use super::trust::{CaFileError, root_certs};
use super::{Account, Clock, Endpoint, NOW_METHOD, Signer, UPDATE_METHOD, VERSION, Verdict, judge};

/// A longer reply body is no reply of the ERP's.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;
/// Requests and replies are a few hundred bytes; a buffer of each is kept for every connection.
const BUFFER_BYTES: usize = 16 * 1024;

/// How calls are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The longest a call may take, connection and reply included.
    pub timeout: Duration,
    /// Whether the system's proxy settings are honoured.
    pub system_proxy: bool,
    /// A PEM file of certificate authorities to trust besides the built-in ones.
    pub ca_file: Option<PathBuf>,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A proxy variable in the environment cannot be used.
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
    update: Method,
    now: Method,
}

/// Makes calls, one after the other, over a connection of its own that is kept alive.
pub struct Caller<'c> {
    client: &'c Client,
    agent: Agent,
    body: Vec<u8>,
}

/// What is fixed about the calls of one method.
struct Method {
    signer: Signer,
    /// The URL up to the value of `timestamp`.
    url: Zeroizing<String>,
}

/// What a test call found.
#[derive(Debug)]
pub struct Ping {
    /// The ERP's verdict on the call.
    pub verdict: Verdict,
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
    ///
    /// # Errors
    ///
    /// [`ClientError`] if the system's proxy settings or the certificate authorities cannot be used.
    pub fn new(
        account: &Account,
        endpoint: &Endpoint,
        options: &Options,
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
            update: Method::new(account, endpoint, UPDATE_METHOD),
            now: Method::new(account, endpoint, NOW_METHOD),
        })
    }

    /// A caller, for one worker.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        let config = self.config.clone();
        Caller {
            client: self,
            agent: Agent::with_parts(config, DefaultConnector::default(), self.resolver.clone()),
            body: Vec::new(),
        }
    }

    /// The clock that calls are signed by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// ureq's error in this crate's terms, without the URL, which holds half of the secret.
    fn explain(&self, error: ureq::Error) -> TransportError {
        match error {
            ureq::Error::Timeout(_) => TransportError::Timeout(self.timeout),
            ureq::Error::Io(error) => self.explain_io(&error),
            ureq::Error::Rustls(error) => explain_tls(&error),
            ureq::Error::HostNotFound => TransportError::Connection("host not found".into()),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                TransportError::Connection("the endpoint's URL cannot be called".into())
            }
            error @ (ureq::Error::Protocol(_)
            | ureq::Error::LargeResponseHeader(..)
            | ureq::Error::BodyExceedsLimit(_)) => {
                TransportError::Malformed(printable(&error.to_string()))
            }
            error => TransportError::Connection(printable(&error.to_string())),
        }
    }

    fn explain_io(&self, error: &io::Error) -> TransportError {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return explain_tls(tls);
        }
        // Reading a body reports ureq's own errors inside an io::Error.
        match inner.and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
            Some(ureq::Error::Timeout(_)) => return TransportError::Timeout(self.timeout),
            Some(
                error @ (ureq::Error::Protocol(_)
                | ureq::Error::LargeResponseHeader(..)
                | ureq::Error::BodyExceedsLimit(_)),
            ) => return TransportError::Malformed(printable(&error.to_string())),
            _ => {}
        }
        match error.kind() {
            io::ErrorKind::TimedOut => TransportError::Timeout(self.timeout),
            _ => TransportError::Connection(printable(&error.to_string())),
        }
    }
}

impl Caller<'_> {
    /// Sets `order`'s flag: one call, one verdict.
    ///
    /// After a [`Verdict::Clock`] the client's clock has been corrected from the reply's `Date`,
    /// for every call that follows.
    #[must_use]
    pub fn update_flag(&mut self, order: &str, flag: &str) -> Verdict {
        let argument = Update {
            purchase_no: order,
            flag_name: flag,
        };
        self.body.clear();
        if let Err(error) = serde_json::to_writer(&mut self.body, &[argument]) {
            // Strings always serialise; were that to change, the row would be refused, not lost.
            return Verdict::Rejected {
                code: 0,
                message: error.to_string(),
            };
        }
        self.call(&self.client.update, &self.body).0
    }

    /// Makes one call that changes nothing.
    #[must_use]
    pub fn ping(&self) -> Ping {
        let started = Instant::now();
        let (verdict, date) = self.call(&self.client.now, b"[]");
        Ping {
            verdict,
            clock_offset: date.map(|date| unix(date).saturating_sub(unix(SystemTime::now()))),
            elapsed: started.elapsed(),
        }
    }

    fn call(&self, method: &Method, body: &[u8]) -> (Verdict, Option<SystemTime>) {
        let clock = &self.client.clock;
        let timestamp = clock.timestamp(SystemTime::now());
        let sign = method.signer.sign(body, timestamp);
        let sent = self
            .agent
            .post(method.url(timestamp, &sign).as_str())
            .header(CONTENT_TYPE, "application/json")
            .send(body);
        let (outcome, date) = match sent {
            Ok(mut response) => (read(&mut response), header_date(&response)),
            Err(error) => (Err(error), None),
        };
        let verdict = judge(&outcome.map_err(|error| self.client.explain(error)));
        if let (Verdict::Clock { .. }, Some(date)) = (&verdict, date) {
            clock.correct(SystemTime::now(), date);
        }
        (verdict, date)
    }
}

impl Method {
    fn new(account: &Account, endpoint: &Endpoint, method: &str) -> Self {
        let encode = |value| utf8_percent_encode(value, NON_ALPHANUMERIC);
        Method {
            signer: Signer::new(account, method),
            url: Zeroizing::new(format!(
                "{endpoint}?sid={}&key={}&salt={}&method={method}&v={VERSION}&timestamp=",
                encode(&account.sid),
                encode(&account.app_key),
                encode(account.app_secret.salt()),
            )),
        }
    }

    fn url(&self, timestamp: i64, sign: &[u8; 32]) -> Zeroizing<String> {
        let mut url = Zeroizing::new(String::with_capacity(self.url.len() + 64));
        url.push_str(&self.url);
        url.push_str(&timestamp.to_string());
        url.push_str("&sign=");
        url.extend(sign.iter().map(|&digit| char::from(digit)));
        url
    }
}

/// The system's proxy, or none if none is set. A variable that is set but unusable is an error
/// rather than a call that goes around the proxy.
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

fn explain_tls(error: &rustls::Error) -> TransportError {
    let text = printable(&error.to_string());
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            TransportError::Certificate(text)
        }
        _ => TransportError::Connection(text),
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
