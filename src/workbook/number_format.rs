//! Number formats: what people see of a cell whose stored value is another.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

/// From here on a number has more digits than the 15 Excel keeps.
pub(super) const INEXACT: f64 = 1e15;

/// Characters that a format's code has at most.
const MAX_CODE: usize = 255;
const COLOURS: [&str; 17] = [
    "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow", "color", "黑色", "蓝色",
    "青色", "绿色", "洋红", "红色", "白色", "黄色",
];
/// A number with a currency sign is an amount.
const CURRENCIES: &str = "$¥￥€£₩元";
const DATE_LETTERS: &str = "ymdhsegbaYMDHSEGBA";
const PLAIN: &str = " -+():^&'~{}<>=";

/// The formats of a workbook's cells, by the number of their style.
#[derive(Debug, Default)]
pub(super) struct Formats {
    pub(super) styles: Vec<Arc<NumberFormat>>,
    /// Whether days count from 1904.
    pub(super) is_1904: bool,
}

impl Formats {
    /// From the codes that a workbook has by number, and the number of each style's.
    pub(super) fn new(codes: &HashMap<u32, String>, styles: &[u32], is_1904: bool) -> Formats {
        let mut parsed: HashMap<u32, Arc<NumberFormat>> = HashMap::new();
        let format = |id: &u32| {
            let own = codes.get(id).map(String::as_str);
            // Some programs write an empty code for General.
            let own = own.filter(|code| !code.is_empty());
            let code = own.or_else(|| built_in(*id)).unwrap_or("General");
            let format = parsed.entry(*id);
            Arc::clone(format.or_insert_with(|| Arc::new(NumberFormat::parse(code))))
        };
        Formats {
            styles: styles.iter().map(format).collect(),
            is_1904,
        }
    }

    pub(super) fn get(&self, style: u16) -> Option<&NumberFormat> {
        self.styles.get(usize::from(style)).map(|format| &**format)
    }
}

/// A cell's number format, as far as order numbers can tell it.
#[derive(Debug)]
pub(super) struct NumberFormat {
    /// As it stands in the workbook.
    pub(super) code: Box<str>,
    /// For positive numbers, negative ones and zero: one to three.
    numbers: Vec<Section>,
    /// For texts, if these are not shown as they are.
    text: Option<Section>,
}

/// How a number is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ShownNumber {
    /// By its own digits.
    General,
    Date,
    Duration,
    /// Exactly so.
    Text(String),
    Percent(String),
    /// In some other way, which the format's code alone tells.
    Other,
}

impl NumberFormat {
    pub(super) fn parse(code: &str) -> NumberFormat {
        let end = code.char_indices().nth(MAX_CODE);
        let code = end.map_or(code, |(end, _)| &code[..end]);
        let mut sections = sections(code);
        let has_text = |section: &Section| section.tokens.contains(&Token::Text);
        let is_text = sections.len() > 3 || sections.last().is_some_and(has_text);
        let text = is_text.then(|| sections.swap_remove(sections.len().min(4) - 1));
        let text =
            text.filter(|it| !(it.kind == SectionKind::Pattern && it.tokens == [Token::Text]));
        // Numbers in a cell formatted as text show as they are.
        if sections.is_empty() {
            sections.push(Section {
                kind: match text {
                    None => SectionKind::General,
                    Some(_) => SectionKind::Other,
                },
                tokens: Vec::new(),
            });
        }
        sections.truncate(3);
        if sections.iter().any(|it| it.kind == SectionKind::Condition) {
            sections.truncate(1);
            sections[0].kind = SectionKind::Other;
        }
        NumberFormat {
            code: code.into(),
            numbers: sections,
            text,
        }
    }

    pub(super) fn number(&self, value: f64) -> ShownNumber {
        let section = match self.numbers.len() {
            3 if value == 0.0 => 2,
            2.. if value < 0.0 => 1,
            _ => 0,
        };
        let Some(section) = self.numbers.get(section) else {
            return ShownNumber::Other;
        };
        match section.kind {
            SectionKind::General => ShownNumber::General,
            SectionKind::Date => ShownNumber::Date,
            SectionKind::Duration => ShownNumber::Duration,
            SectionKind::Percent(decimals) => {
                ShownNumber::Percent(format!("{:.*}%", decimals, value * 100.0))
            }
            SectionKind::Pattern => section
                .digits(value)
                .map_or(ShownNumber::Other, ShownNumber::Text),
            SectionKind::Condition | SectionKind::Other => ShownNumber::Other,
        }
    }

    /// A text as it is shown, where that is not as it is: the inner none if that is not certain.
    pub(super) fn text(&self, text: &str) -> Option<Option<String>> {
        self.text.as_ref().map(|section| section.around(text))
    }
}

#[derive(Debug)]
struct Section {
    kind: SectionKind,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SectionKind {
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
enum Token {
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
fn sections(code: &str) -> Vec<Section> {
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
            let has_own_digits = language.is_some_and(|language| {
                u32::from_str_radix(language, 16).is_ok_and(|language| language >> 24 > 1)
            });
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
    fn digits(&self, value: f64) -> Option<String> {
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
    fn around(&self, text: &str) -> Option<String> {
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

/// The code of a built-in format (ECMA-376, 18.8.30); none for one that is not built in. Formats
/// that differ between languages have a code of the same kind.
fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 | 59..=62 | 67..=70 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 | 23..=26 | 41..=44 | 63..=66 => "$#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 | 71..=81 => "yyyy-m-d",
        18..=21 | 32 | 33 | 45 | 47 | 55 | 56 => "h:mm:ss",
        37 | 38 => "#,##0;(#,##0)",
        39 | 40 => "#,##0.00;(#,##0.00)",
        46 => "[h]:mm:ss",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}
