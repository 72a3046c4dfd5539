//! Replay: the journal's steps are run again and each result is compared with what was recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Record;
use crate::analysis::table_hash;
use crate::model::{Input, Step, Table, TableId};
use crate::operation::{self, Cx};

/// A step whose result was not the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub seq: u64,
    pub step: String,
    pub why: String,
}

/// Runs the operations of a journal in order; gives the tables by their recorded ids, and what did not agree.
pub fn replay(cx: &Cx<'_>, records: &[Record]) -> (BTreeMap<TableId, Arc<Table>>, Vec<Mismatch>) {
    let mut tables = BTreeMap::new();
    let mut mismatches = Vec::new();
    for record in records {
        let Some(output) = &record.output else { continue };
        match run(cx, record, &tables) {
            Ok(table) => {
                let hash = table_hash::of(&table);
                if hash != output.hash {
                    let why = format!(
                        "{} rows were recorded, the replay has {}, and their values differ",
                        output.rows,
                        table.n_rows()
                    );
                    mismatches.push(Mismatch { seq: record.seq, step: record.step.clone(), why });
                }
                tables.insert(output.table, Arc::new(table));
            }
            Err(why) => mismatches.push(Mismatch { seq: record.seq, step: record.step.clone(), why }),
        }
    }
    (tables, mismatches)
}

fn run(cx: &Cx<'_>, record: &Record, tables: &BTreeMap<TableId, Arc<Table>>) -> Result<Table, String> {
    let inputs: Vec<TableId> =
        record.inputs.iter().filter_map(|i| if let Input::Table(id) = i { Some(*id) } else { None }).collect();
    let missing = |id: &TableId| format!("its input {id} was not made by any step before it");
    let found: Result<Vec<_>, _> = inputs.iter().map(|id| tables.get(id).cloned().ok_or_else(|| missing(id))).collect();
    let step = Step { operation: record.step.clone(), params: record.params.clone(), inputs };
    operation::run(cx, &step, &found?).map(|outcome| outcome.table).map_err(|e| e.to_string())
}
