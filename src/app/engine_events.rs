//! Answers of the engine become state.

use std::sync::Arc;

use super::Effect;
use super::act::match_text;
use super::state::{App, Waiting};
use crate::case::Entry;
use crate::engine::{Answer, Done, EngineEvent, Failure, ScribeEvent, Slot};
use crate::model::{Focus, Input, Params, Table, TableId};
use crate::panes::{FormPurpose, Overlay, Prompt, PromptKind, Search, Tone, View};
use crate::ui::count;

impl App {
    pub(super) fn on_engine(&mut self, event: EngineEvent) -> Vec<Effect> {
        match event {
            EngineEvent::Sent(sent) => {
                self.record(Entry { sent, ..Entry::new("contacted", Params::new(), Vec::new()) })
            }
            EngineEvent::Scribe(event) => {
                self.on_scribe(event);
                Vec::new()
            }
            EngineEvent::Early { table, .. } => {
                self.on_first_rows(table);
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
            (waiting, Err(failure)) => self.on_failure(&waiting, failure),
            (Waiting::Open(opening), Ok(Answer::Steps(done))) => {
                let mut effects = self.records(&done);
                effects.extend(self.on_opened(done, opening));
                return effects;
            }
            (Waiting::Desk(desk), Ok(Answer::Gathered(tables))) => self.on_gathered(&desk, tables),
            (Waiting::Growth(number), Ok(Answer::Steps(done))) => self.on_growth(number, done),
            (Waiting::Truths, Ok(Answer::Cells(cells))) => self.on_truths(cells),
            (Waiting::Matches { .. }, Ok(Answer::Preview(table))) => self.on_matches(&table),
            (Waiting::Derive(derivation), Ok(Answer::Steps(done))) => {
                let effects = self.records(&done);
                self.apply(derivation, &done);
                return effects;
            }
            (Waiting::Preview { view, table: of }, Ok(Answer::Preview(table))) => self.on_preview(view, &of, &table),
            (Waiting::Find { view, table, needle, jump }, Ok(Answer::Found(rows))) => {
                self.on_found(view, &table, Search { needle, rows }, jump);
            }
            (Waiting::Export { table, scope }, Ok(Answer::Exported { path, n_rows, n_columns })) => {
                self.close_form(&FormPurpose::Export);
                self.say(
                    Tone::Plain,
                    format!("wrote {} rows, {n_columns} columns to {}", count(n_rows), path.display()),
                );
                return self.record_export(table, &scope, &path, n_rows);
            }
            _ => {}
        }
        Vec::new()
    }

    /// The first rows of what is being opened are a view of their own until all rows are there.
    fn on_first_rows(&mut self, table: Arc<Table>) {
        let is_free = match &self.overlay {
            None => true,
            Some(Overlay::Prompt(prompt)) => prompt.is_running,
            Some(_) => false,
        };
        if is_free && matches!(self.waiting.get(&Slot::Load), Some(Waiting::Open(_))) {
            self.drop_first_rows();
            self.views.push(View::of_first_rows(table));
            self.at = self.views.len() - 1;
            self.focus = Focus::Grid;
        }
    }

    /// Says why there is no answer, in the place where the question was asked.
    fn on_failure(&mut self, waiting: &Waiting, failure: Failure) {
        if matches!(waiting, Waiting::Open(_)) {
            self.drop_first_rows();
        }
        if let Waiting::Growth(number) = waiting {
            let is_it = |view: &&mut View| view.follow.as_ref().is_some_and(|follow| follow.number == *number);
            self.views.iter_mut().filter(|view| is_it(view)).for_each(|view| view.follow = None);
        }
        let why = match failure {
            Failure::Cancelled => return self.say(Tone::Plain, "cancelled; what was there before stays"),
            Failure::Error(why) => why,
        };
        if let Waiting::Derive(derivation) = waiting {
            return self.on_refused_filter(derivation, why);
        }
        match (waiting, &mut self.overlay) {
            (Waiting::Preview { .. } | Waiting::Find { .. }, _) => self.answer_prompt(Err(why)),
            (Waiting::Open(_), Some(Overlay::Prompt(prompt))) if prompt.is_running => {
                Self::show_error_place(prompt, &why);
                (prompt.answer, prompt.is_running) = (Some(Err(why)), false);
            }
            (Waiting::Export { .. }, Some(Overlay::Form(form))) if form.purpose == FormPurpose::Export => {
                form.note = Some(Err(why));
            }
            (Waiting::Open(_) | Waiting::Matches { .. }, Some(Overlay::Form(form)))
                if form.purpose != FormPurpose::Export =>
            {
                form.note = Some(Err(why));
            }
            _ => self.say(Tone::Error, why),
        }
    }

    /// A filter that the engine refuses comes back to be mended; one that no longer fits its table is told.
    fn on_refused_filter(&mut self, derivation: &super::views::Derivation, why: String) {
        let is_shown = self.view().is_some_and(|view| view.base.0 == derivation.base);
        let newest = self.history_of_prompts.get(&PromptKind::Filter).and_then(|typed| typed.last()).cloned();
        let typed = newest.filter(|typed| derivation.has_chip(typed));
        match typed {
            Some(typed) if is_shown && self.overlay.is_none() => {
                let mut prompt = Prompt::new(PromptKind::Filter, &typed);
                Self::show_error_place(&mut prompt, &why);
                prompt.answer = Some(Err(why));
                self.overlay = Some(Overlay::Prompt(prompt));
            }
            _ => {
                let undo = crate::action::find("undo").map(|action| self.key(action)).unwrap_or_default();
                self.say(Tone::Error, format!("{why}; the filter is left out, {undo} brings it back"));
            }
        }
    }

    fn close_form(&mut self, purpose: &FormPurpose) {
        if matches!(&self.overlay, Some(Overlay::Form(form)) if form.purpose == *purpose) {
            self.overlay = None;
        }
    }

    fn answer_prompt(&mut self, answer: Result<String, String>) {
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.answer = Some(answer);
        }
    }

