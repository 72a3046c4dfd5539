//! A view of a table: what narrows it, what orders it, and where one stands in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::scrolled;
use crate::model::{Chip, Column, Marks, ROW, RowOrigin, SOURCE, SortKey, StackOf, Table, TableId};

/// A search through the shown rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    pub needle: String,
    /// Indices of the rows that match, in order.
    pub rows: Vec<u32>,
}

/// What a filter that is being typed would leave.
#[derive(Clone, Debug)]
pub struct Preview {
    table: Arc<Table>,
    /// Row and top row to go back to.
    pub(super) before: (usize, usize),
}

/// How a file that grows is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// Tells it from others, of this view or another one.
    pub number: u32,
    pub path: std::path::PathBuf,
    /// Bytes that were read.
    pub seen: u64,
    /// The filters and order that the job which waits will put over what has grown; None while no job waits.
    pub waits_with: Option<(Vec<Chip>, Vec<SortKey>)>,
}

/// A table of the catalog, with its id.
pub type Kept = (TableId, Arc<Table>);

/// One open table in the grid.
#[derive(Clone, Debug)]
pub struct View {
    pub name: String,
    /// The table that was opened; filters and sorts start from it.
    pub base: Kept,
    /// What the filters left of it.
    pub filtered: Option<Kept>,
    /// What is shown when nothing is previewed.
    pub(super) shown: Kept,
    pub(super) preview: Option<Preview>,
    /// Whether these are only the first rows of a table that is being read.
    pub(super) loading: bool,
    /// Present where the rows are counted values of another view.
    pub stack: Option<StackOf>,
    /// The view that this one was made of, by the table it was opened with.
    pub parent: Option<TableId>,
    pub chips: Vec<Chip>,
    pub sort: Vec<SortKey>,
    pub hidden: BTreeSet<String>,
    pub wide: BTreeSet<String>,
    /// The order of the columns; those that it does not name come after it, as in the table.
    pub(super) order: Vec<String>,
    /// Whether a row takes several lines, so that long text can be read.
    pub wrap: bool,
    /// Present while the file behind it is watched.
    pub follow: Option<Follow>,
    /// How many of the visible columns stay at the left.
    pub frozen: usize,
    pub(super) marks: BTreeSet<u64>,
    /// The marks as others know them.
    pub(super) told_marks: Arc<Marks>,
    pub(super) last_mark: Option<usize>,
    pub search: Option<Search>,
    pub row: usize,
    /// Index among the visible columns.
    pub column: usize,
    pub top: usize,
    pub left: usize,
}

impl View {
    pub fn new(id: TableId, table: Arc<Table>) -> Self {
        Self {
            name: table.name.clone(),
            base: (id, Arc::clone(&table)),
            filtered: None,
            shown: (id, table),
            preview: None,
            loading: false,
            stack: None,
            parent: None,
            order: Vec::new(),
            wrap: false,
            follow: None,
            chips: Vec::new(),
            sort: Vec::new(),
            hidden: BTreeSet::new(),
            wide: BTreeSet::new(),
            frozen: 0,
            marks: BTreeSet::new(),
            told_marks: Arc::default(),
            last_mark: None,
            search: None,
            row: 0,
            column: 0,
            top: 0,
            left: 0,
        }
    }

    /// A view of the first rows of a table that is still being read; it has no id yet.
    pub fn of_first_rows(table: Arc<Table>) -> Self {
        Self { loading: true, ..Self::new(TableId(0), table) }
    }

