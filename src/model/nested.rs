//! Lists and maps that stand as text in a cell: JSON, or the notation of Python that exports of notebooks leave behind.

use serde_json::{Map, Number, Value};

/// How a nested value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Json,
    /// `['a', None, {'b': True}]`
    Python,
}

/// Text beyond this many bytes is not looked into for a brief cell.
const MOST_BYTES: usize = 256 << 10;
/// Nesting beyond this depth is taken for text.
const MOST_DEPTH: usize = 100;

/// The list or map that a text writes; None where it writes neither.
pub fn parse_nested(text: &str) -> Option<(Notation, Value)> {
    let text = text.trim();
    let pairs = matches!((text.as_bytes().first()?, text.as_bytes().last()?), (b'[', b']') | (b'{', b'}'));
    if !pairs || text.len() > MOST_BYTES {
        return None;
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some((Notation::Json, value));
    }
    let mut python = Python { rest: text };
    let value = python.value(0)?;
    python.rest.trim_start().is_empty().then_some((Notation::Python, value))
}

/// `[12]` for a list, `{3}` for a map, None for anything else.
pub fn brief_nested(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => Some(format!("[{}]", items.len())),
        Value::Object(members) => Some(format!("{{{}}}", members.len())),
        _ => None,
    }
}

/// A reader of Python's literals.
struct Python<'a> {
    rest: &'a str,
}

impl Python<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.rest = self.rest.trim_start();
        if depth > MOST_DEPTH {
            return None;
        }
        match self.rest.chars().next()? {
            '[' => self.items(']', depth).map(Value::Array),
            '(' => self.items(')', depth).map(Value::Array),
            '{' => self.map(depth),
            '\'' | '"' => self.text().map(Value::String),
            _ => self.word(),
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(c);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn items(&mut self, close: char, depth: usize) -> Option<Vec<Value>> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value(depth + 1)?);
            if !self.eat(',') {
                return self.eat(close).then_some(items);
            }
        }
        Some(items)
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        self.rest = &self.rest[1..];
        let mut members = Map::new();
        while !self.eat('}') {
            let key = match self.value(depth + 1)? {
                Value::String(key) => key,
                other => other.to_string(),
            };
            if !self.eat(':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            if !self.eat(',') {
                return self.eat('}').then_some(Value::Object(members));
            }
        }
        Some(Value::Object(members))
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    let (_, escaped) = chars.next()?;
                    match escaped {
                        'n' => out.push('\n'),
                        't' => out.push('\t'),
                        'r' => out.push('\r'),
                        'x' => out.push(code(&mut chars, 2)?),
                        'u' => out.push(code(&mut chars, 4)?),
                        'U' => out.push(code(&mut chars, 8)?),
                        '\\' | '\'' | '"' => out.push(escaped),
                        other => out.extend(['\\', other]),
                    }
                }
                _ if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(out);
                }
                _ => out.push(c),
            }
        }
        None
    }

    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '+' | '-' | '_')));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match word {
            "None" | "null" | "nan" | "NaN" | "NaT" => Some(Value::Null),
            "True" | "true" => Some(Value::Bool(true)),
            "False" | "false" => Some(Value::Bool(false)),
            _ => word.parse::<i64>().map(Value::from).ok().or_else(|| {
                let float =
                    word.parse::<f64>().ok().filter(|_| word.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
                Number::from_f64(float?).map(Value::Number)
            }),
        }
    }
}

/// The character of so many hexadecimal digits.
fn code(chars: &mut impl Iterator<Item = (usize, char)>, n_digits: usize) -> Option<char> {
    let mut number = 0;
    for _ in 0..n_digits {
        number = number * 16 + chars.next()?.1.to_digit(16)?;
    }
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn both_notations_are_read() {
        assert_eq!(parse_nested(" {\"a\": [1]} "), Some((Notation::Json, json!({"a": [1]}))));
        let python = "{'a': None, 'b': [True, 1.5, \"it's\", 'x\\\\y\\n'], 'c': ()}";
        assert_eq!(
            parse_nested(python),
            Some((Notation::Python, json!({"a": null, "b": [true, 1.5, "it's", "x\\y\n"], "c": []})))
        );
        assert_eq!(parse_nested("['13.67.143.117', '20.38.98.100']").unwrap().1.as_array().unwrap().len(), 2);
        assert_eq!(brief_nested(&json!([1, 2])).as_deref(), Some("[2]"));
    }

    #[test]
    fn what_only_looks_nested_is_text() {
        for text in
            ["[error] disk full", "{00000000-0000-0000-0000-000000000000}", "[1, 2", "", "text", "[a b]", "{'a'}"]
        {
            assert_eq!(parse_nested(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "[\\[\\]{}(),:'\"a1 \\\\]{0,40}") {
            let _ = parse_nested(&text);
        }

        /// JSON of texts and lists reads the same in both notations.
        #[test]
        fn lists_of_texts_come_back(items in prop::collection::vec("[a-z'\" ]{0,8}", 1..5)) {
            let python = format!("[{}]", items.iter().map(|i| format!("'{}'", i.replace('\'', "\\'"))).collect::<Vec<_>>().join(", "));
            prop_assert_eq!(parse_nested(&python).unwrap().1, json!(items));
        }
    }
}
