#![no_main]

#[allow(dead_code)]
#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(
    init: {
        // The reader of workbooks may panic, which the program catches; the fuzzer's own hook would
        // abort before that. A panic that is not caught still ends the fuzzer.
        let _ = std::panic::take_hook();
    },
    |bytes: &[u8]| checks::sheet(bytes)
);
