//! The last gate before the terminal: no cell with an active or invisible character passes.
//!
//! [`super::put`] makes text safe; this backend looks once more, so that a widget that was handed raw evidence by
//! mistake draws question marks and not an escape sequence.

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use crate::model::Untrusted;

/// Wraps any backend.
#[derive(Debug)]
pub struct CheckedBackend<B>(pub B);

impl<B: Backend<Error = io::Error>> Backend for CheckedBackend<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut question = Cell::new("?");
        question.set_style(ratatui::style::Style::new());
        let safe: Vec<(u16, u16, Cell)> = content
            .map(|(x, y, cell)| {
                let symbol = cell.symbol();
                let hostile = symbol.chars().any(char::is_control) || Untrusted(symbol).has_hidden();
                (x, y, if hostile { question.clone() } else { cell.clone() })
            })
            .collect();
        self.0.draw(safe.iter().map(|(x, y, cell)| (*x, *y, cell)))
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    /// The terminal is never asked: one that does not answer would be waited for. We draw our own cursor, so any
    /// position will do.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.0.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
