//! Colours by what they mean, from `themes/*.yaml`.

use serde::Deserialize;

use super::yaml::{Problem, YamlText};

/// A colour of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Whatever the terminal uses.
    Default,
    Rgb(u8, u8, u8),
    /// One of the terminal's own sixteen, by its number.
    Ansi(u8),
}

/// The colours that the screen is drawn with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    pub text: Colour,
    pub background: Colour,
    /// What matters less: nulls, rules, hints.
    pub dim: Colour,
    /// The focused pane, keys, the lit row's mark.
    pub accent: Colour,
    pub warning: Colour,
    pub danger: Colour,
    /// Numbers and times in the grid.
    pub number: Colour,
    pub time: Colour,
    /// The row the cursor is in, and the chips.
    pub raised: Colour,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTheme {
    name: String,
    text: String,
    background: String,
    dim: String,
    accent: String,
    warning: String,
    danger: String,
    number: String,
    time: String,
    raised: String,
}

impl Theme {
    pub fn load(yaml: &YamlText<'_>) -> Result<Self, Problem> {
        let raw: RawTheme = yaml.parse()?;
        let colour = |field: &str, text: &str| {
            parse_colour(text).ok_or_else(|| {
                yaml.problem_at(
                    &[field],
                    0,
                    format!("'{text}' is no colour; write \"#rrggbb\", default or a name such as light-red"),
                )
            })
        };
        Ok(Self {
            text: colour("text", &raw.text)?,
            background: colour("background", &raw.background)?,
            dim: colour("dim", &raw.dim)?,
            accent: colour("accent", &raw.accent)?,
            warning: colour("warning", &raw.warning)?,
            danger: colour("danger", &raw.danger)?,
            number: colour("number", &raw.number)?,
            time: colour("time", &raw.time)?,
            raised: colour("raised", &raw.raised)?,
            name: raw.name,
        })
    }
}

/// The terminal's own sixteen colours, by their numbers.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

fn parse_colour(text: &str) -> Option<Colour> {
    if text == "default" {
        return Some(Colour::Default);
    }
    if let Some(at) = NAMES.iter().position(|name| *name == text) {
        return u8::try_from(at).ok().map(Colour::Ansi);
    }
    let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some(Colour::Rgb(part(0)?, part(2)?, part(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::embedded_text;

    /// Relative luminance after WCAG 2.1.
    fn luminance(colour: Colour) -> f64 {
        let Colour::Rgb(r, g, b) = colour else { return 0.0 };
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.0722f64.mul_add(linear(b), 0.2126f64.mul_add(linear(r), 0.7152 * linear(g)))
    }

    #[test]
    fn our_themes_are_readable() {
        for name in ["dark", "light", "colour-blind"] {
            let file = format!("themes/{name}.yaml");
            let theme = Theme::load(&YamlText { file: &file, text: embedded_text(&file).unwrap_or_default() }).unwrap();
            for behind in [theme.background, theme.raised] {
                for colour in
                    [theme.text, theme.dim, theme.accent, theme.warning, theme.danger, theme.number, theme.time]
                {
                    let (a, b) = (luminance(colour), luminance(behind));
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= 4.5, "{name}: {colour:?} on {behind:?} has a contrast of {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn every_theme_of_ours_can_be_loaded() {
        for (file, text) in crate::config::themes() {
            let theme = Theme::load(&YamlText { file: &file, text }).unwrap();
            assert_eq!(file, format!("themes/{}.yaml", theme.name));
        }
    }

    #[test]
    fn a_bad_colour_has_a_line() {
        let good = embedded_text("themes/dark.yaml").unwrap_or_default();
        let bad = good.replace("danger: \"#", "danger: \"");
        let problem = Theme::load(&YamlText { file: "dark.yaml", text: &bad }).unwrap_err();
        assert!(problem.line > 3 && problem.what.contains("is no colour"), "{problem}");
    }
}
