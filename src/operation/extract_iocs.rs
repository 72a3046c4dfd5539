//! `extract-iocs`: the indicators of compromise in the cells of one or more columns.
//!
//! What each type is, and what is not one, is said in [`crate::analysis::ioc`]. Indicators that were written defanged are
//! found as they stand and shown live in the column `refanged`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::behind::{Behind, any_of, holds, searched};
use super::derived::{Texts, columns_of, derived, source_rows, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::ioc::{self, CustomType, Ioc, IocType, Names, Wanted};
use crate::analysis::sql_text::{literal, name};
use crate::model::{Kind, Note, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "extract-iocs",
    doc: "Find indicators in one or more columns: addresses, names, URLs, e-mail, hashes, paths and more",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "whose cells are searched; several, parted by commas"),
        ParamSpec::optional(
            "types",
            ParamKind::Text,
            "such as url,ipv4,sha256_hash; all but paths and guid where it is empty, 'all' for every type",
        ),
        ParamSpec::optional("unique", ParamKind::Flag, "each indicator once, with count, first and last seen"),
        ParamSpec::optional(
            "names",
            ParamKind::Choice(&["strict", "all"]),
            "all: setup.py and System.Net count as names, too",
        ),
        ParamSpec::optional("custom", ParamKind::Text, "the types of config.yaml, as they are when the step is done"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let columns = columns_of(step, input)?;
    let search = Search::of(cx, step)?;
    let texts = columns.iter().map(|column| Texts::of(input, column)).collect::<Result<Vec<_>>>()?;
    let mut hits = Hits::default();
    for (n, texts) in texts.iter().enumerate() {
        let (distinct, places) = texts.to_work_on();
        let found = worked(cx, &distinct, |text| search.found(cx, text, &mut hits.n_cut))?;
        hits.take(n, &distinct, &places, found);
    }
    hits.rows.sort_by_key(|hit| hit.row);
    let name = format!("indicators of {}", name_of(inputs));
    let cut = (hits.n_cut > 0).then(|| {
        let what = format!("{} cells were searched for your own types only in part: they took too long", hits.n_cut);
        Note::counted(&name, what, hits.n_cut as u64)
    });
    let unique = step.params.contains_key("unique");
    let mut outcome =
        if unique { counted(cx, &name, input, &hits)? } else { listed(cx, &name, input, &columns, &hits)? };
    outcome.table.notes.extend(cut);
    // Another day's configuration must not change what this step found.
    outcome.recorded = vec![("custom".to_owned(), json_of_custom(&search.custom))];
    Ok(outcome)
}

/// What is looked for.
struct Search {
    wanted: Wanted,
    custom: Vec<CustomType>,
}

impl Search {
    fn of(cx: &Cx<'_>, step: &Step) -> Result<Self> {
        let complain = |why: String| Error::Parameter { operation: step.operation.clone(), why };
        let custom = match step.params.get("custom") {
            Some(json) => custom_of_json(json).map_err(complain)?,
            None => cx.library.ioc_types.clone(),
        };
        let names = if step.params.get("names").is_some_and(|n| n == "all") { Names::All } else { Names::Strict };
        let asked = step.params.get("types").map(String::as_str).unwrap_or_default();
        let (mut types, mut chosen) = (Vec::new(), Vec::new());
        if !asked.is_empty() && asked.split(',').all(|word| word.trim().is_empty()) {
            return Err(complain("--types: no type is named".to_owned()));
        }
        for word in asked.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match (word, IocType::named(word), custom.iter().find(|c| c.name == word)) {
                ("all", ..) => types.extend(IocType::ALL),
                (_, Some(kind), _) => types.push(kind),
                (_, None, Some(custom)) => chosen.push(custom.clone()),
                _ => {
                    let known: Vec<&str> = IocType::ALL.iter().map(|t| t.id()).collect();
                    return Err(complain(format!(
                        "--types: there is no type '{word}'; there are {}",
                        known.join(", ")
                    )));
                }
            }
        }
        let is_asked = !types.is_empty() || !chosen.is_empty();
        let wanted = if is_asked { Wanted::of(&types) } else { Wanted::default() };
        let takes_all = !is_asked || types.len() >= IocType::ALL.len();
        Ok(Self { wanted: wanted.with_names(names), custom: if takes_all { custom } else { chosen } })
    }

    fn found<'t>(&self, cx: &Cx<'_>, text: &'t str, n_cut: &mut usize) -> Vec<Ioc<'t>> {
        let mut found = ioc::extract(text, &self.wanted);
        if !self.custom.is_empty() {
            let (more, cut) = ioc::extract_custom(text, &self.custom, &|| cx.cancel.is_requested());
            *n_cut += usize::from(cut);
            found.extend(more);
            found.sort_by_key(|ioc| ioc.offset);
        }
        found
    }
}

