//! The plan: what a first pass over the sheet found.
//!
//! Quota is scarce and exports repeat an order on every detail line, so the run makes one call an
//! order, with the flag the order's last valid row gives. The plan remembers which row that is.

use std::hash::{BuildHasher, Hasher, RandomState};

use crossbeam_channel::{Receiver, Sender, bounded};
use hashbrown::HashTable;
use siphasher::sip128::SipHasher13;

use crate::sheet::{Entry, Problem, Row, Sheet, SheetError};

/// How many rows go from the reading to the entering thread at once, …
const BATCH_ROWS: usize = 1024;
/// … and how many such batches may wait.
const BATCHES: usize = 4;

/// What to do with an order that is given different flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Its last valid row decides, the others are superseded.
    #[default]
    Last,
    /// All its rows are invalid and nothing is sent.
    Invalid,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The sheet cannot be read to its end.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// More orders than a plan can number.
    #[error("the sheet holds more than {} distinct orders; split it", u32::MAX)]
    TooManyOrders,
}

/// What a row of the sheet is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The row whose flag is sent for its order.
    Decides(OrderId),
    /// Gives the same flag as the deciding row at `line`.
    Same {
        /// The row's order.
        id: OrderId,
        /// The deciding row's line.
        line: u64,
    },
    /// Gives another flag than the deciding row at `line`.
    Superseded {
        /// The row's order.
        id: OrderId,
        /// The deciding row's line.
        line: u64,
    },
    /// Its order is given different flags, and conflicts are invalid.
    Conflict {
        /// The row's order.
        id: OrderId,
        /// The line of the order's last valid row.
        line: u64,
    },
}

/// An order's number within a plan, counted from 0 in the order of first appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(u32);

impl OrderId {
    /// The number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An order and a flag as the plan knows them: keyed hashes of what would be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) order: [u64; 2],
    pub(super) flag: u64,
}

/// Hashes with keys drawn anew for every plan, so that no sheet can be made to collide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marker {
    keys: (u64, u64),
}

impl Marker {
    pub(super) fn new() -> Self {
        let random = || RandomState::new().build_hasher().finish();
        Marker {
            keys: (random(), random()),
        }
    }

    pub(super) fn mark(&self, entry: &Entry<'_>) -> Mark {
        Mark {
            order: self.hash(&entry.order),
            flag: self.hash(&entry.flag)[0],
        }
    }

    fn hash(&self, text: &str) -> [u64; 2] {
        let hash = SipHasher13::new_with_keys(self.keys.0, self.keys.1).hash(text.as_bytes());
        [hash.h1, hash.h2]
    }
}

/// What the plan keeps of one order: 32 bytes.
#[derive(Clone, Copy, Debug)]
struct Decision {
    mark: Mark,
    place: Place,
}

/// The deciding row's line (40 bits), whether the order is given different flags (1 bit), and how
/// many rows it has (23 bits, as many as fit).
#[derive(Clone, Copy, Debug)]
struct Place(u64);

impl Place {
    const LINE_BITS: u32 = 40;
    const CONFLICT: u64 = 1 << Self::LINE_BITS;
    const MAX_ROWS: u64 = (1 << (63 - Self::LINE_BITS)) - 1;

    fn new(line: u64, conflict: bool, rows: u64) -> Self {
        let line = line.min(Self::CONFLICT - 1);
        let rows = rows.min(Self::MAX_ROWS) << (Self::LINE_BITS + 1);
        Place(line | if conflict { Self::CONFLICT } else { 0 } | rows)
    }

    fn line(self) -> u64 {
        self.0 & (Self::CONFLICT - 1)
    }

    fn conflict(self) -> bool {
        self.0 & Self::CONFLICT != 0
    }

    fn rows(self) -> u64 {
        self.0 >> (Self::LINE_BITS + 1)
    }
}

/// Fixed-size blocks, so that growing never copies, nor doubles, what is there.
#[derive(Debug, Default)]
struct Decisions {
    blocks: Vec<Vec<Decision>>,
}

impl Decisions {
    const BLOCK: usize = 4096;

    fn len(&self) -> usize {
        match self.blocks.last() {
            Some(last) => (self.blocks.len() - 1) * Self::BLOCK + last.len(),
            None => 0,
        }
    }

    fn push(&mut self, decision: Decision) {
        match self.blocks.last_mut() {
            Some(last) if last.len() < Self::BLOCK => last.push(decision),
            _ => {
                let mut block = Vec::with_capacity(Self::BLOCK);
                block.push(decision);
                self.blocks.push(block);
            }
        }
    }

    fn get(&self, id: u32) -> &Decision {
        let index = id as usize;
        &self.blocks[index / Self::BLOCK][index % Self::BLOCK]
    }

    fn get_mut(&mut self, id: u32) -> &mut Decision {
        let index = id as usize;
        &mut self.blocks[index / Self::BLOCK][index % Self::BLOCK]
    }

