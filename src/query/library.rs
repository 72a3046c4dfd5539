//! The library of a run: its templates by precedence, its tables, and how a query becomes rows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use chrono::{DateTime, Utc};
use polars::prelude::*;

use super::error::{Error, Result, plain_polars};
use super::opening::{AlreadyOpened, Opened};
use super::parameter::ParameterType;
use super::range::time_range;
use super::reader::Watch;
use super::source::Sources;
use super::template::{Body, Template};
use super::{render, sql, template_file};
use crate::analysis::ioc::CustomType;
use crate::analysis::risky::Rules;
use crate::config::{Problem, RoleBook, YamlText};
use crate::model::{Note, Params, Table, TimeRange, format_time, parse_moment};

/// Where a template comes from; a later layer shadows an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    BuiltIn,
    /// The user's config folder.
    User,
    /// `--queries`
    Given,
}

/// What a library is made of; the texts are read by the caller.
#[derive(Debug, Default)]
pub struct LibraryConfig {
    pub roles: RoleBook,
    pub sources: Sources,
    /// Layer, file name and text of each template file.
    pub templates: Vec<(Layer, String, String)>,
    /// Types of indicators of the person's own.
    pub ioc_types: Vec<CustomType>,
    /// File name and text of each file of rules that say what makes a command line suspicious.
    pub risky_commands: Vec<(String, String)>,
}

/// Templates and tables that can be asked.
#[derive(Debug)]
pub struct Library {
    pub templates: Vec<Template>,
    pub problems: Vec<Problem>,
    pub notes: Vec<Note>,
    pub roles: RoleBook,
    pub ioc_types: Vec<CustomType>,
    risky_texts: Vec<(String, String)>,
    /// Read when they are first asked for: most runs never do.
    risky_rules: OnceLock<(Vec<Rules>, Vec<String>)>,
    pub(super) sources: Mutex<Sources>,
    pub(super) opened: Mutex<AlreadyOpened>,
}

impl Library {
    pub fn new(config: LibraryConfig) -> Self {
        // The engine tells what it thinks of an expression on stderr, which is the screen of the workbench.
        polars::error::set_warning_function(|_, _| {});
        let mut library = Self {
            templates: Vec::new(),
            problems: Vec::new(),
            notes: config.sources.notes.clone(),
            roles: config.roles,
            ioc_types: config.ioc_types,
            risky_texts: config.risky_commands,
            risky_rules: OnceLock::new(),
            sources: Mutex::new(config.sources),
            opened: Mutex::default(),
        };
        for (layer, file, text) in &config.templates {
            let (templates, problems) = template_file::load(&YamlText { file, text }, *layer);
            library.problems.extend(problems);
            for template in templates {
                library.add(template);
            }
        }
        library.check_tables();
        library
    }

    /// The query with this `Family.name`, or this bare name where only one has it.
    pub fn template(&self, name: &str) -> Result<&Template> {
        let full = |t: &&Template| t.full_names().any(|n| n.eq_ignore_ascii_case(name));
        let bare: Vec<_> = self.templates.iter().filter(|t| t.name.eq_ignore_ascii_case(name)).collect();
        if let Some(template) = self.templates.iter().find(full) {
            return Ok(template);
        }
        if let [one] = bare.as_slice() {
            Ok(one)
        } else {
            let names: Vec<String> = self.templates.iter().flat_map(Template::full_names).collect();
            Err(Error::NoSuchQuery {
                name: name.to_owned(),
                suggestion: suggestion(name, names.iter().map(String::as_str)),
            })
        }
    }

    /// Makes the tables of a file or folder known; gives their stems.
    pub fn add_path(&self, path: &std::path::Path) -> Result<Vec<String>> {
        lock(&self.sources).add_path(path)
    }

    pub fn stems(&self) -> Vec<String> {
        lock(&self.sources).stems().map(str::to_owned).collect()
    }

