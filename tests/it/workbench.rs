//! What the keys do, seen on the screen.

use casebook::app::{Event, Flow};
use casebook::config::Key;

use crate::driver::{Driver, data, run_in};

/// The grid over the tests' logons.
fn grid() -> Driver {
    let mut driver = Driver::new();
    driver.keys("/").text("list_host_logons").keys("Enter Enter");
    driver
}

#[test]
fn a_query_runs_and_its_rows_appear() {
    let screen = grid().screen();
    assert!(screen.contains("60 rows, 9 cols"), "{screen}");
    assert!(screen.contains("2026-03-02 00:00:00.000"), "{screen}");
}

#[test]
fn filters_stack_and_can_be_dropped() {
    let mut driver = grid();
    driver.keys("l +");
    assert!(driver.screen().contains("8 of 60 rows"), "{}", driver.screen());
    driver.keys("f").text("> 2").keys("Enter");
    assert!(driver.screen().contains("2 filters"), "{}", driver.screen());
    driver.keys("Backspace Backspace");
    assert!(driver.screen().contains("60 rows"), "{}", driver.screen());
}

#[test]
fn hiding_a_value_keeps_rows_without_one() {
    let mut driver = grid();
    driver.keys("f").text("Status = '0x0'").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("12 of 60 rows"), "{screen}");
    driver.keys("g Backspace $ h -");
    assert!(driver.screen().contains("48 of 60 rows"), "{}", driver.screen());
}

#[test]
fn a_filter_is_previewed_while_it_is_typed_and_gone_with_escape() {
    let mut driver = grid();
    driver.keys("f").text("adm-temp");
    assert!(driver.screen().contains("1 of 60 rows"), "{}", driver.screen());
    driver.keys("Esc");
    let screen = driver.screen();
    assert!(screen.contains("60 rows, 9 cols") && !screen.contains("1 of 60"), "{screen}");
}

#[test]
fn sorting_turns_and_keeps_the_cursor_on_its_row() {
    let mut driver = grid();
    driver.keys("j j j j l");
    let row = |driver: &mut Driver| driver.screen().lines().find(|l| l.contains('▐')).unwrap_or_default().to_owned();
    let before = row(&mut driver);
    driver.keys("s");
    assert_eq!(row(&mut driver), before);
    assert!(driver.screen().contains("Account ▲1"));
    driver.keys("s");
    assert!(driver.screen().contains("Account ▼1"));
    driver.keys("s");
    assert!(!driver.screen().contains("Account ▼1"));
}

#[test]
fn hostile_characters_are_seen_and_do_nothing() {
    let mut driver = grid();
    driver.keys("$");
    let screen = driver.screen();
    for token in ["rtl⟨U+202E⟩txt.exe", "zero⟨U+200B⟩width", "⟨ESC⟩[31mred"] {
        assert!(screen.contains(token), "{token}: {screen}");
    }
    assert!(!screen.contains('\u{202e}') && !screen.contains('\x1b'));
}

#[test]
fn a_key_that_cannot_act_says_why() {
    let mut driver = Driver::new();
    driver.keys("2");
    assert!(driver.screen().contains("run a query from the browser"), "{}", driver.screen());
    driver.keys("X");
    assert!(driver.screen().contains("X does nothing here"), "{}", driver.screen());
}

#[test]
fn the_prompt_says_what_is_wrong_and_stays_open() {
    let mut driver = grid();
    driver.keys("f").text("LogonType = (").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("a '(' is not closed") && screen.contains("filter: LogonType = ("), "{screen}");
}

#[test]
fn a_query_that_cannot_run_says_why() {
    let mut driver = Driver::new();
    driver.keys("/").text("missing").keys("Enter Enter");
    assert!(driver.screen().contains("its table 'missing' is not among the data"), "{}", driver.screen());
}

#[test]
fn parameters_are_bound_and_aliases_work() {
    let mut driver = Driver::new();
    driver.keys("/").text("logons_of").keys("Enter Enter");
    driver.text("NORD\\adm-temp").keys("Enter");
    assert!(driver.screen().contains("1 row"), "{}", driver.screen());
    driver.keys("1 Enter").text("x' OR 1=1 --").keys("Enter");
    assert!(driver.screen().contains("0 rows"), "{}", driver.screen());
}

#[test]
fn sql_asks_the_loaded_tables() {
    let mut driver = Driver::new();
    driver.keys("Q").text("SELECT Computer, COUNT(*) AS n FROM host_logons GROUP BY Computer").keys("Enter");
    assert!(driver.screen().contains("7 rows, 2 cols"), "{}", driver.screen());
    driver.keys("Q").text("SELECT * FROM nowhere").keys("Enter");
    assert!(driver.screen().contains("there is no table 'nowhere'"), "{}", driver.screen());
}

