//! Whole-program tests: the real binary against the stand-in ERP, or a server that does as it is
//! told, on loopback.

mod account;
mod cli;
mod erp;
mod files;
mod fuzz_seeds;
mod harness;
mod kinds;
mod listing;
mod outputs;
mod pacing;
mod resume;
mod sheets;
mod verify;
