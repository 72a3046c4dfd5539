//! `filter`: the rows for which an expression is true, in their order.

use std::sync::Arc;

use polars::prelude::{DataFrame, IntoLazy};

use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::analysis::sql_functions::{FUNCTIONS, context};
use crate::analysis::sql_text::{Span, Walk};
use crate::model::{Step, Table};
use crate::query::plain_polars;

pub const OPERATION: Operation = Operation {
    id: "filter",
    doc: "Keep the rows for which an SQL expression over the columns is true",
    inputs: Inputs::One,
    params: &[ParamSpec::required("where", ParamKind::Expression, "such as LogonType = 3 AND IpAddress <> '-'")],
    run,
};

/// Rows that are filtered at once; between two such runs the job can be cancelled and says how far it is.
const ROWS_AT_ONCE: usize = 1 << 18;

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let expression = required(step, "where")?;
    let df = inputs[0].frame();
    let rows_at_once = if row_by_row(expression) { ROWS_AT_ONCE } else { df.height().max(1) };
    cx.progress.set_total(df.height() as u64);
    // One run even over no rows, so that a mistake in the expression is found.
    let mut kept = filtered(&df.slice(0, rows_at_once), expression)?;
    for start in (rows_at_once..df.height()).step_by(rows_at_once) {
        if cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        cx.progress.set_done(start as u64);
        let offset = i64::try_from(start).map_err(|e| Error::Failed(e.to_string()))?;
        kept.vstack_mut_owned(filtered(&df.slice(offset, rows_at_once), expression)?)?;
    }
    Ok(Outcome::of(cx.library.table(name_of(inputs), kept)))
}

/// Whether the expression looks at each row alone, so that a table can be filtered part by part. Only functions that
/// are known to do so count; any other (`MAX`, a window, a subquery) needs the whole table.
fn row_by_row(expression: &str) -> bool {
    let code: String = Walk::new(expression).map(|(_, c, span)| if span == Span::Code { c } else { ' ' }).collect();
    let called =
        code.split('(').map(|before| before.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next());
    let is_known = |word: &str| {
        let word = word.to_uppercase();
        FUNCTIONS.iter().any(|(ours, ..)| ours.to_uppercase() == word) || PER_ROW.contains(&word.as_str())
    };
    let n_brackets = code.matches('(').count();
    let is_wider = |word: &str| ["SELECT", "OVER"].contains(&word.to_uppercase().as_str());
    let looks_further = code.split(|c: char| !c.is_alphanumeric()).any(is_wider);
    !looks_further && called.take(n_brackets).flatten().all(is_known)
}

/// Words that may stand before a bracket in an expression over one row; an operator's own bracket has none.
const PER_ROW: &[&str] = &[
    "",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "CAST",
    "LOWER",
    "UPPER",
    "LENGTH",
    "ABS",
    "ROUND",
    "COALESCE",
    "STARTS_WITH",
    "ENDS_WITH",
    "REGEXP_LIKE",
    "CONCAT",
    "LEFT",
    "RIGHT",
    "REPLACE",
    "STRPTIME",
    "STRFTIME",
];

fn filtered(df: &DataFrame, expression: &str) -> Result<DataFrame> {
    let mut context = context();
    context.register("self", df.clone().lazy());
    let sql = format!("SELECT * FROM self WHERE (\n{expression}\n)");
    let rows = context.execute(&sql).and_then(polars::prelude::LazyFrame::collect);
    rows.map_err(|e| Error::Failed(format!("the filter does not hold: {}", plain_polars(&e))))
}

#[cfg(test)]
mod tests {
    use super::row_by_row;

    #[test]
    fn only_what_looks_at_one_row_is_cut_into_parts() {
        for whole in ["n = MAX(n)", "n > (SELECT 1)", "ROW_NUMBER() OVER (ORDER BY n) < 3", "n > AVG(n)"] {
            assert!(!row_by_row(whole), "{whole}");
        }
        for parts in ["n = 3", "(n = 3) AND (m <> 'MAX(')", "ip_in(ip, '10.0.0.0/8')", "LOWER(a) IN ('x', 'y')"] {
            assert!(row_by_row(parts), "{parts}");
        }
    }
}
