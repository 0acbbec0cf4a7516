//! Servers that speak TLS, and the authorities that vouch for them.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Request, ScriptedServer, accepted};

/// What a company that inspects TLS has its machines trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("signed").pem();
        Authority {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// What a server needs that is vouched for under this name or address.
    pub fn vouches_for(&self, name: &str) -> Arc<ServerConfig> {
        self.vouches_until(2126, name)
    }

    pub fn vouches_until(&self, year: i32, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = rustls::crypto::ring::default_provider();
        let config = ServerConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        Arc::new(config.expect("a certificate and its key"))
    }
}

/// The server's end of a TLS connection; the handshake is made when something is read.
pub fn tls(
    stream: &TcpStream,
    config: &Arc<ServerConfig>,
) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let session = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    Ok(StreamOwned::new(session, stream.try_clone()?))
}

impl ScriptedServer {
    /// Accepts every call over TLS.
    pub fn over_tls(config: Arc<ServerConfig>) -> Self {
        ScriptedServer::start(move |caller| {
            let mut tls = tls(&caller.stream, &config)?;
            loop {
                let call = Request::read(&mut tls)?;
                caller.tell(&call);
                caller.apply(&call);
                tls.write_all(&accepted())?;
            }
        })
    }

    /// The endpoint for clients that speak TLS.
    pub fn tls_endpoint(&self) -> String {
        format!("https://{}/openapi", self.address())
    }
}
