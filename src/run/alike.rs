//! Orders that differ from another in upper and lower case only, which the ERP's database may take for
//! the same.

use std::collections::HashMap;

use compact_str::CompactString;
use foldhash::fast::RandomState;

use super::orders::Orders;
use crate::language::say;
use crate::text::list;

impl Orders {
    pub fn alike(&self) -> Vec<&str> {
        let upper = |number: &str| -> CompactString {
            number.chars().flat_map(char::to_uppercase).collect()
        };
        let is_upper = |number: &str| !number.chars().any(char::is_lowercase);
        let numbers = || self.iter().map(|(number, _)| number);
        let mut counts = HashMap::<CompactString, u32, RandomState>::default();
        for number in numbers().filter(|number| !is_upper(number)) {
            *counts.entry(upper(number)).or_default() += 1;
        }
        for number in numbers().filter(|number| is_upper(number)) {
            if let Some(count) = counts.get_mut(number) {
                *count += 1;
            }
        }
        counts.retain(|_, count| *count > 1);
        numbers()
            .filter(|number| !counts.is_empty() && counts.contains_key(&upper(number)))
            .collect()
    }

    pub fn warn_alike(&self) -> Option<String> {
        let alike: Vec<_> = self.alike().into_iter().map(str::to_owned).collect();
        (!alike.is_empty()).then(|| say!("warning-alike", orders = list(&alike)))
    }
}
