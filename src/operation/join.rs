//! `join`: two tables side by side by their keys.

use std::sync::Arc;

use polars::prelude::*;

use super::{
    Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, all_but, column, name_of, need_columns,
    required,
};
use crate::model::{Note, ROW, SOURCE, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "join",
    doc: "Put the columns of a second table beside the rows whose keys are the same",
    inputs: Inputs::Two,
    params: &[
        ParamSpec::required("with", ParamKind::Table, "the second table"),
        ParamSpec::required("on", ParamKind::Columns, "the keys; A=B where the second table calls A by another name"),
        ParamSpec::optional(
            "how",
            ParamKind::Choice(&["inner", "left", "semi", "anti"]),
            "inner: rows with a match (as it is); left: all; semi: with a match, without its columns; anti: without one",
        ),
    ],
    run,
};

/// A new column whose name the first table has already gets this behind it.
const SUFFIX: &str = "_res";

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let keys = Keys::of(step, inputs)?;
    let how = match step.params.get("how").map(String::as_str) {
        Some("left") => JoinType::Left,
        Some("semi") => JoinType::Semi,
        Some("anti") => JoinType::Anti,
        _ => JoinType::Inner,
    };
    let args = JoinArgs::new(how).with_suffix(Some(SUFFIX.into()));
    let args = JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..args };
    let left = inputs[0].frame().clone().lazy().with_columns(keys.exprs(&keys.left, "l"));
    // The second table's keys are those of the first, so they are not shown twice.
    let surplus = keys.right.iter().map(String::as_str).chain([SOURCE, ROW]).collect::<Vec<_>>();
    let right = inputs[1].frame().clone().lazy().with_columns(keys.exprs(&keys.right, "r"));
    let right = right.drop(by_name(surplus, false, false));
    let joined = left.join(right, keys.made("l"), keys.made("r"), args).collect()?;
    let made: Vec<PlSmallStr> = joined.get_column_names_owned().into_iter().filter(|n| n.starts_with(MADE)).collect();
    let df = joined.drop_many(made);
    let lineage = [SOURCE, ROW].into_iter().filter(|name| df.column(name).is_ok()).map(col);
    let order: Vec<Expr> = std::iter::once(all_but([ROW, SOURCE])).chain(lineage).collect();
    let df = df.lazy().select(order).collect()?;
    let name = format!("{} with {}", name_of(inputs), inputs[1].name);
    Ok(Outcome::of(cx.library.table(&name, df).with_notes(keys.notes)))
}

/// The keys as they are compared stand in columns of these names.
const MADE: &str = "__casebook_key";

/// The keys of both sides, and what had to be done to compare them.
pub struct Keys {
    pub left: Vec<String>,
    pub right: Vec<String>,
    as_text: Vec<bool>,
    pub notes: Vec<Note>,
}

impl Keys {
    pub fn of(step: &Step, inputs: &[Arc<Table>]) -> Result<Self> {
        let pairs = super::parameters::columns(required(step, "on")?).map_err(Error::Failed)?;
        let pairs = pairs.into_iter().map(|key| match key.split_once('=') {
            Some((left, right)) if inputs[0].column(&key).is_none() => {
                (left.trim().to_owned(), right.trim().to_owned())
            }
            _ => (key.clone(), key),
        });
        let (left, right): (Vec<String>, Vec<String>) = pairs.unzip();
        need_columns(step, &inputs[0], &left)?;
        need_columns(step, &inputs[1], &right)?;
        let mut keys = Self { left, right, as_text: Vec::new(), notes: Vec::new() };
        for (left, right) in keys.left.iter().zip(&keys.right) {
            let dtype = |table: &Table, name: &str| table.column(name).map(|c| c.dtype.clone());
            let (one, other) = (dtype(&inputs[0], left), dtype(&inputs[1], right));
            keys.as_text.push(one != other);
            if one != other {
                let shown = |d: &Option<DataType>| d.as_ref().map(ToString::to_string).unwrap_or_default();
                let what = format!("compared as text: it is {} here and {} there", shown(&one), shown(&other));
                keys.notes.push(Note::new(&inputs[0].name, what).in_column(left).as_remark());
            }
        }
        Ok(keys)
    }

    /// One side's keys as they are compared, each under a name of its own.
    pub fn exprs(&self, names: &[String], side: &str) -> Vec<Expr> {
        let made = |(n, name): (usize, &String)| {
            let key = if self.as_text[n] { column(name).cast(DataType::String) } else { column(name) };
            key.alias(format!("{MADE}_{side}{n}"))
        };
        names.iter().enumerate().map(made).collect()
    }

    /// The names that [`Self::exprs`] gives.
    fn made(&self, side: &str) -> Vec<Expr> {
        (0..self.as_text.len()).map(|n| col(format!("{MADE}_{side}{n}"))).collect()
    }
}
