//! Evidence that is damaged, cut or no evidence at all: it costs what is damaged, and that is said.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::driver::run_in;
use crate::evidence::{gzip, logons, reads, rows_in, rows_of, write};
use crate::evtx_file::evtx;

const EMPTY: &str = "the file is empty";

/// What is no text in any encoding.
fn binary_data() -> Vec<u8> {
    [0_u8, 1, 2, 3, 200, 7, 0, 0, 9].repeat(20)
}

#[test]
fn a_packed_file_that_is_cut_keeps_what_can_be_unpacked() {
    // Lines that pack badly, and more of them than one block of zstd holds.
    let line = |n: u64| format!("{n},{:016x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let text: String = std::iter::once("n,text\n".to_owned()).chain((0..30_000).map(line)).collect();
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (name, packed) in [("t.csv.gz", gzip(text.as_bytes())), ("t.csv.zst", zstd)] {
        let (code, out, error) = rows_of(name, &packed[..packed.len() * 3 / 4]);
        let whole: Vec<&str> = out.lines().take(1_000).collect();
        assert!(code == 0 && whole.len() == 1_000 && text.starts_with(&whole.join("\n")), "{name}: {error}");
        let start = format!("note: {name}: the packed file is damaged or cut short (");
        let first = error.lines().next().unwrap();
        assert!(first.starts_with(&start) && first.ends_with("); what could be unpacked is here"), "{error}");
    }
}

#[test]
fn a_bad_byte_costs_its_letter() {
    let text = b"name,value\nM\xc3\xbcller,1\nx\xff,2\n";
    let note = "1 places are no UTF-8; each is shown as U+FFFD (line 3)";
    reads("t.csv", text, "name,value\nMüller,1\nx\u{fffd},2\n", &[note]);
}

#[test]
fn short_rows_get_nulls_and_long_ones_a_column_for_their_surplus() {
    let notes = [
        "2 row(s) have fewer fields than the heading; the missing ones are null (line 4, 7)",
        "1 row(s) have more fields than the heading; what is beyond stands in the column 'surplus' (line 3)",
    ];
    let text = "a,b\n1,2\n3,4,5,\"6,7\"\n8\n\n9,10\n11\n12,13\n";
    reads("t.csv", text, "a,b,surplus\n1,2,\n3,4,\"5,\"\"6,7\"\"\"\n8,,\n9,10,\n11,,\n12,13,\n", &notes);
    let note = "5 row(s) have fewer fields than the heading; the missing ones are null (line 2, 3, 4 and more)";
    reads("t.csv", "a,b\n0\n1\n2\n3\n4\n", "a,b\n0,\n1,\n2,\n3,\n4,\n", &[note]);
}

#[test]
fn the_note_on_surplus_names_the_column_that_has_it() {
    let note = "1 row(s) have more fields than the heading; what is beyond stands in the column 'surplus_2' (line 2)";
    reads("t.csv", "a,surplus\n1,2,3\n", "a,surplus,surplus_2\n1,2,3\n", &[note]);
}

#[test]
fn a_file_that_was_cut_in_its_last_row_is_told_from_one_with_a_short_row() {
    let cut = "1 row(s) ended before all fields were there: the file was cut in it; the missing ones are null (line 3)";
    reads("t.csv", "a,b,c\n1,2,3\n4,5", "a,b,c\n1,2,3\n4,5,\n", &[cut]);
    let short = "1 row(s) have fewer fields than the heading; the missing ones are null (line 3)";
    reads("t.csv", "a,b,c\n1,2,3\n4,5\n", "a,b,c\n1,2,3\n4,5,\n", &[short]);
    reads("t.csv", "a,b\n1,2\n3,4", "a,b\n1,2\n3,4\n", &[]);
}

const QUOTE: &str =
    "1 row(s) have a quote that is not closed, or text behind one; the field is kept as it stands (line 2)";

#[test]
fn a_quote_that_is_never_closed_costs_its_field() {
    reads("t.csv", "a,b\n1,\"oops\n2,x\n3,y\n", "a,b\n1,\"\"\"oops\"\n2,x\n3,y\n", &[QUOTE]);
    reads("t.csv", "a,b\n\"1\" and,x\n2,y\n", "a,b\n\"\"\"1\"\" and\",x\n2,y\n", &[QUOTE]);
}

#[test]
fn a_stray_quote_takes_no_rows_with_it_where_later_fields_are_quoted() {
    let text = "a,b\n1,\"oops\n2,x\n3,\"fine\"\n4,y\n";
    reads("t.csv", text, "a,b\n1,\"\"\"oops\"\n2,x\n3,fine\n4,y\n", &[QUOTE]);
}

#[test]
fn columns_without_a_name_of_their_own_are_named_anew() {
    let note = "columns without a name, or with one that was there already, were named anew: \
        '' is 'column_2', 'a' is 'a_2'";
    reads("t.csv", "a,,a,b\n1,2,3,4\n", "a,column_2,a_2,b\n1,2,3,4\n", &[note]);
}

#[test]
fn an_empty_line_before_the_heading_is_not_the_heading() {
    reads("t.csv", "\r\na,b\r\n1,2\r\n", "a,b\n1,2\n", &[]);
}

#[test]
fn a_file_without_rows_is_a_table_without_rows() {
    reads("t.csv", "a,b\n", "a,b\n", &[]);
    reads("t.csv", "a,b", "a,b\n", &[]);
    for name in ["t.csv", "t.tsv", "t.jsonl", "t.json", "t.log", "t.csv.gz"] {
        let (code, out, error) = rows_of(name, if name.ends_with("gz") { gzip(b"") } else { Vec::new() });
        assert_eq!((code, error), (0, format!("note: {name}: {EMPTY}\n")), "{out}");
        assert!(out.lines().count() < 2, "{name}: {out}");
    }
    reads("t.json", "[]", "\n", &[]);
}

#[test]
fn binary_data_is_refused_with_the_formats_that_are_known() {
    for name in ["t.csv", "t.jsonl", "t.log", "without_ending"] {
        let (code, out, error) = rows_of(name, binary_data());
        let why = format!("casebook: {name}: holds binary data and no text; what can be read is .parquet, ");
        assert!(code == 1 && out.is_empty() && error.starts_with(&why) && error.lines().count() == 1, "{error}");
    }
    let (_, help, _) = run_in(tempfile::tempdir().unwrap().path(), &["open", "--help"]);
    assert!([".parquet", ".jsonl", ".evtx"].iter().all(|ending| help.contains(ending)), "{help}");
}

#[test]
fn a_file_of_another_format_than_its_ending_says_is_refused_by_name() {
    for name in ["t.parquet", "t.arrow", "t.evtx"] {
        for content in [Vec::new(), b"a,b\n1,2\n".to_vec(), binary_data()] {
            let (code, out, error) = rows_of(name, content);
            assert!(code == 1 && out.is_empty() && error.starts_with(&format!("casebook: {name}: ")), "{error}");
        }
    }
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    let why = "casebook: no/such.csv: there is no such file; give the path of a file or folder\n";
    for verb in [&["do", "head", "--rows", "1", "no/such.csv"][..], &["open", "no/such.csv", "-o", "-"]] {
        assert_eq!(run_in(home.path(), verb), (1, String::new(), why.to_owned()));
    }
    std::fs::create_dir(home.path().join("bare")).unwrap();
    let (code, out, error) = run_in(home.path(), &["open", "bare", "-o", "-"]);
    assert!(code == 1 && out.is_empty() && error.starts_with("casebook: bare: holds no table; the endings"), "{error}");
}

#[test]
fn a_broken_file_among_good_ones_costs_itself() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "mixed/bad.csv", binary_data());
    write(home.path(), "mixed/good.csv", "a\n1\n");
    write(home.path(), "mixed/more.jsonl", "{\"a\":1,\"b\":2}\n{\"a\":2}\n");
    let (code, out, error) = run_in(home.path(), &["open", "mixed", "-o", "-"]);
    assert_eq!((code, out.as_str()), (0, "table,rows,columns\ngood,1,1\nmore,2,2\n"), "{error}");
    let note = "note: bad: left out: mixed/bad.csv: holds binary data and no text;";
    assert_eq!(error.lines().filter(|line| line.starts_with(note)).count(), 1, "{error}");
    assert_eq!(run_in(home.path(), &["open", "mixed", "-o", "-", "--strict"]).0, 3);
    let (code, out, error) = run_in(home.path(), &["open", "mixed/bad.csv", "-o", "-"]);
    assert!(code == 1 && out.is_empty() && error.starts_with("casebook: none of the tables can be read: "), "{error}");
}