#[test]
fn a_file_that_is_opened_is_there_for_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.csv");
    std::fs::write(&path, "a,b\n1,x\n2,y\n").unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter");
    assert!(driver.screen().contains("2 rows, 2 cols"), "{}", driver.screen());
    driver.keys("Q").text("SELECT * FROM mine WHERE a > 1").keys("Enter");
    assert!(driver.screen().contains("1 row, 2 cols"), "{}", driver.screen());
}

#[test]
fn views_can_be_left_and_come_back_to() {
    let mut driver = grid();
    driver.keys("1 /").text("alerts").keys("Enter Enter");
    assert!(driver.screen().contains("view 2 of 2"), "{}", driver.screen());
    driver.keys("[");
    assert!(driver.screen().contains("60 rows"));
    driver.keys("q q");
    assert!(driver.screen().contains("An investigation workbench"), "{}", driver.screen());
    assert_eq!(driver.event(Event::Key(Key::parse("q").unwrap())), Flow::Quit);
}

#[test]
fn pasted_text_goes_only_into_text_fields() {
    let mut driver = grid();
    driver.event(Event::Paste("q q q\x1b".to_owned()));
    assert!(driver.screen().contains("pasted text was ignored"), "{}", driver.screen());
    driver.keys("f");
    driver.event(Event::Paste("svc\r\n-backup\x1b".to_owned()));
    assert!(driver.screen().contains("filter: svc -backup"), "{}", driver.screen());
}

/// The grid's keys and `casebook do` say the same steps.
#[test]
fn the_grid_and_the_command_line_give_the_same_rows() {
    let home = tempfile::tempdir().unwrap();
    let table = data().join("tables/host_logons.csv");
    let table = table.to_str().unwrap();
    let grid_file = home.path().join("grid.csv");

    let mut driver = grid();
    driver.keys("f").text("LogonType = 3 AND IpAddress <> '-'").keys("Enter");
    driver.keys("l s l l l S S");
    // Hide the last column, then export what is shown, raw.
    driver.keys("$ c h e Tab Tab Tab Right Tab");
    driver.keys("Ctrl-u").text(grid_file.to_str().unwrap()).keys("Enter");
    assert!(driver.screen().contains("wrote 18 rows, 8 columns"), "{}", driver.screen());

    let step = |operation: &str, parameter: &str, value: &str, input: &str, output: &str| {
        let (code, _, error) = run_in(home.path(), &["do", operation, parameter, value, input, "-o", output]);
        assert_eq!(code, 0, "{error}");
    };
    step("filter", "--where", "LogonType = 3 AND IpAddress <> '-'", table, "a.parquet");
    step("sort", "--by", "Account,-Computer", "a.parquet", "b.parquet");
    step(
        "select",
        "--columns",
        "TimeGenerated,Account,LogonType,IpAddress,Computer,TargetLogonId,Score,Status",
        "b.parquet",
        "c.csv",
    );
    let from_grid = std::fs::read_to_string(&grid_file).unwrap();
    assert_eq!(from_grid, std::fs::read_to_string(home.path().join("c.csv")).unwrap());
    assert_eq!(from_grid.lines().count(), 19);
}

#[test]
fn an_export_never_overwrites_without_consent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    std::fs::write(&path, "mine").unwrap();
    let mut driver = grid();
    driver.keys("e Tab Tab Tab Tab Ctrl-u").text(path.to_str().unwrap()).keys("Enter");
    assert!(driver.screen().contains("is there already"), "{}", driver.screen());
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    driver.keys("Tab Right Enter");
    assert!(driver.screen().contains("wrote 60 rows"), "{}", driver.screen());
}

#[test]
fn marked_rows_are_exported_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("marked.jsonl");
    let mut driver = grid();
    driver.keys("m j m e Tab Tab Right");
    driver.keys("Tab Tab Ctrl-u").text(path.to_str().unwrap()).keys("Enter");
    assert!(driver.screen().contains("wrote 2 rows"), "{}", driver.screen());
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
}

#[test]
fn a_frame_of_a_new_size_is_drawn_before_its_event_is_seen() {
    for (width, height) in [(10, 3), (40, 8), (79, 23), (30, 24), (80, 6)] {
        let mut driver = Driver::new();
        driver.keys("j j j");
        driver.terminal_shrinks_unnoticed(width, height);
        driver.screen();
        driver.keys("/").text("list_host_logons").keys("Enter Enter Enter");
        driver.screen();
    }
}

