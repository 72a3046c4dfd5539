//! A list that is narrowed by typing: the palette, the help, the columns, the bookmarks.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
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
    /// How well typed words, in lower case, fit: each must be in the name, if only letter by letter, or stand in the
    /// text as it is. None where one does not.
    fn score(&self, typed: &[&str], matcher: &mut Matcher) -> Option<u32> {
        let (name, text) = (self.name.to_lowercase(), format!("{} {}", self.text, self.also).to_lowercase());
        let begins_a_word = |text: &str, word: &str| {
            text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric()))
        };
        let score_of = |word: &&str| match *word {
            word if name == word => Some(6_000),
            word if name.starts_with(word) => Some(5_000),
            word if begins_a_word(&name, word) => Some(4_000),
            word if name.contains(word) => Some(3_000),
            word if begins_a_word(&text, word) => Some(2_000),
            word => by_letters(&name, word, matcher).or_else(|| text.contains(word).then_some(0)),
        };
        typed.iter().map(score_of).sum()
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
        let lower = typed.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        if words.is_empty() {
            self.shown = (0..self.items.len()).collect();
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut ranked: Vec<(u32, usize)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let by_key = (item.keys.split(", ").any(|key| key == typed)).then_some(u32::MAX);
            ranked.extend(by_key.or_else(|| item.score(&words, &mut matcher)).map(|score| (score, at)));
        }
        // Of those that fit as well, what can be done now goes first.
        ranked.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), self.items[*at].is_dim, *at));
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

/// How well a word's letters stand in a name in their order, such as `etrioc` in `extract-iocs`; at most 1,000.
fn by_letters(name: &str, word: &str, matcher: &mut Matcher) -> Option<u32> {
    let pattern = Pattern::new(word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let score = pattern.score(Utf32Str::new(name, &mut Vec::new()), matcher)?;
    Some(score.min(1_000))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::ACTIONS;

    /// The names that are left by what is typed, the best first.
    fn found(typed: &str) -> Vec<String> {
        let item = |action: &'static Action| PickItem {
            keys: if action.id == "sort" { "s".to_owned() } else { String::new() },
            name: action.id.to_owned(),
            text: action.doc.to_owned(),
            also: action.also,
            choice: Choice::Action(action),
            is_dim: false,
        };
        let mut picker = Picker::new(PickerPurpose::Palette, String::new(), ACTIONS.iter().map(item).collect());
        picker.input = Input::new(typed.to_owned());
        picker.narrow();
        picker.shown.iter().map(|at| picker.items[*at].name.clone()).collect()
    }

    #[test]
    fn names_go_before_texts_and_letters_here_and_there_count_in_names_only() {
        assert_eq!(found("s")[0], "sort");
        assert_eq!(found("export")[0], "export");
        assert_eq!(found("iocs")[..2], ["extract-iocs", "sweep-iocs"]);
        assert_eq!(found("etrioc"), ["extract-iocs"]);
        assert_eq!(found("Decode")[0], "unpack-base64");
        assert_eq!(found("sort key")[0], "add-sort-key");
        assert_eq!(found("zqx"), Vec::<String>::new());
        for typed in ["sort", "filter", "decode", "sweep"] {
            assert!(found(typed).len() < 20, "{typed}: {:?}", found(typed));
        }
    }
}
