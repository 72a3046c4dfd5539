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
    /// A keymap of ours that goes over the default one: default, vim or arrows.
    pub keymap: String,
    /// Whether the mouse moves the cursor from the start.
    pub mouse: bool,
    /// The zone of the hosts that are looked into, such as Europe/Berlin.
    pub host_zone: Option<String>,
    /// Whom to ask once a case is online.
    pub network: NetworkSettings,
    /// Types of indicators of one's own.
    pub ioc_types: Vec<IocTypeSettings>,
}

/// Whom to ask once a case is online.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NetworkSettings {
    /// `system`, or addresses of resolvers with or without a port, parted by commas.
    pub resolver: String,
    /// Base address of the RDAP service.
    pub rdap: String,
    /// Seconds that one answer may take.
    pub timeout: u64,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self { resolver: "system".to_owned(), rdap: "https://rdap.org".to_owned(), timeout: 5 }
    }
}

/// One type of indicators of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IocTypeSettings {
    pub name: String,
    pub regex: String,
    /// Of several types that find the same text the lowest number has it.
    #[serde(default)]
    pub priority: i32,
    /// The named group of the expression that is the indicator; without one the whole match is.
    #[serde(default)]
    pub group: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            keymap: DEFAULT_KEYMAP.to_owned(),
            mouse: false,
            host_zone: None,
            network: NetworkSettings::default(),
            ioc_types: Vec::new(),
        }
    }
}

/// Everything that configures a run, checked; mistakes are kept to be told.
#[derive(Clone, Debug)]
pub struct Config {
    pub paths: Paths,
    pub settings: Settings,
    pub keymap: Keymap,
    pub theme: Theme,
    /// All that can be chosen, the chosen one among them.
    pub themes: Vec<Theme>,
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
        let (keymap, keymap_problems) = keymap(&settings.keymap, user("keymap.yaml").as_ref());
        let (roles, role_problems) = layered("data/roles.yaml", user("roles.yaml").as_ref(), RoleBook::load);
        problems.extend(keymap_problems.into_iter().chain(role_problems));
        let theme = theme(&settings.theme, user(&format!("themes/{}.yaml", settings.theme)), &mut problems);
        let mut themes = built_in_themes();
        if themes.iter().all(|other| other.name != theme.name) {
            themes.push(theme.clone());
        }
        Self { paths, settings, keymap, theme, themes, roles, problems }
    }
}

const DEFAULT_KEYMAP: &str = "default";

/// The default keymap, the chosen one of ours over it, and the user's over both.
fn keymap(name: &str, user: Option<&(String, String)>) -> (Keymap, Vec<Problem>) {
    let path = format!("keymaps/{name}.yaml");
    let base =
        YamlText { file: "keymaps/default.yaml", text: embedded_text("keymaps/default.yaml").unwrap_or_default() };
    let mut layers = vec![base];
    let preset = embedded_text(&path).filter(|_| name != DEFAULT_KEYMAP);
    layers.extend(preset.map(|text| YamlText { file: &path, text }));
    layers.extend(user.map(|(file, text)| YamlText { file, text }));
    let (keymap, mut problems) = Keymap::load(&layers);
    if preset.is_none() && name != DEFAULT_KEYMAP {
        let what = format!("there is no keymap '{name}'; there are default, vim and arrows");
        problems.push(Problem { file: "config.yaml".to_owned(), line: 1, what });
    }
    (keymap, problems)
}

fn built_in_themes() -> Vec<Theme> {
    let load = |(file, text): (String, &'static str)| Theme::load(&YamlText { file: &file, text }).ok();
    super::themes().into_iter().filter_map(load).collect()
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