    /// This view with these columns before all others.
    #[must_use]
    pub fn with_first(mut self, names: &[&str]) -> Self {
        self.order = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// This view with the cursor in a column, if it has that.
    #[must_use]
    pub fn at_column(mut self, name: Option<&str>) -> Self {
        self.column = self.columns().iter().position(|c| Some(c.name.as_str()) == name).unwrap_or(0);
        self
    }

    /// This view with the cursor in a row.
    #[must_use]
    pub fn at_row(mut self, row: usize) -> Self {
        self.row = row.min(self.n_rows().saturating_sub(1));
        self
    }

    /// This view as one that was made of another, and of which of its rows.
    #[must_use]
    pub fn made_of(self, parent: Option<(TableId, Option<String>)>) -> Self {
        let Some((base, part)) = parent else { return self };
        let name = part.map_or_else(|| self.name.clone(), |part| format!("{} ({part})", self.name));
        Self { parent: Some(base), name, ..self }
    }

    /// This view as one of counted values.
    #[must_use]
    pub fn as_stack(self, stack: StackOf) -> Self {
        Self { stack: Some(stack), ..self }
    }

    pub const fn is_loading(&self) -> bool {
        self.loading
    }

    /// The table on the screen.
    pub fn table(&self) -> &Arc<Table> {
        self.preview.as_ref().map_or(&self.shown.1, |preview| &preview.table)
    }

    /// The table that steps and exports mean.
    pub const fn settled(&self) -> &Kept {
        &self.shown
    }

    /// Shows what a filter would leave, until it is kept or dropped.
    pub fn set_preview(&mut self, table: Arc<Table>) {
        let before = self.preview.as_ref().map_or((self.row, self.top), |preview| preview.before);
        self.preview = Some(Preview { table, before });
    }

    /// Shows what was shown before the preview, with the cursor where it was.
    pub fn drop_preview(&mut self) {
        if let Some(preview) = self.preview.take() {
            (self.row, self.top) = preview.before;
        }
    }

    pub fn n_rows(&self) -> usize {
        self.table().n_rows()
    }

    /// The columns that are not hidden, in order.
    pub fn columns(&self) -> Vec<&Column> {
        let mut columns: Vec<&Column> = self.all_columns();
        columns.retain(|c| !self.hidden.contains(&c.name));
        columns
    }

    /// All columns in order, hidden ones too.
    pub fn all_columns(&self) -> Vec<&Column> {
        let mut columns: Vec<&Column> = self.table().columns.iter().collect();
        if !self.order.is_empty() {
            let place = |c: &&Column| self.order.iter().position(|name| *name == c.name).unwrap_or(usize::MAX);
            columns.sort_by_key(place);
        }
        columns
    }

    /// Moves the column under the cursor one place to the left or right among the visible ones.
    pub fn shift_column(&mut self, right: bool) {
        let names: Vec<String> = self.columns().iter().map(|c| c.name.clone()).collect();
        let other = if right { self.column + 1 } else { self.column.wrapping_sub(1) };
        let (Some(name), Some(neighbour)) = (names.get(self.column), names.get(other)) else { return };
        let mut order: Vec<String> = self.all_columns().iter().map(|c| c.name.clone()).collect();
        let at = |wanted: &String| order.iter().position(|name| name == wanted);
        if let (Some(a), Some(b)) = (at(name), at(neighbour)) {
            order.swap(a, b);
            self.order = order;
            self.column = other;
        }
    }

    /// Goes to a column by its name, showing it where it is hidden.
    pub fn go_to_column(&mut self, name: &str) {
        self.hidden.remove(name);
        self.column = self.columns().iter().position(|c| c.name == name).unwrap_or(self.column);
    }

    /// Goes to the row of this origin; false where it is not shown.
    pub fn go_to_origin(&mut self, origin: &RowOrigin) -> bool {
        let table = Arc::clone(self.table());
        let Some(source) = table.sources.iter().find(|(_, evidence)| evidence.path == origin.evidence) else {
            return false;
        };
        let row = find_row(&table, u64::from(source.0.0) << 32 | u64::from(origin.row));
        self.row = row.unwrap_or(self.row);
        row.is_some()
    }

    /// The look of another view of the same columns: what is hidden, wide and moved, and where one stands.
    #[must_use]
    pub fn looking_like(mut self, other: &Self) -> Self {
        self.name.clone_from(&other.name);
        self.hidden.clone_from(&other.hidden);
        self.wide.clone_from(&other.wide);
        self.order.clone_from(&other.order);
        self.take_marks(other);
        (self.wrap, self.frozen) = (other.wrap, other.frozen);
        self.follow.clone_from(&other.follow);
        let column = other.column().map(|c| c.name.clone());
        let row = other.key_of(other.row).and_then(|key| find_row(self.table(), key)).unwrap_or(other.row);
        self.column = self.columns().iter().position(|c| Some(&c.name) == column.as_ref()).unwrap_or(other.column);
        (self.row, self.top, self.left) = (row, other.top, other.left);
        self
    }

    pub fn column(&self) -> Option<&Column> {
        self.columns().get(self.column).copied()
    }

    /// Shows another result of this view's filters and sorts; the cursor stays on its row if that is still there.
    pub fn show(&mut self, kept: Kept) {
        self.drop_preview();
        let key = self.key_of(self.row);
        let row = key.and_then(|key| find_row(&kept.1, key));
        if !kept.1.has_row_keys() {
            // Rows without lineage are known by their place only, and that has changed.
            self.clear_marks();
        }
        self.search = None;
        self.last_mark = None;
        self.shown = kept;
        self.row = row.unwrap_or(self.row).min(self.n_rows().saturating_sub(1));
    }

    pub fn move_row(&mut self, delta: isize) {
        self.row = self.row.saturating_add_signed(delta).min(self.n_rows().saturating_sub(1));
    }

    pub fn move_column(&mut self, delta: isize) {
        self.column = self.column.saturating_add_signed(delta).min(self.columns().len().saturating_sub(1));
    }

    /// Keeps cursor and scroll within what there is. `n_lines` is how many rows fit, `leftmost` gives the first
    /// scrolled column for a wanted one.
    pub fn settle(&mut self, n_lines: usize, leftmost: impl Fn(&Self) -> usize) {
        self.move_row(0);
        self.move_column(0);
        self.frozen = self.frozen.min(self.columns().len());
        // A grid that has become taller shows as many rows as it can.
        self.top = scrolled(self.top, self.row, n_lines).min(self.n_rows().saturating_sub(n_lines.max(1)));
        self.left = leftmost(self);
    }

    pub fn hide_column(&mut self) {
        let name = self.column().map(|c| c.name.clone());
        if self.column < self.frozen {
            self.frozen -= 1;
        }
        self.hidden.extend(name);
        self.move_column(0);
    }

    /// Full width for the column under the cursor, or its fitted one again.
    pub fn widen_column(&mut self) {
        if let Some(name) = self.column().map(|c| c.name.clone())
            && !self.wide.remove(&name)
        {
            self.wide.insert(name);
        }
    }

    /// Shows the hidden columns again; the cursor stays on its column.
    pub fn show_columns(&mut self) {
        let name = self.column().map(|c| c.name.clone());
        self.hidden.clear();
        self.column = self.columns().iter().position(|c| Some(&c.name) == name.as_ref()).unwrap_or(self.column);
    }

    /// Freezes the columns up to the cursor, or frees them all.
    pub fn freeze(&mut self) {
        self.frozen = if self.frozen == self.column + 1 { 0 } else { self.column + 1 };
    }

    pub fn n_marked(&self) -> usize {
        self.marks.len()
    }

    pub fn is_marked(&self, row_idx: usize) -> bool {
        !self.marks.is_empty() && self.key_of(row_idx).is_some_and(|key| self.marks.contains(&key))
    }

    /// Marks the row under the cursor, or takes its mark off.
    pub fn toggle_mark(&mut self) {
        if let Some(key) = self.key_of(self.row) {
            if !self.marks.remove(&key) {
                self.marks.insert(key);
            }
            self.last_mark = Some(self.row);
            self.tell_marks();
        }
    }

    /// Marks all rows from the last mark to the cursor.
    pub fn mark_range(&mut self) {
        let from = self.last_mark.unwrap_or(self.row);
        let range = from.min(self.row)..=from.max(self.row);
        let keys: Vec<u64> = range.filter_map(|row_idx| self.key_of(row_idx)).collect();
        self.marks.extend(keys);
        self.tell_marks();
    }

    pub fn invert_marks(&mut self) {
        let keys: BTreeSet<u64> = (0..self.n_rows()).filter_map(|row_idx| self.key_of(row_idx)).collect();
        self.marks = keys.difference(&self.marks).copied().collect();
        self.tell_marks();
    }

    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.tell_marks();
    }

