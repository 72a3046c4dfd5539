//! The grid: only the cells that can be seen are formatted.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::footer::rows_of;
use super::{Screen, View, sparkline, title};
use crate::model::{Cell, CellKind, Column, Focus, Kind, Role};
use crate::ui::{Cut, Look, count, put, put_cut, put_right, put_shown, rule, wrapped};

/// Columns before the first cell: mark and cursor.
const GUTTER: u16 = 2;
/// A fitted column is no wider.
const MAX_WIDTH: u16 = 40;
const GAP: u16 = 2;

/// A column on the screen.
struct Placed<'a> {
    column: &'a Column,
    /// Index among the visible columns.
    at: usize,
    x: u16,
    width: u16,
}

/// Lines of a row whose long text is wrapped.
const WRAPPED_LINES: u16 = 3;
/// A grid of fewer lines has none to give to the sparkline.
const LEAST_WITH_SPARKLINE: u16 = 12;

/// How many rows of data a grid of this height shows.
pub fn n_lines(view: &View, area: Rect) -> usize {
    let below = u16::from(sparkline::is_shown(view, area, LEAST_WITH_SPARKLINE));
    usize::from(area.height.saturating_sub(2 + below) / row_height(view))
}

const fn row_height(view: &View) -> u16 {
    if view.wrap { WRAPPED_LINES } else { 1 }
}

/// The row and column of the cell at a place of the screen.
pub fn cell_at(view: &View, area: Rect, has_rule: bool, at: Position) -> Option<(usize, usize)> {
    let left = area.x + u16::from(has_rule);
    let line = at.y.checked_sub(area.y + 2)? / row_height(view);
    let row = view.top + usize::from(line);
    let width = area.width.saturating_sub(u16::from(has_rule));
    let x = at.x.checked_sub(left)?;
    let placed = place(view, view.left.max(frozen(view, width)), width);
    let column = placed.iter().rev().find(|p| p.x <= x).or(placed.first())?;
    (row < view.n_rows() && usize::from(line) < n_lines(view, area)).then_some((row, column.at))
}

/// The first scrolled column, so that the cursor's column is on the screen.
pub fn leftmost(view: &View, width: u16) -> usize {
    let cursor = view.column;
    let frozen = frozen(view, width);
    if cursor < frozen {
        return view.left;
    }
    let mut left = view.left.max(frozen).min(cursor);
    while left < cursor && !place(view, left, width).iter().any(|p| p.at == cursor && p.x + p.width <= width) {
        left += 1;
    }
    left
}

/// The columns that fit, frozen ones first, then from `left` on; the last one may be cut.
fn place(view: &View, left: usize, width: u16) -> Vec<Placed<'_>> {
    let columns = view.columns();
    let frozen = frozen(view, width);
    let mut x = GUTTER;
    let mut placed = Vec::new();
    for (at, column) in columns.iter().enumerate().filter(|(at, _)| *at < frozen || *at >= left) {
        if x >= width {
            break;
        }
        let wanted = width_of(view, column);
        // The only column there is room for gets all of it.
        let wanted = wanted.min(width - GUTTER);
        placed.push(Placed { column, at, x, width: wanted });
        x += wanted + GAP;
    }
    widen_cut(&mut placed, x.saturating_sub(GAP), width);
    placed
}

