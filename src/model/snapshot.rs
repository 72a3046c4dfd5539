//! What is on the screen, as far as an action needs to know it to say whether it can act.

use super::{Kind, Role};

/// The pane that has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Focus {
    #[default]
    Browser,
    Grid,
    Detail,
    Jobs,
    Lab,
}

impl Focus {
    pub const ALL: [Self; 5] = [Self::Browser, Self::Grid, Self::Detail, Self::Jobs, Self::Lab];

    /// The id under which keymaps and the pane table name it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Grid => "grid",
            Self::Detail => "detail",
            Self::Jobs => "jobs",
            Self::Lab => "lab",
        }
    }
}

/// The column the grid's cursor is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnUnderCursor {
    pub name: String,
    pub kind: Kind,
    pub role: Option<Role>,
}

/// A pure picture of the state that `enabled` decides on; built anew for each key.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent fact that an action may ask for")]
pub struct Snapshot {
    pub focus: Focus,
    /// Rows of the table in the grid; None where no table is open.
    pub n_rows: Option<usize>,
    /// Whether only the first rows are there and the rest is being read.
    pub is_loading: bool,
    pub n_marked: usize,
    pub n_filters: usize,
    pub n_sort_keys: usize,
    pub n_hidden_columns: usize,
    pub n_frozen_columns: usize,
    pub n_views: usize,
    pub n_notes: usize,
    pub n_jobs_running: usize,
    /// Whether each row was made of a row of another table.
    pub is_made_of_rows: bool,
    /// Whether the outside may be asked.
    pub is_online: bool,
    /// Whether the rows are counted values of another view.
    pub is_stack: bool,
    pub n_bookmarks: usize,
    pub has_search: bool,
    /// Whether a lesson is open.
    pub has_lesson: bool,
    pub column: Option<ColumnUnderCursor>,
    /// Whether the browser's cursor is on a query, and if that query cannot run, why.
    pub query: Option<Result<(), String>>,
}
