//! The inputs that fuzzing starts from hold, without a fuzzer.

#[path = "../fuzz/checks.rs"]
mod checks;

#[test]
fn the_seeds_hold() {
    for (name, check) in [
        ("reply", checks::reply as fn(&[u8])),
        ("journal", checks::journal),
        ("sheet", checks::sheet),
        ("xlsx", checks::xlsx),
        ("xlsb", checks::xlsb),
        ("ods", checks::ods),
        ("xls", checks::xls),
    ] {
        let seeds = format!("{}/tests/fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
        let seeds: Vec<_> = std::fs::read_dir(seeds).expect("seeds").collect();
        assert!(!seeds.is_empty());
        for seed in seeds {
            check(&std::fs::read(seed.expect("a seed").path()).expect("read"));
        }
    }
}
