//! The grammar of delimited text: rows and fields by their place in the bytes.
//!
//! RFC 4180, and what real files do to it: any delimiter, any line end, quotes inside plain fields, text after a closing
//! quote, a quote that is never closed. Nothing is refused; what is odd is said of the field.

use memchr::{memchr, memchr2, memrchr};

/// How a field was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Plain,
    /// In quotes; the place is what is between them.
    Quoted,
    /// In quotes, with doubled quotes inside.
    Escaped,
    /// In quotes, with text after the closing one; the place is all of it, quotes and all.
    Trailing,
    /// A quote opens it that is never closed, so it is taken as it stands.
    Unclosed,
}

/// One field: `start..end` in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub start: usize,
    pub end: usize,
    pub written: Written,
}

/// Reads rows one after the other.
pub struct Rows<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// The byte that ends a line; a carriage return before a line feed belongs to it.
    newline: u8,
    at: usize,
    last_quote: Option<usize>,
    n_unclosed: u32,
}

/// After so many stray quotes a closing one is looked for only this far, so that a file full of them costs no more.
const MOST_STRAY: u32 = 100;
const NEAR: usize = 64 << 10;

impl<'a> Rows<'a> {
    pub fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        let start = &bytes[..bytes.len().min(1 << 20)];
        let newline = if memchr(b'\n', start).is_none() && memchr(b'\r', start).is_some() { b'\r' } else { b'\n' };
        Self { bytes, delimiter, newline, at: 0, last_quote: memrchr(b'"', bytes), n_unclosed: 0 }
    }

    /// How many bytes have been read.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Goes to the row that starts at `at`.
    pub const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Puts the fields of the next row into `fields`; false at the end.
    pub fn next_row(&mut self, fields: &mut Vec<Field>) -> bool {
        fields.clear();
        if self.at >= self.bytes.len() {
            return false;
        }
        loop {
            let (field, end) = self.field();
            fields.push(field);
            if end >= self.bytes.len() {
                self.at = end;
                return true;
            }
            self.at = end + 1;
            if self.bytes[end] == self.newline {
                return true;
            }
            if self.at >= self.bytes.len() {
                // A delimiter at the very end has an empty field behind it.
                fields.push(Field { start: self.at, end: self.at, written: Written::Plain });
                return true;
            }
        }
    }

    /// The field at the cursor, and where what ends it stands.
    fn field(&mut self) -> (Field, usize) {
        let start = self.at;
        let opens = self.bytes.get(start) == Some(&b'"');
        if !opens {
            return self.plain(start, Written::Plain);
        }
        let Some((close, escaped)) = self.closing(start + 1) else {
            self.n_unclosed += 1;
            return self.plain(start, Written::Unclosed);
        };
        let written = if escaped { Written::Escaped } else { Written::Quoted };
        match self.bytes.get(close + 1) {
            None => (Field { start: start + 1, end: close, written }, self.bytes.len()),
            Some(b) if *b == self.delimiter || *b == self.newline => {
                (Field { start: start + 1, end: close, written }, close + 1)
            }
            Some(b'\r') if self.bytes.get(close + 2).is_none_or(|b| *b == b'\n') => {
                (Field { start: start + 1, end: close, written }, (close + 2).min(self.bytes.len()))
            }
            // A quote that closes only in another row was a stray one.
            Some(_) if memchr(self.newline, &self.bytes[start..close]).is_some() => {
                self.n_unclosed += 1;
                self.plain(start, Written::Unclosed)
            }
            Some(_) => {
                let (rest, end) = self.plain(close + 1, Written::Trailing);
                (Field { start, end: rest.end, written: Written::Trailing }, end)
            }
        }
    }

    /// A field without quotes that starts at `from`.
    fn plain(&self, from: usize, written: Written) -> (Field, usize) {
        let found = memchr2(self.delimiter, self.newline, &self.bytes[from..]);
        let end = found.map_or(self.bytes.len(), |n| from + n);
        let ends_line = end == self.bytes.len() || self.bytes[end] == self.newline;
        let text_end = if ends_line && end > from && self.bytes[end - 1] == b'\r' { end - 1 } else { end };
        (Field { start: from, end: text_end, written }, end)
    }

    /// Where the quote is that closes a field whose text starts at `from`, and whether quotes are doubled in it.
    fn closing(&self, from: usize) -> Option<(usize, bool)> {
        let (mut at, mut escaped) = (from, false);
        let near = if self.n_unclosed < MOST_STRAY { self.bytes.len() } else { self.bytes.len().min(from + NEAR) };
        while at <= self.last_quote? {
            let quote = at + memchr(b'"', self.bytes.get(at..near)?)?;
            if self.bytes.get(quote + 1) != Some(&b'"') {
                return Some((quote, escaped));
            }
            escaped = true;
            at = quote + 2;
        }
        None
    }
}

