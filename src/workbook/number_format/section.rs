//! One section of a number format: what it is, and digits put into its places.

/// From here on a number has more digits than the 15 Excel keeps.
pub const INEXACT: f64 = 1e15;

const COLOURS: [&str; 17] = [
    "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow", "color", "黑色", "蓝色",
    "青色", "绿色", "洋红", "红色", "白色", "黄色",
];
/// A number with a currency sign is an amount.
const CURRENCIES: &str = "$¥￥€£₩元";
const DATE_LETTERS: &str = "ymdhsegbaYMDHSEGBA";
const PLAIN: &str = " -+():^&'~{}<>=";

#[derive(Debug)]
pub struct Section {
    pub kind: SectionKind,
    pub tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// By its own digits.
    General,
    Date,
    Duration,
    /// With so many decimals.
    Percent(usize),
    /// Digits, or a text, and what stands around them.
    Pattern,
    /// For some numbers only.
    Condition,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A digit's place: `0`, `#` or `?`.
    Digit(char),
    Literal(char),
    /// Where a text stands.
    Text,
    /// Room as wide as a character, or as there is.
    Blank,
}

/// What a section has besides places for digits and literals.
#[derive(Default)]
struct Traits {
    date: bool,
    duration: bool,
    percent: bool,
    condition: bool,
    general: bool,
    /// Letters that mean nothing.
    unknown: bool,
    /// What makes of it something else than digits and literals.
    other: bool,
    /// Places after a point; none without one.
    decimals: Option<usize>,
}

/// A code's sections, which semicolons separate.
pub fn sections(code: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let (mut traits, mut tokens) = (Traits::default(), Vec::new());
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == ';' {
            let tokens = std::mem::take(&mut tokens);
            sections.push(Section::new(std::mem::take(&mut traits), tokens));
            rest = after;
        } else {
            rest = element(c, rest, after, &mut traits, &mut tokens);
        }
    }
    sections.push(Section::new(traits, tokens));
    sections
}

/// Reads the element that `rest` begins with, its first character being `c`; what follows it.
fn element<'c>(
    c: char,
    rest: &'c str,
    after: &'c str,
    traits: &mut Traits,
    tokens: &mut Vec<Token>,
) -> &'c str {
    let next = after.chars().next().map_or(0, char::len_utf8);
    for (word, flag) in [
        ("general", &mut traits.general),
        ("am/pm", &mut traits.date),
    ] {
        let start = rest.get(..word.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(word)) {
            *flag = true;
            return &rest[word.len()..];
        }
    }
    let mut literal = |text: &str| {
        traits.other |= text.contains(|c| CURRENCIES.contains(c));
        tokens.extend(text.chars().map(Token::Literal));
    };
    match c {
        '"' => {
            let (quoted, after) = after.split_once('"').unwrap_or((after, ""));
            literal(quoted);
            return after;
        }
        '\\' => {
            literal(&after[..next]);
            return &after[next..];
        }
        '_' | '*' => {
            // Filled with what could be taken for a part of the number.
            traits.other |= c == '*' && !after.starts_with([' ', '-']);
            tokens.push(Token::Blank);
            return &after[next..];
        }
        '[' => {
            let (bracketed, after) = after.split_once(']').unwrap_or((after, ""));
            traits.bracket(&bracketed.to_lowercase());
            return after;
        }
        '@' => tokens.push(Token::Text),
        '0' | '#' | '?' => match &mut traits.decimals {
            Some(decimals) => *decimals += 1,
            None => tokens.push(Token::Digit(c)),
        },
        '.' => traits.decimals = Some(0),
        '%' => traits.percent = true,
        ',' | '/' => traits.other = true,
        'E' | 'e' if after.starts_with(['+', '-']) => {
            traits.other = true;
            return &after[1..];
        }
        _ if DATE_LETTERS.contains(c) => traits.date = true,
        _ if PLAIN.contains(c) => tokens.push(Token::Literal(c)),
        _ if c.is_ascii() || CURRENCIES.contains(c) => traits.unknown = true,
        _ => tokens.push(Token::Literal(c)),
    }
    after
}

