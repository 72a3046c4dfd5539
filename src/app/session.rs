//! The state, the engine and the scribe together: events in, effects performed.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::state::{App, Start};
use super::{Effect, Event, Next};
use crate::case::Case;
use crate::engine::{Catalog, Engine, EngineEvent, Scribe};

/// What the loop has to do after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    Continue,
    /// The terminal's content is not to be trusted any more.
    Redraw,
    Suspend,
    Quit,
    /// A sequence for the terminal besides the frames.
    Send(Vec<u8>),
    /// Whether the terminal is to report the mouse.
    Mouse(bool),
    /// This workbench is over; another one follows.
    Leave(Next),
}

/// A running workbench without a terminal: tests drive it as the loop does.
pub struct Session {
    pub app: App,
    engine: Engine,
    catalog: Arc<Catalog>,
    scribe: Option<Scribe>,
    events: UnboundedReceiver<EngineEvent>,
    now: fn() -> DateTime<Utc>,
    /// The place that was kept last.
    kept_place: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.keep_place();
    }
}

impl Session {
    pub fn new(start: Start, case: Option<Case>, runtime: Handle, now: fn() -> DateTime<Utc>) -> Self {
        let (sender, events) = unbounded_channel();
        let tell = sender.clone();
        // With the receiver gone the program is ending.
        let (last_table, recipes) =
            start.case.as_ref().map_or_else(Default::default, |case| (case.last_table, case.recipes.clone()));
        let catalog = Arc::new(Catalog::after(last_table, recipes));
        let scribe = case.map(|case| Scribe::start(case, move |event| drop(tell.send(EngineEvent::Scribe(event)))));
        let engine =
            Engine::new(runtime, sender, (Arc::clone(&start.library), Arc::clone(&start.gate)), Arc::clone(&catalog));
        let place = start.case.as_ref().and_then(|case| case.place.clone());
        let lesson = start.lesson.clone();
        let open = start.open.clone();
        let app = App::new(start, Arc::clone(&catalog));
        let mut session = Self { app, engine, catalog, scribe, events, now, kept_place: String::new() };
        let effects = session.app.reopen(place.as_deref());
        session.perform(effects);
        if let Some(lesson) = lesson {
            let progress = place.as_deref().and_then(super::lesson_progress);
            let effects = session.app.open_lesson(lesson, progress);
            session.perform(effects);
        }
        session.app.set_jobs(session.engine.jobs());
        if let Some(stem) = open {
            let effects = session.app.open_table(&stem);
            session.perform(effects);
        }
        session
    }

    /// Takes an event through state and effects.
    pub fn handle(&mut self, event: Event) -> Flow {
        if let Event::Engine(EngineEvent::Job { slot, generation, result }) = &event
            && !self.engine.accept(*slot, *generation, result)
        {
            return Flow::Continue;
        }
        if let Event::Engine(EngineEvent::Early { slot, generation, .. }) = &event
            && !self.engine.is_current(*slot, *generation)
        {
            return Flow::Continue;
        }
        let is_answer = matches!(event, Event::Engine(EngineEvent::Job { .. }));
        let is_rest = matches!(event, Event::Rest);
        self.app.set_clock(self.utc());
        let effects = self.app.update(event);
        let flow = self.perform(effects);
        self.app.set_jobs(self.engine.jobs());
        if is_answer {
            self.catalog.trim(&self.app.tables_in_use());
        }
        if is_rest {
            self.keep_place();
        }
        flow
    }

    /// Keeps where one stands, so that the case reopens there.
    fn keep_place(&mut self) {
        let Some(scribe) = self.scribe.as_ref().filter(|_| !self.app.is_laying()) else { return };
        let place = self.app.place();
        if place != self.kept_place {
            scribe.place(place.clone());
            self.kept_place = place;
        }
    }

    /// The next news of the engine.
    pub async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await.map(Event::Engine)
    }

    /// News that is there already.
    pub fn ready_event(&mut self) -> Option<Event> {
        self.events.try_recv().ok().map(Event::Engine)
    }

    pub fn is_idle(&self) -> bool {
        self.engine.is_idle()
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Flow {
        let mut flow = Flow::Continue;
        for effect in effects {
            match effect {
                Effect::Start { slot, title, job } => drop(self.engine.start(slot, &title, job, (self.now)())),
                Effect::Cancel(slot) => self.engine.cancel(slot),
                Effect::CancelAll => self.engine.cancel_all(),
                Effect::Record(mut record) => {
                    record.utc = self.utc();
                    if let Some(scribe) = &self.scribe {
                        scribe.record(record);
                    }
                }
                Effect::Hash(evidence) => {
                    if let Some(scribe) = &self.scribe {
                        scribe.hash(evidence, self.utc());
                    }
                }
                Effect::Online(online) => self.scribe.iter().for_each(|scribe| scribe.set_online(online)),
                Effect::Redraw => flow = Flow::Redraw,
                Effect::Suspend => flow = Flow::Suspend,
                Effect::Quit => flow = Flow::Quit,
                Effect::Send(bytes) => flow = Flow::Send(bytes),
                Effect::Mouse(on) => flow = Flow::Mouse(on),
                Effect::Leave(next) => flow = Flow::Leave(next),
            }
        }
        flow
    }

    fn utc(&self) -> String {
        (self.now)().to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

impl App {
    /// Opens a loaded table by its name.
    pub(super) fn open_table(&mut self, stem: &str) -> Vec<Effect> {
        self.open(crate::model::Step::new("open", Vec::new()).with("path", format!("table:{stem}")))
    }
}
