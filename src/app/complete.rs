//! Completion in the lines where SQL is written: tables, columns, functions and words of the language.

use super::state::App;
use crate::analysis::sql_functions::FUNCTIONS;
use crate::panes::{Completion, Overlay, Prompt, PromptKind};

/// Words of SQL that are worth completing.
const WORDS: &[&str] = &[
    "AND",
    "AS",
    "ASC",
    "AVG(",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST(",
    "COUNT(*)",
    "COUNT(DISTINCT ",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "FROM",
    "GROUP BY",
    "HAVING",
    "IN (",
    "IS NOT NULL",
    "IS NULL",
    "JOIN",
    "LEFT JOIN",
    "LENGTH(",
    "LIKE",
    "LIMIT",
    "LOWER(",
    "MAX(",
    "MIN(",
    "NOT",
    "ON",
    "OR",
    "ORDER BY",
    "SELECT",
    "SUM(",
    "THEN",
    "UNION ALL",
    "UPPER(",
    "USING (",
    "WHEN",
    "WHERE",
    "WITH",
];

/// A column's name as SQL writes it.
fn as_identifier(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

impl App {
    /// The next of what the word before the cursor may become, or the one before.
    pub(super) fn complete(&mut self, forward: bool) {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return };
        if !prompt.kind.is_sql() {
            return;
        }
        let completion = prompt.completion.clone().unwrap_or_else(|| self.candidates(prompt));
        let Some(Overlay::Prompt(prompt)) = &mut self.overlay else { return };
        prompt.completion = completion.turned(forward, prompt);
    }

    /// Shows what the word before the cursor may become, unless there is something more important to say.
    pub(super) fn offer_completions(&mut self) {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return };
        if !prompt.kind.is_sql() {
            return;
        }
        let offered = self.candidates(prompt).words;
        let Some(Overlay::Prompt(prompt)) = &mut self.overlay else { return };
        prompt.completion = None;
        prompt.offered = offered;
    }

    fn candidates(&self, prompt: &Prompt) -> Completion {
        let (start, typed) = prompt.word_before_cursor();
        let lower = typed.to_lowercase();
        let fits = |word: &String| {
            !lower.is_empty() && word.to_lowercase().trim_matches('"').starts_with(&lower) && *word != typed
        };
        let mut words: Vec<String> = Vec::new();
        let mut add = |all: &mut dyn Iterator<Item = String>| {
            for word in all.filter(fits) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        };
        let of_view =
            |view: &crate::panes::View| view.table().columns.iter().map(|c| as_identifier(&c.name)).collect::<Vec<_>>();
        add(&mut self.view().map(of_view).unwrap_or_default().into_iter());
        if prompt.kind == PromptKind::Sql {
            add(&mut self.library.stems().into_iter());
            add(&mut self.views.iter().flat_map(of_view));
        }
        add(&mut FUNCTIONS.iter().map(|(name, ..)| format!("{name}(")));
        add(&mut WORDS.iter().map(|word| (*word).to_owned()));
        Completion { start, typed, words, at: None }
    }

    /// Puts the cursor where an error says that it is: at a line and column, or at a word that it names.
    pub(super) fn show_error_place(prompt: &mut Prompt, why: &str) {
        let text = prompt.input.value();
        let number = |label: &str| -> Option<usize> {
            let rest = &why[why.find(label)? + label.len()..];
            rest.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
        };
        let by_place = number("Line:").zip(number("Column:")).map(|(line, column)| {
            let before: usize = text.split('\n').take(line.saturating_sub(1)).map(|l| l.chars().count() + 1).sum();
            before + column.saturating_sub(1)
        });
        let named = why.split(['\'', '"', ' ', ',', ';', '`']).filter(|word| word.len() > 1);
        let by_word = || {
            // The longest word of the message that stands in the text is the one that it is about.
            let word = named.filter(|word| text.contains(word)).max_by_key(|word| word.len())?;
            text.find(word).map(|at| text[..at].chars().count())
        };
        if let Some(at) = by_place.or_else(by_word) {
            prompt.go_to(at);
        }
    }
}
