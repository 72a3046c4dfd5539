//! Columns while rows of text come in.
//!
//! A column of nothing but canonical integers is kept as numbers: they are smaller and need not be looked at again, and
//! should a text come after all, each number is written back as it was.

use polars::prelude::*;
use polars_arrow::array::{MutableBinaryViewArray, PrimitiveArray};
use polars_arrow::bitmap::BitmapBuilder;

use crate::analysis::column_typing::integer;

/// Columns while rows come in.
pub struct TextColumns {
    columns: Vec<Growing>,
    n_rows: usize,
}

enum Growing {
    /// Only nulls so far, and it may become either.
    Undecided(usize),
    Integers(Integers),
    Text(MutableBinaryViewArray<str>),
}

#[derive(Default)]
struct Integers {
    values: Vec<i64>,
    /// Present from the first null on.
    validity: Option<BitmapBuilder>,
}

impl TextColumns {
    /// Columns that are all text.
    pub fn new(n_columns: usize) -> Self {
        let text = || Growing::Text(MutableBinaryViewArray::new());
        Self { columns: std::iter::repeat_with(text).take(n_columns).collect(), n_rows: 0 }
    }

    /// As [`Self::new`], but a column that holds nothing but canonical integers comes out as one of integers.
    pub fn with_integers(n_columns: usize) -> Self {
        Self { columns: std::iter::repeat_with(|| Growing::Undecided(0)).take(n_columns).collect(), n_rows: 0 }
    }

    pub const fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Makes room for so many rows, as far as that can be told by now.
    pub fn expect_rows(&mut self, n_rows: usize) {
        let more = n_rows.saturating_sub(self.n_rows);
        for column in &mut self.columns {
            match column {
                Growing::Undecided(_) => {}
                Growing::Integers(integers) => integers.values.reserve_exact(more),
                Growing::Text(texts) => texts.reserve(more),
            }
        }
    }

    /// One cell of the row that is being read; a column that gets none is null in it.
    pub fn push(&mut self, column: usize, cell: &str) {
        let column = &mut self.columns[column];
        // Nulls are made up for when a value comes, so that a column which hardly ever has one costs nothing.
        column.pad_to(self.n_rows);
        column.push(cell);
    }

    pub const fn end_row(&mut self) {
        self.n_rows += 1;
    }

    /// One more column of text, null in the rows so far; gives its index.
    pub fn add_column(&mut self) -> usize {
        self.columns.push(Growing::Text(MutableBinaryViewArray::new()));
        self.columns.len() - 1
    }

    /// The columns under these names.
    pub fn finish(self, names: Vec<String>) -> Vec<Column> {
        let n_rows = self.n_rows;
        self.columns.into_iter().zip(names).map(|(column, name)| column.finish(name, n_rows)).collect()
    }
}

impl Growing {
    fn len(&self) -> usize {
        match self {
            Self::Undecided(n) => *n,
            Self::Integers(integers) => integers.values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    fn push(&mut self, cell: &str) {
        match self {
            Self::Text(texts) => texts.push_value(cell),
            Self::Integers(integers) => match integer(cell) {
                Some(number) => integers.push(number),
                None => self.become_text(cell),
            },
            Self::Undecided(n_null) => match integer(cell) {
                Some(number) => *self = Self::Integers(Integers::after_nulls(*n_null, number)),
                None => self.become_text(cell),
            },
        }
    }

    /// Makes the column this long with nulls.
    fn pad_to(&mut self, n_rows: usize) {
        let n_missing = n_rows - self.len();
        match self {
            _ if n_missing == 0 => {}
            Self::Undecided(n) => *n = n_rows,
            Self::Integers(integers) => (0..n_missing).for_each(|_| integers.push_null()),
            Self::Text(texts) => texts.extend_null(n_missing),
        }
    }

    /// Writes the numbers so far back as they were, and the cell behind them.
    fn become_text(&mut self, cell: &str) {
        let mut texts = MutableBinaryViewArray::new();
        match std::mem::replace(self, Self::Undecided(0)) {
            Self::Undecided(n) => texts.extend_null(n),
            Self::Integers(integers) => texts.extend(integers.written()),
            Self::Text(old) => texts = old,
        }
        texts.push_value(cell);
        *self = Self::Text(texts);
    }

    fn finish(mut self, name: String, n_rows: usize) -> Column {
        if self.len() == 0 {
            return Column::full_null(name.into(), n_rows, &DataType::String);
        }
        self.pad_to(n_rows);
        match self {
            Self::Undecided(n) => Column::full_null(name.into(), n, &DataType::String),
            Self::Integers(Integers { values, validity }) => {
                let validity = validity.and_then(BitmapBuilder::into_opt_validity);
                let array = PrimitiveArray::from_vec(values).with_validity(validity);
                Int64Chunked::with_chunk(name.into(), array).into_column()
            }
            Self::Text(texts) => StringChunked::with_chunk(name.into(), texts.freeze()).into_column(),
        }
    }
}

impl Integers {
    fn after_nulls(n_null: usize, number: i64) -> Self {
        let mut integers = Self::default();
        (0..n_null).for_each(|_| integers.push_null());
        integers.push(number);
        integers
    }

    fn push(&mut self, number: i64) {
        self.values.push(number);
        if let Some(validity) = &mut self.validity {
            validity.push(true);
        }
    }

    fn push_null(&mut self) {
        let n_before = self.values.len();
        let validity = self.validity.get_or_insert_with(|| {
            let mut all_valid = BitmapBuilder::new();
            all_valid.extend_constant(n_before, true);
            all_valid
        });
        validity.push(false);
        self.values.push(0);
    }

    /// The numbers as they were written.
    fn written(self) -> impl Iterator<Item = Option<String>> {
        let validity = self.validity.and_then(BitmapBuilder::into_opt_validity);
        let is_valid = move |at: usize| validity.as_ref().is_none_or(|bits| bits.get(at).unwrap_or(false));
        self.values.into_iter().enumerate().map(move |(at, number)| is_valid(at).then(|| number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut columns: TextColumns, cells: &[&str]) -> Column {
        for cell in cells {
            if !cell.is_empty() {
                columns.push(0, cell);
            }
            columns.end_row();
        }
        columns.finish(vec!["c".to_owned()]).remove(0)
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let longer = "a cell that is longer than twelve bytes";
        let made = read(TextColumns::new(1), &["short", "", "7", longer]);
        let cells: Vec<_> = made.str().unwrap().iter().collect();
        assert_eq!(cells, [Some("short"), None, Some("7"), Some(longer)]);
    }

    #[test]
    fn integers_stay_numbers_until_a_text_comes() {
        let read = |cells: &[&str]| read(TextColumns::with_integers(1), cells);
        assert_eq!(read(&["", "1", "-42"]).i64().unwrap().iter().collect::<Vec<_>>(), [None, Some(1), Some(-42)]);
        let mixed = read(&["", "1", "-9223372036854775808", "", "0x1"]);
        let texts: Vec<_> = mixed.str().unwrap().iter().collect();
        assert_eq!(texts, [None, Some("1"), Some("-9223372036854775808"), None, Some("0x1")]);
        assert_eq!(read(&["007"]).str().unwrap().get(0), Some("007"));
        assert_eq!(read(&["", ""]).dtype(), &DataType::String);
    }
}
