//! SQL over the loaded tables.

use polars::prelude::*;
use polars::sql::extract_table_identifiers;

use super::error::{Error, Result, plain_polars};
use super::library::Library;
use super::opening::Opened;
use super::reader::Watch;
use crate::analysis::sql_functions;
use crate::analysis::sql_text::{Span, Walk};
use crate::model::{ROW, SOURCE};

/// The rows of a statement: its frame, lazily, and the evidence that it reads.
pub struct Answer {
    pub lf: LazyFrame,
    pub opened: Vec<Opened>,
}

/// Plans a statement; only the tables that it names are opened.
pub fn plan(library: &Library, sql: &str, watch: &Watch<'_>) -> Result<Answer> {
    let names = extract_table_identifiers(sql, false, true).map_err(|e| Error::Sql(plain_polars(&e)))?;
    let mut context = sql_functions::context();
    let mut opened = Vec::new();
    let compares_rows = compares_rows(sql);
    let defined_inside = common_table_names(sql);
    for name in names.iter().filter(|n| !defined_inside.contains(&n.to_lowercase())) {
        let table = library.open_stem(name, watch)?;
        let lf = table.lf.clone();
        context.register(name, if compares_rows { lf.drop(by_name([SOURCE, ROW], false, false)) } else { lf });
        opened.push(table);
    }
    let lf = context.execute(sql).map_err(|e| Error::Sql(plain_polars(&e)))?;
    Ok(Answer { lf: without_doubled_lineage(lf)?, opened })
}

/// Whether the statement compares whole rows. Then the hidden columns, which differ in every row, must not take part;
/// the result has no lineage.
fn compares_rows(sql: &str) -> bool {
    let words = words(sql);
    words.iter().any(|w| ["DISTINCT", "UNION", "INTERSECT", "EXCEPT", "NATURAL"].contains(&w.as_str()))
}

/// The words of the code, in upper case, each bracket a word of its own; strings, names in quotes and comments are not
/// code.
fn words(sql: &str) -> Vec<String> {
    let code: String = Walk::new(sql).map(|(_, c, span)| if span == Span::Code { c } else { ' ' }).collect();
    let spaced = code.replace('(', " ( ");
    let is_break = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '('));
    spaced.split(is_break).filter(|w| !w.is_empty()).map(str::to_uppercase).collect()
}

/// Names that a WITH clause defines; polars lists them beside real tables.
fn common_table_names(sql: &str) -> Vec<String> {
    let words = words(sql);
    words.windows(3).filter(|w| w[1] == "AS" && w[2] == "(").map(|w| w[0].to_lowercase()).collect()
}

/// A join doubles the hidden columns under other names; the first pair is the row's lineage.
fn without_doubled_lineage(mut lf: LazyFrame) -> Result<LazyFrame> {
    let schema = lf.collect_schema().map_err(|e| Error::Sql(plain_polars(&e)))?;
    let is_doubled =
        |name: &&PlSmallStr| (name.starts_with(SOURCE) || name.starts_with(ROW)) && *name != SOURCE && *name != ROW;
    let doubled: Vec<PlSmallStr> = schema.iter_names().filter(is_doubled).cloned().collect();
    Ok(if doubled.is_empty() { lf } else { lf.drop(by_name(doubled, false, false)) })
}
