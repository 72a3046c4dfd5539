//! File formats: by the ending of a name, or by the first bytes.

use std::path::Path;

use crate::analysis::syslog;
use crate::analysis::timestamp::leading;

/// A file format that can be read; earlier ones are preferred where a folder has several of one stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Parquet,
    Ipc,
    Jsonl,
    Json,
    Csv,
    Tsv,
    Evtx,
    Log,
}

impl Format {
    /// The format that a file name's ending says, below an ending of packing.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
        let (stem, ending) = name.rsplit_once('.')?;
        Some(match ending {
            "parquet" | "pq" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::Ipc,
            "jsonl" | "ndjson" => Self::Jsonl,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "evtx" => Self::Evtx,
            "log" | "syslog" => Self::Log,
            // A log that was rotated: auth.log.1
            number
                if number.bytes().all(|b| b.is_ascii_digit())
                    && stem.rsplit_once('.').is_some_and(|(_, e)| e == "log") =>
            {
                Self::Log
            }
            _ => return None,
        })
    }

    /// The format that the first bytes of a file say; any text that is nothing else is a log.
    pub fn of_content(start: &[u8]) -> Self {
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let in_list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        match start {
            _ if start.starts_with(b"PAR1") => Self::Parquet,
            _ if start.starts_with(b"ARROW1") => Self::Ipc,
            _ if start.starts_with(b"ElfFile\0") => Self::Evtx,
            _ if text.starts_with(b"{") || in_list.is_some_and(|list| list.starts_with(b"{")) => Self::Json,
            _ => match table_delimiter(text) {
                Some(b'\t') => Self::Tsv,
                Some(_) => Self::Csv,
                None => Self::Log,
            },
        }
    }

    /// The ending that files of this format have.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Ipc => "arrow",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Evtx => "evtx",
            Self::Log => "log",
        }
    }

    /// Whether its columns get their types from their values alone.
    pub const fn is_delimited(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// The endings, for messages.
    pub const ENDINGS: &str =
        ".parquet, .arrow, .jsonl, .json, .csv, .tsv, .evtx, .log; the text ones also packed as .gz or .zst";
}

/// The delimiter that cuts nearly every line of a text into the same number of fields, if it is a table and no log.
fn table_delimiter(start: &[u8]) -> Option<u8> {
    let text = String::from_utf8_lossy(start);
    let n_lines = text.matches('\n').count();
    // The last line may be cut, unless it is all there is.
    let lines: Vec<&str> = text.lines().take(n_lines.clamp(1, 20)).filter(|line| !line.trim().is_empty()).collect();
    let even = |delimiter: &u8| {
        let widths: Vec<usize> = lines.iter().map(|line| fields_of(line, *delimiter)).collect();
        let first = widths.first().copied().unwrap_or(0);
        let n_even = widths.iter().filter(|w| **w == first).count();
        // A row that was cut short does not make a log of a table.
        first > 1 && widths.len() > 1 && n_even * 4 >= widths.len() * 3
    };
    let delimiter = [b'\t', b',', b';', b'|'].into_iter().find(even)?;
    // A log's first line is a line like all others; a table's is a heading, which no time begins.
    let is_log_line = |line: &&&str| leading(line).is_some() || syslog::parse(line).is_some();
    lines.first().filter(|line| !is_log_line(line)).map(|_| delimiter)
}

/// How many fields a line has; what stands in quotes is one.
fn fields_of(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let is_cut = |b: &u8| {
        quoted ^= *b == b'"';
        *b == delimiter && !quoted
    };
    line.as_bytes().iter().copied().filter(is_cut).count() + 1
}
