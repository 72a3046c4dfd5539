//! Where one has been: back and forward from view to view, each found exactly as it was left.

use std::sync::Arc;

use super::Effect;
use super::state::App;
use crate::model::{Desk, Focus, Place, TableId, ViewState};
use crate::panes::{Choice, Overlay, PickItem, Picker, PickerPurpose, Tone, View};
use crate::ui::count;

/// A view as it was when one left it.
#[derive(Clone, Debug)]
struct Visit {
    state: ViewState,
    place: Place,
}

/// The visits in order, and the one that goes on now.
#[derive(Debug, Default)]
pub(super) struct Trail {
    visits: Vec<Visit>,
    at: usize,
}

/// So many visits are remembered.
const LONGEST: usize = 200;

impl App {
    /// Takes note of where one is; called after every event.
    pub(super) fn keep_trail(&mut self) {
        let Some(view) = self.view().filter(|view| !view.is_loading()) else { return };
        let visit = Visit { state: view.state(), place: view.place() };
        let trail = &mut self.trail;
        match trail.visits.get_mut(trail.at) {
            Some(now) if now.state.base == visit.state.base => *now = visit,
            _ => {
                trail.visits.truncate(trail.at + 1);
                trail.visits.push(visit);
                let surplus = trail.visits.len().saturating_sub(LONGEST);
                trail.visits.drain(..surplus);
                trail.at = trail.visits.len() - 1;
            }
        }
    }

    /// To the view where one was before, as it was then, or forward again.
    pub(super) fn walk(&mut self, back: bool) -> Vec<Effect> {
        let open: Vec<TableId> = self.views.iter().map(|view| view.base.0).collect();
        let n_visits = self.trail.visits.len();
        let ways: Vec<usize> =
            if back { (0..self.trail.at).rev().collect() } else { (self.trail.at + 1..n_visits).collect() };
        // A view that was closed meanwhile is passed over.
        let there = ways.into_iter().find(|at| open.contains(&self.trail.visits[*at].state.base));
        let Some(to) = there else {
            let text = if back {
                "this is the first view; there is none to go back to"
            } else {
                "there is no view to go forward to"
            };
            self.say(Tone::Plain, text);
            return Vec::new();
        };
        self.trail.at = to;
        let visit = self.trail.visits[to].clone();
        self.focus = Focus::Grid;
        self.show_visit(&visit)
    }

    fn show_visit(&mut self, visit: &Visit) -> Vec<Effect> {
        let base = visit.state.base;
        self.at = self.views.iter().position(|view| view.base.0 == base).unwrap_or(self.at);
        let mut desk: Desk = self.desk();
        for view in desk.views.iter_mut().filter(|view| view.base == base) {
            // Marks are work that was done; going back does not take it away.
            *view = ViewState { marks: Arc::clone(&view.marks), ..visit.state.clone() };
        }
        desk.places.insert(base, visit.place);
        desk.at = Some(base);
        self.lay(&Arc::new(desk))
    }

    /// To the view that this one was made of.
    pub(super) fn go_to_parent(&mut self) {
        let parent = self.view().and_then(|view| view.stack.as_ref().map(|stack| stack.base).or(view.parent));
        match parent.and_then(|base| self.views.iter().position(|view| view.base.0 == base)) {
            Some(at) => {
                self.at = at;
                self.focus = Focus::Grid;
            }
            None => self.say(Tone::Plain, "this view was made of no other one that is open"),
        }
    }

    /// The names of the views that this one was made of, the first one first.
    pub(super) fn ancestors(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut view = self.view();
        while let Some(parent) = view.and_then(|view| view.stack.as_ref().map(|stack| stack.base).or(view.parent)) {
            view = self.views.iter().find(|view| view.base.0 == parent);
            names.extend(view.map(|view| view.name.as_str()));
            if names.len() > self.views.len() {
                break;
            }
        }
        names.reverse();
        names
    }

    /// The open views; Enter goes to one.
    pub(super) fn open_view_list(&mut self) {
        let item = |(at, view): (usize, &View)| {
            let filters: Vec<&str> = view.chips.iter().map(|chip| chip.label.as_str()).collect();
            PickItem {
                keys: (at + 1).to_string(),
                name: view.name.clone(),
                text: format!("{} rows  {}", count(view.n_rows()), filters.join(", ")),
                also: "",
                choice: Choice::View(at),
                is_dim: false,
            }
        };
        let items = self.views.iter().enumerate().map(item).collect();
        let title = "Views   type to find, Enter goes there".to_owned();
        let mut picker = Picker::new(PickerPurpose::Views, title, items);
        picker.move_by(isize::try_from(self.at).unwrap_or(0));
        self.overlay = Some(Overlay::Picker(picker));
    }

    pub(super) fn go_to_view(&mut self, at: usize) -> Vec<Effect> {
        self.at = at.min(self.views.len().saturating_sub(1));
        self.focus = Focus::Grid;
        Vec::new()
    }
}
