//! The two lowest lines: what narrows the view, and what can be done here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Message, Overlay, Screen, Tone, prompt};
use crate::action::{ACTIONS, Action};
use crate::model::Zone;
use crate::ui::{count, put, put_right, put_shown, wrapped};

pub fn draw(screen: &Screen<'_>, buf: &mut Buffer) {
    if let Some(Overlay::Prompt(open)) = screen.overlay {
        prompt::draw(screen, open, buf);
        return;
    }
    if !screen.rects.chips.is_empty() {
        chips(screen, screen.rects.chips, buf);
    }
    match screen.message {
        Some(message) => draw_message(screen, message, buf),
        // The keys of the pane below type into an open form or list.
        None if screen.overlay.is_some() => {}
        None => hints(screen, screen.rects.footer, buf),
    }
}

/// A message takes as many of the lowest lines as it needs, so that what it says to do is never cut off.
fn draw_message(screen: &Screen<'_>, message: &Message, buf: &mut Buffer) {
    let (look, footer) = (screen.look, screen.rects.footer);
    let style = match message.tone {
        Tone::Plain => look.base,
        Tone::Warning => look.warning,
        Tone::Error => look.danger,
    };
    let lines = wrapped(look, &message.text, footer.width.saturating_sub(2), MOST_LINES);
    for (line, up) in lines.iter().rev().zip(0..) {
        let area = Rect { y: footer.y.saturating_sub(up), ..footer };
        for position in area.positions() {
            buf.cell_mut(position).into_iter().for_each(ratatui::buffer::Cell::reset);
        }
        buf.set_style(area, look.base);
        put_shown(look, buf, Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }, line, style);
    }
}

/// A message has no more lines; the jobs pane has the rest.
const MOST_LINES: usize = 4;

fn chips(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let Some(view) = screen.view else { return };
    let look = screen.look;
    let n_filters = view.chips.len();
    let right = format!(
        "{n_filters} filter{}{}{}{} edit",
        if n_filters == 1 { "" } else { "s" },
        if look.zone == Zone::Utc { "" } else { ", times in UTC" },
        look.glyphs.dot,
        screen.grid_key("edit-filters")
    );
    let width = area.width.saturating_sub(u16::try_from(right.chars().count()).unwrap_or(0) + 3);
    let mut rest = Rect { x: area.x + 1, width, ..area };
    for chip in &view.chips {
        let used = put(look, buf, rest, &format!(" {} {} ", chip.label, look.glyphs.drop), look.raised);
        rest = Rect { x: rest.x + used + 1, width: rest.width.saturating_sub(used + 1), ..rest };
    }
    put_right(look, buf, Rect { width: area.width.saturating_sub(1), ..area }, &right, look.dim);
}

/// The keys that can act now, the most wanted first, as many as fit; palette and help always do.
fn hints(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let mut wanted: Vec<_> = ACTIONS
        .iter()
        .filter(|action| action.is_in(screen.focus) && (action.enabled)(screen.snapshot).is_ok())
        .filter_map(|action| Some((hint_of(action, screen)?, screen.keymap.chord_of(screen.focus, action)?)))
        .collect();
    wanted.sort_unstable_by_key(|((order, _), _)| *order);
    let (always, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|((order, _), _)| *order >= 90);
    let width_of = |((_, word), key): &((u8, &str), String)| {
        key.chars().count() + word.len() + 1 + look.glyphs.dot.chars().count()
    };
    let mut room = usize::from(area.width).saturating_sub(always.iter().map(width_of).sum::<usize>() + 1);
    let mut shown = Vec::new();
    for hint in others {
        if width_of(&hint) > room {
            break;
        }
        room -= width_of(&hint);
        shown.push(hint);
    }
    let mut rest = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    for (at, ((_, word), key)) in shown.into_iter().chain(always).enumerate() {
        let dot = if at == 0 { "" } else { look.glyphs.dot };
        for (text, style) in [
            (dot, look.dim),
            (key.as_str(), look.accent.add_modifier(Modifier::BOLD)),
            (" ", look.dim),
            (word, look.base),
        ] {
            let used = put(look, buf, rest, text, style);
            rest = Rect { x: rest.x + used, width: rest.width.saturating_sub(used), ..rest };
        }
    }
}

/// The word of an action and how early it stands; in a stack some keys mean another thing.
fn hint_of(action: &Action, screen: &Screen<'_>) -> Option<(u8, &'static str)> {
    let in_stack = screen.snapshot.is_stack && screen.focus == crate::model::Focus::Grid;
    match action.id {
        "toggle-detail" if in_stack => Some((1, "include")),
        "exclude-value" if in_stack => Some((2, "exclude")),
        "turn-stack" if in_stack => Some((3, "common first")),
        "include-value" | "turn-stack" if in_stack => None,
        "toggle-detail" if screen.focus == crate::model::Focus::Detail => Some((25, "close")),
        "back" if screen.focus == crate::model::Focus::Jobs => Some((1, "back")),
        "cancel-job" if screen.snapshot.n_jobs_running > 0 => Some((0, "cancel")),
        _ => action.hint,
    }
}

/// `412 of 1,532 rows`, or one number where nothing is filtered.
pub fn rows_of(shown: usize, all: usize) -> String {
    let word = if all == 1 { "row" } else { "rows" };
    if shown == all { format!("{} {word}", count(all)) } else { format!("{} of {} {word}", count(shown), count(all)) }
}
