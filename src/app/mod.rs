//! The workbench: one event loop, one state, effects as values.

mod act;
mod bookmarks;
mod column_list;
mod desk;
mod effect;
mod engine_events;
mod export_form;
mod operate;
mod overlay;
mod place;
mod run;
mod session;
mod state;
mod terminal;
mod trail;
mod update;
mod views;

pub use effect::{Effect, Event};
pub use run::run;
pub use session::{Flow, Session};
pub use state::{App, OpenCase, Start};
pub use terminal::give_back as give_terminal_back;
