//! The lab: a lesson's steps, judged by what lies open, shown on request, kept between visits.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::state::{App, Waiting};
use super::{Effect, Next};
use crate::action::Act;
use crate::config::{Key, KeyCode};
use crate::engine::{Job, Slot};
use crate::lab::{Item, Lesson, State, Truths, ViewFacts, holds};
use crate::model::{Focus, Params, Step};
use crate::operation::show_keys;
use crate::panes::{Choice, Lab, Overlay, PickItem, Picker, PickerPurpose, Prompt, PromptKind, Tone, View};

/// A lesson as the list shows it.
#[derive(Clone, Debug)]
pub struct LessonEntry {
    pub id: String,
    pub number: u32,
    pub title: String,
    pub goal: String,
    pub minutes: u32,
    /// Such as `done`, or `step 3 of 12`.
    pub progress: String,
}

/// How far a lesson was gone through; part of `place.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonProgress {
    pub step: usize,
    pub n_steps: usize,
    pub passed: Vec<Vec<bool>>,
    pub answered: Vec<bool>,
    pub is_over: bool,
}

impl App {
    /// Begins a lesson, or goes on with it.
    pub(super) fn open_lesson(&mut self, lesson: Arc<Lesson>, progress: Option<LessonProgress>) -> Vec<Effect> {
        let queries: Vec<Step> =
            lesson.queries().into_iter().map(|sql| Step::new("sql", Vec::new()).with("text", sql)).collect();
        let mut lab = Lab::new(lesson);
        // A lesson that was changed since begins anew.
        let fits = |p: &LessonProgress| p.passed.iter().map(Vec::len).eq(lab.passed.iter().map(Vec::len));
        if let Some(progress) = progress.filter(|p| fits(p) && p.answered.len() == lab.answered.len()) {
            lab.go_to(progress.step);
            (lab.passed, lab.answered, lab.is_over) = (progress.passed, progress.answered, progress.is_over);
        }
        self.lab = Some(lab);
        self.waiting.insert(Slot::Lab, Waiting::Truths);
        vec![Effect::Start { slot: Slot::Lab, title: "the answers of the lesson".to_owned(), job: Job::Cells(queries) }]
    }

    pub(super) fn progress_of_lesson(&self) -> Option<LessonProgress> {
        let lab = self.lab.as_ref()?;
        Some(LessonProgress {
            step: lab.step,
            n_steps: lab.lesson.steps.len(),
            passed: lab.passed.clone(),
            answered: lab.answered.clone(),
            is_over: lab.is_over,
        })
    }

    pub(super) fn on_truths(&mut self, cells: Vec<(Step, Result<String, String>)>) {
        let named = cells.into_iter().filter_map(|(step, cell)| Some((step.params.get("text")?.clone(), cell)));
        let truths: Truths = named.collect();
        let broken = truths.iter().find_map(|(sql, cell)| Some(format!("{sql}: {}", cell.as_ref().err()?)));
        if let Some(why) = broken {
            self.say(Tone::Error, format!("the lesson cannot be judged: {why}"));
        }
        if let Some(lab) = &mut self.lab {
            lab.truths = Some(truths);
        }
    }

    /// Notes what was done, for the lesson.
    pub(super) fn note_for_lesson(&mut self, operation: &str, params: Params) {
        if let Some(lab) = &mut self.lab {
            let mut did = params;
            did.insert("operation".to_owned(), operation.to_owned());
            lab.did.push(did);
        }
    }

    /// Ticks what has been reached; called after every event.
    pub(super) fn judge_lesson(&mut self) {
        let Some(lab) = &self.lab else { return };
        let Some(truths) = &lab.truths else { return };
        let open: Vec<usize> =
            lab.passed[lab.step].iter().enumerate().filter(|(_, passed)| !**passed).map(|(at, _)| at).collect();
        if open.is_empty() {
            return;
        }
        let state = self.facts();
        let step = lab.current();
        let reached: Vec<usize> = open
            .into_iter()
            .filter(|at| step.checks[*at].conditions.iter().all(|c| holds(c, &state, truths)))
            .collect();
        if let Some(lab) = &mut self.lab {
            let at = lab.step;
            for check in reached {
                lab.passed[at][check] = true;
            }
        }
    }

