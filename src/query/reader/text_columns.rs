//! Columns of text that point into the bytes they were read from, so that no cell is copied.
//!
//! A column of nothing but canonical integers is kept as numbers: they are smaller, and should a text come after all,
//! each number is written back as it was.

use polars::prelude::*;
use polars_arrow::array::{BinaryViewArray, PrimitiveArray, View};
use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use polars_arrow::datatypes::ArrowDataType;
use polars_buffer::Buffer;

use crate::analysis::column_typing::integer;

/// A view's offset has 32 bits: a larger file is seen through windows that begin this far from each other.
const WINDOW: usize = 1 << 31;

/// Columns while rows come in.
pub struct TextColumns {
    columns: Vec<Growing>,
    side: Side,
    n_rows: usize,
}

/// Text that does not stand in the bytes as it is meant, such as a quote that was doubled.
struct Side {
    bytes: Vec<u8>,
    /// Its place among the buffers: behind the windows on the bytes.
    buffer: u32,
}

impl Side {
    fn view(&mut self, cell: &[u8]) -> View {
        let offset = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        let view = View::new_from_bytes(cell, self.buffer, offset);
        if !view.is_inline() {
            self.bytes.extend_from_slice(cell);
        }
        view
    }
}

struct Growing {
    values: Values,
    /// Present from the first null on.
    validity: Option<BitmapBuilder>,
}

enum Values {
    /// Only nulls so far, and it may become either.
    Undecided(usize),
    Integers(Vec<i64>),
    Text(Vec<View>),
}

impl TextColumns {
    /// For `n_columns` columns over bytes of this length, all of them text.
    pub fn new(n_columns: usize, n_bytes: usize) -> Self {
        Self::of(n_columns, n_bytes, || Values::Text(Vec::new()))
    }

    /// As [`Self::new`], but a column that holds nothing but canonical integers comes out as one of integers.
    pub fn with_integers(n_columns: usize, n_bytes: usize) -> Self {
        Self::of(n_columns, n_bytes, || Values::Undecided(0))
    }

    fn of(n_columns: usize, n_bytes: usize, values: fn() -> Values) -> Self {
        let column = || Growing { values: values(), validity: None };
        let columns = std::iter::repeat_with(column).take(n_columns).collect();
        let buffer = u32::try_from(n_bytes / WINDOW + 1).unwrap_or(u32::MAX);
        Self { columns, side: Side { bytes: Vec::new(), buffer }, n_rows: 0 }
    }

    pub const fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Makes room for so many rows, as far as that can be told by now.
    pub fn expect_rows(&mut self, n_rows: usize) {
        let more = n_rows.saturating_sub(self.n_rows);
        for column in &mut self.columns {
            match &mut column.values {
                Values::Undecided(_) => {}
                Values::Integers(values) => values.reserve_exact(more),
                Values::Text(views) => views.reserve_exact(more),
            }
        }
    }

    /// A cell that stands in the bytes at `start`.
    pub fn push(&mut self, column: usize, cell: &[u8], start: usize) {
        if let Some(column) = self.columns[column].after(cell, &mut self.side) {
            let (window, offset) = (start / WINDOW, start % WINDOW);
            // Both fit 32 bits: windows are counted, and an offset is below WINDOW.
            #[expect(clippy::cast_possible_truncation, reason = "see above")]
            column.push(View::new_from_bytes(cell, window as u32, offset as u32));
        }
    }

    /// A cell of other bytes than those that were read.
    pub fn push_made(&mut self, column: usize, cell: &[u8]) {
        if let Some(views) = self.columns[column].after(cell, &mut self.side) {
            views.push(self.side.view(cell));
        }
    }

    pub fn push_null(&mut self, column: usize) {
        self.columns[column].push_null();
    }

    /// Ends a row: columns that got no cell in it get null.
    pub fn end_row(&mut self) {
        self.n_rows += 1;
        for column in self.columns.iter_mut().filter(|c| c.len() < self.n_rows) {
            column.push_null();
        }
    }

    /// One more column of text, null in the rows so far; gives its index.
    pub fn add_column(&mut self) -> usize {
        let mut column = Growing { values: Values::Text(Vec::new()), validity: None };
        (0..self.n_rows).for_each(|_| column.push_null());
        self.columns.push(column);
        self.columns.len() - 1
    }

    /// The columns, over the bytes that the cells were said to stand in. Text that is no UTF-8 is an error.
    pub fn finish(self, names: Vec<String>, bytes: Vec<u8>) -> PolarsResult<Vec<Column>> {
        let bytes = Buffer::from(bytes);
        let windows = (0..self.side.buffer as usize).map(|n| {
            let start = n * WINDOW;
            bytes.clone().sliced(start..bytes.len().min(start + u32::MAX as usize))
        });
        let buffers: Buffer<Buffer<u8>> = windows.chain([Buffer::from(self.side.bytes)]).collect::<Vec<_>>().into();
        let columns = self.columns.into_iter().zip(names);
        columns.map(|(column, name)| column.finish(name, buffers.clone())).collect()
    }
}

