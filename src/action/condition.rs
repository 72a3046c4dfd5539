//! When an action can act, decided on a snapshot; where it cannot, the reason says what to do about it.

use super::Reason;
use crate::model::{Focus, Snapshot};

#[expect(clippy::unnecessary_wraps, reason = "it stands where other actions have a condition")]
pub(super) const fn always(_: &Snapshot) -> Result<(), Reason> {
    Ok(())
}

fn need(condition: bool, reason: &'static str) -> Result<(), Reason> {
    if condition { Ok(()) } else { Err(Reason::Borrowed(reason)) }
}

pub(super) fn has_table(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_rows.is_some(), "no table is open: run a query from the browser, or open a file")
}

pub(super) fn has_rows(s: &Snapshot) -> Result<(), Reason> {
    has_table(s)?;
    need(s.n_rows != Some(0) || s.n_filters == 0, "no row is left: drop a filter")?;
    need(s.n_rows != Some(0), "this table has no rows: close it, or go to another view")
}

pub(super) fn on_a_column(s: &Snapshot) -> Result<(), Reason> {
    has_table(s)?;
    need(s.column.is_some(), "every column is hidden: show them again")
}

pub(super) fn on_a_cell(s: &Snapshot) -> Result<(), Reason> {
    has_rows(s)?;
    on_a_column(s)
}

/// A step works on all rows of a table, so it waits until they are there.
pub(super) fn whole(s: &Snapshot) -> Result<(), Reason> {
    has_table(s)?;
    need(!s.is_loading, "the rest of this table is still being read: wait for it, or cancel")
}

pub(super) fn whole_column(s: &Snapshot) -> Result<(), Reason> {
    whole(s)?;
    on_a_column(s)
}

pub(super) fn whole_cell(s: &Snapshot) -> Result<(), Reason> {
    whole(s)?;
    on_a_cell(s)
}

pub(super) fn has_filters(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_filters > 0, "this view has no filter")
}

pub(super) fn has_marks(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_marked > 0, "no row is marked")
}

pub(super) fn two_marked(s: &Snapshot) -> Result<(), Reason> {
    whole(s)?;
    need(s.n_marked == 2, "mark the two rows that are to be compared")
}

pub(super) fn on_a_stack(s: &Snapshot) -> Result<(), Reason> {
    has_table(s)?;
    need(s.is_stack, "this view is no stack: stack a column first")
}

pub(super) fn has_bookmarks(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_bookmarks > 0, "nothing is bookmarked yet")
}

pub(super) fn in_lesson(s: &Snapshot) -> Result<(), Reason> {
    need(s.has_lesson, "no lesson is open: first list-lessons")
}

pub(super) fn has_notes(s: &Snapshot) -> Result<(), Reason> {
    has_table(s)?;
    need(s.n_notes > 0, "there is nothing to say about this table's evidence")
}

pub(super) fn has_hidden_columns(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_hidden_columns > 0, "no column is hidden")
}

pub(super) fn has_search(s: &Snapshot) -> Result<(), Reason> {
    need(s.has_search, "nothing is searched for yet")
}

pub(super) fn has_something_to_search(s: &Snapshot) -> Result<(), Reason> {
    if s.focus == Focus::Browser { Ok(()) } else { has_table(s) }
}

pub(super) fn has_views(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_views > 1, "no other view is open")
}

pub(super) fn job_runs(s: &Snapshot) -> Result<(), Reason> {
    need(s.n_jobs_running > 0, "nothing runs; to leave, close the view or quit")
}

pub(super) fn on_a_query(s: &Snapshot) -> Result<(), Reason> {
    match &s.query {
        None => Err(Reason::Borrowed("the cursor is on a family: move to a query")),
        Some(Err(why)) => Err(Reason::Owned(why.clone())),
        Some(Ok(())) => Ok(()),
    }
}

pub(super) fn made_of_rows(s: &Snapshot) -> Result<(), Reason> {
    whole(s)?;
    need(s.is_made_of_rows, "these rows were not made of rows, such as decoding or extracting does")
}

pub(super) fn online_column(s: &Snapshot) -> Result<(), Reason> {
    whole_column(s)?;
    need(s.is_online, "offline, so nothing is asked: first toggle-online")
}
