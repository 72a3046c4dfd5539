//! Jobs: slots, progress, cancellation, the catalog of tables. The only room that spawns
//! tasks and threads, but for the pump that `app/run` reads the keyboard with.

mod catalog;
mod guard;
mod job;
mod runner;
mod scribe;

pub use catalog::{Catalog, Recipe};
pub use guard::{guarded, is_guarded};
pub use job::{Answer, Done, Export, Failure, Job, JobCx, run};
pub use runner::{Engine, EngineEvent, JobInfo, JobState, Slot};
pub use scribe::{Scribe, ScribeEvent, hash_evidence};
