//! The parameters of operations: one specification that checks, documents and makes the command line.

use chrono::DateTime;

use super::{Error, Operation, Result};
use crate::analysis::sql_text::check_expression;
use crate::model::{Step, parse_moment};

/// What a parameter's text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Text,
    /// An SQL boolean expression over the columns.
    Expression,
    /// Column names parted by commas; a name with a comma stands in double quotes.
    Columns,
    /// As columns, each with `-` before it for descending order.
    SortKeys,
    Count,
    /// The path of a file, or a word that the operation knows.
    Path,
    /// Text, or `@` and the path of a file that holds it.
    TextOrFile,
    /// Given or not; its value is `true`.
    Flag,
    /// An ISO time, or an offset from now.
    Moment,
    /// A table of the case or a path.
    Table,
    Choice(&'static [&'static str]),
}

impl ParamKind {
    /// The placeholder in the command line's help.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Text | Self::TextOrFile => "TEXT",
            Self::Expression => "EXPR",
            Self::Columns => "A,B",
            Self::SortKeys => "A,-B",
            Self::Count => "N",
            Self::Flag => "",
            Self::Path => "PATH",
            Self::Moment => "T",
            Self::Table => "TABLE",
            Self::Choice(_) => "WORD",
        }
    }
}

/// One parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct ParamSpec {
    /// Kebab-case. A name that ends in a dot stands for any name that begins with it.
    pub name: &'static str,
    pub doc: &'static str,
    pub kind: ParamKind,
    pub required: bool,
}

impl ParamSpec {
    pub const fn required(name: &'static str, kind: ParamKind, doc: &'static str) -> Self {
        Self { name, doc, kind, required: true }
    }

    pub const fn optional(name: &'static str, kind: ParamKind, doc: &'static str) -> Self {
        Self { name, doc, kind, required: false }
    }

    fn answers_to(&self, name: &str) -> bool {
        self.name == name || (self.name.ends_with('.') && name.starts_with(self.name))
    }
}

/// Checks that a step has the parameters its operation wants, and none besides.
pub fn check(operation: &Operation, step: &Step) -> Result<()> {
    let complain = |why: String| Err(Error::Parameter { operation: operation.id.to_owned(), why });
    for (name, value) in &step.params {
        let Some(spec) = operation.params.iter().find(|spec| spec.answers_to(name)) else {
            return complain(format!("there is no parameter --{name}"));
        };
        if let Err(why) = check_value(spec.kind, value) {
            return complain(format!("--{name}: {why}"));
        }
    }
    match operation.params.iter().find(|spec| spec.required && !step.params.contains_key(spec.name)) {
        Some(missing) => {
            complain(format!("--{} {} is missing: {}", missing.name, missing.kind.placeholder(), missing.doc))
        }
        None => Ok(()),
    }
}

fn check_value(kind: ParamKind, value: &str) -> std::result::Result<(), String> {
    match kind {
        ParamKind::Text | ParamKind::Table | ParamKind::Path | ParamKind::TextOrFile => Ok(()),
        ParamKind::Expression => check_expression(value),
        ParamKind::Columns => columns(value).map(drop),
        ParamKind::Flag if value == "true" => Ok(()),
        ParamKind::Flag => Err(format!("'{value}' is not true")),
        ParamKind::SortKeys => super::parse_keys(value).map(drop),
        ParamKind::Count => value.parse::<u32>().map(drop).map_err(|_| format!("'{value}' is no count")),
        ParamKind::Moment => parse_moment(value, DateTime::UNIX_EPOCH).map(drop).map_err(|e| e.to_string()),
        ParamKind::Choice(words) if words.contains(&value) => Ok(()),
        ParamKind::Choice(words) => Err(format!("'{value}' is none of {}", words.join(", "))),
    }
}

/// Cuts `A,"B, C",D` into names; inside quotes a doubled quote is one.
pub fn columns(text: &str) -> std::result::Result<Vec<String>, String> {
    Ok(entries(text)?.into_iter().map(|(_, name)| name).collect())
}

/// As [`columns`], with whether a minus stands before the name, outside its quotes.
pub fn entries(text: &str) -> std::result::Result<Vec<(bool, String)>, String> {
    let wrong = || format!("'{text}' is no list of columns; write A,B or \"A, with comma\",B");
    let mut entries = Vec::new();
    let mut rest = text;
    loop {
        let part = rest.trim_start();
        let (minus, part) = part.strip_prefix('-').map_or((false, part), |p| (true, p.trim_start()));
        let (name, after) = if let Some(inside) = part.strip_prefix('"') {
            quoted_name(inside).ok_or_else(wrong)?
        } else {
            bare_name(part)
        };
        if name.is_empty() {
            return Err(wrong());
        }
        entries.push((minus, name));
        match after.trim_start() {
            "" => return Ok(entries),
            after => rest = after.strip_prefix(',').ok_or_else(wrong)?,
        }
    }
}

fn bare_name(text: &str) -> (String, &str) {
    let end = text.find(',').unwrap_or(text.len());
    (text[..end].trim().to_owned(), &text[end..])
}

/// The name up to its closing quote, and what follows.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, chars.peek()) {
            ('"', Some((_, '"'))) => {
                chars.next();
                name.push('"');
            }
            ('"', _) => return Some((name, &text[at + 1..])),
            _ => name.push(c),
        }
    }
    None
}

/// A name as [`columns`] reads it back.
pub fn quoted(name: &str) -> String {
    let plain = !name.contains([',', '"']) && !name.starts_with('-') && name.trim() == name && !name.is_empty();
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_columns_may_hold_commas_in_quotes() {
        assert_eq!(columns("A, B").unwrap(), ["A", "B"]);
        assert_eq!(columns("\"A, B\",C").unwrap(), ["A, B", "C"]);
        for bad in ["", "A,", ",A", "\"A"] {
            assert!(columns(bad).is_err(), "{bad}");
        }
        for odd in ["x, y", " b", "-x", "say \"a\"", "plain"] {
            assert_eq!(columns(&quoted(odd)).unwrap(), [odd]);
        }
    }
}
