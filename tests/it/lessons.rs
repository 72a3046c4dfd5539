//! Every lesson is played to its end, and nobody gets there by accident.

use casebook::app::{Event, Player};
use casebook::cli::{Shelf, load_config};
use casebook::config::{Config, Key, KeyCode, Paths};
use casebook::lab::{Kind, Lesson};

use crate::driver::run_in;

fn config() -> Config {
    let paths = Paths { config: "/none".into(), data: "/none".into() };
    Config::load(paths, &|_| None)
}

fn shelf() -> Shelf {
    let shelf = Shelf::load(&load_config(), Some(std::path::Path::new("data/lab/lessons"))).unwrap();
    assert_eq!(shelf.problems, []);
    shelf
}

fn player(lesson: &Lesson) -> Player {
    Player::new(&config(), lesson, &[]).unwrap()
}

fn keys(player: &mut Player, keys: &str) {
    for key in keys.split_whitespace() {
        player.handle(Event::Key(Key::parse(key).unwrap()));
    }
}

fn text(player: &mut Player, text: &str) {
    for c in text.chars() {
        player.handle(Event::Key(Key::plain(KeyCode::Char(c))));
    }
}

#[test]
fn every_lesson_is_played_to_its_end() {
    let lessons = shelf().lessons;
    assert!(lessons.len() >= 3);
    for lesson in &lessons {
        assert_eq!(player(lesson).play(), [], "{}", lesson.id);
    }
}

/// Nothing is reached by doing nothing, nor by doing something else.
#[test]
fn what_was_not_done_is_not_accepted() {
    for lesson in &shelf().lessons {
        for (at, step) in
            lesson.steps.iter().enumerate().filter(|(_, step)| !step.checks.is_empty() || step.question.is_some())
        {
            let mut player = player(lesson);
            player.session.app.go_to_step(at);
            // Another table, another order, another pane.
            keys(&mut player, "Q");
            text(&mut player, "SELECT 1 AS one");
            keys(&mut player, "Enter s l x 2 Ctrl-n");
            let is_about_a_pane = step.checks.iter().all(|check| check.say.contains("keyboard"));
            assert!(player.session.app.missing().is_some() || is_about_a_pane, "{}: {}", lesson.id, step.title);
        }
    }
}

#[test]
fn every_exercise_refuses_wrong_answers() {
    for lesson in &shelf().lessons {
        for (at, question) in
            lesson.steps.iter().enumerate().filter_map(|(at, step)| Some((at, step.question.as_ref()?)))
        {
            let mut player = player(lesson);
            player.session.app.go_to_step(at);
            let wrong: Vec<String> = match question.kind {
                Kind::Number => vec!["-1".to_owned(), "1000000000".to_owned(), "many".to_owned()],
                Kind::Date => vec!["1999-01-01".to_owned(), "soon".to_owned()],
                Kind::Text => vec!["nobody".to_owned()],
                Kind::Choice => vec!["99".to_owned(), "none of them".to_owned()],
            };
            for answer in wrong {
                keys(&mut player, "L a");
                text(&mut player, &answer);
                keys(&mut player, "Enter");
                assert!(player.session.app.missing().is_some(), "{}: {answer} is accepted", question.ask);
            }
            // Of all choices one is right.
            let n_right = (1..=question.choices.len()).filter(|n| {
                player.session.app.go_to_step(at);
                keys(&mut player, "L a");
                text(&mut player, &n.to_string());
                keys(&mut player, "Enter");
                player.session.app.missing().is_none()
            });
            assert!(question.kind != Kind::Choice || n_right.count() >= 1, "{}", question.ask);
        }
    }
}

#[test]
fn check_names_file_and_line() {
    let home = tempfile::tempdir().unwrap();
    let lesson = "---\nid: ours\nnumber: 1\ntitle: Ours\ngoal: g\ndata: lab\n---\n\n## One\n\n```yaml\nchecks:\n  - say: sorted\n    sorted: n\nshow:\n  - focus-browser\n```\n";
    std::fs::create_dir(home.path().join("ours")).unwrap();
    std::fs::write(home.path().join("ours/01.md"), lesson).unwrap();
    let (code, out, error) = run_in(home.path(), &["lab", "check", "ours"]);
    assert_eq!(code, 1);
    assert!(error.contains("ours/01.md:9: 'One': its script does not lead to: sorted"), "{error}");
    assert!(out.contains("1 lessons, 1 steps, 1 mistakes"), "{out}");
    std::fs::write(home.path().join("ours/01.md"), lesson.replace("focus-browser", "jump")).unwrap();
    let (_, _, error) = run_in(home.path(), &["lab", "check", "ours"]);
    assert!(error.contains("ours/01.md:16: there is no action 'jump'"), "{error}");
    let (code, out, _) = run_in(home.path(), &["lab"]);
    assert!(code == 0 && out.lines().count() >= 3 && out.starts_with("0\torientation"), "{out}");
}
