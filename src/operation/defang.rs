//! `defang`: indicators written so that nobody follows them by accident.

use std::sync::Arc;

use super::derived::{Texts, column_of, every_row, extended, laid_out, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::analysis::{defang, ioc};
use crate::model::{Step, Table};
use polars::prelude::{IntoColumn, NewChunkedArray, StringChunked};

pub const OPERATION: Operation = Operation {
    id: "defang",
    doc: "Write the indicators of a column so that nothing makes links of them: hxxp, [.]",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "whose cells are written so")],
    run: |cx, step, inputs| rewritten(cx, step, inputs, "defanged", defang::defanged),
};

pub const REFANG: Operation = Operation {
    id: "refang",
    doc: "Write defanged indicators of a column as they are: http, dots",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "whose cells are written so")],
    run: |cx, step, inputs| rewritten(cx, step, inputs, "refanged", |text| ioc::refang(text).into_owned()),
};

/// The input with a column in which each text is written another way.
fn rewritten(
    cx: &Cx<'_>,
    step: &Step,
    inputs: &[Arc<Table>],
    name: &str,
    write: impl Fn(&str) -> String,
) -> Result<Outcome> {
    let input = &inputs[0];
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    let written = worked(cx, &distinct, write)?;
    let column =
        StringChunked::from_iter_options(name.into(), laid_out(&written, &places).map(|t| t.map(String::as_str)));
    extended(cx, &with(step, inputs), input, &every_row(input), vec![column.into_column()])
}
