//! What comes in and what goes out: closed enums, plain data.

use crate::config::Key;
use crate::engine::{EngineEvent, Job, Slot};
use crate::model::Evidence;

/// Everything that can happen to the workbench.
#[derive(Debug)]
pub enum Event {
    Key(Key),
    /// Text that was pasted; only text fields take it.
    Paste(String),
    Resize(u16, u16),
    Engine(EngineEvent),
    /// Half a second went by while a job runs.
    Tick,
    /// Nothing has happened for a moment.
    Rest,
}

/// Everything that an update wants done; [`super::run`] does it.
#[derive(Debug)]
pub enum Effect {
    Start {
        slot: Slot,
        title: String,
        job: Job,
    },
    Cancel(Slot),
    CancelAll,
    /// Writes a step to the journal.
    Record(Record),
    /// Computes the hash of evidence in the background.
    Hash(Evidence),
    Redraw,
    Suspend,
    Quit,
}

/// A step for the journal; the time is added when it is written.
pub type Record = crate::case::Entry;
