//! Parameters of query templates: their types, and the check of what a person gives for them.

use chrono::{DateTime, Utc};

use crate::model::parse_moment;

/// The types of MSTICPy's templates, and `table` and `column` for names that SQL cannot bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    Text,
    Time,
    Integer,
    Float,
    List,
    /// The name of a table or column; it becomes a quoted identifier.
    Name,
}

impl ParameterType {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "str" | "string" => Self::Text,
            "datetime" => Self::Time,
            "int" | "integer" => Self::Integer,
            "float" => Self::Float,
            "list" => Self::List,
            "table" | "column" => Self::Name,
            _ => return None,
        })
    }

    /// The word a form shows beside the field.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Time => "time",
            Self::Integer => "whole number",
            Self::Float => "number",
            Self::List => "list, a,b,c",
            Self::Name => "name",
        }
    }
}

/// One parameter of a template, checked when its file was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub doc: String,
    pub kind: ParameterType,
    /// Absent makes the parameter required; an empty text is a legal default.
    pub default: Option<String>,
    pub aliases: Vec<String>,
}

/// A value that fits its parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    /// Microseconds UTC.
    Time(i64),
    Integer(i64),
    Float(f64),
    List(Vec<String>),
    Name(String),
}

impl Parameter {
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// Checks `text` against the type.
    pub fn check(&self, text: &str, now: DateTime<Utc>) -> Result<Value, String> {
        let wrong = |what: &str| format!("the parameter {} wants {what}, not '{text}'", self.name);
        match self.kind {
            ParameterType::Text => Ok(Value::Text(text.to_owned())),
            ParameterType::Name => Ok(Value::Name(text.to_owned())),
            ParameterType::Integer => text.trim().parse().map(Value::Integer).map_err(|_| wrong("a whole number")),
            ParameterType::Float => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Float(number)),
                _ => Err(wrong("a number")),
            },
            ParameterType::List => Ok(Value::List(text.split(',').map(|item| item.trim().to_owned()).collect())),
            ParameterType::Time => {
                parse_moment(text, now).map(Value::Time).map_err(|e| format!("the parameter {}: {e}", self.name))
            }
        }
    }
}