/// Room that is left at the right goes to columns that are cut, the last one first.
fn widen_cut(placed: &mut [Placed<'_>], end: u16, width: u16) {
    let mut spare = width.saturating_sub(end);
    for at in (0..placed.len()).rev() {
        let more = placed[at].column.width.saturating_sub(placed[at].width).min(spare);
        placed[at].width += more;
        placed[at + 1..].iter_mut().for_each(|p| p.x += more);
        spare -= more;
    }
}

/// How many columns stay at the left: those that are frozen, as long as there is room for others beside them.
fn frozen(view: &View, width: u16) -> usize {
    let columns = view.columns();
    let widths = columns.iter().take(view.frozen).map(|column| width_of(view, column) + GAP);
    let taken = widths.fold(GUTTER, u16::saturating_add);
    if taken.saturating_add(LEAST_BESIDE) <= width { view.frozen } else { 0 }
}

/// The least room for columns that are not frozen.
const LEAST_BESIDE: u16 = 20;

fn width_of(view: &View, column: &Column) -> u16 {
    let heading = heading(view, column).width();
    if is_share(view, column) {
        return SHARE_WIDTH;
    }
    let most = if view.wide.contains(&column.name) { u16::MAX } else { MAX_WIDTH };
    let heading = u16::try_from(heading).unwrap_or(u16::MAX).min(24);
    column.width.min(most).max(heading).max(3)
}

/// Type letter, name, and the place and direction in the sort order.
fn heading(view: &View, column: &Column) -> String {
    let sorted = view.sort.iter().position(|key| key.column == column.name);
    let mark =
        sorted.map(|at| format!(" {}{}", if view.sort[at].descending { '▼' } else { '▲' }, at + 1)).unwrap_or_default();
    format!("{} {}{mark}", column.kind.glyph(), column.name)
}

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let Some(view) = screen.view else { return };
    let area = if screen.rects.browser.is_empty() { area } else { rule(screen.look, buf, area) };
    let inner = title(screen, area, buf, &view.name, screen.focus == Focus::Grid, &summary(view));
    let place_text = place_text(view);
    // The counts come first; where one stands is said only if there is room for it.
    if view.name.width() + summary(view).width() + place_text.width() + 6 <= usize::from(area.width) {
        let line = Rect { height: area.height.min(1), width: area.width.saturating_sub(1), ..area };
        put_right(screen.look, buf, line, &place_text, screen.look.dim);
    }
    if inner.is_empty() {
        return;
    }
    let placed = place(view, view.left.max(frozen(view, inner.width)), inner.width);
    headings(screen, view, &placed, Rect { height: 1, ..inner }, buf);
    let mut body = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    if sparkline::is_shown(view, area, LEAST_WITH_SPARKLINE) {
        body.height = body.height.saturating_sub(1);
        sparkline::draw(screen.look, view, Rect { y: body.bottom(), height: 1, ..body }, buf);
    }
    if view.n_rows() == 0 {
        empty(screen, view, body, buf);
        return;
    }
    let height = row_height(view);
    for (row_idx, y) in (view.top..view.n_rows()).zip((body.top()..body.bottom()).step_by(usize::from(height))) {
        let lines = Rect { y, height: height.min(body.bottom() - y), ..body };
        row(screen, view, row_idx, &placed, lines, buf);
    }
}

fn summary(view: &View) -> String {
    let rows = if view.is_loading() {
        format!("first {} rows, the rest is being read, types come last", count(view.n_rows()))
    } else {
        rows_of(view.n_rows(), view.base.1.n_rows())
    };
    let mut parts = vec![rows, format!("{} cols", view.columns().len())];
    if view.follow.is_some() {
        parts.push("following".to_owned());
    }
    if !view.hidden.is_empty() {
        parts.push(format!("{} hidden", view.hidden.len()));
    }
    if view.n_marked() > 0 {
        parts.push(format!("{} marked", count(view.n_marked())));
    }
    parts.join(", ")
}

fn place_text(view: &View) -> String {
    if view.n_rows() == 0 { String::new() } else { format!("row {}, col {}", count(view.row + 1), view.column + 1) }
}

fn empty(screen: &Screen<'_>, view: &View, area: Rect, buf: &mut Buffer) {
    let text = match view.chips.len() {
        0 if view.base.1.n_rows() > 0 => "No row matches so far.".to_owned(),
        0 => "This table has no rows.".to_owned(),
        1 => format!(
            "The filter hides all {} rows. {} drops it.",
            count(view.base.1.n_rows()),
            screen.grid_key("drop-filter")
        ),
        n => format!(
            "{n} filters hide all {} rows. {} drops the newest.",
            count(view.base.1.n_rows()),
            screen.grid_key("drop-filter")
        ),
    };
    put(
        screen.look,
        buf,
        Rect { x: area.x + GUTTER, height: area.height.min(1), width: area.width.saturating_sub(GUTTER), ..area },
        &text,
        screen.look.dim,
    );
}

fn headings(screen: &Screen<'_>, view: &View, placed: &[Placed<'_>], line: Rect, buf: &mut Buffer) {
    let look = screen.look;
    for p in placed {
        let area = cell_area(p, line);
        let style = if p.at == view.column { look.accent } else { look.dim }.add_modifier(Modifier::BOLD);
        let sign = |text: &str| text.replace('▲', look.glyphs.up).replace('▼', look.glyphs.down);
        let text = sign(&heading(view, p.column));
        if p.column.kind == Kind::Number {
            put_right(look, buf, area, &text, style);
        } else {
            put(look, buf, area, &text, style);
        }
        if p.at + 1 == view.frozen {
            put(
                look,
                buf,
                Rect { x: area.right(), width: 1, ..line }.intersection(line),
                look.glyphs.vertical,
                look.dim,
            );
        }
    }
}

