//! The state, the engine and the scribe together: events in, effects performed.

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::state::{App, Start};
use super::{Effect, Event};
use crate::case::Case;
use crate::engine::{Engine, EngineEvent, Scribe};

/// What the loop has to do after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Continue,
    /// The terminal's content is not to be trusted any more.
    Redraw,
    Suspend,
    Quit,
}

/// A running workbench without a terminal: tests drive it as the loop does.
pub struct Session {
    pub app: App,
    engine: Engine,
    scribe: Option<Scribe>,
    events: UnboundedReceiver<EngineEvent>,
    now: fn() -> DateTime<Utc>,
}

impl Session {
    pub fn new(start: Start, case: Option<Case>, runtime: Handle, now: fn() -> DateTime<Utc>) -> Self {
        let (sender, events) = unbounded_channel();
        let tell = sender.clone();
        // With the receiver gone the program is ending.
        let last_table = case.as_ref().map_or(0, |case| case.journal.last_table());
        let scribe = case.map(|case| Scribe::start(case, move |event| drop(tell.send(EngineEvent::Scribe(event)))));
        let engine = Engine::new(runtime, sender, std::sync::Arc::clone(&start.library), last_table);
        let open = start.open.clone();
        let mut session = Self { app: App::new(start), engine, scribe, events, now };
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
        let effects = self.app.update(event);
        let flow = self.perform(effects);
        self.app.set_jobs(self.engine.jobs());
        flow
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
                Effect::Redraw => flow = Flow::Redraw,
                Effect::Suspend => flow = Flow::Suspend,
                Effect::Quit => flow = Flow::Quit,
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
