//! MSTICPy's YAML template format: raw file to checked templates, each mistake with its line.

use serde::Deserialize;
use serde_yaml::Value as Yaml;

use super::library::Layer;
use super::parameter::{Parameter, ParameterType};
use super::render::{Part, parts};
use super::template::{Body, Template};
use crate::config::{Entries, Problem, YamlText, merged, scalar_text};

#[derive(Deserialize)]
struct RawFile {
    #[serde(default)]
    metadata: Yaml,
    #[serde(default)]
    defaults: Yaml,
    #[serde(default)]
    sources: Entries,
}

/// The keys of one source that mean something; any other is a slip of the pen.
const SOURCE_KEYS: &[&str] = &["description", "metadata", "args", "parameters", "query_macros", "column"];

/// Reads a template file: the queries that hold, and what is wrong with the rest.
pub fn load(yaml: &YamlText<'_>, layer: Layer) -> (Vec<Template>, Vec<Problem>) {
    let raw: RawFile = match yaml.parse() {
        Ok(raw) => raw,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    if let Err(problem) = is_for_us(yaml, &raw.metadata) {
        return (Vec::new(), vec![problem]);
    }
    let mut problems = Vec::new();
    let mut templates: Vec<Template> = Vec::new();
    for (at, (name, source)) in raw.sources.0.iter().enumerate() {
        let nth = raw.sources.0[..at].iter().filter(|(n, _)| n == name).count();
        let reading = Reading { yaml, name, nth, layer };
        match reading.template(&raw, source, &mut problems) {
            Ok(template) => add(template, &mut templates, &mut problems, yaml, nth),
            Err(problem) => problems.push(problem),
        }
    }
    if raw.sources.0.is_empty() {
        problems.push(yaml.problem_at(&["sources"], 0, "the file has no queries: 'sources' is missing or empty"));
    }
    (templates, problems)
}

/// Adds a template whose full names are new in this file; a second one of the same name is an error.
fn add(
    template: Template,
    templates: &mut Vec<Template>,
    problems: &mut Vec<Problem>,
    yaml: &YamlText<'_>,
    nth: usize,
) {
    let taken = template.full_names().find(|name| templates.iter().any(|t| t.full_names().any(|n| n == *name)));
    match taken {
        Some(name) => {
            let what = format!("the query {name} stands twice in this file; only the first one counts");
            problems.push(yaml.problem_at(&["sources", &template.name], nth, what));
        }
        None => templates.push(template),
    }
}

fn is_for_us(yaml: &YamlText<'_>, metadata: &Yaml) -> Result<(), Problem> {
    let environments = texts(&metadata["data_environments"]);
    if environments.is_empty() {
        return Err(yaml.problem_at(
            &["metadata"],
            0,
            "metadata.data_environments is missing; local queries say [LocalData]",
        ));
    }
    if environments.iter().any(|e| e.eq_ignore_ascii_case("LocalData")) {
        return Ok(());
    }
    let what = format!("these queries are for {}, not for LocalData: none was loaded", environments.join(", "));
    Err(yaml.problem_at(&["metadata", "data_environments"], 0, what))
}

/// One source of one file on its way to a template.
struct Reading<'a> {
    yaml: &'a YamlText<'a>,
    name: &'a str,
    nth: usize,
    layer: Layer,
}

