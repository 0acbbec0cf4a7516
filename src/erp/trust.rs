//! Which certificate authorities are trusted.

use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::language::{os_error, say};

/// The public authorities built in and, from a PEM file, those of a company that inspects TLS.
pub(super) fn root_certs(ca_file: Option<&Path>) -> Result<RootCerts, String> {
    let Some(file) = ca_file else {
        return Ok(RootCerts::WebPki);
    };
    let path = file.display().to_string();
    let pem = fs::read(file).map_err(|error| {
        let (path, why) = (path.clone(), os_error(&error));
        say!("certificates-unreadable", path = path, why = why)
    })?;
    let own: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .unwrap_or_default();
    // ureq passes over what it cannot parse; the user should know.
    let (usable, unusable) = RootCertStore::empty().add_parsable_certificates(own.iter().cloned());
    if usable == 0 || unusable > 0 {
        return Err(say!("certificates-unusable", path = path));
    }
    let trusted = own.iter().chain(TLS_SERVER_ROOT_CERTS);
    let trusted: Vec<_> = trusted
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(RootCerts::new_with_certs(&trusted))
}
