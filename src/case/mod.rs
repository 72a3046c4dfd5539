//! A case: its folder, its journal, and the proof that the journal replays.

mod folder;
mod journal;
mod replay;

pub use folder::{Case, CaseEntry, CaseInfo, Look, folder_of, read_place};
pub use journal::{Entry, Journal, Output, OutputColumn, Record, Verified, history, read, verify};
pub use replay::{Mismatch, replay};

/// Errors of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {why}")]
    Folder { path: String, why: String },
    #[error("the case {path} is open in another program; close it there, or choose another --case")]
    Locked { path: String },
    #[error("{path}:{line}: {why}")]
    Broken { path: String, line: usize, why: String },
    #[error("the step could not be written to the journal: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Export(#[from] crate::export::Error),
}

pub type Result<T> = std::result::Result<T, Error>;
