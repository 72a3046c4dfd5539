//! Where one stands: cursors, focus, open panes and what was typed. It is kept beside the journal, since it is no step,
//! and found again when the case is opened.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lab::LessonProgress;
use super::state::App;
use crate::model::{Focus, Place, TableId};
use crate::panes::PromptKind;

/// The content of `place.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    at: Option<TableId>,
    pane: String,
    detail: bool,
    zoomed: bool,
    /// The cursor of the browser.
    browser: Vec<String>,
    unfolded: BTreeSet<String>,
    split: i16,
    places: BTreeMap<TableId, Place>,
    lesson: Option<LessonProgress>,
    /// What was typed, by the kind of prompt, the newest last.
    typed: BTreeMap<String, Vec<String>>,
}

/// So many lines of each kind are kept.
const MOST_TYPED: usize = 200;

/// How far the lesson was gone through whose `place.json` this is.
pub fn lesson_progress(text: &str) -> Option<LessonProgress> {
    serde_json::from_str::<Kept>(text).ok()?.lesson
}

impl App {
    /// The text of `place.json`.
    pub fn place(&self) -> String {
        let desk = self.desk();
        let last = |lines: &Vec<String>| lines[lines.len().saturating_sub(MOST_TYPED)..].to_vec();
        let kept = Kept {
            at: desk.at,
            pane: self.focus.id().to_owned(),
            detail: self.detail.open,
            zoomed: self.zoomed,
            browser: self.browser.place().to_vec(),
            unfolded: self.browser.unfolded().clone(),
            split: self.split,
            places: desk.places,
            lesson: self.progress_of_lesson(),
            typed: self.history_of_prompts.iter().map(|(kind, lines)| (kind.id().to_owned(), last(lines))).collect(),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Takes the place of the last time over, before the desk is laid. A file that cannot be read means the beginning.
    pub(super) fn take_place(&mut self, text: &str) {
        let kept: Kept = serde_json::from_str(text).unwrap_or_default();
        self.focus = Focus::ALL.into_iter().find(|focus| focus.id() == kept.pane).unwrap_or_default();
        (self.detail.open, self.zoomed, self.split) = (kept.detail, kept.zoomed, kept.split);
        self.browser.go_to(kept.browser, kept.unfolded);
        for kind in PromptKind::ALL {
            if let Some(lines) = kept.typed.get(kind.id()) {
                self.history_of_prompts.insert(kind, lines.clone());
            }
        }
        let mut desk = crate::model::Desk::clone(&self.history.now().desk);
        desk.at = kept.at.filter(|base| desk.view(*base).is_some()).or(desk.at);
        desk.places = kept.places;
        self.history.set_places(&desk);
    }
}
