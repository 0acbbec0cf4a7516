//! What the fuzz targets check: one function for each thing that is read and that others wrote.

use wdt_flags::internals::journal::{self, Found, Identity, Line};
use wdt_flags::internals::{
    AppSecret, Reason, Reply, Row, Secrets, Sheet, SheetError, SheetOptions, classify,
};

/// The body of an HTTP reply: the message that people see is short and holds no control characters.
pub fn reply(body: &[u8]) {
    let reply = Reply {
        http_status: 200,
        body: body.to_vec(),
        ..Reply::default()
    };
    if let Err(error) = classify(Ok(reply), &Secrets::default())
        && let Reason::Erp(message) = error.reason
    {
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(message.chars().count() <= 501, "{message:?}");
    }
}

/// A journal: what is read is written and read again alike, and a cut of what is written loses
/// nothing but its end.
pub fn journal(bytes: &[u8]) {
    let secret = AppSecret::parse("secret:salt").expect("valid");
    let identity = Identity::new(&secret.key(), &[]);
    let lines = lines(bytes, &identity);
    let text = journal::write(&lines.iter().collect::<Vec<_>>(), &identity).expect("written");
    let lines = self::lines(&text, &identity);
    let again = journal::write(&lines.iter().collect::<Vec<_>>(), &identity).expect("written");
    assert_eq!(text, again);
    for cut in 0..text.len() {
        match journal::parse(&text[..cut], &identity) {
            Found::Lines(kept) => assert!(lines.starts_with(&kept), "cut at {cut}"),
            Found::Nothing => {}
            Found::Foreign(why) => panic!("cut at {cut}: {why:?}"),
        }
    }
}

/// Whether their seals hold or not: no fuzzer finds one that does.
fn lines(bytes: &[u8], identity: &Identity) -> Vec<Line> {
    let lines = journal::sealed_lines(bytes, identity);
    let lines = lines.unwrap_or_default().into_iter();
    lines.map(|sealed| sealed.line).collect()
}

/// A sheet: each pass reads the same, lines ascend, and what would be sent is clean.
pub fn sheet(bytes: &[u8]) {
    let Ok(sheet) = Sheet::from_bytes(bytes, &SheetOptions::default()) else {
        return;
    };
    let (first, second) = (entries(&sheet), entries(&sheet));
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            assert!(first.is_sorted_by(|a, b| a.0 < b.0), "{first:?}");
        }
        (first, second) => assert_eq!(
            first.map_err(|error| error.to_string()),
            second.map_err(|error| error.to_string())
        ),
    }
}

type Pair = (String, String);

/// Line, order and flag of each row; no order and flag where the row is invalid.
fn entries(sheet: &Sheet) -> Result<Vec<(u64, Option<Pair>)>, SheetError> {
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    let mut entries = Vec::new();
    while rows.read(&mut row)? {
        let entry = row.entry(sheet).ok();
        let entry = entry.map(|entry| (entry.order.into_owned(), entry.flag.into_owned()));
        if let Some((order, flag)) = &entry {
            assert!((1..=40).contains(&order.chars().count()), "{order:?}");
            assert!((1..=32).contains(&flag.chars().count()), "{flag:?}");
            assert!(!order.contains(char::is_control), "{order:?}");
            assert!(!flag.contains(char::is_control), "{flag:?}");
        }
        entries.push((sheet.sheet_line(row.line()).line, entry));
    }
    Ok(entries)
}
