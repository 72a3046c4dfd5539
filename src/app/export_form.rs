//! The export form: what, how and where, with the number of rows before anything is written.

use std::path::PathBuf;
use std::sync::Arc;

use super::Effect;
use super::state::{App, Waiting};
use crate::engine::{Export, Job, Slot};
use crate::export::{Cells, Format, Overwrite};
use crate::panes::{Field, Form, FormPurpose, Overlay};
use crate::ui::count;

const FORMATS: &[&str] = &["csv", "jsonl", "parquet", "tsv", "md"];
const REPLACE: Overwrite = Overwrite::Never("choose yes under 'replace'");

impl App {
    pub(super) fn open_export_form(&mut self) {
        let Some(view) = self.view() else { return };
        let marked = view.marked_rows();
        let scopes: &[&str] = if marked.is_empty() { &["shown", "all"] } else { &["marked", "shown", "all"] };
        let path = self.exports.join(format!("{}.csv", view.name)).display().to_string();
        let fields = vec![
            Field::choice(
                "rows",
                "rows",
                "marked, shown (after the filters, in this order) or all of the table",
                scopes,
            ),
            Field::choice("columns", "columns", "the shown ones, or the hidden ones too", &["shown", "all"]),
            Field::choice("format", "format", "csv tsv md are text; jsonl and parquet keep types and nesting", FORMATS),
            Field::choice(
                "cells",
                "text cells",
                "safe: text that a spreadsheet would run gets an apostrophe; raw: as it is",
                &["safe", "raw"],
            ),
            Field::text("path", "file", "where to", &path),
            Field::choice("replace", "replace", "whether a file that is there may be replaced", &["no", "yes"]),
        ];
        let title = format!("Export {}", view.name);
        self.marked = marked;
        self.overlay = Some(Overlay::Form(Form { purpose: FormPurpose::Export, title, fields, at: 0, note: None }));
        self.note_export();
    }

    /// Keeps the file's ending in step with the format, and says how much would be written.
    pub(super) fn note_export(&mut self) {
        let Some(Overlay::Form(form)) = &self.overlay else { return };
        let export = self.export_of(form);
        let note = match &export {
            Some(export) => {
                let n_rows = export.rows.as_ref().map_or(export.table.n_rows(), Vec::len);
                Ok(format!("{} rows, {} columns to {}", count(n_rows), export.columns.len(), export.path.display()))
            }
            None => Err("the file's name is empty".to_owned()),
        };
        let Some(Overlay::Form(form)) = &mut self.overlay else { return };
        let ending = form.value("format").to_owned();
        let at = form.at;
        if form.fields.get(at).is_some_and(|field| field.name == "format")
            && let Some(path) = form.fields.iter_mut().find(|field| field.name == "path")
        {
            let renamed = PathBuf::from(path.value()).with_extension(&ending);
            path.input = tui_input::Input::new(renamed.display().to_string());
        }
        form.note = Some(note);
    }

    pub(super) fn accept_export(&mut self, form: Form) -> Vec<Effect> {
        let Some(export) = self.export_of(&form) else {
            self.overlay = Some(Overlay::Form(form));
            return Vec::new();
        };
        let title = format!("export to {}", export.path.display());
        let scope = form.value("rows").to_owned();
        let Some(view) = self.view() else { return Vec::new() };
        let table = if scope == "all" { view.base.0 } else { view.settled().0 };
        // The form stays until the file is written, so that a refusal can be answered.
        self.overlay = Some(Overlay::Form(form));
        self.waiting.insert(Slot::Export, Waiting::Export { table, scope });
        vec![Effect::Start { slot: Slot::Export, title, job: Job::Export(export) }]
    }

    fn export_of(&self, form: &Form) -> Option<Export> {
        let view = self.view()?;
        let path = form.value("path").trim();
        let names = |c: &crate::model::Column| c.name.clone();
        let table = if form.value("rows") == "all" { &view.base.1 } else { &view.settled().1 };
        let columns = match form.value("columns") {
            "all" => table.columns.iter().map(names).collect(),
            _ => view.columns().into_iter().map(names).collect(),
        };
        Some(Export {
            table: Arc::clone(table),
            rows: (form.value("rows") == "marked").then(|| self.marked.clone()),
            columns,
            path: PathBuf::from(if path.is_empty() { return None } else { path }),
            format: Format::named(form.value("format"))?,
            cells: if form.value("cells") == "safe" { Cells::Safe } else { Cells::Raw },
            overwrite: if form.value("replace") == "yes" { Overwrite::Agreed } else { REPLACE },
        })
    }
}
