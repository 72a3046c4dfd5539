//! What a job does and what it answers: plain data in, plain data out.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Catalog;
use crate::analysis::find;
use crate::egress::{Gate, SentLog};
use crate::export::{self, Cells, Format, Overwrite};
use crate::model::{Cancel, Evidence, Input, Progress, Step, Table, TableId};
use crate::operation::{self, Cx, PREVIOUS};
use crate::query::Library;

/// Work for the engine.
#[derive(Clone, Debug)]
pub enum Job {
    /// Steps one after the other; [`PREVIOUS`] among inputs is what the step before made. Results are kept.
    Steps(Vec<Step>),
    /// One step whose table is not kept: what a filter would leave, or a join would find.
    Preview(Step, Vec<Arc<Table>>),
    /// Waits until a file has more than `seen` bytes, then does steps, the first of which opens it that far.
    Follow {
        path: PathBuf,
        seen: u64,
        steps: Vec<Step>,
    },
    /// The first cell of each step's table; nothing is kept.
    Cells(Vec<Step>),
    /// Tables by their ids; what is not in memory any more is made again.
    Gather(Vec<TableId>),
    /// Rows that hold a text.
    Find {
        table: Arc<Table>,
        columns: Vec<String>,
        needle: String,
    },
    Export(Export),
}

/// What is written, how and where.
#[derive(Clone, Debug)]
pub struct Export {
    pub table: Arc<Table>,
    /// Row indices; None is all.
    pub rows: Option<Vec<u32>>,
    /// Names of the columns, in their order.
    pub columns: Vec<String>,
    pub path: PathBuf,
    pub format: Format,
    pub cells: Cells,
    pub overwrite: Overwrite,
}

/// A step that was done, with all that the journal wants to know.
#[derive(Clone, Debug)]
pub struct Done {
    pub step: Step,
    pub inputs: Vec<Input>,
    pub id: TableId,
    pub table: Arc<Table>,
    /// The evidence that was opened.
    pub opened: Vec<Evidence>,
    /// What left the machine, and to whom.
    pub sent: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Answer {
    Steps(Vec<Done>),
    Preview(Arc<Table>),
    /// Each cell, or why there is none.
    Cells(Vec<(Step, Result<String, String>)>),
    /// Each table, or why it could not be made again.
    Gathered(Vec<(TableId, Result<Arc<Table>, String>)>),
    Found(Vec<u32>),
    Exported {
        path: PathBuf,
        n_rows: usize,
        n_columns: usize,
    },
}

/// Why a job has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("cancelled")]
    Cancelled,
    #[error("{0}")]
    Error(String),
}

impl From<operation::Error> for Failure {
    fn from(error: operation::Error) -> Self {
        match error {
            operation::Error::Cancelled => Self::Cancelled,
            other => Self::Error(other.to_string()),
        }
    }
}

/// What a job works with.
#[derive(Clone)]
pub struct JobCx {
    pub library: Arc<Library>,
    pub gate: Arc<Gate>,
    pub sent: SentLog,
    pub catalog: Arc<Catalog>,
    pub cancel: Cancel,
    pub progress: Progress,
    pub now: DateTime<Utc>,
    /// Takes the first rows of a table whose rest is still being read.
    pub early: Arc<dyn Fn(Table) + Send + Sync>,
}

impl JobCx {
    fn operation(&self) -> Cx<'_> {
        Cx {
            library: &self.library,
            gate: &self.gate,
            sent: &self.sent,
            now: self.now,
            cancel: &self.cancel,
            progress: &self.progress,
            early: &*self.early,
        }
    }
}

/// Does a job to its end on this thread.
pub fn run(cx: &JobCx, job: Job) -> Result<Answer, Failure> {
    match job {
        Job::Steps(steps) => run_steps(cx, steps),
        Job::Preview(step, tables) => {
            Ok(Answer::Preview(Arc::new(operation::run(&cx.operation(), &step, &tables)?.table)))
        }
        Job::Follow { path, seen, steps } => follow(cx, &path, seen, steps),
        Job::Gather(ids) => gather(cx, &ids),
        Job::Cells(steps) => {
            let cell = |step: Step| (step.clone(), first_cell(cx, &step));
            Ok(Answer::Cells(steps.into_iter().map(cell).collect()))
        }
        Job::Find { table, columns, needle } => {
            let columns: Vec<_> = columns.iter().filter_map(|name| table.column(name)).collect();
            let rows = find::rows_with(&table, &columns, &needle, &cx.cancel).map_err(Failure::Error)?;
            if cx.cancel.is_requested() { Err(Failure::Cancelled) } else { Ok(Answer::Found(rows)) }
        }
        Job::Export(export) => run_export(cx, &export),
    }
}

