//! Which rows have only moved since the frame before.

use std::hash::{DefaultHasher, Hash, Hasher};

use ratatui::buffer::{Buffer, Cell};

/// Rows `top..bottom` move by `by` rows; what comes in is blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub top: u16,
    /// The row after the last one that takes part.
    pub bottom: u16,
    pub by: u16,
    pub up: bool,
}

/// Bytes that a shift itself takes.
const OF_A_SHIFT: usize = 20;

impl Shift {
    /// Moves the rows of a buffer as a terminal would.
    pub fn apply(self, buffer: &mut Buffer) {
        let width = usize::from(buffer.area.width);
        let cells = &mut buffer.content[usize::from(self.top) * width..usize::from(self.bottom) * width];
        let moved = usize::from(self.by) * width;
        if self.up {
            cells.rotate_left(moved);
            let rest = cells.len() - moved;
            cells[rest..].iter_mut().for_each(Cell::reset);
        } else {
            cells.rotate_right(moved);
            cells[..moved].iter_mut().for_each(Cell::reset);
        }
    }
}

/// The shift after which the fewest cells differ; None where sending the cells is cheaper.
pub fn shift_between(old: &Buffer, new: &Buffer) -> Option<Shift> {
    let (old_rows, new_rows) = (hashes(old), hashes(new));
    let n_rows = new_rows.len().cast_signed();
    let moved_by = |by: isize| -> Vec<usize> {
        let came = |at: &usize| {
            let from = at.checked_add_signed(by).and_then(|from| old_rows.get(from));
            from == new_rows.get(*at) && from != old_rows.get(*at)
        };
        (0..new_rows.len()).filter(came).collect()
    };
    let candidates = (1..n_rows).flat_map(|by| [by, -by]).map(|by| (by, moved_by(by)));
    // Of two that move as many rows, the nearer one.
    let (by, rows) = candidates.max_by_key(|(by, rows)| (rows.len(), -by.abs()))?;
    let (first, last) = (*rows.first()?, *rows.last()?);
    let by = (u16::try_from(by.unsigned_abs()).ok()?, by > 0);
    let (top, bottom) = if by.1 { (first, last + usize::from(by.0)) } else { (first - usize::from(by.0), last) };
    let shift = Shift { top: top.try_into().ok()?, bottom: (bottom + 1).try_into().ok()?, by: by.0, up: by.1 };
    let mut moved = old.clone();
    shift.apply(&mut moved);
    (cost(&moved, new) + OF_A_SHIFT < cost(old, new)).then_some(shift)
}

/// About how many bytes it takes to make `b` of `a`: the cells that differ, and the way to each run of them.
fn cost(a: &Buffer, b: &Buffer) -> usize {
    let mut cost = 0;
    let mut in_run = false;
    for (a, b) in a.content.iter().zip(&b.content) {
        let differs = !super::painter::looks_same(a, b);
        cost += usize::from(differs) + if differs && !in_run { JUMP } else { 0 };
        in_run = differs;
    }
    cost
}

/// Bytes of a jump to another place.
const JUMP: usize = 6;

/// What each row says, whatever its colours: the row under the cursor is another one after each step.
fn hashes(buffer: &Buffer) -> Vec<u64> {
    let width = usize::from(buffer.area.width).max(1);
    let hash = |row: &[Cell]| {
        let mut hasher = DefaultHasher::new();
        // The first columns hold the cursor's mark.
        row.iter().skip(MARKS).for_each(|cell| cell.symbol().hash(&mut hasher));
        hasher.finish()
    };
    buffer.content.chunks(width).map(hash).collect()
}

/// Columns that a pane may use for marks.
const MARKS: usize = 2;
