//! The theme as styles, for the colours that the terminal has.

use ratatui::style::{Color, Modifier, Style};

use crate::config::{Colour, Theme};
use crate::model::{TextMode, Zone};

/// How many colours may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// `NO_COLOR`: only bold, dim and reversed.
    None,
    /// The 256 colours of xterm.
    Indexed,
    True,
}

impl ColourDepth {
    /// After <https://no-color.org> and the `COLORTERM` convention.
    pub fn from_env(var: &dyn Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        match var("COLORTERM").as_deref() {
            _ if is_set("NO_COLOR") || var("TERM").as_deref() == Some("dumb") => Self::None,
            Some("truecolor" | "24bit") => Self::True,
            _ => Self::Indexed,
        }
    }
}

/// The few signs that are not letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    pub focus: &'static str,
    pub cursor: &'static str,
    pub mark: &'static str,
    pub null: &'static str,
    pub more: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub open: &'static str,
    pub closed: &'static str,
    pub drop: &'static str,
    pub dot: &'static str,
    /// The boxes of a lesson.
    pub ticked: &'static str,
    pub unticked: &'static str,
    pub path: &'static str,
    pub vertical: &'static str,
    pub horizontal: &'static str,
    /// From nothing to full, eight steps after the first.
    pub levels: [&'static str; 9],
    /// A bar and its end.
    pub bar: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    focus: "▌",
    cursor: "▐",
    mark: "●",
    null: "·",
    more: "…",
    up: "▲",
    down: "▼",
    open: "▾ ",
    closed: "▸ ",
    drop: "✕",
    dot: " · ",
    ticked: "☑",
    unticked: "☐",
    path: " › ",
    vertical: "│",
    horizontal: "─",
    levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    bar: "█",
};

const ASCII: Glyphs = Glyphs {
    focus: "#",
    cursor: ">",
    mark: "*",
    null: ".",
    more: "~",
    up: "^",
    down: "v",
    open: "- ",
    closed: "+ ",
    drop: "x",
    dot: " | ",
    ticked: "[x]",
    unticked: "[ ]",
    path: " > ",
    vertical: "|",
    horizontal: "-",
    levels: [" ", ".", ".", ":", ":", "-", "=", "+", "#"],
    bar: "#",
};

/// Everything that drawing needs to know about how to draw.
#[derive(Clone, Debug)]
pub struct Look {
    pub mode: TextMode,
    /// In which times are shown.
    pub zone: Zone,
    pub glyphs: Glyphs,
    pub base: Style,
    pub dim: Style,
    pub accent: Style,
    pub warning: Style,
    pub danger: Style,
    pub number: Style,
    pub time: Style,
    /// The row under the cursor, chips, popups.
    pub raised: Style,
}

impl Look {
    pub fn new(theme: &Theme, depth: ColourDepth, mode: TextMode) -> Self {
        let base = Style::new().fg(colour(theme.text, depth)).bg(colour(theme.background, depth));
        let on = |c: Colour| base.fg(colour(c, depth));
        // Without colours, weight says what a hue would have said.
        let weighted = |c: Colour, modifier: Modifier| {
            let is_plain = depth == ColourDepth::None || c == Colour::Default;
            if is_plain { base.add_modifier(modifier) } else { on(c) }
        };
        Self {
            mode,
            zone: Zone::Utc,
            glyphs: if mode == TextMode::Ascii { ASCII } else { UNICODE },
            base,
            dim: weighted(theme.dim, Modifier::DIM),
            accent: weighted(theme.accent, Modifier::BOLD),
            warning: weighted(theme.warning, Modifier::BOLD),
            danger: weighted(theme.danger, Modifier::BOLD),
            number: on(theme.number),
            time: on(theme.time),
            raised: base.bg(colour(theme.raised, depth)),
        }
    }
}

const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

fn colour(colour: Colour, depth: ColourDepth) -> Color {
    match (colour, depth) {
        (Colour::Default, _) | (_, ColourDepth::None) => Color::Reset,
        (Colour::Ansi(n), _) => ANSI[usize::from(n % 16)],
        // A colour of the palette takes a third fewer bytes by its number.
        (Colour::Rgb(r, g, b), ColourDepth::True) if palette(nearest(r, g, b)) != [r, g, b] => Color::Rgb(r, g, b),
        (Colour::Rgb(r, g, b), _) => Color::Indexed(nearest(r, g, b)),
    }
}

/// The colour of a number of xterm's palette from 16 on.
fn palette(number: u8) -> [u8; 3] {
    if number >= 232 {
        return [8 + 10 * (number - 232); 3];
    }
    let cube = number.saturating_sub(16);
    [cube / 36, cube / 6 % 6, cube % 6].map(|i| STEPS[usize::from(i)])
}

const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of xterm's 6x6x6 cube or its 24 greys.
fn nearest(r: u8, g: u8, b: u8) -> u8 {
    let step = |c: u8| (0..6_u8).min_by_key(|i| STEPS[usize::from(*i)].abs_diff(c)).unwrap_or(0);
    let (ri, gi, bi) = (step(r), step(g), step(b));
    let cube = [STEPS[usize::from(ri)], STEPS[usize::from(gi)], STEPS[usize::from(bi)]];
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let grey_idx = u8::try_from(mean.saturating_sub(8) / 10).unwrap_or(23).min(23);
    let grey = 8 + 10 * grey_idx;
    let distance = |c: [u8; 3]| c.iter().zip([r, g, b]).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    if distance([grey; 3]) < distance(cube) { 232 + grey_idx } else { 16 + 36 * ri + 6 * gi + bi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_what_the_environment_says() {
        let depth = |vars: &[(&str, &str)]| {
            ColourDepth::from_env(&|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(depth(&[("COLORTERM", "truecolor")]), ColourDepth::True);
        assert_eq!(depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), ColourDepth::None);
        assert_eq!(depth(&[("NO_COLOR", "")]), ColourDepth::Indexed);
    }

    #[test]
    fn our_colours_are_sent_by_their_numbers() {
        for n in 16..=255 {
            let [r, g, b] = palette(n);
            assert_eq!(palette(nearest(r, g, b)), [r, g, b], "{n}");
        }
        assert_eq!(colour(Colour::Rgb(0x12, 0x12, 0x12), ColourDepth::True), Color::Indexed(233));
        assert_eq!(colour(Colour::Rgb(0x12, 0x12, 0x13), ColourDepth::True), Color::Rgb(0x12, 0x12, 0x13));
    }

    #[test]
    fn the_nearest_colour_is_near() {
        assert_eq!(nearest(255, 0, 0), 196);
        assert_eq!(nearest(0x14, 0x17, 0x1c), 233);
    }
}
