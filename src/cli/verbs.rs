//! What each verb does.

use std::io::Write;

use clap::ArgMatches;

use super::session::{Session, query_step};
use super::shared::{is_set, text};
use super::{Ended, Shared, listing, narrate, output};
use crate::case;
use crate::config::Config;
use crate::egress::{Gate, SentLog};
use crate::engine::Failure;
use crate::model::{Cancel, Note, Progress, Step, Table};
use crate::operation::{self, Cx, ParamKind};
use crate::query::Body;

/// Runs a verb by its name.
pub fn run(verb: &str, matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    match verb {
        "open" => open(matches, config),
        "query" => query(matches, config),
        "sql" => sql(matches, config),
        "do" => do_operation(matches, config),
        "replay" => replay(matches, config),
        "verify" => verify(matches, config),
        "case" => super::cases::run(matches, config),
        "keys" => keys(matches, config),
        "operations" => operations(matches),
        other => anyhow::bail!("there is no verb '{other}'"),
    }
}

/// In a pipe, `open` lists the tables of what it is given, or with `--columns` their columns. A table that cannot be
/// read costs itself.
fn open(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let shared = Shared::of_open(matches)?;
    let mut session = Session::start(config, &shared)?;
    session.tells_remarks = true;
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    for stem in session.library().stems() {
        match session.step(Step::new("open", Vec::new()).with("path", format!("table:{stem}"))) {
            Ok(done) => {
                rows.push((stem, done.table.n_rows() as u64, done.table.columns.len() as u64));
                if is_set(matches, "columns") {
                    columns.push(session.step(Step::new("columns", vec![done.id]))?.table);
                }
            }
            Err(e) if e.downcast_ref() == Some(&Failure::Cancelled) => return Err(e),
            Err(e) => session.notes.push(Note::new(stem, format!("left out: {e:#}"))),
        }
    }
    anyhow::ensure!(!rows.is_empty(), "none of the tables can be read: {}", said(&session.notes));
    let table =
        if is_set(matches, "columns") { listing::stacked("columns", &columns)? } else { listing::tables(&rows)? };
    output::write(&table, &shared)?;
    session.end()
}

