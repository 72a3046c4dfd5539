//! One headless run: its library, its tables and, where a case was named, its journal.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use chrono::{SecondsFormat, Utc};

use super::{Shared, narrate};
use crate::analysis::ioc::CustomType;
use crate::case::{Case, CaseInfo, Entry, Look, folder_of};
use crate::config::{Config, Problem, queries};
use crate::egress::{Gate, Network, Pap, SentLog};
use crate::engine::{Answer, Catalog, Done, Failure, Job, JobCx, guarded, hash_evidence, run};
use crate::model::{Cancel, Evidence, Level, Note, Params, Progress, Step};
use crate::query::{Layer, Library, LibraryConfig, Sources, template_files};

/// The library that the flags and the configuration ask for.
pub fn library(config: &Config, shared: &Shared) -> anyhow::Result<Library> {
    let sources = if shared.data.is_empty() { Sources::lab() } else { Sources::of_paths(&shared.data)? };
    let built_in = queries().into_iter().map(|(file, text)| (Layer::BuiltIn, file, text.to_owned()));
    let mut templates: Vec<_> = built_in.collect();
    let user = config.paths.config.join("queries");
    if user.is_dir() {
        templates.extend(template_files(&user, Layer::User).with_context(|| user.display().to_string())?);
    }
    for path in &shared.queries {
        templates.extend(template_files(path, Layer::Given).with_context(|| path.display().to_string())?);
    }
    let (ioc_types, problems) = ioc_types(config);
    let theirs = config.paths.config.join("risky-commands.yaml");
    let risky_commands: Vec<_> =
        std::fs::read_to_string(&theirs).ok().map(|text| (theirs.display().to_string(), text)).into_iter().collect();
    let roles = config.roles.clone();
    let mut library = Library::new(LibraryConfig { roles, sources, templates, ioc_types, risky_commands });
    library.problems.extend(problems);
    Ok(library)
}

/// The person's own types of indicators; a mistake costs its type.
fn ioc_types(config: &Config) -> (Vec<CustomType>, Vec<Problem>) {
    let (mut types, mut problems) = (Vec::new(), Vec::new());
    for raw in &config.settings.ioc_types {
        match CustomType::new(raw.name.clone(), &raw.regex, raw.priority, raw.group.clone()) {
            Ok(made) => types.push(made),
            Err(why) => problems.push(Problem {
                file: config.paths.config.join("config.yaml").display().to_string(),
                line: 1,
                what: format!("ioc-types: {}: {why}", raw.name),
            }),
        }
    }
    (types, problems)
}

/// The way out of this run: open where the case or the command line says so, within the case's PAP.
pub fn gate(config: &Config, case: Option<&CaseInfo>, online: bool) -> Gate {
    let pap = case.map_or_else(Pap::default, |info| Pap::named(&info.pap));
    let network = Network {
        resolver: config.settings.network.resolver.clone(),
        rdap: config.settings.network.rdap.clone(),
        timeout: std::time::Duration::from_secs(config.settings.network.timeout.clamp(1, 120)),
    };
    Gate::new(network, online || case.is_some_and(|info| info.online), pap)
}

/// The case that was asked for, opened.
pub fn case_of(config: &Config, name: &str) -> anyhow::Result<Case> {
    Ok(Case::open(name, &config.paths.data.join("cases"))?)
}

/// The case that was asked for, looked at without taking its lock.
pub fn look_at_case(config: &Config, name: &str) -> anyhow::Result<Look> {
    let folder = folder_of(name, &config.paths.data.join("cases"))?;
    anyhow::ensure!(
        folder.join("journal.jsonl").is_file(),
        "there is no case '{name}': {} does not exist",
        folder.display()
    );
    Ok(Look::at(&folder)?)
}

/// A headless run.
pub struct Session {
    cx: JobCx,
    case: Option<Case>,
    opened: Vec<Evidence>,
    pub notes: Vec<Note>,
    /// Where standard input was put, which means nothing to anybody.
    spooled: Option<String>,
    /// Whether what is only good to know is told too.
    pub tells_remarks: bool,
}

impl Session {
    /// Loads all that the verb needs, and tells what is wrong with the files that were given.
    pub fn start(config: &Config, shared: &Shared) -> anyhow::Result<Self> {
        let library = library(config, shared)?;
        for problem in config.problems.iter().chain(&library.problems) {
            narrate(&problem.to_string());
        }
        let cancel = Cancel::default();
        cancel_on_interrupt(&cancel)?;
        let case = shared.case.as_ref().map(|name| case_of(config, name)).transpose()?;
        let gate = gate(config, case.as_ref().map(|case| &case.info), shared.online);
        let last_table = case.as_ref().map_or(0, |case| case.journal.last_table());
        let catalog = Catalog::after(last_table, std::collections::BTreeMap::new());
        // Notes on tables are told with the tables; the others say which query replaced which.
        let shadowed = library.notes.iter().filter(|note| !library.stems().contains(&note.about)).cloned().collect();
        let cx = JobCx {
            library: Arc::new(library),
            gate: Arc::new(gate),
            sent: SentLog::default(),
            catalog: Arc::new(catalog),
            cancel,
            progress: Progress::default(),
            now: Utc::now(),
            early: Arc::new(drop),
        };
        Ok(Self { cx, case, opened: Vec::new(), notes: shadowed, spooled: None, tells_remarks: false })
    }

