//! `open`: the rows of a file.

use std::path::Path;
use std::sync::Arc;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required};
use crate::model::{Step, Table};
use crate::query::Source;

pub const OPERATION: Operation = Operation {
    id: "open",
    doc: "Open a file, or a loaded table by its name",
    inputs: Inputs::None,
    params: &[ParamSpec::required("path", ParamKind::Text, "of the file, or table:NAME")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, _inputs: &[Arc<Table>]) -> Result<Outcome> {
    let path = required(step, "path")?;
    let opened = match path.strip_prefix("table:") {
        Some(name) => cx.library.open_stem(name)?,
        None if Path::new(path).is_dir() => return list_folder(cx, Path::new(path)),
        None => {
            // From now on the table can be named in SQL.
            cx.library.add_path(Path::new(path))?;
            cx.library.open(&Source::file(Path::new(path))?)?
        }
    };
    let evidence = vec![opened.source.1.clone()];
    let name = opened.name.clone();
    let table = cx.library.collect(&name, opened.lf.clone(), vec![opened])?;
    Ok(Outcome { table, opened: evidence })
}

/// A folder's tables become known; the result lists them.
fn list_folder(cx: &Cx<'_>, path: &Path) -> Result<Outcome> {
    let stems = cx.library.add_path(path)?;
    let from = vec![path.display().to_string(); stems.len()];
    let df = polars::prelude::df!("table" => stems, "folder" => from)?;
    Ok(Outcome::of(cx.library.table("tables", df)))
}
