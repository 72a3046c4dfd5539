//! Lists as tables: what there is can be filtered, exported and piped like any other rows.

use polars::prelude::*;

use crate::action::ACTIONS;
use crate::config::{Keymap, show_chord};
use crate::model::Table;
use crate::operation::OPERATIONS;
use crate::query::Library;

/// A table of texts.
pub fn table(name: &str, columns: &[&str], rows: &[Vec<String>]) -> PolarsResult<Table> {
    let column = |(at, name): (usize, &&str)| {
        let values: Vec<&str> = rows.iter().map(|row| row.get(at).map_or("", String::as_str)).collect();
        Column::new((*name).into(), values)
    };
    let df = DataFrame::new(rows.len(), columns.iter().enumerate().map(column).collect())?;
    Ok(Table::new(name, df, &|_, _| None))
}

/// One row a table: its name, rows and columns.
pub fn tables(rows: &[(String, u64, u64)]) -> PolarsResult<Table> {
    let names: Vec<&str> = rows.iter().map(|r| r.0.as_str()).collect();
    let counts = |f: fn(&(String, u64, u64)) -> u64| rows.iter().map(f).collect::<Vec<_>>();
    let df = df!("table" => names, "rows" => counts(|r| r.1), "columns" => counts(|r| r.2))?;
    Ok(Table::new("tables", df, &|_, _| None))
}

/// The rows of tables of the same columns, one after the other.
pub fn stacked(name: &str, tables: &[std::sync::Arc<Table>]) -> PolarsResult<Table> {
    let mut df = DataFrame::empty();
    for table in tables {
        if df.width() == 0 {
            df = table.frame().clone();
        } else {
            df.vstack_mut(table.frame())?;
        }
    }
    Ok(Table::new(name, df, &|_, _| None))
}

/// One row a query and family.
pub fn queries(library: &Library) -> PolarsResult<Table> {
    let mut rows = Vec::new();
    for template in &library.templates {
        for family in &template.families {
            let params: Vec<_> = template.parameters.iter().map(|p| p.name.as_str()).collect();
            let state = template.unavailable.clone().unwrap_or_else(|| "yes".to_owned());
            let from = format!("{}:{}", template.file, template.line);
            rows.push(vec![
                family.clone(),
                template.name.clone(),
                template.description.clone(),
                params.join(" "),
                state,
                from,
            ]);
        }
    }
    rows.sort_unstable();
    table("queries", &["family", "name", "description", "parameters", "available", "from"], &rows)
}

/// One row a key.
pub fn keys(keymap: &Keymap) -> PolarsResult<Table> {
    let row = |b: &crate::config::Binding| {
        vec![b.context.clone(), show_chord(&b.chord), b.action.id.to_owned(), b.action.doc.to_owned()]
    };
    let rows: Vec<_> = keymap.bindings().iter().map(row).collect();
    table("keys", &["pane", "key", "action", "what it does"], &rows)
}

/// One row an action, with its keys.
pub fn actions(keymap: &Keymap) -> PolarsResult<Table> {
    let rows: Vec<_> = ACTIONS
        .iter()
        .map(|action| {
            let mut keys: Vec<_> =
                keymap.bindings().iter().filter(|b| b.action.act == action.act).map(|b| show_chord(&b.chord)).collect();
            keys.dedup();
            keys.sort_unstable();
            keys.dedup();
            let panes: Vec<_> = action.panes.iter().map(|p| p.id()).collect();
            let panes = if panes.is_empty() { "everywhere".to_owned() } else { panes.join(" ") };
            vec![action.id.to_owned(), keys.join(", "), panes, action.doc.to_owned()]
        })
        .collect();
    table("actions", &["action", "keys", "panes", "what it does"], &rows)
}

/// One row an operation.
pub fn operations() -> PolarsResult<Table> {
    let rows: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| {
            let param = |spec: &crate::operation::ParamSpec| {
                let text = format!("--{} {}", spec.name, spec.kind.placeholder());
                let text = text.trim_end();
                if spec.required { text.to_owned() } else { format!("[{text}]") }
            };
            let params: Vec<_> = operation.params.iter().map(param).collect();
            let inputs = operation.inputs.words();
            vec![operation.id.to_owned(), inputs.to_owned(), params.join(" "), operation.doc.to_owned()]
        })
        .collect();
    table("operations", &["operation", "works on", "parameters", "what it does"], &rows)
}
