//! A named query, checked.

use super::library::Layer;
use super::parameter::Parameter;

/// What a query does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// All rows of the table with this stem.
    Stem(String),
    /// A statement over the loaded tables, with placeholders.
    Sql(String),
}

/// A query of a template file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub name: String,
    /// The families that it appears in; never empty.
    pub families: Vec<String>,
    pub description: String,
    pub body: Body,
    /// The column that a time range applies to, where the template names one.
    pub time_column: Option<String>,
    pub parameters: Vec<Parameter>,
    pub layer: Layer,
    pub file: String,
    pub line: usize,
    /// Why it cannot run, as found when it was loaded.
    pub unavailable: Option<String>,
}

impl Template {
    /// `Family.name`, for each family.
    pub fn full_names(&self) -> impl Iterator<Item = String> + '_ {
        self.families.iter().map(|family| format!("{family}.{}", self.name))
    }

    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.answers_to(name))
    }

    /// Whether it can run without asking anything.
    pub fn needs_nothing(&self) -> bool {
        self.parameters.iter().all(|p| p.default.is_some() || p.name == "start" || p.name == "end")
    }
}
