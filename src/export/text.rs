//! Tables for a person to read: aligned columns and Markdown, with every hostile character as a visible token.

use std::io::Write;

use unicode_width::UnicodeWidthStr;

use super::Result;
use crate::model::{Cell, CellKind, Kind, Shown, Table, TextMode, Untrusted};

/// No column is wider; longer texts end in three dots.
const MAX_WIDTH: usize = 60;

/// Aligned columns under their names.
pub fn aligned(table: &Table, out: &mut dyn Write) -> Result<()> {
    let rows: Vec<Vec<String>> = (0..table.n_rows()).map(|row_idx| cells(table, row_idx)).collect();
    let names: Vec<String> = table.columns.iter().map(|c| shorten(&c.name)).collect();
    let widest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(names[at].width());
    let widths: Vec<usize> = (0..names.len()).map(widest).collect();
    for row in std::iter::once(&names).chain(&rows) {
        let mut line = String::new();
        for ((cell, width), column) in row.iter().zip(&widths).zip(&table.columns) {
            let gap = " ".repeat(width - cell.width());
            let (before, behind) = if column.kind == Kind::Number { (gap.as_str(), "") } else { ("", gap.as_str()) };
            line.extend([before, cell, behind, "  "]);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A table of GitHub's Markdown.
pub fn markdown(table: &Table, out: &mut dyn Write) -> Result<()> {
    let escaped = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            // What Markdown or HTML would act on is evidence and stays text.
            if matches!(c, '\\' | '|' | '<' | '[' | '`' | '*' | '_') {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(table.columns.iter().map(|c| escaped(&shorten(&c.name))).collect()))?;
    let rule = |c: &crate::model::Column| if c.kind == Kind::Number { "---:" } else { "---" }.to_owned();
    writeln!(out, "{}", line(table.columns.iter().map(rule).collect()))?;
    for row_idx in 0..table.n_rows() {
        writeln!(out, "{}", line(cells(table, row_idx).iter().map(|cell| escaped(cell)).collect()))?;
    }
    Ok(())
}

fn cells(table: &Table, row_idx: usize) -> Vec<String> {
    let show = |cell: Cell| match cell.kind {
        CellKind::Null => String::new(),
        CellKind::Empty => "\"\"".to_owned(),
        _ => shorten(&cell.text),
    };
    table.columns.iter().map(|c| show(table.cell(row_idx, c))).collect()
}

fn shorten(text: &str) -> String {
    let shown = Shown::of_prefix(&Untrusted(text), 4 * MAX_WIDTH, TextMode::Unicode).to_string();
    if shown.width() <= MAX_WIDTH {
        return shown;
    }
    let mut short = String::new();
    for c in shown.chars() {
        if short.width() + 4 > MAX_WIDTH {
            break;
        }
        short.push(c);
    }
    short + "..."
}
