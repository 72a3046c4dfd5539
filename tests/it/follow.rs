//! Files that grow are followed under the filters of their view.

use std::io::Write;
use std::path::Path;

use casebook::case;

use crate::driver::{Driver, Wanted, run_in};

fn append(path: &Path, text: &str) {
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn new_rows_come_in_under_the_filters_and_are_journalled_when_something_is_done_with_them() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("grows.csv");
    std::fs::write(&path, "n,who\n1,SYSTEM\n2,svc-backup\n").unwrap();
    let folder = home.path().join("case");
    let mut driver = Driver::with(Wanted { case: Some(folder.clone()), ..Wanted::default() });
    driver.keys("o").text(&path.display().to_string()).keys("Enter");
    driver.keys("l j m + g f");
    assert!(driver.screen().contains("following"), "{}", driver.screen());
    // Half a line is no row yet.
    append(&path, "3,svc-backup\n4,SYSTEM\n5,svc-");
    driver.until("2 of 4 rows");
    append(&path, "backup\n");
    driver.until("3 of 5 rows");
    let screen = driver.screen();
    assert!(screen.contains("1 marked") && screen.contains("row 3"), "the cursor stays at the end: {screen}");
    let steps = |folder: &Path| {
        let records = case::read(&folder.join("journal.jsonl")).unwrap();
        records.into_iter().filter(|r| r.step != "hash-evidence").map(|r| r.step).collect::<Vec<_>>()
    };
    driver.keys("s");
    assert!(driver.screen().contains("3 of 5 rows"), "{}", driver.screen());
    drop(driver);
    assert_eq!(steps(&folder), ["open", "mark", "filter", "open", "filter", "sort"]);
    // It has grown further, and the journal still tells of what was seen.
    append(&path, "6,svc-backup\n");
    let (code, out, error) = run_in(home.path(), &["replay", "--case", "./case"]);
    assert!(code == 1 && error.contains("step 1 (open)") && out.contains("5 tables"), "{out}{error}");
    let mut again = Driver::with(Wanted { case: Some(folder), ..Wanted::default() });
    assert!(again.screen().contains("3 of 5 rows"), "{}", again.screen());
}

#[test]
fn a_file_that_was_cut_ends_the_following() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grows.csv");
    std::fs::write(&path, "n\n1\n2\n").unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(&path.display().to_string()).keys("Enter g f");
    std::fs::write(&path, "n\n").unwrap();
    driver.until("was cut or replaced");
    assert!(!driver.screen().contains(", following"), "{}", driver.screen());
}
