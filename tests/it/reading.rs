//! Evidence in all the forms that tools write it: which rows come out, and what is said about them.

use std::fs::File;

use polars::prelude::{Column, DataType, IpcWriter, SerWriter, TimeUnit, TimeZone, df};

use crate::driver::run_in;
use crate::evidence::{FILETIME, gzip, logons, reads, remarks, rows_in, types_in, write};
use crate::evtx_file::{Event, evtx};

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn the_delimiter_is_found_and_told_where_the_ending_says_another() {
    reads("t.csv", "a,b\n1,x;y\n", "a,b\n1,x;y\n", &[]);
    remarks("t.csv", "a;b\n1;\"x;y\"\n", "a,b\n1,x;y\n", "its fields are parted by ';'");
    remarks("t.csv", "a\tb\n1\tx, y\n", "a,b\n1,\"x, y\"\n", "its fields are parted by '\\t'");
    remarks("t.csv", "a|b\n1|2\n", "a,b\n1,2\n", "its fields are parted by '|'");
    reads("t.tsv", "a\tb\n1\tx, y\n", "a,b\n1,\"x, y\"\n", &[]);
    remarks("t.tsv", "a,b\n1,2\n", "a,b\n1,2\n", "its fields are parted by ','");
    reads("t.csv", "names\n\"Doe, Jane\"\n", "names\n\"Doe, Jane\"\n", &[]);
}

#[test]
fn a_spreadsheets_first_line_names_the_delimiter_and_is_no_heading() {
    remarks("t.csv", "sep=;\r\na;b,c\r\n1;2\r\n", "a,\"b,c\"\n1,2\n", "its fields are parted by ';'");
    reads("t.csv", "sep=,\na,b;c\n1,2\n", "a,b;c\n1,2\n", &[]);
}

#[test]
fn quotes_hold_delimiters_quotes_and_line_ends() {
    let text = "a,b\r\n1,\"say \"\"hi\"\"\"\r\n2,\"two\nlines\"\r\n3,\"x,y\"\r\n";
    reads("t.csv", text, "a,b\n1,\"say \"\"hi\"\"\"\n2,\"two\nlines\"\n3,\"x,y\"\n", &[]);
    reads("t.csv", "a,b\r1,x\r2,y\r", "a,b\n1,x\n2,y\n", &[]);
}

#[test]
fn null_and_empty_text_stay_apart() {
    reads("t.csv", "a,b\n1,\n2,\"\"\n3,x\n", "a,b\n1,\n2,\"\"\n3,x\n", &[]);
}

#[test]
fn packed_files_are_unpacked_whatever_their_ending_says() {
    let (text, rows) = ("a,b\n1,x\n", "a,b\n1,x\n");
    reads("t.csv.gz", gzip(text.as_bytes()), rows, &[]);
    reads("t.csv", gzip(text.as_bytes()), rows, &[]);
    reads("t.csv.gz", [gzip(b"a,b\n"), gzip(b"1,x\n")].concat(), rows, &[]);
    reads("t.csv.zst", zstd::encode_all(text.as_bytes(), 3).unwrap(), rows, &[]);
    reads("t.jsonl.gz", gzip(b"{\"a\":1,\"b\":\"x\"}\n"), rows, &[]);
}