    fn on_preview(&mut self, id: TableId, of: &Arc<Table>, table: &Arc<Table>) {
        let Some(view) = self.view_mut().filter(|view| view.base.0 == id) else { return };
        let is_current = Arc::ptr_eq(&view.settled().1, of) || Arc::ptr_eq(&view.base.1, of);
        let text = format!("{} of {} rows", count(table.n_rows()), count(view.base.1.n_rows()));
        let Some(Overlay::Prompt(prompt)) = &mut self.overlay else { return };
        if !is_current {
            return;
        }
        let label = prompt.answer.take().and_then(Result::ok).unwrap_or_default();
        prompt.answer = Some(Ok(format!("{text}: {label}")));
        self.view_mut().into_iter().for_each(|view| view.set_preview(Arc::clone(table)));
    }

    /// Takes the matches in, if the view still shows the rows that were searched.
    fn on_found(&mut self, id: TableId, of: &Arc<Table>, search: Search, jump: bool) {
        let found = self.views.iter_mut().find(|view| view.base.0 == id && Arc::ptr_eq(view.table(), of));
        let Some(view) = found else { return };
        let n_found = search.rows.len();
        let at_match = u32::try_from(view.row).is_ok_and(|row| search.rows.binary_search(&row).is_ok());
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
        for done in done {
            self.note_for_lesson(&done.step.operation, done.step.params.clone());
        }
        let mut effects = self.record_growth(done.iter().flat_map(|done| done.step.inputs.clone()).collect::<Vec<_>>());
        effects.extend(self.entries(done));
        effects
    }

    pub(super) fn entries(&mut self, done: &[Done]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for done in done {
            effects.extend(self.record(Entry {
                output: Some((done.id, Arc::clone(&done.table))),
                notes: done.table.notes.clone(),
                sent: done.sent.clone(),
                ..Entry::new(&done.step.operation, done.step.params.clone(), done.inputs.clone())
            }));
            effects.extend(done.opened.iter().cloned().map(Effect::Hash));
        }
        effects
    }

    fn record_export(&mut self, table: TableId, scope: &str, path: &std::path::Path, n_rows: usize) -> Vec<Effect> {
        let params = [("path", path.display().to_string()), ("scope", scope.to_owned()), ("rows", n_rows.to_string())];
        let params = Params::from(params.map(|(name, value)| (name.to_owned(), value)));
        self.record(Entry::new("export", params, vec![Input::Table(table)]))
    }
}
