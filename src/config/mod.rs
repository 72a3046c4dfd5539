//! Data before code: YAML of the program and of the user becomes checked structs.

mod embedded;
mod key;
mod keymap;
mod paths;
mod roles;
mod settings;
mod theme;
mod yaml;

pub use embedded::{Embedded, lab_table, lab_tables, lessons, queries, text as embedded_text, themes};
pub use key::{Key, KeyCode, parse_chord, show_chord};
pub use keymap::{Binding, GLOBAL, Keymap, Resolved};
pub use paths::Paths;
pub use roles::RoleBook;
pub use settings::{Config, IocTypeSettings, NetworkSettings, Settings};
pub use theme::{Colour, Theme};
pub use yaml::{Entries, Problem, YamlText, merged, scalar_text};
