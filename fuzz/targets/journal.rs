#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wdt_flags::fuzzing::journal(bytes));
