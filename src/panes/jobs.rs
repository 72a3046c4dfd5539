//! The jobs pane: what runs, how far it is, what ran and how long it took.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Screen, scrolled, title};
use crate::engine::{JobInfo, JobState};
use crate::model::Focus;
use crate::ui::{put, put_shown, rule, wrapped};

/// The cursor of the pane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jobs {
    pub cursor: usize,
}

impl Jobs {
    pub fn move_by(&mut self, delta: isize, n_jobs: usize) {
        self.cursor = self.cursor.saturating_add_signed(delta).min(n_jobs.saturating_sub(1));
    }
}

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let area = if screen.rects.browser.is_empty() { area } else { rule(look, buf, area) };
    let n_running = screen.job_list.iter().filter(|job| job.state == JobState::Running).count();
    let rest = format!("{n_running} running, {} in all", screen.job_list.len());
    let inner = title(screen, area, buf, "Jobs", screen.focus == Focus::Jobs, &rest);
    if screen.job_list.is_empty() {
        let text = format!("Nothing has run yet. {} goes to the queries.", screen.key("focus-browser"));
        put(
            look,
            buf,
            Rect { x: inner.x + 1, height: inner.height.min(1), width: inner.width.saturating_sub(1), ..inner },
            &text,
            look.dim,
        );
        return;
    }
    // The newest stands first.
    let jobs: Vec<&JobInfo> = screen.job_list.iter().rev().collect();
    let inner = draw_chosen(screen, jobs.get(screen.jobs.cursor).copied(), inner, buf);
    let top = scrolled(0, screen.jobs.cursor, usize::from(inner.height));
    for ((at, job), y) in jobs.iter().enumerate().skip(top).zip(inner.top()..inner.bottom()) {
        let lit = look.base.add_modifier(ratatui::style::Modifier::REVERSED);
        let style = if at == screen.jobs.cursor { lit } else { look.base };
        let (state, state_style) = state(screen, job);
        let line = Rect { x: inner.x + 1, y, height: 1, width: inner.width.saturating_sub(1) };
        put(look, buf, Rect { width: 10.min(line.width), ..line }, state, state_style);
        put(look, buf, Rect { x: line.x + 11, width: line.width.saturating_sub(11), ..line }, &describe(job), style);
    }
}

/// What the job under the cursor has to say, in full, in the lowest lines; gives what is left for the list.
fn draw_chosen(screen: &Screen<'_>, job: Option<&JobInfo>, area: Rect, buf: &mut Buffer) -> Rect {
    let text = job.map(describe).unwrap_or_default();
    let lines = wrapped(screen.look, &text, area.width.saturating_sub(2), usize::from(area.height / 2));
    let below = u16::try_from(lines.len()).unwrap_or(0);
    let list = Rect { height: area.height.saturating_sub(below + 1), ..area };
    for (line, y) in lines.iter().zip(list.bottom() + 1..area.bottom()) {
        let at = Rect { x: area.x + 1, y, height: 1, width: area.width.saturating_sub(1) };
        put_shown(screen.look, buf, at, line, screen.look.base);
    }
    list
}

fn state<'a>(screen: &'a Screen<'_>, job: &JobInfo) -> (&'a str, ratatui::style::Style) {
    match job.state {
        JobState::Running => ("running", screen.look.accent),
        JobState::Done => ("done", screen.look.dim),
        JobState::Cancelled => ("cancelled", screen.look.warning),
        JobState::Failed(_) => ("failed", screen.look.danger),
    }
}

/// Title, how far, how long, and why it failed.
pub fn describe(job: &JobInfo) -> String {
    let (done, total) = job.progress.read();
    let far = if job.state == JobState::Running && total > 0 {
        format!(" {} %", (done * 100 / total).min(100))
    } else {
        String::new()
    };
    let why = if let JobState::Failed(why) = &job.state { format!(": {why}") } else { String::new() };
    format!("{}{far} ({} ms){why}", job.title, job.took.as_millis())
}
