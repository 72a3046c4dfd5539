//! Frames become bytes: as few as a bad line can be asked to carry.
//!
//! Only cells that differ from what the terminal shows are sent, rows that have only moved are moved by the terminal
//! (a scroll region), and colours are changed by the shortest sequence. A blank has no colour of its own but its
//! background, so none is sent for it. It is also the last gate: a cell with an active or invisible character is drawn
//! as a question mark, so that a widget that was handed raw evidence by mistake draws no escape sequence.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::scroll::{Shift, shift_between};
use crate::model::Untrusted;

/// Frames of more bytes are sent as one update (DEC mode 2026), which terminals that do not know it pass over.
const SYNCHRONIZED_FROM: usize = 512;

/// What the terminal draws with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };
/// What can be seen on a blank, too.
const ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

impl Pen {
    const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

/// Knows what the terminal shows, and how to make it show something else.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    /// Whether what the terminal shows is not known at all.
    is_lost: bool,
    pen: Pen,
    /// Where the next character goes, if that is certain.
    at: Option<(u16, u16)>,
    synchronized: bool,
    out: String,
}

impl Painter {
    /// `synchronized` is whether large frames are sent as one update.
    pub fn new(synchronized: bool) -> Self {
        let shown = Buffer::empty(Rect::ZERO);
        Self { shown, is_lost: true, pen: PLAIN, at: None, synchronized, out: String::new() }
    }

    /// Something else has written to the terminal: the next frame is sent whole.
    pub const fn forget(&mut self) {
        self.is_lost = true;
    }

    /// The bytes that make the terminal show `next`.
    pub fn paint(&mut self, next: Buffer) -> Vec<u8> {
        self.out.clear();
        self.at = None;
        if self.is_lost || self.shown.area != next.area {
            self.start_anew(next.area);
        } else if let Some(shift) = shift_between(&self.shown, &next) {
            self.scroll(shift);
        }
        for y in 0..next.area.height {
            self.paint_row(&next, y);
        }
        self.shown = next;
        let body = std::mem::take(&mut self.out);
        if self.synchronized && body.len() >= SYNCHRONIZED_FROM {
            return format!("\x1b[?2026h{body}\x1b[?2026l").into_bytes();
        }
        body.into_bytes()
    }

    fn start_anew(&mut self, area: Rect) {
        self.pen = PLAIN;
        self.is_lost = false;
        self.shown = Buffer::empty(area);
        self.out.push_str("\x1b[r\x1b[m\x1b[2J");
    }

    /// Has the terminal move rows. Those that come in are blank without colours, which all terminals agree on.
    fn scroll(&mut self, shift: Shift) {
        self.set_pen(PLAIN);
        // A line feed at the lower edge and a reverse one at the upper are what every terminal knows.
        let (edge, feed) = if shift.up { (shift.bottom, "\n") } else { (shift.top + 1, "\x1bM") };
        let feeds = feed.repeat(usize::from(shift.by));
        self.push(format_args!("\x1b[{};{}r\x1b[{edge}H{feeds}\x1b[r", shift.top + 1, shift.bottom));
        shift.apply(&mut self.shown);
        // Setting a region also moves the cursor.
        self.at = None;
    }

    fn paint_row(&mut self, next: &Buffer, y: u16) {
        let width = usize::from(next.area.width);
        let start = usize::from(y) * width;
        let row = start..start + width;
        if is_same_row(&self.shown.content[row.clone()], &next.content[row.clone()]) {
            return;
        }
        let is_plain = |cells: &[Cell]| cells.iter().all(|cell| cell.symbol().width() == 1);
        // Where wide characters stand, half of one may have to go, so the rest of the row is sent.
        let all_rest = !(is_plain(&self.shown.content[row.clone()]) && is_plain(&next.content[row]));
        let mut has_changed = false;
        let mut x = 0;
        while x < width {
            let cell = &next.content[start + x];
            let is_changed = !looks_same(&self.shown.content[start + x], cell) || (all_rest && has_changed);
            if is_changed {
                has_changed = true;
                self.put(next, u16::try_from(x).unwrap_or(u16::MAX), y);
            }
            x += cell.symbol().width().max(1);
        }
    }

    fn put(&mut self, next: &Buffer, x: u16, y: u16) {
        self.go_to(next, x, y);
        let cell = &next.content[next.index_of(x, y)];
        self.set_pen_for(cell);
        let symbol = safe(cell.symbol());
        self.out.push_str(symbol);
        let width = u16::try_from(symbol.width()).unwrap_or(1).max(1);
        // At the right edge terminals differ in where the cursor is, and so they do after what is no single character.
        let is_certain = x + width < next.area.width && width == 1 && symbol.chars().count() == 1;
        self.at = is_certain.then_some((x + 1, y));
    }