    /// Plans a named query with its parameters: `start`, `end` and `param.NAME`.
    pub fn plan_query(
        &self,
        name: &str,
        params: &Params,
        now: DateTime<Utc>,
        watch: &Watch<'_>,
    ) -> Result<(LazyFrame, Vec<Opened>)> {
        let template = self.template(name)?;
        if let Some(why) = &template.unavailable {
            return Err(Error::Unavailable { name: name.to_owned(), why: why.clone() });
        }
        let complain = |why: String| Error::Parameter { query: template.name.clone(), why };
        let values = values(template, params, now).map_err(complain)?;
        let range = time_range(params, now).map_err(complain)?;
        let (lf, opened) = match &template.body {
            Body::Stem(stem) => {
                let opened = self.open_stem(stem, watch)?;
                (opened.lf.clone(), vec![opened])
            }
            Body::Sql(text) => {
                let statement = render::render(text, &values).map_err(complain)?;
                let answer = sql::plan(self, &statement, watch)?;
                (answer.lf, answer.opened)
            }
        };
        // A bound that the statement uses is in it already; any other applies to the rows that come out.
        let used = |name: &str| matches!(&template.body, Body::Sql(text) if text.contains(&format!("{{{name}}}")));
        let range =
            TimeRange { start: range.start.filter(|_| !used("start")), end: range.end.filter(|_| !used("end")) };
        Ok((self.in_range(lf, range, template.time_column.as_deref(), &template.name)?, opened))
    }

    /// The parameters of a query with every offset from now as the moment that it means, so that a journal replays to
    /// the same rows on another day.
    pub fn settled(&self, name: &str, params: &Params, now: DateTime<Utc>) -> Params {
        let template = self.template(name).ok();
        let is_time = |key: &str| {
            let bare = key.strip_prefix("param.").unwrap_or(key);
            let declared = template.and_then(|t| t.parameter(bare)).is_some_and(|p| p.kind == ParameterType::Time);
            key == "start" || key == "end" || (key.starts_with("param.") && declared)
        };
        let moment = |text: &str| parse_moment(text, now).map(|micros| format_time(micros, 'T', None) + "Z");
        let settle = |(key, text): (&String, &String)| {
            let settled = if is_time(key) { moment(text).ok() } else { None };
            (key.clone(), settled.unwrap_or_else(|| text.clone()))
        };
        params.iter().map(settle).collect()
    }

    /// Plans ad-hoc SQL over the loaded tables.
    pub fn plan_sql(&self, text: &str, watch: &Watch<'_>) -> Result<(LazyFrame, Vec<Opened>)> {
        let answer = sql::plan(self, text, watch)?;
        Ok((answer.lf, answer.opened))
    }

    /// Runs a plan and makes a table of its rows.
    pub fn collect(&self, name: &str, lf: LazyFrame, opened: Vec<Opened>) -> Result<Table> {
        let df = lf.collect().map_err(|e| Error::Engine(plain_polars(&e)))?;
        let notes = opened.iter().flat_map(|o| o.notes.clone()).collect();
        let sources = opened.into_iter().flat_map(|o| o.sources).collect();
        Ok(self.table(name, df).with_notes(notes).with_sources(sources))
    }

    /// The rules for command lines, and what is wrong with their files.
    pub fn risky_commands(&self) -> &(Vec<Rules>, Vec<String>) {
        let theirs = || self.risky_texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        self.risky_rules.get_or_init(|| risky_rules(theirs()))
    }

    /// The built-in rules for command lines and those of a text, in the place of the person's own.
    pub fn risky_commands_with(&self, text: &str) -> (Vec<Rules>, Vec<String>) {
        risky_rules(std::iter::once(("rules", text)))
    }

    /// The text of the person's own rules; empty where there are none.
    pub fn own_rules(&self) -> String {
        self.risky_texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The answers of name servers that belong to the lab's story.
    pub fn lab_answers(&self) -> &'static str {
        crate::config::embedded_text("data/lab/dns.yaml").unwrap_or_default()
    }

    /// A table whose columns have the roles of this run.
    pub fn table(&self, name: &str, df: DataFrame) -> Table {
        Table::new(name, df, &|column, kind| self.roles.role_of(column, kind))
    }

    /// A later layer's template takes the place of an earlier one of the same name.
    fn add(&mut self, template: Template) {
        let names: Vec<String> = template.full_names().collect();
        let same = |t: &Template| t.full_names().any(|n| names.contains(&n));
        if let Some(at) = self.templates.iter().position(same) {
            let old = &self.templates[at];
            if old.layer == template.layer {
                let what =
                    format!("the query {} stands in {}:{} too; only that one counts", names[0], old.file, old.line);
                self.problems.push(Problem { file: template.file, line: template.line, what });
                return;
            }
            self.note_shadowing(&names[0], &template.file, &old.file.clone());
            self.templates.remove(at);
        }
        self.templates.push(template);
    }

