//! Panics of jobs become failures: odd evidence must not end the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread will be caught, so that a panic hook has nothing to say.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`; a panic inside it is an error that says so, without the evidence that a panic's text may quote.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| {
        "the query engine could not cope with this evidence and stopped; everything else goes on".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_thread_goes_on() {
        assert!(guarded(|| assert_eq!(1, 2)).is_err());
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Ok(true));
    }
}
