//! YAML with the place of every mistake.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_yaml::Value;

/// A mistake in a file of ours or the user's: where it is and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// One-based; 1 where the place is not known.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A YAML file's name and text, so that problems can be placed in it.
#[derive(Clone, Debug)]
pub struct YamlText<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

/// More than any honest file of ours; a larger one is refused before it is parsed.
const MAX_BYTES: usize = 1 << 20;

impl YamlText<'_> {
    /// Parses the text; a mistake of syntax is a problem with its line.
    pub fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Problem> {
        if self.text.len() > MAX_BYTES {
            return Err(
                self.problem(1, format!("the file has {} bytes; at most {MAX_BYTES} are read", self.text.len()))
            );
        }
        serde_yaml::from_str(self.text).map_err(|error| {
            let line = error.location().map_or(1, |l| l.line());
            self.problem(line, error.to_string())
        })
    }

    pub fn problem(&self, line: usize, what: impl Into<String>) -> Problem {
        Problem { file: self.file.to_owned(), line, what: what.into() }
    }

    /// A problem at the key that `path` leads to; the nth of equal keys where `nth` is not zero.
    pub fn problem_at(&self, path: &[&str], nth: usize, what: impl Into<String>) -> Problem {
        self.problem(self.line_of(path, nth), what)
    }

    /// The line of a key in a block-style document, found by indentation; a key of a flow mapping is placed at the
    /// nearest key above that stands on a line of its own.
    pub fn line_of(&self, path: &[&str], nth: usize) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let (mut from, mut to, mut found) = (0, lines.len(), 1);
        for (depth, key) in path.iter().enumerate() {
            let skip = if depth + 1 == path.len() { nth } else { 0 };
            let Some(indent) = lines[from..to].iter().find(|l| is_content(l)).map(|l| indent_of(l)) else {
                return found;
            };
            let at_key = |i: &usize| indent_of(lines[*i]) == indent && key_of(lines[*i]) == Some(key);
            let Some(line) = (from..to).filter(at_key).nth(skip) else {
                return found;
            };
            found = line + 1;
            from = found;
            to = (from..to).find(|i| is_content(lines[*i]) && indent_of(lines[*i]) <= indent).unwrap_or(to);
        }
        found
    }
}

fn is_content(line: &str) -> bool {
    let text = line.trim_start();
    !text.is_empty() && !text.starts_with('#') && !text.starts_with("---")
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The key a line starts with, without its quotes.
fn key_of(line: &str) -> Option<&str> {
    let text = line.trim_start();
    match text.chars().next()? {
        quote @ ('"' | '\'') => text[1..].split_once(quote).map(|(key, _)| key),
        _ => text.split_once(':').map(|(key, _)| key.trim_end()),
    }
}

/// A mapping that keeps its order and its duplicate keys, so that a duplicate costs one entry and not the file.
#[derive(Clone, Debug)]
pub struct Entries<V = Value>(pub Vec<(String, V)>);

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Collect<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_unit<E>(self) -> Result<Entries<V>, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<V>, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Value, V>()? {
                    entries.push((scalar_text(&key).unwrap_or_default(), value));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_any(Collect(PhantomData))
    }
}

/// A scalar as the text it was written as; None for null, lists and maps.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `over` on top of `under`: mappings are merged key by key, anything else replaces.
pub fn merged(under: &Value, over: &Value) -> Value {
    match (under, over) {
        (Value::Mapping(under), Value::Mapping(over)) => {
            let mut out = under.clone();
            for (key, value) in over {
                let value = under.get(key).map_or_else(|| value.clone(), |below| merged(below, value));
                out.insert(key.clone(), value);
            }
            Value::Mapping(out)
        }
        (_, Value::Null) => under.clone(),
        _ => over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# head\nsources:\n  one:\n    args:\n      query: a\n  two:\n    args:\n      query: b\n  one:\n    args: {query: c}\n";

    #[test]
    fn keys_are_found_by_their_path() {
        let yaml = YamlText { file: "q.yaml", text: TEXT };
        assert_eq!(yaml.line_of(&["sources"], 0), 2);
        assert_eq!(yaml.line_of(&["sources", "two", "args", "query"], 0), 8);
        assert_eq!(yaml.line_of(&["sources", "one"], 1), 9);
        assert_eq!(yaml.line_of(&["sources", "two", "no-such-key"], 0), 6);
    }

    #[test]
    fn duplicate_keys_are_kept() {
        #[derive(serde::Deserialize)]
        struct Raw {
            sources: Entries,
        }
        let raw: Raw = YamlText { file: "q.yaml", text: TEXT }.parse().unwrap();
        let names: Vec<_> = raw.sources.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["one", "two", "one"]);
    }

    #[test]
    fn syntax_mistakes_have_a_line() {
        let problem = YamlText { file: "q.yaml", text: "a: 1\nb: [\n" }.parse::<Value>().unwrap_err();
        assert!(problem.line >= 2, "{problem}");
    }

    /// MSTICPy reads YAML 1.1, where `yes` is true and `010` is eight. Here both stay what they look like.
    #[test]
    fn yaml_1_1_surprises_stay_text() {
        let value: Value = YamlText { file: "q", text: "a: yes\nb: 010\n" }.parse().unwrap();
        assert_eq!(scalar_text(&value["a"]).unwrap(), "yes");
        assert_eq!(scalar_text(&value["b"]).unwrap(), "010");
    }
}
