//! The terminal: taken over, drawn on by a thread of its own, and given back in every case.
//!
//! A slow line holds up only that thread. What it could not send in time is never sent: it takes the newest frame, and
//! keys are read all the while.

use std::io::{self, IsTerminal, PipeWriter, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::Painter;

/// Whether the terminal is ours now; the panic hook asks.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How long a line that does not take bytes any more is waited for at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What is to be sent.
#[derive(Debug, Default)]
struct ToSend {
    /// The newest frame; one that was not sent yet is not sent any more.
    frame: Option<Buffer>,
    /// Sequences besides the frames; none of them is left out.
    raw: Vec<u8>,
    /// Something else wrote to the terminal.
    is_lost: bool,
    is_busy: bool,
    is_over: bool,
    failed: Option<io::ErrorKind>,
}

type Shared = Arc<(Mutex<ToSend>, Condvar)>;

/// A terminal that shows frames.
pub struct Screen {
    shared: Shared,
}

impl Screen {
    /// Takes the terminal over. Nothing is asked of it, so nothing is waited for.
    pub fn take(synchronized: bool) -> io::Result<Self> {
        // Keys come from the terminal itself where standard input is evidence.
        if !io::stdout().is_terminal() {
            return Err(io::Error::other("the workbench needs a terminal; in a pipe use a verb, see casebook --help"));
        }
        enter()?;
        let shared = Shared::default();
        let theirs = Arc::clone(&shared);
        // Standard output's own writer would send a frame in pieces, line by line; this one only passes bytes on.
        let mut out = PipeWriter::from(io::stdout().as_fd().try_clone_to_owned()?);
        drop(std::thread::spawn(move || send_all(&theirs, &mut Painter::new(synchronized), &mut out)));
        Ok(Self { shared })
    }

    /// Draws a frame of the terminal's size and hands it over; an error says that the line is gone.
    pub fn draw(&self, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        let (width, height) = size()?;
        let mut frame = Buffer::empty(Rect::new(0, 0, width, height));
        draw(&mut frame);
        let mut to_send = lock(&self.shared);
        if let Some(kind) = to_send.failed {
            return Err(kind.into());
        }
        to_send.frame = Some(frame);
        self.shared.1.notify_all();
        Ok(())
    }

    /// Sends a sequence that is no part of a frame.
    pub fn send(&self, bytes: &[u8]) {
        lock(&self.shared).raw.extend_from_slice(bytes);
        self.shared.1.notify_all();
    }

    /// Whether the terminal reports the mouse; while it does, its own selection does not work.
    pub fn set_mouse(&self, on: bool) -> io::Result<()> {
        let mut bytes = Vec::new();
        if on {
            queue!(bytes, EnableMouseCapture)?;
        } else {
            queue!(bytes, DisableMouseCapture)?;
        }
        self.send(&bytes);
        Ok(())
    }

    /// The next frame is sent whole.
    pub fn forget(&self) {
        lock(&self.shared).is_lost = true;
    }

    /// Waits until what was handed over is sent, as long as a line that works would take.
    fn drain(&self) {
        let is_sending = |to_send: &mut ToSend| {
            to_send.failed.is_none() && (to_send.is_busy || to_send.frame.is_some() || !to_send.raw.is_empty())
        };
        drop(self.shared.1.wait_timeout_while(lock(&self.shared), LAST_WORDS, is_sending));
    }

    /// Gives the terminal to the shell, has `meanwhile` done, and takes it back.
    pub fn lend(&self, meanwhile: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.drain();
        give_back();
        meanwhile()?;
        enter()?;
        self.forget();
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.drain();
        lock(&self.shared).is_over = true;
        self.shared.1.notify_all();
        give_back();
    }
}

/// Columns and lines of the terminal.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

fn lock(shared: &Shared) -> MutexGuard<'_, ToSend> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends the newest frame whenever there is one, until the screen is gone or the line is.
fn send_all(shared: &Shared, painter: &mut Painter, out: &mut PipeWriter) {
    loop {
        let idle = |to_send: &mut ToSend| to_send.frame.is_none() && to_send.raw.is_empty() && !to_send.is_over;
        let mut to_send = shared.1.wait_while(lock(shared), idle).unwrap_or_else(PoisonError::into_inner);
        if to_send.is_over {
            return;
        }
        if std::mem::take(&mut to_send.is_lost) {
            painter.forget();
        }
        let (frame, mut bytes) = (to_send.frame.take(), std::mem::take(&mut to_send.raw));
        to_send.is_busy = true;
        drop(to_send);
        bytes.extend(frame.map(|frame| painter.paint(frame)).unwrap_or_default());
        let sent = out.write_all(&bytes);
        let mut to_send = lock(shared);
        to_send.is_busy = false;
        to_send.failed = sent.err().map(|e| e.kind());
        shared.1.notify_all();
        if to_send.failed.is_some() {
            return;
        }
    }
}

/// Raw mode, the other screen, bracketed paste.
fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
}

/// Gives the terminal back; does nothing where it is not taken.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A line that was dropped cannot be written to, and there is nobody to tell.
        let mut out = io::stdout();
        drop(execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
        drop(disable_raw_mode());
    }
}
