//! Which certificate authorities are trusted.

use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::error::SettingError;
use crate::language::say;

/// The public authorities built in and, from a PEM file, those of a company that inspects TLS.
pub(super) fn root_certs(ca_file: Option<&Path>) -> Result<RootCerts, SettingError> {
    let Some(file) = ca_file else {
        return Ok(RootCerts::WebPki);
    };
    let path = file.display().to_string();
    let pem = fs::read(file).map_err(|error| {
        let (path, why) = (path.clone(), error.to_string());
        SettingError(say!("certificates-unreadable", path = path, why = why))
    })?;
    let mut trusted = Vec::new();
    for der in CertificateDer::pem_slice_iter(&pem) {
        // ureq passes over what it cannot parse; the user should know.
        match der {
            Ok(der) if RootCertStore::empty().add(der.clone()).is_ok() => {
                trusted.push(Certificate::from_der(&der).to_owned());
            }
            _ => return Err(SettingError(say!("certificates-damaged", path = path))),
        }
    }
    if trusted.is_empty() {
        return Err(SettingError(say!("certificates-none", path = path)));
    }
    let built_in = TLS_SERVER_ROOT_CERTS.iter();
    trusted.extend(built_in.map(|der| Certificate::from_der(der)));
    Ok(RootCerts::new_with_certs(&trusted))
}
