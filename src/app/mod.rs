//! The workbench: one event loop, one state, effects as values.

mod act;
mod begin;
mod bookmarks;
mod choices;
mod column_list;
mod copy;
mod desk;
mod effect;
mod engine_events;
mod export_form;
mod follow;
mod lab;
mod open_case;
mod operate;
mod overlay;
mod place;
mod play;
mod run;
mod session;
mod state;
mod terminal;
mod trail;
mod update;
mod views;

pub use begin::{Wanted, begin};
pub use copy::Between;
pub use effect::{Effect, Event, Next};
pub use lab::{LessonEntry, LessonProgress};
pub use open_case::OpenCase;
pub use place::lesson_progress;
pub use play::{Player, check_lessons, list_lessons};
pub use run::{Ended, run};
pub use session::{Flow, Session};
pub use state::{App, Start};
pub use terminal::give_back as give_terminal_back;
