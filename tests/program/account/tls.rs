//! Whether the server is who it says it is.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::{Finished, Place, ScriptedServer, Table, finish, sandbox};

/// A certificate for `localhost` and 127.0.0.1, valid to 2126, signed by itself, and its key, made
/// with `openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=localhost -addext
/// subjectAltName=DNS:localhost,IP:127.0.0.1`.
const CERTIFICATE: &str = "\
    3082015b3082010da003020102021408210dc37420e2dc16ffd806f688801ce16707bf300506032b657030143112\
    301006035504030c096c6f63616c686f73743020170d3236313132333138343135325a180f323132363130333031\
    38343135325a30143112301006035504030c096c6f63616c686f7374302a300506032b657003210073595c2b018b\
    b6cf3198cc19d220630c7870269cb9823479e3069958214083caa36f306d301d0603551d0e041604141e7f196390\
    d8f4190299403a6c0974abcca3d218301f0603551d230418301680141e7f196390d8f4190299403a6c0974abcca3\
    d218300f0603551d130101ff040530030101ff301a0603551d110413301182096c6f63616c686f737487047f0000\
    01300506032b65700341004458a5d7c8ae39d080348c0b2e614b180554bea58977d0d06c0a3218393f2d3a16d2ad\
    0d24ccb319f9ca13c1e80b48f4e6644ce50a732a22a5a8e44034291c01";
const KEY: &str = "302e020100300506032b6570042204202cd3d1e287f975fcfdc9bdc88526fd6d412f4935453bc8\
    ee97190299f82f7299";

static TLS: LazyLock<Arc<ServerConfig>> = LazyLock::new(|| {
    let provider = rustls::crypto::ring::default_provider();
    let certificate = CertificateDer::from(bytes(CERTIFICATE));
    let key = PrivateKeyDer::Pkcs8(bytes(KEY).into());
    let config = ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        });
    Arc::new(config.expect("a certificate and its key"))
});

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Carries two rows to `endpoint`.
#[track_caller]
fn carry(endpoint: &str) -> (Finished, Table) {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let args = ["orders.csv", "-j1", "--retries=0", "--timeout=20s"];
    let run = finish(&mut place.run(&endpoint.to_owned(), args));
    let results = place.results(&run);
    (run, results)
}

#[test]
fn a_certificate_nobody_vouches_for_stops_the_run_before_anything_is_sent() {
    let told = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&told);
    let server = ScriptedServer::start(move |caller| {
        let tls = ServerConnection::new(Arc::clone(&TLS)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(tls, caller.stream.try_clone()?);
        let mut byte = [0];
        while stream.read(&mut byte)? > 0 {
            heard.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    });
    let (run, results) = carry(&format!("https://{}/openapi", server.address()));
    let run = run.expect(3);
    assert!(run.stderr.contains("certificate is not trusted"), "{run:?}");
    assert_eq!(results.column("status"), ["failed", "skipped"]);
    assert_eq!(told.load(Ordering::SeqCst), 0, "not a byte of the call");
}

#[test]
fn https_to_a_plain_port_fails_the_rows() {
    let erp = sandbox();
    let (run, results) = carry(&erp.endpoint().replace("http:", "https:"));
    run.expect(1);
    assert_eq!(results.column("status"), ["failed", "failed"]);
    assert_eq!(erp.stats().accepted, 0);
}

#[test]
fn http_to_a_tls_port_fails_the_rows() {
    let server = ScriptedServer::start(|caller| {
        let tls = ServerConnection::new(Arc::clone(&TLS)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(tls, caller.stream.try_clone()?);
        stream.read(&mut [0]).map(drop)
    });
    let (run, results) = carry(&server.endpoint());
    run.expect(1);
    assert_eq!(results.column("status"), ["failed", "failed"]);
}

#[test]
fn a_handshake_that_is_cut_off_fails_the_rows() {
    let server = ScriptedServer::start(|caller| caller.stream.read(&mut [0; 16]).map(drop));
    let (run, results) = carry(&format!("https://{}/openapi", server.address()));
    run.expect(1);
    assert_eq!(results.column("status"), ["failed", "failed"]);
}
