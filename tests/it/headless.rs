//! The command line's contract: what goes to stdout and stderr, and how it ends.

use std::io::Write;
use std::process::Stdio;

use crate::driver::{binary, data, run, run_in, texts};

fn logons() -> String {
    data().join("tables/host_logons.csv").display().to_string()
}

fn tables() -> String {
    data().join("tables").display().to_string()
}

fn queries() -> String {
    data().join("queries.yaml").display().to_string()
}

#[test]
fn a_query_prints_a_header_and_its_rows() {
    let (code, out, _) = run(&[
        "query",
        "run",
        "WindowsSecurity.list_host_logons",
        "--data",
        &tables(),
        "--queries",
        &queries(),
        "-o",
        "-",
    ]);
    assert_eq!((code, out.lines().count()), (0, 61));
    assert!(out.starts_with("TimeGenerated,Account,LogonType"), "{out}");
}

#[test]
fn parameters_and_time_ranges_bind() {
    let hunting = |extra: &[&str]| {
        let (tables, queries) = (tables(), queries());
        let mut arguments = vec!["query", "run", "Hunting.logons_of_account", "--data", &tables, "--queries", &queries];
        arguments.extend(extra);
        run(&arguments)
    };
    let (code, out, _) = hunting(&["--param", "user=SYSTEM", "--start", "2026-03-03", "--end", "2026-03-04"]);
    assert_eq!(code, 0);
    assert!(
        out.lines().skip(1).all(|line| line.starts_with("2026-03-03") && line.contains(",SYSTEM,"))
            && out.lines().count() > 1,
        "{out}"
    );
    let (_, out, _) = hunting(&["--param", "account=x' OR '1'='1"]);
    assert_eq!(out.lines().count(), 1, "{out}");
    let (code, _, error) = hunting(&[]);
    assert!(code == 1 && error.contains("account is required"), "{error}");
    let (code, _, error) = hunting(&["--param", "acount=x"]);
    assert!(code == 1 && error.contains("there is no parameter acount; it has account, start, end"), "{error}");
}

/// MSTICPy's local driver ignores time ranges and other parameters (its fault 32).
#[test]
fn fault_32_a_time_range_is_applied_or_refused() {
    let (tables, queries) = (tables(), queries());
    let base = ["query", "run", "list_host_logons", "--data", &tables, "--queries", &queries];
    let (code, out, _) = run(&[&base[..], &["--start", "2026-03-04", "--end", "2026-03-05"]].concat());
    assert_eq!(code, 0);
    assert!(out.lines().count() > 2 && out.lines().skip(1).all(|l| l.starts_with("2026-03-04")), "{out}");
    let (code, _, error) = run(&[&base[..], &["--param", "host=x"]].concat());
    assert!(code == 1 && error.contains("there is no parameter host"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("host_logons.csv"), "TimeGenerated,a\n19:04.4,1\n23:59.5,2\n").unwrap();
    let mangled = folder.path().display().to_string();
    let (code, _, error) =
        run(&["query", "run", "list_host_logons", "--data", &mangled, "--queries", &queries, "--start", "2026-03-04"]);
    assert!(code == 1 && error.contains("TimeGenerated hold no full times"), "{error}");
}

#[test]
fn a_query_without_its_table_is_an_error_when_it_is_loaded() {
    let (code, out, error) = run(&["query", "list", "--data", &tables(), "--queries", &queries()]);
    assert_eq!(code, 0);
    assert!(
        error.contains("queries.yaml:14: the query list_missing cannot run: its table 'missing' is not among the data"),
        "{error}"
    );
    assert!(out.lines().any(|line| line.starts_with("WindowsSecurity,list_missing,")), "{out}");
}

#[test]
fn operations_read_paths_queries_tables_and_standard_input() {
    let (tables, queries) = (tables(), queries());
    let shared = ["--data", &tables, "--queries", &queries];
    let filter = ["do", "filter", "--where", "LogonType = 3"];
    let count = |input: &str| {
        let (code, out, error) = run(&[&filter[..], &shared[..], &[input]].concat());
        assert_eq!(code, 0, "{error}");
        out
    };
    let by_path = count(&logons());
    assert_eq!(by_path, count("query:WindowsSecurity.list_host_logons"));
    assert_eq!(by_path, count("table:host_logons"));
    let home = tempfile::tempdir().unwrap();
    let mut child =
        binary(home.path()).args(filter).arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&std::fs::read(logons()).unwrap()).unwrap();
    assert_eq!(by_path, texts(&child.wait_with_output().unwrap()).1);
}