    fn iter(&self) -> impl Iterator<Item = &Decision> {
        self.blocks.iter().flatten()
    }
}

/// From orders to their numbers, in shards, so that growing moves a small part of it at a time.
/// The shards are of unequal shares, from one to two times the smallest, so that they do not all
/// double at once: on the whole they are always about as full.
///
/// With each number goes a part of the order's hash: most orders that are not there are known not
/// to be without a look at the decisions, and growing needs no look at all.
#[derive(Debug)]
struct Index {
    shards: Vec<HashTable<(u32, u32)>>,
    /// The shard of an order by the first byte of its hash.
    shard_of: [u8; 256],
}

impl Index {
    const SHARDS: u8 = 64;

    fn new() -> Self {
        let shards = std::iter::repeat_with(HashTable::new);
        Index {
            shards: shards.take(Self::SHARDS.into()).collect(),
            shard_of: std::array::from_fn(|byte| {
                let share = (1.0 + byte as f64 / 256.0).log2();
                (f64::from(Self::SHARDS) * share) as u8
            }),
        }
    }

    /// The shard an order belongs to, and the part of its hash that is kept there.
    fn place(&self, order: [u64; 2]) -> (usize, u32) {
        // Truncation is meant: the first byte chooses the shard, the lower half is the part.
        let shard = self.shard_of[(order[0] >> 56) as usize];
        (shard.into(), order[0] as u32)
    }

