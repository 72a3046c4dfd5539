//! `open`: the rows of a file.

use std::path::Path;
use std::sync::Arc;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required};
use crate::analysis::oddities;
use crate::model::{Note, Step, Table};
use crate::query::{Part, Reach, Source};

pub const OPERATION: Operation = Operation {
    id: "open",
    doc: "Open a file, or a loaded table by its name",
    inputs: Inputs::None,
    params: &[
        ParamSpec::required("path", ParamKind::Text, "of the file, or table:NAME"),
        ParamSpec::optional("bytes", ParamKind::Count, "only so many of its first bytes, for a file that grows"),
    ],
    run,
};

/// From this size on, in bytes, the first rows are shown before the rest is read.
const LARGE: u64 = 2 << 20;

fn run(cx: &Cx<'_>, step: &Step, _inputs: &[Arc<Table>]) -> Result<Outcome> {
    let path = required(step, "path")?;
    let (source, notes) = if let Some(name) = path.strip_prefix("table:") {
        cx.library.source(name)?
    } else {
        // From now on the table can be named in SQL.
        let stems = cx.library.add_path(Path::new(path))?;
        match Source::file(Path::new(path)) {
            Err(_) if Path::new(path).is_dir() => return list_folder(cx, path, stems),
            source => (source?, Vec::new()),
        }
    };
    let source = match step.params.get("bytes").and_then(|bytes| bytes.parse().ok()) {
        Some(bytes) => source.beginning(bytes),
        None => source,
    };
    let size: u64 = source.parts.iter().filter_map(|part: &Part| part.bytes().ok()).sum();
    if size >= LARGE {
        show_first_rows(cx, &source);
    }
    let mut opened = cx.library.open(&source, &cx.watch(Reach::All))?;
    opened.notes.splice(0..0, notes);
    let has_one_file = opened.sources.len() == 1;
    let evidence = opened.sources.iter().map(|(_, evidence)| evidence.clone()).collect();
    let name = opened.name.clone();
    let about = source.path();
    let mut table = cx.library.collect(&name, opened.lf.clone(), vec![opened])?;
    let odd = oddities::of_table(table.frame());
    // In a table of several files a place among the rows is none in the evidence.
    let rows = |rows: Vec<u32>| if has_one_file { rows } else { Vec::new() };
    table.notes.extend(odd.into_iter().map(|note| Note {
        about: about.clone(),
        rows: rows(note.rows.clone()),
        ..note
    }));
    Ok(Outcome { opened: evidence, ..Outcome::of(table) })
}

/// What goes wrong here goes wrong again where all is read, and is told there.
fn show_first_rows(cx: &Cx<'_>, source: &Source) {
    let first = cx.library.open(source, &cx.watch(Reach::First));
    let table = first.and_then(|opened| cx.library.collect(&source.stem, opened.lf.clone(), vec![opened]));
    if let Ok(table) = table.map(|table| table.with_notes(Vec::new())) {
        (cx.early)(table);
    }
}

/// A folder's tables become known; the result lists them.
fn list_folder(cx: &Cx<'_>, path: &str, stems: Vec<String>) -> Result<Outcome> {
    let from = vec![path.to_owned(); stems.len()];
    let df = polars::prelude::df!("table" => stems, "folder" => from)?;
    Ok(Outcome::of(cx.library.table("tables", df)))
}
