//! The whole configuration: settings, keymap, theme and roles, each ours with the user's over it.

use std::path::Path;

use chrono_tz::Tz;
use serde::Deserialize;

use super::embedded::text as embedded_text;
use super::yaml::{Problem, YamlText};
use super::{Keymap, Paths, RoleBook, Theme};

/// `config.yaml` of the user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Name of a theme of ours or a file in the user's `themes/`.
    pub theme: String,
    /// The zone of the hosts that are looked into, such as Europe/Berlin.
    pub host_zone: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: "dark".to_owned(), host_zone: None }
    }
}

/// Everything that configures a run, checked; mistakes are kept to be told.
#[derive(Clone, Debug)]
pub struct Config {
    pub paths: Paths,
    pub settings: Settings,
    pub keymap: Keymap,
    pub theme: Theme,
    pub roles: RoleBook,
    pub problems: Vec<Problem>,
}

impl Config {
    /// The zone of the hosts that are looked into, where one is configured.
    pub fn host_zone(&self) -> Option<Tz> {
        self.settings.host_zone.as_ref().and_then(|name| name.parse().ok())
    }

    /// Loads the user's files over ours. `read` gives a file's text, or None where there is no such file.
    pub fn load(paths: Paths, read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut problems = Vec::new();
        let user = |name: &str| {
            let path = paths.config.join(name);
            read(&path).map(|text| (path.display().to_string(), text))
        };
        let settings = user("config.yaml")
            .and_then(|(file, text)| YamlText { file: &file, text: &text }.parse().map_err(|p| problems.push(p)).ok());
        let settings: Settings = settings.unwrap_or_default();
        if let Some(name) = settings.host_zone.as_ref().filter(|name| name.parse::<Tz>().is_err()) {
            let file = paths.config.join("config.yaml").display().to_string();
            let what = format!("host-zone: '{name}' is no time zone; write one such as Europe/Berlin");
            problems.push(Problem { file, line: 1, what });
        }
        let (keymap, keymap_problems) = layered("keymaps/default.yaml", user("keymap.yaml").as_ref(), Keymap::load);
        let (roles, role_problems) = layered("data/roles.yaml", user("roles.yaml").as_ref(), RoleBook::load);
        problems.extend(keymap_problems.into_iter().chain(role_problems));
        let theme = theme(&settings.theme, user(&format!("themes/{}.yaml", settings.theme)), &mut problems);
        Self { paths, settings, keymap, theme, roles, problems }
    }
}

fn layered<T>(
    ours: &str,
    user: Option<&(String, String)>,
    load: fn(&[YamlText<'_>]) -> (T, Vec<Problem>),
) -> (T, Vec<Problem>) {
    let base = YamlText { file: ours, text: embedded_text(ours).unwrap_or_default() };
    match user {
        Some((file, text)) => load(&[base, YamlText { file, text }]),
        None => load(&[base]),
    }
}

/// The chosen theme; where it is missing or bad, the dark one, and a problem that says so.
fn theme(name: &str, user: Option<(String, String)>, problems: &mut Vec<Problem>) -> Theme {
    let path = format!("themes/{name}.yaml");
    let ours = || embedded_text(&path).map(|text| (path.clone(), text.to_owned()));
    let loaded = match user.or_else(ours) {
        Some((file, text)) => Theme::load(&YamlText { file: &file, text: &text }),
        None => Err(Problem { file: "config.yaml".to_owned(), line: 1, what: format!("there is no theme '{name}'") }),
    };
    loaded.unwrap_or_else(|problem| {
        problems.push(problem);
        let text = embedded_text("themes/dark.yaml").unwrap_or_default();
        Theme::load(&YamlText { file: "themes/dark.yaml", text }).unwrap_or_else(|_| Theme::plain())
    })
}

impl Theme {
    /// The terminal's own colours and nothing else.
    pub fn plain() -> Self {
        use super::Colour::Default as D;
        Self {
            name: "plain".to_owned(),
            text: D,
            background: D,
            dim: D,
            accent: D,
            warning: D,
            danger: D,
            number: D,
            time: D,
            raised: D,
        }
    }
}
