//! Where a row came from.

use serde::{Deserialize, Serialize};

/// Number of a piece of evidence within one run of the program; hidden in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// One piece of evidence that was opened: a file, or a table built into the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The path as it was given, or `lab:STEM` for a built-in table.
    pub path: String,
    /// Size in bytes when it was opened.
    pub bytes: u64,
    /// Last change in UTC, RFC 3339; absent for built-in tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtime: Option<String>,
    /// SHA-256 in lower-case hexadecimal; absent until a background job has computed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
