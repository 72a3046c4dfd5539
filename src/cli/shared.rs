//! The flags that every verb shares which reads or writes tables.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};

use super::args::{flag, repeated};
use crate::export::Format;

/// What the shared flags say.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Shared {
    pub output: Option<String>,
    pub format: Option<Format>,
    pub first: Option<u32>,
    pub head: Option<u32>,
    pub data: Vec<PathBuf>,
    pub queries: Vec<PathBuf>,
    pub case: Option<String>,
    pub join: Option<String>,
    pub table: Option<String>,
    pub start: Option<String>,
    pub end: Option<String>,
    pub params: Vec<(String, String)>,
    pub safe: bool,
    pub overwrite: bool,
    pub ascii: bool,
    /// Whether this run may contact the outside.
    pub online: bool,
    /// Whether what is opened is followed as it grows.
    pub follow: bool,
    /// A folder of lessons in the place of ours.
    pub lessons: Option<PathBuf>,
    /// Where standard input was put; it goes with the last of these flags.
    pub spooled: Option<Arc<tempfile::TempDir>>,
}

/// Adds the shared flags to a command; a verb that prints has those of output too.
pub fn shared(command: Command, prints: bool) -> Command {
    let command = command.args([
        repeated("data", "PATH", "Take the tables from here instead of the built-in ones; may be given several times"),
        repeated("queries", "PATH", "Further query templates, over the built-in ones; may be given several times"),
        option("case", "CASE", "A name, or a path if it holds a slash; without it no journal is kept"),
    ]);
    if prints { command.args(of_input()).args(of_output()) } else { command }
}

fn of_input() -> [Arg; 5] {
    [
        count("first", "Only the first N rows of the input"),
        repeated("param", "K=V", "A parameter of the query; may be given several times").value_parser(key_and_value),
        option("start", "T", "Only from this moment on: an ISO time, or an offset such as -7d")
            .allow_hyphen_values(true),
        option("end", "T", "Only before this moment").allow_hyphen_values(true),
        flag("online", "This run may contact the outside, within the policy"),
    ]
}

fn of_output() -> [Arg; 8] {
    let formats: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
    let output = Arg::new("output").short('o').value_name("OUT").allow_hyphen_values(true);
    [
        output.help("A file, '-' for standard output, or a folder"),
        option("format", "FORMAT", "Overrides the ending; on a terminal the default is table, in a pipe csv")
            .value_parser(formats),
        count("head", "Only the first N rows of the output"),
        option("join", "HOW", "Put an operation's result beside its input, by row")
            .value_parser(["none", "left", "inner"]),
        option("table", "NAME", "Of a result with several tables, the one to print"),
        flag("safe", "Guard text cells against spreadsheet formulas"),
        flag("strict", "Exit with 3 where there were notes"),
        flag("overwrite", "Replace the file of -o where it is there already"),
    ]
}

/// A parameter as it was typed, if it has its equals sign.
fn key_and_value(text: &str) -> Result<String, String> {
    if text.contains('=') { Ok(text.to_owned()) } else { Err("write NAME=VALUE".to_owned()) }
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn count(name: &'static str, help: &'static str) -> Arg {
    option(name, "N", help).value_parser(clap::value_parser!(u32))
}

impl From<&ArgMatches> for Shared {
    fn from(matches: &ArgMatches) -> Self {
        Self {
            output: text(matches, "output"),
            format: text(matches, "format").and_then(|name| Format::named(&name)),
            first: number(matches, "first"),
            head: number(matches, "head"),
            data: texts(matches, "data").into_iter().map(PathBuf::from).collect(),
            queries: texts(matches, "queries").into_iter().map(PathBuf::from).collect(),
            case: text(matches, "case"),
            join: text(matches, "join").filter(|how| how != "none"),
            table: text(matches, "table"),
            start: text(matches, "start"),
            end: text(matches, "end"),
            params: texts(matches, "param")
                .iter()
                .filter_map(|p| p.split_once('='))
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
            safe: is_set(matches, "safe"),
            overwrite: is_set(matches, "overwrite"),
            ascii: is_set(matches, "ascii"),
            online: is_set(matches, "online"),
            follow: is_set(matches, "follow"),
            lessons: text(matches, "lessons").map(PathBuf::from),
            spooled: None,
        }
    }
}

impl Shared {
    /// `open PATH...` is the workbench over these paths; `-` is standard input, which is read to its end first.
    pub fn of_open(matches: &ArgMatches) -> anyhow::Result<Self> {
        let mut shared = Self::from(matches);
        for path in texts(matches, "paths") {
            if path == "-" && shared.spooled.is_none() {
                let (folder, path) =
                    if shared.follow { super::output::spool_stdin_live()? } else { super::output::spool_stdin()? };
                shared.spooled = Some(Arc::new(folder));
                shared.data.push(path);
            } else {
                shared.data.push(PathBuf::from(path));
            }
        }
        Ok(shared)
    }

    /// Refuses the flags of queries where no query is run: what would be ignored is said at once.
    pub fn refuse_what_is_not_used(&self, input: &str) -> anyhow::Result<()> {
        let has_range = self.start.is_some() || self.end.is_some() || !self.params.is_empty();
        let is_query = input.starts_with("query:");
        anyhow::ensure!(
            !has_range || is_query,
            "--start, --end and --param are of named queries; filter the rows with 'do filter'"
        );
        Ok(())
    }

    pub fn is_strict(matches: &ArgMatches) -> bool {
        let nested = matches.subcommand().is_some_and(|(_, sub)| is_set(sub, "strict"));
        nested || is_set(matches, "strict")
    }
}

/// An argument's text; None where it was not given or the verb does not have it.
pub fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.try_get_one::<String>(name).ok().flatten().cloned()
}

pub fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().cloned().collect()
}

pub fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

fn number(matches: &ArgMatches, name: &str) -> Option<u32> {
    matches.try_get_one::<u32>(name).ok().flatten().copied()
}