fn cell_area(placed: &Placed<'_>, line: Rect) -> Rect {
    Rect { x: line.x + placed.x, width: placed.width, ..line }.intersection(line)
}

fn row(screen: &Screen<'_>, view: &View, row_idx: usize, placed: &[Placed<'_>], line: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let under_cursor = row_idx == view.row;
    let background = if under_cursor { look.raised.bg } else { look.base.bg }.unwrap_or_default();
    if under_cursor {
        buf.set_style(line, look.raised);
        put(look, buf, Rect { x: line.x + 1, width: 1, ..line }, look.glyphs.cursor, look.accent.bg(background));
    }
    if view.is_marked(row_idx) {
        put(look, buf, Rect { width: 1, ..line }, look.glyphs.mark, look.warning.bg(background));
    }
    let matches = view.search.as_ref().map(|search| search.needle.to_lowercase());
    for p in placed {
        let cell = view.table().cell_in(row_idx, p.column, screen.look.zone);
        let mut style = style_of(screen, p.column, &cell).bg(background);
        if matches.as_ref().is_some_and(|needle| cell.text.to_lowercase().contains(needle)) {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        if under_cursor && p.at == view.column && screen.focus == Focus::Grid {
            style = style.add_modifier(Modifier::REVERSED);
            buf.set_style(cell_area(p, line), style);
        }
        if is_share(view, p.column) {
            draw_share(screen.look, &cell, style, cell_area(p, line), buf);
        } else {
            draw_cell(screen, p.column, &cell, style, cell_area(p, line), buf);
        }
    }
}

fn style_of(screen: &Screen<'_>, column: &Column, cell: &Cell) -> Style {
    let look = screen.look;
    match cell.kind {
        CellKind::Null | CellKind::Empty => look.dim,
        CellKind::Number => look.number,
        CellKind::Time => look.time,
        CellKind::Text if column.role == Some(Role::SEVERITY) => severity(screen, &cell.text),
        CellKind::Text | CellKind::Nested => look.base,
    }
}

/// The word itself says the severity; the colour only repeats it.
fn severity(screen: &Screen<'_>, text: &str) -> Style {
    match text.to_lowercase().as_str() {
        "high" | "critical" | "crit" | "alert" | "emerg" | "error" | "err" => screen.look.danger,
        "medium" | "warning" | "warn" => screen.look.warning,
        _ => screen.look.base,
    }
}

/// Whether this is the column of a stack that is drawn as a bar.
fn is_share(view: &View, column: &Column) -> bool {
    let Some(stack) = &view.stack else { return false };
    // A counted column of that name keeps it, and ours has another.
    let is_counted = stack.columns.iter().any(|name| name == "percent");
    column.name == if is_counted { "percent_res" } else { "percent" }
}

const SHARE_WIDTH: u16 = 18;

/// A percentage as a number and a bar.
fn draw_share(look: &Look, cell: &Cell, style: Style, area: Rect, buf: &mut Buffer) {
    let percent: f64 = cell.text.parse().unwrap_or(0.0);
    let number = Rect { width: 5.min(area.width), ..area };
    put_right(look, buf, number, &format!("{percent:.1}"), style);
    let bar = Rect { x: area.x + 6, width: area.width.saturating_sub(6), ..area }.intersection(area);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the bar's few columns")]
    let n = (percent / 100.0 * f64::from(bar.width)).round() as usize;
    put(
        look,
        buf,
        bar,
        &look.glyphs.bar.repeat(n.max(usize::from(percent > 0.0))),
        look.accent.bg(style.bg.unwrap_or_default()),
    );
}

fn draw_cell(screen: &Screen<'_>, column: &Column, cell: &Cell, style: Style, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    match cell.kind {
        CellKind::Null => {
            put(look, buf, area, look.glyphs.null, style);
        }
        CellKind::Empty => {
            put(look, buf, area, "\"\"", style);
        }
        CellKind::Number => {
            put_right(look, buf, area, &cell.text, style);
        }
        CellKind::Text if area.height > 1 => {
            let lines =
                wrapped(look, &cell.text.replace(['\r', '\n', '\t'], " "), area.width, usize::from(area.height));
            for (text, y) in lines.iter().zip(area.top()..area.bottom()) {
                put_shown(look, buf, Rect { y, height: 1, ..area }, text, style);
            }
        }
        _ => {
            let is_path = [Role::FILE, Role::PROCESS].iter().any(|role| column.role.as_ref() == Some(role));
            put_cut(look, buf, area, &cell.text, style, if is_path { Cut::Middle } else { Cut::End });
        }
    }
}
