//! One slot, one job: a new job in a slot cancels the one before it, and stale answers are dropped.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;

use super::guard::guarded;
use super::job::{self, Answer, Failure, Job, JobCx};
use super::{Catalog, ScribeEvent};
use crate::egress::{Gate, SentLog};
use crate::model::{Cancel, Progress, Table, TableId};
use crate::query::Library;

/// A place that has at most one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Opening evidence and running queries.
    Load,
    /// Filtering and sorting the view that was opened with this table.
    Derive(TableId),
    /// What the filter that is being typed would leave.
    Preview,
    Find,
    Export,
    /// Bringing back what lay open.
    Desk,
    /// The answers of a lesson's queries.
    Lab,
    /// Waiting for a file to grow; nobody waits for it.
    Follow(u32),
}

/// News from the engine.
#[derive(Debug)]
pub enum EngineEvent {
    Job {
        slot: Slot,
        generation: u64,
        result: Result<Answer, Failure>,
    },
    /// The first rows of a table whose rest is still being read.
    Early {
        slot: Slot,
        generation: u64,
        table: Arc<Table>,
    },
    /// What a job sent that came to nothing, and to whom.
    Sent(Vec<String>),
    Scribe(ScribeEvent),
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Running,
    Done,
    Cancelled,
    Failed(String),
}

/// A job as the jobs pane shows it.
#[derive(Clone, Debug)]
pub struct JobInfo {
    pub slot: Slot,
    pub generation: u64,
    pub title: String,
    pub state: JobState,
    pub progress: Progress,
    pub took: Duration,
    started: Instant,
}

impl JobInfo {
    fn starting(slot: Slot, generation: u64, title: &str, progress: Progress) -> Self {
        let (state, took, started) = (JobState::Running, Duration::ZERO, Instant::now());
        Self { slot, generation, title: title.to_owned(), state, progress, took, started }
    }
}

/// How many ended jobs are remembered for the jobs pane.
const REMEMBERED: usize = 100;

/// Runs jobs on blocking threads; dropping it asks all of them to stop.
pub struct Engine {
    runtime: Handle,
    events: UnboundedSender<EngineEvent>,
    library: Arc<Library>,
    gate: Arc<Gate>,
    catalog: Arc<Catalog>,
    running: HashMap<Slot, (u64, Cancel)>,
    jobs: Vec<JobInfo>,
    generation: u64,
}

impl Engine {
    pub fn new(
        runtime: Handle,
        events: UnboundedSender<EngineEvent>,
        (library, gate): (Arc<Library>, Arc<Gate>),
        catalog: Arc<Catalog>,
    ) -> Self {
        Self { runtime, events, library, gate, catalog, running: HashMap::new(), jobs: Vec::new(), generation: 0 }
    }

    /// Starts a job; what ran in its slot before is cancelled. Gives the job's generation.
    pub fn start(&mut self, slot: Slot, title: &str, job: Job, now: DateTime<Utc>) -> u64 {
        self.cancel(slot);
        self.generation += 1;
        let generation = self.generation;
        let (cancel, progress) = (Cancel::default(), Progress::default());
        let (library, catalog) = (Arc::clone(&self.library), Arc::clone(&self.catalog));
        let events = self.events.clone();
        let to_screen = events.clone();
        let early = move |table| drop(to_screen.send(EngineEvent::Early { slot, generation, table: Arc::new(table) }));
        let early = Arc::new(early);
        let (gate, sent) = (Arc::clone(&self.gate), SentLog::default());
        let (cancelled, done, log) = (cancel.clone(), progress.clone(), sent.clone());
        let cx = JobCx { library, gate, sent: log, catalog, cancel: cancelled, progress: done, now, early };
        drop(self.runtime.spawn_blocking(move || {
            let result = guarded(|| job::run(&cx, job)).unwrap_or_else(|panic| Err(Failure::Error(panic)));
            // What left is told even where the job failed, or nobody waits for its answer any more.
            drop(Some(sent.take()).filter(|left| !left.is_empty()).map(|left| events.send(EngineEvent::Sent(left))));
            // With the receiver gone the program is ending, and nobody wants the answer.
            let _ = events.send(EngineEvent::Job { slot, generation, result });
        }));
        self.running.insert(slot, (generation, cancel));
        self.jobs.push(JobInfo::starting(slot, generation, title, progress));
        generation
    }

    /// Asks the job in a slot to stop; its answer will be dropped.
    pub fn cancel(&mut self, slot: Slot) {
        if let Some((generation, cancel)) = self.running.remove(&slot) {
            cancel.request();
            self.end(generation, JobState::Cancelled);
        }
    }

    /// Asks every job to stop.
    pub fn cancel_all(&mut self) {
        for slot in self.running.keys().copied().collect::<Vec<_>>() {
            self.cancel(slot);
        }
    }

    /// Takes note of an answer; false where a newer job or a cancel has made it stale.
    pub fn accept(&mut self, slot: Slot, generation: u64, result: &Result<Answer, Failure>) -> bool {
        if self.running.get(&slot).is_none_or(|(current, _)| *current != generation) {
            return false;
        }
        self.running.remove(&slot);
        let state = match result {
            Ok(_) => JobState::Done,
            Err(Failure::Cancelled) => JobState::Cancelled,
            Err(Failure::Error(why)) => JobState::Failed(why.clone()),
        };
        self.end(generation, state);
        true
    }

    /// Whether this is the job that its slot runs.
    pub fn is_current(&self, slot: Slot, generation: u64) -> bool {
        self.running.get(&slot).is_some_and(|(current, _)| *current == generation)
    }

    pub fn is_idle(&self) -> bool {
        self.running.keys().all(|slot| matches!(slot, Slot::Follow(_)))
    }

    /// All jobs, the newest last; the time of running ones is up to now.
    pub fn jobs(&self) -> Vec<JobInfo> {
        let mut jobs = self.jobs.clone();
        for job in jobs.iter_mut().filter(|job| job.state == JobState::Running) {
            job.took = job.started.elapsed();
        }
        jobs
    }

    fn end(&mut self, generation: u64, state: JobState) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.generation == generation) {
            job.took = job.started.elapsed();
            job.state = state;
        }
        // Previews and searches come with every key typed; only a job that was meant is worth remembering.
        self.jobs.retain(|job| {
            job.state == JobState::Running || !matches!(job.slot, Slot::Preview | Slot::Find | Slot::Follow(_))
        });
        let surplus = self.jobs.len().saturating_sub(REMEMBERED);
        self.jobs.drain(..surplus);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.cancel_all();
    }
}
