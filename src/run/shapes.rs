//! What orders look like, and which look unlike the rest: a total, a date or a name among order
//! numbers.
//!
//! An order's shape is its text with `0` for each digit and `a` for each letter, but for the letters
//! it begins with, which tell the kind of document. A number of one or two digits counts something:
//! how many digits it has does not matter. Shapes that differ by a digit only because numbers have
//! grown, from `CG9998` to `CG10003`, are as good as one.
//!
//! A sheet has orders of one shape, or of a few. Where most have such a usual shape, the others are
//! worth a look; where they have not, none is unlike the rest.

use std::collections::HashSet;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use indexmap::IndexMap;

/// So many orders of one shape are usual.
const USUAL: usize = 20;
/// So are two or more, if they are so many of a hundred.
const USUAL_PERCENT: usize = 5;
/// At most so many of a hundred are unlike the rest.
const MAX_UNLIKE_PERCENT: usize = 10;
/// Fewer orders do not show what is usual.
const ENOUGH: usize = 5;
/// Digits of a number that counts something.
const COUNTER: usize = 2;

/// The positions of the orders that look unlike the rest.
pub fn unlike<'o>(orders: impl Iterator<Item = &'o str> + Clone) -> Vec<usize> {
    let rare = rare_shapes(orders.clone());
    if rare.is_empty() {
        return Vec::new();
    }
    let is_rare = |order: &str| rare.contains(&Shape::of(order));
    let unlike = orders.enumerate().filter(|(_, order)| is_rare(order));
    unlike.map(|(at, _)| at).collect()
}

/// The shapes that are not usual, if few orders have them.
fn rare_shapes<'o>(orders: impl Iterator<Item = &'o str> + Clone) -> HashSet<Shape, RandomState> {
    let all = orders.clone().count();
    let mut shapes = IndexMap::<Shape, Alike, RandomState>::default();
    let mut before = ("", 0);
    for order in orders {
        // Most orders look like the one before.
        if differ_in_digits(before.0, order)
            && let Some((_, alike)) = shapes.get_index_mut(before.1)
        {
            alike.add(order);
            continue;
        }
        let shape = shapes.entry(Shape::of(order));
        before = (order, shape.index());
        shape.or_insert_with(|| Alike::new(order)).add(order);
        // Neither usual nor few: they need not be held.
        if shapes.len() > all / 4 + 2 * USUAL {
            return HashSet::default();
        }
    }
    let mut shapes: Vec<_> = shapes.into_iter().collect();
    shapes.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let mut rare = HashSet::default();
    let mut unlike = 0;
    for grown in shapes.chunk_by(|a, b| a.0.is_before(&b.0) && a.1.continues_in(&b.1)) {
        let orders: usize = grown.iter().map(|(_, alike)| alike.orders).sum();
        let is_usual = orders >= USUAL || orders > 1 && orders * 100 >= all * USUAL_PERCENT;
        if !is_usual {
            unlike += orders;
            rare.extend(grown.iter().map(|(shape, _)| shape.clone()));
        }
    }
    let most = (all * MAX_UNLIKE_PERCENT).div_ceil(100);
    if all < ENOUGH || unlike > most {
        HashSet::default()
    } else {
        rare
    }
}

/// Whether the two differ in nothing but their digits, if at all.
fn differ_in_digits(one: &str, other: &str) -> bool {
    let mut pairs = one.bytes().zip(other.bytes());
    one.len() == other.len()
        && pairs.all(|(a, b)| a == b || a.is_ascii_digit() && b.is_ascii_digit())
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Shape {
    /// With one `0` for the last number, whatever its digits.
    text: CompactString,
    /// The digits of the last number; 0 if there is none.
    digits: usize,
}

impl Shape {
    fn of(order: &str) -> Shape {
        let mut text = CompactString::default();
        // The last number's place in the text, and its digits.
        let mut number = 0..0;
        let mut digits = 0;
        let mut is_within = false;
        let mut is_start = true;
        for c in order.chars() {
            is_start &= c.is_alphabetic();
            if !c.is_ascii_digit() {
                is_within = false;
                text.push(if c.is_alphabetic() && !is_start {
                    'a'
                } else {
                    c
                });
                continue;
            }
            if !is_within {
                (is_within, digits) = (true, 0);
                number = text.len()..text.len();
            }
            digits += 1;
            // The first digit, and those beyond what counts something.
            if digits == 1 || digits > COUNTER {
                text.push('0');
                number.end += 1;
            }
        }
        if digits > 0 {
            text.replace_range(number, "0");
            digits = digits.max(COUNTER);
        }
        Shape { text, digits }
    }

    /// Whether the next one has only a digit more.
    fn is_before(&self, next: &Shape) -> bool {
        self.text == next.text && self.digits + 1 == next.digits
    }
}

/// Orders of one shape.
struct Alike<'o> {
    orders: usize,
    least: &'o str,
    greatest: &'o str,
}

impl<'o> Alike<'o> {
    fn new(order: &'o str) -> Self {
        Alike {
            orders: 0,
            least: order,
            greatest: order,
        }
    }

