//! Text on its way to the screen: made safe, measured, cut, placed.
//!
//! Everything that is drawn goes through [`put`], which makes it [`Shown`] first, so evidence cannot slip past.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::model::{Piece, Shown, Untrusted};

/// Where a text that is too long is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Cut {
    #[default]
    End,
    /// Keeps both ends: for paths, whose last part is the one that differs.
    Middle,
}

/// Draws `text` at the left of a one-line area and gives the columns it took; hidden characters are reversed tokens.
pub fn put(look: &Look, buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    put_cut(look, buf, area, text, style, Cut::End)
}

/// Draws `text` at the right of a one-line area.
pub fn put_right(look: &Look, buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    let shown = shown_in(look, text, area.width, Cut::End);
    let x = area.right().saturating_sub(width_of(shown.as_str()));
    put_shown(look, buf, Rect { x, width: area.right().saturating_sub(x), ..area }, &shown, style);
}

/// As [`put`], cutting where `cut` says.
pub fn put_cut(look: &Look, buf: &mut Buffer, area: Rect, text: &str, style: Style, cut: Cut) -> u16 {
    put_shown(look, buf, area, &shown_in(look, text, area.width, cut), style)
}

/// Draws text that was made safe before, as [`shown_in`] and [`wrapped`] do.
pub fn put_shown(look: &Look, buf: &mut Buffer, area: Rect, shown: &Shown, style: Style) -> u16 {
    let area = area.intersection(*buf.area());
    if area.is_empty() {
        return 0;
    }
    let mut x = area.x;
    for piece in shown.pieces(look.mode) {
        let (text, style) = match piece {
            Piece::Plain(text) => (text, style),
            Piece::Token(text) => (text, style.add_modifier(Modifier::REVERSED)),
        };
        x = buf.set_stringn(x, area.y, text, usize::from(area.right().saturating_sub(x)), style).0;
    }
    x - area.x
}

/// The text made safe and cut to `width` columns.
pub fn shown_in(look: &Look, text: &str, width: u16, cut: Cut) -> Shown {
    let shown = Shown::of_prefix(&Untrusted(text), usize::from(width) * 4 + 64, look.mode);
    if width_of(shown.as_str()) <= width {
        return shown;
    }
    let room = width.saturating_sub(1);
    let behind = if cut == Cut::Middle && width > 8 { room / 2 } else { 0 };
    let text = shown.as_str();
    let head = take(text.graphemes(true), room - behind).len();
    let tail = text.len() - take(text.graphemes(true).rev(), behind).len();
    shown.shortened(0..head, look.glyphs.more, tail..text.len())
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, width: u16) -> String {
    let mut out = String::new();
    let mut used = 0;
    for grapheme in graphemes {
        used += width_of(grapheme);
        if used > width {
            break;
        }
        out.push_str(grapheme);
    }
    out
}

fn width_of(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text broken into lines of at most `width` columns, at most `max` of them, and at the line ends that it has.
pub fn wrapped(look: &Look, text: &str, width: u16, max: usize) -> Vec<Shown> {
    let prefix = usize::from(width) * max * 4 + 64;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let shown = Shown::of_prefix(&Untrusted(paragraph), prefix, look.mode);
        let mut from = 0;
        while from < shown.as_str().len() && lines.len() < max {
            let rest = &shown.as_str()[from..];
            let fitting = take(rest.graphemes(true), width.max(1)).len();
            // A grapheme that is wider than the whole line still has to go somewhere.
            let length = fitting.max(rest.graphemes(true).next().map_or(1, str::len));
            // Words stay whole where a space is near.
            let at_space =
                rest[..length].rfind(' ').map(|at| at + 1).filter(|at| length < rest.len() && *at * 3 > length * 2);
            let length = at_space.unwrap_or(length);
            lines.push(shown.part(from..from + length));
            from += length;
        }
        if lines.len() >= max {
            break;
        }
    }
    lines
}

/// A number with thousands parted: `22,979`.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A vertical rule at the left edge of an area; gives what is right of it.
pub fn rule(look: &Look, buf: &mut Buffer, area: Rect) -> Rect {
    for y in area.top()..area.bottom() {
        put(look, buf, Rect { y, width: 1, height: 1, ..area }, look.glyphs.vertical, look.dim);
    }
    Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }
}

/// Clears a popup's place and draws its title line; gives what is inside.
pub fn popup(look: &Look, buf: &mut Buffer, area: Rect, title: &str) -> Rect {
    let area = area.intersection(*buf.area());
    for position in area.positions() {
        // What lay under the popup must not shine through, not even as a reversed blank.
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(look.raised);
        }
    }
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    put(
        look,
        buf,
        Rect { height: 1, ..inner },
        title,
        look.accent.bg(look.raised.bg.unwrap_or_default()).add_modifier(Modifier::BOLD),
    );
    Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Theme;
    use crate::model::TextMode;
    use crate::ui::ColourDepth;

    fn look() -> Look {
        Look::new(&Theme::plain(), ColourDepth::None, TextMode::Unicode)
    }

    fn cut(text: &str, width: u16, cut: Cut) -> String {
        shown_in(&look(), text, width, cut).to_string()
    }

    #[test]
    fn long_texts_are_cut_where_it_hurts_least() {
        assert_eq!(cut("abcdefghij", 5, Cut::End), "abcd…");
        assert_eq!(cut("C:\\Windows\\System32\\cmd.exe", 13, Cut::Middle), "C:\\Win…md.exe");
        assert_eq!(cut("東京東京", 4, Cut::End), "東…");
        assert_eq!(count(22_979), "22,979");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn drawing_shows_what_is_hidden() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        let used = put(&look(), &mut buf, Rect::new(0, 0, 20, 1), "a\u{202e}b", Style::new());
        assert_eq!(used, 10);
        let line: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(line.trim_end(), "a⟨U+202E⟩b");
    }
}
