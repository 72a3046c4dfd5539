//! Snapshots of every pane and popup at two sizes, and once in ASCII.

use casebook::model::TextMode;
use casebook::ui::ColourDepth;
use ratatui::style::Color;

use crate::driver::{Driver, Wanted, lines};

/// A state of the screen: its name and the keys that lead to it. A word in quotes is typed as text.
const SCENES: &[(&str, &str)] = &[
    ("welcome", ""),
    ("browser_search", "/ 'alerts'"),
    ("browser_nothing", "/ 'zzz' Enter Enter"),
    ("grid", "/ 'list_host_logons' Enter Enter"),
    ("grid_filtered_and_sorted", "/ 'list_host_logons' Enter Enter l + l s S l s l l S"),
    ("grid_empty", "/ 'list_host_logons' Enter Enter f 'LogonType=99' Enter"),
    ("grid_marked_and_frozen", "/ 'list_host_logons' Enter Enter l c f m j m l l l l l l c h"),
    ("filter_prompt", "/ 'list_host_logons' Enter Enter f 'svc'"),
    ("filter_mistake", "/ 'list_host_logons' Enter Enter f 'LogonType=('"),
    ("search", "/ 'list_host_logons' Enter Enter / 'adm-temp' Enter"),
    ("detail", "/ 'list_host_logons' Enter Enter j j j $ Enter"),
    ("detail_nested", "/ 'list_alerts' Enter Enter $ h Enter Enter"),
    ("parameters", "/ 'logons_of' Enter Enter"),
    ("parameters_missing", "/ 'logons_of' Enter Enter Enter"),
    ("export", "/ 'list_host_logons' Enter Enter e"),
    ("palette", ": 'filt'"),
    ("help", "/ 'list_host_logons' Enter Enter ?"),
    ("which_key", "/ 'list_host_logons' Enter Enter g"),
    ("cannot", "s"),
    ("jobs", "/ 'list_host_logons' Enter Enter 4"),
];

fn play(driver: &mut Driver, script: &str) {
    for (at, part) in script.split('\'').enumerate() {
        if at % 2 == 0 {
            driver.keys(part)
        } else {
            driver.text(part)
        };
    }
}

/// How long a job took is no part of how it looks.
fn without_times(screen: &str) -> String {
    regex::Regex::new(r"\(\d+ ms\)").unwrap().replace_all(screen, "(# ms)").into_owned()
}

fn settings(size: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_suffix(size);
    settings
}

#[test]
fn every_scene_looks_as_it_should() {
    for (name, script) in SCENES {
        for (size, mode, suffix) in [
            ((80, 24), TextMode::Unicode, "80x24"),
            ((120, 40), TextMode::Unicode, "120x40"),
            ((80, 24), TextMode::Ascii, "ascii"),
        ] {
            let mut driver = Driver::with(Wanted { size, mode, ..Wanted::default() });
            play(&mut driver, script);
            let screen = without_times(&driver.screen());
            if mode == TextMode::Ascii {
                assert!(screen.is_ascii(), "{name}: {screen}");
            }
            settings(suffix).bind(|| insta::assert_snapshot!(*name, screen));
        }
    }
}

#[test]
fn without_colours_nothing_is_coloured_and_nothing_else_changes() {
    for (name, script) in SCENES {
        let mut plain = Driver::with(Wanted { depth: ColourDepth::None, ..Wanted::default() });
        let mut coloured = Driver::new();
        play(&mut plain, script);
        play(&mut coloured, script);
        let is_plain = |cell: &ratatui::buffer::Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(plain.buffer().content().iter().all(is_plain), "{name}");
        assert_eq!(without_times(&lines(plain.buffer())), without_times(&lines(coloured.buffer())), "{name}");
    }
}

#[test]
fn every_size_can_be_drawn() {
    for (_, script) in SCENES {
        for (width, height) in [(1, 1), (5, 2), (20, 5), (21, 6), (39, 10), (60, 20), (200, 60)] {
            let mut small = Driver::with(Wanted { size: (width, height), ..Wanted::default() });
            play(&mut small, script);
            small.screen();
        }
    }
}
