//! Events change the state and give effects; nothing here waits or does I/O.

use super::state::App;
use super::{Effect, Event};
use crate::action::Action;
use crate::config::{Key, KeyCode, Resolved, show_chord};
use crate::model::Focus;
use crate::panes::{Overlay, Tone};

impl App {
    /// Takes one event.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.doing.is_resting =
            matches!(event, Event::Rest) || (self.doing.is_resting && !matches!(event, Event::Key(_)));
        let mut effects = match event {
            Event::Key(_) if self.is_showing() => self.stop_showing(),
            Event::Key(key) => self.on_key(key),
            Event::ShowNext => self.show_next(),
            Event::Paste(text) => self.on_paste(&text),
            Event::Resize(width, height) => {
                self.size = (width, height);
                Vec::new()
            }
            Event::Engine(event) => self.on_engine(event),
            Event::Click(x, y) => {
                self.click(x, y);
                Vec::new()
            }
            Event::Wheel(lines) => {
                self.move_lines(isize::from(lines));
                Vec::new()
            }
            Event::Tick | Event::Rest => Vec::new(),
        };
        self.settle();
        self.keep_trail();
        self.remember(&mut effects);
        self.judge_lesson();
        effects.extend(self.keep_following());
        effects
    }

    pub(super) fn on_key(&mut self, key: Key) -> Vec<Effect> {
        self.message = None;
        if self.overlay.is_some() {
            return self.on_overlay_key(key);
        }
        if key == Key::plain(KeyCode::Esc) && !self.pending.is_empty() {
            self.pending.clear();
            return Vec::new();
        }
        self.pending.push(key);
        match self.config.keymap.resolve(self.focus, &self.pending) {
            Resolved::Prefix(_) => Vec::new(),
            Resolved::Action(action) => {
                self.pending.clear();
                self.invoke(action)
            }
            Resolved::Nothing => {
                let keys = std::mem::take(&mut self.pending);
                let text = self.what_keys_do_elsewhere(&keys);
                self.say(Tone::Plain, text);
                Vec::new()
            }
        }
    }

    /// Keys that do nothing in this pane may do something in another one.
    fn what_keys_do_elsewhere(&self, keys: &[Key]) -> String {
        let typed = show_chord(keys);
        let elsewhere = self.config.keymap.bindings().iter().find(|binding| binding.chord == keys);
        let pane = elsewhere.and_then(|binding| Focus::ALL.into_iter().find(|focus| focus.id() == binding.context));
        let Some(pane) = pane else { return format!("{typed} does nothing here; ? shows the keys") };
        let key = crate::action::find(&format!("focus-{}", pane.id())).map(|action| self.key(action));
        format!("{typed} works in the {}; {} goes there", pane.id(), key.unwrap_or_default())
    }

    /// Does an action if it can act now, and says why where it cannot.
    pub(super) fn invoke(&mut self, action: &'static Action) -> Vec<Effect> {
        if !action.is_in(self.focus) {
            let panes: Vec<&str> = action.panes.iter().map(|p| p.id()).collect();
            self.say(Tone::Warning, format!("{}: works in {}", action.id, panes.join(" and ")));
            return Vec::new();
        }
        match (action.enabled)(&self.snapshot()) {
            Ok(()) => {
                self.doing.action = action.id;
                self.doing.was_asked = std::mem::take(&mut self.doing.asks);
                self.note_for_lesson(action.id, crate::model::Params::new());
                self.act(action.act)
            }
            Err(reason) => {
                // A reason that names the action to do first gets its key.
                let named = reason.split_whitespace().find_map(crate::action::find);
                let key = named.map(|action| format!(" ({})", self.key(action))).unwrap_or_default();
                self.say(Tone::Warning, format!("{}: {reason}{key}", action.id));
                Vec::new()
            }
        }
    }

    /// Pasted text goes into an open text field and nowhere else; control characters are refused.
    fn on_paste(&mut self, text: &str) -> Vec<Effect> {
        // Most fields have one line: what parts lines and columns becomes a blank there.
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        let has_lines = matches!(&self.overlay, Some(Overlay::Prompt(prompt)) if prompt.kind.has_lines());
        let text = if has_lines { text } else { text.replace('\n', " ") };
        let is_bad = |c: &char| c.is_control() && *c != '\n';
        let n_bad = text.chars().filter(is_bad).count();
        let clean: String = text.chars().filter(|c| !is_bad(c)).take(1 << 20).collect();
        match &mut self.overlay {
            None => self.say(Tone::Warning, "pasted text was ignored: it goes only into text fields"),
            Some(overlay) => {
                let input = match overlay {
                    Overlay::Prompt(prompt) => &mut prompt.input,
                    Overlay::Picker(picker) => &mut picker.input,
                    Overlay::Form(form) => match form.fields.get_mut(form.at) {
                        Some(field) if field.choices.is_empty() => &mut field.input,
                        _ => return Vec::new(),
                    },
                };
                for c in clean.chars() {
                    input.handle(tui_input::InputRequest::InsertChar(c));
                }
                if n_bad > 0 {
                    self.say(Tone::Warning, format!("{n_bad} control characters of the pasted text were left out"));
                }
                return self.overlay_changed();
            }
        }
        Vec::new()
    }

    /// The pane under the mouse gets the keyboard, and in the grid the row and column there the cursor.
    fn click(&mut self, x: u16, y: u16) {
        if self.overlay.is_some() {
            return;
        }
        let (rects, at) = (self.rects(), ratatui::layout::Position { x, y });
        if rects.lab.contains(at) {
            self.focus = Focus::Lab;
        } else if rects.browser.contains(at) {
            self.focus = Focus::Browser;
        } else if rects.detail.contains(at) {
            self.focus = Focus::Detail;
        } else if rects.main.contains(at) && self.view().is_some() && self.focus != Focus::Jobs {
            self.focus = Focus::Grid;
            let has_rule = !rects.browser.is_empty();
            if let Some(view) = self.view_mut()
                && let Some((row, column)) = crate::panes::grid_cell_at(view, rects.main, has_rule, at)
            {
                (view.row, view.column) = (row, column);
            }
        }
    }

    /// Keeps cursors and scroll positions within what is there and on the screen.
    pub(super) fn settle(&mut self) {
        let rects = self.rects();
        if self.detail.scroll > 0 {
            let most = self
                .view()
                .map_or(0, |view| crate::panes::detail_surplus(view, &self.look, &self.detail, rects.detail));
            self.detail.scroll = self.detail.scroll.min(most);
        }
        if let Some(lab) = &mut self.lab {
            lab.scroll = lab.scroll.min(crate::panes::lab_surplus(&self.look, &self.config.keymap, lab, rects.lab));
        }
        let grid = rects.main;
        let width = grid.width.saturating_sub(u16::from(!rects.browser.is_empty()));
        if let Some(view) = self.view_mut() {
            let n_lines = crate::panes::grid_lines(view, grid);
            view.settle(n_lines, |view| crate::panes::grid_leftmost(view, width));
        }
    }
}
