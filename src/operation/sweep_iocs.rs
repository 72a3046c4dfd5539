//! `sweep-iocs`: where the indicators of a report stand in tables.
//!
//! The report may be defanged or not. Every text column of every table is searched for all indicators at once; an indicator
//! counts where it stands as a whole: `10.0.0.1` is not in `10.0.0.11`, while `example.net` is in `www.example.net` and in
//! every URL of that host. What is found nowhere is listed too.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use polars::prelude::*;

use super::behind::{Behind, holds};
use super::derived::{Texts, every_row, source_rows, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result};
use crate::analysis::ioc::{self, Ioc, IocType, Sought, Wanted};
use crate::analysis::ip;
use crate::model::{Evidence, Kind, Note, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "sweep-iocs",
    doc: "Find the indicators of a report, defanged or not, in one or more tables: counts, first and last seen",
    inputs: Inputs::Many,
    params: &[
        ParamSpec::optional("report", ParamKind::Path, "the path of the report"),
        ParamSpec::optional("text", ParamKind::Text, "the report itself"),
        ParamSpec::optional("types", ParamKind::Text, "such as url,ipv4; all but paths and guid where it is empty"),
    ],
    run,
};

/// More indicators than these are not searched for at once.
const MOST: usize = 50_000;

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let (report, opened) = report(cx, step)?;
    let mut iocs = indicators(step, &report)?;
    let n_left = iocs.len().saturating_sub(MOST);
    iocs.truncate(MOST);
    // An address of IPv6 is sought in its shortest form, too.
    let shortest = |ioc: &Ioc| ip::facts(&ioc.refanged).map(|facts| facts.address.to_string());
    for ioc in &mut iocs {
        if let Some(shortest) = shortest(ioc) {
            ioc.refanged = shortest.into();
        }
    }
    let sought = Sought::new(iocs.iter().map(|ioc| &*ioc.refanged)).map_err(Error::Failed)?;
    let names = names_of(inputs);
    let mut rows = Vec::new();
    for (table, name) in inputs.iter().zip(&names) {
        for column in table.columns.iter().filter(|c| matches!(c.kind, Kind::Text | Kind::Nested) && !repeats(&c.name))
        {
            rows.extend(swept(cx, &sought, table, name, &column.name)?);
        }
    }
    rows.sort_by(|a, b| (a.ioc, &a.table, &a.column).cmp(&(b.ioc, &b.table, &b.column)));
    let met: HashSet<usize> = rows.iter().map(|row| row.ioc).collect();
    let missing = (0..iocs.len()).filter(|at| !met.contains(at)).map(Sighting::nowhere);
    rows.extend(missing.collect::<Vec<_>>());
    let mut table = cx.library.table("sweep", frame(&iocs, &rows)?);
    if n_left > 0 {
        let what = format!("{n_left} indicators were not sought: {MOST} are the most at once; part the report");
        table.notes.push(Note::counted("sweep", what, n_left as u64));
    }
    Ok(Outcome { opened, ..Outcome::of(table) })
}

/// The tables by name; of several with one name the further ones are numbered.
fn names_of(tables: &[Arc<Table>]) -> Vec<String> {
    let numbered =
        |(at, table): (usize, &Arc<Table>)| match tables[..at].iter().filter(|t| t.name == table.name).count() {
            0 => table.name.clone(),
            n => format!("{} ({})", table.name, n + 1),
        };
    tables.iter().enumerate().map(numbered).collect()
}

/// The rows that hold a sighting's indicator.
pub(super) fn behind(inputs: &[Arc<Table>], counted: &Table, row: usize) -> Option<Behind> {
    let text = |name: &str| counted.full_text(row, counted.column(name)?);
    let (table, column, observable) = (text("table")?, text("column")?, text("Observable")?);
    let input = names_of(inputs).iter().position(|name| *name == table)?;
    Some(Behind { input, chip: holds(&[column], &observable) })
}

/// Columns of decoded payloads that say again what another one of the row says.
fn repeats(column: &str) -> bool {
    ["full_decoded_string", "input_bytes", "original_string", "printable_bytes"].contains(&column)
}

fn report(cx: &Cx<'_>, step: &Step) -> Result<(String, Vec<Evidence>)> {
    match (step.params.get("report"), step.params.get("text")) {
        (Some(path), None) => Ok(cx.library.read_list(path)?),
        (None, Some(text)) => Ok((text.clone(), Vec::new())),
        _ => Err(Error::Parameter {
            operation: step.operation.clone(),
            why: "say either --report, the path of a report, or --text, the report itself".to_owned(),
        }),
    }
}