    /// The shortest way to a cell: over cells that stay, by writing them again or by a jump, or from anywhere.
    fn go_to(&mut self, next: &Buffer, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        let absolute = if x == 0 { format!("\x1b[{}H", y + 1) } else { format!("\x1b[{};{}H", y + 1, x + 1) };
        let forward = |n: u16| match n {
            0 => String::new(),
            1 => "\x1b[C".to_owned(),
            n => format!("\x1b[{n}C"),
        };
        match self.at {
            Some((from, line)) if line == y && from < x => {
                let gap = &next.content[next.index_of(from, y)..next.index_of(x, y)];
                let jump = forward(x - from);
                let can_be_written =
                    gap.len() <= jump.len() && gap.iter().all(|cell| self.suits(cell) && cell.symbol().is_ascii());
                if can_be_written {
                    self.out.extend(gap.iter().map(|cell| safe(cell.symbol())));
                } else {
                    self.out.push_str(&jump);
                }
            }
            Some((_, line)) if line + 1 == y && 2 + forward(x).len() < absolute.len() => {
                self.out.push_str("\r\n");
                self.out.push_str(&forward(x));
            }
            _ => self.out.push_str(&absolute),
        }
        self.at = Some((x, y));
    }

    /// Whether a cell can be written with the pen as it is.
    fn suits(&self, cell: &Cell) -> bool {
        if is_blank(cell) {
            self.pen.bg == cell.bg && (self.pen.modifier & ON_BLANKS).is_empty()
        } else {
            self.pen == Pen::of(cell)
        }
    }

    fn set_pen_for(&mut self, cell: &Cell) {
        if self.suits(cell) {
            return;
        }
        let wanted = Pen::of(cell);
        let wanted = if is_blank(cell) {
            // The colour and weight that are set do no harm on a blank.
            Pen { fg: self.pen.fg, modifier: self.pen.modifier - ON_BLANKS, bg: cell.bg }
        } else {
            wanted
        };
        self.set_pen(wanted);
    }

    fn set_pen(&mut self, wanted: Pen) {
        if self.pen != wanted {
            let change = shortest_change(self.pen, wanted);
            self.push(format_args!("\x1b[{change}m"));
            self.pen = wanted;
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }
}

/// A character that does something, or cannot be seen, must not get here; if it does, it goes no further.
fn safe(symbol: &str) -> &str {
    if symbol.is_ascii() {
        return if symbol.bytes().any(|b| b.is_ascii_control()) { "?" } else { symbol };
    }
    let is_hostile = symbol.chars().any(char::is_control) || Untrusted(symbol).has_hidden();
    if is_hostile { "?" } else { symbol }
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && (cell.modifier & ON_BLANKS).is_empty()
}

/// Whether nobody could tell two cells apart.
pub(super) fn looks_same(a: &Cell, b: &Cell) -> bool {
    if is_blank(a) && is_blank(b) { a.bg == b.bg } else { a.symbol() == b.symbol() && Pen::of(a) == Pen::of(b) }
}

/// Whether nobody could tell two rows apart.
fn is_same_row(a: &[Cell], b: &[Cell]) -> bool {
    a.iter().zip(b).all(|(a, b)| looks_same(a, b))
}

/// The parameters of the sequence that turns one pen into another.
fn shortest_change(from: Pen, to: Pen) -> String {
    let anew = changes(PLAIN, to);
    let anew = if anew.is_empty() { String::new() } else { format!("0;{anew}") };
    let gone = from.modifier - to.modifier;
    let mut codes: Vec<&str> = OFF.iter().filter(|(modifier, _)| gone.intersects(*modifier)).map(|(_, c)| *c).collect();
    // One code takes away both bold and dim.
    let weight = Modifier::BOLD | Modifier::DIM;
    let kept = if gone.intersects(weight) { from.modifier - weight } else { from.modifier };
    let rest = changes(Pen { modifier: kept - gone, ..from }, to);
    codes.extend((!rest.is_empty()).then_some(rest.as_str()));
    let onward = codes.join(";");
    if onward.len() <= anew.len() { onward } else { anew }
}

const ON: [(Modifier, &str); 6] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::REVERSED, "7"),
    (Modifier::CROSSED_OUT, "9"),
];
const OFF: [(Modifier, &str); 5] = [
    (Modifier::BOLD.union(Modifier::DIM), "22"),
    (Modifier::ITALIC, "23"),
    (Modifier::UNDERLINED, "24"),
    (Modifier::REVERSED, "27"),
    (Modifier::CROSSED_OUT, "29"),
];

