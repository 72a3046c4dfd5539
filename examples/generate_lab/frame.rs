//! A table as the writers see it: column names and rows of text. An empty cell stands for no value.

use std::collections::HashMap;
use std::io;

/// The cells of one row that hold something, by column name.
pub type Record = Vec<(&'static str, String)>;

pub struct Frame {
    pub name: &'static str,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Frame {
    /// # Errors
    /// Where a record names a column that the table does not have: a slip of the pen must not lose evidence.
    pub fn from_records(name: &'static str, columns: &[&'static str], records: Vec<Record>) -> io::Result<Self> {
        let places: HashMap<&str, usize> = columns.iter().enumerate().map(|(place, column)| (*column, place)).collect();
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let mut row = vec![String::new(); columns.len()];
            for (column, value) in record {
                let place =
                    places.get(column).ok_or_else(|| io::Error::other(format!("{name} has no column {column}")))?;
                row[*place] = value;
            }
            rows.push(row);
        }
        Ok(Self { name, columns: columns.to_vec(), rows })
    }

    /// A copy with only the rows that `keep` accepts, under another name and with the given columns.
    pub fn narrowed(&self, name: &'static str, columns: &[&'static str], keep: impl Fn(&Row) -> bool) -> Self {
        let rows = self
            .iter()
            .filter(|row| keep(row))
            .map(|row| columns.iter().map(|column| row.get(column).to_owned()).collect())
            .collect();
        Self { name, columns: columns.to_vec(), rows }
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { columns: &self.columns, cells })
    }

    pub fn count(&self, keep: impl Fn(&Row) -> bool) -> usize {
        self.iter().filter(|row| keep(row)).count()
    }

    /// The first row that `keep` accepts.
    pub fn first(&self, keep: impl Fn(&Row) -> bool) -> Option<Row<'_>> {
        self.iter().find(|row| keep(row))
    }

    pub fn distinct(&self, column: &str, keep: impl Fn(&Row) -> bool) -> Vec<String> {
        let mut values: Vec<String> =
            self.iter().filter(|row| keep(row)).map(|row| row.get(column).to_owned()).collect();
        values.sort();
        values.dedup();
        values
    }
}

/// One row together with the names of its cells.
pub struct Row<'a> {
    columns: &'a [&'static str],
    cells: &'a [String],
}

impl<'a> Row<'a> {
    /// The cell of a column; empty where the table has no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| *name == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    pub fn is(&self, column: &str, value: &str) -> bool {
        self.get(column) == value
    }
}
