//! `mask`: a table that can be shared. The same value always gets the same mask, so that rows can still be compared.
//!
//! The columns are masked in their place: the result does not hold what they held. Without a salt of the person's own one
//! is drawn by chance, and the step is recorded with it.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, columns_of, laid_out, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::mask::{MaskKind, Masker};
use crate::model::{Note, Step, Table, hex};

pub const OPERATION: Operation = Operation {
    id: "mask",
    doc: "Mask addresses, accounts, hosts, SIDs and GUIDs in columns, the same value always the same way, for sharing",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the columns to mask; several, parted by commas"),
        ParamSpec::optional(
            "as",
            ParamKind::Choice(&["role", "ip", "account", "host", "sid", "guid", "text", "redact"]),
            "what they hold: by the column's role as it is; text masks what is found inside; redact leaves nothing",
        ),
        ParamSpec::optional(
            "salt",
            ParamKind::Text,
            "a secret; the same secret gives the same masks in other tables; the journal keeps it: do not share that",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let salt = match step.params.get("salt") {
        Some(salt) => salt.clone(),
        None => drawn()?,
    };
    let masker = Masker::new(salt.as_bytes());
    let names = columns_of(step, input)?;
    let mut df = input.frame().clone();
    let mut unchanged = Vec::new();
    for name in &names {
        let kind = kind_of(step, input, name);
        let texts = Texts::of(input, name)?;
        let (distinct, places) = texts.distinct();
        let masked = worked(cx, &distinct, |text| masker.mask(kind, text))?;
        unchanged.extend(note_on_unchanged(step, input, name, &distinct, &masked));
        let values = laid_out(&masked, &places).map(|text| text.map(String::as_str));
        let column = StringChunked::from_iter_options(name.as_str().into(), values).into_column();
        df.with_column(column)?;
    }
    let others: Vec<&str> = input
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .filter(|name| !names.iter().any(|masked| masked == name))
        .collect();
    let mut table = cx.library.table(&format!("{} of {} masked", names.join(", "), name_of(inputs)), df);
    table.repeats_rows = input.repeats_rows;
    table.notes.extend(unchanged);
    if !others.is_empty() {
        let shown: Vec<&str> = others.iter().copied().take(4).collect();
        let what = format!(
            "masked: {}; NOT masked: {} other columns, {} ...",
            names.join(", "),
            others.len(),
            shown.join(", ")
        );
        table.notes.push(Note::new(&input.name, what));
    }
    Ok(Outcome { recorded: vec![("salt".to_owned(), salt)], ..Outcome::of(table) })
}

/// What is in clear after masking: what is no secret, such as SYSTEM or 127.0.0.1, and what nobody could tell from a word.
fn note_on_unchanged(step: &Step, input: &Table, name: &str, distinct: &[&str], masked: &[String]) -> Option<Note> {
    let is_same = |(text, mask): &(&&str, &String)| text.trim() == mask.trim() && !text.trim().is_empty();
    let n_same = distinct.iter().zip(masked).filter(is_same).count();
    let first = distinct.iter().zip(masked).find(is_same)?.0;
    let shown: String = first.chars().take(24).collect();
    let advice = if step.params.contains_key("as") { "" } else { "; say with 'as' what the column holds" };
    let what = format!("{n_same} of {} values of {name} are as they were, such as '{shown}'{advice}", distinct.len());
    Some(Note::counted(&input.name, what, n_same as u64).in_column(name))
}

fn drawn() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::Failed(format!("no secret can be drawn: {e}; give --salt")))?;
    Ok(hex(&bytes))
}

fn kind_of(step: &Step, input: &Table, column: &str) -> MaskKind {
    let role = input.column(column).and_then(|c| c.role.as_ref()).map(|role| role.as_str());
    let word = match step.params.get("as").map_or("role", String::as_str) {
        "role" => role.unwrap_or("text"),
        word => word,
    };
    match word {
        "dns" => MaskKind::Host,
        word => MaskKind::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(MaskKind::Text),
    }
}
