//! The line under the grid: how the rows that are left lie in time, on the range of all of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::model::{Timeline, format_time};
use crate::ui::{Look, put, put_right};

/// Whether the view has times to draw, and the grid room for them.
pub fn is_shown(view: &View, area: Rect, least: u16) -> bool {
    area.height >= least && range(view).is_some()
}

/// The timeline of the shown rows, and the range of the whole table.
fn range(view: &View) -> Option<(&Timeline, i64, i64)> {
    let all = view.base.1.timeline.as_ref().filter(|all| all.first < all.last)?;
    let shown = view.table().timeline.as_ref().filter(|shown| shown.column == all.column)?;
    Some((shown, all.first, all.last))
}

/// Draws `03-02 02:11 ▁▂█▁ 03-08 23:58  peak 03-04 02:11`.
pub fn draw(look: &Look, view: &View, area: Rect, buf: &mut Buffer) {
    let Some((shown, first, last)) = range(view) else { return };
    let brief = |micros: i64| {
        let text = format_time(look.zone.wall(micros), ' ', Some(0));
        // The year is said only where the range crosses one.
        let from = if format_time(first, ' ', None)[..4] == format_time(last, ' ', None)[..4] { 5 } else { 0 };
        text.get(from..16).unwrap_or_default().to_owned()
    };
    let (start, end) = (brief(first), brief(last));
    // The room for the peak is that of any other time.
    let ends = |peak: &str| format!("{end}  peak {peak}");
    let columns = |text: &str| u16::try_from(text.len()).unwrap_or(0);
    let used = columns(&start) + 3;
    let width = area.width.saturating_sub(used + columns(&ends(&end)) + 2);
    let counts = shown.over(first, last, usize::from(width));
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bars: String = counts.iter().map(|n| level(look, *n, most)).collect();
    put(look, buf, Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area }, &start, look.dim);
    put(look, buf, Rect { x: area.x + used, width, ..area }, &bars, look.accent);
    let peak = counts.iter().position(|n| *n == most).map_or(first, |at| start_of(at, first, last, counts.len()));
    put_right(look, buf, Rect { width: area.width.saturating_sub(1), ..area }, &ends(&brief(peak)), look.dim);
}

/// The moment at which the stretch `at` of `n` begins.
fn start_of(at: usize, first: i64, last: i64, n: usize) -> i64 {
    let span = i128::from(last) - i128::from(first);
    let offset = span * at as i128 / n.max(1) as i128;
    first.saturating_add(i64::try_from(offset).unwrap_or(0))
}

/// The sign of a count: nothing for zero, at least the lowest for any other.
fn level(look: &Look, n: u32, most: u32) -> &'static str {
    let top = look.glyphs.levels.len() as u64 - 1;
    let at = (u64::from(n) * top).div_ceil(u64::from(most));
    usize::try_from(at).ok().and_then(|at| look.glyphs.levels.get(at)).copied().unwrap_or(" ")
}
