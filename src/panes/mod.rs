//! The panes: what stands on the screen. Each owns its state; drawing takes it by reference and cannot wait.

mod browser;
mod detail;
mod footer;
mod form;
mod grid;
mod jobs;
mod lab;
mod picker;
mod prompt;
mod sparkline;
mod top;
mod view;
mod view_state;
mod welcome;
mod which_key;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::{Key, Keymap};
use crate::engine::JobInfo;
use crate::model::{Focus, Snapshot};
use crate::ui::{Look, Rects, SMALLEST, put, put_shown, wrapped};

pub use browser::{Browser, Parameter, Query, TABLES};
pub use detail::{Detail, surplus as detail_surplus};
pub use form::{Field, Form, FormPurpose};
pub use grid::{cell_at as grid_cell_at, leftmost as grid_leftmost, n_lines as grid_lines};
pub use jobs::Jobs;
pub use jobs::describe as describe_job;
pub use lab::{Lab, surplus as lab_surplus};
pub use picker::{Choice, PickItem, Picker, PickerPurpose};
pub use prompt::{Completion, Prompt, PromptKind};
pub use top::Status;
pub use view::{Follow, Kept, Search, View};

/// One row of the pane table.
#[derive(Debug)]
pub struct Pane {
    pub focus: Focus,
    /// As keymaps name it.
    pub id: &'static str,
    /// One line for help.
    pub doc: &'static str,
    pub draw: fn(&Screen<'_>, Rect, &mut Buffer),
}

/// Sorted by id.
pub const PANES: &[Pane] = &[
    Pane { focus: Focus::Browser, id: "browser", doc: "The named queries by family", draw: browser::draw },
    Pane { focus: Focus::Detail, id: "detail", doc: "Every field of the row under the cursor", draw: detail::draw },
    Pane { focus: Focus::Grid, id: "grid", doc: "The rows of the table", draw: grid::draw },
    Pane { focus: Focus::Jobs, id: "jobs", doc: "What runs and what ran", draw: jobs::draw },
    Pane { focus: Focus::Lab, id: "lab", doc: "The lesson beside the work", draw: lab::draw },
];

/// The row of a pane.
pub fn pane(focus: Focus) -> &'static Pane {
    PANES.iter().find(|pane| pane.focus == focus).unwrap_or(&PANES[0])
}

/// What lies over the panes and takes the keys.
#[derive(Debug)]
pub enum Overlay {
    Prompt(Prompt),
    Picker(Picker),
    Form(Form),
}

/// How urgent a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Warning,
    Error,
}

/// A sentence in the footer's place, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub tone: Tone,
    pub text: String,
}

/// All that a frame is drawn from.
pub struct Screen<'a> {
    pub look: &'a Look,
    pub keymap: &'a Keymap,
    pub rects: Rects,
    pub focus: Focus,
    pub snapshot: &'a Snapshot,
    pub status: &'a Status,
    pub browser: &'a Browser,
    pub view: Option<&'a View>,
    pub detail: &'a Detail,
    pub jobs: &'a Jobs,
    pub lab: Option<&'a Lab>,
    pub job_list: &'a [JobInfo],
    pub overlay: Option<&'a Overlay>,
    pub message: Option<&'a Message>,
    /// The keys typed so far, once a person waits for what may follow.
    pub pending: &'a [Key],
    /// The names of the views that this one was made of.
    pub ancestors: Vec<&'a str>,
    /// The case that was worked on last.
    pub newest_case: Option<&'a str>,
}

impl Screen<'_> {
    /// The key of an action in the focused pane, for texts that name it.
    pub fn key(&self, id: &str) -> String {
        self.key_in(self.focus, id)
    }

    /// The key of an action in the grid, for texts that stand there while another pane has the keyboard.
    pub fn grid_key(&self, id: &str) -> String {
        self.key_in(Focus::Grid, id)
    }

    /// The key of an action in a pane.
    pub fn key_in(&self, focus: Focus, id: &str) -> String {
        crate::action::find(id)
            .and_then(|action| self.keymap.chord_of(focus, action))
            .unwrap_or_else(|| "no key".to_owned())
    }
}

/// Draws a whole frame.
pub fn draw(screen: &Screen<'_>, buf: &mut Buffer) {
    let area = buf.area;
    buf.set_style(area, screen.look.base);
    if screen.rects.body.is_empty() {
        let (width, height) = SMALLEST;
        let text =
            format!("casebook needs {width} columns and {height} lines; here are {} and {}.", area.width, area.height);
        for (line, y) in wrapped(screen.look, &text, area.width, usize::from(area.height)).iter().zip(area.top()..) {
            put_shown(screen.look, buf, Rect { y, height: 1, ..area }, line, screen.look.base);
        }
        return;
    }
    top::draw(screen, screen.rects.top, buf);
    draw_panes(screen, buf);
    footer::draw(screen, buf);
    which_key::draw(screen, buf);
    match screen.overlay {
        Some(Overlay::Picker(picker)) => picker::draw(screen, picker, buf),
        Some(Overlay::Form(form)) => form::draw(screen, form, buf),
        Some(Overlay::Prompt(_)) | None => {}
    }
}

fn draw_panes(screen: &Screen<'_>, buf: &mut Buffer) {
    let rects = &screen.rects;
    if !rects.browser.is_empty() {
        browser::draw(screen, rects.browser, buf);
    }
    if !rects.lab.is_empty() {
        lab::draw(screen, rects.lab, buf);
    }
    if screen.focus == Focus::Jobs {
        jobs::draw(screen, rects.main, buf);
        return;
    }
    match screen.view {
        Some(_) if !rects.main.is_empty() => grid::draw(screen, rects.main, buf),
        None if !rects.main.is_empty() => welcome::draw(screen, rects.main, buf),
        _ => {}
    }
    if !rects.detail.is_empty() {
        detail::draw(screen, rects.detail, buf);
    }
}

/// The first line of a pane: its name, marked where it has the keyboard, and what it has to say.
fn title(screen: &Screen<'_>, area: Rect, buf: &mut Buffer, name: &str, focused: bool, rest: &str) -> Rect {
    use ratatui::style::Modifier;
    let look = screen.look;
    let line = Rect { height: area.height.min(1), ..area };
    let (mark, style) =
        if focused { (look.glyphs.focus, look.accent.add_modifier(Modifier::BOLD)) } else { (" ", look.dim) };
    let used = put(look, buf, line, mark, style);
    let line = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
    let used = put(look, buf, line, name, if focused { style } else { look.base });
    let line = Rect { x: line.x + used + 2, width: line.width.saturating_sub(used + 2), ..line };
    put(look, buf, line, rest, look.dim);
    Rect { y: area.y + line.height, height: area.height.saturating_sub(1), ..area }
}

/// The line of a list that starts at `top` and shows `height` lines, so that `cursor` is among them.
pub fn scrolled(top: usize, cursor: usize, height: usize) -> usize {
    top.min(cursor).max((cursor + 1).saturating_sub(height.max(1)))
}
