//! Views are derived: filters and sort order become steps on the opened table.

use super::Effect;
use super::state::{App, Waiting};
use crate::analysis::filter_text::{FilterColumn, conjunction, equals};
use crate::engine::{Done, Job, Slot};
use crate::model::{Chip, Column, SortKey, Step, TableId};
use crate::operation::{PREVIOUS, describe, show_keys};
use crate::panes::{Kept, TABLES, Tone, View};

/// New filters and sort order of a view, until the engine has worked them out.
#[derive(Clone, Debug)]
pub(super) struct Derivation {
    /// Which view: the id of the table it started from.
    base: TableId,
    chips: Vec<Chip>,
    sort: Vec<SortKey>,
    refiltered: bool,
}

impl App {
    /// Runs the query under the cursor, opens a table, or folds a family.
    pub(super) fn choose(&mut self) -> Vec<Effect> {
        if self.browser.toggle() {
            return Vec::new();
        }
        let Some(query) = self.browser.query().cloned() else { return Vec::new() };
        self.browser.set_filter("");
        if let Some(why) = query.unavailable {
            self.say(Tone::Error, format!("{} cannot run: {why}", query.name));
            return Vec::new();
        }
        if query.family == TABLES {
            return self.open(Step::new("open", Vec::new()).with("path", format!("table:{}", query.name)));
        }
        if !query.runs_at_once {
            self.open_parameter_form();
            return Vec::new();
        }
        self.open(Step::new("query", Vec::new()).with("name", query.full_name()))
    }

    /// Starts a step that opens a new view.
    pub(super) fn open(&mut self, step: Step) -> Vec<Effect> {
        self.waiting.insert(Slot::Load, Waiting::Open);
        vec![Effect::Start { slot: Slot::Load, title: describe(&step), job: Job::Steps(vec![step]) }]
    }

    pub(super) fn on_opened(&mut self, done: Vec<Done>) {
        for done in done {
            self.views.push(View::new(done.id, done.table));
        }
        self.at = self.views.len().saturating_sub(1);
        self.focus = crate::model::Focus::Grid;
        self.browser.replace(super::state::queries(&self.library), self.library.stems().len());
        let n_notes = self.view().map_or(0, |view| view.table().notes.len());
        if n_notes > 0 {
            let key = crate::action::find("show-notes").map(|action| self.key(action)).unwrap_or_default();
            let first =
                self.view().and_then(|view| view.table().notes.first().map(ToString::to_string)).unwrap_or_default();
            self.say(Tone::Warning, format!("{n_notes} note(s), {key} lists them: {first}"));
        }
    }

    /// Has the view derived anew with these filters and this order.
    pub(super) fn derive(&mut self, chips: Vec<Chip>, sort: Vec<SortKey>) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let refiltered = chips != view.chips;
        let derivation = Derivation { base: view.base.0, chips, sort, refiltered };
        let steps = steps(view, &derivation);
        if steps.is_empty() {
            self.apply(derivation, &[]);
            return vec![Effect::Cancel(Slot::Derive)];
        }
        let title = steps.iter().map(describe).collect::<Vec<_>>().join(", then ");
        self.waiting.insert(Slot::Derive, Waiting::Derive(derivation));
        vec![Effect::Start { slot: Slot::Derive, title, job: Job::Steps(steps) }]
    }

    /// The derivation is there: the view shows it.
    pub(super) fn apply(&mut self, derivation: Derivation, done: &[Done]) {
        let Some(view) = self.views.iter_mut().find(|view| view.base.0 == derivation.base) else { return };
        let kept = |done: &Done| -> Kept { (done.id, std::sync::Arc::clone(&done.table)) };
        if derivation.refiltered {
            view.filtered = done.iter().find(|d| d.step.operation == "filter").map(kept);
        }
        let unsorted = view.filtered.clone().unwrap_or_else(|| view.base.clone());
        let sorted = done.iter().find(|d| d.step.operation == "sort").map(kept);
        view.chips = derivation.chips;
        view.sort = derivation.sort;
        view.show(sorted.unwrap_or(unsorted));
    }

    /// Include or exclude the value under the cursor.
    pub(super) fn filter_by_cell(&mut self, keep: bool) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(column) = view.column() else { return Vec::new() };
        let value = view.table().full_text(view.row, column);
        let chip = equals(filter_column(column), value.as_deref(), keep);
        self.add_chip(chip)
    }

    pub(super) fn add_chip(&mut self, chip: Chip) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        if view.chips.contains(&chip) {
            self.say(Tone::Plain, format!("the filter {} is there already", chip.label));
            return Vec::new();
        }
        let chips = view.chips.iter().cloned().chain([chip]).collect();
        let sort = view.sort.clone();
        self.derive(chips, sort)
    }

    pub(super) fn drop_filters(&mut self, all: bool) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let mut chips = view.chips.clone();
        chips.truncate(if all { 0 } else { chips.len().saturating_sub(1) });
        let sort = view.sort.clone();
        self.derive(chips, sort)
    }

    pub(super) fn sort_column(&mut self, keep_others: bool) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(column) = view.column() else { return Vec::new() };
        let keys = view.turned(&column.name, keep_others);
        let chips = view.chips.clone();
        self.derive(chips, keys)
    }

    /// Notes are a table like any other.
    pub(super) fn show_notes(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let notes = view.table().notes.clone();
        let table = crate::export::notes_table(&view.name, &notes);
        match table {
            Ok(table) => self.views.insert(
                self.at + 1,
                View::new(TableId(u32::MAX - u32::try_from(self.views.len()).unwrap_or(0)), table.into()),
            ),
            Err(why) => {
                self.say(Tone::Error, why.to_string());
                return Vec::new();
            }
        }
        self.at += 1;
        Vec::new()
    }
}

/// The steps that lead to a derivation; none where all its parts are there already.
fn steps(view: &View, derivation: &Derivation) -> Vec<Step> {
    let mut steps = Vec::new();
    if let (Some(expression), true) = (conjunction(&derivation.chips), derivation.refiltered) {
        steps.push(Step::new("filter", vec![view.base.0]).with("where", expression));
    }
    let resorted = derivation.refiltered || derivation.sort != view.sort;
    if resorted && !derivation.sort.is_empty() {
        let input = match (&view.filtered, derivation.refiltered) {
            (Some((id, _)), false) => *id,
            (None, false) => view.base.0,
            (_, true) if steps.is_empty() => view.base.0,
            (_, true) => PREVIOUS,
        };
        steps.push(Step::new("sort", vec![input]).with("by", show_keys(&derivation.sort)));
    }
    steps
}

/// A column as the filter prompt needs to know it.
pub(super) fn filter_column(column: &Column) -> FilterColumn<'_> {
    FilterColumn { name: &column.name, kind: column.kind }
}
