//! Bookmarks: rows that somebody will want to find again, each with a note and tags.

use super::Effect;
use super::state::App;
use crate::case::Entry;
use crate::model::{Bookmark, Input, Params};
use crate::panes::{Choice, Field, Form, FormPurpose, Overlay, PickItem, Picker, PickerPurpose, Tone};

impl App {
    /// Asks for the note and tags of the row under the cursor; what was noted before can be changed.
    pub(super) fn open_bookmark_form(&mut self) {
        let Some(view) = self.view() else { return };
        let Some(origin) = view.table().origin(view.row) else {
            return self.say(Tone::Warning, "this row was made of many, so there is no row of evidence to bookmark");
        };
        let old = self.bookmarks.iter().find(|b| b.origin == origin);
        let (note, tags) = old.map_or(("", ""), |b| (b.note.as_str(), b.tags.as_str()));
        let fields = vec![
            Field::text("note", "note", "why this row matters", note),
            Field::text("tags", "tags", "words to find it by, parted by blanks", tags),
        ];
        let title = format!("Bookmark record {} of {}", origin.row + 1, origin.evidence);
        let purpose = FormPurpose::Bookmark;
        self.overlay = Some(Overlay::Form(Form { purpose, title, fields, at: 0, note: None }));
    }

    pub(super) fn accept_bookmark(&mut self, form: &Form) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some(origin) = view.table().origin(view.row) else { return Vec::new() };
        let (view_name, table) = (view.name.clone(), view.base.0);
        let (note, tags) = (form.value("note").trim().to_owned(), form.value("tags").trim().to_owned());
        let bookmark = Bookmark { view: view_name, table, origin: origin.clone(), note, tags };
        self.bookmarks.retain(|b| b.origin != origin);
        self.bookmarks.push(bookmark.clone());
        let key = crate::action::find("show-bookmarks").map(|action| self.key(action)).unwrap_or_default();
        self.say(Tone::Plain, format!("bookmarked; {key} lists all {}", self.bookmarks.len()));
        self.record_bookmark("bookmark", &bookmark)
    }

    fn record_bookmark(&mut self, step: &str, bookmark: &Bookmark) -> Vec<Effect> {
        let params = [
            ("evidence", bookmark.origin.evidence.clone()),
            ("row", bookmark.origin.row.to_string()),
            ("note", bookmark.note.clone()),
            ("tags", bookmark.tags.clone()),
            ("view", bookmark.view.clone()),
        ];
        let params = Params::from(params.map(|(name, value)| (name.to_owned(), value)));
        self.record(Entry::new(step, params, vec![Input::Table(bookmark.table)]))
    }

    pub(super) fn open_bookmark_list(&mut self) {
        let item = |(at, b): (usize, &Bookmark)| PickItem {
            keys: b.tags.clone(),
            name: b.view.clone(),
            text: format!("record {}  {}", b.origin.row + 1, b.note),
            also: "",
            choice: Choice::Bookmark(at),
            is_dim: false,
        };
        let items = self.bookmarks.iter().enumerate().map(item).collect();
        let title = "Bookmarks   type to find, Enter goes there, Delete drops one".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Bookmarks, title, items)));
    }

    /// Takes the bookmark under the list's cursor away.
    pub(super) fn drop_bookmark(&mut self) -> Vec<Effect> {
        let chosen = match &self.overlay {
            Some(Overlay::Picker(picker)) => picker.chosen().map(|item| item.choice.clone()),
            _ => None,
        };
        let Some(Choice::Bookmark(at)) = chosen else { return Vec::new() };
        let dropped = self.bookmarks.remove(at);
        if self.bookmarks.is_empty() {
            self.overlay = None;
        } else {
            self.open_bookmark_list();
        }
        self.record_bookmark("drop-bookmark", &dropped)
    }

    /// Goes to a bookmarked row in its view, or in any other that shows it.
    pub(super) fn go_to_bookmark(&mut self, at: usize) -> Vec<Effect> {
        let Some(bookmark) = self.bookmarks.get(at).cloned() else { return Vec::new() };
        let own = self.views.iter().position(|view| view.base.0 == bookmark.table);
        let candidates = own.into_iter().chain(0..self.views.len());
        for at in candidates.collect::<Vec<_>>() {
            if self.views[at].go_to_origin(&bookmark.origin) {
                self.at = at;
                self.focus = crate::model::Focus::Grid;
                return Vec::new();
            }
        }
        let origin = &bookmark.origin;
        let text = format!(
            "record {} of {} is in no open view: undo brings closed views back, or drop the filters",
            origin.row + 1,
            origin.evidence
        );
        self.say(Tone::Warning, text);
        Vec::new()
    }
}
