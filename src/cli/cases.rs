//! `case list` and `case new`.

use std::path::Path;

use anyhow::Context;
use clap::ArgMatches;

use super::shared::{is_set, text, texts};
use super::{Ended, Shared, listing, output};
use crate::case::{Case, CaseEntry, CaseInfo, Look};
use crate::config::Config;

/// The cases of the person, the one worked on last first; a glance at each, without reading its journal.
pub fn cases(config: &Config) -> Vec<CaseEntry> {
    let entries = std::fs::read_dir(config.paths.data.join("cases")).into_iter().flatten();
    let mut cases: Vec<CaseEntry> = entries.filter_map(|entry| glance(&entry.ok()?.path())).collect();
    cases.sort_by(|a, b| (&b.last, &a.name).cmp(&(&a.last, &b.name)));
    cases
}

fn glance(folder: &Path) -> Option<CaseEntry> {
    let name = folder.file_name()?.to_str()?.to_owned();
    let journal = folder.join("journal.jsonl");
    let n_records = std::fs::read(&journal).map(|bytes| memchr::memchr_iter(b'\n', &bytes).count()).ok()?;
    let changed = std::fs::metadata(&journal).and_then(|m| m.modified()).ok()?;
    let last = chrono::DateTime::<chrono::Utc>::from(changed).format("%Y-%m-%d %H:%M").to_string();
    Some(CaseEntry { name, n_records, last: if n_records > 0 { last } else { String::new() } })
}

pub fn run(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    match matches.subcommand() {
        Some(("new", sub)) => new(sub, config),
        Some((_, sub)) => list(sub, config),
        None => anyhow::bail!("say case list or case new"),
    }
}

fn list(sub: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let mut rows = Vec::new();
    for case in cases(config) {
        let folder = config.paths.data.join("cases").join(&case.name);
        let look = Look::at(&folder).with_context(|| case.name.clone())?;
        let n_bookmarks = crate::case::history(&look.records).now().desk.bookmarks.len();
        let last = look.records.last().map(|record| record.utc.clone()).unwrap_or_default();
        let online = if look.info.online { "online" } else { "offline" }.to_owned();
        rows.push(vec![
            case.name,
            look.records.len().to_string(),
            n_bookmarks.to_string(),
            last,
            online,
            look.info.tlp,
            look.info.tags.join(" "),
        ]);
    }
    let columns = ["case", "records", "bookmarks", "last", "online", "tlp", "tags"];
    output::write(&listing::table("cases", &columns, &rows)?, &Shared::from(sub))?;
    Ok(Ended::Done)
}

/// Makes a case that is not there yet, offline unless it is said otherwise.
fn new(sub: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let name = text(sub, "name").unwrap_or_default();
    let cases = config.paths.data.join("cases");
    let folder = crate::case::folder_of(&name, &cases)?;
    anyhow::ensure!(!folder.join("case.yaml").exists(), "the case '{name}' is there already: {}", folder.display());
    let usual = CaseInfo::default();
    let info = CaseInfo {
        name: folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        tags: texts(sub, "tag"),
        tlp: text(sub, "tlp").unwrap_or(usual.tlp),
        pap: text(sub, "pap").unwrap_or(usual.pap),
        online: is_set(sub, "online"),
        time_zone: text(sub, "time-zone").unwrap_or(usual.time_zone),
    };
    let case = Case::make(&folder, &info)?;
    super::print(&format!("{}\n'casebook --case {name}' opens it", case.folder.display()))?;
    Ok(Ended::Done)
}
