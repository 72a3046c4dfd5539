//! Operations of the table on the view: stacks that one filters by, and forms made from the operation table.

use std::sync::Arc;

use super::Effect;
use super::state::{App, Opening, Waiting};
use super::views::filter_column;
use crate::analysis::filter_text::{all_of, equals};
use crate::engine::{Job, Slot};
use crate::model::{Chip, Focus, StackOf, Step, Table};
use crate::operation::{self, ParamKind, ParamSpec, quoted};
use crate::panes::{Choice, Field, Form, FormPurpose, Overlay, PickItem, Picker, PickerPurpose, Prompt, Tone};
use crate::ui::count;

/// The columns of a result that a person wants to see first; in files they keep the places that other tools know.
const SEEN_FIRST: &[(&str, &[&str])] = &[
    ("risky-cmdline", &["severity", "rule", "command_line"]),
    ("unpack-base64", &["decoded_string", "depth", "container", "encoding_type", "size"]),
];

/// The columns that come first in the view of an operation's result.
pub(super) fn seen_first(operation: &str) -> &'static [&'static str] {
    SEEN_FIRST.iter().find(|(id, _)| *id == operation).map_or(&[], |(_, columns)| columns)
}

/// Operations whose result takes the place of the view instead of standing beside it.
const INSTEAD: &[&str] = &["convert", "set-time"];

impl App {
    /// Counts the values of the column under the cursor.
    pub(super) fn stack_column(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(column) = view.column().map(|c| c.name.clone()) else { return Vec::new() };
        let step = Step::new("stack", vec![view.settled().0]).with("columns", quoted(&column));
        self.start_stack(step, vec![column])
    }

