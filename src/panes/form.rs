//! Forms: a query's parameters, an export's choices.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::Screen;
use super::prompt::input_line;
use crate::ui::{popup, put, put_shown, wrapped};

/// What an accepted form starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormPurpose {
    /// The query of this full name.
    RunQuery(String),
    Export,
    /// The operation of this id, on the view under the form.
    Operation(&'static str),
    /// A bookmark at the row under the cursor.
    Bookmark,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub doc: String,
    pub input: Input,
    /// The words to choose among; empty for free text.
    pub choices: Vec<String>,
}

impl Field {
    pub fn text(name: &str, label: &str, doc: impl Into<String>, value: &str) -> Self {
        let input = Input::new(value.to_owned());
        Self { name: name.to_owned(), label: label.to_owned(), doc: doc.into(), input, choices: Vec::new() }
    }

    pub fn choice(name: &str, label: &str, doc: &str, choices: &[&str]) -> Self {
        let choices: Vec<String> = choices.iter().map(|c| (*c).to_owned()).collect();
        let input = Input::new(choices.first().cloned().unwrap_or_default());
        Self { name: name.to_owned(), label: label.to_owned(), doc: doc.to_owned(), input, choices }
    }

    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Its value as it stands on the screen; no word may be one of the choices.
    fn shown(&self) -> &str {
        if self.value().is_empty() && !self.choices.is_empty() { "not set" } else { self.value() }
    }

    /// The next of the words, or the one before.
    pub fn turn(&mut self, delta: isize) {
        let n_choices = self.choices.len();
        if let Some(at) = self.choices.iter().position(|c| c == self.input.value()) {
            let next = (at + n_choices).saturating_add_signed(delta) % n_choices;
            self.input = Input::new(self.choices[next].clone());
        }
    }
}

/// A form that is open.
#[derive(Debug)]
pub struct Form {
    pub purpose: FormPurpose,
    pub title: String,
    pub fields: Vec<Field>,
    pub at: usize,
    /// What the form would do, or what is wrong.
    pub note: Option<Result<String, String>>,
}

impl Form {
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|f| f.name == name).map_or("", Field::value)
    }

    pub fn move_by(&mut self, delta: isize) {
        let n_fields = self.fields.len().max(1);
        self.at = (self.at + n_fields).saturating_add_signed(delta) % n_fields;
    }
}

pub fn draw(screen: &Screen<'_>, form: &Form, buf: &mut Buffer) {
    let (look, body) = (screen.look, screen.rects.body);
    let width = 90.min(body.width);
    let height = u16::try_from(form.fields.len() + 6).unwrap_or(u16::MAX).min(body.height);
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 3, width, height };
    let inner = popup(look, buf, area, &form.title);
    let background = look.raised.bg.unwrap_or_default();
    let label_width = form.fields.iter().map(|f| f.label.chars().count()).max().unwrap_or(0);
    let label_width = u16::try_from(label_width).unwrap_or(0).min(inner.width / 2);
    for ((at, field), y) in form.fields.iter().enumerate().zip(inner.top() + 1..inner.bottom().saturating_sub(3)) {
        let line = Rect { y, height: 1, ..inner };
        let focused = at == form.at;
        let style = if focused { look.accent.bg(background) } else { look.raised };
        put(look, buf, Rect { width: label_width, ..line }, &field.label, style);
        let value = Rect { x: line.x + label_width + 2, width: line.width.saturating_sub(label_width + 2), ..line };
        match (focused, field.choices.is_empty()) {
            (true, true) => input_line(screen, &field.input, value, look.raised, buf),
            (true, false) => put(look, buf, value, &format!("< {} >", field.shown()), look.accent.bg(background)),
            (false, _) => put(look, buf, value, field.shown(), look.raised),
        };
    }
    let below = |n: u16| Rect { y: inner.bottom().saturating_sub(n), height: 1, ..inner };
    let note = match &form.note {
        Some(Err(text)) => (text.as_str(), look.warning.bg(background)),
        Some(Ok(text)) => (text.as_str(), look.raised),
        None => (form.fields.get(form.at).map_or("", |f| f.doc.as_str()), look.dim.bg(background)),
    };
    for (line, up) in wrapped(look, note.0, inner.width, 2).iter().zip([3, 2]) {
        put_shown(look, buf, below(up), line, note.1);
    }
    put(look, buf, below(1), "Enter go   Tab next   left right Space choose   Esc leave", look.dim.bg(background));
}
