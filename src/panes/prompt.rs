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
    /// A report whose indicators are sought.
    Sweep,
}

impl PromptKind {
    pub const ALL: [Self; 8] = [
        Self::Filter,
        Self::EditFilters,
        Self::Search,
        Self::BrowserFilter,
        Self::Open,
        Self::Sql,
        Self::Answer,
        Self::Sweep,
    ];

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
            Self::Sweep => "sweep",
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
            Self::Sweep => "report",
        }
    }

    /// Whether SQL is written in it, and so completed.
    pub const fn is_sql(self) -> bool {
        matches!(self, Self::Filter | Self::EditFilters | Self::Sql)
    }

    /// Whether it may have several lines.
    pub const fn has_lines(self) -> bool {
        matches!(self, Self::EditFilters | Self::Sql | Self::Sweep)
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Filter => "text; about this column > 5, ~ regex, in a, b, null; or EventID = 4625",
            Self::EditFilters => "one SQL expression over the columns; empty drops all filters",
            Self::Search => "text to look for in the shown columns",
            Self::BrowserFilter => "part of a name or description; empty shows all",
            Self::Open => "a file or folder: csv tsv json jsonl parquet arrow evtx log, also .gz .zst",
            Self::Sql => "SELECT ... FROM host_logons; Tab completes, Alt-Enter or Ctrl-j is a new line",
            Self::Answer => "a number, a time, a word: what the question asks for",
            Self::Sweep => "paste a report, defanged or not; or @ and the path of one",
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
    /// What the word before the cursor may become.
    pub offered: Vec<String>,
    /// Present while these are gone through.
    pub completion: Option<Completion>,
    /// Whether the text has been sent off and its answer is awaited.
    pub is_running: bool,
}

/// What a word may become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in characters.
    pub start: usize,
    pub typed: String,
    pub words: Vec<String>,
    /// Which of them stands in the text; None for what was typed.
    pub at: Option<usize>,
}

impl Completion {
    /// The next word, or the one before, put into the prompt's text; after the last comes what was typed.
    pub fn turned(mut self, forward: bool, prompt: &mut Prompt) -> Option<Self> {
        let n_words = self.words.len();
        let next = match (self.at, forward) {
            (None, true) => Some(0),
            (None, false) => n_words.checked_sub(1),
            (Some(at), true) => Some(at + 1).filter(|at| *at < n_words),
            (Some(at), false) => at.checked_sub(1),
        };
        let old = self.at.map_or(&self.typed, |at| &self.words[at]).chars().count();
        self.at = next.filter(|at| *at < n_words);
        let word = self.at.map_or(&self.typed, |at| &self.words[at]).clone();
        prompt.replace(self.start, old, &word);
        (n_words > 0).then_some(self)
    }
}

impl Prompt {
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            input: Input::new(text.to_owned()),
            answer: None,
            back: 0,
            draft: String::new(),
            offered: Vec::new(),
            completion: None,
            is_running: false,
        }
    }

    /// The word that ends at the cursor, and where it begins, in characters.
    pub fn word_before_cursor(&self) -> (usize, String) {
        let before: Vec<char> = self.input.value().chars().take(self.input.cursor()).collect();
        let is_part = |c: &char| c.is_alphanumeric() || *c == '_';
        let length = before.iter().rev().take_while(|c| is_part(c)).count();
        let start = before.len() - length;
        (start, before[start..].iter().collect())
    }

    /// Puts a word in the place of `length` characters from `start` on, and the cursor behind it.
    fn replace(&mut self, start: usize, length: usize, word: &str) {
        let text: Vec<char> = self.input.value().chars().collect();
        let end = (start + length).min(text.len());
        let whole: String =
            text[..start.min(end)].iter().copied().chain(word.chars()).chain(text[end..].iter().copied()).collect();
        self.input = Input::new(whole).with_cursor(start + word.chars().count());
    }

    /// Puts the cursor before a character.
    pub fn go_to(&mut self, at: usize) {
        self.input.handle(tui_input::InputRequest::SetCursor(at));
    }

    /// The line and the column of the cursor, in characters, from zero.
    fn place(&self) -> (usize, usize) {
        let before: String = self.input.value().chars().take(self.input.cursor()).collect();
        let line = before.matches('\n').count();
        (line, before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()))
    }

    /// Moves the cursor to the line above or below; false where there is none.
    pub fn move_line(&mut self, down: bool) -> bool {
        let (line, column) = self.place();
        let lines: Vec<usize> = self.input.value().split('\n').map(|l| l.chars().count()).collect();
        let Some(to) = (if down { Some(line + 1) } else { line.checked_sub(1) }).filter(|to| *to < lines.len()) else {
            return false;
        };
        let before: usize = lines[..to].iter().map(|length| length + 1).sum();
        self.go_to(before + column.min(lines[to]));
        true
    }
}

