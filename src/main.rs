//! Arguments, configuration, and then either a headless verb or the workbench.

use std::process::ExitCode;

use casebook::cli::{self, Asked};

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    match cli::run(&matches) {
        Asked::Ended(code) => ExitCode::from(code),
        Asked::Workbench(_shared) => ExitCode::SUCCESS,
    }
}
