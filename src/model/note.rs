//! What a reader or an operation has to say about dirty evidence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a note matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something was lost, changed or cannot be trusted.
    #[default]
    Warning,
    /// Good to know.
    Remark,
}

impl Level {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_warning(&self) -> bool {
        *self == Self::Warning
    }
}

/// One remark about evidence that was read or worked on; the work went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The file or table that the note is about.
    pub about: String,
    /// The column, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What happened, and what it means for the reader of the result.
    pub what: String,
    #[serde(default, skip_serializing_if = "Level::is_warning")]
    pub level: Level,
    /// How many rows or cells it concerns; zero where it concerns the whole.
    pub count: u64,
    /// The first of those rows, zero-based in the evidence; empty where the note is about no rows. A journal needs
    /// only their count.
    #[serde(skip)]
    pub rows: Vec<u32>,
}

impl Note {
    /// So many rows of a note are remembered; all are counted.
    pub const MOST_ROWS: usize = 10_000;

    pub fn new(about: impl Into<String>, what: impl Into<String>) -> Self {
        Self::counted(about, what, 0)
    }

    /// A note about `count` rows or cells.
    pub fn counted(about: impl Into<String>, what: impl Into<String>, count: u64) -> Self {
        Self { about: about.into(), column: None, what: what.into(), level: Level::Warning, count, rows: Vec::new() }
    }

    /// The note as one about a column.
    #[must_use]
    pub fn in_column(mut self, name: &str) -> Self {
        self.column = Some(name.to_owned());
        self
    }

    /// The note as one that is good to know and no more.
    #[must_use]
    pub fn as_remark(self) -> Self {
        Self { level: Level::Remark, ..self }
    }

    /// The note with the rows that it is about.
    #[must_use]
    pub fn at_rows(mut self, rows: Vec<u32>) -> Self {
        self.rows = rows;
        self
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}: {column}: {}", self.about, self.what),
            None => write!(f, "{}: {}", self.about, self.what),
        }
    }
}
