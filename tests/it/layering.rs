//! The house rules that a program can check. Who may use whom is read from docs/architecture.md, so that page cannot lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A row of the table in docs/architecture.md.
struct Room {
    may_use: Vec<String>,
    never: Vec<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms by name, from the table whose heading begins with `| module`.
fn rooms() -> BTreeMap<String, Room> {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows =
        page.lines().skip_while(|line| !line.starts_with("| module")).skip(2).take_while(|line| line.starts_with('|'));
    let list =
        |cell: &str| cell.split(',').map(|w| w.trim().trim_matches('`').to_owned()).filter(|w| !w.is_empty()).collect();
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].to_owned(), Room { may_use: list(cells[1]), never: list(cells[2]) })
    })
    .collect()
}

/// Every source file with its module and the text before its tests.
fn sources() -> Vec<(PathBuf, String, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, out) } else { out.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
            let relative = path.strip_prefix(root().join("src")).unwrap();
            let module = relative.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
            (path.strip_prefix(root()).unwrap().to_owned(), module, code)
        })
        .collect()
}

/// Code without its comments, so that a sentence may name what the code must not.
fn without_comments(code: &str) -> String {
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_room_uses_only_what_it_may() {
    let rooms = rooms();
    let mut faults = Vec::new();
    for (path, module, code) in sources().iter().filter(|(_, module, _)| module != "main" && module != "lib") {
        let Some(room) = rooms.get(module) else {
            faults.push(format!("{}: the room {module} is not in docs/architecture.md", path.display()));
            continue;
        };
        let code = without_comments(code);
        let used = code
            .split("crate::")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next());
        for other in used.filter(|other| rooms.contains_key(*other) && *other != module) {
            if !room.may_use.iter().any(|allowed| allowed == other || allowed == "all") {
                faults.push(format!("{}: {module} may not use {other}", path.display()));
            }
        }
        for word in &room.never {
            if code.contains(word.as_str()) {
                faults.push(format!("{}: {module} must never contain {word}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_of_the_page_exists() {
    for room in rooms().keys() {
        let path = root().join("src").join(room);
        assert!(path.is_dir() || path.with_extension("rs").is_file(), "{room} stands in docs/architecture.md only");
    }
}

#[test]
fn no_file_is_a_drawer_for_odds_and_ends() {
    for (path, _, _) in sources() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "misc", "common", "helpers", "prelude"].contains(&name.as_str()),
            "{}",
            path.display()
        );
    }
}

const MOST_LINES_OF_A_FILE: usize = 400;
const MOST_LINES_OF_A_FUNCTION: usize = 40;

#[test]
fn files_and_functions_are_short() {
    let mut faults = Vec::new();
    for (path, _, code) in sources() {
        let lines: Vec<&str> = code.lines().collect();
        if lines.len() > MOST_LINES_OF_A_FILE {
            faults.push(format!("{}: {} lines", path.display(), lines.len()));
        }
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
            let indent = line.len() - line.trim_start().len();
            let closes = |l: &str| l.len() - l.trim_start().len() == indent && l.trim_start().starts_with('}');
            let length = lines[at..].iter().position(|l| closes(l)).map_or(0, |n| n + 1);
            if length > MOST_LINES_OF_A_FUNCTION {
                faults.push(format!("{}:{}: a function of {length} lines", path.display(), at + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn is_function(line: &str) -> bool {
    let text = line.trim_start();
    let starts = [
        "fn ",
        "pub fn ",
        "pub(super) fn ",
        "pub(crate) fn ",
        "async fn ",
        "pub async fn ",
        "const fn ",
        "pub const fn ",
    ];
    starts.iter().any(|start| text.starts_with(start)) && !text.ends_with('}') && !text.ends_with(';')
}