#[test]
fn encodings_other_than_utf_8_are_read_and_told() {
    let (text, rows) = ("name,value\nMüller,1\n", "name,value\nMüller,1\n");
    let (little, big) = ("the file is UTF-16LE and was read as such", "the file is UTF-16BE and was read as such");
    remarks("t.csv", [b"\xff\xfe".to_vec(), utf16(text)].concat(), rows, little);
    remarks("t.csv", utf16(text), rows, little);
    let swapped: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    remarks("t.csv", [b"\xfe\xff".to_vec(), swapped].concat(), rows, big);
    reads("t.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat(), rows, &[]);
    reads(
        "t.csv",
        b"name,value\nM\xfcller,1\nplain,2\ncaf\xe9 \x80,3\n",
        "name,value\nMüller,1\nplain,2\ncafé €,3\n",
        &["the file is no UTF-8; its 3 other letters were read as Windows-1252 (line 2, 4)"],
    );
}

#[test]
fn a_column_has_one_type_and_evidence_that_only_looks_like_numbers_stays_text() {
    let text = "n,f,flag,id,version,hex\n1,1.5,True,007,1.10,0x1F\n-2,2.25,false,012,1.9,0x2\n,,,,,\n";
    reads("t.csv", text, &text.replace("True", "true"), &[]);
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "t.csv", text);
    assert_eq!(types_in(home.path(), "t.csv"), ["number", "number", "boolean", "text", "text", "text"]);
}

#[test]
fn full_times_become_utc_and_the_others_stay_text_with_a_note() {
    let text =
        "iso,zoned\n2026-03-04 02:11:09.307,2026-03-04T02:11:09+02:00\n2026-03-04 02:11:10,2026-03-04T02:11:10Z\n";
    let rows = "iso,zoned\n2026-03-04T02:11:09.307Z,2026-03-04T00:11:09Z\n2026-03-04T02:11:10Z,2026-03-04T02:11:10Z\n";
    reads("t.csv", text, rows, &[]);
    let portal = "t;n\n5/4/2021, 7:48:01.990 AM;1\n12/31/2021, 12:00:00.000 PM;2\n";
    let rows = "t,n\n2021-05-04T07:48:01.990Z,1\n2021-12-31T12:00:00Z,2\n";
    remarks("t.csv", portal, rows, "its fields are parted by ';'");
    let either =
        "t: '03/04/2026 02:11:09' may be month or day first, and no value tells: kept as text until you choose";
    let text = "t,n\n03/04/2026 02:11:09,1\n05/04/2026 02:11:09,2\n";
    reads("t.csv", text, text, &[either]);
    let rows = "t,n\n2026-04-03T02:11:09Z,1\n2026-04-13T02:11:09Z,2\n";
    reads("t.csv", "t,n\n03/04/2026 02:11:09,1\n13/04/2026 02:11:09,2\n", rows, &[]);
    let minutes = "t,n\n2/10/19 3:21 PM,1\n2/13/19 3:22 AM,2\n";
    let known = "t: its times are known to the minute only";
    reads("t.csv", minutes, "t,n\n2019-02-10T15:21:00Z,1\n2019-02-13T03:22:00Z,2\n", &[known]);
}

#[test]
fn epochs_and_filetimes_become_times_in_columns_that_are_named_for_times() {
    let text = "ts,event_time,LastLogonTimestamp,bytes\n\
        1772590269,1772590269001,134170638690000000,1772590269\n1772590270,,134170638700000000,5\n";
    let rows = "ts,event_time,LastLogonTimestamp,bytes\n\
        2026-03-04T02:11:09Z,2026-03-04T02:11:09.001Z,2026-03-04T02:11:09Z,1772590269\n\
        2026-03-04T02:11:10Z,,2026-03-04T02:11:10Z,5\n";
    let notes = [
        "ts: its integers are read as seconds since 1970",
        "event_time: its integers are read as milliseconds since 1970",
        "LastLogonTimestamp: its integers are read as a Windows FILETIME",
    ];
    reads("t.csv", text, rows, &notes);
}

#[test]
fn what_is_below_a_microsecond_is_told_only_where_there_is_something() {
    let rows = "t,n\n2026-03-04T02:11:09.133Z,1\n";
    reads("t.csv", "t,n\n2026-03-04T02:11:09.1330000Z,1\n", rows, &[]);
    let finer = "t: 1 times are finer than a microsecond; what is below is cut off";
    let text = "t,n\n2026-03-04T02:11:09.1234567Z,1\n2026-03-04T02:11:10.0000000Z,2\n";
    reads("t.csv", text, "t,n\n2026-03-04T02:11:09.123456Z,1\n2026-03-04T02:11:10Z,2\n", &[finer]);
}

