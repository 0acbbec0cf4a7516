//! What the styles of a page hide.

use html5ever::tokenizer::Tag;

use super::cell::attribute;
use crate::workbook::budget::Budget;
use crate::workbook::error::{Result, too_much};

/// More would be looked through for each cell.
const MAX_RULES: usize = 1_000;
/// What selectors have that are not of every element of some name, class or id.
const PARTIAL: &str = "+~:[*";

/// Rules that say whether elements are shown, in the order in which they stand.
#[derive(Default)]
pub struct Rules(Vec<(String, Hides)>);

/// Whether an element is taken out, and whether it is made invisible, as far as that is said, and how
/// strongly.
type Hides = [Option<(bool, u8)>; 2];

/// A rule of a class or id is stronger than one of all elements of a name, and a style of the element's
/// own stronger than both.
const OF_CLASS: u8 = 1;
const OWN: u8 = 2;
/// Added to what is important.
const IMPORTANT: u8 = 4;

impl Rules {
    /// Reads a `style` element, and says whether it has such rules. Those for printers and narrow
    /// screens do not count.
    pub fn add(&mut self, css: &str, budget: &Budget) -> Result<bool> {
        let before = self.0.len();
        let css = without_comments(css);
        let mut rest = css.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let selectors = before.rsplit([';', '}']).next().unwrap_or_default().trim();
            if matches!(selectors, "@media screen" | "@media all") {
                rest = after;
                continue;
            }
            if selectors.starts_with('@') {
                rest = &after[end_of_block(after)..];
                continue;
            }
            let (block, after) = after.split_once('}').unwrap_or((after, ""));
            rest = after;
            for selector in selectors.split(',') {
                let mut nested = selector.split(|c: char| c.is_whitespace() || c == '>');
                let mut nested = nested.by_ref().filter(|it| !it.is_empty());
                let Some(selector) = nested.next_back() else {
                    continue;
                };
                // Within what, is not looked at: rather one cell too many is taken for hidden.
                let is_nested = nested.next().is_some();
                let is_of_class = selector.contains(['.', '#']);
                let hides = declared(block, if is_of_class { OF_CLASS } else { 0 });
                let may_hide = hides.iter().flatten().any(|says| says.0) && is_of_class;
                let says_nothing = hides == [None, None];
                let is_partial = selector.contains(|c| PARTIAL.contains(c));
                if says_nothing || is_partial || is_nested && !may_hide {
                    continue;
                }
                if self.0.len() == MAX_RULES {
                    return Err(too_much());
                }
                budget.spend(size_of::<(String, Hides)>() + selector.len())?;
                self.0.push((selector.to_ascii_lowercase(), hides));
            }
        }
        Ok(self.0.len() > before)
    }

    /// Whether an element is not shown.
    pub fn hide(&self, tag: &Tag) -> bool {
        let mut hidden = [attribute(tag, "hidden").map(|_| 0), None];
        let of_rules = self.0.iter().filter(|(selector, _)| fits(selector, tag));
        let style = attribute(tag, "style").map(|it| declared(&without_comments(it), OWN));
        for says in of_rules.map(|(_, hides)| *hides).chain(style) {
            for (hidden, says) in hidden.iter_mut().zip(says) {
                match says {
                    Some((true, strength)) => *hidden = (*hidden).max(Some(strength)),
                    Some((false, strength)) => *hidden = hidden.filter(|it| *it > strength),
                    None => {}
                }
            }
        }
        hidden.iter().any(Option::is_some)
    }
}

/// Whether an element is what a selector names: `tr`, `.class`, `#id`, or `td.class.other`.
fn fits(selector: &str, tag: &Tag) -> bool {
    let mut rest = selector;
    while let Some(first) = rest.chars().next() {
        let name = rest.trim_start_matches(['.', '#']);
        let end = name.find(['.', '#']).unwrap_or(name.len());
        let (name, after) = name.split_at(end);
        let is_it = |value: &str| value.eq_ignore_ascii_case(name);
        let fits = match first {
            '.' => attribute(tag, "class").is_some_and(|it| it.split_whitespace().any(is_it)),
            '#' => attribute(tag, "id").is_some_and(is_it),
            _ => is_it(&tag.name),
        };
        if !fits {
            return false;
        }
        rest = after;
    }
    !selector.is_empty()
}

fn declared(css: &str, strength: u8) -> Hides {
    let mut hides = [None, None];
    for (name, value) in css.split(';').filter_map(|it| it.split_once(':')) {
        let (value, mark) = value.split_once('!').unwrap_or((value, ""));
        let value = value.trim().to_ascii_lowercase();
        let strength = strength + if mark.is_empty() { 0 } else { IMPORTANT };
        let (at, is_hidden) = match &*name.trim().to_ascii_lowercase() {
            "display" => (0, value == "none"),
            "visibility" => (1, matches!(&*value, "hidden" | "collapse")),
            "mso-hide" => (1, value == "all"),
            _ => continue,
        };
        hides[at] = Some((is_hidden, strength));
    }
    hides
}

fn without_comments(css: &str) -> String {
    let mut pieces = css.split("/*");
    let first = pieces.next().unwrap_or_default().to_owned();
    let after = pieces.map(|it| it.split_once("*/").map_or("", |(_, after)| after));
    after
        .fold(first, |css, it| css + it)
        .replace("<!--", "")
        .replace("-->", "")
}

/// Where the block ends that has begun, with the blocks in it.
fn end_of_block(css: &str) -> usize {
    let mut depth = 1;
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    css.len()
}