    /// Spreads the part kept over all bits, as the table wants its hashes.
    fn spread(part: u32) -> u64 {
        u64::from(part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn find(&self, order: [u64; 2], is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let (shard, part) = self.place(order);
        self.shards[shard]
            .find(Self::spread(part), |&(found, id)| {
                found == part && is_it(id)
            })
            .map(|&(_, id)| id)
    }

    fn insert(&mut self, order: [u64; 2], id: u32) {
        let (shard, part) = self.place(order);
        let entry = (part, id);
        self.shards[shard]
            .insert_unique(Self::spread(part), entry, |&(part, _)| Self::spread(part));
    }
}

/// The sheet's valid rows, boiled down to one decision an order.
///
/// Costs at most 64 bytes a distinct order, what [`run`](super::carry) keeps beside it included.
#[derive(Debug)]
pub struct Plan {
    marker: Marker,
    on_conflict: OnConflict,
    decisions: Decisions,
    by_order: Index,
    rows: u64,
    invalid: u64,
    conflicts: u64,
    has_extra_fields: bool,
}

/// What reading the sheet found besides its orders.
#[derive(Default)]
struct Counts {
    rows: u64,
    invalid: u64,
    has_extra_fields: bool,
}

/// Reads the sheet, sending on what its valid rows ask for.
fn read_marks(
    sheet: &Sheet,
    marker: Marker,
    marks: Sender<Vec<(u64, Mark)>>,
    mut watch: impl FnMut(&Row, &Result<Entry<'_>, Problem>, Option<Mark>),
) -> Result<Counts, SheetError> {
    let mut counts = Counts::default();
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    while rows.read(&mut row)? {
        let entry = row.entry(sheet);
        let mark = entry.as_ref().ok().map(|entry| marker.mark(entry));
        match mark {
            Some(mark) => batch.push((row.line(), mark)),
            None => counts.invalid += 1,
        }
        counts.rows += 1;
        counts.has_extra_fields |= !row.extra_fields().is_empty();
        watch(&row, &entry, mark);
        if batch.len() == BATCH_ROWS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if marks.send(full).is_err() {
                // There are too many orders, as the other end says.
                return Ok(counts);
            }
        }
    }
    // As above.
    let _ = marks.send(batch);
    Ok(counts)
}

impl Plan {
    /// Reads the sheet once. `watch` is shown every row, with what would be sent for it.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if the sheet cannot be read to its end: then nothing may be sent.
    pub fn build(
        sheet: &Sheet,
        on_conflict: OnConflict,
        mut watch: impl FnMut(&Row, &Result<Entry<'_>, Problem>),
    ) -> Result<Plan, PlanError> {
        let mut plan = Plan::new(Marker::new(), on_conflict);
        plan.read(sheet, |row, entry, _| watch(row, entry))?;
        Ok(plan)
    }

    pub(super) fn new(marker: Marker, on_conflict: OnConflict) -> Plan {
        Plan {
            marker,
            on_conflict,
            decisions: Decisions::default(),
            by_order: Index::new(),
            rows: 0,
            invalid: 0,
            conflicts: 0,
            has_extra_fields: false,
        }
    }

    /// Reads the sheet on this thread and enters its orders on another: each takes as long.
    pub(super) fn read(
        &mut self,
        sheet: &Sheet,
        watch: impl FnMut(&Row, &Result<Entry<'_>, Problem>, Option<Mark>),
    ) -> Result<(), PlanError> {
        let marker = self.marker;
        let (sender, batches) = bounded(BATCHES);
        let plan = &mut *self;
        let counts = std::thread::scope(|scope| {
            // It owns its end of the channel: once it is over, nobody waits for it.
            let entering = scope.spawn(move || plan.enter_all(batches));
            let counts = read_marks(sheet, marker, sender, watch);
            entering
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            counts.map_err(PlanError::from)
        })?;
        self.rows = counts.rows;
        self.invalid = counts.invalid;
        self.has_extra_fields = counts.has_extra_fields;
        Ok(())
    }

    fn enter_all(&mut self, batches: Receiver<Vec<(u64, Mark)>>) -> Result<(), PlanError> {
        for (line, mark) in batches.into_iter().flatten() {
            self.enter(line, mark)?;
        }
        Ok(())
    }

    fn enter(&mut self, line: u64, mark: Mark) -> Result<(), PlanError> {
        match self.find(mark.order) {
            Some(OrderId(id)) => {
                let decision = self.decisions.get_mut(id);
                let was_conflict = decision.place.conflict();
                let conflict = was_conflict || decision.mark.flag != mark.flag;
                self.conflicts += u64::from(conflict && !was_conflict);
                decision.place = Place::new(line, conflict, decision.place.rows() + 1);
                decision.mark.flag = mark.flag;
            }
            None => {
                let id =
                    u32::try_from(self.decisions.len()).map_err(|_| PlanError::TooManyOrders)?;
                self.decisions.push(Decision {
                    mark,
                    place: Place::new(line, false, 1),
                });
                self.by_order.insert(mark.order, id);
            }
        }
        Ok(())
    }

    pub(super) fn find(&self, order: [u64; 2]) -> Option<OrderId> {
        self.by_order
            .find(order, |id| self.decisions.get(id).mark.order == order)
            .map(OrderId)
    }

    /// What the valid row at `line` is to the run; `None` if the plan has never seen its order,
    /// which means that the sheet has changed since.
    #[must_use]
    pub fn role(&self, line: u64, entry: &Entry<'_>) -> Option<Role> {
        let mark = self.marker.mark(entry);
        let id = self.find(mark.order)?;
        let decision = self.decisions.get(id.0);
        let decides = decision.place.line();
        Some(
            if decision.place.conflict() && self.on_conflict == OnConflict::Invalid {
                Role::Conflict { id, line: decides }
            } else if decision.mark.flag != mark.flag {
                Role::Superseded { id, line: decides }
            } else if decides != line {
                Role::Same { id, line: decides }
            } else {
                Role::Decides(id)
            },
        )
    }

    /// What is done with orders that are given different flags.
    #[must_use]
    pub fn on_conflict(&self) -> OnConflict {
        self.on_conflict
    }

    /// The line that decides for an order, if it is behind `line`.
    #[must_use]
    pub fn decided_after(&self, line: u64, order: &str) -> Option<u64> {
        let id = self.find(self.marker.hash(order))?;
        let decides = self.decisions.get(id.0).place.line();
        (decides > line).then_some(decides)
    }

    /// Whether a call is made for the order.
    pub(super) fn is_sent(&self, id: OrderId) -> bool {
        self.on_conflict == OnConflict::Last || !self.decisions.get(id.0).place.conflict()
    }

    /// The flag sent for an order, hashed.
    pub(super) fn flag(&self, id: OrderId) -> u64 {
        self.decisions.get(id.0).mark.flag
    }

    /// How many valid rows name the order.
    #[must_use]
    pub fn rows_of(&self, id: OrderId) -> u64 {
        self.decisions.get(id.0).place.rows()
    }

    /// Whether a row has more fields than the header.
    #[must_use]
    pub fn has_extra_fields(&self) -> bool {
        self.has_extra_fields
    }

    /// All rows, valid or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that cannot be sent as they stand.
    #[must_use]
    pub fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Distinct orders among the valid rows.
    #[must_use]
    pub fn orders(&self) -> u64 {
        self.decisions.len() as u64
    }

    /// Orders that are given different flags.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        self.conflicts
    }

    /// Orders a call is made for, if nothing is known of any yet.
    #[must_use]
    pub fn calls(&self) -> u64 {
        match self.on_conflict {
            OnConflict::Last => self.orders(),
            OnConflict::Invalid => self.orders() - self.conflicts,
        }
    }

    /// Rows of the orders that conflicts make invalid.
    #[must_use]
    pub fn conflicting_rows(&self) -> u64 {
        match self.on_conflict {
            OnConflict::Last => 0,
            OnConflict::Invalid => self
                .decisions
                .iter()
                .filter(|decision| decision.place.conflict())
                .map(|decision| decision.place.rows())
                .sum(),
        }
    }
}
