//! What the workbench knows of the case that is open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::case::{Case, CaseInfo, Record};
use crate::engine::Recipe;
use crate::model::{History, TableId};

/// What the workbench needs to know of its case.
#[derive(Clone, Debug)]
pub struct OpenCase {
    pub name: String,
    pub last_seq: u64,
    pub last_table: u32,
    /// Where exports go unless a person says otherwise.
    pub exports: PathBuf,
    pub history: History,
    pub recipes: BTreeMap<TableId, Recipe>,
    /// Where one stood the last time.
    pub place: Option<String>,
    /// Whether another program works in it, so that nothing can be kept.
    pub read_only: bool,
    pub info: CaseInfo,
}

impl OpenCase {
    /// A case of this name and folder, from what its journal tells.
    pub fn of(info: &CaseInfo, folder: &Path, records: &[Record]) -> Self {
        Self {
            name: info.name.clone(),
            info: info.clone(),
            last_seq: records.last().map_or(0, |record| record.seq),
            last_table: records.iter().filter_map(|r| r.output.as_ref()).map(|o| o.table.0).max().unwrap_or(0),
            exports: folder.join("exports"),
            history: crate::case::history(records),
            recipes: Recipe::of_records(records),
            place: crate::case::read_place(folder),
            read_only: false,
        }
    }

    /// A case that is open for writing.
    pub fn of_case(case: &Case) -> crate::case::Result<Self> {
        Ok(Self::of(&case.info, &case.folder, &crate::case::read(case.journal.path())?))
    }
}
