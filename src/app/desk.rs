//! The desk: what lies open, kept after each step, gone back to, and brought back when the case is opened again.
//!
//! No action does anything for it: what an event changed is seen by comparing the desk before and after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Effect;
use super::state::{App, Waiting};
use crate::case::Entry;
use crate::engine::{Job, Slot};
use crate::model::{Desk, DeskChange, Focus, Params, Table, TableId, ViewState};
use crate::panes::{Choice, Kept, Overlay, PickItem, Picker, PickerPurpose, Tone, View};

/// Why tables could not be brought back, by their ids.
type Missing = BTreeMap<TableId, String>;

impl App {
    /// What lies open now.
    pub(super) fn desk(&self) -> Desk {
        let views = || self.views.iter().filter(|view| !view.is_loading());
        let mut states: Vec<ViewState> = views().map(View::state).collect();
        for (at, state) in &self.lost {
            states.insert((*at).min(states.len()), state.clone());
        }
        Desk {
            views: states,
            bookmarks: self.bookmarks.clone(),
            at: self.view().filter(|view| !view.is_loading()).map(|view| view.base.0),
            places: views().map(|view| (view.base.0, view.place())).collect(),
        }
    }

    /// Lays what lay open when the case was left.
    pub(super) fn reopen(&mut self, place: Option<&str>) -> Vec<Effect> {
        if let Some(text) = place {
            self.take_place(text);
        }
        let desk = Arc::clone(&self.history.now().desk);
        self.bookmarks.clone_from(&desk.bookmarks);
        if desk.views.is_empty() {
            self.focus = Focus::Browser;
            return Vec::new();
        }
        self.lay(&desk)
    }

    /// Whether what lies open is being brought back.
    pub fn is_laying(&self) -> bool {
        matches!(self.waiting.get(&Slot::Desk), Some(Waiting::Desk(_)))
    }

    /// The tables that are shown or gone back to by the open views.
    pub fn tables_in_use(&self) -> BTreeSet<TableId> {
        self.views.iter().flat_map(|view| view.state().tables().collect::<Vec<_>>()).collect()
    }

    /// Makes a moment of what the event has changed; it goes into the journal with the step that did it.
    pub(super) fn remember(&mut self, effects: &mut Vec<Effect>) {
        let desk = self.desk();
        let before = Arc::clone(&self.history.now().desk);
        if self.is_laying() {
            return;
        }
        if desk.is_like(&before) {
            return self.history.set_places(&desk);
        }
        let what = desk.changes_since(&before);
        let number = self.history.push(what.clone(), self.doing.clock.clone(), desk.clone());
        let change = DeskChange::between(&before, &desk, number);
        // The tables that the moment speaks of are in the journal before it.
        let grown = self.record_growth(desk.tables());
        effects.splice(0..0, grown);
        let newest = effects.iter_mut().rev().find_map(|effect| match effect {
            Effect::Record(entry) => Some(entry),
            _ => None,
        });
        if let Some(entry) = newest {
            entry.desk = Some(change);
        } else {
            let params = Params::from([("what".to_owned(), what)]);
            let step = self.doing.action;
            effects.extend(self.record(Entry { desk: Some(change), ..Entry::new(step, params, Vec::new()) }));
        }
    }

    /// A record for the journal, where there is one.
    pub(super) fn record(&mut self, entry: Entry) -> Vec<Effect> {
        if self.status.case.is_none() || self.status.read_only {
            return Vec::new();
        }
        self.status.n_unsaved += 1;
        vec![Effect::Record(entry)]
    }

    /// Back by one moment, or forward again.
    pub(super) fn undo(&mut self, back: bool) -> Vec<Effect> {
        let left = self.history.now().what.clone();
        let Some(moment) = self.history.go_by(if back { -1 } else { 1 }).cloned() else {
            let end =
                if back { "this is the beginning: nothing is left to undo" } else { "nothing was undone after this" };
            self.say(Tone::Plain, end);
            return Vec::new();
        };
        let key = |id: &str| crate::action::find(id).map(|action| self.key(action)).unwrap_or_default();
        let text = if back {
            format!("undone: {left}; {} does it again", key("redo"))
        } else {
            format!("done again: {}; {} undoes it", moment.what, key("undo"))
        };
        self.say(Tone::Plain, text);
        self.go_to(if back { "undo" } else { "redo" }, moment.number, &moment.desk)
    }

    /// Goes to any moment of the history.
    pub(super) fn go_to_moment(&mut self, at: usize) -> Vec<Effect> {
        let Some(moment) = self.history.go_to(at).cloned() else { return Vec::new() };
        self.say(Tone::Plain, format!("as it was after: {}", moment.what));
        self.go_to("show-history", moment.number, &moment.desk)
    }

    fn go_to(&mut self, step: &str, number: u32, desk: &Arc<Desk>) -> Vec<Effect> {
        let change = DeskChange { moment: number, ..DeskChange::default() };
        let params = Params::from([("moment".to_owned(), number.to_string())]);
        let mut effects = self.record(Entry { desk: Some(change), ..Entry::new(step, params, Vec::new()) });
        effects.extend(self.lay(desk));
        effects
    }