impl Reading<'_> {
    fn problem(&self, below: &[&str], what: impl Into<String>) -> Problem {
        // With equal names the nth block counts, and its inner keys are not looked for.
        let path: Vec<&str> = ["sources", self.name].into_iter().chain(below.iter().copied()).collect();
        if self.nth > 0 {
            self.yaml.problem_at(&path[..2], self.nth, what)
        } else {
            self.yaml.problem_at(&path, 0, what)
        }
    }

    fn template(&self, file: &RawFile, source: &Yaml, problems: &mut Vec<Problem>) -> Result<Template, Problem> {
        let mut source = source.clone();
        source.apply_merge().map_err(|e| self.problem(&[], e.to_string()))?;
        self.unknown_keys(&source, problems);
        let metadata = merged(&merged(&file.metadata, &file.defaults["metadata"]), &source["metadata"]);
        let families = texts(&metadata["data_families"]);
        if families.is_empty() {
            return Err(self.problem(&["metadata"], format!("the query {} has no data_families", self.name)));
        }
        let parameters = self.parameters(&merged(&file.defaults["parameters"], &source["parameters"]))?;
        let body = self.body(&source, &metadata)?;
        self.check_use(&body, &parameters)?;
        Ok(Template {
            name: self.name.to_owned(),
            families,
            description: scalar_text(&source["description"]).unwrap_or_default(),
            time_column: scalar_text(&source["column"]).or_else(|| scalar_text(&metadata["column"])),
            body,
            parameters,
            layer: self.layer,
            file: self.yaml.file.to_owned(),
            line: self.problem(&[], "").line,
            unavailable: None,
        })
    }

    fn unknown_keys(&self, source: &Yaml, problems: &mut Vec<Problem>) {
        for key in source.as_mapping().into_iter().flat_map(serde_yaml::Mapping::keys).filter_map(scalar_text) {
            if !SOURCE_KEYS.contains(&key.as_str()) {
                let what = format!("'{key}' means nothing in a query; there are {}", SOURCE_KEYS.join(", "));
                problems.push(self.problem(&[&key], what));
            }
        }
    }

    fn body(&self, source: &Yaml, metadata: &Yaml) -> Result<Body, Problem> {
        let query = scalar_text(&source["args"]["query"]).filter(|q| !q.trim().is_empty());
        let query =
            query.ok_or_else(|| self.problem(&["args"], format!("the query {} has no args.query", self.name)))?;
        let language =
            scalar_text(&source["args"]["query_language"]).or_else(|| scalar_text(&metadata["query_language"]));
        match language.as_deref() {
            Some(language) if language.eq_ignore_ascii_case("sql") => Ok(Body::Sql(expand_macros(&query, source))),
            Some(other) => Err(self.problem(
                &["args", "query_language"],
                format!("'{other}' is no language for local data; there is sql"),
            )),
            None if query.trim().contains(char::is_whitespace) => {
                let what = format!(
                    "'{}' is no file name; a statement needs query_language: sql",
                    query.lines().next().unwrap_or_default()
                );
                Err(self.problem(&["args", "query"], what))
            }
            None => Ok(Body::Stem(query.trim().split('.').next().unwrap_or_default().to_owned())),
        }
    }

    fn parameters(&self, raw: &Yaml) -> Result<Vec<Parameter>, Problem> {
        let Some(mapping) = raw.as_mapping() else {
            return Ok(Vec::new());
        };
        mapping.iter().map(|(name, value)| self.parameter(&scalar_text(name).unwrap_or_default(), value)).collect()
    }

    fn parameter(&self, name: &str, raw: &Yaml) -> Result<Parameter, Problem> {
        let kind = scalar_text(&raw["type"]).unwrap_or_else(|| "str".to_owned());
        let wrong = || {
            let what = format!(
                "the parameter {name} has the type '{kind}'; there are str, datetime, int, float, list, table, column"
            );
            self.problem(&["parameters", name], what)
        };
        let parameter = Parameter {
            name: name.to_owned(),
            doc: scalar_text(&raw["description"]).unwrap_or_default(),
            kind: ParameterType::parse(&kind).ok_or_else(wrong)?,
            default: default_of(&raw["default"]),
            aliases: texts(&raw["aliases"]),
        };
        // A time may be given as an offset from now, so any moment does for the check.
        if let Some(default) = parameter.default.as_deref().filter(|d| !d.is_empty()) {
            parameter
                .check(default, chrono::DateTime::UNIX_EPOCH)
                .map_err(|what| self.problem(&["parameters", name, "default"], what))?;
        }
        Ok(parameter)
    }

    /// Every placeholder has a parameter and every parameter a use: what would be ignored is said at once.
    fn check_use(&self, body: &Body, parameters: &[Parameter]) -> Result<(), Problem> {
        let used: Vec<String> = match body {
            Body::Stem(_) => Vec::new(),
            Body::Sql(sql) => {
                let parts = parts(sql).map_err(|what| self.problem(&["args", "query"], what))?;
                parts
                    .into_iter()
                    .filter_map(|p| if let Part::Placeholder(name, _) = p { Some(name) } else { None })
                    .collect()
            }
        };
        if let Some(name) = used.iter().find(|name| !parameters.iter().any(|p| p.name == **name)) {
            return Err(
                self.problem(&["args", "query"], format!("the placeholder {{{name}}} has no parameter of that name"))
            );
        }
        let unused = parameters.iter().find(|p| !used.contains(&p.name) && p.name != "start" && p.name != "end");
        match unused {
            Some(p) => Err(self.problem(
                &["parameters", &p.name],
                format!("the query never uses the parameter {}; it would be ignored", p.name),
            )),
            None => Ok(()),
        }
    }
}