pub fn draw(screen: &Screen<'_>, prompt: &Prompt, buf: &mut Buffer) {
    let look = screen.look;
    let inset = |area: Rect| Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let footer = inset(screen.rects.footer);
    let label = format!("{}: ", prompt.kind.label());
    let n_lines = u16::try_from(prompt.input.value().split('\n').count()).unwrap_or(u16::MAX);
    let height = n_lines.min(MOST_LINES).min(screen.rects.body.height);
    let text = Rect { y: (footer.y + 1).saturating_sub(height), height, ..footer };
    let above = Rect { y: text.y.saturating_sub(1), height: 1, ..footer };
    clear(
        screen,
        Rect { x: screen.rects.footer.x, width: screen.rects.footer.width, y: above.y, height: height + 1 },
        buf,
    );
    match &prompt.answer {
        Some(Err(text)) => refusal(screen, text, above, buf),
        _ if !prompt.offered.is_empty() => put(look, buf, above, &offer(prompt), look.dim),
        Some(Ok(text)) => put(look, buf, above, text, look.base),
        None => put(look, buf, above, prompt.kind.help(), look.dim),
    };
    let first = Rect { height: 1, ..text };
    let used = put(look, buf, first, &label, look.accent.add_modifier(Modifier::BOLD));
    let field = Rect { x: text.x + used, width: text.width.saturating_sub(used), ..text };
    if n_lines == 1 {
        input_line(screen, &prompt.input, field, look.base, buf);
    } else {
        input_lines(screen, prompt, field, buf);
    }
}

/// More lines than these are scrolled.
const MOST_LINES: u16 = 8;

/// What Tab would make of the word.
fn offer(prompt: &Prompt) -> String {
    let chosen = prompt.completion.as_ref().and_then(|completion| completion.at);
    let marked = |(at, word): (usize, &String)| if Some(at) == chosen { format!("[{word}]") } else { word.clone() };
    let words: Vec<String> = prompt.offered.iter().enumerate().skip(chosen.unwrap_or(0)).map(marked).collect();
    format!("Tab: {}", words.join("  "))
}

fn clear(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(*buf.area());
    for position in area.positions() {
        buf.cell_mut(position).into_iter().for_each(ratatui::buffer::Cell::reset);
    }
    buf.set_style(area, screen.look.base);
}

/// The lines around the cursor, each as far to the right as the cursor's own needs.
fn input_lines(screen: &Screen<'_>, prompt: &Prompt, area: Rect, buf: &mut Buffer) {
    let (line, column) = prompt.place();
    let top = super::scrolled(0, line, usize::from(area.height));
    let lines = prompt.input.value().split('\n').enumerate().skip(top);
    for ((at, text), y) in lines.zip(area.top()..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        if at == line {
            let input = Input::new(text.to_owned()).with_cursor(column);
            input_line(screen, &input, row, screen.look.base, buf);
        } else {
            put(screen.look, buf, row, text, screen.look.base);
        }
    }
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