impl Growing {
    const fn len(&self) -> usize {
        match &self.values {
            Values::Undecided(n) => *n,
            Values::Integers(values) => values.len(),
            Values::Text(views) => views.len(),
        }
    }

    /// Takes the cell in as a number, or gives the views that it is to be put behind.
    fn after(&mut self, cell: &[u8], side: &mut Side) -> Option<&mut Vec<View>> {
        if let Some(validity) = &mut self.validity {
            validity.push(true);
        }
        if matches!(self.values, Values::Undecided(_) | Values::Integers(_)) {
            let number = std::str::from_utf8(cell).ok().and_then(integer);
            self.values.take(number, side);
        }
        match &mut self.values {
            Values::Text(views) => Some(views),
            Values::Undecided(_) | Values::Integers(_) => None,
        }
    }

    fn push_null(&mut self) {
        let n_before = self.len();
        let validity = self.validity.get_or_insert_with(|| {
            let mut all_valid = BitmapBuilder::new();
            all_valid.extend_constant(n_before, true);
            all_valid
        });
        validity.push(false);
        match &mut self.values {
            Values::Undecided(n) => *n += 1,
            Values::Integers(values) => values.push(0),
            Values::Text(views) => views.push(View::default()),
        }
    }

    fn finish(self, name: String, buffers: Buffer<Buffer<u8>>) -> PolarsResult<Column> {
        let validity = self.validity.and_then(BitmapBuilder::into_opt_validity);
        match self.values {
            Values::Undecided(n) => Ok(Column::full_null(name.into(), n, &DataType::String)),
            Values::Integers(values) => {
                let array = PrimitiveArray::from_vec(values).with_validity(validity);
                Ok(Int64Chunked::with_chunk(name.into(), array).into_column())
            }
            Values::Text(views) => text(name, views, buffers, validity),
        }
    }
}

impl Values {
    /// Takes a number in; None turns the column to text, with the numbers so far as they were written.
    fn take(&mut self, number: Option<i64>, side: &mut Side) {
        match (&mut *self, number) {
            (Self::Integers(values), Some(number)) => values.push(number),
            (Self::Undecided(n), Some(number)) => {
                let mut values = vec![0; *n];
                values.push(number);
                *self = Self::Integers(values);
            }
            (Self::Undecided(n), None) => *self = Self::Text(vec![View::default(); *n]),
            (Self::Integers(values), None) => {
                let written = values.iter().map(|number| side.view(number.to_string().as_bytes()));
                *self = Self::Text(written.collect());
            }
            (Self::Text(_), _) => {}
        }
    }
}

/// A text column. The views are looked at once as bytes and once as UTF-8, which is quick where all bytes are ASCII.
fn text(name: String, views: Vec<View>, buffers: Buffer<Buffer<u8>>, validity: Option<Bitmap>) -> PolarsResult<Column> {
    let array = BinaryViewArray::try_new(ArrowDataType::BinaryView, views.into(), buffers, validity)?;
    Ok(StringChunked::with_chunk(name.into(), array.to_utf8view()?).into_column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        let bytes = b"short;a cell that is longer than twelve bytes".to_vec();
        let mut columns = TextColumns::new(1, bytes.len());
        columns.push(0, &bytes[..5], 0);
        columns.end_row();
        columns.end_row();
        columns.push(0, &bytes[6..], 6);
        columns.end_row();
        columns.push_made(0, b"made text, longer than twelve bytes too");
        columns.end_row();
        let made = columns.finish(vec!["c".to_owned()], bytes).unwrap().remove(0);
        let cells: Vec<_> = made.str().unwrap().iter().collect();
        let longer = Some("a cell that is longer than twelve bytes");
        assert_eq!(cells, [Some("short"), None, longer, Some("made text, longer than twelve bytes too")]);
    }

    fn read(cells: &[&str]) -> Column {
        let mut columns = TextColumns::with_integers(1, 0);
        for cell in cells {
            if cell.is_empty() {
                columns.push_null(0);
            } else {
                columns.push_made(0, cell.as_bytes());
            }
            columns.end_row();
        }
        columns.finish(vec!["c".to_owned()], Vec::new()).unwrap().remove(0)
    }

    #[test]
    fn integers_stay_numbers_until_a_text_comes() {
        assert_eq!(read(&["", "1", "-42"]).i64().unwrap().iter().collect::<Vec<_>>(), [None, Some(1), Some(-42)]);
        let mixed = read(&["", "1", "-9223372036854775808", "", "0x1"]);
        let texts: Vec<_> = mixed.str().unwrap().iter().collect();
        assert_eq!(texts, [None, Some("1"), Some("-9223372036854775808"), None, Some("0x1")]);
        assert_eq!(read(&["007"]).str().unwrap().get(0), Some("007"));
        assert_eq!(read(&["", ""]).dtype(), &DataType::String);
    }
}