/// A type of the person's own, as a step is recorded with it.
#[derive(Serialize, Deserialize)]
struct Recorded {
    name: String,
    regex: String,
    priority: i32,
    group: Option<String>,
}

/// The person's own types as text for the journal.
fn json_of_custom(types: &[CustomType]) -> String {
    let recorded = |custom: &CustomType| Recorded {
        name: custom.name.clone(),
        regex: custom.regex.as_str().to_owned(),
        priority: custom.priority,
        group: custom.group.clone(),
    };
    serde_json::to_string(&types.iter().map(recorded).collect::<Vec<_>>()).unwrap_or_default()
}

fn custom_of_json(json: &str) -> std::result::Result<Vec<CustomType>, String> {
    let recorded: Vec<Recorded> = serde_json::from_str(json).map_err(|e| format!("--custom: {e}"))?;
    recorded.into_iter().map(|r| CustomType::new(r.name, &r.regex, r.priority, r.group)).collect()
}

/// One indicator in one row.
struct Hit {
    row: u32,
    /// Which of the columns that were searched.
    column: usize,
    ioc: u32,
}

/// All that was found; the indicators of a cell are held once, however many rows have that cell.
#[derive(Default)]
struct Hits<'a> {
    rows: Vec<Hit>,
    iocs: Vec<Ioc<'a>>,
    inputs: Vec<Cow<'a, str>>,
    /// For each indicator the input that is shown beside it.
    input_of: Vec<u32>,
    n_cut: usize,
}

impl<'a> Hits<'a> {
    fn take(&mut self, column: usize, distinct: &[&'a str], places: &[Option<u32>], found: Vec<Vec<Ioc<'a>>>) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        // For each distinct cell the range of its indicators.
        let mut cells = Vec::with_capacity(found.len());
        for (text, iocs) in distinct.iter().zip(found) {
            let first = number(self.iocs.len());
            self.take_inputs(text, &iocs);
            self.iocs.extend(iocs);
            cells.push(first..number(self.iocs.len()));
        }
        for (row, place) in (0_u32..).zip(places) {
            let Some(range) = place.and_then(|place| cells.get(place as usize)) else { continue };
            self.rows.extend(range.clone().map(|ioc| Hit { row, column, ioc }));
        }
    }

    /// What stands beside each indicator as its input: the cell, which all of them share, or of a cell that is long the
    /// part around each, since a long cell may hold very many.
    fn take_inputs(&mut self, text: &'a str, iocs: &[Ioc<'a>]) {
        const LONGEST: usize = 16 << 10;
        const AROUND: usize = 1 << 10;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        if text.len() <= LONGEST {
            self.input_of.extend(iocs.iter().map(|_| number(self.inputs.len())));
            self.inputs.extend((!iocs.is_empty()).then_some(Cow::Borrowed(text)));
            return;
        }
        for ioc in iocs {
            let start = text.floor_char_boundary(ioc.offset.saturating_sub(AROUND));
            let end = text.floor_char_boundary(ioc.offset.saturating_add(AROUND));
            self.input_of.push(number(self.inputs.len()));
            let part = text.get(start..end).unwrap_or_default();
            self.inputs.push(Cow::Owned(format!("...{part}...")));
        }
    }

    fn ioc(&self, hit: &Hit) -> &Ioc<'a> {
        &self.iocs[hit.ioc as usize]
    }
}

fn texts<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

/// One row for each indicator in each cell.
fn listed(cx: &Cx<'_>, name: &str, input: &Table, columns: &[String], hits: &Hits<'_>) -> Result<Outcome> {
    let from: Vec<u32> = hits.rows.iter().map(|hit| hit.row).collect();
    let rows = source_rows(input, &from);
    let each = || hits.rows.iter();
    let mut new = vec![
        texts("IoCType", each().map(|hit| hits.ioc(hit).kind.id())),
        texts("Observable", each().map(|hit| hits.ioc(hit).observable)),
        Column::new("SourceIndex".into(), rows),
        inputs_of(hits)?,
        texts("refanged", each().map(|hit| &*hits.ioc(hit).refanged)),
    ];
    if columns.len() > 1 {
        new.push(texts("column", each().map(|hit| columns[hit.column].as_str())));
    }
    derived(cx, name, input, &from, new)
}

/// The texts beside the indicators; rows of one cell share its text.
fn inputs_of(hits: &Hits<'_>) -> Result<Column> {
    let inputs = texts("Input", hits.inputs.iter().map(AsRef::as_ref));
    let places = hits.rows.iter().map(|hit| hits.input_of[hit.ioc as usize]).collect();
    Ok(inputs.take(&IdxCa::from_vec("row".into(), places))?)
}

