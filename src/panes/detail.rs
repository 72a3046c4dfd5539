//! The row detail: every field of the row under the cursor, following it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Screen, View, title};
use crate::model::{Cell, CellKind, Column, Focus, Shown, Zone, format_time, hex, parse_nested};
use crate::ui::{Cut, Look, count, put, put_right, put_shown, rule, shown_in, wrapped};

/// Whether the pane is open, and how far the value under the cursor is scrolled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    pub open: bool,
    /// Lines of the value that are above the first one shown.
    pub scroll: usize,
    /// Whether the value under the cursor is shown as bytes.
    pub hex: bool,
}

/// A field that is not under the cursor takes one line; the one that is may take this many.
const MAX_LINES: usize = 20_000;

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let Some(view) = screen.view else { return };
    let look = screen.look;
    let below = area.x == screen.rects.main.x && area.y > screen.rects.body.y;
    let area = if below || screen.rects.main.is_empty() { area } else { rule(look, buf, area) };
    let origin = view
        .table()
        .origin(view.row)
        .map(|o| format!("{} record {}", short(&o.evidence), count(o.row as usize + 1)))
        .unwrap_or_default();
    let name = if view.n_rows() == 0 { "No row".to_owned() } else { format!("Row {}", count(view.row + 1)) };
    let inner = title(screen, area, buf, &name, screen.focus == Focus::Detail, &origin);
    if view.n_rows() == 0 {
        return;
    }
    let lines = lines(screen, view, inner);
    let cursor = lines.iter().position(|line| line.column == view.column).unwrap_or(0);
    let n_cursor = lines.iter().filter(|line| line.column == view.column).count();
    let height = usize::from(inner.height);
    let scroll = screen.detail.scroll.min(n_cursor.saturating_sub(height));
    let top = (cursor + n_cursor.min(height)).saturating_sub(height).min(cursor) + scroll;
    for (line, y) in lines.iter().skip(top).zip(inner.top()..inner.bottom()) {
        draw_line(screen, line, line.column == view.column, Rect { y, height: 1, ..inner }, buf);
    }
    let n_below = n_cursor.saturating_sub(scroll + height);
    if n_below > 0 {
        let text = format!(" {} more lines: {} ", count(n_below + 1), screen.key("page-down"));
        put_right(
            look,
            buf,
            Rect { y: inner.bottom() - 1, height: 1, ..inner },
            &text,
            look.accent.bg(look.raised.bg.unwrap_or_default()),
        );
    }
}

/// How many lines the value under the cursor is longer than the pane is high.
pub fn surplus(view: &View, look: &Look, detail: &Detail, area: Rect) -> usize {
    let Some(column) = view.column() else { return 0 };
    let width = area.width.saturating_sub(1).saturating_sub(NAME_WIDTH.min(area.width / 2) + 2);
    let text = if detail.hex { hex_of(view, column, width) } else { value(look, view, column).0 };
    wrapped(look, &text, width, MAX_LINES).len().saturating_sub(usize::from(area.height.saturating_sub(1)))
}

