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

/// Whether an element is taken out, and whether it is made invisible, as far as that is said.
type Hides = [Option<bool>; 2];

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
            let hides = declared(block);
            if hides == [None, None] {
                continue;
            }
            for selector in selectors.split(',') {
                let mut nested = selector.split(|c: char| c.is_whitespace() || c == '>');
                let mut nested = nested.by_ref().filter(|it| !it.is_empty());
                let Some(selector) = nested.next_back() else {
                    continue;
                };
                // Within what, is not looked at: rather one cell too many is taken for hidden.
                let is_nested = nested.next().is_some();
                let may_hide = hides.contains(&Some(true)) && selector.contains(['.', '#']);
                if selector.contains(|c| PARTIAL.contains(c)) || is_nested && !may_hide {
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
        let mut hidden = [attribute(tag, "hidden").is_some(), false];
        let of_rules = self.0.iter().filter(|(selector, _)| fits(selector, tag));
        let style = attribute(tag, "style").map(|style| declared(&without_comments(style)));
        for says in of_rules.map(|(_, hides)| *hides).chain(style) {
            for (hidden, says) in hidden.iter_mut().zip(says) {
                *hidden = says.unwrap_or(*hidden);
            }
        }
        hidden.contains(&true)
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

fn declared(css: &str) -> Hides {
    let mut hides = [None, None];
    for (name, value) in css.split(';').filter_map(|it| it.split_once(':')) {
        let value = value.split('!').next().unwrap_or_default().trim();
        let value = value.to_ascii_lowercase();
        match &*name.trim().to_ascii_lowercase() {
            "display" => hides[0] = Some(value == "none"),
            "visibility" => hides[1] = Some(matches!(&*value, "hidden" | "collapse")),
            "mso-hide" => hides[1] = Some(value == "all"),
            _ => {}
        }
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
