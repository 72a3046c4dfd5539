//! What a newcomer sees: what there is, and which key begins it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Screen;
use crate::model::{Focus, Shown};
use crate::ui::{count, put, put_shown, rule, wrapped};

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let area = if screen.rects.browser.is_empty() { area } else { rule(look, buf, area) };
    let inner = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(1),
    };
    let lines = lines(screen, inner.width);
    for ((key, text, style), y) in lines.iter().zip(inner.top()..inner.bottom()) {
        let line = Rect { y, height: 1, ..inner };
        let indent = if key.is_empty() { 0 } else { 8 };
        put(look, buf, Rect { width: 7.min(line.width), ..line }, key, look.accent.add_modifier(Modifier::BOLD));
        put_shown(
            look,
            buf,
            Rect { x: line.x + indent, width: line.width.saturating_sub(indent), ..line },
            text,
            *style,
        );
    }
}

/// A key, or nothing, and what stands beside it.
type WelcomeLine = (String, Shown, Style);

fn lines(screen: &Screen<'_>, width: u16) -> Vec<WelcomeLine> {
    let look = screen.look;
    let text =
        |text: &str, style: Style| wrapped(look, text, width, 4).into_iter().map(move |l| (String::new(), l, style));
    let blank = || (String::new(), Shown::default(), look.base);
    let mut lines: Vec<WelcomeLine> = text("casebook", look.accent.add_modifier(Modifier::BOLD)).collect();
    lines.extend(text("An investigation workbench: query, walk, filter and export evidence by keyboard.", look.base));
    lines.push(blank());
    for (action, what) in doors(screen) {
        let shown = wrapped(look, &what, width.saturating_sub(8), 2);
        let keys = std::iter::once(screen.key_in(Focus::Browser, action)).chain(std::iter::repeat(" ".to_owned()));
        lines.extend(keys.zip(shown).map(|(key, text)| (key, text, look.base)));
    }
    lines.push(blank());
    lines.extend(text(
        &format!(
            "New here? {} lists the lessons. Or look around: nothing you do changes the evidence, and {} undoes it.",
            screen.key("list-lessons"),
            screen.key("undo")
        ),
        look.dim,
    ));
    lines
}

/// The actions that begin something, and what each begins.
fn doors(screen: &Screen<'_>) -> Vec<(&'static str, String)> {
    let browser = screen.browser;
    let has_lesson = screen.lab.is_some();
    let go_on = screen.newest_case.filter(|_| screen.status.case.is_none());
    let go_on = go_on.map(|name| ("open-case", format!("go on with {name}, or another case")));
    let doors = [
        ("choose", format!("run a query; {} are ready", count(browser.n_queries()))),
        ("search", "find a query by name".to_owned()),
        ("open-evidence", "open a file or folder".to_owned()),
        ("run-sql", format!("ask the {} loaded tables with SQL", count(browser.n_tables))),
        ("list-lessons", "learn by doing, in the lab".to_owned()),
        ("palette", "find any action by name".to_owned()),
        ("help", "what every key does".to_owned()),
        ("close-view", "leave".to_owned()),
    ];
    go_on.into_iter().chain(doors).filter(|(action, _)| *action != "list-lessons" || !has_lesson).collect()
}