    /// Lays the desk: at once where all its tables are in memory, else when they have been made again.
    pub(super) fn lay(&mut self, desk: &Arc<Desk>) -> Vec<Effect> {
        let mut effects = self.stop_derivations();
        let tables: BTreeMap<TableId, Arc<Table>> =
            desk.tables().into_iter().filter_map(|id| Some((id, self.catalog.get(id)?))).collect();
        if desk.tables().iter().all(|id| tables.contains_key(id)) {
            self.waiting.remove(&Slot::Desk);
            effects.push(Effect::Cancel(Slot::Desk));
            self.lay_with(desk, &tables, &Missing::new());
            return effects;
        }
        let title = match &self.status.case {
            Some(case) => format!("bring back what lay open in {case}"),
            None => "bring back what lay open".to_owned(),
        };
        let job = Job::Gather(desk.tables().into_iter().collect());
        self.waiting.insert(Slot::Desk, Waiting::Desk(Arc::clone(desk)));
        effects.push(Effect::Start { slot: Slot::Desk, title, job });
        effects
    }

    /// Filters and sorts that are under way belong to another desk.
    fn stop_derivations(&mut self) -> Vec<Effect> {
        let slots: Vec<Slot> = self.waiting.keys().filter(|slot| matches!(slot, Slot::Derive(_))).copied().collect();
        self.waiting.retain(|slot, _| !slots.contains(slot));
        slots.into_iter().map(Effect::Cancel).collect()
    }

    /// The tables of a desk are there, or as many as could be made again.
    pub(super) fn on_gathered(&mut self, desk: &Desk, gathered: Vec<(TableId, Result<Arc<Table>, String>)>) {
        let (mut tables, mut missing) = (BTreeMap::new(), Missing::new());
        for (id, table) in gathered {
            match table {
                Ok(table) => drop(tables.insert(id, table)),
                Err(why) => drop(missing.insert(id, why)),
            }
        }
        self.lay_with(desk, &tables, &missing);
        self.tell_changed_evidence();
    }

    fn lay_with(&mut self, desk: &Desk, tables: &BTreeMap<TableId, Arc<Table>>, missing: &Missing) {
        let n_before = self.views.len();
        let old = std::mem::take(&mut self.views);
        self.lost.clear();
        for (at, state) in desk.views.iter().enumerate() {
            let known = old.iter().find(|view| view.base.0 == state.base);
            match restored(desk, state, known, tables) {
                Some(view) => self.views.push(view),
                None => self.lost.push((at, state.clone())),
            }
        }
        // What is being read stays on the screen.
        self.views.extend(old.into_iter().filter(View::is_loading));
        self.bookmarks.clone_from(&desk.bookmarks);
        let at = desk.at.and_then(|base| self.views.iter().position(|view| view.base.0 == base));
        self.at = at.unwrap_or(0);
        match self.focus {
            _ if self.views.is_empty() => self.focus = Focus::Browser,
            Focus::Browser if self.views.len() > n_before => self.focus = Focus::Grid,
            _ => {}
        }
        if let Some((_, first)) = self.lost.first() {
            let why = first.tables().find_map(|id| missing.get(&id)).cloned().unwrap_or_default();
            let n_more = self.lost.len() - 1;
            let more = if n_more > 0 { format!(" (and {n_more} more)") } else { String::new() };
            let text = format!("{}{more} could not be brought back: {why}", first.name);
            self.say(Tone::Error, text);
        }
    }

    /// A case is only as good as its evidence: where that has changed since, it is said.
    fn tell_changed_evidence(&mut self) {
        let is_changed =
            |view: &&View| view.base.1.notes.last().is_some_and(|note| note.what.contains("when the case was left"));
        let note =
            self.views.iter().find(is_changed).and_then(|view| view.base.1.notes.last()).map(ToString::to_string);
        if let Some(note) = note {
            self.say(Tone::Warning, note);
        }
    }

    /// The history, newest first; Enter goes to a moment.
    pub(super) fn open_history(&mut self) {
        let now = self.history.at();
        let item = |(at, moment): (usize, &crate::model::Moment)| PickItem {
            keys: if at == now { "now".to_owned() } else { clock_of(&moment.utc) },
            name: moment.what.clone(),
            text: String::new(),
            also: "",
            choice: Choice::Moment(at),
            is_dim: at > now,
        };
        let items: Vec<PickItem> = self.history.moments().iter().enumerate().map(item).rev().collect();
        let n_ahead = items.len() - 1 - now;
        let title = "History   Enter goes back to a step, or forward to one that was undone (dim)".to_owned();
        let mut picker = Picker::new(PickerPurpose::History, title, items);
        picker.move_by(isize::try_from(n_ahead).unwrap_or(0));
        self.overlay = Some(Overlay::Picker(picker));
    }
}

/// Day and time to the second of an RFC 3339 moment.
fn clock_of(utc: &str) -> String {
    utc.get(5..19).unwrap_or_default().replace('T', " ")
}

/// A view of the desk; None where one of its tables is not there.
fn restored(
    desk: &Desk,
    state: &ViewState,
    known: Option<&View>,
    tables: &BTreeMap<TableId, Arc<Table>>,
) -> Option<View> {
    let kept = |id: TableId| -> Option<Kept> { Some((id, Arc::clone(tables.get(&id)?))) };
    let place = desk.places.get(&state.base).copied().or_else(|| known.map(View::place)).unwrap_or_default();
    let filtered = match state.filtered {
        Some(id) => Some(kept(id)?),
        None => None,
    };
    let mut view = View::restored(state, place, &kept(state.base)?, filtered, kept(state.shown)?);
    if let Some(known) = known.filter(|known| known.settled().0 == state.shown) {
        view.search.clone_from(&known.search);
    }
    Some(view)
}
