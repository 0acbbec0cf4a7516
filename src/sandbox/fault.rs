//! The ways a call fails through nobody's fault.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fault {
    /// A gateway's 502 page instead of a reply.
    BadGateway,
    /// Status 4.
    Database,
    /// Status 99.
    Other,
    /// The connection closes and nothing was done.
    LostCall,
    /// The connection closes after the call was executed.
    LostReply,
}

impl Fault {
    const ALL: [Self; 5] = [
        Self::BadGateway,
        Self::Database,
        Self::Other,
        Self::LostCall,
        Self::LostReply,
    ];

    /// One of the faults, each as likely as another, for a fraction `rate` (0 to 1) of calls.
    pub(super) fn inject(rng: &mut fastrand::Rng, rate: f64) -> Option<Self> {
        (rng.f64() < rate).then(|| Self::ALL[rng.usize(..Self::ALL.len())])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn injected(rate: f64) -> HashMap<Option<Fault>, u32> {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut counts = HashMap::new();
        for _ in 0..10_000 {
            *counts.entry(Fault::inject(&mut rng, rate)).or_default() += 1;
        }
        counts
    }

    #[test]
    fn never_and_always() {
        assert_eq!(injected(0.0), HashMap::from([(None, 10_000)]));
        assert_eq!(injected(1.0).get(&None), None);
    }

    #[test]
    fn the_rate_is_kept_and_every_fault_occurs() {
        let counts = injected(0.5);
        assert!((4_700..5_300).contains(&counts[&None]), "{counts:?}");
        for fault in Fault::ALL {
            assert!((850..1_150).contains(&counts[&Some(fault)]), "{counts:?}");
        }
    }
}
