//! A list that is narrowed by typing: the palette, the help, the columns, the bookmarks.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::{Screen, scrolled};
use crate::action::Action;
use crate::model::RowOrigin;
use crate::ui::{popup, put, put_right};

/// What choosing an item means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerPurpose {
    /// It is done.
    Palette,
    /// It is done too: help that can be acted on.
    Help,
    /// The columns of the view: one goes there, and shows or hides them.
    Columns,
    Bookmarks,
    /// What was done; one goes back to it.
    History,
    Views,
    Lessons,
    Themes,
    Cases,
    Operations,
    /// What a row was made of.
    Chain,
}

/// What an item stands for.
#[derive(Clone, Debug)]
pub enum Choice {
    Action(&'static Action),
    /// A column by its name.
    Column(String),
    /// A bookmark by its place in the list.
    Bookmark(usize),
    /// A moment of the history by its place in it.
    Moment(usize),
    /// An open view by its place.
    View(usize),
    /// A theme by its name.
    Theme(String),
    /// A case by its name.
    Case(String),
    /// A lesson by its id.
    Lesson(String),
    /// An operation by its id.
    Operation(&'static str),
    /// An open view by its place, and a row of what it shows, or else of the table that it was opened with.
    Link {
        view: usize,
        row: usize,
        shown: bool,
    },
    /// What can only be read.
    Nothing,
    /// A row of evidence.
    Evidence(RowOrigin),
}

/// One line.
#[derive(Clone, Debug)]
pub struct PickItem {
    /// What stands before its name: keys, or a mark.
    pub keys: String,
    pub name: String,
    pub text: String,
    /// Other words it is found by.
    pub also: &'static str,
    pub choice: Choice,
    /// Whether it cannot be done now, or is hidden.
    pub is_dim: bool,
}

impl PickItem {
    fn haystack(&self) -> String {
        format!("{} {} {} {}", self.name, self.text, self.also, self.keys)
    }
}

/// The picker's state.
#[derive(Debug)]
pub struct Picker {
    pub purpose: PickerPurpose,
    pub title: String,
    pub input: Input,
    items: Vec<PickItem>,
    /// Indices of the items that match, the best first.
    shown: Vec<usize>,
    cursor: usize,
}

impl Picker {
    pub fn new(purpose: PickerPurpose, title: String, items: Vec<PickItem>) -> Self {
        let shown = (0..items.len()).collect();
        Self { purpose, title, input: Input::default(), items, shown, cursor: 0 }
    }

    /// Ranks the items by what is typed; a key that is typed exactly goes first.
    pub fn narrow(&mut self) {
        self.cursor = 0;
        let typed = self.input.value().trim();
        if typed.is_empty() {
            self.shown = (0..self.items.len()).collect();
            return;
        }
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut ranked: Vec<(u32, usize)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let by_name = pattern.score(Utf32Str::new(&item.haystack(), &mut buffer), &mut matcher);
            let by_key = (item.keys.split(", ").any(|key| key == typed)).then_some(u32::MAX);
            let begins = by_name.map(|score| if item.name.starts_with(typed) { score + 1_000 } else { score });
            ranked.extend(by_key.or(begins).map(|score| (score, at)));
        }
        ranked.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.shown = ranked.into_iter().map(|(_, at)| at).collect();
    }

    pub fn move_by(&mut self, delta: isize) {
        self.cursor = self.cursor.saturating_add_signed(delta).min(self.shown.len().saturating_sub(1));
    }

    /// Puts anew made items in the place of the old ones, which are the same in number and order.
    pub fn set_items(&mut self, items: Vec<PickItem>) {
        self.items = items;
    }

    /// The item under the cursor.
    pub fn chosen(&self) -> Option<&PickItem> {
        self.shown.get(self.cursor).and_then(|at| self.items.get(*at))
    }
}

pub fn draw(screen: &Screen<'_>, picker: &Picker, buf: &mut Buffer) {
    let (look, body) = (screen.look, screen.rects.body);
    let width = 100.min(body.width);
    let height = body.height.min(u16::try_from(picker.items.len() + 3).unwrap_or(u16::MAX));
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y, width, height };
    let inner = popup(look, buf, area, &picker.title);
    let raised = |style: ratatui::style::Style| style.bg(look.raised.bg.unwrap_or_default());
    let prompt = format!("> {}", picker.input.value());
    let first = Rect { height: inner.height.min(1), ..inner };
    let used = put(look, buf, first, &prompt, look.raised);
    put(
        look,
        buf,
        Rect { x: first.x + used, width: first.width.saturating_sub(used), ..first },
        "_",
        raised(look.accent),
    );
    put_right(look, buf, first, &format!("{} of {}", picker.shown.len(), picker.items.len()), raised(look.dim));
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if picker.shown.is_empty() && !list.is_empty() {
        put(
            look,
            buf,
            Rect { height: 1, ..list },
            "Nothing is called that. Backspace widens, Esc closes.",
            raised(look.dim),
        );
    }
    let top = scrolled(0, picker.cursor, usize::from(list.height));
    for ((at, item_idx), y) in picker.shown.iter().enumerate().skip(top).zip(list.top()..list.bottom()) {
        line(screen, &picker.items[*item_idx], at == picker.cursor, Rect { y, height: 1, ..list }, buf);
    }
}

fn line(screen: &Screen<'_>, item: &PickItem, under_cursor: bool, area: Rect, buf: &mut Buffer) {
    use ratatui::style::Modifier;
    let look = screen.look;
    let background = look.raised.bg.unwrap_or_default();
    let style = if item.is_dim { look.dim.bg(background) } else { look.raised };
    let style = if under_cursor { style.add_modifier(Modifier::REVERSED) } else { style };
    if under_cursor {
        buf.set_style(area, style);
    }
    put(look, buf, Rect { width: 14.min(area.width), ..area }, &item.keys, style);
    // What has nothing beside it may be as long as the line.
    let room = if item.text.is_empty() { u16::MAX } else { 21 };
    put(look, buf, Rect { x: area.x + 15, width: room.min(area.width.saturating_sub(15)), ..area }, &item.name, style);
    put(look, buf, Rect { x: area.x + 37, width: area.width.saturating_sub(37), ..area }, &item.text, style);
}
