//! How things look: colours, glyphs, places, and the one way in which text reaches the screen.

mod edit;
mod layout;
mod look;
mod painter;
mod scroll;
mod text;

pub use edit::edit;
pub use layout::{Rects, SMALLEST, Shape, layout};
pub use look::{ColourDepth, Glyphs, Look};
pub use painter::Painter;
pub use text::{Cut, count, popup, put, put_cut, put_right, put_shown, rule, shown_in, wrapped};
