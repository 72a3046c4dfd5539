//! Views are derived: filters and sort order become steps on the opened table.

use super::Effect;
use super::state::{App, Opening, Waiting};
use crate::analysis::filter_text::{FilterColumn, conjunction, equals};
use crate::engine::{Done, Job, Slot};
use crate::model::{Chip, Column, Focus, Level, Note, SortKey, Step, TableId};
use crate::operation::{PREVIOUS, describe, show_keys};
use crate::panes::{FormPurpose, Kept, Overlay, TABLES, Tone, View};

/// Of the columns that a step adds those that one looks at first.
const MOST_TELLING: &[&str] = &["Observable", "answer", "decoded_string", "ip_type"];

/// New filters and sort order of a view, until the engine has worked them out.
#[derive(Clone, Debug)]
pub(super) struct Derivation {
    /// Which view: the id of the table it started from.
    pub(super) base: TableId,
    chips: Vec<Chip>,
    sort: Vec<SortKey>,
    refiltered: bool,
}

impl Derivation {
    /// Whether one of its filters is what was typed.
    pub(super) fn has_chip(&self, typed: &str) -> bool {
        self.chips.iter().any(|chip| chip.expr == typed)
    }
}

impl App {
    /// Runs the query under the cursor, opens a table, or folds a family.
    pub(super) fn choose(&mut self) -> Vec<Effect> {
        if self.browser.toggle() {
            return Vec::new();
        }
        let Some(query) = self.browser.query().cloned() else {
            self.say(Tone::Warning, "no query is under the cursor; Esc shows all of them again");
            return Vec::new();
        };
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
        self.open_as(step, Opening::View)
    }

    /// Starts a step whose table is shown as `opening` says.
    pub(super) fn open_as(&mut self, step: Step, opening: Opening) -> Vec<Effect> {
        if self.waiting.contains_key(&Slot::Desk) {
            self.say(Tone::Warning, "what lay open is being brought back: wait for it");
            return Vec::new();
        }
        if let Some(name) = self.views.iter().find(|view| view.is_loading()).map(|view| view.name.clone()) {
            // Another job in its place would end it unasked.
            let key = crate::action::find("cancel-job").map(|action| self.key(action)).unwrap_or_default();
            self.say(Tone::Warning, format!("{name} is still being read: wait for it, or {key} cancels it"));
            return Vec::new();
        }
        self.waiting.insert(Slot::Load, Waiting::Open(opening));
        vec![Effect::Start { slot: Slot::Load, title: describe(&step), job: Job::Steps(vec![step]) }]
    }

    pub(super) fn on_opened(&mut self, done: Vec<Done>, opening: Opening) -> Vec<Effect> {
        if let Some(effects) = self.on_folder(&done) {
            return effects;
        }
        if self.tell_nothing_found(&done) {
            return Vec::new();
        }
        let names: Vec<String> = done.iter().map(|done| done.table.name.clone()).collect();
        let mut views = done.into_iter().map(|done| self.laid_out(done)).collect::<Vec<_>>().into_iter();
        if let Some(at) = self.views.iter().position(View::is_loading) {
            // All rows take the place of the first ones, under the same cursor.
            if let Some(view) = views.next() {
                self.views[at] = view.looking_like(&self.views[at]);
                self.message = None;
            }
            self.views.extend(views);
            self.browser.replace(super::state::queries(&self.library), self.library.stems().len());
            self.tell_notes();
            return Vec::new();
        }
        match opening {
            Opening::Instead(base) => return self.show_instead(base, views.next()),
            Opening::Stack(stack) => self.views.extend(views.map(|view| view.as_stack(stack.clone()))),
            Opening::View => self.views.extend(views),
            Opening::AtRow(row) => self.views.extend(views.map(|view| view.at_row(row))),
        }
        self.browser.replace(super::state::queries(&self.library), self.library.stems().len());
        self.close_answered_form();
        if self.overlay.is_some() {
            // What is open is about the view below it; that view must not change under it.
            let key = crate::action::find("next-view").map(|action| self.key(action)).unwrap_or_default();
            self.say(Tone::Plain, format!("{} is open too; {key} goes there", names.join(", ")));
            return Vec::new();
        }
        self.at = self.views.len().saturating_sub(1);
        self.focus = Focus::Grid;
        self.tell_notes();
        if std::mem::take(&mut self.following.of_next) { self.toggle_follow() } else { Vec::new() }
    }

