//! What threads share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks it, though a thread has panicked while it held it: what is shared here is whole between any
/// two statements, and a run goes on.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
