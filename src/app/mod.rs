//! The workbench: one event loop, one state, effects as values.

mod act;
mod bookmarks;
mod column_list;
mod effect;
mod engine_events;
mod export_form;
mod operate;
mod overlay;
mod run;
mod session;
mod state;
mod terminal;
mod update;
mod views;

pub use bookmarks::{Bookmark, bookmarks_of};
pub use effect::{Effect, Event};
pub use run::run;
pub use session::{Flow, Session};
pub use state::{App, OpenCase, Start};
pub use terminal::give_back as give_terminal_back;
