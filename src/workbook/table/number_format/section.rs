//! One section of a number format: what it is, and digits put into its places.

/// From here on a number has more digits than the 15 Excel keeps.
pub(in super::super) const INEXACT: f64 = 1e15;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Section {
    General,
    Date,
    Duration,
    /// With so many decimals.
    Percent(usize),
    /// Digits, or a text, and what stands around them.
    Pattern(Vec<Token>),
    /// For some numbers only.
    Condition,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A digit's place: `0`, `#` or `?`.
    Digit(char),
    Literal(char),
    /// Where a text stands.
    Text,
    /// Room as wide as a character, or as there is.
    Blank,
}

const COLOURS: [&str; 17] = [
    "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow", "color", "黑色", "蓝色",
    "青色", "绿色", "洋红", "红色", "白色", "黄色",
];
/// A number with a currency sign is an amount.
const CURRENCIES: &str = "$¥￥€£₩元";

/// A code's sections, which semicolons separate.
pub(super) fn split(code: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(code);
    std::iter::from_fn(move || {
        let code = rest?;
        let (section, after) = match section_end(code) {
            Some(end) => (&code[..end], Some(&code[end + 1..])),
            None => (code, None),
        };
        rest = after;
        Some(section)
    })
}

fn section_end(code: &str) -> Option<usize> {
    let mut chars = code.char_indices();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => bracketed = true,
            ']' => bracketed = false,
            ';' if !bracketed => return Some(at),
            _ => {}
        }
    }
    None
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

impl Section {
    pub(super) fn parse(code: &str) -> Section {
        let mut traits = Traits::default();
        let mut tokens = Vec::new();
        let mut rest = code;
        while let Some(c) = rest.chars().next() {
            rest = step(c, rest, &mut traits, &mut tokens);
        }
        while tokens.first() == Some(&Token::Blank) {
            tokens.remove(0);
        }
        while tokens.last() == Some(&Token::Blank) {
            tokens.pop();
        }
        if traits.condition {
            Section::Condition
        } else if traits.duration {
            Section::Duration
        } else if traits.date {
            let has_digits = tokens.iter().any(|token| matches!(token, Token::Digit(_)));
            if traits.unknown || has_digits {
                Section::Other
            } else {
                Section::Date
            }
        } else if traits.percent {
            Section::Percent(traits.decimals.unwrap_or_default())
        } else if traits.general && tokens.is_empty() && !traits.other {
            Section::General
        } else if traits.other
            || traits.unknown
            || traits.general
            || traits.decimals.is_some()
            || tokens.is_empty()
            || tokens.contains(&Token::Blank)
        {
            Section::Other
        } else {
            Section::Pattern(tokens)
        }
    }

    pub(super) fn has_text(&self) -> bool {
        matches!(self, Section::Pattern(tokens) if tokens.contains(&Token::Text))
    }
}

/// Reads what `rest` begins with, and returns what follows.
fn step<'c>(c: char, rest: &'c str, traits: &mut Traits, tokens: &mut Vec<Token>) -> &'c str {
    let after = &rest[c.len_utf8()..];
    let skip = |text: &'c str| {
        let mut chars = text.chars();
        chars.next();
        chars.as_str()
    };
    let literal = |text: &str, traits: &mut Traits, tokens: &mut Vec<Token>| {
        traits.other |= text.contains(|c| CURRENCIES.contains(c));
        tokens.extend(text.chars().map(Token::Literal));
    };
    if starts_with(rest, "general") {
        traits.general = true;
        return &rest["general".len()..];
    }
    match c {
        '"' => {
            let (quoted, after) = after.split_once('"').unwrap_or((after, ""));
            literal(quoted, traits, tokens);
            return after;
        }
        '\\' => {
            let escaped = after.len() - skip(after).len();
            literal(&after[..escaped], traits, tokens);
            return skip(after);
        }
        '_' => {
            tokens.push(Token::Blank);
            return skip(after);
        }
        '*' => {
            // Filled with what could be taken for a part of the number.
            traits.other |= !after.starts_with([' ', '-']);
            tokens.push(Token::Blank);
            return skip(after);
        }
        '[' => {
            let (bracketed, after) = after.split_once(']').unwrap_or((after, ""));
            bracket(&bracketed.to_lowercase(), traits);
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
        _ if starts_with(rest, "am/pm") => {
            traits.date = true;
            return &rest["am/pm".len()..];
        }
        'y' | 'm' | 'd' | 'h' | 's' | 'e' | 'g' | 'b' | 'a' | 'Y' | 'M' | 'D' | 'H' | 'S' | 'E'
        | 'G' | 'B' | 'A' => traits.date = true,
        ' ' | '-' | '+' | '(' | ')' | ':' | '^' | '&' | '\'' | '~' | '{' | '}' | '<' | '>'
        | '=' => tokens.push(Token::Literal(c)),
        _ if c.is_ascii() || CURRENCIES.contains(c) => traits.unknown = true,
        _ => tokens.push(Token::Literal(c)),
    }
    after
}

fn starts_with(text: &str, word: &str) -> bool {
    let start = text.get(..word.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn bracket(text: &str, traits: &mut Traits) {
    let is_elapsed = ['h', 'm', 's']
        .into_iter()
        .any(|unit| !text.is_empty() && text.chars().all(|c| c == unit));
    let colour = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if is_elapsed {
        traits.duration = true;
    } else if text.starts_with(['<', '>', '=']) {
        traits.condition = true;
    } else if let Some(locale) = text.strip_prefix('$') {
        // The sign of a currency may stand before the language.
        traits.other |= !locale.is_empty() && !locale.starts_with('-');
    } else {
        traits.other |= !COLOURS.contains(&colour);
    }
}

/// A whole number in the places of a pattern; none if what is shown is not certain.
pub(super) fn digits(tokens: &[Token], value: f64) -> Option<String> {
    let places: Vec<char> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Digit(place) => Some(*place),
            _ => None,
        })
        .collect();
    let zeros = places.iter().skip_while(|&&place| place != '0');
    let is_certain = !places.is_empty()
        && zeros.clone().all(|&place| place == '0')
        && !tokens.contains(&Token::Text)
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
    let mut left = digits.chars();
    let first: String = left
        .by_ref()
        .take(digits.len().saturating_sub(places.len()))
        .collect();
    let mut shown = String::new();
    let mut place = 0;
    for token in tokens {
        match *token {
            Token::Digit(kind) => {
                if place == 0 {
                    shown.push_str(&first);
                }
                match (place < missing, kind) {
                    (true, '0') => shown.push('0'),
                    (true, '?') => shown.push(' '),
                    (true, _) => {}
                    (false, _) => shown.extend(left.next()),
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
pub(super) fn around(tokens: &[Token], text: &str) -> Option<String> {
    let mut shown = String::new();
    for token in tokens {
        match *token {
            Token::Literal(c) => shown.push(c),
            Token::Text => shown.push_str(text),
            Token::Digit(_) => return None,
            Token::Blank => {}
        }
    }
    tokens.contains(&Token::Text).then_some(shown)
}