#[test]
fn first_cuts_the_input_and_head_the_output() {
    let filter = ["do", "filter", "--where", "LogonType = 3", &logons()];
    let rows = |extra: &[&str]| run(&[&filter[..], extra].concat()).1.lines().count() - 1;
    let all = rows(&[]);
    assert!(rows(&["--first", "10"]) < all);
    assert_eq!(rows(&["--head", "3"]), 3);
}

#[test]
fn results_are_joined_back_by_row() {
    let select = ["do", "filter", "--where", "LogonType = 3", &logons(), "--join"];
    let (code, out, error) = run(&[&select[..], &["left"]].concat());
    assert_eq!((code, out.lines().count()), (0, 61), "{error}");
    let (_, out, _) = run(&[&select[..], &["inner"]].concat());
    assert!(
        out.lines().count() < 61
            && out
                .starts_with("TimeGenerated,Account,LogonType,IpAddress,Computer,TargetLogonId,Score,Status,Remark\n"),
        "{out}"
    );
}

#[test]
fn formats_follow_the_ending_and_files_are_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let head = |out: &str, extra: &[&str]| {
        run_in(home.path(), &[&["do", "head", "--rows", "5", &logons(), "-o", out], extra].concat())
    };
    for out in ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.md"] {
        assert_eq!(head(out, &[]).0, 0, "{out}");
    }
    let (code, _, error) = head("a.csv", &[]);
    assert!(code == 1 && error.contains("give --overwrite"), "{error}");
    assert_eq!(head("a.csv", &["--overwrite"]).0, 0);
    assert_eq!(head("folder/", &[]).0, 0);
    assert!(home.path().join("folder/host_logons.csv").is_file());
    let (code, _, error) = head("a.xyz", &[]);
    assert!(code == 1 && error.contains("names no format"), "{error}");
    // The same rows come back from every format that keeps them.
    let csv = std::fs::read_to_string(home.path().join("a.csv")).unwrap();
    for input in ["a.parquet", "a.jsonl", "a.tsv"] {
        let (_, out, error) = run_in(home.path(), &["do", "head", "--rows", "5", input]);
        assert_eq!(out, csv, "{input} {error}");
    }
}

#[test]
fn cells_are_raw_unless_asked_to_be_safe() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("f.csv"), "a,b\n=1+1,-5\n-,x\n").unwrap();
    let (_, raw, _) = run_in(home.path(), &["do", "head", "--rows", "9", "f.csv"]);
    assert_eq!(raw, "a,b\n=1+1,-5\n-,x\n");
    let (_, safe, _) = run_in(home.path(), &["do", "head", "--rows", "9", "f.csv", "--safe"]);
    assert_eq!(safe, "a,b\n'=1+1,-5\n-,x\n");
}

#[test]
fn mistakes_end_with_the_code_of_their_kind() {
    assert_eq!(run(&["do", "filter", &logons()]).0, 2, "a missing parameter is usage");
    assert_eq!(run(&["do", "explode", &logons()]).0, 2);
    assert_eq!(run(&["frobnicate"]).0, 2);
    let (code, _, error) = run(&["do", "filter", "--where", "LogonType = ", &logons()]);
    assert!(code == 1 && error.contains("the filter does not hold"), "{error}");
    let (code, _, error) = run(&["do", "filter", "--where", "1 = 1) OR (1 = 1", &logons()]);
    assert!(code == 1 && error.contains("a ')' closes nothing"), "{error}");
    let (code, _, error) = run(&["do", "head", "--rows", "1", "no/such.csv"]);
    assert!(code == 1 && error.contains("no/such.csv"), "{error}");
}

#[test]
fn notes_are_narrated_and_strict_makes_them_count() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("t.csv"), "t,n\n19:04.4,1\n23:59.5,2\n").unwrap();
    let head = ["do", "head", "--rows", "9", "t.csv"];
    let (code, _, error) = run_in(home.path(), &head);
    assert!(code == 0 && error.contains("note: t.csv: t: 2 values look like '19:04.4'"), "{error}");
    assert_eq!(run_in(home.path(), &[&head[..], &["--strict"]].concat()).0, 3);
}

#[test]
fn dirty_files_cost_what_is_dirty_and_say_so() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("ragged.csv"), "a,b\n1,2\n3,4,5\n6,7\n").unwrap();
    std::fs::write(home.path().join("latin.csv"), b"a\ncaf\xe9\n").unwrap();
    std::fs::write(home.path().join("empty.csv"), "").unwrap();
    std::fs::write(home.path().join("broken.parquet"), "PAR1 nothing").unwrap();
    let head = |file: &str| run_in(home.path(), &["do", "head", "--rows", "9", file]);
    let (code, out, error) = head("ragged.csv");
    assert!(
        code == 0 && out == "a,b,surplus\n1,2,\n3,4,5\n6,7,\n" && error.contains("more fields than the heading"),
        "{out}{error}"
    );
    let (code, out, error) = head("latin.csv");
    assert!(
        code == 0 && out == "a\ncafé\n" && error.contains("Windows-1252") && !error.contains("fields"),
        "{out}{error}"
    );
    let (code, _, error) = head("empty.csv");
    assert!(code == 0 && error.contains("the file is empty"), "{error}");
    let (code, _, error) = head("broken.parquet");
    assert!(code == 1 && error.contains("broken.parquet"), "{error}");
}

