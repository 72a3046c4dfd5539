//! What a newcomer sees: what there is, and which key begins it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Screen;
use crate::ui::{count, put, put_shown, rule, wrapped};

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let area = if screen.rects.browser.is_empty() { area } else { rule(look, buf, area) };
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(3), height: area.height.saturating_sub(1) };
    let n_queries: usize = screen.browser.n_queries();
    let keys = [
        (screen.key("choose"), format!("run the query under the cursor; {} are ready", count(n_queries))),
        (screen.key("search"), "find a query by name".to_owned()),
        (screen.key("open-evidence"), "open a file or folder: csv tsv jsonl parquet".to_owned()),
        (screen.key("run-sql"), format!("ask the {} loaded tables with SQL", count(screen.browser.n_tables))),
        (screen.key("palette"), "find any action by name".to_owned()),
        (screen.key("help"), "what every key does".to_owned()),
        (screen.key("close-view"), "leave".to_owned()),
    ];
    let mut y = inner.y;
    let mut line = |text: &str, x: u16, style| {
        if y < inner.bottom() {
            put(look, buf, Rect { x: inner.x + x, y, width: inner.width.saturating_sub(x), height: 1 }, text, style);
        }
    };
    line("casebook", 0, look.accent.add_modifier(Modifier::BOLD));
    y += 1;
    for part in wrapped(look, "An investigation workbench: query, walk, filter and export evidence by keyboard.", inner.width, 3) {
        put_shown(look, buf, Rect { y, height: 1, ..inner }.intersection(inner), &part, look.base);
        y += 1;
    }
    y += 1;
    for (key, what) in keys {
        if y >= inner.bottom() {
            return;
        }
        put(look, buf, Rect { y, width: 7.min(inner.width), height: 1, ..inner }, &key, look.accent.add_modifier(Modifier::BOLD));
        put(look, buf, Rect { x: inner.x + 8, y, width: inner.width.saturating_sub(8), height: 1 }, &what, look.base);
        y += 1;
    }
    y += 1;
    let hint = "New here? Press Enter on a query and look around: nothing you do changes the evidence.";
    for part in wrapped(look, hint, inner.width, 4) {
        if y < inner.bottom() {
            put_shown(look, buf, Rect { y, height: 1, ..inner }, &part, look.dim);
        }
        y += 1;
    }
}
