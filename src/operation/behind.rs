//! From a counted row to the rows that it counts: the filter that its values imply.

use std::sync::Arc;

use super::{columns, extract_iocs, resample, sweep_iocs};
use crate::analysis::sql_text::{literal, name};
use crate::model::{Chip, Step, Table};

/// The rows that a row of a result was counted from.
#[derive(Debug, PartialEq, Eq)]
pub struct Behind {
    /// Which of the step's inputs they are rows of.
    pub input: usize,
    /// The filter that keeps them.
    pub chip: Chip,
}

/// What a row of a step's result counts; None where the step counts nothing, or where no filter says it.
pub fn behind(step: &Step, inputs: &[Arc<Table>], counted: &Table, row: usize) -> Option<Behind> {
    match step.operation.as_str() {
        "extract-iocs" => extract_iocs::behind(step, counted, row),
        "resample" => resample::behind(step, inputs.first()?, counted, row),
        "sweep-iocs" => sweep_iocs::behind(inputs, counted, row),
        _ => None,
    }
}

/// The rows in which one of the columns holds an indicator.
pub(super) fn holds(columns: &[String], indicator: &str) -> Chip {
    let holds = |column: &String| format!("holds({}, {})", name(column), literal(indicator));
    any_of(columns, holds, format!("{} holds {indicator}", columns.join(", ")))
}

/// The rows in which one of the columns meets a condition.
pub(super) fn any_of(columns: &[String], condition: impl Fn(&String) -> String, label: String) -> Chip {
    let conditions: Vec<String> = columns.iter().map(condition).collect();
    let expr = conditions.join(" OR ");
    Chip { expr: if conditions.len() > 1 { format!("({expr})") } else { expr }, label }
}

/// The columns that the parameter `column` of a step names.
pub(super) fn searched(step: &Step) -> Option<Vec<String>> {
    columns(step.params.get("column")?).ok().filter(|columns| !columns.is_empty())
}
