//! The few kinds of column that a person needs to tell apart.

use polars::prelude::DataType;

/// What the values of a column are, coarser than a polars type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Time,
    Boolean,
    /// Lists and maps; a cell shows their size and opens in the detail pane.
    Nested,
    Binary,
}

impl Kind {
    pub fn of(dtype: &DataType) -> Self {
        match dtype {
            DataType::Boolean => Self::Boolean,
            DataType::Date | DataType::Datetime(..) | DataType::Time => Self::Time,
            DataType::List(_) | DataType::Struct(_) => Self::Nested,
            DataType::Binary | DataType::BinaryOffset => Self::Binary,
            numeric if numeric.is_primitive_numeric() || numeric.is_decimal() => Self::Number,
            _ => Self::Text,
        }
    }

    /// One letter that stands in the grid's heading: t for time, # for numbers and so on.
    pub const fn glyph(self) -> char {
        match self {
            Self::Text => 'a',
            Self::Number => '#',
            Self::Time => 't',
            Self::Boolean => '?',
            Self::Nested => '{',
            Self::Binary => 'x',
        }
    }

    /// Whether its values are numbers or times, which are written with few characters.
    pub const fn is_plain(self) -> bool {
        matches!(self, Self::Number | Self::Time)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Time => "time",
            Self::Boolean => "boolean",
            Self::Nested => "nested",
            Self::Binary => "binary",
        }
    }
}
