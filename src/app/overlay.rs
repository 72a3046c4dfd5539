//! Prompts, pickers and forms: keys go to them while they are open.

use std::sync::Arc;

use super::column_list::is_column_key;
use super::overlay_keys::{form_key, is_line_end, picker_key, recall};
use super::state::{App, Waiting};
use super::views::filter_column;
use super::{Effect, Next};
use crate::action::{ACTIONS, Act};
use crate::analysis::filter_text::{conjunction, understand};
use crate::config::{Key, KeyCode};
use crate::engine::{Job, Slot};
use crate::model::{Chip, Focus, Step};
use crate::panes::{
    Choice, Field, Form, FormPurpose, Overlay, PickItem, Picker, PickerPurpose, Prompt, PromptKind, View,
};
use crate::ui::edit;

impl App {
    pub(super) fn on_overlay_key(&mut self, key: Key) -> Vec<Effect> {
        let quits = Key { code: KeyCode::Char('c'), ctrl: true, alt: false };
        match key.code {
            KeyCode::Esc => return self.leave_overlay(),
            KeyCode::Tab | KeyCode::BackTab if matches!(&self.overlay, Some(Overlay::Prompt(_))) => {
                self.complete(key.code == KeyCode::Tab);
                return self.preview_completed();
            }
            _ if key == quits => return self.leave_overlay(),
            KeyCode::Enter if !key.alt => return self.accept_overlay(),
            _ => {}
        }
        let Some(overlay) = &mut self.overlay else { return Vec::new() };
        let changed = match overlay {
            Overlay::Prompt(prompt) => match key.code {
                _ if prompt.kind.has_lines() && is_line_end(key) => {
                    prompt.input.handle(tui_input::InputRequest::InsertChar('\n'));
                    true
                }
                KeyCode::Up | KeyCode::Down if prompt.move_line(key.code == KeyCode::Down) => false,
                KeyCode::Up | KeyCode::Down => {
                    recall(prompt, self.history_of_prompts.get(&prompt.kind), key.code == KeyCode::Up);
                    true
                }
                _ => edit(&mut prompt.input, key),
            },
            Overlay::Picker(picker) if picker.purpose == PickerPurpose::Columns && is_column_key(key) => {
                return self.on_column_key(key);
            }
            Overlay::Picker(picker) if picker.purpose == PickerPurpose::Bookmarks && key.code == KeyCode::Delete => {
                return self.drop_bookmark();
            }
            Overlay::Picker(picker) => picker_key(picker, key),
            Overlay::Form(form) => form_key(form, key),
        };
        if changed { self.overlay_changed() } else { Vec::new() }
    }

    /// What was typed has changed: previews, ranks and notes follow.
    pub(super) fn overlay_changed(&mut self) -> Vec<Effect> {
        self.offer_completions();
        self.follow_overlay()
    }

    /// A completed word changes what a filter would leave, but not what may be gone through.
    fn preview_completed(&mut self) -> Vec<Effect> {
        match &self.overlay {
            Some(Overlay::Prompt(prompt)) if prompt.kind != PromptKind::Sql => self.follow_overlay(),
            _ => Vec::new(),
        }
    }

    fn follow_overlay(&mut self) -> Vec<Effect> {
        match &mut self.overlay {
            Some(Overlay::Picker(picker)) => picker.narrow(),
            Some(Overlay::Form(form)) if form.purpose == FormPurpose::Export => self.note_export(),
            Some(Overlay::Form(form)) if matches!(form.purpose, FormPurpose::Operation(_)) => {
                form.note = None;
                return self.preview_operation();
            }
            Some(Overlay::Form(form)) => form.note = None,
            Some(Overlay::Prompt(prompt)) => {
                return match prompt.kind {
                    PromptKind::Filter | PromptKind::EditFilters => self.preview_filter(),
                    PromptKind::Search => self.find(false),
                    PromptKind::BrowserFilter => {
                        let text = prompt.input.value().to_owned();
                        self.browser.set_filter(&text);
                        Vec::new()
                    }
                    PromptKind::Open | PromptKind::Answer | PromptKind::Sweep => Vec::new(),
                    PromptKind::Sql => {
                        (prompt.answer, prompt.is_running) = (None, false);
                        Vec::new()
                    }
                };
            }
            None => {}
        }
        Vec::new()
    }