/// Replaces `$<name>$` by the macro's text, or by nothing, as MSTICPy does.
fn expand_macros(query: &str, source: &Yaml) -> String {
    let mut out = String::new();
    let mut rest = query;
    while let Some((before, after)) = rest.split_once("$<") {
        let Some((name, behind)) = after.split_once(">$") else { break };
        out.push_str(before);
        out.push_str(&scalar_text(&source["query_macros"][name]["value"]).unwrap_or_default());
        rest = behind;
    }
    out + rest
}

fn default_of(value: &Yaml) -> Option<String> {
    match value {
        Yaml::Sequence(_) => Some(texts(value).join(",")),
        other => scalar_text(other),
    }
}

/// A list of scalars as texts; a single scalar is a list of one.
fn texts(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Sequence(items) => items.iter().filter_map(scalar_text).collect(),
        other => scalar_text(other).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "metadata:\n  data_environments: [LocalData]\n  data_families: [Fam]\nsources:\n";

    fn read(sources: &str) -> (Vec<Template>, Vec<String>) {
        let text = format!("{HEAD}{sources}");
        let (templates, problems) = load(&YamlText { file: "q.yaml", text: &text }, Layer::Given);
        (templates, problems.iter().map(|p| format!("{}: {}", p.line, p.what)).collect())
    }

    #[test]
    fn a_file_name_of_any_ending_is_a_stem() {
        let (templates, problems) =
            read("  a:\n    description: A\n    args:\n      query: host_logons.pkl\n    parameters:\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(templates[0].body, Body::Stem("host_logons".into()));
        assert_eq!(templates[0].full_names().collect::<Vec<_>>(), ["Fam.a"]);
        assert_eq!(templates[0].line, 5);
    }

    #[test]
    fn each_mistake_has_its_line_and_the_rest_loads() {
        let (templates, problems) = read(
            "  a:\n    args:\n      query: one two\n  b:\n    args: {query: t}\n  b:\n    args: {query: u}\n  c:\n    args: {}\n  d:\n    queery: x\n    args:\n      query: t\n  e:\n    args: {query: t}\n    parameters:\n      host: {type: str}\n",
        );
        let names: Vec<_> = templates.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["b", "d"]);
        let expected = ["7: ", "10: ", "13: ", "15: ", "21: "];
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, line) in problems.iter().zip(expected) {
            assert!(problem.starts_with(line), "{problem} should be at {line}");
        }
    }

    #[test]
    fn sql_has_parameters_defaults_macros_and_merge_keys() {
        let (templates, problems) = read(
            "  a: &a\n    metadata: {query_language: sql}\n    args:\n      query: SELECT * FROM t WHERE h = {host} $<limit>$\n    query_macros: {limit: {value: LIMIT 5}}\n    parameters:\n      host: {type: str, aliases: [host_name], default: ''}\n  b:\n    <<: *a\n    description: same\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(templates[1].body, Body::Sql("SELECT * FROM t WHERE h = {host} LIMIT 5".into()));
        assert!(templates[1].parameter("host_name").is_some() && templates[1].needs_nothing());
    }

    #[test]
    fn other_environments_are_not_ours() {
        let text =
            "metadata:\n  data_environments: [MSSentinel]\n  data_families: [X]\nsources:\n  a: {args: {query: x}}\n";
        let (templates, problems) = load(&YamlText { file: "q.yaml", text }, Layer::Given);
        assert!(templates.is_empty() && problems[0].line == 2 && problems[0].what.contains("MSSentinel"));
    }
}
