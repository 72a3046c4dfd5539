//! `mask`: a table that can be shared. The same value always gets the same mask, so that rows can still be compared.
//!
//! The columns are masked in their place: the result does not hold what they held. Without a salt of the person's own one
//! is drawn by chance, and the step is recorded with it.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use polars::prelude::*;

use super::derived::{Texts, columns_of, laid_out, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::mask::{MaskKind, Masker};
use crate::model::{Note, Role, Step, Table, hex};

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
    // Text comes last: what was masked in other columns is masked in it, too.
    let (texts, plain): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| kind_of(step, input, name) == MaskKind::Text);
    let mut df = input.frame().clone();
    let (mut known, mut unchanged) = (Known::default(), Vec::new());
    for name in plain.into_iter().chain(texts) {
        let kind = kind_of(step, input, name);
        let values = Texts::of(input, name)?;
        let (distinct, places) = values.distinct();
        let inside = if kind == MaskKind::Text { known.search()? } else { None };
        let hidden = worked(cx, &distinct, |text| match &inside {
            Some(search) => masker.mask_text(text, &|rest| known.masked(search, rest)),
            None => masker.mask(kind, text),
        })?;
        if kind != MaskKind::Text {
            known.take(kind, &masker, &distinct);
        }
        unchanged.extend(note_on_unchanged(step, input, name, &distinct, &hidden));
        let values = laid_out(&hidden, &places).map(|text| text.map(String::as_str));
        df.with_column(StringChunked::from_iter_options(name.as_str().into(), values).into_column())?;
    }
    let mut table = cx.library.table(&format!("{} of {} masked", names.join(", "), name_of(inputs)), df);
    table.repeats_rows = input.repeats_rows;
    table.notes.extend(unchanged);
    table.notes.extend(note_on_others(input, &names));
    Ok(Outcome { recorded: vec![("salt".to_owned(), salt)], ..Outcome::of(table) })
}

/// What is as it was: a table is not safe to share because one of its columns is.
fn note_on_others(input: &Table, names: &[String]) -> Option<Note> {
    let others = input.columns.iter().map(|c| c.name.as_str()).filter(|name| !names.iter().any(|n| n == name));
    let others: Vec<&str> = others.collect();
    let shown = others.iter().copied().take(4).collect::<Vec<_>>().join(", ");
    let what = format!("masked: {}; NOT masked: {} other columns, {shown} ...", names.join(", "), others.len());
    (!others.is_empty()).then(|| Note::new(&input.name, what))
}

/// Names and addresses of masked columns, which must not stand in the clear inside texts.
#[derive(Default)]
struct Known {
    values: Vec<String>,
    masks: Vec<String>,
}

impl Known {
    /// Remembers the values of a column, of accounts also the names without their domains.
    fn take(&mut self, kind: MaskKind, masker: &Masker, distinct: &[&str]) {
        // A shorter name is a part of too many words.
        const SHORTEST: usize = 3;
        let bare = |text: &str| text.rsplit('\\').next().and_then(|name| name.split('@').next()).map(str::to_owned);
        for text in distinct {
            let forms = [Some((*text).trim().to_owned()), bare(text.trim()).filter(|_| kind == MaskKind::Account)];
            for form in forms.into_iter().flatten().filter(|form| form.len() >= SHORTEST) {
                let mask = masker.mask(kind, &form);
                if mask != form {
                    self.values.push(form);
                    self.masks.push(mask);
                }
            }
        }
    }

    fn search(&self) -> Result<Option<AhoCorasick>> {
        if self.values.is_empty() {
            return Ok(None);
        }
        let mut search = AhoCorasick::builder();
        search.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        search.build(&self.values).map(Some).map_err(|e| Error::Failed(e.to_string()))
    }

    /// A text with what is known masked wherever it stands as a whole word.
    fn masked(&self, search: &AhoCorasick, text: &str) -> String {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for hit in search.find_iter(text) {
            let (before, after) = (text.get(..hit.start()), text.get(hit.end()..));
            let (Some(before), Some(after)) = (before, after) else { continue };
            if is_word(before.chars().next_back()) || is_word(after.chars().next()) {
                continue;
            }
            out.push_str(text.get(done..hit.start()).unwrap_or_default());
            out.push_str(&self.masks[hit.pattern().as_usize()]);
            done = hit.end();
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
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
    let role = input.column(column).and_then(|c| c.role.as_ref()).map(Role::as_str);
    let word = match step.params.get("as").map_or("role", String::as_str) {
        "role" => role.unwrap_or("text"),
        word => word,
    };
    match word {
        "dns" => MaskKind::Host,
        word => MaskKind::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(MaskKind::Text),
    }
}