/// The indicators of a report, each once, in its order.
fn indicators<'a>(step: &Step, report: &'a str) -> Result<Vec<Ioc<'a>>> {
    let asked = step.params.get("types").map(String::as_str).unwrap_or_default();
    let named = asked.split(',').map(str::trim).filter(|word| !word.is_empty());
    let types: Vec<IocType> = named
        .map(|word| {
            IocType::named(word).ok_or_else(|| Error::Failed(format!("there is no type of indicator '{word}'")))
        })
        .collect::<Result<_>>()?;
    let wanted = if types.is_empty() { Wanted::default() } else { Wanted::of(&types) };
    let mut iocs = ioc::extract(report, &wanted);
    let mut known = HashSet::new();
    iocs.retain(|ioc| known.insert(ioc.refanged.to_lowercase()));
    if iocs.is_empty() {
        return Err(Error::Failed("the report holds no indicator; paste its text, or name its file".to_owned()));
    }
    Ok(iocs)
}

/// One indicator in one column of one table.
struct Sighting {
    ioc: usize,
    table: Option<String>,
    column: Option<String>,
    count: i64,
    first: Option<i64>,
    last: Option<i64>,
    /// The first row that holds it, as it is counted in its evidence, from zero.
    first_row: Option<i64>,
}

impl Sighting {
    const fn nowhere(ioc: usize) -> Self {
        Self { ioc, table: None, column: None, count: 0, first: None, last: None, first_row: None }
    }

    fn add(&mut self, row: i64, time: Option<i64>) {
        self.count += 1;
        self.first_row = self.first_row.or(Some(row));
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }
}

/// Every indicator that stands in a column.
fn swept(cx: &Cx<'_>, sought: &Sought, table: &Table, name: &str, column: &str) -> Result<Vec<Sighting>> {
    let texts = Texts::of(table, column)?;
    let (distinct, places) = texts.distinct();
    let found: Vec<Vec<usize>> = worked(cx, &distinct, |text| sought.in_text(text))?;
    if found.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let times = table.column_with(&Role::TIME).filter(|c| c.kind == Kind::Time).map(|c| table.frame().column(&c.name));
    let times = times.transpose()?.map(|c| c.as_materialized_series().to_physical_repr().into_owned());
    let times = times.as_ref().and_then(|series| series.i64().ok());
    let rows = source_rows(table, &every_row(table));
    let mut sightings: HashMap<usize, Sighting> = HashMap::new();
    for (row, place) in (0_u32..).zip(&places) {
        let Some(iocs) = place.and_then(|place| found.get(place as usize)) else { continue };
        for ioc in iocs {
            let sighting = sightings.entry(*ioc).or_insert_with(|| {
                let (table, column) = (Some(name.to_owned()), Some(column.to_owned()));
                Sighting { table, column, ..Sighting::nowhere(*ioc) }
            });
            sighting.add(rows[row as usize], times.and_then(|times| times.get(row as usize)));
        }
    }
    Ok(sightings.into_values().collect())
}

fn frame(iocs: &[Ioc], rows: &[Sighting]) -> Result<DataFrame> {
    let ioc = |row: &Sighting, of: for<'a> fn(&'a Ioc<'_>) -> &'a str| iocs.get(row.ioc).map(|ioc| of(ioc).to_owned());
    let text = |name: &str, of: &dyn Fn(&Sighting) -> Option<String>| {
        StringChunked::from_iter_options(name.into(), rows.iter().map(of)).into_column()
    };
    let moments = |name: &str, of: fn(&Sighting) -> Option<i64>| {
        let micros = Int64Chunked::from_iter_options(name.into(), rows.iter().map(of)).into_column();
        micros.cast(&DataType::Datetime(TimeUnit::Microseconds, None))
    };
    let columns = vec![
        text("IoCType", &|row| ioc(row, |i| i.kind.id())),
        text("Observable", &|row| ioc(row, |i| &i.refanged)),
        text("table", &|row| row.table.clone()),
        text("column", &|row| row.column.clone()),
        Column::new("count".into(), rows.iter().map(|row| row.count).collect::<Vec<_>>()),
        moments("first_seen", |row| row.first)?,
        moments("last_seen", |row| row.last)?,
        Int64Chunked::from_iter_options("first_row".into(), rows.iter().map(|row| row.first_row)).into_column(),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}
