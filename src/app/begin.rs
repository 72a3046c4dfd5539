//! What is opened at first, and what follows when that asks for something else.

use std::sync::Arc;

use super::{Between, Ended, LessonEntry, LessonProgress, Next, OpenCase, Start, lesson_progress, run};
use crate::case::{self, Case};
use crate::cli::{self, Shared, Shelf, lesson_place};
use crate::config::Config;
use crate::lab::{Data, Lesson};
use crate::model::TextMode;
use crate::ui::ColourDepth;

/// What the command line asked for.
#[derive(Clone, Debug)]
pub enum Wanted {
    Workbench,
    /// A lesson by id or number; None is the first that is not done.
    Lesson {
        name: Option<String>,
        reset: bool,
    },
}

/// Opens workbenches one after the other until one ends the program; gives the exit code.
pub fn begin(mut wanted: Wanted, mut shared: Shared) -> anyhow::Result<u8> {
    let config = cli::load_config();
    loop {
        let (start, case) = match &wanted {
            Wanted::Workbench => workbench(config.clone(), &shared)?,
            Wanted::Lesson { name, reset } => lesson(config.clone(), &shared, name.as_deref(), *reset)?,
        };
        match run(start, case)? {
            Ended::Code(code) => return Ok(code),
            Ended::Next(Next::Lesson { id, reset }) => wanted = Wanted::Lesson { name: Some(id), reset },
            Ended::Next(Next::Case(name)) => {
                wanted = Wanted::Workbench;
                shared.case = Some(name);
            }
        }
    }
}

fn workbench(config: Config, shared: &Shared) -> anyhow::Result<(Start, Option<Case>)> {
    let (case, open) = open_case(&config, shared)?;
    let library = cli::library(&config, shared)?;
    let stems = library.stems();
    let mut start = start(config, shared)?;
    start.library = library.into();
    start.gate = Arc::new(cli::gate(&start.config, open.as_ref().map(|case| &case.info), shared.online));
    // A program that can record nothing asks nobody.
    start.gate.set_online(start.gate.is_online() && open.as_ref().is_none_or(|case| !case.read_only));
    start.case = open;
    start.at_tables = !shared.data.is_empty();
    start.follow = shared.follow;
    start.open = stems.first().filter(|_| !shared.data.is_empty() && stems.len() == 1).cloned();
    Ok((start, case))
}

/// The case that was asked for: open for writing, or, where another program works in it, to read.
fn open_case(config: &Config, shared: &Shared) -> anyhow::Result<(Option<Case>, Option<OpenCase>)> {
    let Some(name) = &shared.case else { return Ok((None, None)) };
    match cli::case_of(config, name) {
        Ok(case) => {
            let open = OpenCase::of_case(&case)?;
            Ok((Some(case), Some(open)))
        }
        Err(error) if matches!(error.downcast_ref(), Some(case::Error::Locked { .. })) => {
            let look = cli::look_at_case(config, name)?;
            let open = OpenCase::of(&look.info, &look.folder, &look.records);
            Ok((None, Some(OpenCase { read_only: true, ..open })))
        }
        Err(error) => Err(error),
    }
}

fn lesson(config: Config, shared: &Shared, name: Option<&str>, reset: bool) -> anyhow::Result<(Start, Option<Case>)> {
    let shelf = Shelf::load(&config, shared.lessons.as_deref())?;
    let lesson = match name {
        Some(name) => shelf.find(name)?,
        None => next_lesson(&config, &shelf).ok_or_else(|| no_lesson(&shelf))?,
    };
    if reset {
        cli::forget_lesson(&config, &lesson.id)?;
    }
    let folder = cli::lesson_folder(&config, &lesson.id).display().to_string();
    let theirs = Shared {
        case: Some(folder),
        data: data_of(lesson),
        ascii: shared.ascii,
        lessons: shared.lessons.clone(),
        queries: shared.queries.clone(),
        ..Shared::default()
    };
    let lesson = Arc::new(lesson.clone());
    let (mut start, case) = workbench(config, &theirs)?;
    // A lesson begins where its first step says, not in a table.
    (start.open, start.lesson) = (None, Some(lesson));
    Ok((start, case))
}

fn no_lesson(shelf: &Shelf) -> anyhow::Error {
    let problems: Vec<String> = shelf.problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("there is no lesson: {}", problems.join("; "))
}

/// The tables that a lesson names.
pub fn data_of(lesson: &Lesson) -> Vec<std::path::PathBuf> {
    match &lesson.data {
        Data::Lab => Vec::new(),
        Data::Path(path) => vec![path.clone()],
    }
}

/// The first lesson that is not done; where all are, the first.
fn next_lesson<'a>(config: &Config, shelf: &'a Shelf) -> Option<&'a Lesson> {
    let is_open = |lesson: &&Lesson| progress(config, &lesson.id).is_none_or(|progress| !progress.is_over);
    shelf.lessons.iter().find(is_open).or(shelf.lessons.first())
}

fn progress(config: &Config, id: &str) -> Option<LessonProgress> {
    lesson_place(config, id).as_deref().and_then(lesson_progress)
}

/// What is the same whatever is opened.
fn start(config: Config, shared: &Shared) -> anyhow::Result<Start> {
    let var = |name: &str| std::env::var(name).ok();
    let shelf = Shelf::load(&config, shared.lessons.as_deref()).unwrap_or_default();
    Ok(Start {
        depth: ColourDepth::from_env(&var),
        mode: if shared.ascii || !TextMode::is_utf8(&var) { TextMode::Ascii } else { TextMode::Unicode },
        case: None,
        at_tables: false,
        follow: false,
        open: None,
        library: Arc::new(cli::library(&config, &Shared::default())?),
        lesson: None,
        between: Between::from_env(&var),
        cases: cli::cases(&config),
        gate: Arc::default(),
        lessons: entries(&config, &shelf),
        config,
    })
}

/// The lessons as lists show them.
pub fn entries(config: &Config, shelf: &Shelf) -> Vec<LessonEntry> {
    let words = |lesson: &Lesson| match progress(config, &lesson.id) {
        None => String::new(),
        Some(progress) if progress.is_over => "done".to_owned(),
        Some(progress) => format!("step {} of {}", progress.step + 1, lesson.steps.len()),
    };
    let entry = |lesson: &Lesson| LessonEntry {
        id: lesson.id.clone(),
        number: lesson.number,
        title: lesson.title.clone(),
        goal: lesson.goal.clone(),
        minutes: lesson.minutes,
        progress: words(lesson),
    };
    shelf.lessons.iter().map(entry).collect()
}
