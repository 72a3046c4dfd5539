//! The journal: one line a step, each holding the hash of the line before it.
//!
//! A changed or missing line breaks the chain; a tail that was cut off cannot be seen from the chain alone, so
//! [`Verified`] gives the head hash to keep elsewhere and compare.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{Error, Result};
use crate::analysis::table_hash;
use crate::model::{DeskChange, History, Input, Note, Params, Table, TableId, hex};

/// A column of an output, as the journal names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub dtype: String,
}

/// The table that a step made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub table: TableId,
    pub name: String,
    pub columns: Vec<OutputColumn>,
    pub rows: u64,
    /// Over schema and row values, see [`crate::analysis::table_hash`].
    pub hash: String,
}

impl Output {
    /// What the journal keeps of a table. Its hash takes a while for a large one, so this is not for the screen thread.
    pub fn of(id: TableId, table: &Table) -> Self {
        let hash = table_hash::of(table);
        let columns = table.columns.iter().map(|c| OutputColumn { name: c.name.clone(), dtype: c.dtype.to_string() });
        Self { table: id, name: table.name.clone(), columns: columns.collect(), rows: table.n_rows() as u64, hash }
    }
}

/// What is to be recorded; the journal adds its number, the chain and who wrote it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When the step was done, RFC 3339.
    pub utc: String,
    /// Operation, query or action id.
    pub step: String,
    pub params: Params,
    pub inputs: Vec<Input>,
    /// The table that the step made; it is hashed when it is written.
    pub output: Option<(TableId, Arc<Table>)>,
    pub notes: Vec<Note>,
    /// What left the machine, and to whom.
    pub sent: Vec<String>,
    /// What the step changed of what lies open.
    pub desk: Option<DeskChange>,
}

impl Entry {
    /// An entry without a table, such as an action's; the time is added when it is written.
    pub fn new(step: &str, params: Params, inputs: Vec<Input>) -> Self {
        Self {
            utc: String::new(),
            step: step.to_owned(),
            params,
            inputs,
            output: None,
            notes: Vec::new(),
            sent: Vec::new(),
            desk: None,
        }
    }
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub seq: u64,
    pub utc: String,
    /// SHA-256 of the line before, without its line end; 64 zeros for the first.
    pub prev: String,
    pub actor: String,
    pub version: String,
    pub step: String,
    pub params: Params,
    pub inputs: Vec<Input>,
    pub output: Option<Output>,
    pub notes: Vec<Note>,
    /// What left the machine, and to whom.
    pub sent: Vec<String>,
    /// What the step changed of what lies open; absent where it changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskChange>,
}

/// An append-only journal file.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    seq: u64,
    head: String,
    actor: String,
    last_table: u32,
}

/// What a check of the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub n_records: u64,
    /// SHA-256 of the last line.
    pub head: String,
    /// The highest table id that a record names.
    pub last_table: u32,
}

impl Journal {
    /// Opens a journal for appending, or makes it. A last line that a crash left unfinished is cut off: it was never
    /// acknowledged.
    pub fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        drop_torn_tail(&file, path)?;
        let verified = verify(path)?;
        let actor =
            std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
        Ok(Self {
            file,
            path: path.to_owned(),
            seq: verified.n_records,
            head: verified.head,
            actor,
            last_table: verified.last_table,
        })
    }

    /// Appends one record and waits until it is on disk; gives its number.
    pub fn append(&mut self, entry: Entry) -> Result<u64> {
        let record = Record {
            seq: self.seq + 1,
            utc: entry.utc,
            prev: self.head.clone(),
            actor: self.actor.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            step: entry.step,
            params: entry.params,
            inputs: entry.inputs,
            output: entry.output.map(|(id, table)| Output::of(id, &table)),
            notes: entry.notes,
            sent: entry.sent,
            desk: entry.desk,
        };
        let line = serde_json::to_string(&record).map_err(std::io::Error::from)?;
        let length = self.file.metadata()?.len();
        let written = self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Half a line would break the chain for every record after it.
            self.file.set_len(length)?;
            return Err(error.into());
        }
        self.head = hash(&line);
        self.seq = record.seq;
        Ok(record.seq)
    }

    pub const fn last_seq(&self) -> u64 {
        self.seq
    }

    /// The highest table id of the records that were there when the journal was opened.
    pub const fn last_table(&self) -> u32 {
        self.last_table
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// All records of a journal, in order.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for (at, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        let broken = |why: String| Error::Broken { path: path.display().to_string(), line: at + 1, why };
        records.push(serde_json::from_str(&line?).map_err(|e| broken(e.to_string()))?);
    }
    Ok(records)
}

/// The records of a journal that another program may be writing to: a line without its end is not read.
pub(super) fn read_whole_lines(path: &Path) -> Result<Vec<Record>> {
    let text = std::fs::read_to_string(path)?;
    let whole = text.rfind('\n').map_or("", |at| &text[..at]);
    let record = |(at, line): (usize, &str)| {
        let broken = |why: String| Error::Broken { path: path.display().to_string(), line: at + 1, why };
        serde_json::from_str(line).map_err(|e| broken(e.to_string()))
    };
    whole.lines().enumerate().map(record).collect()
}

/// The moments that a journal tells of.
pub fn history(records: &[Record]) -> History {
    let mut history = History::default();
    for record in records {
        if let Some(change) = &record.desk {
            history.replay(change, &record.utc);
        }
    }
    history
}

/// Checks that every line holds the hash of the one before it and the next number.
pub fn verify(path: &Path) -> Result<Verified> {
    let mut head = "0".repeat(64);
    let (mut n_records, mut last_table) = (0, 0);
    for (at, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        let line = line?;
        let broken = |why: String| Error::Broken { path: path.display().to_string(), line: at + 1, why };
        let record: Record = serde_json::from_str(&line).map_err(|e| broken(format!("is no record: {e}")))?;
        if record.prev != head || record.seq != n_records + 1 {
            return Err(broken(
                "does not follow the line before it: a line was changed, added or taken out".to_owned(),
            ));
        }
        head = hash(&line);
        n_records += 1;
        last_table = record.output.map_or(last_table, |output| last_table.max(output.table.0));
    }
    Ok(Verified { n_records, head, last_table })
}

fn hash(line: &str) -> String {
    hex(digest(&SHA256, line.as_bytes()).as_ref())
}

fn drop_torn_tail(file: &File, path: &Path) -> Result<()> {
    let bytes = std::fs::read(path)?;
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64)?;
        file.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(step: &str) -> Entry {
        Entry { utc: "2026-03-04T02:11:09Z".to_owned(), ..Entry::new(step, Params::new(), Vec::new()) }
    }

    #[test]
    fn the_chain_sees_every_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        for step in ["open", "filter", "sort"] {
            journal.append(entry(step)).unwrap();
        }
        let good = std::fs::read_to_string(&path).unwrap();
        assert_eq!(verify(&path).unwrap().n_records, 3);
        for bad in [good.replacen("filter", "head", 1), good.split_inclusive('\n').skip(1).collect()] {
            std::fs::write(&path, bad).unwrap();
            assert!(verify(&path).is_err());
        }
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        Journal::open(&path).unwrap().append(entry("open")).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"seq\":2,\"utc\":");
        std::fs::write(&path, text).unwrap();
        assert_eq!(Journal::open(&path).unwrap().append(entry("sort")).unwrap(), 2);
        assert_eq!(verify(&path).unwrap().n_records, 2);
    }
}
