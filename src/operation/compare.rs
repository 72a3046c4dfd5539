//! `compare`: two rows beside each other, a row a column.

use std::sync::Arc;

use polars::prelude::*;

use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "compare",
    doc: "Put two rows beside each other, column by column, with those that differ first",
    inputs: Inputs::One,
    params: &[ParamSpec::required("rows", ParamKind::Columns, "two row numbers of the table, the first row is 1")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let text = required(step, "rows")?;
    let numbers: Vec<usize> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let complain = |why: String| Error::Parameter { operation: step.operation.clone(), why };
    let [one, other] = numbers[..] else {
        return Err(complain(format!("'{text}' names no two rows; write 3,17")));
    };
    if let Some(missing) = [one, other].into_iter().find(|n| *n == 0 || *n > table.n_rows()) {
        return Err(complain(format!("there is no row {missing}; there are {}", table.n_rows())));
    }
    let mut rows: Vec<(bool, &str, Option<String>, Option<String>)> = table
        .columns
        .iter()
        .map(|c| {
            let (a, b) = (table.full_text(one - 1, c), table.full_text(other - 1, c));
            (a == b, c.name.as_str(), a, b)
        })
        .collect();
    rows.sort_by_key(|(same, ..)| *same);
    let df = df!(
        "column" => rows.iter().map(|r| r.1).collect::<Vec<_>>(),
        "same" => rows.iter().map(|r| r.0).collect::<Vec<_>>(),
        format!("row_{one}") => rows.iter().map(|r| r.2.clone()).collect::<Vec<_>>(),
        format!("row_{other}{}", if one == other { "_res" } else { "" }) => rows.iter().map(|r| r.3.clone()).collect::<Vec<_>>(),
    )?;
    Ok(Outcome::of(cx.library.table(&format!("two rows of {}", name_of(inputs)), df)))
}