fn run_steps(cx: &JobCx, steps: Vec<Step>) -> Result<Answer, Failure> {
    let mut done: Vec<Done> = Vec::new();
    for mut step in steps {
        if let (Some(last), true) = (done.last(), step.inputs.contains(&PREVIOUS)) {
            step.inputs.iter_mut().filter(|id| **id == PREVIOUS).for_each(|id| *id = last.id);
        }
        done.push(run_step(cx, &step)?);
    }
    Ok(Answer::Steps(done))
}

fn run_step(cx: &JobCx, step: &Step) -> Result<Done, Failure> {
    let tables: Result<Vec<_>, _> = step.inputs.iter().map(|id| table(cx, *id)).collect();
    let outcome = operation::run(&cx.operation(), step, &tables?)?;
    let table = Arc::new(outcome.table);
    let inputs = step.inputs.iter().map(|id| Input::Table(*id));
    let evidence = outcome.opened.iter().cloned().map(Input::Evidence);
    let mut step = operation::settled(&cx.operation(), step);
    step.params.extend(outcome.recorded);
    Ok(Done {
        inputs: inputs.chain(evidence).collect(),
        id: cx.catalog.insert(Arc::clone(&table), step.clone()),
        opened: outcome.opened,
        sent: outcome.sent,
        table,
        step,
    })
}

/// How often a file is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

fn follow(cx: &JobCx, path: &std::path::Path, seen: u64, mut steps: Vec<Step>) -> Result<Answer, Failure> {
    loop {
        if cx.cancel.is_requested() {
            return Err(Failure::Cancelled);
        }
        let grown = crate::query::grown(path, seen).map_err(|e| Failure::Error(e.to_string()))?;
        if let (Some(bytes), Some(open)) = (grown, steps.first_mut()) {
            open.params.insert("bytes".to_owned(), bytes.to_string());
            let quiet = JobCx { early: Arc::new(drop), ..cx.clone() };
            return run_steps(&quiet, steps);
        }
        // Nobody wakes it: it looks, and waits for the next time.
        std::thread::park_timeout(LOOK);
    }
}

fn first_cell(cx: &JobCx, step: &Step) -> Result<String, String> {
    let table = operation::run(&cx.operation(), step, &[]).map_err(|e| e.to_string())?.table;
    let column = table.columns.first().ok_or("the query gives no column")?;
    table.full_text(0, column).ok_or_else(|| "the query gives no value".to_owned())
}

/// The table of an id, made again by its recipe where it is not in memory any more.
fn table(cx: &JobCx, id: TableId) -> Result<Arc<Table>, Failure> {
    if let Some(table) = cx.catalog.get(id) {
        return Ok(table);
    }
    let recipe = cx.catalog.recipe(id).ok_or_else(|| Failure::Error(format!("the table {id} is not there")))?;
    let inputs: Result<Vec<_>, _> = recipe.step.inputs.iter().map(|id| table(cx, *id)).collect();
    // What is made again is not shown before it is whole.
    // Nor does it ask anybody: answers of the outside stand in the recipe.
    let quiet = JobCx { early: Arc::new(drop), gate: Arc::default(), ..cx.clone() };
    let outcome = operation::run(&quiet.operation(), &recipe.step, &inputs?)?;
    let table = Arc::new(recipe.checked(outcome.table));
    cx.catalog.restore(id, Arc::clone(&table));
    Ok(table)
}

/// A table that cannot be made again costs itself.
fn gather(cx: &JobCx, ids: &[TableId]) -> Result<Answer, Failure> {
    let mut gathered = Vec::new();
    for id in ids {
        match table(cx, *id) {
            Err(Failure::Cancelled) => return Err(Failure::Cancelled),
            answer => gathered.push((*id, answer.map_err(|e| e.to_string()))),
        }
    }
    Ok(Answer::Gathered(gathered))
}

fn run_export(cx: &JobCx, export: &Export) -> Result<Answer, Failure> {
    let error = |e: &dyn std::fmt::Display| Failure::Error(e.to_string());
    let chosen = export.table.frame().select(export.columns.iter().map(String::as_str)).map_err(|e| error(&e))?;
    let chosen = match &export.rows {
        None => chosen,
        Some(rows) => {
            let rows = polars::prelude::IdxCa::from_vec("row".into(), rows.clone());
            chosen.take(&rows).map_err(|e| error(&e))?
        }
    };
    let table = cx.library.table(&export.table.name, chosen);
    let written = export::write_atomically(&export.path, export.overwrite, |out| {
        export::write(&table, export.format, export.cells, out)?;
        // Nothing is in place yet, so a cancelled export leaves what was there.
        if cx.cancel.is_requested() { Err(export::Error::Cancelled) } else { Ok(()) }
    });
    match written {
        Err(export::Error::Cancelled) => return Err(Failure::Cancelled),
        Err(e) => return Err(error(&e)),
        Ok(()) => {}
    }
    Ok(Answer::Exported { path: export.path.clone(), n_rows: table.n_rows(), n_columns: table.columns.len() })
}
