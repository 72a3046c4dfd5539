//! What may follow the keys typed so far; drawn from the keymap.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Screen;
use crate::config::{Resolved, show_chord};
use crate::model::Focus;
use crate::ui::{popup, put};

pub fn draw(screen: &Screen<'_>, buf: &mut Buffer) {
    if screen.pending.is_empty() {
        return;
    }
    let Resolved::Prefix(longer) = screen.keymap.resolve(screen.focus, screen.pending) else {
        return;
    };
    let body = screen.rects.body;
    let height = u16::try_from(longer.len() + 1).unwrap_or(u16::MAX).min(body.height);
    let width = 96.min(body.width);
    let area = Rect { x: body.right() - width, y: body.bottom() - height, width, height };
    // The popup may lie over the heading of the column that it speaks of.
    let column = screen.snapshot.column.as_ref().filter(|_| screen.focus != Focus::Browser);
    let column = column.map(|column| format!("   column {}", column.name)).unwrap_or_default();
    let inner = popup(screen.look, buf, area, &format!("{} ...{column}", show_chord(screen.pending)));
    for (binding, y) in longer.iter().zip(inner.top()..inner.bottom()) {
        let line = Rect { y, height: 1, ..inner };
        let key = show_chord(&binding.chord[screen.pending.len()..]);
        let reason = (binding.action.enabled)(screen.snapshot);
        let style = if reason.is_ok() {
            screen.look.raised
        } else {
            screen.look.dim.bg(screen.look.raised.bg.unwrap_or_default())
        };
        put(screen.look, buf, Rect { width: 10, ..line }, &key, style);
        put(
            screen.look,
            buf,
            Rect { x: line.x + 11, width: line.width.saturating_sub(11), ..line },
            binding.action.doc,
            style,
        );
    }
}
