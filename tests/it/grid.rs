//! What the grid's newer keys do, seen on the screen.

use crate::driver::Driver;

/// The grid over the tests' logons.
fn grid() -> Driver {
    let mut driver = Driver::new();
    driver.keys("/").text("list_host_logons").keys("Enter Enter");
    driver
}

/// The grid over a file of this text.
fn over(name: &str, text: &str) -> (tempfile::TempDir, Driver) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter");
    (folder, driver)
}

#[test]
fn a_stack_counts_and_leads_back_to_its_rows() {
    let mut driver = grid();
    driver.keys("l v");
    let screen = driver.screen();
    assert!(screen.contains("stack of Account in list_host_logons"), "{screen}");
    driver.keys("V");
    let first = driver.screen();
    driver.keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("of 60 rows") && screen.contains("Account = "), "{screen}");
    assert_ne!(first, screen);
    driver.keys("Backspace ] -");
    assert!(driver.screen().contains("Account != "), "{}", driver.screen());
}

#[test]
fn several_columns_are_stacked_through_the_form() {
    let mut driver = grid();
    driver.keys("l g v").text(",LogonType").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("stack of Account, LogonType in list_host_logons"), "{screen}");
    driver.keys("-");
    assert!(driver.screen().contains("not (Account = "), "{}", driver.screen());
}

#[test]
fn columns_are_found_hidden_and_moved() {
    let (_folder, mut driver) = over("wide.csv", "a,b,c\n1,,x\n2,,y\n");
    driver.keys("c c Alt-e Esc");
    let screen = driver.screen();
    assert!(screen.contains("1 hidden") && !screen.contains("a b"), "{screen}");
    driver.keys("c c").text("c").keys("Enter <");
    let heading = driver.screen().lines().nth(2).unwrap_or_default().to_owned();
    assert!(heading.find("a c").unwrap() < heading.find("# a").unwrap(), "{heading}");
}

#[test]
fn a_type_is_changed_in_place_and_failures_are_told() {
    let (_folder, mut driver) = over("t.csv", "pid,who\n0x1f,a\n0x2,b\n-,c\n");
    driver.keys("c t Right Enter");
    let screen = driver.screen();
    assert!(screen.contains("# pid") && screen.contains("31"), "{screen}");
    assert!(screen.contains("1 values are no number"), "{screen}");
    driver.keys("g N");
    assert!(driver.screen().contains("noted rows of t  1 row"), "{}", driver.screen());
}

#[test]
fn times_are_shown_in_another_zone_and_the_line_below_shows_where_rows_lie() {
    let (_folder, mut driver) = over("t.csv", "time,x\n2026-03-04 02:11:09,1\n2026-03-05 02:11:09,2\n");
    let screen = driver.screen();
    assert!(screen.contains("UTC") && screen.contains("peak"), "{screen}");
    driver.keys("T");
    assert!(driver.screen().contains("local"), "{}", driver.screen());
}

#[test]
fn bytes_and_nested_values_open_in_the_detail() {
    let (_folder, mut driver) = over("t.csv", "v\n\"['a', {'b': None}]\"\n\"['x']\"\n");
    assert!(driver.screen().contains("[2]"), "{}", driver.screen());
    driver.keys("Enter");
    assert!(driver.screen().contains("\"b\": null"), "{}", driver.screen());
    driver.keys("x");
    assert!(driver.screen().contains("5b 27 61 27"), "{}", driver.screen());
}

#[test]
fn bookmarks_are_listed_and_lead_back() {
    let mut driver = grid();
    driver.keys("G b").text("odd one").keys("Tab").text("lateral").keys("Enter g g g b");
    let screen = driver.screen();
    assert!(screen.contains("odd one") && screen.contains("lateral"), "{screen}");
    driver.keys("Enter");
    assert!(driver.screen().contains("row 60"), "{}", driver.screen());
}

#[test]
fn two_marked_rows_are_compared() {
    let mut driver = grid();
    driver.keys("m m g =");
    let screen = driver.screen();
    assert!(screen.contains("two rows of list_host_logons") && screen.contains("row_1"), "{screen}");
}

#[test]
fn a_join_says_what_it_would_find_before_it_is_made() {
    let (_folder, mut driver) = over("owners.csv", "Account,Owner\nSYSTEM,it\n");
    driver.keys("1 /").text("list_host_logons").keys("Enter Enter l g j Tab").text(" ");
    let screen = driver.screen();
    assert!(screen.contains("have a match"), "{screen}");
    driver.keys("Enter");
    assert!(driver.screen().contains("list_host_logons with owners"), "{}", driver.screen());
}

#[test]
fn filters_know_networks_lists_and_nothing() {
    let mut driver = grid();
    driver.keys("c c").text("IpAddress").keys("Enter f").text("in 10.0.0.0/8").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("of 60 rows"), "{screen}");
    driver.keys("Backspace f").text("not null").keys("Enter");
    assert!(driver.screen().contains("IpAddress not null"), "{}", driver.screen());
}

#[test]
fn long_text_is_wrapped_on_request() {
    let (_folder, mut driver) = over("t.csv", &format!("v\n{}\n", "word ".repeat(40)));
    driver.keys("c W");
    let screen = driver.screen();
    let n_lines = screen.lines().filter(|line| line.contains("word word")).count();
    assert_eq!(n_lines, 3, "{screen}");
}

#[test]
fn items_of_lists_and_whole_lists_can_be_filtered_by() {
    let text = "{\"ips\":[\"10.0.0.1\",\"10.0.0.12\"]}\n{\"ips\":[\"10.0.0.12\"]}\n{\"ips\":[\"10.0.0.1\"]}\n";
    let (_folder, mut driver) = over("t.jsonl", text);
    driver.keys("f").text("in 10.0.0.1").keys("Enter");
    assert!(driver.screen().contains("2 of 3 rows"), "{}", driver.screen());
    driver.keys("Backspace +");
    assert!(driver.screen().contains("1 of 3 rows"), "{}", driver.screen());
}

#[test]
fn a_clock_that_is_set_right_twice_is_told_once_with_the_sum() {
    let (_folder, mut driver) = over("t.csv", "time,x\n2026-03-04 02:11:09,1\n2026-03-05 02:11:09,2\n");
    driver.keys("c T").text("-3m20s").keys("Enter");
    assert!(driver.screen().contains("2026-03-04 02:07:49"), "{}", driver.screen());
    driver.keys("c T").text("-3m20s").keys("Enter g n");
    let screen = driver.screen();
    assert!(screen.contains("notes on t  1 row") && screen.contains("set right by -6m40s in all"), "{screen}");
}
