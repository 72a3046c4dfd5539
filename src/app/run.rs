//! The loop: the only place that waits.

use std::io;
use std::time::Duration;

use crossterm::event::{
    Event as TermEvent, EventStream, KeyCode as TermKey, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEventKind,
};
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::session::{Flow, Session};
use super::terminal::{self, Screen};
use super::{Event, Next, Start};
use crate::case::Case;
use crate::config::{Key, KeyCode};

/// While a job runs its progress is drawn this often; otherwise nothing is sent unless something happened.
const TICK: Duration = Duration::from_millis(500);

/// Nothing happening for so long is a rest: where one stands is kept, and help that waited for it is shown.
const REST: Duration = Duration::from_millis(400);

/// How the workbench ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code.
    Code(u8),
    /// To be followed by another one.
    Next(Next),
}

/// Things that a lesson shows follow each other at this pace.
const PACE: Duration = Duration::from_millis(900);

/// Opens the workbench.
pub fn run(start: Start, case: Option<Case>) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut session = Session::new(start, case, runtime.handle().clone(), chrono::Utc::now);
    let screen = Screen::take(takes_updates(&|name| std::env::var(name).ok()))?;
    let result = runtime.block_on(event_loop(&mut session, &screen));
    drop(screen);
    drop(session);
    // A job that cannot be interrupted must not keep the shell waiting.
    runtime.shutdown_background();
    Ok(result?)
}

/// The signals that end the program, and the exit code of each.
struct Ending([(Signal, u8); 4]);

impl Ending {
    fn listen() -> io::Result<Self> {
        let on = |kind: SignalKind, code: u8| signal(kind).map(|s| (s, code));
        let (hup, int) = (on(SignalKind::hangup(), 129)?, on(SignalKind::interrupt(), 130)?);
        let (quit, term) = (on(SignalKind::quit(), 131)?, on(SignalKind::terminate(), 143)?);
        Ok(Self([hup, int, quit, term]))
    }

    async fn recv(&mut self) -> u8 {
        let [a, b, c, d] = &mut self.0;
        tokio::select! {
            _ = a.0.recv() => a.1,
            _ = b.0.recv() => b.1,
            _ = c.0.recv() => c.1,
            _ = d.0.recv() => d.1,
        }
    }
}

/// Whether a terminal of this kind may be told of updates that belong together. Terminals pass over modes that they do
/// not know, but for the oldest.
fn takes_updates(var: &dyn Fn(&str) -> Option<String>) -> bool {
    !matches!(var("TERM").as_deref(), None | Some("dumb" | "linux" | "vt100" | "ansi"))
}

async fn event_loop(session: &mut Session, screen: &Screen) -> io::Result<Ended> {
    let mut input = pump_input();
    let mut ending = Ending::listen()?;
    let mut stop = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?;
    let mut tick = tokio::time::interval(TICK);
    // Ticks that were not wanted are not made up for.
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (width, height) = terminal::size()?;
    session.handle(Event::Resize(width, height));
    if session.app.has_mouse() {
        screen.set_mouse(true)?;
    }
    let mut rested = false;
    let mut show_at = tokio::time::Instant::now();
    loop {
        screen.draw(|frame| session.app.draw(frame))?;
        let event = tokio::select! {
            biased;
            code = ending.recv() => return Ok(Ended::Code(code)),
            _ = stop.recv() => {
                suspend(session, screen)?;
                continue;
            }
            // Without input the terminal is gone.
            event = input.recv() => if event.is_some() { event } else { return Ok(Ended::Code(129)) },
            event = session.next_event() => event,
            _ = tick.tick(), if !session.is_idle() => Some(Event::Tick),
            () = tokio::time::sleep_until(show_at), if session.app.is_showing() && session.is_idle() => Some(Event::ShowNext),
            () = tokio::time::sleep(REST), if !rested => Some(Event::Rest),
        };
        rested = matches!(event, Some(Event::Rest));
        if !rested {
            show_at = tokio::time::Instant::now() + PACE;
        }
        if let Some(ended) = take_in(session, screen, &mut input, event).await? {
            return Ok(ended);
        }
    }
}

/// Takes in an event and whatever is queued behind it before the next frame, so that a slow line never sees stale ones.
async fn take_in(
    session: &mut Session,
    screen: &Screen,
    input: &mut UnboundedReceiver<Event>,
    mut next: Option<Event>,
) -> io::Result<Option<Ended>> {
    while let Some(event) = next.take() {
        match session.handle(event) {
            Flow::Continue => {}
            Flow::Redraw => screen.forget(),
            Flow::Suspend => suspend(session, screen)?,
            Flow::Quit => return Ok(Some(Ended::Code(0))),
            Flow::Leave(next) => return Ok(Some(Ended::Next(next))),
            Flow::Send(bytes) => screen.send(&bytes),
            Flow::Mouse(on) => screen.set_mouse(on)?,
        }
        tokio::task::yield_now().await;
        next = input.try_recv().ok().or_else(|| session.ready_event());
    }
    Ok(None)
}

/// Reads the keyboard into a channel: crossterm's stream wakes only the first task that asked it, so nobody else may
/// poll it, and a channel can also be drained without waiting.
fn pump_input() -> UnboundedReceiver<Event> {
    let (sender, receiver) = unbounded_channel();
    drop(tokio::spawn(async move {
        let mut input = EventStream::new();
        while let Some(Ok(event)) = input.next().await {
            let Some(event) = translate(event) else { continue };
            if sender.send(event).is_err() {
                break;
            }
        }
    }));
    receiver
}

/// Gives the terminal back to the shell and stops; goes on when the shell says so.
fn suspend(session: &mut Session, screen: &Screen) -> io::Result<()> {
    screen.lend(|| signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP))?;
    let (width, height) = terminal::size()?;
    session.handle(Event::Resize(width, height));
    Ok(())
}

fn translate(event: TermEvent) -> Option<Event> {
    match event {
        TermEvent::Key(key) if key.kind != KeyEventKind::Release => translate_key(key).map(Event::Key),
        TermEvent::Paste(text) => Some(Event::Paste(text)),
        TermEvent::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Event::Click(mouse.column, mouse.row)),
            MouseEventKind::ScrollDown => Some(Event::Wheel(3)),
            MouseEventKind::ScrollUp => Some(Event::Wheel(-3)),
            _ => None,
        },
        TermEvent::Resize(width, height) => Some(Event::Resize(width, height)),
        _ => None,
    }
}

fn translate_key(key: KeyEvent) -> Option<Key> {
    let code = match key.code {
        TermKey::Char(c) => KeyCode::Char(c),
        TermKey::Enter => KeyCode::Enter,
        TermKey::Esc => KeyCode::Esc,
        TermKey::Tab => KeyCode::Tab,
        TermKey::BackTab => KeyCode::BackTab,
        TermKey::Backspace => KeyCode::Backspace,
        TermKey::Delete => KeyCode::Delete,
        TermKey::Up => KeyCode::Up,
        TermKey::Down => KeyCode::Down,
        TermKey::Left => KeyCode::Left,
        TermKey::Right => KeyCode::Right,
        TermKey::Home => KeyCode::Home,
        TermKey::End => KeyCode::End,
        TermKey::PageUp => KeyCode::PageUp,
        TermKey::PageDown => KeyCode::PageDown,
        TermKey::F(number) => KeyCode::F(number),
        _ => return None,
    };
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(Key { code, ctrl, alt: key.modifiers.contains(KeyModifiers::ALT) })
}
