//! Arguments, configuration, and then either a headless verb or the workbench.

use std::process::ExitCode;

use casebook::app::{self, Wanted};
use casebook::cli::{self, Asked};
use casebook::engine::is_guarded;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        // A guarded panic is caught, and its text may quote evidence; any other ends the program.
        if !is_guarded() && std::thread::current().name() == Some("main") {
            app::give_terminal_back();
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            cli::narrate(&format!("casebook stopped at {place}; this is a fault of the program, the journal is safe"));
        }
    }));
    let matches = cli::command().get_matches();
    let ended = match cli::run(&matches) {
        Asked::Ended(code) => Ok(code),
        Asked::Workbench(shared) => app::begin(Wanted::Workbench, *shared),
        Asked::Lesson { name, reset, shared } => app::begin(Wanted::Lesson { name, reset }, *shared),
        Asked::LessonList(shared) => app::list_lessons(&shared).map(|()| 0),
        Asked::LessonCheck(folder) => app::check_lessons(&folder),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            cli::narrate(&format!("casebook: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