    /// The workbench as far as lessons ask about it.
    fn facts(&self) -> State {
        State {
            view: self.view().filter(|view| !view.is_loading()).map(|view| self.facts_of(view)),
            pane: self.focus,
            detail: self.detail.open,
            n_views: self.views.len(),
            n_bookmarks: self.bookmarks.len(),
            browser: self.browser.query().map(|query| query.name.clone()),
            unfolded: self.browser.unfolded().clone(),
            zone: self.look.zone.to_string(),
            did: self.lab.as_ref().map(|lab| lab.did.clone()).unwrap_or_default(),
        }
    }

    fn facts_of(&self, view: &View) -> ViewFacts {
        let step = self.catalog.recipe(view.base.0).map(|recipe| recipe.step);
        let mut made_by = step.as_ref().map(|step| step.params.clone()).unwrap_or_default();
        made_by.extend(step.map(|step| ("operation".to_owned(), step.operation)));
        let names =
            |columns: Vec<&crate::model::Column>| columns.iter().map(|c| c.name.clone()).collect::<BTreeSet<_>>();
        let (table, column) = (view.table(), view.column());
        ViewFacts {
            made_by,
            n_rows: view.settled().1.n_rows(),
            columns: names(view.columns()),
            hidden: view.hidden.clone(),
            n_filters: view.chips.len(),
            sorted: show_keys(&view.sort),
            value: column.and_then(|column| table.full_text(view.row, column)),
            column: column.map(|column| column.name.clone()),
            n_marked: view.n_marked(),
        }
    }

