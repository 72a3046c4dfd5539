//! Arguments, configuration, and then either a headless verb or the workbench.

use std::process::ExitCode;

use casebook::app::{self, OpenCase, Start};
use casebook::case::{self, Case};
use casebook::cli::{self, Asked, Shared};
use casebook::config::Config;
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
    let (case, open_case) = open_case(&config, shared)?;
    let var = |name: &str| std::env::var(name).ok();
    let stems = library.stems();
    let start = Start {
        depth: ColourDepth::from_env(&var),
        mode: if shared.ascii || !TextMode::is_utf8(&var) { TextMode::Ascii } else { TextMode::Unicode },
        case: open_case,
        at_tables: !shared.data.is_empty(),
        open: stems.first().filter(|_| !shared.data.is_empty() && stems.len() == 1).cloned(),
        library: library.into(),
        config,
    };
    app::run(start, case)
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
            let open = OpenCase::of(&look.info.name, &look.folder, &look.records);
            Ok((None, Some(OpenCase { read_only: true, ..open })))
        }
        Err(error) => Err(error),
    }
}
