//! What keys do in prompts, lists and forms.

use crate::config::{Key, KeyCode};
use crate::panes::{Form, Picker, Prompt};
use crate::ui::edit;

/// A new line in a text: Alt-Enter, or Ctrl-j where a terminal keeps that for itself.
pub(super) fn is_line_end(key: Key) -> bool {
    (key.alt && key.code == KeyCode::Enter) || (key.ctrl && key.code == KeyCode::Char('j'))
}

/// Goes through what was typed before, newest first, and back to what was being typed.
pub(super) fn recall(prompt: &mut Prompt, history: Option<&Vec<String>>, older: bool) {
    let n_known = history.map_or(0, Vec::len);
    if prompt.back == 0 {
        prompt.draft = prompt.input.value().to_owned();
    }
    prompt.back = if older { (prompt.back + 1).min(n_known) } else { prompt.back.saturating_sub(1) };
    let text = if prompt.back == 0 { None } else { history.and_then(|h| h.get(n_known - prompt.back)) };
    prompt.input = tui_input::Input::new(text.unwrap_or(&prompt.draft).clone());
}

pub(super) fn picker_key(picker: &mut Picker, key: Key) -> bool {
    match key.code {
        KeyCode::Up => picker.move_by(-1),
        KeyCode::Down | KeyCode::Tab => picker.move_by(1),
        KeyCode::PageUp => picker.move_by(-10),
        KeyCode::PageDown => picker.move_by(10),
        _ => return edit(&mut picker.input, key),
    }
    false
}

pub(super) fn form_key(form: &mut Form, key: Key) -> bool {
    let at = form.at;
    match key.code {
        KeyCode::Up | KeyCode::BackTab => form.move_by(-1),
        KeyCode::Down | KeyCode::Tab => form.move_by(1),
        code => {
            let Some(field) = form.fields.get_mut(at) else { return false };
            if field.choices.is_empty() {
                return edit(&mut field.input, key);
            }
            match code {
                KeyCode::Left => field.turn(-1),
                KeyCode::Right | KeyCode::Char(' ') => field.turn(1),
                _ => return false,
            }
        }
    }
    true
}
