//! Which certificate authorities are trusted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::language::say;

/// Why a file of certificate authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    #[error(
        "{}",
        say!("certificates-unreadable", path = path.display().to_string(), why = source.to_string())
    )]
    Read { path: PathBuf, source: io::Error },
    #[error("{}", say!("certificates-none", path = .0.display().to_string()))]
    NoCertificate(PathBuf),
    #[error("{}", say!("certificates-damaged", path = .0.display().to_string()))]
    Damaged(PathBuf),
}

/// The public authorities built in and, from a PEM file, those of a company that inspects TLS.
pub(super) fn root_certs(ca_file: Option<&Path>) -> Result<RootCerts, CaFileError> {
    let Some(path) = ca_file else {
        return Ok(RootCerts::WebPki);
    };
    let pem = fs::read(path).map_err(|source| CaFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let damaged = || CaFileError::Damaged(path.to_owned());
    let mut trusted = Vec::new();
    for der in CertificateDer::pem_slice_iter(&pem) {
        let der = der.map_err(|_| damaged())?;
        trusted.push(Certificate::from_der(&der).to_owned());
        // ureq passes over what it cannot parse; the user should know.
        RootCertStore::empty().add(der).map_err(|_| damaged())?;
    }
    if trusted.is_empty() {
        return Err(CaFileError::NoCertificate(path.to_owned()));
    }
    let built_in = TLS_SERVER_ROOT_CERTS.iter();
    trusted.extend(built_in.map(|der| Certificate::from_der(der)));
    Ok(RootCerts::new_with_certs(&trusted))
}
