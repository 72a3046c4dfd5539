//! Lists of what can be chosen: themes, cases.

use super::Effect;
use super::state::App;
use crate::case::CaseEntry;
use crate::panes::{Choice, Overlay, PickItem, Picker, PickerPurpose, Tone};
use crate::ui::Look;

impl App {
    pub(super) fn open_theme_list(&mut self) {
        let now = self.config.theme.name.clone();
        let item = |theme: &crate::config::Theme| PickItem {
            keys: if theme.name == now { "now" } else { "" }.to_owned(),
            name: theme.name.clone(),
            text: String::new(),
            also: "",
            choice: Choice::Theme(theme.name.clone()),
            is_dim: false,
        };
        let items = self.config.themes.iter().map(item).collect();
        let title = "Themes   Enter takes one for now; 'theme: NAME' in config.yaml keeps it".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Themes, title, items)));
    }

    pub(super) fn take_theme(&mut self, name: &str) -> Vec<Effect> {
        if let Some(theme) = self.config.themes.iter().find(|theme| theme.name == name) {
            let zone = self.look.zone;
            self.look = Look { zone, ..Look::new(theme, self.depth, self.look.mode) };
            self.config.theme = theme.clone();
        }
        Vec::new()
    }

    pub(super) fn open_case_list(&mut self) {
        if self.cases.is_empty() {
            return self.say(Tone::Plain, "there is no other case yet: 'casebook --case NAME' begins one");
        }
        let item = |case: &CaseEntry| PickItem {
            keys: case.last.clone(),
            name: case.name.clone(),
            text: format!("{} records", crate::ui::count(case.n_records)),
            also: "",
            choice: Choice::Case(case.name.clone()),
            is_dim: false,
        };
        let items = self.cases.iter().map(item).collect();
        let title = "Cases   Enter leaves what is open and goes on with one".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Cases, title, items)));
    }
}
