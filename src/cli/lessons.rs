//! Where lessons come from, and how far each has been gone through.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::case::read_place;
use crate::config::{Config, Problem, lessons as built_in};
use crate::lab::{Lesson, read};

/// The lessons in order of their numbers, and what is wrong with the files of others.
#[derive(Debug, Default)]
pub struct Shelf {
    pub lessons: Vec<Lesson>,
    pub problems: Vec<Problem>,
}

impl Shelf {
    /// The built-in lessons and those of the person; or only those of a folder.
    pub fn load(config: &Config, folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut shelf = Self::default();
        if let Some(folder) = folder {
            shelf.add_folder(folder)?;
        } else {
            for (file, text) in built_in() {
                shelf.add(&file, text, Path::new("."));
            }
            let own = config.paths.config.join("lessons");
            if own.is_dir() {
                shelf.add_folder(&own)?;
            }
        }
        shelf.lessons.sort_by(|a, b| (a.number, &a.id).cmp(&(b.number, &b.id)));
        Ok(shelf)
    }

    fn add_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
        files.sort_unstable();
        anyhow::ensure!(!files.is_empty(), "{}: no lesson is here: a lesson is a file NAME.md", folder.display());
        for file in files {
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            self.add(&file.display().to_string(), &text, folder);
        }
        Ok(())
    }

    fn add(&mut self, file: &str, text: &str, folder: &Path) {
        match read(file, text, folder) {
            Err(problems) => self.problems.extend(problems),
            Ok(lesson) => {
                if let Some(other) = self.lessons.iter().find(|other| other.id == lesson.id) {
                    let what = format!("the lesson '{}' stands in {} already", lesson.id, other.file);
                    self.problems.push(Problem { file: file.to_owned(), line: 2, what });
                } else {
                    self.lessons.push(lesson);
                }
            }
        }
    }

    /// The lesson of this id or number.
    pub fn find(&self, name: &str) -> anyhow::Result<&Lesson> {
        let found = self.lessons.iter().find(|lesson| lesson.id == name || lesson.number.to_string() == name);
        let known = || self.lessons.iter().map(|lesson| lesson.id.as_str()).collect::<Vec<_>>().join(", ");
        found.with_context(|| format!("there is no lesson '{name}'; there are {}", known()))
    }
}

/// The folder in which a lesson's work is kept.
pub fn lesson_folder(config: &Config, id: &str) -> PathBuf {
    config.paths.data.join("lab").join(id)
}

/// What was kept of a lesson the last time.
pub fn lesson_place(config: &Config, id: &str) -> Option<String> {
    read_place(&lesson_folder(config, id))
}

/// Takes away what was made in a lesson: its journal, and how far it was gone through.
pub fn forget_lesson(config: &Config, id: &str) -> anyhow::Result<()> {
    let folder = lesson_folder(config, id);
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
