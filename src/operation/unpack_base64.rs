//! `unpack-base64`: what is hidden in the cells of a column, layer by layer.
//!
//! Base64 in all its forms, hexadecimal and percent-encoded text, and the archives inside them. See
//! [`crate::analysis::decode`] for what counts as a payload. Nothing is written to disk, and names of members are only
//! shown.

use std::borrow::Cow;
use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, derived, source_rows};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::decode::{Finding, Unpacked, unpack};
use crate::model::{Budget, Limits, Note, Step, Table, hex, parted_hex};

pub const OPERATION: Operation = Operation {
    id: "unpack-base64",
    doc: "Decode what is hidden in a column: base64, hexadecimal, percent-encoding, archives, layer by layer",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "whose cells are looked into")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.to_work_on();
    let mut cells = Cells::new(distinct, &places);
    cx.progress.set_total(places.len() as u64);
    let (mut from, mut columns, mut n_cut) = (Vec::new(), columns_of(&[], &[]), 0);
    for (start, places) in (0_u32..).step_by(BATCH).zip(places.chunks(BATCH)) {
        cells.unpack(cx, places)?;
        let found = cells.found(places);
        let rows: Vec<u32> = found.iter().map(|found| start + found.row).collect();
        for (column, more) in columns.iter_mut().zip(columns_of(&found, &source_rows(input, &rows))) {
            column.append_owned(more)?;
        }
        n_cut += found.iter().filter(|found| found.finding.truncated.is_some()).count();
        from.extend(rows);
        cells.let_go(places);
        cx.progress.set_done(u64::from(start) + places.len() as u64);
    }
    let name = format!("decoded from {}", name_of(inputs));
    let columns = columns.into_iter().map(|column| column.rechunk()).collect();
    let mut outcome = derived(cx, &name, input, &from, columns)?;
    let what = format!("{n_cut} payloads are not whole here: the column truncated says why");
    let cut = (n_cut > 0).then(|| Note::counted(&name, what, n_cut as u64).in_column("truncated"));
    outcome.table.notes.extend(cut);
    Ok(outcome)
}

/// Rows that are worked on at a time. What was found in them is let go of when their columns are made, for it takes more
/// room than those.
const BATCH: usize = 1_024;

/// Bytes of a cell's decoded text that are repeated beside each of its payloads.
const LONGEST_REPEATED: usize = 16 << 10;

/// The distinct cells, and what was found in those of them that rows to come hold as well.
struct Cells<'a> {
    texts: Vec<&'a str>,
    unpacked: Vec<Option<Unpacked>>,
    /// How many rows that are not done yet hold each cell.
    n_ahead: Vec<u32>,
}

/// A payload in a row of a batch.
struct Found<'a> {
    row: u32,
    finding: &'a Finding,
    full: Option<&'a str>,
}

impl<'a> Cells<'a> {
    fn new(texts: Vec<&'a str>, places: &[Option<u32>]) -> Self {
        let mut n_ahead = vec![0; texts.len()];
        for place in places.iter().flatten() {
            n_ahead[*place as usize] += 1;
        }
        let unpacked = texts.iter().map(|_| None).collect();
        Self { texts, unpacked, n_ahead }
    }

    fn unpack(&mut self, cx: &Cx<'_>, places: &[Option<u32>]) -> Result<()> {
        for place in places.iter().flatten().map(|place| *place as usize) {
            if self.unpacked[place].is_none() {
                if cx.cancel.is_requested() {
                    return Err(Error::Cancelled);
                }
                let mut budget = Budget::new(Limits::default(), cx.cancel);
                self.unpacked[place] = Some(unpack(self.texts[place], &mut budget));
            }
        }
        Ok(())
    }

    fn found(&self, places: &[Option<u32>]) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        for (row, place) in (0..).zip(places) {
            let Some(Unpacked { findings, full }) = place.and_then(|place| self.unpacked[place as usize].as_ref())
            else {
                continue;
            };
            // A long text stands only beside the first of its payloads, since it may hold very many.
            let is_shown = |at: usize| at == 0 || full.len() <= LONGEST_REPEATED;
            let full = |at: usize| is_shown(at).then_some(full.as_str());
            found.extend((0..).zip(findings).map(|(at, finding)| Found { row, finding, full: full(at) }));
        }
        found
    }

    fn let_go(&mut self, places: &[Option<u32>]) {
        for place in places.iter().flatten().map(|place| *place as usize) {
            self.n_ahead[place] -= 1;
            if self.n_ahead[place] == 0 {
                self.unpacked[place] = None;
            }
        }
    }
}

/// The columns, those that MSTICPy has too first and by its names.
fn columns_of<'a>(found: &[Found<'a>], rows: &[i64]) -> Vec<Column> {
    let text = |name: &str, of: &dyn Fn(&'a Finding) -> Option<Cow<'a, str>>| {
        let values = found.iter().map(|found| of(found.finding));
        StringChunked::from_iter_options(name.into(), values).into_column()
    };
    let of = |text: &'a str| Some(Cow::Borrowed(text));
    let number = |name: &str, of: &dyn Fn(&Finding) -> Option<i64>| {
        let values = found.iter().map(|found| of(found.finding));
        Int64Chunked::from_iter_options(name.into(), values).into_column()
    };
    let count = |n: usize| i64::try_from(n).ok();
    let full = found.iter().map(|found| found.full);
    vec![
        text("reference", &|f| of(&f.reference)),
        text("original_string", &|f| of(&f.original)),
        text("file_name", &|f| of(f.file_name.as_deref().unwrap_or("unknown"))),
        text("file_type", &|f| f.file_type.map(Cow::Borrowed)),
        text("input_bytes", &|f| Some(Cow::Owned(hex(&f.bytes)))),
        text("decoded_string", &|f| f.text.as_deref().map(Cow::Borrowed)),
        text("encoding_type", &|f| of(f.encoding.as_str())),
        text("md5", &|f| of(&f.md5)),
        text("sha1", &|f| of(&f.sha1)),
        text("sha256", &|f| of(&f.sha256)),
        text("printable_bytes", &|f| Some(Cow::Owned(parted_hex(&f.bytes, b' ')))),
        Column::new("src_index".into(), rows),
        StringChunked::from_iter_options("full_decoded_string".into(), full).into_column(),
        number("depth", &|f| Some(i64::from(f.depth))),
        text("parent", &|f| f.parent.as_deref().map(Cow::Borrowed)),
        number("offset", &|f| count(f.offset?)),
        text("container", &|f| of(f.container.as_str())),
        number("size", &|f| count(f.size)),
        Float64Chunked::from_iter_values("entropy".into(), found.iter().map(|found| found.finding.entropy))
            .into_column(),
        text("truncated", &|f| f.truncated.as_deref().map(Cow::Borrowed)),
    ]
}
