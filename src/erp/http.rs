//! One request a connection, through the system's proxy, and what came back or why nothing did.

use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;
use ureq::http::header::CONNECTION;
use ureq::tls::TlsConfig;

use super::error::CallError;
use super::explain::Route;
use super::proxy::SystemProxy;
use super::reply::Reply;
use super::trust::root_certs;

/// Requests and replies are a few hundred bytes; a buffer of each is kept for every connection.
const BUFFER_BYTES: usize = 16 * 1024;
const USER_AGENT: &str = concat!("wdt-flags/", env!("CARGO_PKG_VERSION"));

pub struct Http {
    agent: Agent,
    route: Route,
}

impl Http {
    /// For a server, whose replies take at most `timeout` each, connection included. A proxy is not
    /// asked for what is `local`.
    ///
    /// # Errors
    ///
    /// If the proxy or the file of certificate authorities is not usable.
    pub fn new(
        server: &Uri,
        is_local: bool,
        timeout: Duration,
        ca_file: Option<&Path>,
    ) -> Result<Http, String> {
        let proxy = if is_local {
            None
        } else {
            SystemProxy::choose(server, |name| std::env::var_os(name))?
        };
        let route = Route { timeout, proxy };
        let tls = TlsConfig::builder()
            .root_certs(root_certs(ca_file)?)
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
            .user_agent(USER_AGENT)
            .build();
        Ok(Http {
            agent: config.new_agent(),
            route,
        })
    }

    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        self.route.proxy.as_ref().map(SystemProxy::address)
    }

    /// Posts a body and reads the reply, of so many bytes at most. An error may quote the URL.
    pub fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
        max_reply: u64,
    ) -> Result<Reply, CallError> {
        let mut request = self.agent.post(url).header(CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match request.send(body) {
            Ok(response) => {
                Reply::read(response, max_reply).map_err(|error| self.route.explain_cut_off(&error))
            }
            Err(error) => Err(self.route.explain(&error)),
        }
    }
}
