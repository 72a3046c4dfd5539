//! The state of the workbench, and how a frame is made of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::OpenCase;
use super::copy::Between;
use super::follow::Following;
use super::lab::LessonEntry;
use super::trail::Trail;
use crate::action::{self, Action};
use crate::case::CaseEntry;
use crate::config::{Config, Key};
use crate::egress::Gate;
use crate::engine::{Catalog, JobInfo, JobState, Slot};
use crate::lab::Lesson;
use crate::model::{
    Bookmark, ColumnUnderCursor, Desk, Focus, History, Snapshot, StackOf, Table, TableId, TextMode, ViewState,
};
use crate::panes::{
    self, Browser, Detail, Jobs, Lab, Message, Overlay, Parameter, PromptKind, Query, Screen, Status, TABLES, Tone,
    View,
};
use crate::query::Library;
use crate::ui::{ColourDepth, Look, Rects, Shape, layout};

/// How the workbench begins.
pub struct Start {
    pub config: Config,
    pub library: Arc<Library>,
    pub depth: ColourDepth,
    pub mode: TextMode,
    pub case: Option<OpenCase>,
    /// The table to open at once.
    pub open: Option<String>,
    /// Whether the browser begins at the tables, since a person named some.
    pub at_tables: bool,
    /// Whether the table that is opened at once is followed.
    pub follow: bool,
    /// The lesson to begin or go on with.
    pub lesson: Option<Arc<Lesson>>,
    pub lessons: Vec<LessonEntry>,
    /// What stands between the terminal and us.
    pub between: Between,
    /// The cases that can be gone on with, the newest first.
    pub cases: Vec<CaseEntry>,
    /// The way out; the engine asks through it.
    pub gate: Arc<Gate>,
}

/// What the answer of a job is for. A view is named by the table it was opened with, so that an answer finds the view
/// that asked and not the one that happens to be on the screen.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    /// A new view, or one that changes.
    Open(Opening),
    /// The counts of a join that is being written on this view.
    Matches { view: TableId },
    /// The view's new filters and sort order.
    Derive(super::views::Derivation),
    /// What a filter being typed leaves of this table.
    Preview { view: TableId, table: Arc<Table> },
    /// The rows of this table that hold a text.
    Find { view: TableId, table: Arc<Table>, needle: String, jump: bool },
    /// A file that is followed, by the number of its following.
    Growth(u32),
    /// The answers of a lesson's queries.
    Truths,
    /// What is laid again once its tables are there.
    Desk(Arc<Desk>),
    /// The table that is written, and which of its rows.
    Export { table: TableId, scope: String },
}

/// Where the table that is being made will be shown.
#[derive(Clone, Debug)]
pub(super) enum Opening {
    /// In a view of its own.
    View,
    /// In a view of its own, whose rows are counted values of another.
    Stack(StackOf),
    /// In the place of the view that was opened with this table.
    Instead(TableId),
    /// In a view of its own, with the cursor in this row.
    AtRow(usize),
}

/// What is being done, as the journal will tell it.
#[derive(Debug, Default)]
pub(super) struct Doing {
    /// When the event happened that is being handled, RFC 3339.
    pub(super) clock: String,
    /// The action that was done last.
    pub(super) action: &'static str,
    /// Whether it asked to be done once more, and whether the one before it did.
    pub(super) asks: bool,
    pub(super) was_asked: bool,
    /// Whether nothing has happened for a moment, so that what waits for that may be shown.
    pub(super) is_resting: bool,
}

/// The whole state; panes own theirs.
pub struct App {
    pub(super) config: Config,
    pub(super) library: Arc<Library>,
    pub(super) look: Look,
    pub(super) size: (u16, u16),
    pub(super) focus: Focus,
    pub(super) before_jobs: Focus,
    pub(super) zoomed: bool,
    pub(super) browser: Browser,
    pub(super) views: Vec<View>,
    pub(super) at: usize,
    pub(super) detail: Detail,
    pub(super) jobs: Jobs,
    pub(super) lab: Option<Lab>,
    pub(super) lessons: Vec<LessonEntry>,
    pub(super) between: Between,
    pub(super) has_mouse: bool,
    pub(super) following: Following,
    pub(super) depth: ColourDepth,
    pub(super) cases: Vec<CaseEntry>,
    pub(super) overlay: Option<Overlay>,
    pub(super) pending: Vec<Key>,
    pub(super) message: Option<Message>,
    pub(super) status: Status,
    pub(super) gate: Arc<Gate>,
    pub(super) exports: PathBuf,
    /// The marked rows that are shown, found when the export form was opened.
    pub(super) marked: Vec<u32>,
    pub(super) job_list: Vec<JobInfo>,
    pub(super) waiting: HashMap<Slot, Waiting>,
    pub(super) history_of_prompts: HashMap<PromptKind, Vec<String>>,
    /// What lay open after each step.
    pub(super) history: History,
    pub(super) trail: Trail,
    /// Views that could not be brought back, with their places among the others: they stay part of the desk.
    pub(super) lost: Vec<(usize, ViewState)>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) doing: Doing,
    /// Lines or columns by which the detail is larger than it would be.
    pub(super) split: i16,
    pub(super) bookmarks: Vec<Bookmark>,
}