    fn add(&mut self, order: &'o str) {
        let size = |order: &'o str| (order.len(), order);
        self.orders += 1;
        if size(order) < size(self.least) {
            self.least = order;
        }
        if size(order) > size(self.greatest) {
            self.greatest = order;
        }
    }

    /// Whether the numbers of these have grown into those of the next, that have a digit more. Where
    /// a digit was lost or typed twice, it is rather a tenth.
    fn continues_in(&self, next: &Alike) -> bool {
        let (before, after) = (self.greatest, next.least);
        let pairs = before.char_indices().zip(after.chars());
        let differ = pairs.into_iter().find(|((_, one), other)| one != other);
        let Some(((from, _), _)) = differ else {
            return false;
        };
        let numbers = number(&before[from..]).zip(number(&after[from..]));
        numbers.is_some_and(|(before, after)| before < after && after / 2 < before)
    }
}

/// The number that the text begins with.
fn number(text: &str) -> Option<u128> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let digits = &text[..end.unwrap_or(text.len())];
    digits.parse().ok().filter(|_| !digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'o>(orders: &[&'o str]) -> Vec<&'o str> {
        let unlike = unlike(orders.iter().copied());
        unlike.into_iter().map(|at| orders[at]).collect()
    }

    /// The orders that are found when these stand among so many others.
    fn found_among<'s>(strays: &[&'s str], others: impl Iterator<Item = String>) -> Vec<&'s str> {
        let others: Vec<String> = others.collect();
        let (above, below) = others.split_at(others.len() / 3);
        let orders = above.iter().map(String::as_str);
        let orders = orders.chain(strays.iter().copied());
        let orders: Vec<&str> = orders.chain(below.iter().map(String::as_str)).collect();
        let found = found(&orders);
        let own: Vec<&str> = strays
            .iter()
            .copied()
            .filter(|it| found.contains(it))
            .collect();
        assert_eq!(own.len(), found.len(), "no other: {found:?}");
        own
    }

    fn usual(count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|n| format!("CG20220413{:04}", n + 9_800))
    }

    #[test]
    fn strays_among_order_numbers() {
        let strays = [
            "合计",
            "12345",
            "2022-04-13",
            "张三",
            "张三丰",
            "XS202204131234",
            "cg202204131234",
            "CG2022041300",
            "CG20220413001X",
            "CG 202204131234",
            "CG２０２２０４１３１２３４",
            "CG202204131234,CG202204131235",
        ];
        assert_eq!(found_among(&strays, usual(200)), strays);
        for stray in strays {
            assert_eq!(
                found_among(&[stray], (0..4).map(|n| format!("CG20220413000{n}"))),
                [stray]
            );
        }
    }

    #[test]
    fn orders_of_two_or_three_usual_shapes() {
        let kinds = |n: usize| match n % 10 {
            0..6 => format!("CG20220413{n:04}"),
            6..9 => format!("PO-{n:06}-{}", n % 13),
            _ => format!("{:013}", 2_204_130_000_000 + n),
        };
        for count in [20, 50, 1_000] {
            assert_eq!(found_among(&[], (0..count).map(kinds)), [""; 0], "{count}");
        }
        assert_eq!(found_among(&["合计"], (0..100).map(kinds)), ["合计"]);
    }

    #[test]
    fn numbers_that_grow_by_a_digit() {
        for numbers in [
            1..2_000,
            9_999..10_400,
            9_000..10_003,
            99_985..100_001,
            3..12,
        ] {
            for order in ["", "CG", "CG20220413", "仓1-CG"] {
                let orders = numbers.clone().map(|n| format!("{order}{n}"));
                assert_eq!(found_among(&[], orders), [""; 0], "{order} {numbers:?}");
                let orders = numbers.clone().map(|n| format!("{order}{n}-B"));
                assert_eq!(found_among(&[], orders), [""; 0], "{order} {numbers:?}");
            }
        }
        // A digit lost, a digit too many.
        let orders = || (2_000..2_400).map(|n| format!("CG{n}"));
        assert_eq!(
            found_among(&["CG203", "CG22031"], orders()),
            ["CG203", "CG22031"]
        );
    }

    #[test]
    fn numbers_that_count_something_and_letters_that_mark_parts() {
        let parts = |n: usize| {
            format!(
                "CG20220413{:04}-{}{}",
                n / 12,
                n % 12 + 1,
                ["A", "B"][n % 2]
            )
        };
        assert_eq!(found_among(&[], (0..500).map(parts)), [""; 0]);
    }

    #[test]
    fn where_nothing_is_usual_nothing_is_unlike_it() {
        assert_eq!(found(&[]), [""; 0]);
        assert_eq!(found(&["CG1", "CG2", "CG3", "合计"]), [""; 0], "too few");
        let names = ["张三", "李四", "王五", "赵六", "CG1", "CG2"];
        assert_eq!(found(&names), [""; 0]);
        let hash = |n: usize| format!("{:x}", (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        assert_eq!(found_among(&[], (0..2_000).map(hash)), [""; 0]);
    }
}
