//! JSON text for the cells that hold it in real exports: location details, alert entities, cmdlet parameters.

use std::fmt::{self, Write};

#[derive(Clone, Debug)]
pub enum Json {
    Text(String),
    Number(i64),
    /// A decimal number that is already text, such as a coordinate.
    Decimal(&'static str),
    Bool(bool),
    List(Vec<Self>),
    Map(Vec<(&'static str, Self)>),
}

pub fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(value) => write_text(out, value),
            Self::Number(value) => write!(out, "{value}"),
            Self::Decimal(value) => out.write_str(value),
            Self::Bool(value) => write!(out, "{value}"),
            Self::List(items) => write_list(out, items),
            Self::Map(members) => write_map(out, members),
        }
    }
}

fn write_list(out: &mut fmt::Formatter<'_>, items: &[Json]) -> fmt::Result {
    out.write_char('[')?;
    for (place, item) in items.iter().enumerate() {
        out.write_str(if place > 0 { ", " } else { "" })?;
        write!(out, "{item}")?;
    }
    out.write_char(']')
}

fn write_map(out: &mut fmt::Formatter<'_>, members: &[(&str, Json)]) -> fmt::Result {
    out.write_char('{')?;
    for (place, (name, value)) in members.iter().enumerate() {
        out.write_str(if place > 0 { ", " } else { "" })?;
        write_text(out, name)?;
        out.write_str(": ")?;
        write!(out, "{value}")?;
    }
    out.write_char('}')
}

fn write_text(out: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    out.write_char('"')?;
    for letter in value.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            _ => out.write_char(letter)?,
        }
    }
    out.write_char('"')
}