    /// Indices of the marked rows that are shown.
    pub fn marked_rows(&self) -> Vec<u32> {
        let rows = (0..self.n_rows()).filter(|row_idx| self.is_marked(*row_idx));
        rows.filter_map(|row_idx| u32::try_from(row_idx).ok()).collect()
    }

    /// The next match after the cursor, or before it; it goes round.
    pub fn next_match(&self, forward: bool) -> Option<usize> {
        let rows = &self.search.as_ref()?.rows;
        let at = u32::try_from(self.row).ok()?;
        let next = if forward {
            rows.iter().find(|r| **r > at).or(rows.first())
        } else {
            rows.iter().rev().find(|r| **r < at).or(rows.last())
        };
        next.and_then(|row| usize::try_from(*row).ok())
    }

    /// What tells a row from all others: its evidence and row in it, or its index where lineage is lost.
    fn key_of(&self, row_idx: usize) -> Option<u64> {
        key_of(self.table(), row_idx)
    }
}

fn key_of(table: &Table, row_idx: usize) -> Option<u64> {
    let number = |name: &str| table.frame().column(name).ok()?.get(row_idx).ok()?.try_extract::<u32>().ok();
    match (number(SOURCE), number(ROW)) {
        (Some(source), Some(row)) if table.has_row_keys() => Some(u64::from(source) << 32 | u64::from(row)),
        _ => u64::try_from(row_idx).ok(),
    }
}

fn find_row(table: &Table, key: u64) -> Option<usize> {
    let rows = table.frame().column(ROW).ok()?.u32().ok()?;
    let wanted = u32::try_from(key & u64::from(u32::MAX)).ok()?;
    rows.iter()
        .enumerate()
        .filter(|(_, row)| *row == Some(wanted))
        .map(|(at, _)| at)
        .find(|at| key_of(table, *at) == Some(key))
}
