//! Sheets in which every order is another one.

/// The number of the `n`-th order of [`sheet`]; none contains 404, so the stand-in knows it.
pub fn order(n: usize) -> String {
    format!("CG-{}-{:02}", n / 100, n % 100)
}

/// A sheet of `rows` orders, all given the flag aa.
pub fn sheet(rows: usize) -> String {
    let rows = (0..rows).map(|n| format!("{},aa\n", order(n)));
    format!("purchase_no,flag_name\n{}", rows.collect::<String>())
}
