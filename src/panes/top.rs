//! The top line: where am I.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Screen;
use crate::ui::{put, put_right};

/// What the right end says of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The case's name; None without one.
    pub case: Option<String>,
    pub online: bool,
    /// The number of the newest record on disk.
    pub saved: Option<u64>,
    /// Records that were handed to the scribe and are not on disk yet.
    pub n_unsaved: usize,
    pub save_failed: bool,
    /// Whether another program works in the case.
    pub read_only: bool,
    /// Which of the open views this is, from one.
    pub view: usize,
    pub n_views: usize,
}

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let (look, status) = (screen.look, screen.status);
    let right = right_end(screen);
    let room = area.width.saturating_sub(u16::try_from(right.chars().count()).unwrap_or(0) + 2);
    let mut path = vec![status.case.clone().unwrap_or_else(|| "casebook".to_owned())];
    path.extend(screen.ancestors.iter().map(|name| (*name).to_owned()));
    if let Some(view) = screen.view {
        path.push(view.name.clone());
        path.extend(view.chips.iter().map(|chip| chip.label.clone()));
    }
    let left = Rect { x: area.x + 1, width: room.saturating_sub(1), ..area };
    put(look, buf, left, &path.join(look.glyphs.path), look.base.add_modifier(Modifier::BOLD));
    let style = if status.save_failed { look.danger } else { look.dim };
    put_right(look, buf, Rect { width: area.width.saturating_sub(1), ..area }, &right, style);
}

fn right_end(screen: &Screen<'_>) -> String {
    let status = screen.status;
    let saved = match (&status.case, status.saved) {
        (None, _) => "no case".to_owned(),
        _ if status.read_only => "READ-ONLY".to_owned(),
        _ if status.save_failed => "NOT SAVED".to_owned(),
        _ if status.n_unsaved > 0 => "saving".to_owned(),
        (_, Some(seq)) => format!("saved #{seq}"),
        (_, None) => "nothing to save".to_owned(),
    };
    let mut parts =
        vec![if status.online { "online" } else { "offline" }.to_owned(), screen.look.zone.to_string(), saved];
    if status.n_views > 1 {
        parts.insert(0, format!("view {} of {}", status.view, status.n_views));
    }
    parts.join(screen.look.glyphs.dot)
}
