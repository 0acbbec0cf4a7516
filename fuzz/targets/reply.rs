#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| wdt_flags::fuzzing::reply(body));