/// The file's name without its folders.
fn short(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// One line of a field; the name stands on the first.
struct FieldLine {
    column: usize,
    name: String,
    text: Shown,
    style: ratatui::style::Style,
}

const NAME_WIDTH: u16 = 20;

fn lines(screen: &Screen<'_>, view: &View, area: Rect) -> Vec<FieldLine> {
    let name_width = NAME_WIDTH.min(area.width / 2);
    let width = area.width.saturating_sub(name_width + 2);
    let mut lines = Vec::new();
    for (at, column) in view.columns().into_iter().enumerate() {
        let (text, style) = value(screen.look, view, column);
        let text = if at == view.column && screen.detail.hex { hex_of(view, column, width) } else { text };
        if at != view.column {
            let first = text.lines().next().unwrap_or_default();
            let line = if first.len() < text.len() { format!("{first} {}", screen.look.glyphs.more) } else { text };
            let text = shown_in(screen.look, &line, width, Cut::End);
            lines.push(FieldLine { column: at, name: column.name.clone(), text, style });
            continue;
        }
        for (n, text) in wrapped(screen.look, &text, width, MAX_LINES).into_iter().enumerate() {
            let name = if n == 0 { column.name.clone() } else { String::new() };
            lines.push(FieldLine { column: at, name, text, style });
        }
    }
    lines
}

/// The value in full; nested ones, and text that is JSON, are laid out over several lines.
fn value(look: &Look, view: &View, column: &Column) -> (String, ratatui::style::Style) {
    let cell: Cell = view.table().cell(view.row, column);
    let full = view.table().full_text(view.row, column).unwrap_or_default();
    match cell.kind {
        CellKind::Null => (look.glyphs.null.to_owned(), look.dim),
        CellKind::Empty => ("\"\"".to_owned(), look.dim),
        CellKind::Number => (full, look.number),
        CellKind::Time => {
            (in_zone(look, view, column).map_or(full.clone(), |local| format!("{local}   {full}")), look.time)
        }
        CellKind::Nested => (pretty(&full), look.base),
        CellKind::Text if full.starts_with(['{', '[']) => (pretty(&full), look.base),
        CellKind::Text => (full, look.base),
    }
}

/// A list or map laid out over lines, whatever notation it is written in; other text as it is.
fn pretty(text: &str) -> String {
    let laid_out = parse_nested(text).and_then(|(_, value)| serde_json::to_string_pretty(&value).ok());
    laid_out.unwrap_or_else(|| text.to_owned())
}

/// The time by another zone's clock, with its distance from UTC; None where UTC is shown.
fn in_zone(look: &Look, view: &View, column: &Column) -> Option<String> {
    let micros = view.table().moment(view.row, column).filter(|_| look.zone != Zone::Utc)?;
    let minutes = look.zone.offset(micros) / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let wall = format_time(look.zone.wall(micros), ' ', None);
    Some(format!("{wall} {sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
}

/// The bytes that a value is: those that it writes in hexadecimal where a payload was decoded, else its own.
fn bytes_of(view: &View, column: &Column) -> Vec<u8> {
    let full = view.table().full_text(view.row, column).unwrap_or_default();
    let is_decoded = column.name == DECODED_BYTES && view.table().column("container").is_some();
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let decoded = is_decoded.then(|| full.as_bytes().chunks(2).map(digits).collect::<Option<Vec<u8>>>()).flatten();
    decoded.unwrap_or_else(|| full.into_bytes())
}

/// The column of a decoded payload's bytes, which are written in hexadecimal.
const DECODED_BYTES: &str = "input_bytes";

/// The value's bytes: place, as many in hexadecimal as the width holds, and as ASCII.
fn hex_of(view: &View, column: &Column, width: u16) -> String {
    let bytes = bytes_of(view, column);
    let is_graph = |b: &u8| if (0x20..0x7f).contains(b) { char::from(*b) } else { '.' };
    // A byte takes three columns in hexadecimal and one as a letter, beside nine for its place and gaps.
    let n = usize::from((width.saturating_sub(9) / 4).clamp(1, 16));
    let line = |(at, chunk): (usize, &[u8])| {
        let digits = chunk.iter().map(|b| hex(&[*b])).collect::<Vec<_>>().join(" ");
        let text: String = chunk.iter().map(is_graph).collect();
        format!("{:06x} {digits:<1$} {text}", at * n, n * 3 - 1)
    };
    bytes.chunks(n).take(MAX_LINES).enumerate().map(line).collect::<Vec<_>>().join("\n")
}

fn draw_line(screen: &Screen<'_>, line: &FieldLine, under_cursor: bool, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let name_width = NAME_WIDTH.min(area.width / 2);
    let focused = under_cursor && screen.focus == Focus::Detail;
    if under_cursor {
        buf.set_style(area, look.raised);
    }
    let background = if under_cursor { look.raised.bg } else { look.base.bg }.unwrap_or_default();
    let name_style = if focused { look.accent.add_modifier(Modifier::REVERSED) } else { look.dim }.bg(background);
    put(look, buf, Rect { x: area.x + 1, width: name_width.saturating_sub(1), ..area }, &line.name, name_style);
    let value = Rect { x: area.x + name_width + 1, width: area.width.saturating_sub(name_width + 1), ..area };
    put_shown(look, buf, value, &line.text, line.style.bg(background));
}
