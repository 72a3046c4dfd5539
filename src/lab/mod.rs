//! Lessons: files of prose, checks and scripts, read and judged. What is taught is in `data/lab/lessons/`; how to write
//! more is in `docs/lessons.md`.

mod check;
mod file;
mod lesson;
mod question;

pub use check::{State, Truths, ViewFacts, holds};
pub use file::read;
pub use lesson::{Check, Condition, Data, Expected, Item, Lesson, LessonStep};
pub use question::{Kind, Question};