/// The delimiter that cuts the first rows into the most fields, as evenly as none of the others.
pub fn sniff(bytes: &[u8], preferred: u8) -> u8 {
    let start = &bytes[..bytes.len().min(64 << 10)];
    let evenness = |delimiter: u8| {
        let (mut rows, mut fields, mut widths) = (Rows::new(start, delimiter), Vec::new(), Vec::new());
        while widths.len() < 50 && rows.next_row(&mut fields) {
            widths.push(fields.len());
        }
        let first = widths.first().copied().unwrap_or(1);
        let n_alike = widths.iter().filter(|w| **w == first).count();
        if first < 2 { 0 } else { n_alike * 1_000 / widths.len().max(1) + first.min(500) }
    };
    let best = [b',', b'\t', b';', b'|'].into_iter().max_by_key(|d| (evenness(*d), *d == preferred));
    best.filter(|d| evenness(*d) > 0).unwrap_or(preferred)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut fields, mut out) = (Rows::new(text.as_bytes(), b','), Vec::new(), Vec::new());
        while rows.next_row(&mut fields) {
            let cell = |f: &Field| {
                let cell = &text[f.start..f.end];
                if f.written == Written::Escaped { cell.replace("\"\"", "\"") } else { cell.to_owned() }
            };
            out.push(fields.iter().map(cell).collect());
        }
        out
    }

    #[test]
    fn the_forms_of_real_files_are_read() {
        assert_eq!(rows("a,b\r\n1,\"x, y\"\r\n"), [["a", "b"], ["1", "x, y"]]);
        assert_eq!(rows("\"say \"\"hi\"\"\",2\n"), [["say \"hi\"", "2"]]);
        assert_eq!(rows("a\rb\r"), [["a"], ["b"]]);
        assert_eq!(rows("\"two\nlines\",x"), [["two\nlines", "x"]]);
        assert_eq!(rows("a,\n,b"), [["a", ""], ["", "b"]]);
        assert_eq!(rows("x,"), [["x", ""]]);
        assert_eq!(rows("5\" disk,b"), [["5\" disk", "b"]]);
    }

    #[test]
    fn a_stray_quote_costs_its_field_and_not_the_file() {
        assert_eq!(rows("a,\"never closed\n1,2\n3,4\n"), [vec!["a", "\"never closed"], vec!["1", "2"], vec!["3", "4"]]);
        assert_eq!(rows("\"a\"b,c"), [["\"a\"b", "c"]]);
    }

    #[test]
    fn the_delimiter_is_found() {
        assert_eq!(sniff(b"a;b;c\n1,5;2;3\n", b','), b';');
        assert_eq!(sniff(b"a\tb\n1\t2, 3\n", b','), b'\t');
        assert_eq!(sniff(b"a|b\n1|2\n", b','), b'|');
        assert_eq!(sniff(b"one\ntwo\n", b','), b',');
    }

    proptest! {
        /// Whatever is written by the rules is read back, and whatever is read stays within the bytes.
        #[test]
        fn written_rows_come_back(table in prop::collection::vec(prop::collection::vec("[a-z,\"\n\r ]{0,6}", 2..5), 1..6)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text: String = table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect();
            prop_assert_eq!(rows(&text), table);
        }

        #[test]
        fn no_bytes_break_it(text in "[a\",\n\r]{0,60}") {
            let n_bytes: usize = rows(&text).iter().flatten().map(String::len).sum();
            prop_assert!(n_bytes <= text.len());
        }
    }
}
