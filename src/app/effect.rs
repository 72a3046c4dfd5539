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
    /// The mouse was pressed at a column and line.
    Click(u16, u16),
    /// Its wheel was turned by so many lines.
    Wheel(i8),
    Engine(EngineEvent),
    /// Half a second went by while a job runs.
    Tick,
    /// Nothing has happened for a moment.
    Rest,
    /// It is time for the next thing of what a lesson shows.
    ShowNext,
}

/// What is opened in the place of what is open now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A lesson by its id; anew, or where it was left.
    Lesson { id: String, reset: bool },
    /// A case by its name.
    Case(String),
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
    /// Keeps whether the case may ask the outside.
    Online(bool),
    Redraw,
    /// Sends a sequence to the terminal besides the frames.
    Send(Vec<u8>),
    /// Has the terminal report the mouse, or not.
    Mouse(bool),
    /// Ends this workbench and begins another one.
    Leave(Next),
    Suspend,
    Quit,
}

/// A step for the journal; the time is added when it is written.
pub type Record = crate::case::Entry;