/// The parameters that add to a pen what it lacks.
fn changes(from: Pen, to: Pen) -> String {
    let added = to.modifier - from.modifier;
    let mut codes: Vec<String> =
        ON.iter().filter(|(modifier, _)| added.contains(*modifier)).map(|(_, code)| (*code).to_owned()).collect();
    if from.fg != to.fg {
        codes.push(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        codes.push(colour(to.bg, 40));
    }
    codes.join(";")
}

/// A colour's parameters; `base` is 30 for letters and 40 for what is behind them.
fn colour(colour: Color, base: u8) -> String {
    let bright = |n: u8| (base + 60 + n).to_string();
    match colour {
        Color::Reset => (base + 9).to_string(),
        Color::Black => base.to_string(),
        Color::Red => (base + 1).to_string(),
        Color::Green => (base + 2).to_string(),
        Color::Yellow => (base + 3).to_string(),
        Color::Blue => (base + 4).to_string(),
        Color::Magenta => (base + 5).to_string(),
        Color::Cyan => (base + 6).to_string(),
        Color::Gray => (base + 7).to_string(),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Style;

    use super::*;

    const WIDTH: u16 = 24;
    const HEIGHT: u16 = 10;

    /// What a terminal shows after these bytes, as texts and colours of cells.
    fn shows(terminal: &vt100::Parser, buffer: &Buffer) -> Result<(), String> {
        for (at, cell) in buffer.content().iter().enumerate() {
            let place = buffer.pos_of(at);
            let there = terminal.screen().cell(place.1, place.0).ok_or("no cell")?;
            if there.is_wide_continuation() {
                continue;
            }
            let symbol = if there.has_contents() { there.contents() } else { " " };
            if symbol != cell.symbol() {
                return Err(format!("{place:?}: {symbol:?} instead of {:?}", cell.symbol()));
            }
            let colour = |c: vt100::Color| match c {
                vt100::Color::Default => Color::Reset,
                vt100::Color::Idx(n) => Color::Indexed(n),
                vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
            };
            let is_blank = is_blank(cell);
            let same_fg = is_blank || colour(there.fgcolor()) == cell.fg;
            let same_weight = is_blank || there.bold() == cell.modifier.contains(Modifier::BOLD);
            let same_rest = there.inverse() == cell.modifier.contains(Modifier::REVERSED)
                && there.underline() == cell.modifier.contains(Modifier::UNDERLINED);
            if !(same_fg && same_weight && same_rest && colour(there.bgcolor()) == cell.bg) {
                return Err(format!("{place:?}: {there:?} does not look like {cell:?}"));
            }
        }
        Ok(())
    }

    fn style(number: u8) -> Style {
        let colours = [Color::Reset, Color::Indexed(110), Color::Rgb(1, 2, 3)];
        let style = Style::new().fg(colours[usize::from(number % 3)]).bg(colours[usize::from(number / 3 % 3)]);
        match number / 9 % 4 {
            0 => style,
            1 => style.add_modifier(Modifier::BOLD),
            2 => style.add_modifier(Modifier::REVERSED),
            _ => style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        }
    }

    /// A line: where it begins, what it says, how it looks.
    type Written = (u16, String, u8);

    fn written() -> impl Strategy<Value = Written> {
        let text = prop_oneof![Just(String::new()), "[a-c ]{0,20}", "[a-b東é ]{0,10}"];
        (0..WIDTH, text, 0..36_u8)
    }

    fn frame(lines: &[Written]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for ((x, text, number), y) in lines.iter().zip(0..HEIGHT) {
            buffer.set_stringn(*x, y, text, usize::from(WIDTH - x), style(*number));
        }
        buffer
    }

    proptest! {
        /// Whatever frames follow each other, the terminal shows the last one.
        #[test]
        fn the_terminal_shows_what_was_drawn(
            first in proptest::collection::vec(written(), 10),
            changes in proptest::collection::vec((0..10_usize, written()), 0..4),
            shift in -3..4_isize,
            region in (0..5_usize, 5..11_usize),
        ) {
            let mut lines = first.clone();
            let moved = &mut lines[region.0..region.1];
            if shift >= 0 { moved.rotate_left(shift.unsigned_abs() % moved.len()); } else { moved.rotate_right(shift.unsigned_abs() % moved.len()); }
            for (at, line) in changes { lines[at] = line; }
            let mut painter = Painter::new(true);
            let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
            for lines in [&first, &lines, &first] {
                let frame = frame(lines);
                terminal.process(&painter.paint(frame.clone()));
                prop_assert_eq!(shows(&terminal, &frame), Ok(()));
                prop_assert_eq!(painter.paint(frame), Vec::<u8>::new());
            }
        }
    }

    #[test]
    fn rows_that_move_are_not_sent_again() {
        let line = |n: usize| (0, format!("row {n} of the table"), 3);
        let lines = |from: usize| (from..from + usize::from(HEIGHT)).map(line).collect::<Vec<_>>();
        let mut painter = Painter::new(true);
        painter.paint(frame(&lines(0)));
        let bytes = painter.paint(frame(&lines(1)));
        assert!(bytes.len() < 80, "{:?}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_is_active_goes_no_further() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        for (cell, symbol) in buffer.content.iter_mut().zip(["\u{1b}", "\u{202e}", "\u{9b}", "a"]) {
            cell.set_symbol(symbol);
        }
        let bytes = Painter::new(true).paint(buffer);
        assert!(String::from_utf8(bytes).unwrap().ends_with("???a"));
    }
}
