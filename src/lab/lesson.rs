//! What a lesson is made of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Question;
use crate::action::Action;
use crate::config::Key;
use crate::model::Params;

/// One lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Kebab-case; its name on the command line.
    pub id: String,
    pub number: u32,
    pub title: String,
    pub goal: String,
    /// About how long it takes.
    pub minutes: u32,
    pub data: Data,
    pub steps: Vec<LessonStep>,
    /// Where it was read from, for messages.
    pub file: String,
}

/// The tables that a lesson works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// The built-in ones.
    Lab,
    /// A folder or file.
    Path(PathBuf),
}

/// One step: prose, and what is to be reached.
#[derive(Clone, Debug)]
pub struct LessonStep {
    pub title: String,
    /// Paragraphs; `{key:filter}` in them stands for the key of an action.
    pub prose: Vec<String>,
    pub checks: Vec<Check>,
    /// Played when the person asks to be shown.
    pub show: Vec<Item>,
    pub is_exercise: bool,
    pub hints: Vec<String>,
    pub solution: Vec<Item>,
    pub question: Option<Question>,
    /// The line of its heading.
    pub line: usize,
}

impl LessonStep {
    /// What leads to the end of the step: the solution of an exercise, else the demonstration.
    pub fn script(&self) -> &[Item] {
        if self.solution.is_empty() { &self.show } else { &self.solution }
    }
}

/// Something that must hold, and the words beside its box.
#[derive(Clone, Debug)]
pub struct Check {
    pub say: String,
    pub conditions: Vec<Condition>,
}

/// One thing that a script does.
#[derive(Clone, Debug)]
pub enum Item {
    Act(&'static Action),
    Type(String),
    Press(Key),
}

/// What a number or text is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Text(String),
    /// The first cell of this SQL query's rows.
    Query(String),
}

/// Something about the state of the workbench.
#[derive(Clone, Debug)]
pub enum Condition {
    MadeBy(Params),
    Table(String),
    Rows(Expected),
    Columns(BTreeSet<String>),
    Hidden(BTreeSet<String>),
    Filters(usize),
    Sorted(String),
    Column(String),
    Value(Expected),
    Pane(String),
    Detail(bool),
    Views(usize),
    Marked(usize),
    Bookmarks(usize),
    Browser(String),
    Unfolded(String),
    Zone(String),
    Did(Vec<Params>),
}

impl Lesson {
    /// Every query whose answer is needed to judge the lesson.
    pub fn queries(&self) -> BTreeSet<&str> {
        let mut queries = BTreeSet::new();
        for step in &self.steps {
            let conditions = step.checks.iter().flat_map(|check| &check.conditions);
            queries.extend(conditions.filter_map(|condition| match condition {
                Condition::Rows(Expected::Query(sql)) | Condition::Value(Expected::Query(sql)) => Some(sql.as_str()),
                _ => None,
            }));
            queries.extend(step.question.as_ref().map(|question| question.truth.as_str()));
        }
        queries
    }
}
