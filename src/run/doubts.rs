//! Refusals that may hold for every call or for one row alone, as of a firewall that dislikes its
//! text: the other calls of the run tell which.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many orders in a row are no coincidence.
const IN_A_ROW: u32 = 5;

/// What is known, from all workers.
#[derive(Debug, Default)]
pub struct Doubts(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    in_a_row: u32,
    /// Whether the server was asked by a call that changes nothing.
    asked: bool,
}

/// Whom a refusal is about.
#[derive(Debug, PartialEq, Eq)]
pub enum About {
    Row,
    Run,
    /// A call that changes nothing is to tell.
    Ask,
}

impl Doubts {
    /// A call got through to the ERP, which took it or refused its row.
    pub fn got_through(&self) {
        self.lock().in_a_row = 0;
    }

    /// Another order was refused.
    pub fn refused(&self) -> About {
        let mut state = self.lock();
        state.in_a_row += 1;
        if state.in_a_row >= IN_A_ROW {
            About::Run
        } else if state.asked {
            About::Row
        } else {
            state.asked = true;
            About::Ask
        }
    }

    /// The call that was to tell was not answered: the next refusal asks again.
    pub fn not_told(&self) {
        self.lock().asked = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_asked_once_and_five_in_a_row_are_enough() {
        let doubts = Doubts::default();
        assert_eq!(doubts.refused(), About::Ask);
        doubts.not_told();
        assert_eq!(doubts.refused(), About::Ask);
        assert_eq!(doubts.refused(), About::Row);
        doubts.got_through();
        for _ in 1..IN_A_ROW {
            assert_eq!(doubts.refused(), About::Row);
        }
        assert_eq!(doubts.refused(), About::Run);
    }
}