#[test]
fn a_file_that_may_not_be_read_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "secret.csv", "a\n1\n");
    let path = home.path().join("secret.csv");
    std::fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        eprintln!("skipped: this user may read every file");
        return;
    }
    let why = "casebook: secret.csv: Permission denied (os error 13)\n";
    assert_eq!(rows_in(home.path(), "secret.csv"), (1, String::new(), why.to_owned()));
}

#[test]
fn a_line_that_is_no_json_is_kept_and_its_row_noted() {
    let home = tempfile::tempdir().unwrap();
    let note = "1 line(s) are no JSON (the first is line 2); they stand in the column 'unparsed'";
    write(home.path(), "t.jsonl", "{\"a\":1}\nnot, json\n{\"a\":2,\"a\":3}\n42\n{\"b\":\"x\"}\n");
    let rows = "a,unparsed,value,b\n1,,,\n,\"not, json\",,\n2,,,\n,,42,\n,,,x\n";
    let doubled = "a: 1 record(s) have it twice; the first one counts";
    let notes = format!("note: t.jsonl: {note}\nnote: t.jsonl: {doubled}\n");
    assert_eq!(rows_in(home.path(), "t.jsonl"), (0, rows.to_owned(), notes));
    let (_, listed, _) = run_in(home.path(), &["do", "noted-rows", "t.jsonl"]);
    assert_eq!(listed, format!("note,a,unparsed,value,b\n{note},,\"not, json\",,\n"));
    reads("t.jsonl", "{\"a\":1}\n{\"a\":2", "a,unparsed\n1,\n,\"{\"\"a\"\":2\"\n", &[note]);
}