    /// A new view with the columns first that a person wants to see first: what the step added, or what it found.
    fn laid_out(&self, done: Done) -> View {
        let parent = self.parent_of(&done);
        let of = parent.as_ref().and_then(|(base, _)| self.views.iter().find(|view| view.base.0 == *base));
        let is_new = |column: &&Column| of.is_some_and(|view| view.base.1.column(&column.name).is_none());
        let says_most = |column: &&Column| MOST_TELLING.contains(&column.name.as_str());
        let new = || done.table.columns.iter().filter(is_new);
        let added = new().find(says_most).or_else(|| new().next()).map(|column| column.name.clone());
        let carries = of.is_some_and(|view| view.base.1.columns.iter().all(|c| done.table.column(&c.name).is_some()));
        let view = View::new(done.id, done.table).made_of(parent);
        match super::operate::seen_first(&done.step.operation) {
            &[] if carries => view.at_column(added.as_deref()),
            first => view.with_first(first),
        }
    }

    /// Says that an operation on a column found nothing, which is no view to be in; false where it did.
    fn tell_nothing_found(&mut self, done: &[Done]) -> bool {
        let [done] = done else { return false };
        let Some(column) = done.step.params.get("column").filter(|_| done.table.n_rows() == 0) else { return false };
        self.close_answered_form();
        let input = done.step.inputs.first().and_then(|id| self.catalog.get(*id));
        let n_rows = input.map_or(0, |table| table.n_rows());
        let text = format!("{} found nothing in {column} ({} rows)", done.step.operation, crate::ui::count(n_rows));
        self.say(Tone::Warning, text);
        true
    }

    /// A folder was opened: its tables are in the browser now, and that is where one wants to be.
    fn on_folder(&mut self, done: &[Done]) -> Option<Vec<Effect>> {
        let [only] = done else { return None };
        let n_tables = only.table.n_rows();
        let is_listing =
            only.step.operation == "open" && only.table.column("folder").is_some() && only.table.sources.is_empty();
        if !is_listing {
            return None;
        }
        self.browser.replace(super::state::queries(&self.library), self.library.stems().len());
        self.browser.show_tables();
        self.focus = Focus::Browser;
        self.say(Tone::Plain, format!("{n_tables} tables of the folder are under Tables; Enter opens one"));
        Some(Vec::new())
    }

    /// The view that a table was made of, and which of its rows, where filters had left some out.
    fn parent_of(&self, done: &Done) -> Option<(TableId, Option<String>)> {
        let input = done.step.inputs.first()?;
        let view = self.views.iter().find(|view| view.base.0 == *input || view.settled().0 == *input)?;
        let (shown, all) = (view.settled().1.n_rows(), view.base.1.n_rows());
        let is_part = view.settled().0 == *input && shown < all;
        let part = is_part.then(|| format!("{} of {} rows", crate::ui::count(shown), crate::ui::count(all)));
        Some((view.base.0, part))
    }

    /// Closes the form whose step has been done.
    fn close_answered_form(&mut self) {
        let is_answered = match &self.overlay {
            Some(Overlay::Form(form)) => matches!(form.purpose, FormPurpose::RunQuery(_) | FormPurpose::Operation(_)),
            Some(Overlay::Prompt(prompt)) => prompt.is_running,
            _ => false,
        };
        if is_answered {
            self.overlay = None;
        }
    }

    /// The table with a changed column takes the place of the one it was made of, under the same filters.
    fn show_instead(&mut self, base: TableId, view: Option<View>) -> Vec<Effect> {
        self.close_answered_form();
        let at = self.views.iter().position(|view| view.base.0 == base);
        let (Some(at), Some(view)) = (at, view) else { return Vec::new() };
        let old = &self.views[at];
        let (chips, sort) = (old.chips.clone(), old.sort.clone());
        let (stack, parent) = (old.stack.clone(), old.parent);
        let mut view = view.looking_like(old);
        (view.stack, view.parent) = (stack, parent);
        // Stacks of the view before are stacks of this one.
        for stack in self.views.iter_mut().filter_map(|view| view.stack.as_mut()).filter(|stack| stack.base == base) {
            stack.base = view.base.0;
        }
        self.views[at] = view;
        self.at = at;
        self.tell_notes();
        self.derive(chips, sort)
    }

    /// Takes the view of first rows away: its rest will not come.
    pub(super) fn drop_first_rows(&mut self) {
        if let Some(at) = self.views.iter().position(View::is_loading) {
            self.views.remove(at);
            self.at = self.at.min(self.views.len().saturating_sub(1));
            self.focus = if self.views.is_empty() { Focus::Browser } else { self.focus };
        }
    }

