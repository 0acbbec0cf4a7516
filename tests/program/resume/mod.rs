//! The same command continues a run that was cut short: nothing is lost, nothing is sent twice.

mod believed;
mod continued;
mod foreign;
mod grown;
mod kills;
mod torn;

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::harness::{ACCEPTED, JOURNAL, Place, ScriptedServer, Table, outcomes, start};

/// A server that answers so many calls, and lets the later ones wait. It applies all of them.
pub struct Fickle {
    pub server: ScriptedServer,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Default)]
struct Mood {
    /// Calls still to be answered.
    left: usize,
    /// Calls since the last change of mood.
    calls: usize,
    /// The journal as the first of them found it.
    journal: Option<Vec<u8>>,
}

impl Fickle {
    pub fn start(place: &Place) -> Self {
        let journal = place.path(JOURNAL);
        let mood = Arc::<Mutex<Mood>>::default();
        let moods = Arc::clone(&mood);
        let server = ScriptedServer::start(move |caller| {
            loop {
                let call = caller.request()?;
                let answer = {
                    let mut mood = moods.lock().expect("no panic");
                    mood.journal
                        .get_or_insert_with(|| fs::read(&journal).unwrap_or_default());
                    let answer = mood.left > 0;
                    mood.left = mood.left.saturating_sub(1);
                    caller.apply(&call);
                    mood.calls += 1;
                    answer
                };
                if !answer {
                    return caller.stall();
                }
                caller.reply(ACCEPTED)?;
            }
        });
        let fickle = Fickle { server, mood };
        fickle.answer(usize::MAX);
        fickle
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().expect("no panic")
    }

    /// Answers only so many calls from now on.
    pub fn answer(&self, left: usize) {
        *self.mood() = Mood {
            left,
            ..Mood::default()
        };
    }

    /// How many calls were made, and applied, since the last change of mood.
    pub fn calls(&self) -> usize {
        self.mood().calls
    }

    /// Carries the sheet until `answered` more calls are answered and recorded and one more is
    /// applied, but not answered. Then kills the run.
    #[track_caller]
    pub fn kill_after(&self, place: &Place, answered: usize) {
        self.answer(answered);
        let mut run = start(&mut place.run(&self.server, ["orders.csv", "-j1"]));
        run.until("the call that is not answered", || self.calls() > answered);
        let before = self.mood().journal.clone().expect("a call");
        let before = outcomes(&before).len();
        run.until("the outcomes", || {
            place.recorded().len() >= before + answered
        });
        run.kill();
        self.answer(usize::MAX);
    }

    /// Carries the sheet to its end, saying that it takes over so many rows. Returns the results and
    /// the orders that were sent for them.
    #[track_caller]
    pub fn goes_on(&self, place: &Place, taken_over: &str) -> (Table, Vec<String>) {
        let ((run, results), sent) = self.during(|server| place.carry(server, &[]));
        let run = run.expect(0);
        run.says_nothing_of("kept as");
        if taken_over.is_empty() {
            run.says_nothing_of("taken over").says_nothing_of("warning");
        } else {
            run.says(&format!(": {taken_over} taken over"));
        }
        (results, sent)
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
