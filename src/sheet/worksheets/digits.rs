//! How many digits orders have.

use std::collections::HashMap;

/// How many digits the orders end with that are texts.
#[derive(Default)]
pub struct Lengths {
    /// How many orders of digits alone there are of each length.
    plain: HashMap<usize, u64>,
    /// How many of these begin with 0.
    zeros: u64,
    /// How many orders have something before their digits, and what the first of them has.
    prefixed: u64,
    first: Option<(String, usize)>,
    /// Whether those differ from the first, or some of their digits do not begin with 0.
    differ: bool,
}

impl Lengths {
    pub fn add(&mut self, text: &str) {
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &text[prefix.len()..];
        // Errors, totals and the like are no orders.
        if digits.is_empty() || prefix.starts_with("Err:") {
            return;
        }
        let has_zero = digits.starts_with('0');
        if prefix.is_empty() {
            *self.plain.entry(digits.len()).or_default() += 1;
            self.zeros += u64::from(has_zero);
        } else {
            self.prefixed += 1;
            let first = || (prefix.to_owned(), digits.len());
            let (other, length) = self.first.get_or_insert_with(first);
            self.differ |= !has_zero || other != prefix || *length != digits.len();
        }
    }

    /// None if that is not certain enough to tell numbers that have lost zeros.
    pub fn common(&self) -> Option<usize> {
        let plain: u64 = self.plain.values().sum();
        if plain == 0 {
            // They are of another kind than numbers, unless their zeros are what numbers lose.
            let first = self.first.as_ref().filter(|_| !self.differ);
            return first.map(|(_, digits)| *digits);
        }
        let (&length, &usual) = self.plain.iter().max_by_key(|(_, orders)| **orders)?;
        // Where orders have no zeros to lose, shorter ones may be of yet another kind.
        let has_zeros = self.zeros * 2 > plain && usual * 2 > plain;
        let are_alike = usual == plain && plain > self.prefixed;
        (has_zeros || are_alike).then_some(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tell(texts: &[&str], digits: Option<usize>) {
        let mut lengths = Lengths::default();
        texts.iter().for_each(|text| lengths.add(text));
        assert_eq!(lengths.common(), digits, "{texts:?}");
    }

    #[test]
    fn texts_of_one_length_tell_how_many_digits_orders_have() {
        tell(&["0012345", "0012346"], Some(7));
        tell(&["2204130001"], Some(10));
        tell(&["0012345", "合计", "#N/A", "Err:502"], Some(7));
        tell(&["CG0012345", "CG0012346"], Some(7));
        tell(&["CG2204130001"], None);
        tell(&["CG0012345", "CG2204130"], None);
        tell(&["CG0012345", "CG012345"], None);
        tell(&["CG0012345", "PO0012345"], None);
        tell(&["0012345", "001234"], None);
        tell(&["2204130001", "2204130002", "12345"], None);
        tell(&["合计"], None);
        tell(&[], None);
    }

    #[test]
    fn a_few_orders_of_another_kind_change_nothing() {
        tell(&["0012345", "CG2026001", "CG2026002"], Some(7));
        tell(&["CG0012345", "0012345"], Some(7));
        tell(&["0012345", "0012346", "2204130001"], Some(7));
        tell(&["2204130001", "2204130002", "CG2026001"], Some(10));
    }

    #[test]
    fn orders_of_many_kinds_without_zeros_tell_nothing() {
        tell(&["2204130001", "CG2026001"], None);
        tell(&["2204130001", "CG2026001", "PO-17"], None);
        tell(&["0012345", "2204130001", "2204130002"], None);
        tell(&["0012345", "0012346", "2204130001", "2204130002"], None);
    }
}