#[test]
fn ten_thousand_columns_are_read() {
    let line = |cell: &dyn Fn(usize) -> String| (0..10_000).map(cell).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", line(&|n| format!("c{n}")), line(&|n| n.to_string()));
    reads("t.csv", &text, &text, &[]);
}

#[test]
fn a_record_a_line_keeps_nested_values_big_numbers_and_absent_members() {
    let home = tempfile::tempdir().unwrap();
    let text = r#"{"t":"2026-03-04T02:11:09Z","n":9007199254740993,"s":"007","tags":["a","b"],"m":{"x":{"y":1}}}
{"t":"2026-03-04T02:11:10.5Z","n":null,"tags":[],"m":{"x":null},"late":true,"ports":[22,443]}
{"s":"\u00e4 \"q\"","maps":[{"a":1},{"b":[2]}]}
"#;
    write(home.path(), "t.jsonl", text);
    let (code, out, error) = run_in(home.path(), &["do", "head", "--rows", "9", "t.jsonl", "--format", "jsonl"]);
    let rows = r#"{"t":"2026-03-04T02:11:09Z","n":9007199254740993,"s":"007","tags":["a","b"],"m":{"x":{"y":1}},"late":null,"ports":null,"maps":null}
{"t":"2026-03-04T02:11:10.500Z","n":null,"s":null,"tags":[],"m":{"x":null},"late":true,"ports":[22,443],"maps":null}
{"t":null,"n":null,"s":"ä \"q\"","tags":null,"m":null,"late":null,"ports":null,"maps":[{"a":1},{"b":[2]}]}
"#;
    assert_eq!((code, out.as_str(), error.as_str()), (0, rows, ""));
    assert_eq!(
        types_in(home.path(), "t.jsonl"),
        ["time", "number", "text", "nested", "nested", "boolean", "nested", "nested"]
    );
}

#[test]
fn a_nested_value_is_nested_in_a_table_of_one_row_too() {
    let home = tempfile::tempdir().unwrap();
    let line = "{\"params\":[{\"Name\":\"Identity\"}]}\n";
    write(home.path(), "t.jsonl", line.repeat(2));
    let (code, out, error) = run_in(home.path(), &["do", "head", "--rows", "1", "t.jsonl", "--format", "jsonl"]);
    assert_eq!((code, out.as_str(), error.as_str()), (0, line, ""));
}

#[test]
fn values_of_several_kinds_and_numbers_that_fit_no_column_stay_text() {
    let text =
        "{\"mix\":1,\"big\":18446744073709551615,\"f\":2}\n{\"mix\":\"one\",\"big\":1,\"f\":1e3}\n{\"mix\":true}\n";
    let notes = [
        "mix: its values are of several kinds (1 texts, 1 numbers, 1 booleans), so they stay text",
        "big: 1 numbers have more digits than a number column holds, so it stays text",
    ];
    reads("t.jsonl", text, "mix,big,f\n1,18446744073709551615,2.0\none,1,1000.0\ntrue,,\n", &notes);
}

