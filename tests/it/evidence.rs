//! Evidence for the tests: files in all forms, and what the binary reads in them.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::driver::run_in;
use crate::evtx_file::Event;

/// A FILETIME of 2026-03-04 02:11:09 UTC.
pub const FILETIME: u64 = 134_170_638_690_000_000;

/// Writes a file below `home`, with the folders that its name has.
pub fn write(home: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = home.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// All rows of a file or folder below `home`, as CSV.
pub fn rows_in(home: &Path, name: &str) -> (i32, String, String) {
    run_in(home, &["do", "head", "--rows", "10000", name])
}

/// What one file of this name and content gives.
pub fn rows_of(name: &str, content: impl AsRef<[u8]>) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), name, content);
    rows_in(home.path(), name)
}

/// A file gives these rows, these notes and no others.
#[track_caller]
pub fn reads(name: &str, content: impl AsRef<[u8]>, rows: &str, notes: &[&str]) {
    let notes: Vec<String> = notes.iter().map(|what| format!("note: {name}: {what}\n")).collect();
    assert_eq!(rows_of(name, content), (0, rows.to_owned(), notes.concat()));
}

/// The types of a file's columns, in their order.
pub fn types_in(home: &Path, name: &str) -> Vec<String> {
    let (_, out, _) = run_in(home, &["do", "columns", name, "--format", "jsonl"]);
    let column = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    out.lines().map(|line| column(line)["type"].as_str().unwrap().to_owned()).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Logons of one account, a second apart, in whole microseconds.
pub fn logons(n_events: u64) -> Vec<Event> {
    let logon = |id| Event {
        record_id: id,
        time_filetime: FILETIME + id * 10_000_000 + 1_234_560,
        event_id: 4624,
        level: 0,
        provider: "Microsoft-Windows-Security-Auditing",
        channel: "Security",
        computer: "web-01",
        data: vec![("TargetUserName", "svc-backup"), ("LogonType", "3"), ("ProcessID", "0x1f4")],
    };
    (1..=n_events).map(logon).collect()
}

/// A file gives these rows without a note; that it was read in a certain way is said to those who ask.
#[track_caller]
pub fn remarks(name: &str, content: impl AsRef<[u8]>, rows: &str, remark: &str) {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), name, content);
    assert_eq!(rows_in(home.path(), name), (0, rows.to_owned(), String::new()));
    let (_, _, error) = run_in(home.path(), &["open", name, "-o", "-"]);
    assert!(error.contains(&format!("remark: {name}: {remark}\n")), "{error}");
}
