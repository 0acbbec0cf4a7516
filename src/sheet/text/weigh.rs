//! Which encoding makes better sense of bytes: common Chinese characters stand in one block each
//! of GB18030 and of Big5, and hardly any text has others.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};

/// What a character speaks for its encoding.
const COMMON: i64 = 1;
const UNCOMMON: i64 = -1;
/// Outside both blocks, or of private use.
const RARE: i64 = -2;
const MALFORMED: i64 = -4;

/// Words of headers, which settle it: no other text turns into them by chance.
const HEADER_WORDS: [&str; 4] = ["采购单", "标记", "採購", "標記"];
const SETTLED: i64 = 1_000_000;

/// The one that is taken, and another that could as well be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) taken: &'static Encoding,
    pub(super) close: Option<&'static Encoding>,
}

impl Choice {
    pub(super) fn sure(taken: &'static Encoding) -> Choice {
        Choice { taken, close: None }
    }

    pub(super) fn may_be(self, encoding: &'static Encoding) -> bool {
        self.taken == encoding || self.close == Some(encoding)
    }
}

/// What Chinese text that is not UTF-8 most likely is: GB18030, unless Big5 is likelier.
pub(super) fn chinese(sample: &[u8]) -> Choice {
    let (gb18030, characters) = weight(sample, GB18030, gb18030_character);
    let (big5, _) = weight(sample, BIG5, big5_character);
    let (taken, other) = if big5 > gb18030 {
        (BIG5, GB18030)
    } else {
        (GB18030, BIG5)
    };
    let lead = (big5 - gb18030).abs();
    // Big5 is the exception, so one or two characters do not make it certain.
    let least = if taken == BIG5 { 3 } else { 1 };
    let is_close = lead < least || lead * 10 < characters;
    Choice {
        taken,
        close: is_close.then_some(other),
    }
}

/// A character's length and weight.
type Weigh = fn(&[u8]) -> (usize, i64);

/// The weight of all characters, and how many there are.
fn weight(sample: &[u8], encoding: &'static Encoding, weigh: Weigh) -> (i64, i64) {
    let has = |word: &&str| {
        let (bytes, _, is_other) = encoding.encode(word);
        !is_other && sample.windows(bytes.len()).any(|at| *at == *bytes)
    };
    let mut total = if HEADER_WORDS.iter().any(has) {
        SETTLED
    } else {
        0
    };
    let mut characters = 0;
    let mut rest = sample;
    while let Some(at) = rest.iter().position(|byte| !byte.is_ascii()) {
        let (length, weight) = weigh(&rest[at..]);
        total += weight;
        characters += 1;
        rest = &rest[at + length..];
    }
    (total, characters)
}

fn gb18030_character(bytes: &[u8]) -> (usize, i64) {
    match bytes {
        [0x80, ..] => (1, 0),
        [0xFF, ..] => (1, MALFORMED),
        [_, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => (4, RARE),
        [0xB0..=0xD7, 0xA1..=0xFE, ..] => (2, COMMON),
        [0xD8..=0xF7, 0xA1..=0xFE, ..] => (2, UNCOMMON),
        // Punctuation, numerals and letters.
        [0xA1..=0xA3, 0xA1..=0xFE, ..] => (2, 0),
        [_, 0x40..=0x7E | 0x80..=0xFE, ..] => (2, RARE),
        _ => (1, MALFORMED),
    }
}

fn big5_character(bytes: &[u8]) -> (usize, i64) {
    match bytes {
        [0x80 | 0xFF, ..] => (1, MALFORMED),
        [lead, 0x40..=0x7E | 0xA1..=0xFE, ..] => {
            let weight = match lead {
                0xA1..=0xA3 => 0,
                0xA4..=0xC6 => COMMON,
                0xC9..=0xF9 => UNCOMMON,
                _ => RARE,
            };
            (2, weight)
        }
        _ => (1, MALFORMED),
    }
}

/// Whether what reads as UTF-8 with none but two-byte letters is that, or Chinese text whose bytes
/// look like it by chance.
pub(super) fn letters_or_chinese(sample: &[u8]) -> Choice {
    let (mut letters, mut chinese_only, mut either) = (0, 0, 0);
    for run in runs(sample) {
        match (run.is_letters(), run.is_common_chinese()) {
            (true, false) => letters += 1,
            (false, true) => chinese_only += 1,
            (true, true) => either += 1,
            (false, false) => {}
        }
    }
    if letters > chinese_only || letters + chinese_only + either == 0 {
        let is_close = letters == 0 || chinese_only > 0;
        return Choice {
            taken: UTF_8,
            close: is_close.then_some(GB18030),
        };
    }
    let choice = chinese(sample);
    let may_be_utf_8 = chinese_only == 0 || letters > 0;
    Choice {
        taken: choice.taken,
        close: may_be_utf_8.then_some(UTF_8).or(choice.close),
    }
}

/// Characters beyond ASCII that stand together, and what stands around them.
struct Run<'s> {
    bytes: &'s [u8],
    before: Option<u8>,
    after: Option<u8>,
}

fn runs(sample: &[u8]) -> impl Iterator<Item = Run<'_>> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + sample[end..].iter().position(|byte| !byte.is_ascii())?;
        let length = sample[start..].iter().position(u8::is_ascii);
        end = length.map_or(sample.len(), |length| start + length);
        Some(Run {
            bytes: &sample[start..end],
            before: start.checked_sub(1).map(|before| sample[before]),
            after: sample.get(end).copied(),
        })
    })
}

impl Run<'_> {
    /// Letters of one alphabet, as words have them.
    fn is_letters(&self) -> bool {
        let text = String::from_utf8_lossy(self.bytes);
        let mut alphabets = text.chars().map(alphabet);
        match alphabets.next() {
            Some(Some(first)) => alphabets.all(|other| other == Some(first)),
            _ => false,
        }
    }

    fn is_common_chinese(&self) -> bool {
        let (pairs, rest) = self.bytes.as_chunks::<2>();
        let is_common = |pair: &[u8; 2]| gb18030_character(pair) == (2, COMMON);
        rest.is_empty() && pairs.iter().all(is_common) && !self.is_within_latin()
    }

    /// As in `Müller`, `¥100` and `25°`.
    fn is_within_latin(&self) -> bool {
        let text = String::from_utf8_lossy(self.bytes);
        if !text.chars().all(|c| alphabet(c) == Some(Alphabet::Latin)) {
            return false;
        }
        let is = |byte: Option<u8>, class: fn(&u8) -> bool| byte.is_some_and(|byte| class(&byte));
        let touches_letter =
            is(self.before, u8::is_ascii_lowercase) || is(self.after, u8::is_ascii_lowercase);
        touches_letter
            || match &*text {
                "¥" | "£" | "±" => is(self.after, u8::is_ascii_digit),
                "°" => is(self.before, u8::is_ascii_digit),
                _ => false,
            }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
}

/// The alphabet, without what only linguists and old books use.
fn alphabet(c: char) -> Option<Alphabet> {
    match c {
        '\u{A0}'..='\u{17F}' => Some(Alphabet::Latin),
        '\u{386}'..='\u{3CE}' => Some(Alphabet::Greek),
        '\u{400}'..='\u{45F}' | '\u{490}'..='\u{491}' => Some(Alphabet::Cyrillic),
        '\u{531}'..='\u{587}' => Some(Alphabet::Armenian),
        '\u{5D0}'..='\u{5EA}' => Some(Alphabet::Hebrew),
        '\u{60C}'..='\u{652}' => Some(Alphabet::Arabic),
        _ => None,
    }
}
