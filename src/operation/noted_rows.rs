//! `noted-rows`: the rows that the notes are about, each with what was said of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::{Cx, Inputs, Operation, Outcome, Result, name_of};
use crate::model::{Note, ROW, SOURCE, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "noted-rows",
    doc: "List the rows that notes are about, each with its notes: cut rows, cells that fit no type, duplicates",
    inputs: Inputs::One,
    params: &[],
    run,
};

fn run(cx: &Cx<'_>, _step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let said = said(table);
    // Without lineage no row is the one that a note meant.
    let numbers = |name: &str| -> PolarsResult<Vec<Option<u32>>> {
        table.frame().column(name).map_or(Ok(Vec::new()), |c| Ok(c.u32()?.iter().collect()))
    };
    let noted: Vec<(u32, String)> = (0_u32..)
        .zip(numbers(SOURCE)?.into_iter().zip(numbers(ROW)?))
        .filter_map(|(at, (source, row))| Some((at, said.get(&(source?, row?))?.join("; "))))
        .collect();
    let kept = IdxCa::from_vec("row".into(), noted.iter().map(|(at, _)| *at).collect());
    let mut df = table.frame().take(&kept)?;
    let texts: Vec<&str> = noted.iter().map(|(_, text)| text.as_str()).collect();
    let name = if df.column("note").is_ok() { "note_res" } else { "note" };
    df.insert_column(0, Column::new(name.into(), texts))?;
    let all_of = |note: &&Note| !note.rows.is_empty() && note.count > note.rows.len() as u64;
    let cut = table.notes.iter().filter(all_of).map(|note| {
        let what =
            format!("of {} rows with this note the first {} are listed: {}", note.count, note.rows.len(), note.what);
        Note::new(&note.about, what)
    });
    let name = format!("noted rows of {}", name_of(inputs));
    Ok(Outcome::of(cx.library.table(&name, df).with_notes(cut.collect())))
}

/// What was said of each row, by its evidence and its place in it. A note that names no evidence is about the only one.
fn said(table: &Table) -> BTreeMap<(u32, u32), Vec<&str>> {
    let mut said: BTreeMap<(u32, u32), Vec<&str>> = BTreeMap::new();
    for note in &table.notes {
        // Notes name a file as it was given, evidence by its whole path.
        let whole = std::path::absolute(&note.about).map(|path| path.display().to_string()).unwrap_or_default();
        let is_it = |path: &str| path == note.about || path == whole;
        let named = table.sources.iter().find(|(_, evidence)| is_it(&evidence.path));
        let only = table.sources.first().filter(|_| table.sources.len() == 1);
        let Some((source, _)) = named.or(only) else { continue };
        for row in &note.rows {
            said.entry((source.0, *row)).or_default().push(&note.what);
        }
    }
    said
}
