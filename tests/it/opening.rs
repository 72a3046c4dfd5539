//! What is opened together: folders that are parted by keys, files without an ending, standard input, and the lists of
//! tables, columns and rows that something was said about.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use casebook::model::Table;
use casebook::query::{Library, LibraryConfig, Sources};

use crate::driver::{binary, data, run, run_in, texts, watch};
use crate::evidence::{gzip, logons, reads, rows_in, rows_of, write};
use crate::evtx_file::evtx;

/// Standard input of this content as rows.
fn rows_of_input(content: &[u8]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = binary(home.path());
    command.args(["do", "head", "--rows", "100", "-"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    texts(&child.wait_with_output().unwrap())
}

/// Writes the rows of a text as Parquet, through the program itself.
fn write_parquet(home: &Path, name: &str, csv: &str) {
    write(home, "made.csv", csv);
    std::fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
    let (code, _, error) = run_in(home, &["do", "head", "--rows", "100", "made.csv", "-o", name]);
    assert_eq!((code, error), (0, format!("{name}: {} rows, 2 columns\n", csv.lines().count() - 1)));
}

/// The one table of a folder, with its lineage.
fn table_of(folder: &Path) -> Table {
    let sources = Sources::of_paths(&[folder.to_owned()]).unwrap();
    let stem = sources.stems().next().unwrap().to_owned();
    let library = Library::new(LibraryConfig { sources, ..LibraryConfig::default() });
    let opened = library.open_stem(&stem, &watch()).unwrap();
    library.collect(&stem, opened.lf.clone(), vec![opened]).unwrap()
}

#[test]
fn standard_input_is_told_by_its_content() {
    let read = |rows: &str| (0, rows.to_owned(), String::new());
    assert_eq!(rows_of_input(b"a,b\n1,x\n"), read("a,b\n1,x\n"));
    assert_eq!(rows_of_input(b"a\tb\n1\tx\n"), read("a,b\n1,x\n"));
    assert_eq!(rows_of_input(b"{\"a\":1}\n{\"a\":2}\n"), read("a\n1\n2\n"));
    assert_eq!(rows_of_input(&gzip(b"a,b\n1,x\n")), read("a,b\n1,x\n"));
}

#[test]
fn standard_input_may_be_an_array_and_may_have_a_byte_order_mark() {
    let read = (0, "a\n1\n2\n".to_owned(), String::new());
    assert_eq!(rows_of_input(b"[{\"a\":1},{\"a\":2}]"), read);
    assert_eq!(rows_of_input(b"[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n"), read);
    assert_eq!(rows_of_input(b"\xef\xbb\xbf{\"a\":1}\n{\"a\":2}\n"), read);
}

#[test]
fn notes_on_standard_input_name_no_file_that_nobody_knows() {
    let (code, out, error) = rows_of_input(b"a,b\n1,2\n3,4\n5,6\n7\n");
    assert_eq!((code, out.as_str()), (0, "a,b\n1,2\n3,4\n5,6\n7,\n"));
    assert!(
        error.starts_with("note: standard input: 1 row(s) have fewer fields") && !error.contains(".tmp"),
        "{error}"
    );
}

#[test]
fn the_content_says_the_format_where_the_ending_does_not() {
    let rows = "a,b\n1,x\n2,y\n";
    reads("export.txt", "a,b\n1,x\n2,y\n", rows, &[]);
    reads("export.txt", "a\tb\n1\tx\n2\ty\n", rows, &[]);
    reads("export.dat", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", rows, &[]);
    reads("export", "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]", rows, &[]);
    reads(
        "notes.txt",
        "Seen at noon, by two.\nThen nothing.\n",
        "line\n\"Seen at noon, by two.\"\nThen nothing.\n",
        &[],
    );
    let home = tempfile::tempdir().unwrap();
    write_parquet(home.path(), "made.parquet", rows);
    std::fs::rename(home.path().join("made.parquet"), home.path().join("export")).unwrap();
    assert_eq!(rows_in(home.path(), "export"), (0, rows.to_owned(), String::new()));
    write(home.path(), "security", evtx(&logons(2)));
    let (code, out, _) = rows_in(home.path(), "security");
    assert!(code == 0 && out.starts_with("TimeGenerated,EventID,") && out.lines().count() == 3, "{out}");
}

#[test]
fn the_content_is_looked_at_below_its_packing() {
    reads("export.gz", gzip(b"a,b\n1,x\n"), "a,b\n1,x\n", &[]);
    reads("export.zst", zstd::encode_all(&b"{\"a\":1}\n"[..], 3).unwrap(), "a\n1\n", &[]);
}

#[test]
fn a_table_without_an_ending_may_have_any_delimiter_and_blanks_in_its_names() {
    let rows = |text: &str| rows_of("export.txt", text).1;
    assert_eq!(rows("a;b\n1;x\n2;y\n"), "a,b\n1,x\n2,y\n");
    assert_eq!(rows("User Name,IP\nbob,10.0.0.1\nal,10.0.0.2\n"), "User Name,IP\nbob,10.0.0.1\nal,10.0.0.2\n");
}

#[test]
fn a_folder_parted_by_keys_is_one_table_with_the_keys_as_columns() {
    let home = tempfile::tempdir().unwrap();
    write_parquet(home.path(), "logons/day=2026-03-04/part.parquet", "n,s\n1,a\n2,b\n");
    write_parquet(home.path(), "logons/day=2026-03-05/part.parquet", "n,s\n3,c\n");
    write(home.path(), "logons/_SUCCESS", "");
    let rows = "n,s,day\n1,a,2026-03-04\n2,b,2026-03-04\n3,c,2026-03-05\n";
    assert_eq!(rows_in(home.path(), "logons"), (0, rows.to_owned(), String::new()));
    let (code, out, error) = run_in(
        home.path(),
        &["sql", "SELECT day, COUNT(*) AS n FROM logons GROUP BY day ORDER BY day", "--data", "logons"],
    );
    assert_eq!((code, out.as_str(), error.as_str()), (0, "day,n\n2026-03-04,2\n2026-03-05,1\n", ""));
    let table = table_of(&home.path().join("logons"));
    let origin = |row| table.origin(row).map(|origin| (origin.evidence, origin.row)).unwrap();
    let part = |day: &str| home.path().join(format!("logons/day={day}/part.parquet")).display().to_string();
    assert_eq!(origin(1), (part("2026-03-04"), 1));
    assert_eq!(origin(2), (part("2026-03-05"), 0));
    assert_eq!(table.sources.len(), 2);
}

#[test]
fn folders_of_keys_may_lie_in_each_other() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/host=a/day=1/x.csv", "n,s\n1,x\n");
    write(home.path(), "t/host=b/day=2/x.csv", "n,s\n2,y\n");
    assert_eq!(rows_in(home.path(), "t"), (0, "n,s,host,day\n1,x,a,1\n2,y,b,2\n".to_owned(), String::new()));
    write(home.path(), "other.csv", "a,b\n1,2\n");
    let (_, out, _) = run_in(home.path(), &["open", ".", "-o", "-"]);
    assert_eq!(out, "table,rows,columns\nother,1,2\nt,2,4\n");
}

#[test]
fn parts_whose_columns_settle_differently_are_still_one_table() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/day=1/x.csv", "n,s\n1,x\n2,y\n");
    write(home.path(), "t/day=2/x.csv", "n,s\n,\n3,z\n");
    write(home.path(), "t/day=3/x.csv", "n,s\nunknown,7\n");
    let (code, out, error) = rows_in(home.path(), "t");
    assert_eq!((code, out.as_str()), (0, "n,s,day\n1,x,1\n2,y,1\n,,2\n3,z,2\nunknown,7,3\n"), "{error}");
}

#[test]
fn a_column_of_the_evidence_is_not_replaced_by_the_folders_name() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/day=1/x.csv", "n,day\n1,Monday\n");
    let (code, out, error) = rows_in(home.path(), "t");
    assert!(code == 0 && out.contains("Monday"), "{out}{error}");
}

