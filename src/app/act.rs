//! What each action does to the state.

use super::Effect;
use super::state::{App, Waiting};
use crate::action::Act;
use crate::engine::Slot;
use crate::model::Focus;
use crate::panes::{PromptKind, Tone, View, grid_lines};

impl App {
    /// Does an action that was found to be able to act.
    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::MoveDown | Act::MoveUp | Act::PageDown | Act::PageUp | Act::HalfPageDown | Act::HalfPageUp => {
                self.move_by(act);
            }
            Act::GoTop | Act::GoBottom => self.go_to_end(act == Act::GoBottom),
            Act::MoveLeft | Act::MoveRight | Act::GoFirstColumn | Act::GoLastColumn => self.move_sideways(act),
            Act::FocusBrowser | Act::FocusGrid | Act::FocusDetail | Act::FocusJobs => self.focus_on(act),
            Act::FocusNext | Act::FocusPrevious => self.cycle_focus(act == Act::FocusNext),
            Act::NextView | Act::PreviousView => self.turn_view(act == Act::NextView),
            Act::Back => self.back(),
            Act::CloseView => return self.close_view(),
            Act::Quit => return vec![Effect::CancelAll, Effect::Quit],
            Act::Redraw => return vec![Effect::Redraw],
            Act::Suspend => return vec![Effect::Suspend],
            Act::Zoom => self.zoomed = !self.zoomed,
            Act::CancelJob => return self.cancel_jobs(),
            Act::Choose => return self.choose(),
            Act::RunWithParameters => self.open_parameter_form(),
            Act::Palette | Act::Help => self.open_picker(act),
            Act::Filter => self.open_prompt(PromptKind::Filter, ""),
            Act::EditFilters => self.open_filter_editor(),
            Act::OpenEvidence => self.open_prompt(PromptKind::Open, ""),
            Act::RunSql => self.open_prompt(PromptKind::Sql, ""),
            Act::Search => self.open_search(),
            Act::Export => self.open_export_form(),
            _ => return self.act_on_desk(act),
        }
        Vec::new()
    }

    /// The actions on all that lies open, and on the terminal.
    fn act_on_desk(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::GoBack | Act::GoForward => return self.walk(act == Act::GoBack),
            Act::ParentView => self.go_to_parent(),
            Act::ListViews => self.open_view_list(),
            Act::Undo | Act::Redo => return self.undo(act == Act::Undo),
            Act::ShowHistory => self.open_history(),
            Act::CopyCell | Act::CopyCellDefanged | Act::CopyRow | Act::CopyColumn | Act::CopyMarked => {
                return self.copy(act);
            }
            Act::Follow => return self.toggle_follow(),
            Act::ChooseTheme => self.open_theme_list(),
            Act::OpenCase => self.open_case_list(),
            Act::ToggleMouse => return self.toggle_mouse(),
            Act::ToggleOnline => return self.toggle_online(),
            Act::GrowPane | Act::ShrinkPane => self.resize_pane(act == Act::GrowPane),
            _ => return self.act_on_view(act),
        }
        Vec::new()
    }

    /// The actions that change what a view shows, and how.
    fn act_on_view(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::IncludeValue | Act::ExcludeValue if self.on_stack() => {
                return self.follow_stack(act == Act::IncludeValue);
            }
            Act::ToggleDetail if self.on_stack() => return self.follow_stack(true),
            Act::IncludeValue | Act::ExcludeValue => return self.filter_by_cell(act == Act::IncludeValue),
            Act::DropFilter | Act::ClearFilters => return self.drop_filters(act == Act::ClearFilters),
            Act::Sort | Act::AddSortKey => return self.sort_column(act == Act::AddSortKey),
            Act::SearchNext | Act::SearchPrevious => self.go_to_match(act == Act::SearchNext),
            Act::ShowNotes => return self.show_notes(),
            Act::ToggleDetail => self.toggle_detail(),
            Act::Mark | Act::MarkRange | Act::InvertMarks | Act::ClearMarks => self.mark(act),
            Act::HideColumn
            | Act::ShowColumns
            | Act::FreezeColumns
            | Act::WidenColumn
            | Act::WrapRows
            | Act::MoveColumnLeft
            | Act::MoveColumnRight => self.change_columns(act),
            _ => return self.act_on_table(act),
        }
        Vec::new()
    }

    /// The actions that make tables of tables, and what belongs to them.
    fn act_on_table(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::ListColumns => self.open_column_list(),
            Act::Bookmark => self.open_bookmark_form(),
            Act::ShowBookmarks => self.open_bookmark_list(),
            Act::Stack => return self.stack_column(),
            Act::TurnStack => return self.turn_stack(),
            Act::CompareRows => return self.compare_marked(),
            Act::ProfileColumn => return self.profile_column(),
            Act::ProfileTable => return self.operate("profile"),
            Act::ShowNotedRows => return self.operate("noted-rows"),
            Act::HexView => self.turn_hex(),
            Act::TurnTimeZone => self.turn_time_zone(),
            Act::StackSeveral => self.open_operation_form("stack"),
            Act::ConvertColumn => self.open_operation_form("convert"),
            Act::SetTime => self.open_operation_form("set-time"),
            Act::JoinTables => {
                self.open_operation_form("join");
                return self.preview_operation();
            }
            Act::ConcatTables => self.open_operation_form("concat"),
            Act::DiffTables => self.open_operation_form("diff"),
            Act::NextStep
            | Act::PreviousStep
            | Act::ShowMe
            | Act::GiveHint
            | Act::ShowSolution
            | Act::AnswerQuestion
            | Act::SkipStep
            | Act::ResetLesson
            | Act::ListLessons
            | Act::FocusLab => return self.act_in_lab(act),
            Act::Resample => self.open_operation_form("resample"),
            Act::Sample => self.open_operation_form("sample"),
            _ => return self.act_on_rows(act),
        }
        Vec::new()
    }

    /// The actions that make rows of rows, and those that lead back from them.
    fn act_on_rows(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::Operate(id) => return self.operate_on_column(id),
            Act::RunOperation => self.open_operation_list(),
            Act::JoinBack => return self.join_back(),
            Act::GoToEvidence => return self.go_to_evidence(),
            Act::ShowChain => self.open_chain(),
            Act::SweepIocs => self.open_prompt(PromptKind::Sweep, ""),
            _ => {}
        }
        Vec::new()
    }

    /// Lines of a page in the focused pane.
    fn page(&self) -> isize {
        let rects = self.rects();
        let lines = match self.focus {
            Focus::Browser => usize::from(rects.browser.height.saturating_sub(1)),
            Focus::Grid | Focus::Detail => self.view().map_or(2, |view| grid_lines(view, rects.main)),
            Focus::Jobs => usize::from(rects.main.height.saturating_sub(2)),
            Focus::Lab => usize::from(rects.lab.height.saturating_sub(2)),
        };
        isize::try_from(lines.max(2)).unwrap_or(2) - 1
    }

    fn move_by(&mut self, act: Act) {
        let page = self.page();
        let delta = match act {
            Act::MoveDown => 1,
            Act::MoveUp => -1,
            Act::PageDown => page,
            Act::PageUp => -page,
            Act::HalfPageDown => page / 2,
            _ => -(page / 2),
        };
        if self.focus == Focus::Detail && !matches!(act, Act::MoveDown | Act::MoveUp) {
            // Within a value that is longer than the pane; `settle` keeps it within its lines.
            self.detail.scroll = self.detail.scroll.saturating_add_signed(delta);
        } else {
            self.move_lines(delta);
        }
    }

    pub(super) fn move_lines(&mut self, delta: isize) {
        self.detail.scroll = 0;
        let n_jobs = self.job_list.len();
        match self.focus {
            Focus::Browser => self.browser.move_by(delta),
            Focus::Jobs => self.jobs.move_by(delta, n_jobs),
            Focus::Lab => self.scroll_lesson(delta),
            Focus::Grid => self.view_mut().into_iter().for_each(|view| view.move_row(delta)),
            Focus::Detail => self.view_mut().into_iter().for_each(|view| view.move_column(delta)),
        }
    }

    fn go_to_end(&mut self, bottom: bool) {
        self.move_lines(if bottom { isize::MAX } else { isize::MIN });
    }

    fn move_sideways(&mut self, act: Act) {
        match (self.focus, act) {
            (Focus::Browser, Act::MoveLeft) => self.browser.close(),
            (Focus::Browser, _) => self.browser.open(),
            (Focus::Jobs | Focus::Lab, _) => {}
            _ => {
                let delta = match act {
                    Act::MoveLeft => -1,
                    Act::MoveRight => 1,
                    Act::GoFirstColumn => isize::MIN,
                    _ => isize::MAX,
                };
                self.view_mut().into_iter().for_each(|view| view.move_column(delta));
            }
        }
    }

    fn focus_on(&mut self, act: Act) {
        match act {
            Act::FocusBrowser => self.focus = Focus::Browser,
            Act::FocusDetail => {
                self.detail.open = true;
                self.focus = Focus::Detail;
            }
            Act::FocusJobs if self.focus != Focus::Jobs => {
                self.before_jobs = self.focus;
                self.focus = Focus::Jobs;
            }
            Act::FocusJobs => self.focus = self.before_jobs,
            _ => self.focus = Focus::Grid,
        }
    }

    fn cycle_focus(&mut self, forward: bool) {
        let mut panes = vec![Focus::Browser];
        if self.lab.is_some() {
            panes.insert(0, Focus::Lab);
        }
        if self.view().is_some() {
            panes.push(Focus::Grid);
            panes.extend(self.detail.open.then_some(Focus::Detail));
        }
        let at = panes.iter().position(|p| *p == self.focus).unwrap_or(0);
        let step = if forward { 1 } else { panes.len() - 1 };
        self.focus = panes[(at + step) % panes.len()];
    }

    fn turn_view(&mut self, forward: bool) {
        let n_views = self.views.len();
        self.at = (self.at + if forward { 1 } else { n_views - 1 }) % n_views;
        self.focus = Focus::Grid;
    }

    fn scroll_lesson(&mut self, delta: isize) {
        if let Some(lab) = &mut self.lab {
            let delta = i16::try_from(delta.clamp(-1_000, 1_000)).unwrap_or(0);
            lab.scroll = lab.scroll.saturating_add_signed(delta);
        }
    }

    /// Gives the detail more of the screen, or less; the ratio is kept.
    fn resize_pane(&mut self, grow: bool) {
        let detail_grows = grow == (self.focus == Focus::Detail);
        self.split = (self.split + if detail_grows { 2 } else { -2 }).clamp(-40, 40);
        if !self.detail.open {
            let key = crate::action::find("toggle-detail").map(|action| self.key(action)).unwrap_or_default();
            self.say(Tone::Plain, format!("{key} opens the detail; then this moves the rule between it and the grid"));
        }
    }

    /// One level out; never quits.
    fn back(&mut self) {
        match self.focus {
            Focus::Jobs => self.focus = self.before_jobs,
            Focus::Detail => self.focus = Focus::Grid,
            Focus::Browser if !self.browser.filter().is_empty() => self.browser.set_filter(""),
            Focus::Browser if self.view().is_some() => self.focus = Focus::Grid,
            Focus::Browser | Focus::Lab => {}
            Focus::Grid if self.zoomed => self.zoomed = false,
            Focus::Grid => self.view_mut().into_iter().for_each(|view| view.search = None),
        }
    }

    fn close_view(&mut self) -> Vec<Effect> {
        if self.focus == Focus::Jobs {
            self.focus = self.before_jobs;
            return Vec::new();
        }
        if self.views.is_empty() {
            if self.status.case.is_none() && !self.bookmarks.is_empty() && !self.doing.was_asked {
                let n = self.bookmarks.len();
                self.say(Tone::Warning, format!("without a case {n} bookmark(s) are lost: once more leaves"));
                self.doing.asks = true;
                return Vec::new();
            }
            return vec![Effect::CancelAll, Effect::Quit];
        }
        if self.focus == Focus::Detail {
            self.detail.open = false;
            self.focus = Focus::Grid;
            return Vec::new();
        }
        let closed = self.views.remove(self.at);
        let parent = closed.parent.and_then(|base| self.views.iter().position(|view| view.base.0 == base));
        self.at = parent.unwrap_or(self.at.min(self.views.len().saturating_sub(1)));
        self.zoomed = false;
        let is_of_it = |waiting: &Waiting| match waiting {
            Waiting::Open(_) => closed.is_loading(),
            Waiting::Export { .. } | Waiting::Desk(_) | Waiting::Truths => false,
            Waiting::Growth(number) => closed.follow.as_ref().is_some_and(|follow| follow.number == *number),
            Waiting::Derive(derivation) => derivation.base == closed.base.0,
            Waiting::Preview { view, .. } | Waiting::Matches { view } | Waiting::Find { view, .. } => {
                *view == closed.base.0
            }
        };
        let over: Vec<Slot> = self.waiting.iter().filter(|(_, w)| is_of_it(w)).map(|(slot, _)| *slot).collect();
        self.waiting.retain(|slot, _| !over.contains(slot));
        self.focus = if self.views.is_empty() { Focus::Browser } else { Focus::Grid };
        over.into_iter().map(Effect::Cancel).collect()
    }

    fn cancel_jobs(&mut self) -> Vec<Effect> {
        self.waiting.clear();
        self.views.iter_mut().for_each(|view| view.follow = None);
        self.drop_first_rows();
        self.view_mut().into_iter().for_each(View::drop_preview);
        self.say(Tone::Plain, "cancelled; what was there before stays");
        vec![Effect::CancelAll]
    }

    fn go_to_match(&mut self, forward: bool) {
        let Some(view) = self.view_mut() else { return };
        let Some(row) = view.next_match(forward) else { return };
        view.row = row;
        let text = match_text(view);
        self.say(Tone::Plain, text);
    }

    fn toggle_detail(&mut self) {
        match (self.focus, self.detail.open) {
            // Enter again goes into the detail, and from there it closes it.
            (Focus::Detail, _) => {
                self.detail.open = false;
                self.focus = Focus::Grid;
            }
            (_, true) => self.focus = Focus::Detail,
            (_, false) => {
                self.detail.open = true;
                // With the whole screen given to the grid the detail would open unseen.
                self.focus = if self.zoomed { Focus::Detail } else { self.focus };
            }
        }
    }

    fn on_stack(&self) -> bool {
        self.focus == Focus::Grid && self.view().is_some_and(|view| view.stack.is_some())
    }

    /// The value under the cursor as bytes, in the detail.
    fn turn_hex(&mut self) {
        self.detail.hex = !(self.detail.hex && self.detail.open);
        self.detail.open = true;
        self.focus = if self.detail.hex { Focus::Detail } else { self.focus };
    }

    /// The next of UTC, the host's zone and this machine's.
    fn turn_time_zone(&mut self) {
        let host = self.config.host_zone();
        let next = self.look.zone.next(host);
        self.say(Tone::Plain, format!("times are shown in {next}; filters and exports stay in UTC"));
        self.look.zone = next;
    }

    fn mark(&mut self, act: Act) {
        let Some(view) = self.view_mut() else { return };
        match act {
            Act::Mark => {
                view.toggle_mark();
                view.move_row(1);
            }
            Act::MarkRange => view.mark_range(),
            Act::InvertMarks => view.invert_marks(),
            _ => view.clear_marks(),
        }
    }

    fn change_columns(&mut self, act: Act) {
        let Some(view) = self.view_mut() else { return };
        match act {
            Act::HideColumn => view.hide_column(),
            Act::ShowColumns => view.show_columns(),
            Act::FreezeColumns => view.freeze(),
            Act::WrapRows => view.wrap = !view.wrap,
            Act::MoveColumnLeft | Act::MoveColumnRight => view.shift_column(act == Act::MoveColumnRight),
            _ => view.widen_column(),
        }
    }
}

/// `match 3 of 12 in 4,031 rows`
pub(super) fn match_text(view: &View) -> String {
    use crate::ui::count;
    let Some(search) = &view.search else { return String::new() };
    let at = u32::try_from(view.row).ok().and_then(|row| search.rows.binary_search(&row).ok());
    let rows = count(view.n_rows());
    match at {
        Some(at) => format!("match {} of {} in {rows} rows", count(at + 1), count(search.rows.len())),
        None => format!("{} matches in {rows} rows", count(search.rows.len())),
    }
}
