//! What an analyst at the end of a bad line relies on: copying, themes, keymaps, sizes.

use casebook::app::{Event, Flow};
use casebook::config::{Config, Key, Paths};
use casebook::model::TextMode;
use casebook::ui::ColourDepth;

use crate::driver::{Driver, Wanted, run_in};

fn grid() -> Driver {
    let mut driver = Driver::new();
    driver.keys("/").text("list_host_logons").keys("Enter Enter");
    driver
}

fn sent(driver: &mut Driver, keys: &str) -> String {
    let keys: Vec<&str> = keys.split(' ').collect();
    let mut flow = Flow::Continue;
    for key in keys {
        flow = driver.event(Event::Key(Key::parse(key).unwrap()));
    }
    match flow {
        Flow::Send(bytes) => String::from_utf8(bytes).unwrap(),
        _ => String::new(),
    }
}

fn unwrapped(sequence: &str) -> String {
    use base64::Engine as _;
    let text = sequence.strip_prefix("\x1b]52;c;").and_then(|rest| rest.strip_suffix('\x07')).unwrap();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

#[test]
fn copies_go_to_the_terminal_and_never_claim_more() {
    let mut driver = grid();
    driver.keys("l l l");
    assert_eq!(unwrapped(&sent(&mut driver, "y y")), "10.20.4.17");
    let screen = driver.screen();
    assert!(screen.contains("sent the IpAddress of row 1 (10 bytes) to the terminal's clipboard"), "{screen}");
    assert!(!screen.contains("copied"), "{screen}");
    assert_eq!(unwrapped(&sent(&mut driver, "y d")), "10[.]20[.]4[.]17");
    assert!(
        unwrapped(&sent(&mut driver, "y r")).starts_with("2026-03-02T00:00:00Z\tNORD\\svc-backup\t3\t10.20.4.17\t")
    );
    assert_eq!(unwrapped(&sent(&mut driver, "y c")).lines().count(), 60);
    driver.keys("m j m");
    let marked = unwrapped(&sent(&mut driver, "y m"));
    assert!(marked.starts_with("TimeGenerated\tAccount\t") && marked.lines().count() == 3, "{marked}");
}

#[test]
fn what_is_too_long_for_a_terminal_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    std::fs::write(&path, format!("a\n{}\n", "x".repeat(80_000))).unwrap();
    let mut driver = Driver::new();
    driver.keys("o").text(&path.display().to_string()).keys("Enter");
    assert_eq!(sent(&mut driver, "y y"), "");
    assert!(driver.screen().contains("more than a terminal takes"), "{}", driver.screen());
}

#[test]
fn the_mouse_is_off_until_it_is_wanted_and_then_moves_the_cursor() {
    let mut driver = grid();
    driver.event(Event::Key(Key::parse("z").unwrap()));
    assert_eq!(driver.event(Event::Key(Key::parse("m").unwrap())), Flow::Mouse(true));
    driver.event(Event::Click(30, 6));
    assert!(driver.screen().contains("row 4, col 2"), "{}", driver.screen());
    driver.event(Event::Wheel(3));
    assert!(driver.screen().contains("row 7, col 2"), "{}", driver.screen());
    driver.event(Event::Click(0, 0));
    driver.event(Event::Click(79, 23));
}

#[test]
fn every_theme_can_be_taken_and_every_pane_be_drawn_in_it() {
    let mut driver = grid();
    for name in ["light", "colour-blind", "sixteen", "mono", "dark"] {
        let before = driver.screen();
        driver.keys("z t").text(name).keys("Enter");
        assert_eq!(driver.screen(), before, "{name} changes only colours");
    }
}

fn config(keymap: &str) -> Config {
    let text = format!("keymap: {keymap}\n");
    let paths = Paths { config: "/none".into(), data: "/none".into() };
    Config::load(paths, &|path| path.ends_with("config.yaml").then(|| text.clone()))
}

#[test]
fn the_footer_names_palette_and_help_in_every_pane_and_keymap_at_80_columns() {
    for keymap in ["default", "vim", "arrows"] {
        let config = config(keymap);
        assert_eq!(config.problems, []);
        for pane in ["1", "2", "Enter", "4"] {
            let mut driver = Driver::with(Wanted { config: Some(config.clone()), ..Wanted::default() });
            driver.keys("/").text("list_host_logons").keys("Enter Enter").keys(pane);
            let screen = driver.screen();
            let footer = screen.lines().last().unwrap();
            assert!(footer.ends_with("help") && footer.contains("palette"), "{keymap} {pane}: {footer}");
            assert!(footer.chars().count() <= 80, "{footer}");
        }
    }
    let mut driver = Driver::with(Wanted { config: Some(config("arrows")), ..Wanted::default() });
    driver.keys("F3").text("list_host_logons").keys("Enter Enter F4").text("svc").keys("Enter F8");
    assert!(driver.screen().contains("60 rows"), "{}", driver.screen());
}

#[test]
fn sql_is_completed_written_in_lines_and_mended_where_it_is_wrong() {
    let mut driver = grid();
    driver.keys("Q").text("sel");
    assert!(driver.screen().contains("Tab: SELECT"), "{}", driver.screen());
    driver
        .keys("Tab")
        .text(" Acc")
        .keys("Tab")
        .text(", COUNT(*) AS n")
        .keys("Alt-Enter")
        .text("FROM host_")
        .keys("Tab");
    driver.keys("Ctrl-j").text("GROUP BY Acount");
    let screen = driver.screen();
    assert!(
        screen.contains("sql: SELECT Account, COUNT(*) AS n\n      FROM host_logons\n      GROUP BY Acount"),
        "{screen}"
    );
    driver.keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("there is no column Acount") && screen.contains("GROUP BY Acount"), "{screen}");
    // The cursor stands where the mistake is.
    driver.keys("Right Right").text("c").keys("Enter");
    let screen = driver.screen();
    assert!(screen.contains("5 rows, 2 cols"), "{screen}");
    driver.keys("Q Up Up");
    assert!(driver.screen().contains("FROM host_logons"), "the history has it: {}", driver.screen());
    driver.keys("Esc").keys("g T f").text("Logon").keys("Tab");
    assert!(driver.screen().contains("LogonType"), "{}", driver.screen());
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    for (size, mode) in [((39, 30), TextMode::Unicode), ((80, 9), TextMode::Ascii)] {
        let mut driver = Driver::with(Wanted { size, mode, depth: ColourDepth::None, ..Wanted::default() });
        let screen = driver.screen().replace('\n', " ");
        assert!(screen.contains("casebook needs 40 columns"), "{screen}");
    }
}

#[test]
fn cases_are_made_and_listed() {
    let home = tempfile::tempdir().unwrap();
    let (code, out, error) = run_in(
        home.path(),
        &["case", "new", "night-ferry", "--tag", "phishing", "--tlp", "red", "--time-zone", "Europe/Berlin"],
    );
    assert!(code == 0 && out.contains("cases/night-ferry") && out.contains("--case night-ferry"), "{out}{error}");
    assert_eq!(run_in(home.path(), &["case", "new", "night-ferry"]).0, 1);
    let logons = crate::driver::data().join("tables/host_logons.csv").display().to_string();
    assert_eq!(run_in(home.path(), &["do", "head", "--rows", "1", &logons, "--case", "night-ferry", "-o", "-"]).0, 0);
    let (code, out, _) = run_in(home.path(), &["case", "list"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("case,records,bookmarks,last,online,tlp,tags\nnight-ferry,3,0,"), "{out}");
    assert!(out.trim_end().ends_with(",offline,red,phishing"), "{out}");
}
