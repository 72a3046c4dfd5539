//! The query browser: named queries by family, found by typing.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree, TreeItem, TreeState};

use super::{Screen, title};
use crate::model::{Focus, Shown};
use crate::ui::{Cut, put_shown, shown_in, wrapped};

/// A parameter as the form shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub doc: String,
    /// The word for its type.
    pub word: &'static str,
    /// None makes it required.
    pub default: Option<String>,
}

/// A query as the browser knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub family: String,
    pub name: String,
    pub description: String,
    pub parameters: Vec<Parameter>,
    /// Whether it runs without asking anything.
    pub runs_at_once: bool,
    pub unavailable: Option<String>,
    /// Whether it stands for a whole table rather than a template.
    pub is_table: bool,
}

/// The family of the loaded tables; it stands last.
pub const TABLES: &str = "Tables";

impl Query {
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.family, self.name)
    }
}

/// A line of the tree: a family, or a query in it.
type Place = Vec<String>;

/// The browser's state.
#[derive(Debug, Default)]
pub struct Browser {
    pub n_tables: usize,
    queries: Vec<Query>,
    filter: String,
    opened: BTreeSet<String>,
    cursor: Place,
    /// Only the scroll position is taken from it: the widget learns that while drawing.
    scroll: RefCell<TreeState<String>>,
}

impl Browser {
    /// A browser over queries sorted by family and name, with the first family open.
    pub fn new(mut queries: Vec<Query>, n_tables: usize) -> Self {
        queries.sort_by(|a, b| (a.is_table, &a.family, &a.name).cmp(&(b.is_table, &b.family, &b.name)));
        let opened = queries.iter().filter(|q| !q.is_table).map(|q| q.family.clone()).collect();
        let cursor = queries.first().map(|q| vec![q.family.clone(), q.name.clone()]).unwrap_or_default();
        Self { n_tables, queries, opened, cursor, ..Self::default() }
    }

    /// Takes another list, keeping what is open and where the cursor is.
    pub fn replace(&mut self, queries: Vec<Query>, n_tables: usize) {
        let old = std::mem::take(self);
        *self = Self::new(queries, n_tables);
        // A family that was folded stays folded.
        let known: BTreeSet<&str> = old.queries.iter().map(|q| q.family.as_str()).collect();
        self.opened.retain(|family| !known.contains(family.as_str()));
        self.opened.extend(old.opened);
        self.filter = old.filter;
        if self.places().contains(&old.cursor) {
            self.cursor = old.cursor;
        }
    }

    /// Unfolds the tables, folds all else, so that they are seen, and goes to the first of them.
    pub fn show_tables(&mut self) {
        self.filter.clear();
        self.opened = BTreeSet::from([TABLES.to_owned()]);
        let first = self.queries.iter().find(|q| q.is_table).map(|q| vec![q.family.clone(), q.name.clone()]);
        self.cursor = first.unwrap_or_else(|| self.cursor.clone());
    }

    /// How many queries can run.
    pub fn n_queries(&self) -> usize {
        self.queries.iter().filter(|q| q.unavailable.is_none() && !q.is_table).count()
    }

    /// The query under the cursor; None on a family.
    pub fn query(&self) -> Option<&Query> {
        let [family, name] = self.cursor.as_slice() else { return None };
        self.queries.iter().find(|q| q.family == *family && q.name == *name)
    }

    /// Where the cursor is: a family, or a family and a query.
    pub fn place(&self) -> &[String] {
        &self.cursor
    }

    /// The families that are unfolded.
    pub const fn unfolded(&self) -> &BTreeSet<String> {
        &self.opened
    }

    /// Goes to a place, if it is still there, with these families unfolded.
    pub fn go_to(&mut self, place: Vec<String>, unfolded: BTreeSet<String>) {
        let is_there = self
            .queries
            .iter()
            .any(|q| Some(&q.family) == place.first() && place.get(1).is_none_or(|name| *name == q.name));
        if is_there {
            self.opened = unfolded;
            self.cursor = place;
        }
    }

    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Shows only queries that hold `text` in name, family or description.
    pub fn set_filter(&mut self, text: &str) {
        self.filter = text.to_lowercase();
        let places = self.places();
        if self.filter.is_empty() && places.contains(&self.cursor) {
            return;
        }
        // The name that was typed goes before one that only holds it, and a query before a family.
        let distance = |place: &&Place| match place.get(1).map(|name| name.to_lowercase()) {
            Some(name) if name == self.filter => 0,
            Some(name) if name.starts_with(&self.filter) => 1,
            Some(name) if name.contains(&self.filter) => 2,
            Some(_) => 3,
            None => 4,
        };
        self.cursor = places.iter().min_by_key(distance).cloned().unwrap_or_default();
    }

    pub fn move_by(&mut self, delta: isize) {
        let places = self.places();
        let at = places.iter().position(|p| *p == self.cursor).unwrap_or(0);
        let to = at.saturating_add_signed(delta).min(places.len().saturating_sub(1));
        self.cursor = places.get(to).cloned().unwrap_or_default();
    }

    /// Opens the family under the cursor.
    pub fn open(&mut self) {
        self.opened.extend(self.cursor.first().cloned());
    }

    /// Closes the family under the cursor, and goes to it.
    pub fn close(&mut self) {
        if let Some(family) = self.cursor.first().cloned() {
            self.opened.remove(&family);
            self.cursor = vec![family];
        }
    }

    /// Opens or closes the family under the cursor; false on a query.
    pub fn toggle(&mut self) -> bool {
        match self.cursor.as_slice() {
            [family] if self.opened.contains(family) => self.close(),
            [_] => self.open(),
            _ => return false,
        }
        true
    }

