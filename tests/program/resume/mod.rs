//! The same command continues a run that was cut short: nothing is lost, nothing is sent twice.

mod believed;
mod continued;
mod foreign;
mod grown;
mod kills;
mod languages;
mod sequential;
mod torn;

use crate::harness::{ACCEPTED, JOURNAL, Place, ScriptedServer, outcomes, start};
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard};

/// A server that accepts so many calls, and fails the later ones.
pub struct Fickle {
    pub server: ScriptedServer,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Default)]
struct Mood {
    /// Calls still to be answered.
    left: usize,
    unanswered: Unanswered,
    /// Calls since the last change of mood, each applied if it is to be.
    calls: usize,
    /// The journal as the first call since the last change of mood found it.
    journal: Option<Vec<u8>>,
}

/// What happens to a call that is not answered.
#[derive(Clone, Copy, Default)]
pub struct Unanswered {
    /// It is applied all the same.
    pub applied: bool,
    /// The server hangs up on it, instead of letting it wait.
    pub hung_up: bool,
}

impl Fickle {
    pub fn start(place: &Place) -> Self {
        let journal = place.path(JOURNAL);
        let mood = Arc::<Mutex<Mood>>::default();
        let moods = Arc::clone(&mood);
        let server = ScriptedServer::start(move |caller| {
            loop {
                let call = caller.request()?;
                let (answer, unanswered) = {
                    let mut mood = moods.lock().expect("no panic");
                    mood.journal
                        .get_or_insert_with(|| fs::read(&journal).unwrap_or_default());
                    let answer = mood.left > 0;
                    mood.left = mood.left.saturating_sub(1);
                    if answer || mood.unanswered.applied {
                        caller.apply(&call);
                    }
                    mood.calls += 1;
                    (answer, mood.unanswered)
                };
                match (answer, unanswered.hung_up) {
                    (true, _) => caller.reply(ACCEPTED)?,
                    (false, true) => return Ok(()),
                    (false, false) => return caller.stall(),
                }
            }
        });
        let fickle = Fickle { server, mood };
        fickle.answer_all();
        fickle
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().expect("no panic")
    }

    /// Answers only so many calls from now on.
    pub fn answer(&self, left: usize, unanswered: Unanswered) {
        *self.mood() = Mood {
            left,
            unanswered,
            ..Mood::default()
        };
    }

    pub fn answer_all(&self) {
        self.answer(usize::MAX, Unanswered::default());
    }

    /// How many calls were made, and applied if they are to be, since the last change of mood.
    pub fn calls(&self) -> usize {
        self.mood().calls
    }

    /// The journal as the first call since the last change of mood found it.
    pub fn first_journal(&self) -> Option<Vec<u8>> {
        self.mood().journal.clone()
    }

    /// Carries the sheet until `answered` more calls are answered and recorded and one more is
    /// applied, but not answered. Then kills the run.
    #[track_caller]
    pub fn kill_after(&self, place: &Place, answered: usize) {
        let unanswered = Unanswered {
            applied: true,
            hung_up: false,
        };
        self.answer(answered, unanswered);
        let mut run = start(&mut place.run(&self.server, ["orders.csv", "-j1"]));
        run.until("the call that is not answered", || self.calls() > answered);
        let before = outcomes(&self.first_journal().expect("a call")).len();
        run.until("the outcomes", || {
            place.recorded().len() >= before + answered
        });
        run.kill();
        self.answer_all();
    }

    /// The orders that are called while `work` is done, sorted.
    pub fn during<T>(&self, work: impl FnOnce(&ScriptedServer) -> T) -> (T, Vec<String>) {
        let before = self.server.calls();
        let done = work(&self.server);
        let mut orders = self.server.orders().split_off(before);
        orders.sort();
        (done, orders)
    }
}
