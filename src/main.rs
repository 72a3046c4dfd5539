//! Arguments, configuration, and then either a headless verb or the workbench.

use std::process::ExitCode;

use casebook::app::{self, OpenCase, Start};
use casebook::cli::{self, Asked, Shared};
use casebook::engine::is_guarded;
use casebook::model::TextMode;
use casebook::ui::ColourDepth;

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
    match cli::run(&matches) {
        Asked::Ended(code) => ExitCode::from(code),
        Asked::Workbench(shared) => match workbench(&shared) {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                cli::narrate(&format!("casebook: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}

fn workbench(shared: &Shared) -> anyhow::Result<u8> {
    let config = cli::load_config();
    let library = cli::library(&config, shared)?;
    let case = shared.case.as_ref().map(|name| cli::case_of(&config, name)).transpose()?;
    let var = |name: &str| std::env::var(name).ok();
    let stems = library.stems();
    let start = Start {
        depth: ColourDepth::from_env(&var),
        mode: if shared.ascii || !TextMode::is_utf8(&var) { TextMode::Ascii } else { TextMode::Unicode },
        case: case.as_ref().map(|c| OpenCase {
            name: c.info.name.clone(),
            last_seq: c.journal.last_seq(),
            exports: c.folder.join("exports"),
            bookmarks: casebook::app::bookmarks_of(c),
        }),
        at_tables: !shared.data.is_empty(),
        open: stems.first().filter(|_| !shared.data.is_empty() && stems.len() == 1).cloned(),
        library: library.into(),
        config,
    };
    app::run(start, case)
}
