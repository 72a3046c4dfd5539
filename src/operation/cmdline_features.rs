//! `cmdline-features`: numbers about processes and their command lines, by which they can be clustered.
//!
//! Names and values are those of MSTICPy's `add_process_features`.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, every_row, extended};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, need_columns, with};
use crate::analysis::command_line::{Features, features};
use crate::model::{Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "cmdline-features",
    doc: "Numbers about processes and command lines, as MSTICPy makes them, by which they can be clustered",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of command lines"),
        ParamSpec::optional(
            "process",
            ParamKind::Columns,
            "the column of process paths; without it the one with that role",
        ),
        ParamSpec::optional("session", ParamKind::Columns, "the column of logon sessions; without it SubjectLogonId"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let lines = Texts::of(input, &column_of(step, input)?)?;
    let role = input.column_with(&Role::PROCESS).map(|c| c.name.clone());
    let paths = beside(step, input, "process", role)?;
    let session = Some("SubjectLogonId".to_owned()).filter(|name| input.column(name).is_some());
    let sessions = beside(step, input, "session", session)?;
    let none = vec![None; input.n_rows()];
    let paths = paths.as_ref().map_or_else(|| none.clone(), Texts::values);
    let sessions = sessions.as_ref().map_or_else(|| none.clone(), Texts::values);
    let mut all: Vec<Features> = Vec::with_capacity(input.n_rows());
    for ((line, path), session) in lines.values().into_iter().zip(paths).zip(sessions) {
        if all.len().is_multiple_of(1 << 12) && cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        all.push(features(path, line, session));
    }
    extended(cx, &with(step, inputs), input, &every_row(input), columns_of(&all))
}

/// The column that a parameter names, or the usual one.
fn beside(step: &Step, input: &Table, param: &str, usual: Option<String>) -> Result<Option<Texts>> {
    let named = step.params.get(param).map(|text| super::columns(text)).transpose().map_err(Error::Failed)?;
    let name = named.and_then(|names| names.into_iter().next()).or(usual);
    name.map(|name| {
        need_columns(step, input, std::slice::from_ref(&name))?;
        Texts::of(input, &name)
    })
    .transpose()
}

fn columns_of(all: &[Features]) -> Vec<Column> {
    let whole = |name: &str, of: fn(&Features) -> Option<i64>| {
        Int64Chunked::from_iter_options(name.into(), all.iter().map(of)).into_column()
    };
    let float = |name: &str, of: fn(&Features) -> Option<f64>| {
        Float64Chunked::from_iter_options(name.into(), all.iter().map(of)).into_column()
    };
    let names = all.iter().map(|f| f.process_name.as_deref());
    let sessions = all.iter().map(|f| f.is_system_session);
    vec![
        StringChunked::from_iter_options("processName".into(), names).into_column(),
        whole("pathScore", |f| f.path_score),
        float("pathLogScore", |f| f.path_log_score),
        whole("pathHash", |f| f.path_hash),
        whole("commandlineLen", |f| f.command_line_len),
        float("commandlineLogLen", |f| f.command_line_log_len),
        whole("commandlineTokensFull", |f| f.command_line_tokens_full),
        whole("commandlineScore", |f| f.command_line_score),
        whole("commandlineTokensHash", |f| f.command_line_tokens_hash),
        BooleanChunked::from_iter_options("isSystemSession".into(), sessions).into_column(),
    ]
}
