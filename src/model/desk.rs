//! What lies open: the views and what each shows, as data that can be kept, compared and gone back to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Chip, Marks, RowOrigin, SortKey, TableId};

/// What a view counts: the view it was made of, and the columns whose values it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackOf {
    /// The table that the counted view was opened with.
    pub base: TableId,
    pub columns: Vec<String>,
}

/// Everything about a view that a person can change, but for where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewState {
    /// The table that it was opened with; a view is known by it.
    pub base: TableId,
    pub name: String,
    /// What the filters left, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filtered: Option<TableId>,
    /// What is shown: the base, what the filters left, or that in another order.
    pub shown: TableId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chips: Vec<Chip>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wide: BTreeSet<String>,
    /// The order of the columns; those that it does not name come after it, as in the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Whether a row takes several lines.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wrap: bool,
    /// How many of the visible columns stay at the left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub frozen: usize,
    #[serde(default, skip_serializing_if = "has_none")]
    pub marks: Arc<Marks>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<StackOf>,
    /// The view that this one was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TableId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn has_none(marks: &Arc<Marks>) -> bool {
    marks.is_empty()
}

impl ViewState {
    /// The tables that it shows or goes back to.
    pub fn tables(&self) -> impl Iterator<Item = TableId> {
        [Some(self.base), self.filtered, Some(self.shown)].into_iter().flatten()
    }
}

/// Where one stands in a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    pub row: usize,
    /// Index among the visible columns.
    pub column: usize,
    /// The first row and column on the screen.
    pub top: usize,
    pub left: usize,
}

/// A row that was marked for later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The view's name and the table it was opened with.
    pub view: String,
    pub table: TableId,
    pub origin: RowOrigin,
    pub note: String,
    pub tags: String,
}

/// All that lies open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    pub views: Vec<ViewState>,
    pub bookmarks: Vec<Bookmark>,
    /// The view that is shown.
    pub at: Option<TableId>,
    pub places: BTreeMap<TableId, Place>,
}

impl Desk {
    /// Whether nothing but cursors and the choice of view differs.
    pub fn is_like(&self, other: &Self) -> bool {
        self.views == other.views && self.bookmarks == other.bookmarks
    }

    pub fn view(&self, base: TableId) -> Option<&ViewState> {
        self.views.iter().find(|view| view.base == base)
    }

    /// The tables that all views show or go back to.
    pub fn tables(&self) -> BTreeSet<TableId> {
        self.views.iter().flat_map(ViewState::tables).collect()
    }

    /// What became of `before`, in the words of the history.
    pub fn changes_since(&self, before: &Self) -> String {
        let opened = self.views.iter().filter(|view| before.view(view.base).is_none());
        let closed = before.views.iter().filter(|view| self.view(view.base).is_none());
        // A table that takes another's place is both, and is told once.
        let was_there = |view: &ViewState| closed.clone().any(|old| old.name == view.name);
        let word = |view: &ViewState| if was_there(view) { "change" } else { "open" };
        let mut said: Vec<String> = opened.map(|view| format!("{} {}", word(view), view.name)).collect();
        if said.is_empty() {
            said.extend(closed.map(|view| format!("close {}", view.name)));
        }
        for view in &self.views {
            if let Some(old) = before.view(view.base) {
                said.extend(view_changes(old, view).map(|what| format!("{}: {what}", view.name)));
            }
        }
        said.extend(bookmark_changes(&before.bookmarks, &self.bookmarks));
        if said.is_empty() { "order of views".to_owned() } else { said.join("; ") }
    }
}

