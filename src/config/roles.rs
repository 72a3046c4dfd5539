//! What columns mean, found by their names: `data/roles.yaml` with the user's `roles.yaml` over it.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::yaml::{Entries, Problem, YamlText};
use crate::model::{Kind, Role};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    /// Names that have this role, whatever their case.
    #[serde(default)]
    names: Vec<String>,
    /// A regular expression over the name, for the many names that vendors invent.
    #[serde(default)]
    pattern: Option<String>,
    /// The kind a column must be of: text, number, time ...; any where absent.
    #[serde(default)]
    kind: Option<String>,
}

#[derive(Clone, Debug)]
struct Rule {
    role: Role,
    names: Vec<String>,
    pattern: Option<Regex>,
    kind: Option<String>,
}

/// The rules that give columns their roles, in order: an exact name beats any pattern.
#[derive(Clone, Debug, Default)]
pub struct RoleBook {
    rules: Vec<Rule>,
}

impl RoleBook {
    /// Loads layers, the most general first; a user's rule for a role goes before ours.
    pub fn load(layers: &[YamlText<'_>]) -> (Self, Vec<Problem>) {
        let mut book = Self::default();
        let mut problems = Vec::new();
        for layer in layers {
            match layer.parse::<Entries>() {
                Ok(entries) => {
                    let mut rules = Vec::new();
                    for (role, value) in entries.0 {
                        match rule(layer, &role, value) {
                            Ok(rule) => rules.push(rule),
                            Err(problem) => problems.push(problem),
                        }
                    }
                    book.rules.splice(0..0, rules);
                }
                Err(problem) => problems.push(problem),
            }
        }
        (book, problems)
    }

    /// The role of a column by its name and kind.
    pub fn role_of(&self, name: &str, kind: Kind) -> Option<Role> {
        // Exports append the time zone to a name; the meaning stays.
        let bare = name.strip_suffix(" [UTC]").unwrap_or(name).to_lowercase();
        let fits = |rule: &&Rule| rule.kind.as_deref().is_none_or(|k| k == kind.word());
        let by_name = self.rules.iter().filter(fits).find(|rule| rule.names.contains(&bare));
        let by_pattern =
            || self.rules.iter().filter(fits).find(|r| r.pattern.as_ref().is_some_and(|p| p.is_match(&bare)));
        by_name.or_else(by_pattern).map(|rule| rule.role.clone())
    }
}

fn rule(yaml: &YamlText<'_>, role: &str, value: serde_yaml::Value) -> Result<Rule, Problem> {
    let raw: RawRole = serde_yaml::from_value(value).map_err(|e| yaml.problem_at(&[role], 0, e.to_string()))?;
    let compile = |text: &String| RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
    let pattern = raw.pattern.as_ref().map(compile).transpose();
    Ok(Rule {
        role: Role::named(role),
        names: raw.names.iter().map(|name| name.to_lowercase()).collect(),
        pattern: pattern.map_err(|e| yaml.problem_at(&[role, "pattern"], 0, e.to_string()))?,
        kind: raw.kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::embedded_text;

    #[test]
    fn the_columns_of_sentinel_have_roles() {
        let text = embedded_text("data/roles.yaml").unwrap_or_default();
        let (book, problems) = RoleBook::load(&[YamlText { file: "roles.yaml", text }]);
        assert_eq!(problems, []);
        let role = |name: &str, kind| book.role_of(name, kind).map(|r| r.to_string()).unwrap_or_default();
        assert_eq!(role("TimeGenerated", Kind::Time), "time");
        assert_eq!(role("TimeGenerated [UTC]", Kind::Time), "time");
        assert_eq!(role("TimeGenerated", Kind::Text), "", "a mangled time is no time");
        assert_eq!(role("IpAddress", Kind::Text), "ip");
        assert_eq!(role("Computer", Kind::Text), "host");
        assert_eq!(role("NewProcessId", Kind::Text), "process_id");
        assert_eq!(role("ProcessId", Kind::Text), "parent_process_id");
        assert_eq!(role("CommandLine", Kind::Text), "command_line");
        assert_eq!(role("TotalBytesSent", Kind::Number), "");
    }
}
