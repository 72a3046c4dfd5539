//! Lessons played without a terminal: every demonstration and solution to its end, every question answered.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::begin::{data_of, entries};
use super::{Event, Session, Start};
use crate::cli::{self, Shared, Shelf};
use crate::config::{Config, Problem};
use crate::lab::Lesson;
use crate::model::TextMode;
use crate::panes::Tone;
use crate::ui::ColourDepth;

/// A lesson on a workbench that nobody looks at.
pub struct Player {
    pub session: Session,
    runtime: Runtime,
    lesson: Arc<Lesson>,
}

impl Player {
    /// A fresh workbench with the lesson open at its first step.
    pub fn new(config: &Config, lesson: &Lesson, queries: &[PathBuf]) -> anyhow::Result<Self> {
        let shared = Shared { data: data_of(lesson), queries: queries.to_vec(), ..Shared::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let lesson = Arc::new(lesson.clone());
        let start = Start {
            library: Arc::new(cli::library(config, &shared)?),
            config: config.clone(),
            depth: ColourDepth::None,
            mode: TextMode::Unicode,
            case: None,
            open: None,
            at_tables: false,
            follow: false,
            lesson: Some(Arc::clone(&lesson)),
            lessons: Vec::new(),
            between: super::Between::Nothing,
            cases: Vec::new(),
            // A lesson that is played asks nobody.
            gate: Arc::default(),
        };
        // The data is what it is on any day.
        let session = Session::new(start, None, runtime.handle().clone(), chrono::DateTime::<chrono::Utc>::default);
        let mut player = Self { session, runtime, lesson };
        player.handle(Event::Resize(80, 24));
        Ok(player)
    }

    /// Takes an event and waits for the jobs that it started.
    pub fn handle(&mut self, event: Event) {
        self.session.handle(event);
        while !self.session.is_idle() {
            if let Some(event) = self.runtime.block_on(self.session.next_event()) {
                self.session.handle(event);
            }
        }
    }

    /// Plays the script of the step that is open; gives what was refused on the way.
    pub fn play_step(&mut self) -> Vec<String> {
        let mut refused = Vec::new();
        self.session.app.play_step();
        while self.session.app.is_showing() {
            self.handle(Event::ShowNext);
            refused.extend(self.session.app.complaint());
        }
        refused
    }

    /// Plays the whole lesson; gives what does not hold.
    pub fn play(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (at, step) in Arc::clone(&self.lesson).steps.iter().enumerate() {
            self.session.app.go_to_step(at);
            let refused = self.play_step();
            self.session.app.answer_truly();
            self.handle(Event::Rest);
            if let Some(missing) = self.session.app.missing() {
                let why = if refused.is_empty() { String::new() } else { format!(" ({})", refused.join("; ")) };
                let what = format!("'{}': its script does not lead to: {missing}{why}", step.title);
                problems.push(Problem { file: self.lesson.file.clone(), line: step.line, what });
            }
        }
        problems
    }
}

/// `casebook lab check`: reads and plays the lessons of a folder; gives the exit code.
pub fn check_lessons(folder: &std::path::Path) -> anyhow::Result<u8> {
    let config = cli::load_config();
    let shelf = Shelf::load(&config, Some(folder))?;
    let mut problems = shelf.problems;
    for lesson in &shelf.lessons {
        problems.extend(Player::new(&config, lesson, &[])?.play());
    }
    for problem in &problems {
        cli::narrate(&problem.to_string());
    }
    let n_steps: usize = shelf.lessons.iter().map(|lesson| lesson.steps.len()).sum();
    let text = format!("{} lessons, {n_steps} steps, {} mistakes", shelf.lessons.len(), problems.len());
    cli::print(&text)?;
    Ok(u8::from(!problems.is_empty()))
}

/// `casebook lab` in a pipe: the lessons and how far each was gone through.
pub fn list_lessons(shared: &Shared) -> anyhow::Result<()> {
    let config = cli::load_config();
    let shelf = Shelf::load(&config, shared.lessons.as_deref())?;
    for problem in &shelf.problems {
        cli::narrate(&problem.to_string());
    }
    for lesson in entries(&config, &shelf) {
        let line = [lesson.number.to_string(), lesson.id, lesson.title, lesson.goal, lesson.progress];
        cli::print(&line.join("\t"))?;
    }
    Ok(())
}

impl super::App {
    /// Has the script of the open step played.
    pub(super) fn play_step(&mut self) {
        self.overlay = None;
        if let Some(lab) = &mut self.lab {
            lab.script = lab.current().script().iter().cloned().collect();
        }
    }

    /// A warning or error on the screen.
    pub(super) fn complaint(&self) -> Option<String> {
        self.message.as_ref().filter(|message| message.tone != Tone::Plain).map(|message| message.text.clone())
    }

    /// Goes to a step of the lesson.
    pub fn go_to_step(&mut self, step: usize) {
        if let Some(lab) = &mut self.lab {
            lab.go_to(step);
        }
    }

    /// Gives the true answer to the question of the step.
    pub(super) fn answer_truly(&mut self) {
        let question = self.lab.as_ref().and_then(|lab| Some((lab, lab.current().question.as_ref()?)));
        let truth = question.and_then(|(lab, question)| lab.truths.as_ref()?.get(&question.truth).cloned());
        if let Some(Ok(truth)) = truth {
            self.accept_answer(&truth);
        }
    }

    /// What the step still asks for.
    pub fn missing(&self) -> Option<String> {
        self.lab.as_ref().and_then(|lab| lab.missing().map(str::to_owned))
    }
}