impl App {
    pub fn new(start: Start, catalog: Arc<Catalog>) -> Self {
        Self {
            message: first_problem(&start).or_else(|| read_only_message(start.case.as_ref())),
            status: Status { online: start.gate.is_online(), ..status_of(start.case.as_ref()) },
            gate: start.gate,
            look: Look::new(&start.config.theme, start.depth, start.mode),
            has_mouse: start.config.settings.mouse,
            config: start.config,
            browser: browser_of(&start.library, start.at_tables),
            library: start.library,
            size: (80, 24),
            focus: Focus::Browser,
            before_jobs: Focus::Browser,
            zoomed: false,
            views: Vec::new(),
            at: 0,
            detail: Detail::default(),
            jobs: Jobs::default(),
            lab: None,
            lessons: start.lessons,
            between: start.between,
            depth: start.depth,
            following: Following::starting(start.follow),
            cases: start.cases,
            overlay: None,
            pending: Vec::new(),
            marked: Vec::new(),
            exports: start.case.as_ref().map(|case| case.exports.clone()).unwrap_or_default(),
            job_list: Vec::new(),
            waiting: HashMap::new(),
            history_of_prompts: HashMap::new(),
            history: start.case.map(|case| case.history).unwrap_or_default(),
            trail: Trail::default(),
            lost: Vec::new(),
            catalog,
            doing: Doing::default(),
            split: 0,
            bookmarks: Vec::new(),
        }
    }

    pub(super) fn view(&self) -> Option<&View> {
        self.views.get(self.at)
    }

    pub(super) fn view_mut(&mut self) -> Option<&mut View> {
        self.views.get_mut(self.at)
    }

    pub(super) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.message = Some(Message { tone, text: text.into() });
    }

    /// Where everything stands now.
    pub(super) fn rects(&self) -> Rects {
        self.rects_in(Rect::new(0, 0, self.size.0, self.size.1))
    }

    /// Where everything stands on a screen of this size. A frame may be drawn before the event of its new size is seen.
    fn rects_in(&self, area: Rect) -> Rects {
        let shape = Shape {
            focus: if self.focus == Focus::Jobs && !self.zoomed { self.before_jobs } else { self.focus },
            has_view: self.view().is_some(),
            has_detail: self.detail.open && self.focus != Focus::Jobs,
            has_chips: self.view().is_some_and(|v| !v.chips.is_empty())
                || matches!(self.overlay, Some(Overlay::Prompt(_))),
            zoomed: self.zoomed,
            split: self.split,
            has_lab: self.lab.is_some(),
        };
        layout(area, &shape)
    }

    /// Takes note of the time before an event is handled.
    pub fn set_clock(&mut self, utc: String) {
        self.doing.clock = utc;
    }

    /// Takes note of the engine's jobs before a frame is drawn.
    pub fn set_jobs(&mut self, jobs: Vec<JobInfo>) {
        self.job_list = jobs;
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let view = self.view();
        let column = view.and_then(View::column).map(|c| ColumnUnderCursor {
            name: c.name.clone(),
            kind: c.kind,
            role: c.role.clone(),
        });
        let query = self.browser.query().map(|q| q.unavailable.clone().map_or(Ok(()), Err));
        Snapshot {
            focus: self.focus,
            n_rows: view.map(View::n_rows),
            is_loading: view.is_some_and(View::is_loading),
            n_marked: view.map_or(0, View::n_marked),
            n_filters: view.map_or(0, |v| v.chips.len()),
            n_sort_keys: view.map_or(0, |v| v.sort.len()),
            n_hidden_columns: view.map_or(0, |v| v.hidden.len()),
            n_frozen_columns: view.map_or(0, |v| v.frozen),
            n_views: self.views.len(),
            n_notes: view.map_or(0, |v| v.table().notes.len()),
            n_jobs_running: self.waiting.keys().filter(|slot| !matches!(slot, Slot::Follow(_))).count(),
            is_made_of_rows: view.is_some_and(|v| v.table().made_from(0).is_some()),
            is_online: self.gate.is_online(),
            is_stack: view.is_some_and(|v| v.stack.is_some()),
            n_bookmarks: self.bookmarks.len(),
            has_search: view.is_some_and(|v| v.search.is_some()),
            has_lesson: self.lab.is_some(),
            column,
            query,
        }
    }

    /// Draws the whole frame; takes the state by reference and cannot wait.
    pub fn draw(&self, buf: &mut Buffer) {
        let snapshot = self.snapshot();
        let status = Status { view: self.at + 1, n_views: self.views.len(), ..self.status.clone() };
        let progress = self.progress();
        let screen = Screen {
            look: &self.look,
            keymap: &self.config.keymap,
            rects: self.rects_in(buf.area),
            focus: self.focus,
            snapshot: &snapshot,
            status: &status,
            browser: &self.browser,
            view: self.view(),
            detail: &self.detail,
            jobs: &self.jobs,
            lab: self.lab.as_ref(),
            job_list: &self.job_list,
            overlay: self.overlay.as_ref(),
            message: self.message.as_ref().or(progress.as_ref()),
            pending: if self.doing.is_resting { &self.pending } else { &[] },
            ancestors: self.ancestors(),
            newest_case: self.cases.first().map(|case| case.name.as_str()),
        };
        panes::draw(&screen, buf);
    }

    /// A line about the job that a person waits for.
    fn progress(&self) -> Option<Message> {
        let awaited = |job: &&JobInfo| {
            job.state == JobState::Running && !matches!(job.slot, Slot::Preview | Slot::Find | Slot::Follow(_))
        };
        let job = self.job_list.iter().rev().find(awaited)?;
        let cancel =
            action::find("cancel-job").and_then(|a| self.config.keymap.chord_of(self.focus, a)).unwrap_or_default();
        Some(Message { tone: Tone::Plain, text: format!("{}: {cancel} cancels", panes::describe_job(job)) })
    }

    /// The key of an action in the focused pane.
    pub(super) fn key(&self, action: &Action) -> String {
        self.config.keymap.chord_of(self.focus, action).unwrap_or_default()
    }
}

