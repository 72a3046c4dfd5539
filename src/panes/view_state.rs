//! A view as data, and data as a view.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::view::{Kept, View};
use crate::model::{Marks, Place, SourceId, Table, ViewState};

impl View {
    /// A view as it was: `base`, `filtered` and `shown` are the tables that `state` names.
    pub fn restored(state: &ViewState, place: Place, base: &Kept, filtered: Option<Kept>, shown: Kept) -> Self {
        let new = Self::new(base.0, Arc::clone(&base.1));
        let mut view = Self {
            name: state.name.clone(),
            filtered,
            shown,
            chips: state.chips.clone(),
            sort: state.sort.clone(),
            hidden: state.hidden.clone(),
            wide: state.wide.clone(),
            order: state.order.clone(),
            wrap: state.wrap,
            frozen: state.frozen,
            told_marks: Arc::clone(&state.marks),
            stack: state.stack.clone(),
            parent: state.parent,
            row: place.row,
            column: place.column,
            top: place.top,
            left: place.left,
            ..new
        };
        view.marks = keys_of(&view.told_marks, &base.1);
        view
    }

    /// The same view after its file has grown: the cursor stays on its row, or at the end if it stood there.
    #[must_use]
    pub fn grown(&self, base: &Kept, filtered: Option<Kept>, shown: Kept) -> Self {
        let was_at_end = self.row + 1 >= self.n_rows();
        let state =
            ViewState { base: base.0, filtered: filtered.as_ref().map(|kept| kept.0), shown: shown.0, ..self.state() };
        let place = self.place();
        let mut view = Self::restored(&state, place, base, filtered, shown);
        view.follow.clone_from(&self.follow);
        if was_at_end {
            view.row = view.n_rows().saturating_sub(1);
        }
        view
    }

    /// All that a person can change about it, as data.
    pub fn state(&self) -> ViewState {
        ViewState {
            base: self.base.0,
            name: self.name.clone(),
            filtered: self.filtered.as_ref().map(|kept| kept.0),
            shown: self.shown.0,
            chips: self.chips.clone(),
            sort: self.sort.clone(),
            hidden: self.hidden.clone(),
            wide: self.wide.clone(),
            order: self.order.clone(),
            wrap: self.wrap,
            frozen: self.frozen,
            marks: Arc::clone(&self.told_marks),
            stack: self.stack.clone(),
            parent: self.parent,
        }
    }

    /// Where one stands; under a preview, where one stood before it.
    pub fn place(&self) -> Place {
        let (row, top) = self.preview.as_ref().map_or((self.row, self.top), |preview| preview.before);
        Place { row, column: self.column, top, left: self.left }
    }

    /// Marks the rows that are marked in another view of the same evidence.
    pub(super) fn take_marks(&mut self, other: &Self) {
        self.told_marks = Arc::clone(&other.told_marks);
        self.marks = keys_of(&self.told_marks, &self.base.1);
    }

    pub(super) fn tell_marks(&mut self) {
        let mut told = Marks::default();
        for key in &self.marks {
            let source = SourceId(u32::try_from(key >> 32).unwrap_or(0));
            let known = self.base.1.sources.iter().find(|(id, _)| self.base.1.has_row_keys() && *id == source);
            let row = u32::try_from(key & u64::from(u32::MAX)).unwrap_or(0);
            told.push(known.map_or("", |(_, evidence)| evidence.path.as_str()), row);
        }
        self.told_marks = Arc::new(told);
    }
}

/// The keys of marked rows in a table; the numbers of its evidence may be others than when they were marked.
fn keys_of(marks: &Marks, table: &Table) -> BTreeSet<u64> {
    let source = |path: &str| table.sources.iter().find(|(_, evidence)| evidence.path == path).map(|(id, _)| id.0);
    let key = |(path, row): (&str, u32)| {
        if path.is_empty() { Some(u64::from(row)) } else { Some(u64::from(source(path)?) << 32 | u64::from(row)) }
    };
    marks.rows().filter_map(key).collect()
}
