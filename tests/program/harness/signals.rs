//! Signals that whoever runs the tests has ignored, as `nohup` does and scripts for what they put into
//! the background: programs that the tests start are to hear them.

use std::fs;
use std::sync::{Arc, Once};

use signal_hook::consts::{SIGHUP, SIGINT};
use signal_hook::flag;

/// What is caught here is as usual in a program that is started.
pub fn hear() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").expect("readable");
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = u64::from_str_radix(ignored.expect("told").trim(), 16).expect("a mask");
        for signal in [SIGHUP, SIGINT] {
            if ignored >> (signal - 1) & 1 == 1 {
                flag::register(signal, Arc::default()).expect("caught");
            }
        }
    });
}