#[test]
fn sql_and_lists_are_tables_too() {
    let sql = "SELECT LogonType, COUNT(*) AS n FROM host_logons GROUP BY LogonType ORDER BY LogonType";
    let (code, out, error) = run(&["sql", sql, "--data", &tables(), "--format", "jsonl"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.starts_with("{\"LogonType\":2,\"n\":"), "{out}");
    for verb in ["keys", "operations"] {
        let (code, out, _) = run(&[verb, "--md"]);
        assert!(code == 0 && out.starts_with("| "), "{verb}");
    }
    assert_eq!(run(&["keys", "--check"]).0, 0);
}

#[test]
fn a_wrong_keymap_is_told_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/casebook");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("keymap.yaml"), "grid:\n  \"s\": sortt\n").unwrap();
    let (code, _, error) = run_in(home.path(), &["keys", "--check"]);
    assert!(code == 1 && error.contains("keymap.yaml:2: there is no action 'sortt'"), "{error}");
}

#[test]
fn a_range_applies_to_rows_and_never_to_what_is_made_of_many() {
    let (tables, queries) = (tables(), queries());
    let shared = ["--data", &tables, "--queries", &queries];
    let (code, _, error) =
        run(&[&["query", "run", "logons_by_account", "--start", "2026-03-04"], &shared[..]].concat());
    assert!(code == 1 && error.contains("it aggregates"), "{error}");
    let (code, _, error) = run(&["sql", "SELECT 1", "--start", "2026-03-04"]);
    assert!(code == 1 && error.contains("are of named queries"), "{error}");
    assert_eq!(run(&[&["query", "run", "list_host_logons", "--param", "x"], &shared[..]].concat()).0, 2);
}

#[test]
fn hidden_lineage_never_changes_an_answer() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.csv"), "k,v\n1,x\n1,x\n2,y\n").unwrap();
    std::fs::write(home.path().join("b.csv"), "k,w\n2,q\n1,p\n").unwrap();
    let rows = |sql: &str| {
        let (code, out, error) = run_in(home.path(), &["sql", sql, "--data", "a.csv", "--data", "b.csv"]);
        assert_eq!(code, 0, "{error}");
        out.lines().count() - 1
    };
    assert_eq!(rows("SELECT DISTINCT * FROM a"), 2);
    assert_eq!(rows("SELECT * FROM a UNION SELECT * FROM a"), 2);
    assert_eq!(rows("SELECT * FROM a NATURAL JOIN b"), 3);
    assert_eq!(rows("WITH c AS(SELECT * FROM a) SELECT * FROM c"), 3);
    assert_eq!(rows("SELECT * FROM a JOIN b ON a.k = b.k"), 3);
}

#[test]
fn columns_of_any_name_can_be_worked_on() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("odd.csv"), "user,\"a, b\",-x,__casebook_row\nbob,1,2,7\nal,3,4,8\n").unwrap();
    let table = |arguments: &[&str]| run_in(home.path(), arguments);
    let (_, out, error) = table(&["do", "filter", "--where", "\"user\" = 'bob'", "odd.csv"]);
    assert!(out.ends_with("bob,1,2,7\n") && error.contains("__casebook_row: this column is called"), "{out}{error}");
    let (_, out, _) = table(&["do", "sort", "--by", "-\"-x\"", "odd.csv"]);
    assert!(out.lines().nth(1).unwrap().starts_with("al"), "{out}");
    let (_, out, _) = table(&["do", "select", "--columns", "\"a, b\",user", "odd.csv"]);
    assert_eq!(out, "\"a, b\",user\n1,bob\n3,al\n");
    let (code, _, error) = table(&["do", "filter", "--where", "user = 'bob'", "odd.csv"]);
    assert!(code == 1 && error.contains("write it in double quotes"), "{error}");
}

#[test]
fn evidence_is_never_written_to() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("own.csv"), "a\n1\n2\n").unwrap();
    let arguments = ["do", "head", "--rows", "1", "own.csv", "-o", "own.csv", "--overwrite"];
    let (code, _, error) = run_in(home.path(), &arguments);
    assert!(code == 1 && error.contains("is the evidence itself"), "{error}");
    assert_eq!(std::fs::read(home.path().join("own.csv")).unwrap(), b"a\n1\n2\n");
}