    pub(super) fn leave_overlay(&mut self) -> Vec<Effect> {
        self.overlay = None;
        self.view_mut().into_iter().for_each(View::drop_preview);
        for slot in [Slot::Preview, Slot::Find] {
            self.waiting.remove(&slot);
        }
        vec![Effect::Cancel(Slot::Preview), Effect::Cancel(Slot::Find)]
    }

    fn accept_overlay(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Prompt(prompt)) => self.accept_prompt(prompt),
            Some(Overlay::Picker(picker)) => match picker.chosen().map(|item| item.choice.clone()) {
                Some(Choice::Action(action)) => self.invoke(action),
                Some(Choice::Column(name)) => self.go_to_column(&name),
                Some(Choice::Bookmark(at)) => self.go_to_bookmark(at),
                Some(Choice::Moment(at)) => self.go_to_moment(at),
                Some(Choice::View(at)) => self.go_to_view(at),
                Some(Choice::Theme(name)) => self.take_theme(&name),
                Some(Choice::Case(name)) => vec![Effect::Leave(Next::Case(name))],
                Some(Choice::Operation(id)) => {
                    self.open_operation_form(id);
                    Vec::new()
                }
                Some(Choice::Link { view, row, shown }) => self.go_to_link(view, row, shown),
                Some(Choice::Evidence(origin)) => self.open_origin(&origin),
                Some(Choice::Lesson(id)) => vec![Effect::Leave(Next::Lesson { id, reset: false })],
                Some(Choice::Nothing) | None => Vec::new(),
            },
            Some(Overlay::Form(form)) => match form.purpose.clone() {
                FormPurpose::RunQuery(name) => self.accept_parameters(form, &name),
                FormPurpose::Export => self.accept_export(form),
                FormPurpose::Operation(id) => self.accept_operation(form, id),
                FormPurpose::Bookmark => self.accept_bookmark(&form),
            },
            None => Vec::new(),
        }
    }

    fn accept_prompt(&mut self, prompt: Prompt) -> Vec<Effect> {
        let text = prompt.input.value().trim().to_owned();
        if !text.is_empty() {
            let history = self.history_of_prompts.entry(prompt.kind).or_default();
            history.retain(|old| *old != text);
            history.push(text.clone());
        }
        let mut effects = match prompt.kind {
            PromptKind::Filter | PromptKind::EditFilters => return self.accept_filter(prompt, &text),
            PromptKind::BrowserFilter => {
                self.browser.set_filter(&text);
                Vec::new()
            }
            PromptKind::Answer => {
                self.accept_answer(&text);
                Vec::new()
            }
            PromptKind::Search if !text.is_empty() => self.find_text(text, true),
            PromptKind::Open if !text.is_empty() => self.open(Step::new("open", Vec::new()).with("path", text)),
            PromptKind::Sweep if !text.is_empty() => self.sweep(prompt, &text),
            PromptKind::Sql if !text.is_empty() => self.ask_sql(prompt, text),
            _ => Vec::new(),
        };
        effects.insert(0, Effect::Cancel(Slot::Preview));
        effects
    }

    /// The line stays until the rows are there, so that a mistake can be mended.
    fn ask_sql(&mut self, mut prompt: Prompt, text: String) -> Vec<Effect> {
        (prompt.answer, prompt.is_running) = (Some(Ok("asking".to_owned())), true);
        prompt.offered.clear();
        self.overlay = Some(Overlay::Prompt(prompt));
        self.open(Step::new("sql", Vec::new()).with("text", text))
    }

    fn accept_filter(&mut self, mut prompt: Prompt, text: &str) -> Vec<Effect> {
        self.view_mut().into_iter().for_each(View::drop_preview);
        self.waiting.remove(&Slot::Preview);
        let is_edit = prompt.kind == PromptKind::EditFilters;
        let mut effects = vec![Effect::Cancel(Slot::Preview)];
        if text.is_empty() {
            effects.extend(if is_edit { self.drop_filters(true) } else { Vec::new() });
            return effects;
        }
        let unchanged = self.view().and_then(|view| conjunction(&view.chips)).as_deref() == Some(text);
        match self.chip_of(text) {
            Ok(_) if is_edit && unchanged => {}
            Ok(chip) if is_edit => {
                let (_, sort) = self.wanted();
                effects.extend(self.derive(vec![chip], sort));
            }
            Ok(chip) => effects.extend(self.add_chip(chip)),
            Err(why) => {
                prompt.offered.clear();
                Self::show_error_place(&mut prompt, &why);
                prompt.answer = Some(Err(why));
                self.overlay = Some(Overlay::Prompt(prompt));
            }
        }
        effects
    }

    fn chip_of(&self, text: &str) -> Result<Chip, String> {
        let view = self.view().ok_or("no table is open")?;
        let columns = &view.table().columns;
        let columns: Vec<_> = columns.iter().map(|c| filter_column(c, !view.hidden.contains(&c.name))).collect();
        understand(text, &columns, view.column().map(|c| filter_column(c, true)))
    }

    /// Shows what the filter being typed would leave.
    fn preview_filter(&mut self) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return Vec::new() };
        let (text, is_edit) = (prompt.input.value().trim().to_owned(), prompt.kind == PromptKind::EditFilters);
        let chip = if text.is_empty() { None } else { Some(self.chip_of(&text)) };
        let job = match (&chip, self.view()) {
            (Some(Ok(chip)), Some(view)) => {
                let table = Arc::clone(if is_edit { &view.base.1 } else { &view.settled().1 });
                let step = Step::new("filter", vec![view.base.0]).with("where", chip.expr.clone());
                Some((view.base.0, table, step))
            }
            _ => None,
        };
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.answer = match chip {
                Some(Ok(chip)) => Some(Ok(chip.label)),
                Some(Err(why)) => Some(Err(why)),
                None => None,
            };
        }
        let Some((view, table, step)) = job else {
            self.view_mut().into_iter().for_each(View::drop_preview);
            return vec![Effect::Cancel(Slot::Preview)];
        };
        let job = Job::Preview(step, vec![Arc::clone(&table)]);
        self.waiting.insert(Slot::Preview, Waiting::Preview { view, table });
        vec![Effect::Start { slot: Slot::Preview, title: "preview of a filter".to_owned(), job }]
    }

    /// Looks for what is typed in the search prompt.
    fn find(&mut self, jump: bool) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = &self.overlay else { return Vec::new() };
        let needle = prompt.input.value().to_owned();
        if needle.is_empty() { vec![Effect::Cancel(Slot::Find)] } else { self.find_text(needle, jump) }
    }

    fn find_text(&mut self, needle: String, jump: bool) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        let columns = view.columns().iter().map(|c| c.name.clone()).collect();
        let (id, table) = (view.base.0, Arc::clone(view.table()));
        let job = Job::Find { table: Arc::clone(&table), columns, needle: needle.clone() };
        self.waiting.insert(Slot::Find, Waiting::Find { view: id, table, needle, jump });
        vec![Effect::Start { slot: Slot::Find, title: "search".to_owned(), job }]
    }

    pub(super) fn open_prompt(&mut self, kind: PromptKind, text: &str) {
        self.overlay = Some(Overlay::Prompt(Prompt::new(kind, text)));
    }

    pub(super) fn open_search(&mut self) {
        let kind = if self.focus == Focus::Browser { PromptKind::BrowserFilter } else { PromptKind::Search };
        self.open_prompt(kind, "");
    }

    pub(super) fn open_filter_editor(&mut self) {
        let text = self.view().and_then(|view| conjunction(&view.chips)).unwrap_or_default();
        self.open_prompt(PromptKind::EditFilters, &text);
    }

    /// The palette lists everything; the help only what works in the focused pane.
    pub(super) fn open_picker(&mut self, act: Act) {
        let snapshot = self.snapshot();
        let is_help = act == Act::Help;
        let item = |action: &'static crate::action::Action| {
            let mut keys: Vec<String> = Vec::new();
            for binding in self.config.keymap.bindings().iter().filter(|b| b.action.act == action.act) {
                let chord = crate::config::show_chord(&binding.chord);
                if !keys.contains(&chord) {
                    keys.push(chord);
                }
            }
            let elsewhere =
                || format!("works in {}", action.panes.iter().map(|p| p.id()).collect::<Vec<_>>().join(" and "));
            let reason = if action.is_in(self.focus) {
                (action.enabled)(&snapshot).err().map(String::from)
            } else {
                Some(elsewhere())
            };
            let text = reason.as_ref().map_or(action.doc.to_owned(), |reason| format!("not now: {reason}"));
            PickItem {
                keys: keys.join(", "),
                name: action.id.to_owned(),
                text,
                also: action.also,
                choice: Choice::Action(action),
                is_dim: reason.is_some(),
            }
        };
        let listed = ACTIONS.iter().filter(|action| !is_help || action.is_in(self.focus));
        let items = listed.map(item).collect();
        let pane = crate::panes::pane(self.focus);
        let (purpose, title) = if is_help {
            (PickerPurpose::Help, format!("{}: {}   type to narrow, Enter does it, Esc closes", pane.id, pane.doc))
        } else {
            (PickerPurpose::Palette, "Actions   type to narrow, Enter does it, Esc closes".to_owned())
        };
        self.overlay = Some(Overlay::Picker(Picker::new(purpose, title, items)));
    }

    /// A form with the parameters of the query under the cursor, and the time range.
    pub(super) fn open_parameter_form(&mut self) {
        let Some(query) = self.browser.query().cloned() else { return };
        let mut fields: Vec<Field> = query
            .parameters
            .iter()
            .map(|p| {
                let needed = if p.default.is_some() { "" } else { ", required" };
                Field::text(
                    &p.name,
                    &p.name,
                    format!("{} ({}{needed})", p.doc, p.word),
                    p.default.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        for (name, doc) in
            [("start", "first moment: an ISO time, or an offset such as -7d"), ("end", "the moment after the last")]
        {
            if !fields.iter().any(|f| f.name == name) {
                fields.push(Field::text(name, name, format!("{doc}; empty takes all"), ""));
            }
        }
        let title = format!("{}   {}", query.full_name(), query.description);
        self.overlay = Some(Overlay::Form(Form {
            purpose: FormPurpose::RunQuery(query.full_name()),
            title,
            fields,
            at: 0,
            note: None,
        }));
    }

    fn accept_parameters(&mut self, mut form: Form, name: &str) -> Vec<Effect> {
        let query = self.browser.query().cloned();
        let required = |field: &Field| {
            query.iter().flat_map(|q| &q.parameters).any(|p| p.name == field.name && p.default.is_none())
        };
        if let Some(at) = form.fields.iter().position(|f| f.value().is_empty() && required(f)) {
            form.note = Some(Err(format!("{} is required: {}", form.fields[at].label, form.fields[at].doc)));
            form.at = at;
            self.overlay = Some(Overlay::Form(form));
            return Vec::new();
        }
        let mut step = Step::new("query", Vec::new()).with("name", name);
        for field in &form.fields {
            let is_range = field.name == "start" || field.name == "end";
            let key = if is_range { field.name.clone() } else { format!("param.{}", field.name) };
            if !(is_range && field.value().is_empty()) {
                step = step.with(&key, field.value());
            }
        }
        // The form stays until the rows are there, so that a mistake can be mended.
        form.note = Some(Ok(format!("running {name}")));
        self.overlay = Some(Overlay::Form(form));
        self.open(step)
    }
}
