//! `join`: two tables side by side by their keys.

use std::sync::Arc;

use polars::prelude::*;

use super::{
    Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, all_but, as_text, free_name, name_of,
    need_columns, required,
};
use crate::model::{Kind, LINEAGE, Note, ROW, SOURCE, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "join",
    doc: "Put a second table's columns beside the rows with the same keys",
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

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let keys = Keys::of(step, inputs)?;
    let how = match step.params.get("how").map(String::as_str) {
        Some("left") => JoinType::Left,
        Some("semi") => JoinType::Semi,
        Some("anti") => JoinType::Anti,
        _ => JoinType::Inner,
    };
    let repeats = matches!(how, JoinType::Inner | JoinType::Left);
    let args = JoinArgs::new(how);
    let args = JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..args };
    let left = keys.added_to(&inputs[0], &keys.left, "l")?.lazy();
    // The second table's keys are those of the first, so they are not shown twice.
    let surplus = keys.right.iter().map(String::as_str).chain(LINEAGE).collect::<Vec<_>>();
    let right = keys.added_to(&inputs[1], &keys.right, "r")?.lazy();
    let right = unlike(right.drop(by_name(surplus, false, false)), &inputs[0])?;
    let joined = left.join(right, keys.made("l"), keys.made("r"), args).collect()?;
    let made = ["l", "r"].into_iter().flat_map(|side| keys.made_names(side));
    let df = joined.drop_many(made.map(PlSmallStr::from));
    let lineage = [SOURCE, ROW].into_iter().filter(|name| df.column(name).is_ok()).map(col);
    let order: Vec<Expr> = std::iter::once(all_but(LINEAGE)).chain(lineage).collect();
    let df = df.lazy().select(order).collect()?;
    let name = format!("{} with {}", name_of(inputs), inputs[1].name);
    let mut table = cx.library.table(&name, df).with_notes(keys.notes);
    table.repeats_rows = repeats;
    Ok(Outcome::of(table))
}

/// The second table with free names for the columns that the first one has too.
fn unlike(mut right: LazyFrame, left: &Table) -> Result<LazyFrame> {
    let mut taken: Vec<String> = left.columns.iter().map(|c| c.name.clone()).collect();
    let schema = right.collect_schema()?;
    let clashing: Vec<String> =
        schema.iter_names().map(ToString::to_string).filter(|name| left.column(name).is_some()).collect();
    taken.extend(schema.iter_names().map(ToString::to_string));
    let mut free = Vec::new();
    for name in &clashing {
        let new = free_name(name, &taken);
        taken.push(new.clone());
        free.push(new);
    }
    Ok(right.rename(clashing, free, true))
}

/// The keys as they are compared stand in columns of these names.
const MADE: &str = "__casebook_key";

/// How the two sides of a key are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
    Unchanged,
    /// Both are numbers, of two types.
    ByNumber,
    ByText,
}

/// The keys of both sides, and what had to be done to compare them.
pub struct Keys {
    pub left: Vec<String>,
    pub right: Vec<String>,
    compared: Vec<Compared>,
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
        let mut keys = Self { left, right, compared: Vec::new(), notes: Vec::new() };
        for (left, right) in keys.left.iter().zip(&keys.right) {
            let dtype = |table: &Table, name: &str| table.column(name).map(|c| c.dtype.clone());
            let (one, other) = (dtype(&inputs[0], left), dtype(&inputs[1], right));
            let are_numbers = [(&inputs[0], left), (&inputs[1], right)]
                .iter()
                .all(|(table, name)| table.column(name).is_some_and(|c| c.kind == Kind::Number));
            keys.compared.push(match (one == other, are_numbers) {
                (true, _) => Compared::Unchanged,
                (false, true) => Compared::ByNumber,
                (false, false) => Compared::ByText,
            });
            if one != other && !are_numbers {
                let shown = |d: &Option<DataType>| d.as_ref().map(ToString::to_string).unwrap_or_default();
                let what = format!("compared as text: it is {} here and {} there", shown(&one), shown(&other));
                keys.notes.push(Note::new(&inputs[0].name, what).in_column(left));
            }
        }
        Ok(keys)
    }

    /// A table with one side's keys as they are compared, each in a column of its own.
    pub fn added_to(&self, table: &Table, names: &[String], side: &str) -> Result<DataFrame> {
        let mut df = table.frame().clone();
        for (n, name) in names.iter().enumerate() {
            let key = df.column(name)?;
            let key = match self.compared[n] {
                Compared::Unchanged => key.clone(),
                Compared::ByNumber => key.cast(&DataType::Float64)?,
                Compared::ByText => as_text(key),
            };
            df.with_column(key.with_name(format!("{MADE}_{side}{n}").into()))?;
        }
        Ok(df)
    }

    /// The columns that [`Self::added_to`] adds.
    pub fn made(&self, side: &str) -> Vec<Expr> {
        self.made_names(side).into_iter().map(col).collect()
    }

    fn made_names(&self, side: &str) -> Vec<String> {
        (0..self.compared.len()).map(|n| format!("{MADE}_{side}{n}")).collect()
    }
}
