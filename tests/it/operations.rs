//! What each operation makes of small tables, seen through `casebook do`.

use std::path::Path;

use crate::driver::run;

const EVENTS: &str = "TimeGenerated,Computer,Account,n\n\
    2026-03-04 02:11:09,A,svc,1\n\
    2026-03-04 02:41:00,B,svc,2\n\
    2026-03-04 04:00:00,A,fin,3\n\
    2026-03-05 09:00:00,A,svc,4\n";

/// Writes files into a folder and does an operation; gives standard output, after checking that it went well.
fn done(folder: &Path, files: &[(&str, &str)], arguments: &[&str]) -> String {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let paths: Vec<String> = arguments
        .iter()
        .map(
            |a| if Path::new(a).extension().is_some() { folder.join(a).display().to_string() } else { (*a).to_owned() },
        )
        .collect();
    let mut all = vec!["do"];
    all.extend(paths.iter().map(String::as_str));
    all.extend(["-o", "-"]);
    let (code, out, error) = run(&all);
    assert_eq!(code, 0, "{error}");
    out
}

fn on_events(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &[("events.csv", EVENTS)], arguments)
}

#[test]
fn stacking_counts_values_rare_first() {
    assert_eq!(
        on_events(&["stack", "--columns", "Account", "events.csv"]),
        "Account,count,percent,first_seen,last_seen,n_hosts\n\
         fin,1,25.0,2026-03-04T04:00:00Z,2026-03-04T04:00:00Z,1\n\
         svc,3,75.0,2026-03-04T02:11:09Z,2026-03-05T09:00:00Z,2\n"
    );
    let common = on_events(&["stack", "--columns", "Computer,Account", "--order", "common", "events.csv"]);
    assert!(common.starts_with("Computer,Account,count,percent,first_seen,last_seen\nA,svc,2,50.0,"), "{common}");
}

#[test]
fn a_sample_is_the_same_each_time() {
    let sample = || on_events(&["sample", "--rows", "2", "--seed", "7", "events.csv"]);
    assert_eq!(sample().lines().count(), 3);
    assert_eq!(sample(), sample());
}

#[test]
fn joins_match_by_key_and_keep_what_the_first_table_calls_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let owners = "Account,n,Owner\nsvc,9,ops\nadm,8,it\n";
    let files = [("events.csv", EVENTS), ("owners.csv", owners)];
    let joined = done(folder.path(), &files, &["join", "--with", "owners.csv", "--on", "Account", "events.csv"]);
    assert!(joined.starts_with("TimeGenerated,Computer,Account,n,n_res,Owner\n"), "{joined}");
    assert_eq!(joined.matches(",ops\n").count(), 3);
    let anti = done(
        folder.path(),
        &files,
        &["join", "--with", "owners.csv", "--on", "Account", "--how", "anti", "events.csv"],
    );
    assert_eq!(anti.lines().nth(1), Some("2026-03-04T04:00:00Z,A,fin,3"));
    assert_eq!(
        done(folder.path(), &files, &["match-keys", "--with", "owners.csv", "--on", "Account", "events.csv"]),
        "table,rows,rows_with_match,keys,keys_with_match,rows_of_join\nevents,4,3,2,1,3\nowners,2,1,2,1,3\n"
    );
    let renamed = [("events.csv", EVENTS), ("people.csv", "who,Owner\n1,x\n")];
    let by_text =
        done(folder.path(), &renamed, &["join", "--with", "people.csv", "--on", "Account=Owner", "events.csv"]);
    assert_eq!(by_text.lines().count(), 1);
}

#[test]
fn concatenation_is_in_the_order_of_time_and_names_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let other = "timestamp,Account,detail\n2026-03-04 03:00:00,adm,x\n";
    let out = done(
        folder.path(),
        &[("events.csv", EVENTS), ("other.csv", other)],
        &["concat", "--with", "other.csv", "events.csv"],
    );
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "time,source_table,TimeGenerated,Computer,Account,n,timestamp,detail");
    assert_eq!(lines[3], "2026-03-04T03:00:00Z,other,,,adm,,2026-03-04T03:00:00Z,x");
    assert_eq!(lines.len(), 6);
}

#[test]
fn resampling_fills_the_steps_without_rows() {
    assert_eq!(
        on_events(&["resample", "--every", "1h", "--sum", "n", "events.csv"]).lines().take(4).collect::<Vec<_>>(),
        ["time,count,n", "2026-03-04T02:00:00Z,2,3.0", "2026-03-04T03:00:00Z,0,0.0", "2026-03-04T04:00:00Z,1,3.0"]
    );
    let by = on_events(&["resample", "--every", "1d", "--by", "Account", "events.csv"]);
    assert_eq!(by.lines().count(), 5, "{by}");
}

