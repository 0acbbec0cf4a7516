//! The ways a call fails through nobody's fault.

/// One transient failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Trouble {
    /// A gateway's 502 page instead of a reply.
    BadGateway,
    /// Status 4.
    Database,
    /// Status 99.
    Other,
    /// The connection closes and nothing was done.
    LostCall,
    /// The connection closes after the call was carried out.
    LostReply,
}

const KINDS: [Trouble; 5] = [
    Trouble::BadGateway,
    Trouble::Database,
    Trouble::Other,
    Trouble::LostCall,
    Trouble::LostReply,
];

/// Strikes a fraction `rate` (0 to 1) of calls, each kind as often as another.
pub(super) fn strike(rng: &mut fastrand::Rng, rate: f64) -> Option<Trouble> {
    (rng.f64() < rate).then(|| KINDS[rng.usize(..KINDS.len())])
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn strikes(rate: f64) -> HashMap<Option<Trouble>, u32> {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut counts = HashMap::new();
        for _ in 0..10_000 {
            *counts.entry(strike(&mut rng, rate)).or_default() += 1;
        }
        counts
    }

    #[test]
    fn never_and_always() {
        assert_eq!(strikes(0.0), HashMap::from([(None, 10_000)]));
        assert_eq!(strikes(1.0).get(&None), None);
    }

    #[test]
    fn the_rate_is_kept_and_every_kind_occurs() {
        let counts = strikes(0.5);
        assert!((4_700..5_300).contains(&counts[&None]), "{counts:?}");
        for kind in KINDS {
            assert!((850..1_150).contains(&counts[&Some(kind)]), "{counts:?}");
        }
    }
}