fn said(notes: &[Note]) -> String {
    notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn query(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let Some((verb, sub)) = matches.subcommand() else {
        anyhow::bail!("say query list, query show or query run");
    };
    let shared = Shared::from(sub);
    let name = text(sub, "name").unwrap_or_default();
    let mut session = Session::start(config, &shared)?;
    match verb {
        "list" => output::write(&listing::queries(session.library())?, &shared)?,
        "show" => show_query(&session, &name)?,
        _ => {
            let done = session.step(query_step(&name, &shared))?;
            return finish(session, &shared, done);
        }
    }
    session.end()
}

fn show_query(session: &Session, name: &str) -> anyhow::Result<()> {
    let template = session.library().template(name)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", template.full_names().collect::<Vec<_>>().join(", "))?;
    writeln!(out, "{}", template.description)?;
    match &template.body {
        Body::Stem(stem) => writeln!(out, "rows of the table {stem}")?,
        Body::Sql(sql) => writeln!(out, "\n{}", sql.trim_end())?,
    }
    for parameter in &template.parameters {
        let default = parameter.default.as_ref().map_or("required".to_owned(), |d| format!("default '{d}'"));
        writeln!(out, "  {} ({}, {default}) {}", parameter.name, parameter.kind.word(), parameter.doc)?;
    }
    writeln!(out, "from {}:{}", template.file, template.line)?;
    if let Some(why) = &template.unavailable {
        writeln!(out, "cannot run: {why}")?;
    }
    Ok(())
}

fn sql(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let shared = Shared::from(matches);
    shared.refuse_what_is_not_used("")?;
    let mut session = Session::start(config, &shared)?;
    let statement = text(matches, "text").unwrap_or_default();
    let done = session.step(Step::new("sql", Vec::new()).with("text", statement))?;
    finish(session, &shared, done)
}

fn do_operation(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let Some((id, sub)) = matches.subcommand() else {
        anyhow::bail!("say which operation; 'casebook operations' lists them");
    };
    let shared = Shared::from(sub);
    let operation = operation::find(id)?;
    let mut session = Session::start(config, &shared)?;
    shared.refuse_what_is_not_used(&text(sub, "input").unwrap_or_default())?;
    let (step, _spooled) = session.input_step(&text(sub, "input").unwrap_or_default(), &shared)?;
    let mut input = session.step(step)?;
    if let Some(n_rows) = shared.first {
        input = session.step(Step::new("head", vec![input.id]).with("rows", n_rows.to_string()))?;
    }
    let mut step = Step::new(id, vec![input.id]);
    for spec in operation.params {
        let given = if spec.kind == ParamKind::Flag {
            is_set(sub, spec.name).then(|| "true".to_owned())
        } else {
            text(sub, spec.name)
        };
        if let Some(value) = given {
            step = step.with(spec.name, value);
        }
    }
    if let Some(with) = step.params.get("with").cloned() {
        let (other, _spooled) = session.input_step(&with, &shared)?;
        step.inputs.push(session.step(other)?.id);
    }
    let mut done = session.step(step)?;
    if let Some(how) = &shared.join {
        let join = Step::new("join-back", vec![input.id, done.id]).with("with", done.id.to_string()).with("how", how);
        done = session.step(join)?;
    }
    finish(session, &shared, done)
}

/// Cuts a result to `--head`, writes it, and ends the run; notes and hashes are kept even where writing fails.
fn finish(mut session: Session, shared: &Shared, done: crate::engine::Done) -> anyhow::Result<Ended> {
    let done = match shared.head {
        Some(n_rows) => session.step(Step::new("head", vec![done.id]).with("rows", n_rows.to_string()))?,
        None => done,
    };
    let written = output::write(&done.table, shared);
    let ended = session.end()?;
    written?;
    Ok(ended)
}

fn replay(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let shared = Shared::from(matches);
    let library = super::library(config, &shared)?;
    let records = case::read(&journal_of(config, matches)?)?;
    let (cancel, progress) = (Cancel::default(), Progress::default());
    // A replay asks nobody: what was asked then is recorded, and the answers may be others today.
    let (gate, sent) = (Gate::default(), SentLog::default());
    let (now, early) = (chrono::Utc::now(), &|_| {});
    let cx = Cx { library: &library, gate: &gate, sent: &sent, now, cancel: &cancel, progress: &progress, early };
    let (tables, mismatches) = case::replay(&cx, &records);
    for mismatch in &mismatches {
        narrate(&format!("step {} ({}): {}", mismatch.seq, mismatch.step, mismatch.why));
    }
    writeln!(
        std::io::stdout(),
        "{} steps replayed, {} tables, {} differ",
        records.len(),
        tables.len(),
        mismatches.len()
    )?;
    anyhow::ensure!(mismatches.is_empty(), "the journal does not replay to what it recorded");
    Ok(Ended::Done)
}

fn verify(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    let verified = case::verify(&journal_of(config, matches)?)?;
    writeln!(std::io::stdout(), "{} records, head {}", verified.n_records, verified.head)?;
    if let Some(head) = text(matches, "head") {
        anyhow::ensure!(
            head == verified.head,
            "the head is another than the one given: records were added or a tail was removed"
        );
    }
    Ok(Ended::Done)
}

/// The journal of a case, read without taking its lock: replay and verify change nothing.
fn journal_of(config: &Config, matches: &ArgMatches) -> anyhow::Result<std::path::PathBuf> {
    let name = text(matches, "case").unwrap_or_default();
    let folder = if name.contains('/') { name.clone().into() } else { config.paths.data.join("cases").join(&name) };
    let journal = folder.join("journal.jsonl");
    anyhow::ensure!(journal.is_file(), "there is no case '{name}': {} does not exist", journal.display());
    Ok(journal)
}

fn keys(matches: &ArgMatches, config: &Config) -> anyhow::Result<Ended> {
    if is_set(matches, "check") {
        config.problems.iter().for_each(|problem| narrate(&problem.to_string()));
        anyhow::ensure!(config.problems.is_empty(), "{} mistake(s) in the configuration", config.problems.len());
        return Ok(Ended::Done);
    }
    let list = if is_set(matches, "actions") { listing::actions } else { listing::keys };
    print_list(&list(&config.keymap)?, matches)
}

fn operations(matches: &ArgMatches) -> anyhow::Result<Ended> {
    print_list(&listing::operations()?, matches)
}

fn print_list(table: &Table, matches: &ArgMatches) -> anyhow::Result<Ended> {
    let mut shared = Shared::from(matches);
    if is_set(matches, "md") {
        shared.format = Some(crate::export::Format::Markdown);
    }
    output::write(table, &shared)?;
    Ok(Ended::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shared::texts;

    #[test]
    fn open_reads_the_paths_it_is_given() {
        let matches = crate::cli::command().try_get_matches_from(["casebook", "open", "a.csv", "b"]).unwrap();
        let (_, sub) = matches.subcommand().unwrap();
        assert_eq!(texts(sub, "paths"), ["a.csv", "b"]);
        assert_eq!(Shared::of_open(sub).unwrap().data.len(), 2);
    }
}
