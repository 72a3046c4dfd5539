//! `notes`: what had to be said about a table's evidence, as a table.

use std::sync::Arc;

use super::{Cx, Inputs, Operation, Outcome, Result, name_of};
use crate::model::{Level, Note, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "notes",
    doc: "List what had to be said about the table's evidence",
    inputs: Inputs::One,
    params: &[],
    run,
};

fn run(cx: &Cx<'_>, _step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let notes = &inputs[0].notes;
    let texts = |f: fn(&Note) -> &str| notes.iter().map(|note| f(note).to_owned()).collect::<Vec<_>>();
    let counts: Vec<u64> = notes.iter().map(|note| note.count).collect();
    let columns: Vec<Option<&str>> = notes.iter().map(|note| note.column.as_deref()).collect();
    let levels: Vec<&str> =
        notes.iter().map(|n| if n.level == Level::Warning { "warning" } else { "remark" }).collect();
    let df = polars::prelude::df!("level" => levels, "about" => texts(|n| &n.about), "column" => columns, "what" => texts(|n| &n.what), "count" => counts)?;
    Ok(Outcome::of(cx.library.table(&format!("notes on {}", name_of(inputs)), df)))
}