/// The order is only claimed where it is there.
#[test]
fn editing_the_filters_keeps_the_sort() {
    let mut driver = grid();
    driver.keys("f").text("LogonType = 3").keys("Enter l s");
    let sorted = driver.screen();
    driver.keys("F Enter");
    assert_eq!(driver.screen(), sorted);
}

#[test]
fn keys_that_come_before_the_answer_are_not_lost() {
    let mut driver = grid();
    driver.burst("l + l + l s");
    let screen = driver.screen();
    assert!(screen.contains("2 filters") && screen.contains("IpAddress ▲1"), "{screen}");
}

#[test]
fn a_table_that_opens_under_a_form_does_not_change_what_the_form_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut driver = grid();
    driver.keys("1 /").text("list_alerts").keys("Enter");
    driver.burst("Enter 2 e");
    let screen = driver.screen();
    assert!(screen.contains("Export list_host_logons") && screen.contains("list_alerts is open too"), "{screen}");
    driver.keys("Tab Tab Tab Tab Ctrl-u").text(path.to_str().unwrap()).keys("Enter");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("TimeGenerated,Account,LogonType"));
    driver.keys("g t");
    assert!(driver.screen().contains("6 rows, 5 cols"), "{}", driver.screen());
}

#[test]
fn a_hidden_column_can_still_be_filtered_by() {
    let mut driver = grid();
    driver.keys("l l c h f").text("LogonType = 3").keys("Enter");
    assert!(driver.screen().contains("18 of 60 rows"), "{}", driver.screen());
}

#[test]
fn notes_are_a_table_that_can_be_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mangled.csv");
    std::fs::write(&path, "t,u\n19:04.4,01:02.3\n23:59.5,04:05.6\n").unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter g n");
    assert!(driver.screen().contains("notes on mangled  2 rows, 5 cols"), "{}", driver.screen());
    driver.keys("l l +");
    assert!(driver.screen().contains("1 of 2 rows"), "{}", driver.screen());
}

#[test]
fn a_preview_gives_the_cursor_back() {
    let mut driver = grid();
    driver.keys("G f").text("adm-temp");
    assert!(driver.screen().contains("row 1, col 1"), "{}", driver.screen());
    driver.keys("Esc");
    assert!(driver.screen().contains("row 60, col 1"), "{}", driver.screen());
}

#[test]
fn only_the_keys_that_choose_turn_a_choice() {
    let mut driver = grid();
    driver.keys("e Tab Tab Tab Tab Tab Backspace x");
    assert!(driver.screen().contains("< no >"), "{}", driver.screen());
    driver.keys("Space");
    assert!(driver.screen().contains("< yes >"), "{}", driver.screen());
}

#[test]
fn a_form_stays_until_its_mistake_is_mended() {
    let mut driver = Driver::new();
    driver.keys("/").text("logons_of").keys("Enter Enter");
    driver.text("SYSTEM").keys("Tab Ctrl-u").text("someday").keys("Enter");
    assert!(
        driver.screen().contains("'someday' is no time") && driver.screen().contains("SYSTEM"),
        "{}",
        driver.screen()
    );
    driver.keys("Ctrl-u").text("2026-03-01").keys("Enter");
    assert!(driver.screen().contains("22 rows"), "{}", driver.screen());
}

#[test]
fn a_long_value_can_be_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let value = (0..200).map(|n| format!("part-{n:03}")).collect::<Vec<_>>().join(" ");
    std::fs::write(&path, format!("a,b\n1,{value}\n")).unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(path.to_str().unwrap()).keys("Enter l Enter Enter");
    let screen = driver.screen();
    assert!(
        screen.contains("part-000") && screen.contains("more lines: Ctrl-f") && !screen.contains("part-199"),
        "{screen}"
    );
    driver.keys("Ctrl-f Ctrl-f Ctrl-f Ctrl-f Ctrl-f Ctrl-f");
    let screen = driver.screen();
    assert!(screen.contains("part-199") && !screen.contains("more lines"), "{screen}");
    driver.keys("k");
    assert!(driver.screen().contains("part-000"), "{}", driver.screen());
}

#[test]
fn the_jobs_say_in_full_why_one_failed() {
    let mut driver = Driver::new();
    driver.keys("Q").text("SELECT * FROM nowhere").keys("Enter Esc 4");
    // How long it took moves the line ends, so only the words count.
    let words = driver.screen().replace(['\n', '│'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    assert!(words.join(" ").contains("loaded are alerts,"), "{}", driver.screen());
    assert!(words.contains(&"failed"), "{}", driver.screen());
}
