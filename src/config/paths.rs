//! Where the user's files are, after the XDG base directory specification.

use std::path::PathBuf;

/// Folders of the person who runs the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `~/.config/casebook`
    pub config: PathBuf,
    /// `~/.local/share/casebook`
    pub data: PathBuf,
}

impl Paths {
    /// Reads `XDG_CONFIG_HOME`, `XDG_DATA_HOME` and `HOME` through `var`.
    pub fn from_env(var: &dyn Fn(&str) -> Option<String>) -> Self {
        let home = PathBuf::from(var("HOME").unwrap_or_else(|| "/".to_owned()));
        // The specification ignores values that are not absolute.
        let base = |name: &str, default: &str| {
            let set = var(name).map(PathBuf::from).filter(|p| p.is_absolute());
            set.unwrap_or_else(|| home.join(default)).join("casebook")
        };
        Self { config: base("XDG_CONFIG_HOME", ".config"), data: base("XDG_DATA_HOME", ".local/share") }
    }
}