    fn start_stack(&mut self, step: Step, columns: Vec<String>) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let base = view.base.0;
        self.open_as(step, Opening::Stack(StackOf { base, columns }))
    }

    /// From a counted value back to the rows that hold it, or that do not.
    pub(super) fn follow_stack(&mut self, keep: bool) -> Vec<Effect> {
        let Some((stack, chip)) = self.view().and_then(|view| {
            let stack = view.stack.clone()?;
            Some((stack.clone(), chip_of(view.table(), view.row, &stack, keep)))
        }) else {
            return Vec::new();
        };
        let Some(at) = self.views.iter().position(|view| view.base.0 == stack.base) else {
            self.say(Tone::Warning, "the view that was counted is closed; undo brings it back");
            return Vec::new();
        };
        self.at = at;
        self.focus = Focus::Grid;
        self.add_chip(chip)
    }

    /// Turns a stack's order: common ones first, or rare ones again.
    pub(super) fn turn_stack(&mut self) -> Vec<Effect> {
        let (chips, sort) = self.wanted();
        let is_common = sort.first().is_some_and(|key| key.column == "count" && key.descending);
        let key = crate::model::SortKey { column: "count".to_owned(), descending: true };
        self.derive(chips, if is_common { Vec::new() } else { vec![key] })
    }

    /// Two marked rows beside each other.
    pub(super) fn compare_marked(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let rows = view.marked_rows();
        let [one, other] = rows[..] else {
            self.say(Tone::Warning, format!("two marked rows can be compared, {} are marked here", rows.len()));
            return Vec::new();
        };
        let rows = format!("{},{}", one + 1, other + 1);
        let step = Step::new("compare", vec![view.settled().0]).with("rows", rows);
        self.open(step)
    }

    /// A step without parameters on the view.
    pub(super) fn operate(&mut self, id: &str) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let step = Step::new(id, vec![view.settled().0]);
        self.open(step)
    }

    /// An operation on the column under the cursor: at once where it needs nothing else, else by its form.
    pub(super) fn operate_on_column(&mut self, id: &'static str) -> Vec<Effect> {
        let Ok(operation) = operation::find(id) else { return Vec::new() };
        let needs_more = operation.params.iter().any(|spec| spec.required && spec.name != "column");
        if needs_more {
            self.open_operation_form(id);
            return Vec::new();
        }
        let Some(view) = self.view() else { return Vec::new() };
        let Some(column) = view.column() else { return Vec::new() };
        let step = Step::new(id, vec![view.settled().0]).with("column", quoted(&column.name));
        self.open(step)
    }

    /// All operations that work on a table; Enter opens the form of one.
    pub(super) fn open_operation_list(&mut self) {
        let on_tables = operation::OPERATIONS.iter().filter(|o| o.inputs.accepts(1) || o.inputs.accepts(2));
        let item = |operation: &&&'static operation::Operation| PickItem {
            keys: crate::action::find(operation.id).map(|action| self.key(action)).unwrap_or_default(),
            name: operation.id.to_owned(),
            text: operation.doc.to_owned(),
            also: "",
            choice: Choice::Operation(operation.id),
            is_dim: false,
        };
        let items = on_tables.map(|operation| item(&operation)).collect();
        let title = "Operations   type to find, Enter fills in what it needs".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Operations, title, items)));
    }

    /// The result beside the rows that it was made from; rows without a result are left out.
    pub(super) fn join_back(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(input) = self.maker_of(view.base.0).and_then(|step| step.inputs.first().copied()) else {
            self.say(Tone::Warning, "this is no result of rows, such as unpack-base64 gives: there is nothing to join");
            return Vec::new();
        };
        let result = view.settled().0;
        let step = Step::new("join-back", vec![input, result]).with("with", result.to_string()).with("how", "inner");
        self.open(step)
    }

    /// Seeks a report's indicators in all open tables. The line stays until they are found, so that a mistake can be mended.
    pub(super) fn sweep(&mut self, mut prompt: Prompt, report: &str) -> Vec<Effect> {
        (prompt.answer, prompt.is_running) = (Some(Ok("searching".to_owned())), true);
        self.overlay = Some(Overlay::Prompt(prompt));
        let mut tables = Vec::new();
        for view in self.views.iter().filter(|view| !view.is_loading() && view.stack.is_none()) {
            let id = view.base.0;
            if !tables.contains(&id) {
                tables.push(id);
            }
        }
        let step = Step::new("sweep-iocs", tables);
        let step = match report.strip_prefix('@') {
            Some(path) => step.with("report", path.trim()),
            None => step.with("text", report),
        };
        self.open(step)
    }

    /// What the column under the cursor is like.
    pub(super) fn profile_column(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(column) = view.column() else { return Vec::new() };
        let step = Step::new("profile", vec![view.settled().0]).with("columns", quoted(&column.name));
        self.open(step)
    }

    /// A form with the parameters of an operation, filled from where one stands.
    pub(super) fn open_operation_form(&mut self, id: &'static str) {
        let Ok(operation) = operation::find(id) else { return };
        let others = self.other_views();
        let needs_table = operation.params.iter().any(|spec| spec.kind == ParamKind::Table && spec.required);
        if needs_table && others.is_empty() {
            return self.say(Tone::Warning, "this takes a second table: open it first, then come back here");
        }
        let fields: Vec<Field> = operation.params.iter().map(|spec| self.field_of(spec, &others)).collect();
        // One begins where something is to be said; the column under the cursor is there already. Only a stack of several
        // columns is about the columns themselves.
        let is_open = |field: &Field| !field.choices.is_empty() || field.value().is_empty();
        let at = if id == "stack" { 0 } else { fields.iter().position(is_open).unwrap_or(0) };
        // The first clause says what it does; the rest is told by the fields.
        let clause = operation.doc.split([';', ':', ',']).next().unwrap_or(operation.doc);
        let title = format!("{id}   {clause}");
        let purpose = FormPurpose::Operation(id);
        self.overlay = Some(Overlay::Form(Form { purpose, title, fields, at, note: None }));
    }

    fn field_of(&self, spec: &ParamSpec, others: &[String]) -> Field {
        let needed = if spec.required { "" } else { "; may be empty" };
        let doc = format!("{}{needed}", spec.doc);
        let column = self.view().and_then(|view| view.column()).map(|c| quoted(&c.name)).unwrap_or_default();
        match spec.kind {
            ParamKind::Table => {
                let names: Vec<&str> = others.iter().map(String::as_str).collect();
                let none: &[&str] = if spec.required { &[] } else { &[""] };
                Field::choice(spec.name, spec.name, &doc, &[none, &names].concat())
            }
            ParamKind::Flag => Field::choice(spec.name, spec.name, &doc, &["no", "yes"]),
            ParamKind::Choice(words) if spec.required => Field::choice(spec.name, spec.name, &doc, words),
            ParamKind::Choice(words) => Field::choice(spec.name, spec.name, &doc, &[&[""], words].concat()),
            ParamKind::Columns if spec.required => Field::text(spec.name, spec.name, doc, &column),
            _ => Field::text(spec.name, spec.name, doc, ""),
        }
    }

    /// The open views besides this one, as a form names them.
    fn other_views(&self) -> Vec<String> {
        let others = self.views.iter().enumerate().filter(|(at, view)| *at != self.at && !view.is_loading());
        others.map(|(at, view)| format!("{}: {}", at + 1, view.name)).collect()
    }

    /// The step that a form says, and the tables it works on.
    fn step_of(&self, form: &Form, id: &str) -> Result<(Step, Vec<Arc<Table>>), String> {
        let view = self.view().ok_or("no table is open")?;
        // What takes the view's place is made of all its rows; its filters are put over it again.
        let input = if INSTEAD.contains(&id) { &view.base } else { view.settled() };
        let mut step = Step::new(id, vec![input.0]);
        let mut tables = vec![Arc::clone(&input.1)];
        let operation = operation::find(id).map_err(|e| e.to_string())?;
        for spec in operation.params {
            let value = form.value(spec.name).trim();
            let value = match (spec.kind, value) {
                (_, "") | (ParamKind::Flag, "no") => continue,
                (ParamKind::Flag, "yes") => "true",
                (_, value) => value,
            };
            if spec.kind == ParamKind::Table {
                let number = value.split(':').next().and_then(|n| n.parse::<usize>().ok());
                let other = number.and_then(|n| self.views.get(n.checked_sub(1)?)).ok_or("that view is closed")?;
                step.inputs.push(other.settled().0);
                tables.push(Arc::clone(&other.settled().1));
                step = step.with(spec.name, other.settled().0.to_string());
            } else {
                step = step.with(spec.name, value);
            }
        }
        operation::check(operation, &step).map_err(|e| e.to_string())?;
        Ok((step, tables))
    }

    /// What a join would find is shown before it is made.
    pub(super) fn preview_operation(&mut self) -> Vec<Effect> {
        let Some(Overlay::Form(form)) = &self.overlay else { return Vec::new() };
        let FormPurpose::Operation("join") = form.purpose else { return Vec::new() };
        let Ok((join, tables)) = self.step_of(form, "join") else { return Vec::new() };
        let view = join.inputs[0];
        let mut step = Step::new("match-keys", join.inputs);
        step.params.extend(join.params.into_iter().filter(|(name, _)| name != "how"));
        let job = Job::Preview(step, tables);
        self.waiting.insert(Slot::Preview, Waiting::Matches { view });
        vec![Effect::Start { slot: Slot::Preview, title: "matches of a join".to_owned(), job }]
    }

    /// The counts of a join, in the form that asks for it.
    pub(super) fn on_matches(&mut self, table: &Table) {
        let Some(Overlay::Form(form)) = &mut self.overlay else { return };
        let cell = |row: usize, name: &str| {
            let text = table.column(name).and_then(|c| table.full_text(row, c)).unwrap_or_default();
            count(text.parse().unwrap_or(0))
        };
        let side = |row: usize| {
            format!("{} of {} rows of {}", cell(row, "rows_with_match"), cell(row, "rows"), cell_text(table, row))
        };
        form.note = Some(Ok(format!(
            "{} and {} have a match; {} keys are in both; an inner join makes {} rows",
            side(0),
            side(1),
            cell(0, "keys_with_match"),
            cell(0, "rows_of_join")
        )));
    }

    pub(super) fn accept_operation(&mut self, mut form: Form, id: &'static str) -> Vec<Effect> {
        match self.step_of(&form, id) {
            Err(why) => {
                // A form has fields and no flags.
                form.note = Some(Err(why.replace("--", "")));
                self.overlay = Some(Overlay::Form(form));
                Vec::new()
            }
            Ok((step, _)) if id == "stack" => {
                let columns = operation::columns(form.value("columns")).unwrap_or_default();
                self.overlay = Some(Overlay::Form(form));
                self.start_stack(step, columns)
            }
            Ok((step, _)) => {
                // The form stays until the result is there, so that a mistake can be mended.
                self.overlay = Some(Overlay::Form(form));
                let base = self.view().map(|view| view.base.0);
                let instead = base.filter(|_| INSTEAD.contains(&id));
                self.open_as(step, instead.map_or(Opening::View, Opening::Instead))
            }
        }
    }
}

fn cell_text(table: &Table, row: usize) -> String {
    table.column("table").and_then(|c| table.full_text(row, c)).unwrap_or_default()
}

/// The filter that a counted value means on the view that was counted.
fn chip_of(table: &Table, row: usize, stack: &StackOf, keep: bool) -> Chip {
    let chips = stack.columns.iter().filter_map(|name| {
        let column = table.column(name)?;
        let value = table.full_text(row, column);
        Some(equals(filter_column(column, true), value.as_deref(), true))
    });
    let chips: Vec<Chip> = chips.collect();
    match (&chips[..], keep) {
        ([_], false) => {
            let column = table.column(&stack.columns[0]);
            let value = column.and_then(|c| table.full_text(row, c));
            column.map_or_else(|| chips[0].clone(), |c| equals(filter_column(c, true), value.as_deref(), false))
        }
        (several, keep) => all_of(several, keep),
    }
}
