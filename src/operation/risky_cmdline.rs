//! `risky-cmdline`: which command lines are suspicious, why, and which ATT&CK technique that is.
//!
//! The rules are data: `data/risky-commands.yaml`, and a file of the same name in the person's configuration beside it. A
//! row for each rule that a command line meets.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, derived, source_rows};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::risky::Rule;
use crate::model::{Note, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "risky-cmdline",
    doc: "Find suspicious command lines of Windows and Linux, each with the reason and the ATT&CK technique",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of command lines"),
        ParamSpec::optional(
            "rules",
            ParamKind::Text,
            "further rules in YAML, in the place of those in the configuration",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let name = column_of(step, input)?;
    let lines = Texts::of(input, &name)?;
    let process = input.column_with(&Role::PROCESS).filter(|c| c.name != *name).map(|c| Texts::of(input, &c.name));
    let process = process.transpose()?;
    let processes = process.as_ref().map_or_else(|| vec![None; input.n_rows()], Texts::values);
    let given = step.params.get("rules").map(|text| cx.library.risky_commands_with(text));
    let (rules, problems) = given.as_ref().unwrap_or_else(|| cx.library.risky_commands());
    let mut known: HashMap<(&str, Option<&str>), Vec<&Rule>> = HashMap::new();
    let (mut from, mut met): (Vec<u32>, Vec<(&Rule, &str)>) = (Vec::new(), Vec::new());
    let values = lines.values();
    cx.progress.set_total(values.len() as u64);
    for (row, (line, process)) in (0_u32..).zip(values.iter().zip(processes)) {
        if row.is_multiple_of(1 << 10) {
            if cx.cancel.is_requested() {
                return Err(Error::Cancelled);
            }
            cx.progress.set_done(u64::from(row));
        }
        let Some(line) = line else { continue };
        let found = known
            .entry((line, process))
            .or_insert_with(|| rules.iter().flat_map(|rules| rules.matches(line, process)).collect());
        from.extend(found.iter().map(|_| row));
        met.extend(found.iter().map(|rule| (*rule, *line)));
    }
    // The worst come first; within one severity the order is that of the rows.
    let mut rows: Vec<(u32, (&Rule, &str))> = from.into_iter().zip(met).collect();
    rows.sort_by_key(|(_, (rule, _))| std::cmp::Reverse(rule.severity));
    let (from, met): (Vec<u32>, Vec<(&Rule, &str)>) = rows.into_iter().unzip();
    let mut new = columns_of(&met);
    new.push(Column::new("src_index".into(), source_rows(input, &from)));
    let mut outcome = derived(cx, &format!("risky commands of {}", name_of(inputs)), input, &from, new)?;
    outcome.table.notes.extend(problems.iter().map(|problem| Note::new("risky-commands.yaml", problem)));
    // Another day's rules must not change what this step found.
    outcome.recorded =
        vec![("rules".to_owned(), step.params.get("rules").cloned().unwrap_or_else(|| cx.library.own_rules()))];
    Ok(outcome)
}

fn columns_of(met: &[(&Rule, &str)]) -> Vec<Column> {
    let text = |name: &str, of: fn(&(&Rule, &str)) -> String| {
        StringChunked::from_iter_values(name.into(), met.iter().map(of)).into_column()
    };
    vec![
        text("rule", |(rule, _)| rule.id.clone()),
        text("severity", |(rule, _)| rule.severity.as_str().to_owned()),
        text("technique", |(rule, _)| rule.technique.clone()),
        text("reason", |(rule, _)| rule.reason.clone()),
        text("platform", |(rule, _)| rule.platform.as_str().to_owned()),
        text("command_line", |(_, line)| (*line).to_owned()),
    ]
}