impl Traits {
    fn bracket(&mut self, text: &str) {
        let is_elapsed = ["h", "m", "s"]
            .iter()
            .any(|unit| !text.is_empty() && text.trim_start_matches(unit).is_empty());
        let colour = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        if is_elapsed {
            self.duration = true;
        } else if text.starts_with(['<', '>', '=']) {
            self.condition = true;
        } else if let Some(locale) = text.strip_prefix('$') {
            // The sign of a currency may stand before the language, which may have digits of its
            // own: its fourth byte says which.
            let language = locale
                .strip_prefix('-')
                .map(|it| it.split(',').next().unwrap_or(it));
            let number = language.and_then(|it| u32::from_str_radix(it, 16).ok());
            let has_own_digits = number.is_some_and(|it| it >> 24 > 1);
            self.other |= has_own_digits || (!locale.is_empty() && language.is_none());
        } else {
            self.other |= !COLOURS.contains(&colour);
        }
    }
}

impl Section {
    fn new(traits: Traits, mut tokens: Vec<Token>) -> Section {
        while tokens.first() == Some(&Token::Blank) {
            tokens.remove(0);
        }
        while tokens.last() == Some(&Token::Blank) {
            tokens.pop();
        }
        let has_digits = tokens.iter().any(|token| matches!(token, Token::Digit(_)));
        let is_odd = traits.other || traits.unknown;
        let kind = if traits.condition {
            SectionKind::Condition
        } else if traits.duration {
            SectionKind::Duration
        } else if traits.date && !traits.unknown && !has_digits {
            SectionKind::Date
        } else if traits.percent && !traits.date {
            SectionKind::Percent(traits.decimals.unwrap_or_default())
        } else if traits.general && tokens.is_empty() && !is_odd && !traits.date {
            SectionKind::General
        } else if is_odd
            || traits.date
            || traits.general
            || traits.decimals.is_some()
            || tokens.is_empty()
            || tokens.contains(&Token::Blank)
        {
            SectionKind::Other
        } else {
            SectionKind::Pattern
        };
        Section { kind, tokens }
    }

    /// A whole number in the places of a pattern; none if what is shown is not certain.
    pub fn digits(&self, value: f64) -> Option<String> {
        let places = self.tokens.iter().filter_map(|token| match token {
            Token::Digit(place) => Some(*place),
            _ => None,
        });
        let places: Vec<char> = places.collect();
        let mut zeros = places.iter().skip_while(|&&place| place != '0');
        let is_certain = !places.is_empty()
            && zeros.all(|&place| place == '0')
            && !self.tokens.contains(&Token::Text)
            && value >= 0.0
            && value.fract() == 0.0
            && value < INEXACT;
        if !is_certain {
            return None;
        }
        let digits = match value as u64 {
            0 => String::new(),
            value => value.to_string(),
        };
        let missing = places.len().saturating_sub(digits.len());
        // All that have no place of their own stand in the first.
        let surplus = digits.len().saturating_sub(places.len());
        let (mut first, mut left) = (&digits[..surplus], digits[surplus..].chars());
        let mut shown = String::new();
        let mut place = 0;
        for token in &self.tokens {
            match *token {
                Token::Digit(kind) => {
                    shown.push_str(std::mem::take(&mut first));
                    match kind {
                        _ if place >= missing => shown.extend(left.next()),
                        '0' => shown.push('0'),
                        '?' => shown.push(' '),
                        _ => {}
                    }
                    place += 1;
                }
                Token::Literal(c) => shown.push(c),
                Token::Text | Token::Blank => {}
            }
        }
        Some(shown)
    }

    /// A text with what a pattern puts around it; none if the pattern leaves it out, or has digits.
    pub fn around(&self, text: &str) -> Option<String> {
        let mut shown = String::new();
        for token in &self.tokens {
            match *token {
                Token::Literal(c) => shown.push(c),
                Token::Text => shown.push_str(text),
                Token::Digit(_) => return None,
                Token::Blank => {}
            }
        }
        let is_pattern = self.kind == SectionKind::Pattern && self.tokens.contains(&Token::Text);
        is_pattern.then_some(shown)
    }
}