    pub fn library(&self) -> &Library {
        &self.cx.library
    }

    /// Does one step and writes it to the journal.
    pub fn step(&mut self, step: Step) -> anyhow::Result<Done> {
        let answer =
            guarded(|| run(&self.cx, Job::Steps(vec![step]))).unwrap_or_else(|panic| Err(Failure::Error(panic)));
        self.record_what_left()?;
        let answer = answer?;
        let Answer::Steps(mut done) = answer else {
            return Err(anyhow::anyhow!("the step gave no table"));
        };
        let done = done.pop().context("the step gave no table")?;
        for note in &done.table.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        self.opened.extend(done.opened.iter().cloned());
        if let Some(case) = &mut self.case {
            case.journal.append(Entry {
                utc: utc(),
                step: done.step.operation.clone(),
                params: done.step.params.clone(),
                inputs: done.inputs.clone(),
                output: Some((done.id, Arc::clone(&done.table))),
                notes: done.table.notes.clone(),
                sent: done.sent.clone(),
                desk: None,
            })?;
        }
        Ok(done)
    }

    /// What a step sent that came to nothing stands in the journal all the same.
    fn record_what_left(&mut self) -> anyhow::Result<()> {
        let sent = self.cx.sent.take();
        if let Some(case) = self.case.as_mut().filter(|_| !sent.is_empty()) {
            case.journal.append(Entry { utc: utc(), sent, ..Entry::new("contacted", Params::new(), Vec::new()) })?;
        }
        Ok(())
    }

    /// What a person gives as INPUT, as the step that makes a table of it. With a case, what came through a pipe is kept
    /// in the case's folder, so that the journal replays.
    pub fn input_step(&mut self, input: &str, shared: &Shared) -> anyhow::Result<(Step, Option<tempfile::TempDir>)> {
        let open = |path: &Path| Step::new("open", Vec::new()).with("path", path.display().to_string());
        if input == "-" {
            let (folder, path) = super::output::spool_stdin()?;
            let Some(case) = &self.case else {
                self.spooled = Some(path.display().to_string());
                return Ok((open(&path), Some(folder)));
            };
            let kept = case.folder.join("tables").join(format!("stdin-{}", case.journal.last_seq() + 1));
            std::fs::copy(&path, &kept).with_context(|| kept.display().to_string())?;
            return Ok((open(&kept), None));
        }
        Ok((input.strip_prefix("query:").map_or_else(|| open(Path::new(input)), |name| query_step(name, shared)), None))
    }

    /// Tells the notes and, with a case, records the hashes of the evidence.
    pub fn end(mut self) -> anyhow::Result<super::Ended> {
        let shown = |note: &Note| match &self.spooled {
            Some(path) => note.to_string().replace(path, "standard input"),
            None => note.to_string(),
        };
        for note in &self.notes {
            match note.level {
                Level::Warning => narrate(&format!("note: {}", shown(note))),
                Level::Remark if self.tells_remarks => narrate(&format!("remark: {}", shown(note))),
                Level::Remark => {}
            }
        }
        if let Some(case) = &mut self.case {
            for evidence in self.opened {
                if let Some(entry) = hash_evidence(evidence, utc(), &self.cx.cancel) {
                    case.journal.append(entry)?;
                }
            }
        }
        let is_clean = self.notes.iter().all(|note| note.level == Level::Remark);
        Ok(if is_clean { super::Ended::Done } else { super::Ended::DoneWithNotes })
    }
}

fn utc() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The first Ctrl-C asks the job to stop, a second one ends the program at once.
fn cancel_on_interrupt(cancel: &Cancel) -> anyhow::Result<()> {
    let asked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGINT, 130, Arc::clone(&asked))?;
    signal_hook::flag::register(signal_hook::consts::SIGINT, asked)?;
    signal_hook::flag::register(signal_hook::consts::SIGINT, cancel.flag())?;
    Ok(())
}

/// A named query with the parameters and time range of the flags.
pub fn query_step(name: &str, shared: &Shared) -> Step {
    let mut step = Step::new("query", Vec::new()).with("name", name);
    for (key, value) in &shared.params {
        step = step.with(&format!("param.{key}"), value);
    }
    for (key, value) in [("start", &shared.start), ("end", &shared.end)] {
        if let Some(value) = value {
            step = step.with(key, value);
        }
    }
    step
}