fn view_changes(old: &ViewState, new: &ViewState) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    let added = new.chips.iter().filter(|chip| !old.chips.contains(chip));
    said.extend(added.map(|chip| format!("filter {}", chip.label)));
    let dropped = old.chips.iter().filter(|chip| !new.chips.contains(chip));
    said.extend(dropped.map(|chip| format!("drop filter {}", chip.label)));
    if old.sort != new.sort {
        let key = |key: &SortKey| format!("{}{}", if key.descending { "-" } else { "" }, key.column);
        let keys: Vec<String> = new.sort.iter().map(key).collect();
        said.push(if keys.is_empty() { "no order".to_owned() } else { format!("sort {}", keys.join(", ")) });
    }
    let names =
        |of: &BTreeSet<String>, but: &BTreeSet<String>| of.difference(but).cloned().collect::<Vec<_>>().join(", ");
    for (what, of, but) in [("hide", &new.hidden, &old.hidden), ("show", &old.hidden, &new.hidden)] {
        let names = names(of, but);
        said.extend((!names.is_empty()).then(|| format!("{what} {names}")));
    }
    if old.marks != new.marks {
        said.push(format!("{} marked", new.marks.n_rows()));
    }
    let looks = (old.wide != new.wide, old.order != new.order, old.wrap != new.wrap, old.frozen != new.frozen);
    let looks = [
        (looks.0, "column width"),
        (looks.1, "order of columns"),
        (looks.2, "wrapped rows"),
        (looks.3, "frozen columns"),
    ];
    said.extend(looks.iter().filter(|(changed, _)| *changed).map(|(_, what)| (*what).to_owned()));
    (!said.is_empty()).then(|| said.join(", "))
}

fn bookmark_changes(old: &[Bookmark], new: &[Bookmark]) -> Option<String> {
    let place = |b: &Bookmark| format!("record {} of {}", b.origin.row + 1, b.origin.evidence);
    if let Some(added) = new.iter().find(|b| !old.contains(b)) {
        return Some(format!("bookmark {}", place(added)));
    }
    old.iter().find(|b| !new.contains(b)).map(|dropped| format!("drop bookmark {}", place(dropped)))
}

/// How a desk became another one: what a record of the journal holds of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskChange {
    /// The number of the moment that this made, or that was gone back to.
    pub moment: u32,
    /// The open views in order; None where an earlier moment was gone to, which says all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Vec<TableId>>,
    /// The views that differ from the desk of the record before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<ViewState>,
    /// All bookmarks, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmarks: Option<Vec<Bookmark>>,
    /// The view that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<TableId>,
    /// Where one stood before it, and in which view.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<TableId, Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<TableId>,
}

impl DeskChange {
    /// What makes `desk` of `before`.
    pub fn between(before: &Desk, desk: &Desk, moment: u32) -> Self {
        let differs = |view: &&ViewState| before.view(view.base) != Some(view);
        Self {
            moment,
            open: Some(desk.views.iter().map(|view| view.base).collect()),
            views: desk.views.iter().filter(differs).cloned().collect(),
            bookmarks: (before.bookmarks != desk.bookmarks).then(|| desk.bookmarks.clone()),
            at: desk.at,
            left: before.places.clone(),
            left_at: before.at,
        }
    }

    /// The desk that it makes of `before`.
    pub fn apply(&self, before: &Desk) -> Desk {
        let open = self.open.iter().flatten();
        let state = |base: &TableId| {
            let changed = self.views.iter().find(|view| view.base == *base);
            changed.or_else(|| before.view(*base)).cloned()
        };
        Desk {
            views: open.filter_map(state).collect(),
            bookmarks: self.bookmarks.clone().unwrap_or_else(|| before.bookmarks.clone()),
            at: self.at,
            places: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(base: u32) -> ViewState {
        ViewState {
            base: TableId(base),
            name: format!("t{base}"),
            filtered: None,
            shown: TableId(base),
            chips: Vec::new(),
            sort: Vec::new(),
            hidden: BTreeSet::new(),
            wide: BTreeSet::new(),
            order: Vec::new(),
            wrap: false,
            frozen: 0,
            marks: Arc::default(),
            stack: None,
            parent: None,
        }
    }

    #[test]
    fn a_change_makes_the_desk_again_and_says_what_it_is() {
        let before = Desk { views: vec![view(1), view(2)], at: Some(TableId(1)), ..Desk::default() };
        let mut after = before.clone();
        after.views[1].hidden.insert("IpAddress".to_owned());
        after.views[1].sort.push(SortKey { column: "Account".to_owned(), descending: true });
        assert_eq!(after.changes_since(&before), "t2: sort -Account, hide IpAddress");
        let change = DeskChange::between(&before, &after, 3);
        assert_eq!(change.views.len(), 1);
        let read: DeskChange = serde_json::from_str(&serde_json::to_string(&change).unwrap()).unwrap();
        assert!(read.apply(&before).is_like(&after));
        after.views.remove(0);
        assert!(DeskChange::between(&before, &after, 4).apply(&before).is_like(&after));
        assert!(after.changes_since(&before).starts_with("close t1"));
    }
}
