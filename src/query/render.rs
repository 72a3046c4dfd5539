//! SQL of a template with its values: each is escaped for the place it stands in, never pasted.

use std::collections::BTreeMap;

use super::parameter::Value;
use crate::analysis::sql_text::{Span, Walk, identifier, literal};
use crate::model::format_time;

/// A piece of a template: text, or a placeholder and the span it stands in.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Placeholder(String, Span),
}

/// Cuts a template at its `{placeholders}`; `{{` and `}}` are literal braces.
pub fn parts(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut walk = Walk::new(template).peekable();
    while let Some((at, c, span)) = walk.next() {
        let doubled = matches!(c, '{' | '}') && walk.next_if(|(_, next, _)| *next == c).is_some();
        match c {
            '{' if !doubled => {
                let mut name = String::new();
                while let Some((_, c, _)) = walk.next_if(|(_, c, _)| c.is_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                if name.is_empty() || walk.next().map(|(_, c, _)| c) != Some('}') {
                    return Err(format!("'{{{name}' is no placeholder; write {{name}}, or {{{{ for a brace"));
                }
                if span == Span::Comment {
                    return Err(format!("the placeholder {{{name}}} stands in a comment"));
                }
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Placeholder(name, span));
            }
            '}' if !doubled => return Err("a '}' closes nothing; write }} for a brace".to_owned()),
            _ if doubled => text.push(c),
            // The second half of a doubled quote comes with the first, so the text is taken up to what is next.
            _ => text.push_str(&template[at..walk.peek().map_or(template.len(), |(next, ..)| *next)]),
        }
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

/// The statement with `values` in the places of its placeholders. Blank lines go, as in MSTICPy.
pub fn render(template: &str, values: &BTreeMap<String, Value>) -> Result<String, String> {
    let mut sql = String::new();
    let without_blanks: Vec<&str> = template.lines().filter(|line| !line.trim().is_empty()).collect();
    for part in parts(&without_blanks.join("\n"))? {
        match part {
            Part::Text(text) => sql.push_str(&text),
            Part::Placeholder(name, span) => {
                let value = values.get(&name).ok_or_else(|| format!("there is no value for {name}"))?;
                sql.push_str(&escaped(value, span));
            }
        }
    }
    Ok(sql)
}

fn escaped(value: &Value, span: Span) -> String {
    match span {
        Span::Text => bare(value).replace('\'', "''"),
        Span::Name(quote) => bare(value).replace(quote, &format!("{quote}{quote}")),
        Span::Code | Span::Comment => in_code(value),
    }
}

fn in_code(value: &Value) -> String {
    match value {
        Value::Text(text) => literal(text),
        Value::Name(name) => identifier(name),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Time(micros) => format!("TIMESTAMP {}", literal(&format_time(*micros, 'T', None))),
        Value::List(items) => items.iter().map(|item| literal(item)).collect::<Vec<_>>().join(", "),
    }
}

fn bare(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Name(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Time(micros) => format_time(*micros, 'T', None),
        Value::List(items) => items.join(","),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(template: &str, value: Value) -> String {
        render(template, &BTreeMap::from([("x".to_owned(), value)])).unwrap()
    }

    /// MSTICPy pastes values verbatim (its fault 31).
    #[test]
    fn fault_31_values_are_escaped_for_their_place() {
        let text = || Value::Text("z' OR 1=1 --".to_owned());
        assert_eq!(with("SELECT * FROM t WHERE a = {x}", text()), "SELECT * FROM t WHERE a = 'z'' OR 1=1 --'");
        assert_eq!(with("WHERE a LIKE '%{x}%'", text()), "WHERE a LIKE '%z'' OR 1=1 --%'");
        assert_eq!(with("SELECT \"{x}\"", Value::Text("a\"b".to_owned())), "SELECT \"a\"\"b\"");
        assert_eq!(with("IN ({x})", Value::List(vec!["a'b".into(), "c".into()])), "IN ('a''b', 'c')");
        assert_eq!(with("FROM {x}", Value::Name("t; DROP".into())), "FROM \"t; DROP\"");
        assert_eq!(with("> {x}", Value::Time(0)), "> TIMESTAMP '1970-01-01T00:00:00'");
    }

    #[test]
    fn braces_can_be_written_and_mistakes_are_found() {
        assert_eq!(with("a = '{{x}}' AND b = {x}", Value::Integer(1)), "a = '{x}' AND b = 1");
        assert_eq!(with("a = 'it''s' /* {{ */ AND b = {x}", Value::Integer(1)), "a = 'it''s' /* { */ AND b = 1");
        for bad in ["a {", "a {x", "a {x y}", "a }", "-- {x}"] {
            assert!(parts(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// Whatever the value, the statement's code around it stays what the template's author wrote.
        #[test]
        fn no_value_becomes_code(value in any::<String>()) {
            let sql = render("SELECT {x} , '{x}' FROM t", &BTreeMap::from([("x".to_owned(), Value::Text(value))])).unwrap();
            let code: String = Walk::new(&sql).filter(|(_, _, span)| *span == Span::Code).map(|(_, c, _)| c).collect();
            prop_assert_eq!(code, "SELECT ' , ' FROM t");
        }
    }
}