#[test]
fn json_is_read_as_array_as_records_one_after_the_other_and_in_an_envelope() {
    let rows = "a,b\n1,x\n2,\n";
    reads("t.json", r#"[{"a":1,"b":"x"},{"a":2}]"#, rows, &[]);
    reads("t.json", "[\n  {\n    \"a\": 1,\n    \"b\": \"x\"\n  },\n  {\n    \"a\": 2\n  }\n]\n", rows, &[]);
    reads("t.json", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n{\n  \"a\": 2\n}\n", rows, &[]);
    reads("t.json", "[\n  \"x\",\n  \"y\"\n]\n", "value\nx\ny\n", &[]);
    reads("t.json", "{\n  \"tags\": [\n    \"x\"\n  ],\n  \"a\": 1\n}\n", "tags,a\n\"[\"\"x\"\"]\",1\n", &[]);
    let note = "the rows are the records of its member 'value'";
    remarks("t.json", r#"{"@odata.context":"u","value":[{"a":1,"b":"x"},{"a":2}],"next":"z"}"#, rows, note);
    let pretty = "{\n  \"count\": 2,\n  \"value\": [\n    {\"a\": 1, \"b\": \"x\"},\n    {\"a\": 2}\n  ]\n}\n";
    remarks("t.json", pretty, rows, note);
}

#[test]
fn a_single_record_keeps_its_members_beside_a_list() {
    let rows = "user,events\nbob,\"[\"\"x\"\",\"\"y\"\"]\"\n";
    reads("t.jsonl", "{\"user\":\"bob\",\"events\":[\"x\",\"y\"]}\n", rows, &[]);
}

#[test]
fn arrow_files_keep_their_types_and_their_moments() {
    let home = tempfile::tempdir().unwrap();
    let mut df = df!("n" => [1_i64, 2], "s" => ["007", "12"]).unwrap();
    let zoned = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let times = Column::new("t".into(), vec![1_772_590_269_000_i64, 1_772_590_270_500]).cast(&zoned).unwrap();
    df.insert_column(2, times).unwrap();
    for name in ["t.arrow", "t.feather", "without_ending"] {
        IpcWriter::new(File::create(home.path().join(name)).unwrap()).finish(&mut df).unwrap();
        let rows = "n,s,t\n1,007,2026-03-04T02:11:09Z\n2,12,2026-03-04T02:11:10.500Z\n";
        assert_eq!(rows_in(home.path(), name), (0, rows.to_owned(), String::new()), "{name}");
    }
}

#[test]
fn an_event_log_has_a_row_an_event_and_a_column_a_data_field() {
    let mut events = logons(1);
    let data = vec![("", "one"), ("", "two")];
    let provider = "Application Error";
    events.push(Event {
        record_id: 2,
        event_id: 1000,
        level: 2,
        provider,
        data,
        time_filetime: FILETIME,
        ..logons(1).remove(0)
    });
    let rows = "TimeGenerated,EventID,Computer,Channel,Provider,Level,Task,Opcode,Keywords,EventRecordID,ProcessID,\
        ThreadID,UserID,TargetUserName,LogonType,ProcessID_data,Data,EventData\n\
        2026-03-04T02:11:10.123456Z,4624,web-01,Security,Microsoft-Windows-Security-Auditing,0,12544,,0x8020000000000000,\
        1,4,72,,svc-backup,3,0x1f4,,\n\
        2026-03-04T02:11:09Z,1000,web-01,Security,Application Error,2,12544,,0x8020000000000000,2,4,72,,,,,\
        \"[\"\"one\"\",\"\"two\"\"]\",\n";
    reads("t.evtx", evtx(&events), rows, &[]);
    reads("t.evtx.gz", gzip(&evtx(&events)), rows, &[]);
    // Windows makes room for events that are not there yet.
    reads("t.evtx", [evtx(&events), vec![0; 65_536]].concat(), rows, &[]);
}

const SYSLOG: &str = "TimeGenerated,Computer,Facility,SeverityLevel,ProcessName,ProcessID,SyslogMessage,line\n";

#[test]
fn syslog_without_years_takes_them_from_the_files_last_change() {
    let home = tempfile::tempdir().unwrap();
    let text = "<34>Mar  4 02:11:09 web-01 sshd[2201]: Accepted password\n\
        Dec 31 23:59:59 web-01 CRON[7]: (root) CMD (x: y)\n\
        \tcontinued\n\
        Mar  9 08:00:01 web-01 kernel: oops\n";
    let rows = "2026-03-04T02:11:09Z,web-01,auth,crit,sshd,2201,Accepted password,\
        <34>Mar  4 02:11:09 web-01 sshd[2201]: Accepted password\n\
        2025-12-31T23:59:59Z,web-01,,,CRON,7,(root) CMD (x: y),Dec 31 23:59:59 web-01 CRON[7]: (root) CMD (x: y)\n\
        ,,,,,,,\tcontinued\n\
        2026-03-09T08:00:01Z,web-01,,,kernel,,oops,Mar  9 08:00:01 web-01 kernel: oops\n";
    for name in ["auth.log", "auth.log.1", "auth.syslog"] {
        write(home.path(), name, text);
        // A second before the last line: clocks differ.
        let changed = chrono::DateTime::parse_from_rfc3339("2026-03-09T08:00:00Z").unwrap();
        let file = File::options().write(true).open(home.path().join(name)).unwrap();
        file.set_modified(changed.into()).unwrap();
        let notes = format!(
            "note: {name}: TimeGenerated: 3 times have no year and no zone: they are taken as UTC, \
            in the latest year that is not after the file's last change on 2026-03-09\n\
            note: {name}: 1 of 4 lines are no syslog; they stand whole in the column 'line'\n"
        );
        assert_eq!(rows_in(home.path(), name), (0, format!("{SYSLOG}{rows}"), notes));
    }
}

#[test]
fn syslog_with_full_times_needs_no_guess() {
    let new = "<165>1 2026-03-04T02:11:09.133Z web app 77 ID47 [x@1 a=\"]b\"] hello world";
    let quoted = new.replace('"', "\"\"");
    reads(
        "t.log",
        format!("{new}\n"),
        &format!("{SYSLOG}2026-03-04T02:11:09.133Z,web,local4,notice,app,77,hello world,\"{quoted}\"\n"),
        &[],
    );
    let iso = "2026-03-04T02:11:09.133+02:00 web cron[1]: (root) CMD";
    reads(
        "t.log",
        format!("{iso}\n"),
        &format!("{SYSLOG}2026-03-04T00:11:09.133Z,web,,,cron,1,(root) CMD,{iso}\n"),
        &[],
    );
}

#[test]
fn any_other_log_has_its_lines_and_the_times_that_they_begin_with() {
    let text = "2026-03-04 02:11:09.133 INFO start\n    at java.lang\n[2026-03-04T02:11:10Z] x\n";
    let rows = "TimeGenerated,line\n\
        2026-03-04T02:11:09.133Z,2026-03-04 02:11:09.133 INFO start\n\
        ,    at java.lang\n\
        2026-03-04T02:11:10Z,[2026-03-04T02:11:10Z] x\n";
    let note = "TimeGenerated: 1 of 3 lines begin with no time, such as those that go on with the line before";
    reads("app.log", text, rows, &[note]);
    reads("app.log", "no time\nnor here\n", "line\nno time\nnor here\n", &[]);
    // A level is no host.
    let levels = "2026-03-04T02:11:09Z INFO module: started\n2026-03-04T02:11:10Z ERROR broke down\n";
    let rows = "TimeGenerated,line\n\
        2026-03-04T02:11:09Z,2026-03-04T02:11:09Z INFO module: started\n\
        2026-03-04T02:11:10Z,2026-03-04T02:11:10Z ERROR broke down\n";
    reads("app.log", levels, rows, &[]);
}

#[test]
fn lists_and_pages_behind_each_other_are_all_read() {
    reads("t.json", "[{\"a\":1}]\n[{\"a\":2}]\n", "a\n1\n2\n", &[]);
    reads("t.jsonl", "[\"a\",\"b\"]\n[\"c\"]\n", "value\n\"[\"\"a\"\",\"\"b\"\"]\"\n\"[\"\"c\"\"]\"\n", &[]);
    let page = |n: u32| format!("{{\n  \"value\": [\n    {{\"a\": {n}}}\n  ],\n  \"next\": \"x\"\n}}\n");
    reads("t.json", page(1) + &page(2), "a\n1\n2\n", &[]);
    reads("t.json", "[{\"a\":1}] rest", "a\n1\n", &["4 bytes behind the records are no JSON and were not read"]);
}
