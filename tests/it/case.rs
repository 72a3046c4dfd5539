//! A case is left and found again: what was done can be undone, and comes back after a crash.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::driver::{Driver, Wanted};

const LOGONS: &str = "list_host_logons";

fn in_case(folder: &Path) -> Driver {
    Driver::with(Wanted { case: Some(folder.to_owned()), ..Wanted::default() })
}

fn open_logons(driver: &mut Driver) {
    driver.keys("/").text(LOGONS).keys("Enter Enter");
}

/// What is on the screen but for the footer, which tells what happened last, and the number of the newest record.
fn body(driver: &mut Driver) -> String {
    // A message that is longer than a line covers more of the screen until the next key.
    driver.keys("Ctrl-l");
    let screen = driver.screen();
    let path: String = screen.chars().take(30).collect();
    let rest = screen.lines().skip(1).take(22);
    std::iter::once(path.as_str()).chain(rest).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn every_change_can_be_undone_and_done_again() {
    let mut driver = Driver::new();
    open_logons(&mut driver);
    // Each changes something that a person would miss: filters, order, columns, marks, stacks, types, bookmarks.
    for keys in [
        "l|+",
        "l l|-",
        "s",
        "c h",
        "c f",
        "c w",
        "c W",
        ">",
        "m",
        "j j|M",
        "g m",
        "g M",
        "Backspace",
        "g Backspace",
        "c u",
        "S",
        "v",
        "q",
        "b Enter",
        "c t Enter",
    ] {
        let (way, keys) = keys.split_once('|').unwrap_or(("", keys));
        driver.keys(way);
        let before = body(&mut driver);
        driver.keys(keys);
        let after = body(&mut driver);
        driver.keys("u");
        // A pair of keys may be two steps.
        for _ in 0..3 {
            if body(&mut driver) != before {
                driver.keys("u");
            }
        }
        assert_eq!(body(&mut driver), before, "{keys} undone");
        for _ in 0..4 {
            if body(&mut driver) != after {
                driver.keys("Ctrl-r");
            }
        }
        assert_eq!(body(&mut driver), after, "{keys} done again");
    }
    for _ in 0..60 {
        driver.keys("u");
    }
    assert!(driver.screen().contains("nothing is left to undo"), "{}", driver.screen());
    assert!(driver.screen().contains("An investigation workbench"));
}

/// Keys that change what lies open, and some that only move.
const KEYS: &[&str] = &[
    "j",
    "k",
    "l",
    "h",
    "G",
    "+",
    "-",
    "s",
    "S",
    "c h",
    "c u",
    "m",
    "M",
    "v",
    "Backspace",
    "[",
    "]",
    "^",
    "g t",
    "u",
    "u",
    "Ctrl-r",
    "q",
    "c W",
    "1",
    "2",
    "Enter",
    "Tab",
];

#[test]
fn a_case_reopens_as_it_was_left_whatever_was_done() {
    let keys = proptest::collection::vec(proptest::sample::select(KEYS), 1..25);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&keys, |keys| {
        let folder = tempfile::tempdir().unwrap();
        let case = folder.path().join("case");
        let mut driver = in_case(&case);
        open_logons(&mut driver);
        for keys in &keys {
            // Closing the last view would leave the program.
            if *keys != "q" || driver.screen().contains("view ") {
                driver.keys(keys);
            }
        }
        driver.keys("2");
        let left = body(&mut driver);
        drop(driver);
        let mut again = in_case(&case);
        prop_assert_eq!(body(&mut again), left);
        // The history came back, too: what can be undone here could be undone there.
        again.keys("u");
        let text = again.screen();
        prop_assert!(text.contains("undone: ") || text.contains("nothing is left to undo"), "{}", text);
        Ok(())
    });
    // The keys that it failed with are worth more than its screens.
    if let Err(proptest::test_runner::TestError::Fail(why, keys)) = outcome {
        panic!("{keys:?}\n{}", why.message().replace("\\n", "\n"));
    }
}

#[test]
fn the_history_lists_the_steps_and_leads_back_to_any() {
    let mut driver = Driver::new();
    open_logons(&mut driver);
    driver.keys("l + s g h");
    let screen = driver.screen();
    assert!(screen.contains("now") && screen.contains("sort ") && screen.contains("open list_host_logons"), "{screen}");
    driver.keys("Down Down Enter");
    let screen = driver.screen();
    assert!(screen.contains("60 rows, 9 cols") && screen.contains("as it was after: open"), "{screen}");
    driver.keys("Ctrl-r Ctrl-r");
    assert!(driver.screen().contains("done again: "), "{}", driver.screen());
}

#[test]
fn back_and_forward_find_each_view_as_it_was() {
    let mut driver = Driver::new();
    open_logons(&mut driver);
    driver.keys("l j j j");
    let first = body(&mut driver);
    driver.keys("v j");
    let stack = body(&mut driver);
    assert!(stack.contains("list_host_logons ›") && stack.contains("stack of Account"), "{stack}");
    driver.keys("Enter");
    let filtered = body(&mut driver);
    driver.keys("[");
    assert_eq!(body(&mut driver), stack);
    driver.keys("[");
    assert_eq!(body(&mut driver), first);
    driver.keys("]");
    assert_eq!(body(&mut driver), stack);
    driver.keys("]");
    assert_eq!(body(&mut driver), filtered);
    driver.keys("g T ^");
    assert!(!driver.screen().contains("› stack"), "{}", driver.screen());
}

#[test]
fn marks_and_bookmarks_of_a_file_that_was_named_from_here_come_back() {
    let folder = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let name = folder.path().file_name().unwrap().to_str().unwrap().to_owned();
    std::fs::write(folder.path().join("here.csv"), "a,b\n1,x\n2,y\n").unwrap();
    let case = folder.path().join("case");
    let mut driver = in_case(&case);
    driver.keys("o").text(&format!("{name}/here.csv")).keys("Enter j m g g b").text("first").keys("Enter");
    assert!(driver.screen().contains("1 marked"));
    drop(driver);
    let mut again = in_case(&case);
    assert!(again.screen().contains("1 marked"), "{}", again.screen());
    again.keys("G g b Enter");
    assert!(again.screen().contains("row 1"), "{}", again.screen());
}

#[test]
fn evidence_that_is_gone_costs_its_view_and_comes_back_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = folder.path().join("evidence.csv");
    std::fs::write(&evidence, "a,b\n1,x\n2,y\n").unwrap();
    let case = folder.path().join("case");
    let mut driver = in_case(&case);
    open_logons(&mut driver);
    driver.keys("o").text(&evidence.display().to_string()).keys("Enter");
    assert!(driver.screen().contains("2 rows, 2 cols"));
    drop(driver);
    let hidden = folder.path().join("elsewhere.csv");
    std::fs::rename(&evidence, &hidden).unwrap();
    let mut driver = in_case(&case);
    let screen = driver.screen();
    assert!(screen.contains("evidence could not be brought back") && screen.contains("60 rows"), "{screen}");
    drop(driver);
    std::fs::rename(&hidden, &evidence).unwrap();
    let mut driver = in_case(&case);
    driver.keys("g w Down Enter");
    assert!(driver.screen().contains("2 rows, 2 cols"), "{}", driver.screen());
    drop(driver);
    std::fs::write(&evidence, "a,b\n1,x\n2,y\n3,z\n").unwrap();
    assert!(in_case(&case).screen().contains("is not what it was when the case was left"));
}