/// One row for each indicator, in the order in which they are first met.
fn counted(cx: &Cx<'_>, name: &str, input: &Table, hits: &Hits<'_>) -> Result<Outcome> {
    let time = input.column_with(&Role::TIME).filter(|c| c.kind == Kind::Time).map(|c| input.frame().column(&c.name));
    let times = time.transpose()?.map(|c| c.as_materialized_series().to_physical_repr().into_owned());
    let times = times.as_ref().and_then(|series| series.i64().ok());
    let mut known: HashMap<(&str, Cow<'_, str>), usize> = HashMap::new();
    let mut met: Vec<Met<'_>> = Vec::new();
    for hit in &hits.rows {
        let ioc = hits.ioc(hit);
        let at = *known.entry((ioc.kind.id(), ioc.same_for_all())).or_insert_with(|| {
            met.push(Met { ioc, count: 0, newest: None, first: None, last: None, rows: Vec::new() });
            met.len() - 1
        });
        met[at].add((hit.row, hit.column), times.and_then(|times| times.get(hit.row as usize)));
    }
    let rows = |met: &Met<'_>| {
        let shown = source_rows(input, &met.rows).iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        if met.rows.len() < Met::MOST_ROWS { shown } else { format!("{shown} ...") }
    };
    let rows: Vec<String> = met.iter().map(rows).collect();
    let moments = |name: &str, of: &dyn Fn(&Met<'_>) -> Option<i64>| {
        let micros = Int64Chunked::from_iter_options(name.into(), met.iter().map(of)).into_column();
        micros.cast(&DataType::Datetime(TimeUnit::Microseconds, None))
    };
    let df = DataFrame::new(
        met.len(),
        vec![
            texts("IoCType", met.iter().map(|m| m.ioc.kind.id())),
            texts("Observable", met.iter().map(|m| m.ioc.observable)),
            texts("refanged", met.iter().map(|m| &*m.ioc.refanged)),
            Column::new("count".into(), met.iter().map(|m| m.count).collect::<Vec<_>>()),
            moments("first_seen", &|m| m.first)?,
            moments("last_seen", &|m| m.last)?,
            texts("rows", rows.iter().map(String::as_str)),
        ],
    )?;
    let note = note_on_rows(name, &met);
    Ok(Outcome::of(cx.library.table(name, df).with_notes(note.into_iter().collect())))
}

fn note_on_rows(about: &str, met: &[Met<'_>]) -> Option<Note> {
    let n_cut = met.iter().filter(|met| met.rows.len() == Met::MOST_ROWS).count();
    let most = Met::MOST_ROWS;
    let what = format!("{n_cut} indicators have more rows than the {most} that are listed; '.' goes to all of them");
    (n_cut > 0).then(|| Note::counted(about, what, n_cut as u64).in_column("rows"))
}

/// The rows that hold a counted indicator.
pub(super) fn behind(step: &Step, counted: &Table, row: usize) -> Option<Behind> {
    let text = |name: &str| counted.full_text(row, counted.column(name)?);
    let (columns, kind, refanged) = (searched(step)?, text("IoCType")?, text("refanged")?);
    // Without --unique the rows have an origin of their own.
    counted.column("count")?;
    if IocType::named(&kind).is_none() || step.params.get("names").is_some_and(|names| names == "all") {
        return Some(Behind { input: 0, chip: holds(&columns, &refanged) });
    }
    let has = |column: &String| format!("has_ioc({}, {}, {})", name(column), literal(&kind), literal(&refanged));
    let chip = any_of(&columns, has, format!("{} has {kind} {refanged}", columns.join(", ")));
    Some(Behind { input: 0, chip })
}

/// An indicator and where it was met.
struct Met<'a> {
    ioc: &'a Ioc<'a>,
    /// Cells that hold it.
    count: i64,
    /// The row and column that was counted last.
    newest: Option<(u32, usize)>,
    first: Option<i64>,
    last: Option<i64>,
    /// The first of the rows that hold it.
    rows: Vec<u32>,
}

impl Met<'_> {
    /// So many rows are named.
    const MOST_ROWS: usize = 10_000;

    fn add(&mut self, (row, column): (u32, usize), time: Option<i64>) {
        // A cell may hold it in several ways of writing.
        if self.newest.replace((row, column)) == Some((row, column)) {
            return;
        }
        self.count += 1;
        if self.rows.len() < Self::MOST_ROWS && self.rows.last() != Some(&row) {
            self.rows.push(row);
        }
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }
}