#[test]
fn a_diff_tells_what_is_new_and_gone() {
    let out = on_events(&["diff", "--columns", "Account", "--at", "2026-03-05", "events.csv"]);
    assert_eq!(
        out,
        "Account,status,n_before,n_after,change,first_seen,last_seen\n\
         fin,gone,1,0,-1,2026-03-04T04:00:00Z,2026-03-04T04:00:00Z\n\
         svc,both,2,1,-1,2026-03-04T02:11:09Z,2026-03-05T09:00:00Z\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let later = "Account\nnew\nsvc\n";
    let out = done(
        folder.path(),
        &[("events.csv", EVENTS), ("later.csv", later)],
        &["diff", "--columns", "Account", "--with", "later.csv", "events.csv"],
    );
    assert_eq!(out.lines().nth(1), Some("new,new,0,1,1,,"));
}

#[test]
fn a_converted_column_names_what_did_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "pid\n0x1f\n12\n-\n").unwrap();
    let path = folder.path().join("t.csv").display().to_string();
    let (code, out, error) = run(&["do", "convert", "--column", "pid", "--to", "number", &path, "-o", "-"]);
    assert_eq!((code, out.as_str()), (0, "pid\n31\n12\n\n"));
    assert!(error.contains("t: pid: 1 values are no number (such as '-') and are null here"), "{error}");
}

#[test]
fn a_skewed_clock_is_set_right() {
    let out = on_events(&["set-time", "--column", "TimeGenerated", "--skew", "-1m9s", "events.csv"]);
    assert_eq!(out.lines().nth(1), Some("2026-03-04T02:10:00Z,A,svc,1"));
}

#[test]
fn two_rows_are_compared_column_by_column() {
    assert_eq!(
        on_events(&["compare", "--rows", "1,4", "events.csv"]),
        "column,same,row_1,row_4\n\
         TimeGenerated,false,2026-03-04T02:11:09Z,2026-03-05T09:00:00Z\n\
         n,false,1,4\nComputer,true,A,A\nAccount,true,svc,svc\n"
    );
}

#[test]
fn a_profile_has_a_row_a_column() {
    let out = on_events(&["profile", "--columns", "n,Account", "events.csv"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "column,type,role,values,nulls,distinct,min,max,top,entropy,mean,p5,p25,p50,p75,p95");
    assert_eq!(lines[1], "Account,text,account,4,0,2,fin,svc,\"svc (3), fin (1)\",0.811278,,,,,,");
    assert_eq!(lines[2], "n,number,,4,0,4,1,4,\"1 (1), 2 (1), 3 (1), 4 (1)\",2.0,2.5,1,1,2,3,4");
}

#[test]
fn mistakes_in_parameters_say_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    std::fs::write(&path, EVENTS).unwrap();
    let path = path.display().to_string();
    for (arguments, said) in [
        (vec!["stack", "--columns", "Acount"], "has no column 'Acount'"),
        (vec!["resample", "--every", "often"], "'often' is no step"),
        (vec!["compare", "--rows", "1,9"], "there is no row 9; there are 4"),
        (vec!["set-time", "--column", "Account"], "holds no times"),
        (vec!["diff", "--columns", "Account"], "give a later table with --with, or a moment with --at"),
    ] {
        let mut all = vec!["do"];
        all.extend(arguments);
        all.push(&path);
        let (code, _, error) = run(&all);
        assert!(code == 1 && error.contains(said), "{error}");
    }
}

#[test]
fn a_concatenation_keeps_every_time_and_every_column() {
    let folder = tempfile::tempdir().unwrap();
    let one = "TimeGenerated,time,source_table,n\n2026-03-04 02:11:09,noon,fw1,1\n";
    let other = "TimeGenerated,n\nunknown,1.5\n2026-03-04 03:00:00,2\n2026-03-04 04:00:00,3\n";
    let files = [("one.csv", one), ("other.csv", other)];
    let out = done(folder.path(), &files, &["concat", "--with", "other.csv", "one.csv"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "time,source_table,TimeGenerated,time_res,source_table_res,n");
    assert_eq!(lines[1], "2026-03-04T02:11:09Z,one,2026-03-04T02:11:09Z,noon,fw1,1.0");
    assert_eq!(lines.len(), 5, "{out}");
}

#[test]
fn keys_of_two_types_still_match() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("a.csv", "k,x\n1,a\n2,b\n"), ("b.csv", "k,x\n1.0,c\n2.5,d\n")];
    let joined = done(folder.path(), &files, &["join", "--with", "b.csv", "--on", "k", "a.csv"]);
    assert_eq!(joined, "k,x,x_res\n1,a,c\n");
    let files = [("a.csv", "k\n2026-03-04 02:11:09\n"), ("b.csv", "k\n2026-03-04T02:11:09Z\n-\n")];
    let joined = done(folder.path(), &files, &["join", "--with", "b.csv", "--on", "k", "a.csv"]);
    assert_eq!(joined, "k\n2026-03-04T02:11:09Z\n");
}

#[test]
fn columns_that_are_called_as_ours_keep_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = [("t.csv", "count,status\n1,a\n1,b\n")];
    let stack = done(folder.path(), &file, &["stack", "--columns", "count", "t.csv"]);
    assert_eq!(stack, "count,count_res,percent\n1,2,100.0\n");
    let diff = done(folder.path(), &file, &["diff", "--columns", "status", "--with", "t.csv", "t.csv"]);
    assert!(diff.starts_with("status,status_res,n_before"), "{diff}");
}

#[test]
fn numbers_are_never_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let file = [("t.csv", "a\n12345678.123\n12345678.987\n")];
    let out = done(folder.path(), &file, &["convert", "--column", "a", "--to", "text", "t.csv"]);
    assert_eq!(out, "a\n12345678.123\n12345678.987\n");
    let out = done(folder.path(), &file, &["compare", "--rows", "1,2", "t.csv"]);
    assert_eq!(out.lines().nth(1), Some("a,false,12345678.123,12345678.987"));
}
