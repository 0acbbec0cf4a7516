//! Gives the program for Windows its manifest: paths of any length, and UTF-8 as its code page.

use std::env;
use std::io;

use embed_manifest::{embed_manifest, new_manifest};

fn main() -> io::Result<()> {
    if env::var_os("CARGO_CFG_WINDOWS").is_some() {
        embed_manifest(new_manifest("wdt-flags"))?;
    }
    println!("cargo:rerun-if-changed=src/build.rs");
    Ok(())
}
