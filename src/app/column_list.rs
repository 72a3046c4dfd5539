//! The list of columns: find one by typing, show and hide them, hide all that hold no value.

use super::Effect;
use super::state::App;
use crate::config::{Key, KeyCode};
use crate::model::Column;
use crate::panes::{Choice, Overlay, PickItem, Picker, PickerPurpose, View};

/// The keys of the list besides those that type and move.
pub(super) fn is_column_key(key: Key) -> bool {
    key.code == KeyCode::Tab || (key.alt && matches!(key.code, KeyCode::Char('e' | 'a')))
}

const TITLE: &str = "Columns   Tab shows or hides, Alt-e hides the empty, Alt-a shows all, Enter goes";

impl App {
    pub(super) fn open_column_list(&mut self) {
        let Some(view) = self.view() else { return };
        let mut picker = Picker::new(PickerPurpose::Columns, TITLE.to_owned(), items(view));
        let here = view.column().and_then(|c| view.all_columns().iter().position(|other| other.name == c.name));
        picker.move_by(here.and_then(|at| isize::try_from(at).ok()).unwrap_or(0));
        self.overlay = Some(Overlay::Picker(picker));
    }

    /// Shows or hides columns while the list stays open.
    pub(super) fn on_column_key(&mut self, key: Key) -> Vec<Effect> {
        let chosen = match &self.overlay {
            Some(Overlay::Picker(picker)) => picker.chosen().map(|item| item.choice.clone()),
            _ => None,
        };
        let Some(view) = self.view_mut() else { return Vec::new() };
        match (key.code, chosen) {
            (KeyCode::Tab, Some(Choice::Column(name))) if !view.hidden.remove(&name) => {
                view.hidden.insert(name);
            }
            (KeyCode::Char('e'), _) => {
                let n_rows = view.base.1.n_rows();
                let empty = view.base.1.columns.iter().filter(|c| n_rows > 0 && c.n_null == n_rows);
                let names: Vec<String> = empty.map(|c| c.name.clone()).collect();
                view.hidden.extend(names);
            }
            (KeyCode::Char('a'), _) => view.hidden.clear(),
            _ => {}
        }
        let items = items(view);
        if let Some(Overlay::Picker(picker)) = &mut self.overlay {
            picker.set_items(items);
            if key.code == KeyCode::Tab {
                picker.move_by(1);
            }
        }
        Vec::new()
    }

    pub(super) fn go_to_column(&mut self, name: &str) -> Vec<Effect> {
        self.view_mut().into_iter().for_each(|view| view.go_to_column(name));
        Vec::new()
    }
}

fn items(view: &View) -> Vec<PickItem> {
    let item = |c: &Column| {
        let is_hidden = view.hidden.contains(&c.name);
        let role = c.role.as_ref().map(|role| format!(", {role}")).unwrap_or_default();
        let nulls = match c.n_null {
            0 => String::new(),
            n if n == view.table().n_rows() => ", no value".to_owned(),
            n => format!(", {} null", crate::ui::count(n)),
        };
        PickItem {
            keys: if is_hidden { "[ ]" } else { "[x]" }.to_owned(),
            name: c.name.clone(),
            text: format!("{}{role}{nulls}", c.kind.word()),
            also: "",
            choice: Choice::Column(c.name.clone()),
            is_dim: is_hidden,
        }
    };
    view.all_columns().into_iter().map(item).collect()
}
