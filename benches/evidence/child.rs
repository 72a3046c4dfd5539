//! The work itself: each in a process of its own, so that none finds memory, threads or tables of another.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use anyhow::Context as _;
use casebook::config::{Config, Paths};
use casebook::model::{Cancel, Progress, Step, Table};
use casebook::operation::{self, Cx};
use casebook::query::{Library, LibraryConfig};
use polars::prelude::{CsvReadOptions, SerReader as _};

use crate::TIMES;
use crate::figures::{Figures, measured, median};

/// Tells this program that it is a child.
pub const FLAG: &str = "--child";

/// Starts this program again to do one thing, and gives what that cost.
pub fn ask(words: &[&str]) -> anyhow::Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.arg(FLAG).args(words).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "the child {} failed", words.join(" "));
    String::from_utf8(output.stdout)?.parse()
}

/// What a child does: `open PATH`, `polars PATH`, `first PATH`, or `step PATH OPERATION NAME=VALUE ...`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let figures = match words.as_slice() {
        ["open", path] => measured(|| open(&library(), path, &drop), Table::n_rows)?.0,
        ["polars", path] => measured(|| by_polars(Path::new(path)), polars::prelude::DataFrame::height)?.0,
        ["first", path] => first_rows(path)?,
        ["step", path, operation, params @ ..] => repeated_step(path, &step_of(operation, params)?)?,
        _ => anyhow::bail!("a child cannot do {}", words.join(" ")),
    };
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

/// A library with our roles and nothing of a user's.
fn library() -> Library {
    let none = Paths { config: PathBuf::from("/none"), data: PathBuf::from("/none") };
    Library::new(LibraryConfig { roles: Config::load(none, &|_| None).roles, ..LibraryConfig::default() })
}

fn done(library: &Library, step: &Step, inputs: &[Arc<Table>], early: &dyn Fn(Table)) -> anyhow::Result<Table> {
    let (cancel, progress) = (Cancel::default(), Progress::default());
    let (gate, sent) = (casebook::egress::Gate::default(), casebook::egress::SentLog::default());
    let now = chrono::Utc::now();
    let cx = Cx { library, gate: &gate, sent: &sent, now, cancel: &cancel, progress: &progress, early };
    Ok(operation::run(&cx, step, inputs)?.table)
}

fn open(library: &Library, path: &str, early: &dyn Fn(Table)) -> anyhow::Result<Table> {
    done(library, &Step::new("open", Vec::new()).with("path", path), &[], early)
}

fn by_polars(path: &Path) -> anyhow::Result<polars::prelude::DataFrame> {
    let options = CsvReadOptions::default().with_infer_schema_length(Some(100));
    Ok(options.try_into_reader_with_file_path(Some(path.to_owned()))?.finish()?)
}

/// The cost until the first rows are there. The rest is not waited for: it ends with the process.
fn first_rows(path: &str) -> anyhow::Result<Figures> {
    let (sender, receiver) = channel();
    let path = path.to_owned();
    std::thread::spawn(move || open_telling_first(&path, &sender));
    let first = || receiver.recv().context("no first rows came before the whole was there");
    let ((wall_ms, n_rows), figures) = {
        let (figures, first) = measured(first, |first| first.1)?;
        (first, figures)
    };
    // The thread's own clock counts: this one would count its start and the making of the library too.
    Ok(Figures { wall_ms, n_rows, ..figures })
}

fn open_telling_first(path: &str, sender: &Sender<(f64, usize)>) -> anyhow::Result<()> {
    let library = library();
    let start = Instant::now();
    open(&library, path, &|table: Table| {
        // Nobody listens any more where rows come a second time.
        let _ = sender.send((start.elapsed().as_secs_f64() * 1000.0, table.n_rows()));
    })?;
    Ok(())
}

/// The step `OPERATION NAME=VALUE ...`.
fn step_of(operation: &str, params: &[&str]) -> anyhow::Result<Step> {
    params.iter().try_fold(Step::new(operation, Vec::new()), |step, param| {
        let (name, value) = param.split_once('=').with_context(|| format!("'{param}' is not NAME=VALUE"))?;
        Ok(step.with(name, value))
    })
}

/// The median cost of a step on a table that stays open.
fn repeated_step(path: &str, step: &Step) -> anyhow::Result<Figures> {
    let library = library();
    let inputs = [Arc::new(open(&library, path, &drop)?)];
    let once = || Ok(measured(|| done(&library, step, &inputs, &drop), Table::n_rows)?.0);
    let all = (0..TIMES).map(|_| once()).collect::<anyhow::Result<Vec<Figures>>>()?;
    let last = *all.last().context("nothing was measured")?;
    let of = |figure: fn(&Figures) -> f64| median(all.iter().map(figure));
    Ok(Figures { wall_ms: of(|f| f.wall_ms), cpu_ms: of(|f| f.cpu_ms), ..last })
}
