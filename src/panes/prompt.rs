//! The line in which a filter, a search, a path or SQL is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use tui_input::Input;

use super::Screen;
use crate::ui::{put, put_shown, wrapped};

/// What the typed text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromptKind {
    Filter,
    EditFilters,
    Search,
    BrowserFilter,
    Open,
    Sql,
    /// Of a question of the lab.
    Answer,
}

impl PromptKind {
    pub const ALL: [Self; 7] =
        [Self::Filter, Self::EditFilters, Self::Search, Self::BrowserFilter, Self::Open, Self::Sql, Self::Answer];

    /// Under which its lines are kept.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::EditFilters => "edit-filters",
            Self::Search => "search",
            Self::BrowserFilter => "browser",
            Self::Open => "open",
            Self::Sql => "sql",
            Self::Answer => "answer",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::EditFilters => "where",
            Self::Search => "search",
            Self::BrowserFilter => "find a query",
            Self::Open => "open",
            Self::Sql => "sql",
            Self::Answer => "answer",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Filter => "text; about this column > 5, ~ regex, in a, b, null; or EventID = 4625",
            Self::EditFilters => "one SQL expression over the columns; empty drops all filters",
            Self::Search => "text to look for in the shown columns",
            Self::BrowserFilter => "part of a name or description; empty shows all",
            Self::Open => "a file or folder: csv tsv json jsonl parquet arrow evtx log, also .gz .zst",
            Self::Sql => "such as SELECT Computer, COUNT(*) FROM host_logons GROUP BY Computer",
            Self::Answer => "a number, a time, a word: what the question asks for",
        }
    }
}

/// A prompt that is open.
#[derive(Debug)]
pub struct Prompt {
    pub kind: PromptKind,
    pub input: Input,
    /// What the text means so far, or what is wrong with it.
    pub answer: Option<Result<String, String>>,
    /// How far back in the history the text came from; zero is the text itself.
    pub back: usize,
    /// What was being typed before the history was gone through.
    pub draft: String,
}

impl Prompt {
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self { kind, input: Input::new(text.to_owned()), answer: None, back: 0, draft: String::new() }
    }
}

pub fn draw(screen: &Screen<'_>, prompt: &Prompt, buf: &mut Buffer) {
    let look = screen.look;
    let above = screen.rects.chips;
    let inset = |area: Rect| Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    match &prompt.answer {
        Some(Ok(text)) => put(look, buf, inset(above), text, look.base),
        Some(Err(text)) => refusal(screen, text, inset(above), buf),
        None => put(look, buf, inset(above), prompt.kind.help(), look.dim),
    };
    let line = inset(screen.rects.footer);
    let used = put(look, buf, line, &format!("{}: ", prompt.kind.label()), look.accent.add_modifier(Modifier::BOLD));
    let field = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
    input_line(screen, &prompt.input, field, look.base, buf);
}

/// Says why the text does not hold, over as many lines upwards as that needs: the advice stands at the end.
fn refusal(screen: &Screen<'_>, text: &str, lowest: Rect, buf: &mut Buffer) -> u16 {
    const MOST_LINES: usize = 3;
    let lines = wrapped(screen.look, text, lowest.width, MOST_LINES);
    for (line, up) in lines.iter().rev().zip(0..) {
        let area = Rect { y: lowest.y.saturating_sub(up), ..lowest };
        for position in area.positions() {
            buf.cell_mut(position).into_iter().for_each(ratatui::buffer::Cell::reset);
        }
        buf.set_style(area, screen.look.base);
        put_shown(screen.look, buf, area, line, screen.look.warning);
    }
    0
}

/// A text field scrolled to its cursor, which is a reversed cell and needs no terminal cursor.
pub fn input_line(
    screen: &Screen<'_>,
    input: &Input,
    area: Rect,
    style: ratatui::style::Style,
    buf: &mut Buffer,
) -> u16 {
    let scroll = input.visual_scroll(usize::from(area.width.saturating_sub(1)));
    let visible: String = skip_columns(input.value(), scroll);
    let used = put(screen.look, buf, area, &visible, style);
    let x = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    let cell = Rect { x: area.x + x, width: 1, height: 1, ..area }.intersection(area);
    buf.set_style(cell, style.add_modifier(Modifier::REVERSED));
    used
}

fn skip_columns(text: &str, columns: usize) -> String {
    use unicode_width::UnicodeWidthChar;
    let mut skipped = 0;
    let rest = text.chars().skip_while(|c| {
        let skip = skipped < columns;
        skipped += c.width().unwrap_or(0);
        skip
    });
    rest.collect()
}
