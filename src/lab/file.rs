//! A lesson's file: a head of YAML, then steps of Markdown, each with at most one block of YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_yaml::Value;

use super::{Check, Condition, Data, Expected, Item, Kind, Lesson, LessonStep, Question};
use crate::action;
use crate::config::{Key, Problem, YamlText, scalar_text};
use crate::model::Params;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHead {
    id: String,
    number: u32,
    title: String,
    goal: String,
    #[serde(default)]
    minutes: u32,
    data: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawBlock {
    checks: Vec<BTreeMap<String, Value>>,
    show: Vec<Value>,
    exercise: bool,
    hints: Vec<String>,
    solution: Vec<Value>,
    question: Option<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    ask: String,
    kind: Kind,
    #[serde(default)]
    choices: Vec<String>,
    truth: String,
    #[serde(default)]
    tolerance: Option<Value>,
}

/// What stands under one heading, with the lines it stands on.
struct RawStep<'a> {
    title: &'a str,
    line: usize,
    prose: Vec<&'a str>,
    block: Option<(usize, String)>,
}

/// Reads a lesson. `folder` is what a relative `data` is relative to. Every mistake is told; a lesson with one is not
/// taught.
pub fn read(file: &str, text: &str, folder: &Path) -> Result<Lesson, Vec<Problem>> {
    let reader = Reader { yaml: YamlText { file, text } };
    let (head, rest, first_line) = reader.head()?;
    let mut problems = Vec::new();
    let mut steps = Vec::new();
    for raw in Reader::steps(rest, first_line) {
        match reader.step(&raw) {
            Ok(step) => steps.push(step),
            Err(found) => problems.extend(found),
        }
    }
    if steps.is_empty() && problems.is_empty() {
        problems.push(reader.yaml.problem(1, "there is no step: a line '## Heading' begins one"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let data = if head.data == "lab" { Data::Lab } else { Data::Path(folder.join(&head.data)) };
    let RawHead { id, number, title, goal, minutes, .. } = head;
    Ok(Lesson { id, number, title, goal, minutes, data, steps, file: file.to_owned() })
}

struct Reader<'a> {
    yaml: YamlText<'a>,
}

impl<'a> Reader<'a> {
    /// The head, the text behind it, and the line that this begins on.
    fn head(&self) -> Result<(RawHead, &'a str, usize), Vec<Problem>> {
        let missing =
            || vec![self.yaml.problem(1, "the head is missing: a lesson begins with --- and ends its head with ---")];
        let rest = self.yaml.text.strip_prefix("---\n").ok_or_else(missing)?;
        let end = rest.find("\n---\n").ok_or_else(missing)?;
        let head = YamlText { file: self.yaml.file, text: &rest[..end] };
        let head: RawHead = head.parse().map_err(|p| vec![Problem { line: p.line + 1, ..p }])?;
        Ok((head, &rest[end + 5..], rest[..end].lines().count() + 3))
    }

    fn steps(text: &'a str, first_line: usize) -> Vec<RawStep<'a>> {
        let mut steps: Vec<RawStep<'a>> = Vec::new();
        let mut fence: Option<(usize, String)> = None;
        for (line, number) in text.lines().zip(first_line..) {
            let Some(step) = steps.last_mut() else {
                if let Some(title) = line.strip_prefix("## ") {
                    steps.push(RawStep { title, line: number, prose: Vec::new(), block: None });
                }
                continue;
            };
            match (&mut fence, line) {
                (None, "```yaml") => fence = Some((number + 1, String::new())),
                (Some(_), "```") => step.block = fence.take(),
                (Some((_, block)), line) => {
                    block.push_str(line);
                    block.push('\n');
                }
                (None, line) => match line.strip_prefix("## ") {
                    Some(title) => steps.push(RawStep { title, line: number, prose: Vec::new(), block: None }),
                    None => step.prose.push(line),
                },
            }
        }
        steps
    }

    fn step(&self, raw: &RawStep<'_>) -> Result<LessonStep, Vec<Problem>> {
        let mut problems = Vec::new();
        let prose = paragraphs(&raw.prose);
        for text in &prose {
            problems.extend(unknown_keys(text).map(|id| self.at(raw, &id, format!("there is no action '{id}'"))));
        }
        let block = self.block(raw)?;
        let (show, solution) =
            (self.script(raw, &block.show, &mut problems), self.script(raw, &block.solution, &mut problems));
        let mut checks = Vec::new();
        for raw_check in &block.checks {
            match check(raw_check) {
                Ok(check) => checks.push(check),
                Err((word, why)) => problems.push(self.at(raw, &word, why)),
            }
        }
        let question = block.question.map(question).transpose();
        let question = question.map_err(|why| problems.push(self.at(raw, "question", why))).ok().flatten();
        problems.extend(
            incomplete(&block.hints, block.exercise, &show, &solution, !checks.is_empty())
                .map(|why| self.yaml.problem(raw.line, why)),
        );
        if !problems.is_empty() {
            return Err(problems);
        }
        let (title, line) = (raw.title.trim().to_owned(), raw.line);
        Ok(LessonStep {
            title,
            prose,
            checks,
            show,
            is_exercise: block.exercise,
            hints: block.hints,
            solution,
            question,
            line,
        })
    }

    fn block(&self, raw: &RawStep<'_>) -> Result<RawBlock, Vec<Problem>> {
        let Some((line, text)) = &raw.block else { return Ok(RawBlock::default()) };
        let yaml = YamlText { file: self.yaml.file, text };
        yaml.parse().map_err(|p| vec![Problem { line: p.line + line - 1, ..p }])
    }

    fn script(&self, raw: &RawStep<'_>, items: &[Value], problems: &mut Vec<Problem>) -> Vec<Item> {
        let read = |value: &Value| item(value).map_err(|why| self.at(raw, &shortest(value), why));
        items.iter().filter_map(|value| read(value).map_err(|p| problems.push(p)).ok()).collect()
    }

    /// A problem on the first line of the step that has this word.
    fn at(&self, raw: &RawStep<'_>, word: &str, what: String) -> Problem {
        let lines = self.yaml.text.lines().enumerate().skip(raw.line);
        let line = lines.into_iter().find(|(_, line)| line.contains(word)).map_or(raw.line, |(at, _)| at + 1);
        self.yaml.problem(line, what)
    }
}

/// What a step with checks still lacks.
fn incomplete(
    hints: &[String],
    is_exercise: bool,
    show: &[Item],
    solution: &[Item],
    has_checks: bool,
) -> Option<&'static str> {
    if is_exercise && hints.len() != 2 {
        return Some("an exercise has two hints");
    }
    if is_exercise && solution.is_empty() {
        return Some("an exercise has a solution");
    }
    (has_checks && !is_exercise && show.is_empty()).then_some("a step with checks has a 'show' that leads to them")
}

/// Lines joined to paragraphs, which blank lines part.
fn paragraphs(lines: &[&str]) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in lines {
        let text = line.trim();
        match paragraphs.last_mut() {
            Some(last) if text.is_empty() && !last.is_empty() => {
                paragraphs.push(String::new());
            }
            Some(last) => {
                last.push_str(if last.is_empty() { "" } else { " " });
                last.push_str(text);
            }
            None => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// Actions that a text names and that are none.
fn unknown_keys(text: &str) -> impl Iterator<Item = String> {
    let names = text.split("{key:").skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|id| action::find(id).is_none()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn shortest(value: &Value) -> String {
    scalar_text(value)
        .or_else(|| value.as_mapping().and_then(|m| m.values().next()).and_then(scalar_text))
        .unwrap_or_default()
}

fn item(value: &Value) -> Result<Item, String> {
    if let Some(id) = scalar_text(value) {
        return action::find(&id).map(Item::Act).ok_or_else(|| format!("there is no action '{id}'"));
    }
    let pair = value.as_mapping().and_then(|map| map.iter().next());
    let pair = pair.and_then(|(name, value)| Some((scalar_text(name)?, scalar_text(value)?)));
    match pair {
        Some((name, text)) if name == "type" => Ok(Item::Type(text)),
        Some((name, key)) if name == "press" => {
            Key::parse(&key).map(Item::Press).ok_or_else(|| format!("'{key}' is no key"))
        }
        _ => Err("write an action's id, 'type: text' or 'press: Enter'".to_owned()),
    }
}

/// A check, or the word at fault and why.
fn check(raw: &BTreeMap<String, Value>) -> Result<Check, (String, String)> {
    let say =
        raw.get("say").and_then(scalar_text).ok_or_else(|| ("checks".to_owned(), "a check has a 'say'".to_owned()))?;
    let conditions = raw.iter().filter(|(name, _)| *name != "say");
    let read = |(name, value): (&String, &Value)| condition(name, value).map_err(|why| (name.clone(), why));
    let conditions: Vec<Condition> = conditions.map(read).collect::<Result<_, _>>()?;
    if conditions.is_empty() {
        return Err((say, "a check has a condition".to_owned()));
    }
    Ok(Check { say, conditions })
}

fn condition(name: &str, value: &Value) -> Result<Condition, String> {
    let text = || scalar_text(value).ok_or_else(|| format!("{name} is one word or text"));
    let number = || text()?.parse::<usize>().map_err(|_| format!("{name} is a number"));
    let names = || names(value).ok_or_else(|| format!("{name} is a list of names"));
    Ok(match name {
        "made-by" => Condition::MadeBy(params(value)?),
        "table" => Condition::Table(text()?),
        "rows" => Condition::Rows(expected(text()?)),
        "columns" => Condition::Columns(names()?),
        "hidden" => Condition::Hidden(names()?),
        "n-filters" => Condition::Filters(number()?),
        "sorted" => Condition::Sorted(text()?),
        "column" => Condition::Column(text()?),
        "value" => Condition::Value(expected(text()?)),
        "pane" => Condition::Pane(text()?),
        "detail" => Condition::Detail(text()? == "true"),
        "n-views" => Condition::Views(number()?),
        "marked" => Condition::Marked(number()?),
        "bookmarks" => Condition::Bookmarks(number()?),
        "browser" => Condition::Browser(text()?),
        "unfolded" => Condition::Unfolded(text()?),
        "zone" => Condition::Zone(text()?),
        "did" => Condition::Did(match value.as_sequence() {
            Some(all) => all.iter().map(params).collect::<Result<_, _>>()?,
            None => vec![params(value)?],
        }),
        other => return Err(format!("there is no condition '{other}'; docs/lessons.md lists them")),
    })
}

fn expected(text: String) -> Expected {
    let is_query = text.trim_start().get(..7).is_some_and(|word| word.eq_ignore_ascii_case("select "));
    if is_query { Expected::Query(text) } else { Expected::Text(text) }
}

fn names(value: &Value) -> Option<BTreeSet<String>> {
    value.as_sequence()?.iter().map(scalar_text).collect()
}

fn params(value: &Value) -> Result<Params, String> {
    let map = value.as_mapping().ok_or("write {operation: ..., parameter: value}")?;
    let pair = |(name, value): (&Value, &Value)| Some((scalar_text(name)?, scalar_text(value)?));
    map.iter().map(pair).collect::<Option<_>>().ok_or_else(|| "names and values are texts".to_owned())
}

fn question(raw: RawQuestion) -> Result<Question, String> {
    let text = raw.tolerance.as_ref().and_then(scalar_text).unwrap_or_else(|| "0".to_owned());
    let tolerance = match raw.kind {
        Kind::Date => {
            microseconds(&text).ok_or_else(|| format!("tolerance '{text}': write a time such as 30s, 10m, 1h or 1d"))?
        }
        _ => text.parse().map_err(|_| format!("tolerance '{text}' is no number"))?,
    };
    if raw.kind == Kind::Choice && raw.choices.len() < 2 {
        return Err("a choice has at least two 'choices'".to_owned());
    }
    Ok(Question { ask: raw.ask, kind: raw.kind, choices: raw.choices, truth: raw.truth, tolerance })
}

fn microseconds(text: &str) -> Option<f64> {
    if text == "0" {
        return Some(0.0);
    }
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|n| n * seconds * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "---\nid: x\nnumber: 1\ntitle: X\ngoal: g\ndata: lab\n---\n";

    fn problems(text: &str) -> Vec<(usize, String)> {
        read("x.md", text, Path::new("")).map(drop).unwrap_err().into_iter().map(|p| (p.line, p.what)).collect()
    }

    #[test]
    fn a_lesson_is_read_with_its_steps() {
        let text = format!(
            "{HEAD}\n## One\n\nPress {{key:filter}}\nnow.\n\nThen rest.\n\n## Two\n\n```yaml\nchecks:\n  - say: it is\n    rows: SELECT 1\n    n-filters: 1\nshow:\n  - filter\n  - type: abc\n  - press: Enter\n```\n"
        );
        let lesson = read("x.md", &text, Path::new("")).unwrap();
        assert_eq!(lesson.steps[0].prose, ["Press {key:filter} now.", "Then rest."]);
        assert_eq!((lesson.steps[1].checks[0].conditions.len(), lesson.steps[1].show.len()), (2, 3));
        assert_eq!(lesson.queries().len(), 1);
    }

    #[test]
    fn mistakes_have_their_lines() {
        assert_eq!(problems("no head")[0].0, 1);
        assert_eq!(problems(&HEAD.replace("number: 1", "number: one"))[0].0, 3);
        let text = format!(
            "{HEAD}\n## One\n\nPress {{key:fly}}.\n\n```yaml\nchecks:\n  - say: it is\n    rowz: 1\nshow:\n  - jump\n```\n"
        );
        let found = problems(&text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [11, 18, 16], "{found:?}");
        let text = format!("{HEAD}\n## One\n\n```yaml\nexercise: true\nsolution: [filter]\n```\n");
        assert!(problems(&text)[0].1.contains("two hints"));
    }
}