#[test]
fn a_part_of_another_format_is_named_in_a_note() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/day=1/x.csv", "n,s\n1,x\n");
    write(home.path(), "t/day=2/x.jsonl", "{\"n\":2}\n");
    let (code, _, error) = rows_in(home.path(), "t");
    assert!(code == 0 && error.contains("t/day=1/x.csv is of another format"), "{error}");
}

#[test]
fn a_part_that_cannot_be_read_costs_itself() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/day=1/x.csv", "n,s\n1,x\n");
    write(home.path(), "t/day=2/x.csv", [0_u8, 1, 2, 3, 200, 7, 0, 0, 9].repeat(9));
    let (code, out, error) = rows_in(home.path(), "t");
    assert_eq!((code, out.as_str()), (0, "n,s,day\n1,x,1\n"));
    assert!(error.starts_with("note: t: left out: t/day=2/x.csv: holds binary data and no text;"), "{error}");
}

#[test]
fn noted_rows_are_the_rows_of_the_part_that_the_note_is_about() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t/day=1/x.csv", "n,s\n1,x\n2,y\n");
    write(home.path(), "t/day=2/x.csv", "n,s\n3\n4,z\n");
    let (code, out, _) = run_in(home.path(), &["do", "noted-rows", "t"]);
    let note = "1 row(s) have fewer fields than the heading; the missing ones are null (line 2)";
    assert_eq!((code, out), (0, format!("note,n,s,day\n{note},3,,2\n")));
}

