//! Answers of the engine become state.

use super::Effect;
use super::act::match_text;
use super::state::{App, Waiting};
use crate::case::{Entry, Output};
use crate::engine::{Answer, Done, EngineEvent, Failure, ScribeEvent};
use crate::model::{Input, Params};
use crate::panes::{Overlay, Preview, Search, Tone};
use crate::ui::count;

impl App {
    pub(super) fn on_engine(&mut self, event: EngineEvent) -> Vec<Effect> {
        match event {
            EngineEvent::Scribe(event) => {
                self.on_scribe(event);
                Vec::new()
            }
            EngineEvent::Job { slot, result, .. } => match self.waiting.remove(&slot) {
                None => Vec::new(),
                Some(waiting) => self.on_answer(waiting, result),
            },
        }
    }

    fn on_answer(&mut self, waiting: Waiting, result: Result<Answer, Failure>) -> Vec<Effect> {
        match (waiting, result) {
            (_, Err(Failure::Cancelled)) => self.say(Tone::Plain, "cancelled; what was there before stays"),
            (Waiting::Preview | Waiting::Find { .. }, Err(Failure::Error(why))) => self.answer_prompt(Err(why)),
            (Waiting::Export, Err(Failure::Error(why))) => match &mut self.overlay {
                Some(Overlay::Form(form)) => form.note = Some(Err(why)),
                _ => self.say(Tone::Error, why),
            },
            (_, Err(Failure::Error(why))) => self.say(Tone::Error, why),
            (Waiting::Open, Ok(Answer::Steps(done))) => {
                let effects = self.records(&done);
                self.on_opened(done);
                return effects;
            }
            (Waiting::Derive(derivation), Ok(Answer::Steps(done))) => {
                let effects = self.records(&done);
                self.apply(derivation, &done);
                return effects;
            }
            (Waiting::Preview, Ok(Answer::Preview(table))) => self.on_preview(table),
            (Waiting::Find { needle, jump }, Ok(Answer::Found(rows))) => self.on_found(Search { needle, rows }, jump),
            (Waiting::Export, Ok(Answer::Exported { path, n_rows, n_columns })) => {
                self.overlay = None;
                self.say(
                    Tone::Plain,
                    format!("wrote {} rows, {n_columns} columns to {}", count(n_rows), path.display()),
                );
                return self.record_export(&path, n_rows);
            }
            _ => {}
        }
        Vec::new()
    }

    fn answer_prompt(&mut self, answer: Result<String, String>) {
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.answer = Some(answer);
        }
    }

    fn on_preview(&mut self, table: std::sync::Arc<crate::model::Table>) {
        let Some(view) = self.view_mut() else { return };
        let text = format!("{} of {} rows", count(table.n_rows()), count(view.base.1.n_rows()));
        view.preview = Some(Preview { table });
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            let label = prompt.answer.take().and_then(Result::ok).unwrap_or_default();
            prompt.answer = Some(Ok(format!("{text}: {label}")));
        }
    }

    fn on_found(&mut self, search: Search, jump: bool) {
        let Some(view) = self.view_mut() else { return };
        let n_found = search.rows.len();
        let at_match = u32::try_from(view.row).is_ok_and(|row| search.rows.contains(&row));
        view.search = (n_found > 0).then_some(search);
        if jump && !at_match {
            view.row = view.next_match(true).unwrap_or(view.row);
        }
        let text = match n_found {
            0 => format!("no match in {} rows", count(view.n_rows())),
            _ => match_text(view),
        };
        if jump { self.say(Tone::Plain, text) } else { self.answer_prompt(Ok(text)) }
    }

    fn on_scribe(&mut self, event: ScribeEvent) {
        match event {
            ScribeEvent::Saved(seq) => {
                self.status.saved = Some(seq);
                self.status.n_unsaved = self.status.n_unsaved.saturating_sub(1);
            }
            ScribeEvent::Failed(why) => {
                self.status.save_failed = true;
                self.say(Tone::Error, format!("the journal cannot be written, steps are not kept: {why}"));
            }
        }
    }

    /// The steps for the journal, and the evidence that is to be hashed.
    fn records(&mut self, done: &[Done]) -> Vec<Effect> {
        if self.status.case.is_none() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for done in done {
            self.status.n_unsaved += 1;
            effects.push(Effect::Record(Entry {
                utc: String::new(),
                step: done.step.operation.clone(),
                params: done.step.params.clone(),
                inputs: done.inputs.clone(),
                output: Some(Output::of(done.id, &done.table, done.hash.clone())),
                notes: done.table.notes.clone(),
            }));
            effects.extend(done.opened.iter().cloned().map(Effect::Hash));
        }
        effects
    }

    fn record_export(&mut self, path: &std::path::Path, n_rows: usize) -> Vec<Effect> {
        let (Some(_), Some(view)) = (&self.status.case, self.view()) else { return Vec::new() };
        let inputs = vec![Input::Table(view.settled().0)];
        let params =
            Params::from([("path".to_owned(), path.display().to_string()), ("rows".to_owned(), n_rows.to_string())]);
        self.status.n_unsaved += 1;
        vec![Effect::Record(Entry {
            utc: String::new(),
            step: "export".to_owned(),
            params,
            inputs,
            output: None,
            notes: Vec::new(),
        })]
    }
}
