//! Whether what a step asks for is there: a look at the state, never at the keys that led to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Condition, Expected};
use crate::model::{Focus, Params};

/// The answers of a lesson's queries: the first cell, or why there is none.
pub type Truths = BTreeMap<String, Result<String, String>>;

/// The shown view, as far as lessons ask.
#[derive(Clone, Debug, Default)]
pub struct ViewFacts {
    /// The step that made its table: its operation under `operation`, and its parameters.
    pub made_by: Params,
    pub n_rows: usize,
    pub columns: BTreeSet<String>,
    pub hidden: BTreeSet<String>,
    pub n_filters: usize,
    /// As `-TimeGenerated,Account`.
    pub sorted: String,
    pub column: Option<String>,
    pub value: Option<String>,
    pub n_marked: usize,
}

/// The workbench, as far as lessons ask.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub view: Option<ViewFacts>,
    pub pane: Focus,
    pub detail: bool,
    pub n_views: usize,
    pub n_bookmarks: usize,
    /// The query under the browser's cursor.
    pub browser: Option<String>,
    pub unfolded: BTreeSet<String>,
    pub zone: String,
    /// What was done since the step began: operations and actions, each under `operation`, with their parameters.
    pub did: Vec<Params>,
}

/// Whether a condition holds.
pub fn holds(condition: &Condition, state: &State, truths: &Truths) -> bool {
    let view = state.view.as_ref();
    let of_view = |asked: &dyn Fn(&ViewFacts) -> bool| view.is_some_and(asked);
    match condition {
        Condition::MadeBy(params) => of_view(&|v| has_all(&v.made_by, params)),
        Condition::Table(name) => {
            of_view(&|v| v.made_by.get("path").is_some_and(|path| *path == format!("table:{name}")))
        }
        Condition::Rows(expected) => of_view(&|v| is_expected(expected, &v.n_rows.to_string(), truths)),
        Condition::Columns(names) => of_view(&|v| names.is_subset(&v.columns)),
        Condition::Hidden(names) => of_view(&|v| names.is_subset(&v.hidden)),
        Condition::Filters(n) => of_view(&|v| v.n_filters == *n),
        Condition::Sorted(keys) => of_view(&|v| v.sorted == *keys),
        Condition::Column(name) => of_view(&|v| v.column.as_ref() == Some(name)),
        Condition::Value(expected) => {
            of_view(&|v| v.value.as_ref().is_some_and(|value| is_expected(expected, value, truths)))
        }
        Condition::Marked(n) => of_view(&|v| v.n_marked == *n),
        Condition::Pane(id) => state.pane.id() == id,
        Condition::Detail(open) => state.detail == *open,
        Condition::Views(n) => state.n_views >= *n,
        Condition::Bookmarks(n) => state.n_bookmarks >= *n,
        Condition::Browser(name) => state.browser.as_ref() == Some(name),
        Condition::Unfolded(family) => state.unfolded.contains(family),
        Condition::Zone(zone) => state.zone == *zone,
        Condition::Did(all) => all.iter().all(|params| state.did.iter().any(|did| has_all(did, params))),
    }
}

/// Whether a step has each of these fields; a query's name alone may stand without its family.
fn has_all(step: &Params, wanted: &Params) -> bool {
    wanted.iter().all(|(name, value)| step.get(name).is_some_and(|there| there == value))
}

fn is_expected(expected: &Expected, value: &str, truths: &Truths) -> bool {
    match expected {
        Expected::Text(text) => text == value,
        Expected::Query(sql) => truths.get(sql).is_some_and(|truth| truth.as_deref() == Ok(value)),
    }
}
