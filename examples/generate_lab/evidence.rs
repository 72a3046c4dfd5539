//! Looks facts up in the finished tables, so that no number of the story is typed by hand.

use std::io;

use crate::frame::{Frame, Row};

pub struct Evidence<'a> {
    pub frames: &'a [Frame],
}

impl<'a> Evidence<'a> {
    pub fn table(&self, name: &str) -> io::Result<&'a Frame> {
        self.frames.iter().find(|frame| frame.name == name).ok_or_else(|| io::Error::other(format!("no table {name}")))
    }

    pub fn count(&self, table: &str, keep: impl Fn(&Row) -> bool) -> io::Result<usize> {
        Ok(self.table(table)?.count(keep))
    }

    /// A cell of the first row that `keep` accepts. The story must not tell what no row shows.
    pub fn first(&self, table: &str, column: &str, keep: impl Fn(&Row) -> bool) -> io::Result<String> {
        let row = self.table(table)?.first(keep);
        let row =
            row.ok_or_else(|| io::Error::other(format!("no row of {table} shows a {column} that the story needs")))?;
        Ok(row.get(column).to_owned())
    }

    pub fn distinct(&self, table: &str, column: &str, keep: impl Fn(&Row) -> bool) -> io::Result<Vec<String>> {
        Ok(self.table(table)?.distinct(column, keep))
    }

    pub fn sum(&self, table: &str, column: &str, keep: impl Fn(&Row) -> bool) -> io::Result<i64> {
        let numbers =
            self.table(table)?.iter().filter(|row| keep(row)).filter_map(|row| row.get(column).parse::<i64>().ok());
        Ok(numbers.sum())
    }

    /// The most frequent value of a column and how often it stands there.
    pub fn top(&self, table: &str, column: &str) -> io::Result<(String, usize)> {
        let frame = self.table(table)?;
        let counts = frame.distinct(column, |_| true).into_iter().map(|value| {
            let count = frame.count(|row| row.is(column, &value));
            (value, count)
        });
        Ok(counts.max_by_key(|(_, count)| *count).unwrap_or_default())
    }

    /// In which tables and columns a text stands, and in how many rows of each.
    pub fn places(&self, needle: &str) -> Vec<String> {
        let mut places = Vec::new();
        for frame in self.frames {
            for (place, column) in frame.columns.iter().enumerate() {
                let count =
                    frame.rows.iter().filter(|row| row.get(place).is_some_and(|cell| mentions(cell, needle))).count();
                if count > 0 {
                    places.push(format!("{}.{column} ({count})", frame.name));
                }
            }
        }
        places
    }
}

/// Whether a cell holds a text, also where the text stands in JSON with its backslashes doubled.
fn mentions(cell: &str, needle: &str) -> bool {
    cell.match_indices(needle).any(|(at, _)| ends_there(cell, at + needle.len()))
        || (needle.contains('\\') && cell.contains(&needle.replace('\\', "\\\\")))
}

/// An address must not count as found inside a longer one.
fn ends_there(cell: &str, end: usize) -> bool {
    let before = cell.get(..end).and_then(|text| text.chars().next_back());
    let after = cell.get(end..).and_then(|text| text.chars().next());
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    !(is_digit(before) && is_digit(after))
}
