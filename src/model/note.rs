//! What a reader or an operation has to say about dirty evidence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One remark about evidence that was read or worked on; the work went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The file, table or column that the note is about.
    pub about: String,
    /// What happened, and what it means for the reader of the result.
    pub what: String,
    /// How many rows or cells it concerns; zero where it concerns the whole.
    pub count: u64,
}

impl Note {
    pub fn new(about: impl Into<String>, what: impl Into<String>) -> Self {
        Self { about: about.into(), what: what.into(), count: 0 }
    }

    /// A note about `count` rows or cells.
    pub fn counted(about: impl Into<String>, what: impl Into<String>, count: u64) -> Self {
        Self { about: about.into(), what: what.into(), count }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}
