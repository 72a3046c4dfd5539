//! The data that is built into the binary: keymaps, themes, queries, roles and the lab's tables.

use include_dir::{Dir, include_dir};

static KEYMAPS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/keymaps");
static QUERIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");
static THEMES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");
static DATA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// A file inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// Path within the project, as in `queries/lab.yaml`.
    pub path: &'static str,
    pub bytes: &'static [u8],
}

/// The text of `keymaps/..`, `themes/..`, `queries/..` or `data/..`; None where there is no such file.
pub fn text(path: &str) -> Option<&'static str> {
    let (folder, rest) = path.split_once('/')?;
    let dir = match folder {
        "keymaps" => &KEYMAPS,
        "queries" => &QUERIES,
        "themes" => &THEMES,
        "data" => &DATA,
        _ => return None,
    };
    dir.get_file(rest)?.contents_utf8()
}

/// The built-in query templates, in order of their file names.
pub fn queries() -> Vec<(String, &'static str)> {
    texts("queries", &QUERIES)
}

/// The built-in themes, in order of their file names.
pub fn themes() -> Vec<(String, &'static str)> {
    texts("themes", &THEMES)
}

/// The built-in lessons, in order of their file names.
pub fn lessons() -> Vec<(String, &'static str)> {
    DATA.get_dir("lab/lessons").map(|dir| texts("data", dir)).unwrap_or_default()
}

/// The texts of a folder with their paths in the project, in order; `root` is the folder that those begin with.
fn texts(root: &str, dir: &'static Dir<'static>) -> Vec<(String, &'static str)> {
    let named = |file: &'static include_dir::File<'static>| {
        Some((format!("{root}/{}", file.path().display()), file.contents_utf8()?))
    };
    let mut files: Vec<_> = dir.files().filter_map(named).collect();
    files.sort_unstable();
    files
}

/// Every built-in table with its file name's ending still on.
pub fn lab_tables() -> Vec<Embedded> {
    let files = DATA.get_dir("lab/tables").map(Dir::files).into_iter().flatten();
    let mut tables: Vec<_> = files
        .filter_map(|file| Some(Embedded { path: file.path().file_name()?.to_str()?, bytes: file.contents() }))
        .collect();
    tables.sort_unstable_by_key(|table| table.path);
    tables
}

/// The built-in table with this stem.
pub fn lab_table(stem: &str) -> Option<Embedded> {
    lab_tables().into_iter().find(|table| table.path.split('.').next() == Some(stem))
}
