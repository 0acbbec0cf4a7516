//! Whole-program tests: the real binary against the stand-in ERP, or a faulty server, on loopback.

#![cfg(feature = "sandbox")]

mod support;

mod basics;
