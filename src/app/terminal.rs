//! The terminal: taken over, and given back in every case.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::ui::CheckedBackend;

/// A terminal whose backend looks at every cell once more.
pub type Screen = Terminal<CheckedBackend<CrosstermBackend<BufWriter<Stdout>>>>;

/// Whether the terminal is ours now; the panic hook asks.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes the terminal over. Nothing is asked of it, so nothing is waited for.
pub fn take() -> io::Result<Screen> {
    // Keys come from the terminal itself where standard input is evidence.
    if !io::stdout().is_terminal() {
        return Err(io::Error::other("the workbench needs a terminal; in a pipe use a verb, see casebook --help"));
    }
    enter()?;
    Terminal::new(CheckedBackend(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()))))
}

/// Raw mode, the other screen, bracketed paste.
pub fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
}

/// Gives the terminal back; does nothing where it is not taken.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A line that was dropped cannot be written to, and there is nobody to tell.
        drop(execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
        drop(io::stdout().flush());
        drop(disable_raw_mode());
    }
}
