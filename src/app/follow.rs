//! Files that grow are followed live, under the filters and order of their view.
//!
//! What has grown is no step: it goes into the journal only once something is done with it.

use std::collections::BTreeMap;
use std::path::Path;

use super::Effect;
use super::state::{App, Waiting};
use crate::analysis::filter_text::conjunction;
use crate::engine::{Done, Job, Slot};
use crate::model::{Step, TableId};
use crate::operation::{PREVIOUS, show_keys};
use crate::panes::{Follow, Kept, Tone, View};
use crate::query::can_grow;
use crate::ui::count;

/// What is known of the files that are followed.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// Tables that came in by themselves and that nothing was done with yet.
    unrecorded: BTreeMap<TableId, Done>,
    /// How many followings there were.
    n: u32,
    /// Whether the next table that opens is followed.
    pub(super) of_next: bool,
}

impl Following {
    /// Nothing is followed yet, but the next table is if `of_next`.
    pub(super) fn starting(of_next: bool) -> Self {
        Self { of_next, ..Self::default() }
    }
}

impl App {
    /// Begins to follow the file behind the view, or ends it.
    pub(super) fn toggle_follow(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        if let Some(follow) = &view.follow {
            let slot = Slot::Follow(follow.number);
            self.waiting.remove(&slot);
            self.view_mut().into_iter().for_each(|view| view.follow = None);
            self.say(Tone::Plain, "no longer following; what has come in stays");
            return vec![Effect::Cancel(slot)];
        }
        let step = self.catalog.recipe(view.base.0).map(|recipe| recipe.step);
        let path = step.filter(|step| step.operation == "open").and_then(|step| step.params.get("path").cloned());
        let evidence = view.base.1.sources.first().filter(|_| view.base.1.sources.len() == 1);
        let (Some(path), Some((_, evidence))) = (path.filter(|path| can_grow(Path::new(path))), evidence) else {
            let text = "only a view of one CSV, TSV, JSON Lines or log file that is not packed can be followed";
            self.say(Tone::Warning, text);
            return Vec::new();
        };
        let follow = Follow { number: self.following.n + 1, path: path.into(), seen: evidence.bytes, waits_with: None };
        self.following.n += 1;
        let key = crate::action::find("follow").map(|action| self.key(action)).unwrap_or_default();
        self.say(
            Tone::Plain,
            format!("following {}: new rows come in by themselves; {key} ends it", follow.path.display()),
        );
        self.view_mut().into_iter().for_each(|view| view.follow = Some(follow.clone()));
        Vec::new()
    }

    /// Has a job wait for each followed file, with the filters and order as they are now; called after every event.
    pub(super) fn keep_following(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for view in self.views.iter_mut().filter(|view| !view.is_loading()) {
            let wanted = (view.chips.clone(), view.sort.clone());
            let steps = steps(view);
            let Some(follow) = view.follow.as_mut().filter(|follow| follow.waits_with.as_ref() != Some(&wanted)) else {
                continue;
            };
            follow.waits_with = Some(wanted);
            let slot = Slot::Follow(follow.number);
            let job = Job::Follow { path: follow.path.clone(), seen: follow.seen, steps };
            self.waiting.insert(slot, Waiting::Growth(follow.number));
            effects.push(Effect::Start { slot, title: format!("follow {}", view.name), job });
        }
        effects
    }

    /// The file has grown: the view shows all of it, under the same cursor.
    pub(super) fn on_growth(&mut self, number: u32, done: Vec<Done>) {
        let is_it = |view: &View| view.follow.as_ref().is_some_and(|follow| follow.number == number);
        let Some(at) = self.views.iter().position(is_it) else { return };
        let kept = |operation: &str| -> Option<Kept> {
            let done = done.iter().find(|done| done.step.operation == operation)?;
            Some((done.id, std::sync::Arc::clone(&done.table)))
        };
        let Some(base) = kept("open") else { return };
        let old = &self.views[at];
        let seen = base.1.sources.first().map_or(0, |(_, evidence)| evidence.bytes);
        let n_new = base.1.n_rows().saturating_sub(old.base.1.n_rows());
        let (old_id, new_id, filtered) = (old.base.0, base.0, kept("filter"));
        let shown = kept("sort").or_else(|| filtered.clone()).unwrap_or_else(|| base.clone());
        let mut view = old.grown(&base, filtered, shown);
        if let Some(follow) = &mut view.follow {
            (follow.seen, follow.waits_with) = (seen, None);
        }
        let name = view.name.clone();
        let before = std::mem::replace(&mut self.views[at], view);
        self.rename_base(old_id, new_id);
        self.forget_unrecorded(&before);
        self.following.unrecorded.extend(done.into_iter().map(|done| (done.id, done)));
        self.history.amend(self.desk());
        if self.overlay.is_none() && self.message.is_none() {
            self.say(Tone::Plain, format!("{name}: {} new rows", count(n_new)));
        }
    }

    /// Other views that were made of the one whose table is another now still are.
    fn rename_base(&mut self, old: TableId, new: TableId) {
        for view in &mut self.views {
            if let Some(stack) = view.stack.as_mut().filter(|stack| stack.base == old) {
                stack.base = new;
            }
            if view.parent == Some(old) {
                view.parent = Some(new);
            }
        }
    }

    /// Tables that nothing was done with leave nothing behind.
    fn forget_unrecorded(&mut self, before: &View) {
        for id in before.state().tables() {
            if self.following.unrecorded.remove(&id).is_some() {
                self.catalog.let_go(id);
            }
        }
    }

    /// The records of tables that came in by themselves, now that something is done with them.
    pub(super) fn record_growth(&mut self, used: impl IntoIterator<Item = TableId>) -> Vec<Effect> {
        let mut wanted: BTreeMap<TableId, Done> = BTreeMap::new();
        for id in used {
            wanted.extend(self.following.unrecorded.remove(&id).map(|done| (id, done)));
        }
        // What a filter was made of is recorded before the filter.
        let inputs: Vec<TableId> = wanted.values().flat_map(|done| done.step.inputs.clone()).collect();
        let mut effects = if inputs.is_empty() { Vec::new() } else { self.record_growth(inputs) };
        let done: Vec<Done> = wanted.into_values().collect();
        effects.extend(self.entries(&done));
        effects
    }
}

/// The steps that make what a view shows of its file.
fn steps(view: &View) -> Vec<Step> {
    let path = view.follow.as_ref().map(|follow| follow.path.display().to_string()).unwrap_or_default();
    let mut steps = vec![Step::new("open", Vec::new()).with("path", path)];
    if let Some(expression) = conjunction(&view.chips) {
        steps.push(Step::new("filter", vec![PREVIOUS]).with("where", expression));
    }
    if !view.sort.is_empty() {
        steps.push(Step::new("sort", vec![PREVIOUS]).with("by", show_keys(&view.sort)));
    }
    steps
}