    pub(super) fn act_in_lab(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::ListLessons => {
                self.open_lesson_list();
                return Vec::new();
            }
            Act::FocusLab => {
                self.focus = Focus::Lab;
                return Vec::new();
            }
            Act::NextStep => return self.next_step(),
            Act::ResetLesson if self.status.read_only => {
                self.say(Tone::Warning, "another program has this lesson open: reset it there");
                return Vec::new();
            }
            Act::ResetLesson if !self.doing.was_asked => {
                let key = self.key_of("reset-lesson");
                let text = format!("this takes away all that was made in this lesson, for good: {key} again does it");
                self.say(Tone::Warning, text);
                self.doing.asks = true;
                return Vec::new();
            }
            Act::ResetLesson => {
                let id = self.lab.as_ref().map(|lab| lab.lesson.id.clone()).unwrap_or_default();
                return vec![Effect::Leave(Next::Lesson { id, reset: true })];
            }
            _ => {}
        }
        let Some(lab) = &mut self.lab else { return Vec::new() };
        match act {
            Act::PreviousStep if lab.is_over => lab.is_over = false,
            Act::PreviousStep => lab.go_to(lab.step.saturating_sub(1)),
            Act::SkipStep => self.step_on(),
            Act::GiveHint => self.give_hint(),
            Act::AnswerQuestion => self.ask(),
            Act::ShowMe | Act::ShowSolution => self.begin_script(act == Act::ShowSolution),
            _ => {}
        }
        Vec::new()
    }

    /// On, if all that the step asks for is reached.
    fn next_step(&mut self) -> Vec<Effect> {
        let Some(lab) = &self.lab else { return Vec::new() };
        if lab.is_over {
            let next = self.lessons.iter().find(|other| other.number > lab.lesson.number).map(|other| other.id.clone());
            return if let Some(id) = next {
                vec![Effect::Leave(Next::Lesson { id, reset: false })]
            } else {
                self.say(Tone::Plain, "that was the last lesson");
                Vec::new()
            };
        }
        if let Some(missing) = lab.missing().map(str::to_owned) {
            let text = format!("still to do: {missing} ({} passes it over)", self.key_of("skip-step"));
            self.say(Tone::Warning, text);
        } else {
            self.step_on();
        }
        Vec::new()
    }

    fn step_on(&mut self) {
        let Some(lab) = &mut self.lab else { return };
        if lab.step + 1 == lab.lesson.steps.len() {
            lab.is_over = true;
            lab.scroll = 0;
        } else {
            lab.go_to(lab.step + 1);
        }
    }

    fn key_of(&self, id: &str) -> String {
        crate::action::find(id).map(|action| self.key(action)).unwrap_or_default()
    }

    fn give_hint(&mut self) {
        let Some(lab) = &mut self.lab else { return };
        let n_hints = lab.current().hints.len();
        if lab.n_hints < n_hints {
            lab.n_hints += 1;
            // A hint stands last, and must be seen.
            lab.scroll = u16::MAX;
        } else {
            let text =
                if n_hints == 0 { "this step has no hints" } else { "those were all hints; the solution can be shown" };
            self.say(Tone::Plain, text);
        }
    }

    fn ask(&mut self) {
        let Some(question) = self.lab.as_ref().and_then(|lab| lab.current().question.clone()) else {
            return self.say(Tone::Plain, "this step asks nothing");
        };
        let mut prompt = Prompt::new(PromptKind::Answer, "");
        prompt.answer = Some(Ok(format!("{} ({})", question.ask, question.help())));
        self.overlay = Some(Overlay::Prompt(prompt));
    }

    /// An answer was typed.
    pub(super) fn accept_answer(&mut self, typed: &str) {
        let Some(lab) = &mut self.lab else { return };
        let Some(question) = lab.current().question.clone() else { return };
        let truth = lab.truths.as_ref().and_then(|truths| truths.get(&question.truth)).cloned();
        let answer = match truth {
            Some(Ok(truth)) => question.is_right(typed, &truth),
            Some(Err(why)) => Err(format!("the question cannot be judged: {why}")),
            None => Err("the answer is still being computed: try again in a moment".to_owned()),
        };
        match answer {
            Ok(true) => {
                let at = lab.step;
                lab.answered[at] = true;
                self.say(Tone::Plain, "that is right");
            }
            Ok(false) => {
                let key = self.key_of("give-hint");
                self.say(Tone::Warning, format!("{typed} is not it; {key} gives a hint"));
            }
            Err(why) => self.say(Tone::Warning, why),
        }
    }

    fn begin_script(&mut self, is_solution: bool) {
        let Some(lab) = &mut self.lab else { return };
        let step = lab.current();
        let items = if is_solution { &step.solution } else { &step.show };
        if items.is_empty() {
            let text = match (is_solution, step.is_exercise) {
                (false, true) => "this is an exercise: there are hints and a solution",
                (true, false) => "this step is no exercise: it can be shown",
                _ => "there is nothing to show here: read, and go on",
            };
            return self.say(Tone::Plain, text);
        }
        lab.script = items.iter().cloned().collect();
        self.overlay = None;
        self.pending.clear();
        self.say(Tone::Plain, "watch; any key stops it");
    }

    /// Whether something is being shown.
    pub fn is_showing(&self) -> bool {
        self.lab.as_ref().is_some_and(|lab| !lab.script.is_empty())
    }

    /// A key of the person ends what is being shown.
    pub(super) fn stop_showing(&mut self) -> Vec<Effect> {
        if let Some(lab) = &mut self.lab {
            lab.script.clear();
        }
        let effects = self.leave_overlay();
        self.say(Tone::Plain, "stopped; the step can be done by hand, or shown again");
        effects
    }

    /// Does the next thing of what is being shown.
    pub(super) fn show_next(&mut self) -> Vec<Effect> {
        let Some(item) = self.lab.as_mut().and_then(|lab| lab.script.pop_front()) else { return Vec::new() };
        let (effects, said) = match item {
            Item::Act(action) => {
                let key = self.key_of(action.id);
                (self.invoke(action), format!("{key}: {}", action.doc))
            }
            Item::Type(text) => {
                let effects = text.chars().flat_map(|c| self.on_key(Key::plain(KeyCode::Char(c)))).collect();
                (effects, format!("typed: {text}"))
            }
            Item::Press(key) => (self.on_key(key), crate::config::show_chord(&[key])),
        };
        let is_refused = self.message.as_ref().is_some_and(|message| message.tone != Tone::Plain);
        if !is_refused {
            let end = if self.is_showing() { "any key stops" } else { "that is all" };
            self.say(Tone::Plain, format!("{said}   ({end})"));
        }
        effects
    }

    /// How far the open lesson is now; None for another one.
    fn live_progress(&self, id: &str) -> Option<String> {
        let lab = self.lab.as_ref().filter(|lab| lab.lesson.id == id)?;
        let place = format!("step {} of {}", lab.step + 1, lab.lesson.steps.len());
        Some(if lab.is_over { "done".to_owned() } else { place })
    }

    /// The lessons; Enter begins one or goes on with it.
    fn open_lesson_list(&mut self) {
        let item = |lesson: &LessonEntry| PickItem {
            keys: self.live_progress(&lesson.id).unwrap_or_else(|| lesson.progress.clone()),
            name: lesson.id.clone(),
            text: format!("{} min: {}", lesson.minutes, lesson.goal),
            also: "",
            choice: Choice::Lesson(lesson.id.clone()),
            is_dim: false,
        };
        let items = self.lessons.iter().map(item).collect();
        let title = "Lessons   Enter begins one, or goes on where you left it".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Lessons, title, items)));
    }
}
