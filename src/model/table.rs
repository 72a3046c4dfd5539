//! The table: what every query, operation and pane works on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use polars::prelude::{AnyValue, DataFrame, DataType, TimeUnit};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use super::cell::json;
use super::{
    Cell, CellKind, Evidence, Kind, Notation, Note, Role, Shown, SourceId, TextMode, Timeline, Untrusted, Zone,
    brief_nested, parse_nested, plain_text,
};

/// Hidden column: the [`SourceId`] of the evidence a row came from (u32).
pub const SOURCE: &str = "__casebook_source";
/// Hidden column: the zero-based data row within that evidence (u32).
pub const ROW: &str = "__casebook_row";

/// Hidden column: the row of its step's input that a row was made from (u32). Only steps that make rows of rows have it,
/// and those that merely choose among such rows or order them.
pub const FROM: &str = "__casebook_from";

/// The hidden columns.
pub const LINEAGE: [&str; 3] = [SOURCE, ROW, FROM];

/// Whether a column carries lineage and is never shown, exported or hashed.
pub fn is_hidden(name: &str) -> bool {
    LINEAGE.contains(&name)
}

/// Number of a table within a case; written `t7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TableId(pub u32);

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

impl FromStr for TableId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('t').and_then(|n| n.parse().ok());
        number.map(Self).ok_or_else(|| format!("'{text}' is no table id; they look like t7"))
    }
}

impl From<TableId> for String {
    fn from(id: TableId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for TableId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A visible column and what was learned of it when the table was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// The exact polars type, for people who ask.
    pub dtype: DataType,
    pub role: Option<Role>,
    pub n_null: usize,
    /// Terminal columns that the widest sampled cell needs.
    pub width: u16,
    /// Decimals of seconds that the sampled times need: 0, 3 or 6.
    pub digits: u8,
    position: usize,
}

/// The evidence row that a table's row came from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RowOrigin {
    pub evidence: String,
    pub row: u32,
}

/// A named polars frame with roles, lineage and notes. Tables are never changed: operations make new ones.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub notes: Vec<Note>,
    /// The evidence behind the rows; their hidden source column points into it.
    pub sources: Vec<(SourceId, Evidence)>,
    /// Roles that a person gave to columns; tables made from this one keep them.
    pub chosen_roles: BTreeMap<String, Role>,
    /// Whether several rows may come from one row of the evidence, as after a join.
    pub repeats_rows: bool,
    /// How the rows lie in time, where a column has the time role.
    pub timeline: Option<Timeline>,
    df: DataFrame,
}

/// Cells that are looked at to learn how wide a column is and how precise its times are.
const SAMPLE_ROWS: usize = 400;

/// No cell is measured further than this many characters.
const WIDEST: usize = 500;

impl Table {
    /// Profiles `df` once: kinds, null counts, widths. `role_of` names the role of a column.
    pub fn new(name: impl Into<String>, df: DataFrame, role_of: &dyn Fn(&str, Kind) -> Option<Role>) -> Self {
        let columns = df.columns().iter().enumerate().filter(|(_, c)| !is_hidden(c.name()));
        let columns = columns.map(|(position, c)| profile(c, position, role_of)).collect();
        let mut table = Self {
            name: name.into(),
            columns,
            notes: Vec::new(),
            sources: Vec::new(),
            chosen_roles: BTreeMap::new(),
            repeats_rows: false,
            timeline: None,
            df,
        };
        table.timeline = table.counted_in_time();
        table
    }

    /// The table with roles that a person chose; the time role is then in no other column.
    #[must_use]
    pub fn with_roles(mut self, chosen: BTreeMap<String, Role>) -> Self {
        let has_time = chosen.iter().any(|(name, role)| *role == Role::TIME && self.column(name).is_some());
        for column in &mut self.columns {
            match chosen.get(&column.name) {
                Some(role) => column.role = Some(role.clone()),
                None if has_time && column.role == Some(Role::TIME) => column.role = None,
                None => {}
            }
        }
        self.chosen_roles = chosen;
        self.timeline = self.counted_in_time();
        self
    }

    /// Whether a row is known by the evidence that it came from, and no other row by the same.
    pub fn has_row_keys(&self) -> bool {
        !self.repeats_rows && self.df.column(ROW).is_ok()
    }

    fn counted_in_time(&self) -> Option<Timeline> {
        // Rows that were made of many are no events.
        self.df.column(ROW).ok()?;
        let column = self.columns.iter().find(|c| c.role == Some(Role::TIME) && c.kind == Kind::Time)?;
        let times = self.df.columns().get(column.position)?.as_materialized_series().to_physical_repr().into_owned();
        let moments = times.i64().ok()?;
        Timeline::of(&column.name, || moments.iter().flatten())
    }

    /// The table without the rows that its rows were made from.
    #[must_use]
    pub fn without_from(mut self) -> Self {
        let at = self.df.columns().iter().position(|column| column.name() == FROM);
        if let (Some(at), Ok(df)) = (at, self.df.drop(FROM)) {
            self.columns.iter_mut().filter(|c| c.position > at).for_each(|c| c.position -= 1);
            self.df = df;
        }
        self
    }

    #[must_use]
    pub fn with_sources(mut self, sources: Vec<(SourceId, Evidence)>) -> Self {
        self.sources = sources;
        self
    }

    #[must_use]
    pub fn with_notes(mut self, notes: Vec<Note>) -> Self {
        self.notes = notes;
        self
    }

    pub fn n_rows(&self) -> usize {
        self.df.height()
    }