    fn tell_notes(&mut self) {
        let Some(view) = self.view() else { return };
        // What was told of the table it was made of is not told again.
        let parent = view.parent.and_then(|base| self.views.iter().find(|view| view.base.0 == base));
        let is_old = |note: &&Note| parent.is_some_and(|parent| parent.base.1.notes.contains(note));
        let warnings = view.table().notes.iter().filter(|note| note.level == Level::Warning && !is_old(note));
        let warnings: Vec<_> = warnings.collect();
        let Some(first) = warnings.first().map(ToString::to_string) else { return };
        let n_notes = view.table().notes.len();
        let key = crate::action::find("show-notes").map(|action| self.key(action)).unwrap_or_default();
        let text = if warnings.len() == 1 { first } else { format!("{first}; and {} more", warnings.len() - 1) };
        self.say(Tone::Warning, format!("{n_notes} note(s), {key} lists them: {text}"));
    }

    /// Has the view derived anew with these filters and this order.
    pub(super) fn derive(&mut self, chips: Vec<Chip>, sort: Vec<SortKey>) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let refiltered = chips != view.chips;
        if !refiltered && sort == view.sort {
            return Vec::new();
        }
        let slot = Slot::Derive(view.base.0);
        let derivation = Derivation { base: view.base.0, chips, sort, refiltered };
        let steps = steps(view, &derivation);
        if steps.is_empty() {
            self.apply(derivation, &[]);
            return vec![Effect::Cancel(slot)];
        }
        let title = steps.iter().map(describe).collect::<Vec<_>>().join(", then ");
        self.waiting.insert(slot, Waiting::Derive(derivation));
        vec![Effect::Start { slot, title, job: Job::Steps(steps) }]
    }

    /// The filters and order that the view has, or will have once the engine has answered.
    pub(super) fn wanted(&self) -> (Vec<Chip>, Vec<SortKey>) {
        let Some(view) = self.view() else { return Default::default() };
        match self.waiting.get(&Slot::Derive(view.base.0)) {
            Some(Waiting::Derive(pending)) if pending.base == view.base.0 => {
                (pending.chips.clone(), pending.sort.clone())
            }
            _ => (view.chips.clone(), view.sort.clone()),
        }
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
        let chip = equals(filter_column(column, true), value.as_deref(), keep);
        self.add_chip(chip)
    }

    pub(super) fn add_chip(&mut self, chip: Chip) -> Vec<Effect> {
        let (mut chips, sort) = self.wanted();
        if chips.contains(&chip) {
            self.say(Tone::Plain, format!("the filter {} is there already", chip.label));
            return Vec::new();
        }
        chips.push(chip);
        self.derive(chips, sort)
    }

    pub(super) fn drop_filters(&mut self, all: bool) -> Vec<Effect> {
        let (mut chips, sort) = self.wanted();
        chips.truncate(if all { 0 } else { chips.len().saturating_sub(1) });
        self.derive(chips, sort)
    }

    pub(super) fn sort_column(&mut self, keep_others: bool) -> Vec<Effect> {
        let Some(column) = self.view().and_then(View::column).map(|c| c.name.clone()) else { return Vec::new() };
        let (chips, sort) = self.wanted();
        let keys = turned(&sort, &column, keep_others);
        self.derive(chips, keys)
    }

    /// Notes are a table like any other.
    pub(super) fn show_notes(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let step = Step::new("notes", vec![view.settled().0]);
        self.open(step)
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

/// Turns the sort of a column: up, down, off. `keep` leaves the other keys.
fn turned(sort: &[SortKey], column: &str, keep: bool) -> Vec<SortKey> {
    let old = sort.iter().find(|key| key.column == column);
    let key = match old {
        None => Some(SortKey { column: column.to_owned(), descending: false }),
        Some(key) if !key.descending => Some(SortKey { descending: true, ..key.clone() }),
        Some(_) => None,
    };
    let mut keys: Vec<SortKey> = if keep { sort.to_vec() } else { Vec::new() };
    match (keys.iter().position(|key| key.column == column), key) {
        (Some(at), Some(key)) => keys[at] = key,
        (Some(at), None) => drop(keys.remove(at)),
        (None, key) => keys.extend(key),
    }
    keys
}

/// A column as the filter prompt needs to know it.
pub(super) fn filter_column(column: &Column, is_shown: bool) -> FilterColumn<'_> {
    FilterColumn { name: &column.name, kind: column.kind, is_shown }
}
