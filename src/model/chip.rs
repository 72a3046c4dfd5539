//! One filter of a view.

/// An SQL expression over a table's columns, and the short text that stands for it on the screen.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Chip {
    pub expr: String,
    pub label: String,
}
