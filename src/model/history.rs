//! The moments of a case: what lay open after each step, to go back to.

use std::sync::Arc;

use super::{Desk, DeskChange};

/// What lay open after a step.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Its number in the case; zero is the empty desk before the first step.
    pub number: u32,
    /// What the step changed, in words.
    pub what: String,
    /// When, RFC 3339; empty for the beginning.
    pub utc: String,
    pub desk: Arc<Desk>,
}

/// The moments in order, and which of them is now.
#[derive(Clone, Debug)]
pub struct History {
    moments: Vec<Moment>,
    at: usize,
    last_number: u32,
}

impl Default for History {
    fn default() -> Self {
        let beginning =
            Moment { number: 0, what: "the beginning".to_owned(), utc: String::new(), desk: Arc::default() };
        Self { moments: vec![beginning], at: 0, last_number: 0 }
    }
}

impl History {
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// Index of the moment that is now.
    pub const fn at(&self) -> usize {
        self.at
    }

    pub fn now(&self) -> &Moment {
        &self.moments[self.at]
    }

    /// Adds a moment after the one that is now; what was undone is no longer ahead. Gives its number.
    pub fn push(&mut self, what: String, utc: String, desk: Desk) -> u32 {
        self.moments.truncate(self.at + 1);
        self.last_number += 1;
        self.moments.push(Moment { number: self.last_number, what, utc, desk: Arc::new(desk) });
        self.at = self.moments.len() - 1;
        self.last_number
    }

    /// Notes where the cursors are, so that coming back finds them there.
    pub fn set_places(&mut self, desk: &Desk) {
        let now = &mut self.moments[self.at].desk;
        if now.places != desk.places || now.at != desk.at {
            let now = Arc::make_mut(now);
            now.places.clone_from(&desk.places);
            now.at = desk.at;
        }
    }

    /// The desk of now is another one without any step: a file has grown.
    pub fn amend(&mut self, desk: Desk) {
        self.moments[self.at].desk = Arc::new(desk);
    }

    /// Goes `by` moments forward or back; None at either end.
    pub fn go_by(&mut self, by: isize) -> Option<&Moment> {
        let to = self.at.checked_add_signed(by)?;
        self.go_to(to)
    }

    /// Goes to the moment at an index.
    pub fn go_to(&mut self, at: usize) -> Option<&Moment> {
        let moment = self.moments.get(at)?;
        self.at = at;
        Some(moment)
    }

    /// Takes in what a record of the journal says of the desk.
    pub fn replay(&mut self, change: &DeskChange, utc: &str) {
        if change.open.is_none() {
            if let Some(at) = self.moments.iter().position(|moment| moment.number == change.moment) {
                self.at = at;
            }
            return;
        }
        let left = Desk { places: change.left.clone(), at: change.left_at, ..Desk::clone(&self.now().desk) };
        self.set_places(&left);
        let before = Arc::clone(&self.now().desk);
        let desk = change.apply(&before);
        let what = desk.changes_since(&before);
        self.push(what, utc.to_owned(), desk);
        // The numbers are those of the journal, whatever was left out of it.
        self.moments[self.at].number = change.moment;
        self.last_number = self.last_number.max(change.moment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bookmark, RowOrigin, TableId};

    fn desk(n: u32) -> Desk {
        let bookmark = |row| Bookmark {
            view: "v".to_owned(),
            table: TableId(1),
            origin: RowOrigin { evidence: "e".to_owned(), row },
            note: String::new(),
            tags: String::new(),
        };
        Desk { bookmarks: (0..n).map(bookmark).collect(), ..Desk::default() }
    }

    #[test]
    fn what_was_undone_comes_back_until_something_else_is_done() {
        let mut history = History::default();
        for n in 1..4 {
            history.push(String::new(), String::new(), desk(n));
        }
        assert_eq!(history.go_by(-2).map(|m| m.number), Some(1));
        assert_eq!(history.go_by(1).map(|m| m.number), Some(2));
        history.push(String::new(), String::new(), desk(9));
        assert!(history.go_by(1).is_none());
        assert_eq!(history.now().number, 4);
        assert!(history.go_by(-9).is_none());
    }

    #[test]
    fn a_journal_tells_the_same_history() {
        let mut history = History::default();
        let mut records = Vec::new();
        for n in 1..4 {
            let before = Arc::clone(&history.now().desk);
            let number = history.push(String::new(), String::new(), desk(n));
            records.push(DeskChange::between(&before, &desk(n), number));
        }
        history.go_by(-1);
        records.push(DeskChange { moment: history.now().number, ..DeskChange::default() });
        let mut again = History::default();
        for change in &records {
            again.replay(change, "");
        }
        assert_eq!((again.at(), again.moments().len()), (history.at(), history.moments().len()));
        assert!(again.now().desk.is_like(&history.now().desk));
    }
}