#[test]
fn an_array_that_is_cut_short_keeps_its_whole_records() {
    let record = |n: u32| format!("  {{\n    \"a\": {n},\n    \"b\": \"x\"\n  }}");
    let text = format!("[\n{},\n{},\n{}", record(1), record(2), &record(3)[..24]);
    let note = "the JSON is damaged or cut short at line 10: the 2 records before it are here, 22 bytes are not";
    reads("t.json", text, "a,b\n1,x\n2,x\n", &[note]);
}

#[test]
fn an_event_log_that_was_cut_keeps_its_whole_chunks() {
    let home = tempfile::tempdir().unwrap();
    let whole = evtx(&logons(120));
    assert_eq!(whole.len(), 4_096 + 2 * 65_536);
    write(home.path(), "whole.evtx", &whole);
    let (_, all, error) = rows_in(home.path(), "whole.evtx");
    assert_eq!((all.lines().count(), error.as_str()), (121, ""));
    let cut = |n_bytes: usize| rows_of("cut.evtx", &whole[..n_bytes]);
    let (code, out, error) = cut(4_096 + 65_536 + 30_000);
    assert!(code == 0 && all.starts_with(&out) && out.lines().count() > 60, "{out}");
    let note = "the file was cut in its last chunk: events at its end are lost";
    assert!(error.starts_with(&format!("note: cut.evtx: {note}\n")), "{error}");
    // The header counts the chunks, so a cut between two of them shows as well.
    let (code, out, error) = cut(4_096 + 65_536);
    assert!(code == 0 && all.starts_with(&out) && out.lines().count() > 60, "{out}");
    assert!(error.starts_with("note: cut.evtx: ") && error.contains("cut"), "nothing is said of it: {error}");
}

#[test]
fn a_damaged_record_costs_itself() {
    let mut bytes = evtx(&logons(3));
    let starts: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"**\0\0")).collect();
    assert_eq!(starts.len(), 3);
    // What a record says begins behind its header of 24 bytes.
    bytes[starts[1] + 28..starts[1] + 80].fill(0xff);
    let (code, out, error) = rows_of("t.evtx", bytes);
    let ids: Vec<&str> = out.lines().skip(1).map(|line| line.split(',').nth(9).unwrap()).collect();
    assert_eq!((code, ids), (0, vec!["1", "3"]));
    let note = "note: t.evtx: 1 records or chunks are damaged and left out (the first: ";
    assert!(error.starts_with(note) && error.lines().count() == 1, "{error}");
}

#[test]
fn lines_of_syslog_that_say_little_are_lines_all_the_same() {
    let names = "TimeGenerated,Computer,Facility,SeverityLevel,ProcessName,ProcessID,SyslogMessage,line\n";
    let iso = "2026-03-04T02:11:09Z web kernel:";
    reads("t.log", format!("{iso}\n"), &format!("{names}2026-03-04T02:11:09Z,web,,,kernel,,\"\",{iso}\n"), &[]);
    let silent = "<13>1 2026-03-04T02:11:09Z web app 1 - [x@1 a=\"b\"]";
    let quoted = silent.replace('"', "\"\"");
    let row = format!("2026-03-04T02:11:09Z,web,user,notice,app,1,\"\",\"{quoted}\"\n");
    reads("t.log", format!("{silent}\n"), &format!("{names}{row}"), &[]);
    // A dash is no value.
    let bare = "<13>1 - - - - - - bare";
    reads("t.log", format!("{bare}\n"), &format!("{names},,user,notice,,,bare,{bare}\n"), &[]);
}

#[test]
fn the_lines_of_a_log_agree_on_day_and_month() {
    let text = "12/04/2026 23:59:59 a\n13/04/2026 00:00:01 b\n";
    let rows = "TimeGenerated,line\n2026-04-12T23:59:59Z,12/04/2026 23:59:59 a\n\
        2026-04-13T00:00:01Z,13/04/2026 00:00:01 b\n";
    reads("app.log", text, rows, &[]);
    let (code, out, error) = rows_of("app.log", "03/04/2026 23:59:59 a\n04/04/2026 00:00:01 b\n");
    assert!(code == 0 && out.starts_with("line\n") && error.contains("month or day first"), "{out}{error}");
}
