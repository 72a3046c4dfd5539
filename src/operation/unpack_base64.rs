//! `unpack-base64`: what is hidden in the cells of a column, layer by layer.
//!
//! Base64 in all its forms, hexadecimal and percent-encoded text, and the archives inside them. See
//! [`crate::analysis::decode`] for what counts as a payload. Nothing is written to disk, and names of members are only
//! shown.

use std::borrow::Cow;
use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, derived, source_rows, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
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
    let (distinct, places) = texts.distinct();
    let unpacked = worked(cx, &distinct, |text| unpack(text, &mut Budget::new(Limits::default(), cx.cancel)))?;
    let mut from = Vec::new();
    let mut found: Vec<(&Finding, Option<&str>)> = Vec::new();
    for (row, place) in (0_u32..).zip(&places) {
        let Some(Unpacked { findings, full }) = place.and_then(|place| unpacked.get(place as usize)) else { continue };
        from.extend(findings.iter().map(|_| row));
        // A long text stands only beside the first of its payloads, since it may hold very many.
        let is_shown = |at: usize| at == 0 || full.len() <= LONGEST_REPEATED;
        found.extend((0..).zip(findings).map(|(at, finding)| (finding, is_shown(at).then_some(full.as_str()))));
    }
    let rows = source_rows(input, &from);
    let name = format!("decoded from {}", name_of(inputs));
    let notes = notes(&name, &found);
    let mut outcome = derived(cx, &name, input, &from, columns_of(&found, &rows))?;
    outcome.table.notes.extend(notes);
    Ok(outcome)
}

/// Bytes of a cell's decoded text that are repeated beside each of its payloads.
const LONGEST_REPEATED: usize = 16 << 10;

fn notes(about: &str, found: &[(&Finding, Option<&str>)]) -> Option<Note> {
    let cut = found.iter().filter(|(finding, _)| finding.truncated.is_some()).count();
    let what = format!("{cut} payloads are not whole here: the column truncated says why");
    (cut > 0).then(|| Note::counted(about, what, cut as u64).in_column("truncated"))
}

/// The columns, those that MSTICPy has too first and by its names.
fn columns_of<'a>(found: &[(&'a Finding, Option<&str>)], rows: &[i64]) -> Vec<Column> {
    let text = |name: &str, of: &dyn Fn(&'a Finding) -> Option<Cow<'a, str>>| {
        let values = found.iter().map(|(finding, _)| of(finding));
        StringChunked::from_iter_options(name.into(), values).into_column()
    };
    let of = |text: &'a str| Some(Cow::Borrowed(text));
    let number = |name: &str, of: &dyn Fn(&Finding) -> Option<i64>| {
        let values = found.iter().map(|(finding, _)| of(finding));
        Int64Chunked::from_iter_options(name.into(), values).into_column()
    };
    let count = |n: usize| i64::try_from(n).ok();
    let full = found.iter().map(|(_, full)| *full);
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
        text("printable_bytes", &|f| Some(Cow::Owned(parted_hex(&f.bytes, " ")))),
        Column::new("src_index".into(), rows),
        StringChunked::from_iter_options("full_decoded_string".into(), full).into_column(),
        number("depth", &|f| Some(i64::from(f.depth))),
        text("parent", &|f| f.parent.as_deref().map(Cow::Borrowed)),
        number("offset", &|f| count(f.offset?)),
        text("container", &|f| of(f.container.as_str())),
        number("size", &|f| count(f.size)),
        Float64Chunked::from_iter_values("entropy".into(), found.iter().map(|(f, _)| f.entropy)).into_column(),
        text("truncated", &|f| f.truncated.as_deref().map(Cow::Borrowed)),
    ]
}
