//! The scribe writes the journal on a thread of its own, so that no key waits for a disk.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use ring::digest::{Context, SHA256};

use super::guard::guarded;
use crate::case::{Case, Entry};
use crate::model::{Cancel, Evidence, Input, Params, hex};

/// News from the scribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScribeEvent {
    /// The record of this number is on disk.
    Saved(u64),
    Failed(String),
}

/// What the writing thread is handed.
enum ToWrite {
    Entry(Box<Entry>),
    /// Where one stands.
    Place(String),
    /// Whether the case may ask the outside.
    Online(bool),
}

/// Hands records to the writing thread, and evidence to the hashing one.
pub struct Scribe {
    entries: Option<Sender<ToWrite>>,
    evidence: Option<Sender<(Evidence, String)>>,
    cancel: Cancel,
    threads: Vec<JoinHandle<()>>,
}

impl Scribe {
    /// Takes a case over; `tell` is called from the writing thread.
    pub fn start(case: Case, tell: impl Fn(ScribeEvent) + Send + 'static) -> Self {
        let (entries, to_write) = channel();
        let (evidence, to_hash) = channel();
        let cancel = Cancel::default();
        let hashed = (entries.clone(), cancel.clone());
        let threads = vec![
            std::thread::spawn(move || {
                if let Err(why) = guarded(|| write_all(case, &to_write, &tell)) {
                    tell(ScribeEvent::Failed(why));
                }
            }),
            std::thread::spawn(move || hash_all(&to_hash, &hashed.0, &hashed.1)),
        ];
        Self { entries: Some(entries), evidence: Some(evidence), cancel, threads }
    }

    pub fn record(&self, entry: Entry) {
        if let Some(to) = &self.entries {
            // A thread that is gone has told why it failed.
            drop(to.send(ToWrite::Entry(Box::new(entry))));
        }
    }

    /// Keeps where one stands.
    pub fn place(&self, text: String) {
        if let Some(to) = &self.entries {
            drop(to.send(ToWrite::Place(text)));
        }
    }

    /// Keeps whether the case may ask the outside.
    pub fn set_online(&self, online: bool) {
        if let Some(to) = &self.entries {
            drop(to.send(ToWrite::Online(online)));
        }
    }

    /// Has a file's hash computed in the background; it becomes a record of its own.
    pub fn hash(&self, evidence: Evidence, utc: String) {
        if let Some(to) = &self.evidence {
            drop(to.send((evidence, utc)));
        }
    }
}

impl Drop for Scribe {
    /// What was handed over is written before the program ends; hashes that are not ready are given up.
    fn drop(&mut self) {
        self.cancel.request();
        self.evidence = None;
        self.entries = None;
        for thread in self.threads.drain(..).rev() {
            drop(thread.join());
        }
    }
}

fn write_all(mut case: Case, to_write: &Receiver<ToWrite>, tell: &dyn Fn(ScribeEvent)) {
    for piece in to_write {
        match piece {
            ToWrite::Entry(entry) => tell(match case.journal.append(*entry) {
                Ok(seq) => ScribeEvent::Saved(seq),
                Err(error) => ScribeEvent::Failed(error.to_string()),
            }),
            ToWrite::Place(text) => tell_failure(tell, case.keep_place(&text)),
            ToWrite::Online(online) => tell_failure(tell, case.set_online(online)),
        }
    }
}

fn tell_failure(tell: &dyn Fn(ScribeEvent), written: crate::case::Result<()>) {
    if let Err(error) = written {
        tell(ScribeEvent::Failed(error.to_string()));
    }
}

fn hash_all(evidence: &Receiver<(Evidence, String)>, entries: &Sender<ToWrite>, cancel: &Cancel) {
    let mut known: Vec<Evidence> = Vec::new();
    for (evidence, utc) in evidence {
        if known.contains(&evidence) || cancel.is_requested() {
            continue;
        }
        known.push(evidence.clone());
        if let Some(entry) = hash_evidence(evidence, utc, cancel) {
            drop(entries.send(ToWrite::Entry(Box::new(entry))));
        }
    }
}

/// The record of a file's SHA-256; None for built-in tables, unreadable files and a cancelled run.
pub fn hash_evidence(mut evidence: Evidence, utc: String, cancel: &Cancel) -> Option<Entry> {
    evidence.mtime.as_ref()?;
    evidence.sha256 = Some(sha256_of(Path::new(&evidence.path), cancel)?);
    let entry = Entry::new("hash-evidence", Params::new(), vec![Input::Evidence(evidence)]);
    Some(Entry { utc, ..entry })
}

fn sha256_of(path: &Path, cancel: &Cancel) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let mut hasher = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 20];
    while !cancel.is_requested() {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hex(hasher.finish().as_ref())),
            n => hasher.update(&buffer[..n]),
        }
    }
    None
}