fn browser_of(library: &Library, at_tables: bool) -> Browser {
    let mut browser = Browser::new(queries(library), library.stems().len());
    if at_tables {
        browser.show_tables();
    }
    browser
}

fn read_only_message(case: Option<&OpenCase>) -> Option<Message> {
    let name = &case.filter(|case| case.read_only)?.name;
    let text = format!("another program works in {name}: here it can be looked at, and nothing that is done is kept");
    Some(Message { tone: Tone::Warning, text })
}

fn status_of(case: Option<&OpenCase>) -> Status {
    Status {
        case: case.map(|case| case.name.clone()),
        read_only: case.is_some_and(|case| case.read_only),
        saved: case.map(|case| case.last_seq).filter(|seq| *seq > 0),
        ..Status::default()
    }
}

/// What is wrong with the files that were given, as far as one line tells it.
fn first_problem(start: &Start) -> Option<Message> {
    let problems = start.config.problems.iter().chain(&start.library.problems);
    let first = problems.clone().next().map(ToString::to_string);
    let n_more = problems.count().saturating_sub(1);
    let more = if n_more > 0 {
        format!(" (and {n_more} more; 'casebook keys --check' and 'query list' tell)")
    } else {
        String::new()
    };
    first.map(|text| Message { tone: Tone::Warning, text: format!("{text}{more}") })
}

/// The library's templates as the browser knows them, one for each family.
pub(super) fn queries(library: &Library) -> Vec<Query> {
    let mut queries = Vec::new();
    for template in &library.templates {
        let parameter = |p: &crate::query::Parameter| Parameter {
            name: p.name.clone(),
            doc: p.doc.clone(),
            word: p.kind.word(),
            default: p.default.clone(),
        };
        queries.extend(template.families.iter().map(|family| Query {
            family: family.clone(),
            name: template.name.clone(),
            description: template.description.clone(),
            parameters: template.parameters.iter().map(parameter).collect(),
            runs_at_once: template.needs_nothing(),
            unavailable: template.unavailable.clone(),
            is_table: false,
        }));
    }
    queries.extend(library.stems().into_iter().map(|stem| Query {
        family: TABLES.to_owned(),
        description: format!("All rows of the table {stem}, as they are"),
        name: stem,
        parameters: Vec::new(),
        runs_at_once: true,
        unavailable: None,
        is_table: true,
    }));
    queries
}