    fn matching(&self) -> impl Iterator<Item = &Query> {
        let holds = |q: &&Query| {
            let text = format!("{} {} {}", q.family, q.name, q.description).to_lowercase();
            self.filter.split_whitespace().all(|word| text.contains(word))
        };
        self.queries.iter().filter(holds)
    }

    /// The lines that can be seen, in order.
    fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for query in self.matching() {
            let family = vec![query.family.clone()];
            if !places.contains(&family) {
                places.push(family);
            }
            // While something is looked for, what was found is not hidden in a closed family.
            if self.opened.contains(&query.family) || !self.filter.is_empty() {
                places.push(vec![query.family.clone(), query.name.clone()]);
            }
        }
        places
    }
}

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let (look, browser) = (screen.look, screen.browser);
    let rest = if browser.filter.is_empty() { String::new() } else { format!("~ {}", browser.filter) };
    let inner = title(screen, area, buf, "Queries", screen.focus == Focus::Browser, &rest);
    let about = about(screen, inner);
    let n_about = u16::try_from(about.len()).unwrap_or(0);
    let tree_area = Rect { height: inner.height.saturating_sub(n_about), ..inner };
    draw_tree(screen, tree_area, buf);
    for ((text, style), y) in about.iter().zip(tree_area.bottom()..inner.bottom()) {
        put_shown(look, buf, Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 }, text, *style);
    }
}

/// What the query under the cursor does, in the lowest lines.
fn about(screen: &Screen<'_>, area: Rect) -> Vec<(Shown, ratatui::style::Style)> {
    let look = screen.look;
    if area.height < 12 {
        return Vec::new();
    }
    let width = area.width.saturating_sub(2);
    let styled = |text: &str, max: usize, style| wrapped(look, text, width, max).into_iter().map(move |l| (l, style));
    let mut lines: Vec<_> = styled(&look.glyphs.horizontal.repeat(usize::from(width)), 1, look.dim).collect();
    if screen.browser.cursor.is_empty() {
        return Vec::new();
    }
    let Some(query) = screen.browser.query() else {
        lines.extend(styled("Enter opens and closes a family", 2, look.dim));
        return lines;
    };
    lines.extend(styled(&query.description, 3, look.base));
    if let Some(why) = &query.unavailable {
        lines.extend(styled(&format!("cannot run: {why}"), 3, look.warning));
    }
    let names: Vec<&str> = query.parameters.iter().map(|p| p.name.as_str()).collect();
    if !names.is_empty() {
        let text = format!("{}: {}", screen.key("run-with-parameters"), names.join(", "));
        lines.extend(styled(&text, 2, look.dim));
    }
    lines
}

fn draw_tree(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    // The widget writes where it is told to, so it must not be told to write beside the screen.
    let area = area.intersection(*buf.area());
    let (look, browser) = (screen.look, screen.browser);
    let items = items(screen, area.width);
    if items.is_empty() {
        draw_nothing(screen, area, buf);
        return;
    }
    let mut state = browser.scroll.borrow_mut();
    state.close_all();
    for item in &items {
        if browser.opened.contains(item.identifier()) || !browser.filter.is_empty() {
            state.open(vec![item.identifier().clone()]);
        }
    }
    state.select(browser.cursor.clone());
    // The families are distinct and so are the queries of one, so the widget has nothing to refuse.
    if let Ok(tree) = Tree::new(&items) {
        let lit = if screen.focus == Focus::Browser { Modifier::REVERSED } else { Modifier::UNDERLINED };
        let tree = tree
            .node_open_symbol(look.glyphs.open)
            .node_closed_symbol(look.glyphs.closed)
            .node_no_children_symbol("")
            .style(look.base)
            .highlight_style(look.base.add_modifier(lit));
        StatefulWidget::render(tree, area, buf, &mut state);
    }
}

/// Why the list is empty, and the key that fills it.
fn draw_nothing(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let text = if screen.browser.filter.is_empty() {
        "No query was found.".to_owned()
    } else {
        format!("No query is called that. {} shows all again.", screen.key("back"))
    };
    for (line, y) in wrapped(look, &text, area.width.saturating_sub(2), 3).iter().zip(area.top()..area.bottom()) {
        put_shown(look, buf, Rect { x: area.x + 1, y, width: area.width.saturating_sub(1), height: 1 }, line, look.dim);
    }
}

fn items(screen: &Screen<'_>, width: u16) -> Vec<TreeItem<'static, String>> {
    let look = screen.look;
    let mut families: Vec<(String, Vec<TreeItem<'static, String>>)> = Vec::new();
    for query in screen.browser.matching() {
        let style = if query.unavailable.is_some() { look.dim.add_modifier(Modifier::CROSSED_OUT) } else { look.base };
        let text = shown_in(look, &query.name, width.saturating_sub(4), Cut::End).to_string();
        let leaf = TreeItem::new_leaf(query.name.clone(), Line::from(Span::styled(text, style)));
        match families.last_mut() {
            Some((family, leaves)) if *family == query.family => leaves.push(leaf),
            _ => families.push((query.family.clone(), vec![leaf])),
        }
    }
    let node = |(family, leaves): (String, Vec<TreeItem<'static, String>>)| {
        let label = format!("{family} {}", leaves.len());
        let text = shown_in(look, &label, width.saturating_sub(3), Cut::End).to_string();
        TreeItem::new(family, Line::from(Span::styled(text, look.accent)), leaves).ok()
    };
    families.into_iter().filter_map(node).collect()
}
