//! `select`: some columns, in the order in which they are named.

use std::sync::Arc;

use super::parameters::columns;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::model::{Step, Table, is_hidden};

pub const OPERATION: Operation = Operation {
    id: "select",
    doc: "Keep only these columns, in this order",
    inputs: Inputs::One,
    params: &[ParamSpec::required("columns", ParamKind::Columns, "their names")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let mut names = columns(required(step, "columns")?).map_err(Error::Failed)?;
    known(table, &names)?;
    // Lineage goes with the rows, whichever columns are chosen.
    names.extend(table.frame().get_column_names().iter().filter(|n| is_hidden(n)).map(ToString::to_string));
    let df = table.frame().select(names)?;
    Ok(Outcome::of(cx.library.table(name_of(inputs), df)))
}

/// Refuses names that the table does not have.
pub fn known(table: &Table, names: &[String]) -> Result<()> {
    match names.iter().find(|name| table.column(name).is_none()) {
        None => Ok(()),
        Some(missing) => {
            let have: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            Err(Error::Failed(format!("{} has no column '{missing}'; it has {}", table.name, have.join(", "))))
        }
    }
}