    /// One note a pair of files, however many queries of the one replace queries of the other.
    fn note_shadowing(&mut self, name: &str, file: &str, old_file: &str) {
        let about = format!("{file} over {old_file}");
        match self.notes.iter_mut().find(|note| note.about == about) {
            Some(note) => {
                note.count += 1;
                note.what = format!("{} queries replace those of the same name, such as {name}", note.count);
            }
            None => {
                self.notes.push(Note::counted(about, format!("the query {name} replaces the one of the same name"), 1));
            }
        }
    }

    /// A query whose table is missing is an error now, not when it is called. Built-in queries that the given data
    /// cannot answer are only marked.
    fn check_tables(&mut self) {
        let sources = lock(&self.sources).clone();
        for template in &mut self.templates {
            let Body::Stem(stem) = &template.body else { continue };
            if sources.get(stem).is_some() {
                continue;
            }
            let why = format!("its table '{stem}' is not among the data{}", suggestion(stem, sources.stems()));
            if template.layer != Layer::BuiltIn {
                let what = format!("the query {} cannot run: {why}", template.name);
                let line = template.line;
                self.problems.push(Problem { file: template.file.clone(), line, what });
            }
            template.unavailable = Some(why);
        }
    }
}

fn values(
    template: &Template,
    params: &Params,
    now: DateTime<Utc>,
) -> std::result::Result<BTreeMap<String, super::Value>, String> {
    let given: Vec<(&str, &String)> = params.iter().filter_map(|(k, v)| Some((k.strip_prefix("param.")?, v))).collect();
    if let Some((name, _)) = given.iter().find(|(name, _)| template.parameter(name).is_none()) {
        let known: Vec<_> = template.parameters.iter().map(|p| p.name.as_str()).collect();
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        return Err(format!("there is no parameter {name}; {known}"));
    }
    let mut values = BTreeMap::new();
    for parameter in &template.parameters {
        let named = given.iter().find(|(name, _)| parameter.answers_to(name)).map(|(_, v)| (*v).clone());
        // Only the time range has flags of its own; any other name might be a word of the step itself.
        let of_range =
            || ["start", "end"].contains(&parameter.name.as_str()).then(|| params.get(&parameter.name).cloned());
        let text = named.or_else(|| of_range().flatten()).or_else(|| parameter.default.clone());
        let text = text.ok_or_else(|| {
            format!(
                "the parameter {} is required ({}); give --param {}=...",
                parameter.name,
                parameter.kind.word(),
                parameter.name
            )
        })?;
        values.insert(parameter.name.clone(), parameter.check(&text, now)?);
    }
    Ok(values)
}

/// The built-in rules for command lines and those of further files.
fn risky_rules<'a>(further: impl Iterator<Item = (&'a str, &'a str)>) -> (Vec<Rules>, Vec<String>) {
    const OURS: &str = "data/risky-commands.yaml";
    let ours = (OURS, crate::config::embedded_text(OURS).unwrap_or_default());
    let further = further.filter(|(_, text)| !text.trim().is_empty());
    let read = std::iter::once(ours).chain(further).map(|(file, text)| Rules::parse(text, file));
    let (rules, problems): (Vec<Rules>, Vec<Vec<String>>) = read.unzip();
    (rules, problems.into_iter().flatten().collect())
}

/// `; did you mean 'x'?` where a known name is close to the wanted one.
pub(super) fn suggestion<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let bare = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = bare(wanted);
    let close = |name: &str| {
        let name = bare(name);
        name == wanted || (wanted.len() > 3 && (name.contains(&wanted) || wanted.contains(&name)))
    };
    known.into_iter().find(|name| close(name)).map(|name| format!("; did you mean '{name}'?")).unwrap_or_default()
}

/// A lock whose holder panicked still guards whole data: readers only ever push or replace under it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The template files of a folder, for a layer; a folder that is not there has none.
pub fn template_files(path: &std::path::Path, layer: Layer) -> std::io::Result<Vec<(Layer, String, String)>> {
    let mut files: Vec<PathBuf> = Vec::new();
    if path.is_dir() {
        files.extend(path.read_dir()?.filter_map(|entry| Some(entry.ok()?.path())));
        files.retain(|f| f.extension().is_some_and(|e| e == "yaml" || e == "yml"));
        files.sort_unstable();
    } else {
        files.push(path.to_owned());
    }
    files.into_iter().map(|f| Ok((layer, f.display().to_string(), std::fs::read_to_string(&f)?))).collect()
}