#[test]
fn noted_rows_lists_each_row_with_all_that_was_said_of_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t.csv", "a,b\n1,2\n3,4,5\n6\n1,2\n7,8\n");
    let (code, out, error) = run_in(home.path(), &["do", "noted-rows", "t.csv"]);
    let long = "1 row(s) have more fields than the heading; what is beyond stands in the column 'surplus' (line 3)";
    let short = "1 row(s) have fewer fields than the heading; the missing ones are null (line 4)";
    let double = "1 row(s) are exact duplicates of an earlier one; they are kept";
    assert_eq!((code, out), (0, format!("note,a,b,surplus\n{long},3,4,5\n{short},6,,\n{double},1,2,\n")));
    assert_eq!(error, format!("note: t.csv: {short}\nnote: t.csv: {long}\n"));
}

#[test]
fn columns_are_listed_with_type_role_nulls_and_what_was_said() {
    let home = tempfile::tempdir().unwrap();
    let text = "TimeGenerated,IpAddress,n,empty\n2026-03-04T02:11:09Z,-,1,\n\
        2026-03-04T02:11:10Z,10.0.0.1,x,\n2026-03-04T02:11:11Z,10.0.0.2,3,\n";
    write(home.path(), "t.csv", text);
    let columns = "table,column,type,role,nulls,notes\n\
        t,TimeGenerated,time,time,0,\n\
        t,IpAddress,text,ip,0,\"of 3 values 1 are '-', which is not null\"\n\
        t,n,text,,0,\"1 of 3 values are no numbers (such as 'x'), so the column stays text\"\n\
        t,empty,text,,3,no value\n";
    let note = "note: t.csv: n: 1 of 3 values are no numbers (such as 'x'), so the column stays text\n";
    let done = run_in(home.path(), &["do", "columns", "t.csv"]);
    assert_eq!(done, (0, columns.to_owned(), note.to_owned()));
    let remarks = "remark: t.csv: 1 of 4 columns hold no value: empty\n\
        remark: t.csv: IpAddress: of 3 values 1 are '-', which is not null\n";
    let opened = run_in(home.path(), &["open", "t.csv", "--columns", "-o", "-"]);
    assert_eq!(opened, (0, columns.to_owned(), format!("{note}{remarks}")));
}

#[test]
fn dates_without_a_time_of_day_stay_text_and_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t.csv", "day,n\n2026-03-04,1\n2026-03-05,2\n");
    let (_, out, _) = run_in(home.path(), &["do", "columns", "t.csv", "--format", "jsonl"]);
    let day: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert!(day["type"] == "text" && day["notes"].is_string(), "{day}");
}

#[test]
fn open_lists_the_tables_of_all_that_it_is_given() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "a/logons.csv", "n,s\n1,x\n2,y\n");
    write(home.path(), "a/logons.jsonl", "{\"n\":1}\n");
    write(home.path(), "a/readme.txt", "no table");
    write(home.path(), "b.json", "[{\"k\":\"v\"}]");
    let (code, out, error) = run_in(home.path(), &["open", "a", "b.json", "-o", "-"]);
    assert_eq!((code, out.as_str()), (0, "table,rows,columns\nb,1,1\nlogons,1,1\n"));
    let note = "the table logons is read from a/logons.jsonl; a/logons.csv has the same stem and is left alone";
    assert_eq!(error, format!("note: logons: {note}\n"));
}

#[test]
fn nothing_is_told_twice() {
    let (tables, queries) = (data().join("tables"), data().join("queries.yaml"));
    let (code, _, error) = run(&["open", tables.to_str().unwrap(), "--queries", queries.to_str().unwrap(), "-o", "-"]);
    let mut lines: Vec<&str> = error.lines().collect();
    assert!(code == 0 && !lines.is_empty(), "{error}");
    lines.sort_unstable();
    assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "{error}");
}

#[test]
fn standard_input_can_be_opened() {
    let home = tempfile::tempdir().unwrap();
    let mut command = binary(home.path());
    command.args(["open", "-", "-o", "-"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a,b\n1,x\n2,y\n").unwrap();
    let (code, out, error) = texts(&child.wait_with_output().unwrap());
    assert_eq!((code, out.as_str(), error.as_str()), (0, "table,rows,columns\nstdin,2,2\n", ""));
}
