//! Copying over the line: the terminal of the person takes the text (OSC 52), not the machine that casebook runs on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Effect;
use super::state::App;
use crate::action::Act;
use crate::analysis::defang::defanged;
use crate::panes::{Tone, View};
use crate::ui::count;

/// Terminals and multiplexers take no more than about so many bytes in one sequence.
const MOST_BYTES: usize = 74_994;

/// What stands between the terminal and us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    #[default]
    Nothing,
    Tmux,
    Screen,
}

impl Between {
    /// After the variables that tmux and screen set.
    pub fn from_env(var: &dyn Fn(&str) -> Option<String>) -> Self {
        let term = var("TERM").unwrap_or_default();
        if var("TMUX").is_some_and(|value| !value.is_empty()) || term.starts_with("tmux") {
            Self::Tmux
        } else if var("STY").is_some_and(|value| !value.is_empty()) || term.starts_with("screen") {
            Self::Screen
        } else {
            Self::Nothing
        }
    }

    /// The sequence that puts `text` into the clipboard of the terminal, wrapped so that it passes.
    pub fn sequence(self, text: &str) -> Vec<u8> {
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        match self {
            Self::Nothing => plain,
            Self::Tmux => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
            // screen takes strings of some hundred bytes only.
            Self::Screen => {
                let pieces = plain.as_bytes().chunks(SCREEN_PIECE).map(String::from_utf8_lossy);
                pieces.fold(String::new(), |wrapped, piece| wrapped + "\x1bP" + &piece + "\x1b\\")
            }
        }
        .into_bytes()
    }
}

const SCREEN_PIECE: usize = 240;

impl App {
    /// Copies what the action says, and says what was done: whether the terminal took it nobody can know.
    pub(super) fn copy(&mut self, act: Act) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let Some((what, text)) = copied(view, act) else {
            self.say(Tone::Warning, "there is nothing to copy here: no marked row is shown, or the cell is null");
            return Vec::new();
        };
        let text = if act == Act::CopyCellDefanged { defanged(&text) } else { text };
        let sequence = self.between.sequence(&text);
        if text.len() > MOST_BYTES / 4 * 3 {
            let key = crate::action::find("export").map(|action| self.key(action)).unwrap_or_default();
            let size = count(text.len());
            let most = count(MOST_BYTES / 4 * 3);
            let why =
                format!("{what}: {size} bytes are more than a terminal takes ({most}); {key} writes them to a file");
            self.say(Tone::Warning, why);
            return Vec::new();
        }
        let through = match self.between {
            Between::Nothing => "",
            Between::Tmux => " through tmux (its allow-passthrough must be on)",
            Between::Screen => " through screen",
        };
        let said =
            format!("sent {what} ({} bytes) to the terminal's clipboard{through}; paste to see", count(text.len()));
        self.say(Tone::Plain, said);
        vec![Effect::Send(sequence)]
    }

    /// Whether the terminal is to report the mouse.
    pub const fn has_mouse(&self) -> bool {
        self.has_mouse
    }

    /// The mouse moves the cursor, or is left to the terminal's own selection.
    pub(super) fn toggle_mouse(&mut self) -> Vec<Effect> {
        self.has_mouse = !self.has_mouse;
        let text = if self.has_mouse {
            "the mouse moves the cursor now; hold Shift to select with the terminal"
        } else {
            "the mouse is the terminal's again: it selects text"
        };
        self.say(Tone::Plain, text);
        vec![Effect::Mouse(self.has_mouse)]
    }
}

/// What is copied in words, and as text; rows have their cells parted by tabs.
fn copied(view: &View, act: Act) -> Option<(String, String)> {
    let (table, columns) = (view.table(), view.columns());
    let cell = |row: usize, column| table.full_text(row, column).unwrap_or_default();
    let one_line = |text: String| text.replace(['\t', '\n', '\r'], " ");
    let line = |row: usize| columns.iter().map(|c| one_line(cell(row, c))).collect::<Vec<_>>().join("\t");
    match act {
        Act::CopyRow => Some((format!("row {}", count(view.row + 1)), line(view.row))),
        Act::CopyColumn => {
            let column = view.column()?;
            let lines: Vec<String> = (0..table.n_rows()).map(|row| one_line(cell(row, column))).collect();
            Some((format!("{} values of {}", count(lines.len()), column.name), lines.join("\n")))
        }
        Act::CopyMarked => {
            let n_marked = view.n_marked();
            let rows: Vec<usize> = view.marked_rows().into_iter().filter_map(|row| usize::try_from(row).ok()).collect();
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            if rows.is_empty() {
                return None;
            }
            let hidden = if rows.len() < n_marked {
                format!(" of {}, the others are filtered out,", count(n_marked))
            } else {
                String::new()
            };
            let lines = std::iter::once(names.join("\t")).chain(rows.iter().map(|row| line(*row)));
            Some((
                format!("{} marked rows{hidden} with their heading", count(rows.len())),
                lines.collect::<Vec<_>>().join("\n"),
            ))
        }
        _ => {
            let column = view.column()?;
            Some((format!("the {} of row {}", column.name, count(view.row + 1)), table.full_text(view.row, column)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_passes_what_stands_between() {
        let text = |between: Between| String::from_utf8(between.sequence("10.20.4.17")).unwrap();
        assert_eq!(text(Between::Nothing), "\x1b]52;c;MTAuMjAuNC4xNw==\x07");
        assert_eq!(text(Between::Tmux), "\x1bPtmux;\x1b\x1b]52;c;MTAuMjAuNC4xNw==\x07\x1b\\");
        assert!(text(Between::Screen).starts_with("\x1bP\x1b]52;c;") && text(Between::Screen).ends_with("\x1b\\"));
        let vars = |set: &'static str| move |name: &str| (name == set).then(|| "x".to_owned());
        assert_eq!(Between::from_env(&vars("TMUX")), Between::Tmux);
        assert_eq!(Between::from_env(&vars("STY")), Between::Screen);
    }
}