    /// The frame with its hidden lineage columns.
    pub const fn frame(&self) -> &DataFrame {
        &self.df
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The first column that has `role`.
    pub fn column_with(&self, role: &Role) -> Option<&Column> {
        self.columns.iter().find(|c| c.role.as_ref() == Some(role))
    }

    /// One cell in brief; null where there is no such row.
    pub fn cell(&self, row_idx: usize, column: &Column) -> Cell {
        brief(&self.value(row_idx, column), column.kind, column.digits)
    }

    /// One cell in brief, times as the clocks of `zone` show them.
    pub fn cell_in(&self, row_idx: usize, column: &Column, zone: Zone) -> Cell {
        match self.value(row_idx, column) {
            AnyValue::Datetime(t, TimeUnit::Microseconds, _) => {
                Cell::brief(&AnyValue::Datetime(zone.wall(t), TimeUnit::Microseconds, None), column.digits)
            }
            value => brief(&value, column.kind, column.digits),
        }
    }

    /// Microseconds UTC of a cell that holds a moment.
    pub fn moment(&self, row_idx: usize, column: &Column) -> Option<i64> {
        match self.value(row_idx, column) {
            AnyValue::Datetime(t, TimeUnit::Microseconds, _) => Some(t),
            _ => None,
        }
    }

    /// One cell in full, as text; None for null.
    pub fn full_text(&self, row_idx: usize, column: &Column) -> Option<String> {
        plain_text(&self.value(row_idx, column))
    }

    /// One cell as JSON; a list or map that stands as JSON text is what it writes.
    pub fn json(&self, row_idx: usize, column: &Column) -> serde_json::Value {
        match self.value(row_idx, column) {
            value if column.kind == Kind::Nested && value.get_str().is_some() => {
                let text = value.get_str().unwrap_or_default();
                match parse_nested(text) {
                    Some((Notation::Json, value)) => value,
                    _ => text.into(),
                }
            }
            value => json(&value),
        }
    }

    /// Where a row came from; None for rows that were made and not found.
    pub fn origin(&self, row_idx: usize) -> Option<RowOrigin> {
        let number = |name: &str| self.df.column(name).ok()?.get(row_idx).ok()?.try_extract::<u32>().ok();
        let source = SourceId(number(SOURCE)?);
        let evidence = self.sources.iter().find(|(id, _)| *id == source)?.1.path.clone();
        Some(RowOrigin { evidence, row: number(ROW)? })
    }

    /// The row of the step's input that a row was made from; None where the step made it of many or of none.
    pub fn made_from(&self, row_idx: usize) -> Option<usize> {
        let from = self.df.column(FROM).ok()?.get(row_idx).ok()?.try_extract::<u32>().ok()?;
        usize::try_from(from).ok()
    }

    fn value(&self, row_idx: usize, column: &Column) -> AnyValue<'_> {
        self.df.columns().get(column.position).and_then(|c| c.get(row_idx).ok()).unwrap_or(AnyValue::Null)
    }
}

/// As [`Cell::brief`]; in a nested column a list or map that stands as text is shown by its size.
fn brief(value: &AnyValue<'_>, kind: Kind, digits: u8) -> Cell {
    let nested = value.get_str().filter(|_| kind == Kind::Nested).and_then(parse_nested);
    match nested.and_then(|(_, value)| brief_nested(&value)) {
        Some(text) => Cell { kind: CellKind::Nested, text },
        None => Cell::brief(value, digits),
    }
}

/// Cells that are parsed to see whether a text column holds lists or maps.
const NESTED_SAMPLE: usize = 8;

/// The kind of a column: text of which every sampled value writes a list or map is nested.
fn kind_of(column: &polars::prelude::Column) -> Kind {
    let Ok(ca) = column.str() else {
        return Kind::of(column.dtype());
    };
    let mut values =
        sample(column).filter_map(|row| ca.get(row)).filter(|v| !v.is_empty()).take(NESTED_SAMPLE).peekable();
    let is_nested = values.peek().is_some() && values.all(|v| parse_nested(v).is_some());
    if is_nested { Kind::Nested } else { Kind::Text }
}

fn profile(column: &polars::prelude::Column, position: usize, role_of: &dyn Fn(&str, Kind) -> Option<Role>) -> Column {
    let name = column.name().to_string();
    let kind = kind_of(column);
    let digits = if kind == Kind::Time { sampled_digits(column) } else { 0 };
    let shown_width = |cell: &Cell| {
        let start = cell.text.as_bytes().get(..WIDEST).unwrap_or(cell.text.as_bytes());
        // Most text is shown as it stands.
        if start.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return start.len();
        }
        Shown::of_prefix(&Untrusted(&cell.text), WIDEST, TextMode::Unicode).as_str().width()
    };
    let widest = sample(column).map(|row| column.get(row).map_or(1, |v| shown_width(&brief(&v, kind, digits))));
    let width = widest.max().unwrap_or(1).max(1);
    Column {
        role: role_of(&name, kind),
        kind,
        dtype: column.dtype().clone(),
        n_null: column.null_count(),
        width: u16::try_from(width).unwrap_or(u16::MAX),
        digits,
        position,
        name,
    }
}

/// Rows spread over the whole column, so that a wide cell at the end is not overlooked.
fn sample(column: &polars::prelude::Column) -> impl Iterator<Item = usize> + use<> {
    let n_rows = column.len();
    (0..n_rows).step_by((n_rows / SAMPLE_ROWS).max(1))
}

fn sampled_digits(column: &polars::prelude::Column) -> u8 {
    let digits_of = |row: usize| {
        let text = column.get(row).ok().and_then(|v| plain_text(&v)).unwrap_or_default();
        let decimals = text.trim_end_matches('Z').rsplit_once('.').map_or(0, |(_, d)| d.len());
        u8::try_from(decimals).unwrap_or(6)
    };
    sample(column).map(digits_of).max().unwrap_or(0)
}
