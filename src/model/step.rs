//! What was done: the same words for the keyboard, the command line, the journal and a lesson.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Evidence, TableId};

/// Named parameters of a step, each as the text a person would type; kebab-case names.
pub type Params = BTreeMap<String, String>;

/// What a step works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Input {
    /// A table of the case.
    Table(TableId),
    /// Evidence outside the case.
    Evidence(Evidence),
}

/// One column of a sort order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    pub column: String,
    pub descending: bool,
}

/// One operation with its parameters and inputs, ready to run or to be written to the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Id of a row of the operation table.
    #[serde(rename = "step")]
    pub operation: String,
    pub params: Params,
    /// Tables that it reads; the evidence a step opens is known once it has run.
    pub inputs: Vec<TableId>,
}

impl Step {
    pub fn new(operation: &str, inputs: Vec<TableId>) -> Self {
        Self { operation: operation.to_owned(), params: Params::new(), inputs }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }
}
