//! What one job sent, and to whom: for the journal, also where the job failed or was cancelled.

use std::sync::{Arc, Mutex, PoisonError};

/// A list that grows while a job asks; clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct SentLog(Arc<Mutex<Vec<String>>>);

impl SentLog {
    /// Writes down what is about to leave.
    pub(super) fn note(&self, what: String) {
        // There are only pushes under this lock, so what a panic leaves behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// What left since this was asked the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
