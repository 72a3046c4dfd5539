//! The command line, made from the operation table.

use clap::{Arg, ArgAction, Command};

use super::shared::shared;
use crate::operation::{Inputs, OPERATIONS, Operation, ParamKind};
use crate::query::Format;

/// The whole command line.
pub fn command() -> Command {
    let verbs = [open(), query(), sql(), do_operation(), lab(), case(), replay(), verify(), keys(), operations()];
    shared(Command::new("casebook"), false)
        .version(env!("CARGO_PKG_VERSION"))
        .about("An investigation workbench for the terminal")
        .long_about("Alone, casebook opens the workbench. With a verb it does one thing and prints the result: stdout is data, stderr is narration.")
        .arg(flag("ascii", "Draw with ASCII characters only; automatic where the locale is not UTF-8"))
        .subcommand_required(false)
        .args_conflicts_with_subcommands(true)
        .subcommands(verbs)
}

fn open() -> Command {
    let paths =
        Arg::new("paths").value_name("PATH").num_args(1..).required(true).help("Files or folders; - is standard input");
    shared(Command::new("open"), true)
        .about("Open files or folders in the workbench; in a pipe, list their tables")
        .after_help(format!("What can be read: {}.", Format::ENDINGS))
        .arg(paths)
        .arg(flag("follow", "Show new rows as the file grows, or as standard input goes on"))
        .arg(flag("columns", "In a pipe, list the columns of each table: type, role, nulls, notes"))
        .arg(flag("ascii", "Draw with ASCII characters only"))
}

fn query() -> Command {
    let name = || Arg::new("name").value_name("FAMILY.NAME").required(true);
    Command::new("query")
        .about("Named queries")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(shared(Command::new("list"), true).about("List the queries"))
        .subcommand(shared(Command::new("show"), true).about("Show one query with its parameters").arg(name()))
        .subcommand(shared(Command::new("run"), true).about("Run a query and print its rows").arg(name()))
}

fn sql() -> Command {
    let text = Arg::new("text").value_name("SQL").required(true).help("The statement; tables are named by their stem");
    shared(Command::new("sql"), true).about("Ask the loaded tables with SQL").arg(text)
}

fn do_operation() -> Command {
    let on_tables = OPERATIONS.iter().filter(|operation| operation.inputs != Inputs::None);
    Command::new("do")
        .about("Do an operation on a table: a path, '-', query:FAMILY.NAME or table:NAME")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(on_tables.map(|operation| one_operation(operation)))
}

fn one_operation(operation: &Operation) -> Command {
    let input =
        Arg::new("input").value_name("INPUT").required(true).help("A path, '-', query:FAMILY.NAME or table:NAME");
    let params = operation.params.iter().map(|spec| match spec.kind {
        ParamKind::Flag => flag(spec.name, spec.doc),
        ParamKind::Choice(words) => {
            let arg = Arg::new(spec.name).long(spec.name).value_name(spec.kind.placeholder()).help(spec.doc);
            arg.required(spec.required).value_parser(clap::builder::PossibleValuesParser::new(words))
        }
        _ => Arg::new(spec.name)
            .long(spec.name)
            .value_name(spec.kind.placeholder())
            .help(spec.doc)
            .required(spec.required)
            .allow_hyphen_values(true),
    });
    shared(Command::new(operation.id), true).about(operation.doc).args(params).arg(input)
}

fn case() -> Command {
    let colours = ["red", "amber+strict", "amber", "green", "clear"];
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let new = Command::new("new")
        .about("Make a case; it is offline unless --online is given")
        .arg(Arg::new("name").value_name("NAME").required(true).help("A name, or a path if it holds a slash"))
        .arg(repeated("tag", "WORD", "A word to find it by; may be given several times"))
        .arg(text("tlp", "COLOUR", "Traffic light protocol: how far it may be shared").value_parser(colours))
        .arg(text("pap", "COLOUR", "Permissible actions protocol").value_parser(colours))
        .arg(text("time-zone", "ZONE", "The zone of the hosts that are looked into, such as Europe/Berlin"))
        .arg(flag("online", "Things may be asked of the outside, within the policy"));
    Command::new("case")
        .about("The cases: what was done, and where to go on")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(shared(Command::new("list"), true).about("List the cases, the one worked on last first"))
        .subcommand(new)
}

fn lab() -> Command {
    let lesson =
        Arg::new("lesson").value_name("LESSON").help("Its name or number; without it the first that is not done");
    let folder = Arg::new("folder").value_name("FOLDER").required(true).help("Where the lessons are");
    let lessons = Arg::new("lessons").long("lessons").value_name("FOLDER").help("Lessons of a folder instead of ours");
    Command::new("lab")
        .about("Learn by doing: lessons beside the real workbench; in a pipe, list them")
        .args_conflicts_with_subcommands(true)
        .arg(lesson)
        .arg(lessons)
        .arg(flag("reset", "Begin the lesson anew"))
        .arg(flag("ascii", "Draw with ASCII characters only"))
        .subcommand(Command::new("check").about("Read the lessons of a folder and play each to its end").arg(folder))
}

/// The case of a verb that cannot do without one.
fn named_case() -> Arg {
    let help = "A name, or a path if it holds a slash";
    Arg::new("case").long("case").value_name("CASE").required(true).help(help)
}

fn replay() -> Command {
    Command::new("replay")
        .about("Run the steps of a case's journal again and compare each result with what was recorded")
        .arg(named_case())
        .arg(repeated("queries", "PATH", "Further query templates, as when the case was worked on"))
        .arg(repeated("data", "PATH", "The tables that the case was worked on, instead of the built-in ones"))
}

fn verify() -> Command {
    Command::new("verify").about("Check the chain of a case's journal and print its head hash").arg(named_case()).arg(
        Arg::new("head")
            .long("head")
            .value_name("HASH")
            .help("The head hash noted earlier; a chain alone cannot see a removed tail"),
    )
}

fn keys() -> Command {
    shared(Command::new("keys"), true)
        .about("List the keys")
        .arg(flag("md", "As Markdown, the form of docs/generated/keys.md"))
        .arg(flag("actions", "List the actions instead, with the keys of each"))
        .arg(flag("check", "Check the keymap files; exit 1 where they have mistakes"))
}

fn operations() -> Command {
    shared(Command::new("operations"), true)
        .about("List the operations")
        .arg(flag("md", "As Markdown, the form of docs/generated/operations.md"))
}

pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

pub fn repeated(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_holds_together() {
        super::command().debug_assert();
    }
}
