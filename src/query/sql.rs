//! SQL over the loaded tables.

use polars::prelude::*;
use polars::sql::extract_table_identifiers;

use super::error::{Error, Result, plain_polars};
use super::library::{Library, Opened};
use crate::analysis::sql_functions;
use crate::model::{ROW, SOURCE, is_hidden};

/// The rows of a statement: its frame, lazily, and the evidence that it reads.
pub struct Answer {
    pub lf: LazyFrame,
    pub opened: Vec<Opened>,
}

/// Plans a statement; only the tables that it names are opened.
pub fn plan(library: &Library, sql: &str) -> Result<Answer> {
    let names = extract_table_identifiers(sql, false, true).map_err(|e| Error::Sql(plain_polars(&e)))?;
    let mut context = sql_functions::context();
    let mut opened = Vec::new();
    let defined_inside = common_table_names(sql);
    for name in names.iter().filter(|n| !defined_inside.contains(&n.to_lowercase())) {
        let table = library.open_stem(name)?;
        context.register(name, table.lf.clone());
        opened.push(table);
    }
    let lf = context.execute(sql).map_err(|e| Error::Sql(plain_polars(&e)))?;
    Ok(Answer { lf: without_doubled_lineage(lf)?, opened })
}

/// Names that a WITH clause defines; polars lists them beside real tables.
fn common_table_names(sql: &str) -> Vec<String> {
    let lower = sql.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '('))).filter(|w| !w.is_empty()).collect();
    let defines = |w: &[&str]| w[1] == "as" && w[2].starts_with('(');
    words.windows(3).filter(|w| defines(w)).map(|w| w[0].to_owned()).collect()
}

/// A join doubles the hidden columns under other names; the first pair is the row's lineage.
fn without_doubled_lineage(mut lf: LazyFrame) -> Result<LazyFrame> {
    let schema = lf.collect_schema().map_err(|e| Error::Sql(plain_polars(&e)))?;
    let is_doubled = |name: &&PlSmallStr| is_hidden(name) && *name != SOURCE && *name != ROW;
    let doubled: Vec<PlSmallStr> = schema.iter_names().filter(is_doubled).cloned().collect();
    Ok(if doubled.is_empty() { lf } else { lf.drop(by_name(doubled, false, false)) })
}
