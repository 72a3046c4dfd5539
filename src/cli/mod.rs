//! The headless verbs: the same steps as the workbench, for pipes and scripts.
//!
//! stdout is data, stderr is narration. Exit codes: 0 done, 1 failed, 2 usage, 3 done with notes and `--strict`,
//! 130 cancelled.

mod args;
mod cases;
mod generated;
mod lessons;
mod listing;
mod output;
mod session;
mod shared;
mod verbs;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::ArgMatches;

pub use args::command;
pub use cases::cases;
pub use generated::files as generated_docs;
pub use lessons::{Shelf, forget_lesson, lesson_folder, lesson_place};
pub use session::{case_of, gate, library, look_at_case};
pub use shared::Shared;

use crate::config::{Config, Paths};
use crate::engine::Failure;

/// What the command line asked for.
pub enum Asked {
    /// The workbench on a terminal.
    Workbench(Box<Shared>),
    /// A lesson by id or number, or the next one.
    Lesson { name: Option<String>, reset: bool, shared: Box<Shared> },
    /// The list of lessons, in a pipe.
    LessonList(Box<Shared>),
    /// The lessons of a folder are to be read and played.
    LessonCheck(PathBuf),
    /// A headless verb ran; this is the exit code.
    Ended(u8),
}

/// How a headless verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    DoneWithNotes,
}

/// Runs a headless verb, or says that the workbench was asked for.
pub fn run(matches: &ArgMatches) -> Asked {
    let config = load_config();
    let result = match matches.subcommand() {
        None => return Asked::Workbench(Box::new(Shared::from(matches))),
        Some(("open", sub)) if std::io::stdout().is_terminal() && !sub.contains_id_given("output") => {
            match Shared::of_open(sub) {
                Ok(shared) => return Asked::Workbench(Box::new(shared)),
                Err(e) => Err(e),
            }
        }
        Some(("lab", sub)) => return lab(sub),
        Some((verb, sub)) => verbs::run(verb, sub, &config),
    };
    Asked::Ended(exit_code(result, matches))
}

fn lab(sub: &ArgMatches) -> Asked {
    if let Some(("check", check)) = sub.subcommand() {
        return Asked::LessonCheck(shared::text(check, "folder").unwrap_or_default().into());
    }
    let shared = Box::new(Shared::from(sub));
    let (name, reset) = (shared::text(sub, "lesson"), shared::is_set(sub, "reset"));
    // Without a terminal nobody can go through a lesson.
    if name.is_none() && !std::io::stdout().is_terminal() {
        return Asked::LessonList(shared);
    }
    Asked::Lesson { name, reset, shared }
}

/// One line on stdout.
pub fn print(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The person's configuration over ours.
pub fn load_config() -> Config {
    Config::load(Paths::from_env(&|name| std::env::var(name).ok()), &|path| std::fs::read_to_string(path).ok())
}

fn exit_code(result: anyhow::Result<Ended>, matches: &ArgMatches) -> u8 {
    let strict = matches.subcommand().is_some_and(|(_, sub)| Shared::is_strict(sub));
    match result {
        Ok(Ended::DoneWithNotes) if strict => 3,
        Ok(_) => 0,
        Err(error) if is_broken_pipe(&error) => 0,
        Err(error) => {
            narrate(&format!("casebook: {error:#}"));
            let cancelled = error.downcast_ref::<Failure>() == Some(&Failure::Cancelled);
            if cancelled { 130 } else { 1 }
        }
    }
}

/// A reader that has seen enough, such as `head`, is no failure of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let text = cause.to_string();
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
            || text.contains("Broken pipe")
    })
}

/// One line on stderr, made safe for a terminal.
pub fn narrate(line: &str) {
    use crate::model::{Shown, TextMode, Untrusted};
    let shown: Vec<String> = line.lines().map(|l| Shown::of(&Untrusted(l), TextMode::Unicode).to_string()).collect();
    // With stderr gone there is nobody left to tell.
    drop(writeln!(std::io::stderr(), "{}", shown.join("\n")));
}

/// Whether an argument was typed; clap panics on names that a verb does not have.
trait GivenArgument {
    fn contains_id_given(&self, id: &str) -> bool;
}

impl GivenArgument for ArgMatches {
    fn contains_id_given(&self, id: &str) -> bool {
        self.try_contains_id(id).unwrap_or(false)
    }
}
