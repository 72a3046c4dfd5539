//! A journal replays to the tables that it recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use casebook::case;
use casebook::model::{Cancel, Input, Progress, Table, TableId};
use casebook::operation::Cx;

use crate::driver::{Driver, Wanted, data, library, run_in};

/// Works in a case by keyboard: opens, filters, sorts, asks with SQL, exports.
fn work(folder: &std::path::Path) {
    let mut driver = Driver::with(Wanted { case: Some(folder.to_owned()), ..Wanted::default() });
    driver.keys("/").text("list_host_logons").keys("Enter Enter");
    driver.keys("l + f").text("LogonType = 3").keys("Enter s Backspace");
    driver
        .keys("Q")
        .text("SELECT Computer, COUNT(*) AS n FROM host_logons GROUP BY Computer ORDER BY Computer")
        .keys("Enter");
    driver.keys("e Enter");
    assert!(driver.screen().contains("wrote 7 rows"), "{}", driver.screen());
}

/// The tables of a journal that is run again, and what did not agree.
fn replayed(records: &[case::Record]) -> (BTreeMap<TableId, Arc<Table>>, Vec<case::Mismatch>) {
    let library = library();
    let (cancel, progress) = (Cancel::default(), Progress::default());
    let gate = casebook::egress::Gate::default();
    let cx = Cx {
        library: &library,
        gate: &gate,
        sent: &casebook::egress::SentLog::default(),
        now: chrono::Utc::now(),
        cancel: &cancel,
        progress: &progress,
        early: &|_| {},
    };
    case::replay(&cx, records)
}

#[test]
fn a_journal_replays_to_the_same_tables() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("case");
    work(&folder);
    let journal = folder.join("journal.jsonl");
    let records = case::read(&journal).unwrap();
    let steps: Vec<&str> = records.iter().filter(|r| r.step != "hash-evidence").map(|r| r.step.as_str()).collect();
    assert_eq!(steps, ["query", "filter", "filter", "sort", "filter", "sort", "sql", "export"]);
    assert_eq!(case::verify(&journal).unwrap().n_records, records.len() as u64);

    let (tables, mismatches) = replayed(&records);
    assert_eq!((tables.len(), mismatches), (7, Vec::new()));
}

#[test]
fn a_changed_result_is_found_by_replay_and_a_changed_line_by_verify() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("case");
    work(&folder);
    let mut records = case::read(&folder.join("journal.jsonl")).unwrap();
    let filter = records.iter_mut().find(|r| r.step == "filter").unwrap();
    filter.params.insert("where".to_owned(), "LogonType = 5".to_owned());
    let seq = filter.seq;
    let (_, mismatches) = replayed(&records);
    assert!(mismatches.iter().any(|m| m.seq == seq), "{mismatches:?}");

    let journal = folder.join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap().replacen("analyst", "somebody", 1).replacen(
        "LogonType = 3",
        "LogonType = 5",
        1,
    );
    std::fs::write(&journal, text).unwrap();
    assert!(case::verify(&journal).is_err());
}

/// Headless steps with a case leave the same kind of journal, and `replay` and `verify` accept it.
#[test]
fn headless_steps_are_journalled_with_the_hash_of_their_evidence() {
    let home = tempfile::tempdir().unwrap();
    let logons = data().join("tables/host_logons.csv").display().to_string();
    let (code, _, error) =
        run_in(home.path(), &["do", "filter", "--where", "LogonType = 3", &logons, "--case", "night-ferry"]);
    assert_eq!(code, 0, "{error}");
    let folder = home.path().join(".local/share/casebook/cases/night-ferry");
    let records = case::read(&folder.join("journal.jsonl")).unwrap();
    let steps: Vec<&str> = records.iter().map(|r| r.step.as_str()).collect();
    assert_eq!(steps, ["open", "filter", "hash-evidence"]);
    let Input::Evidence(evidence) = &records[2].inputs[0] else { panic!("{records:?}") };
    assert_eq!(evidence.sha256.as_ref().map(String::len), Some(64));
    assert_eq!(
        (records[0].actor.as_str(), records[0].seq, records[0].prev.as_str()),
        ("analyst", 1, "0".repeat(64).as_str())
    );

    let (code, out, error) = run_in(home.path(), &["replay", "--case", "night-ferry"]);
    assert!(code == 0 && out.contains("0 differ"), "{out}{error}");
    let (code, out, _) = run_in(home.path(), &["verify", "--case", "night-ferry"]);
    assert!(code == 0 && out.starts_with("3 records, head "), "{out}");
    let head = out.trim().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(run_in(home.path(), &["verify", "--case", "night-ferry", "--head", &head]).0, 0);
    let (code, _, error) = run_in(home.path(), &["verify", "--case", "night-ferry", "--head", "00"]);
    assert!(code == 1 && error.contains("tail was removed"), "{error}");
}

#[test]
fn without_a_case_nothing_is_left_behind() {
    let home = tempfile::tempdir().unwrap();
    let logons = data().join("tables/host_logons.csv").display().to_string();
    assert_eq!(run_in(home.path(), &["do", "head", "--rows", "1", &logons]).0, 0);
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

/// A journal must replay on another day, from another folder, and across runs.
#[test]
fn what_is_relative_is_recorded_as_what_it_meant() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("evidence")).unwrap();
    std::fs::copy(data().join("tables/host_logons.csv"), home.path().join("evidence/ev.csv")).unwrap();
    let case = ["--case", "night-ferry"];
    let do_head = ["do", "head", "--rows", "3", "evidence/ev.csv"];
    let recent = ["query", "run", "Network.get_network_summary", "--start", "-3650d"];
    for step in [&do_head[..], &recent[..]] {
        let (code, _, error) = run_in(home.path(), &[step, &case[..]].concat());
        assert_eq!(code, 0, "{error}");
    }
    let mut piped = crate::driver::binary(home.path());
    let piped = piped.args(["do", "head", "--rows", "2", "-"]).args(case);
    let evidence = std::fs::File::open(home.path().join("evidence/ev.csv")).unwrap();
    assert!(piped.stdin(evidence).stdout(std::process::Stdio::null()).status().unwrap().success());

    let records = case::read(&home.path().join(".local/share/casebook/cases/night-ferry/journal.jsonl")).unwrap();
    let mut ids: Vec<_> = records.iter().filter_map(|r| r.output.as_ref()).map(|o| o.table).collect();
    assert_eq!(ids.len(), 5);
    ids.dedup();
    assert_eq!(ids.len(), 5, "an id means one table in a whole case");
    let start = records.iter().find_map(|r| r.params.get("start")).unwrap();
    assert!(start.ends_with('Z') && start.len() >= 20, "{start}");
    let elsewhere = home.path().join("evidence");
    let mut replay = crate::driver::binary(home.path());
    let (code, out, error) = crate::driver::texts(
        &replay.current_dir(elsewhere).args(["replay", "--case", "night-ferry"]).output().unwrap(),
    );
    assert!(code == 0 && out.contains("5 tables, 0 differ"), "{out}{error}");
}

#[test]
fn a_case_that_is_not_there_is_said_so() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, error) = run_in(home.path(), &["verify", "--case", "nowhere"]);
    assert!(code == 1 && error.contains("there is no case 'nowhere'"), "{error}");
    let logons = data().join("tables/host_logons.csv").display().to_string();
    assert_eq!(run_in(home.path(), &["do", "head", "--rows", "1", &logons, "--case", ".."]).0, 1);
}

#[test]
fn bookmarks_are_there_when_the_case_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    let open = || Driver::with(Wanted { case: Some(case.clone()), ..Wanted::default() });
    let mut driver = open();
    driver.keys("/").text("list_host_logons").keys("Enter Enter G b").text("last one").keys("Enter");
    driver.keys("g g b").text("first one").keys("Enter g b").text("first").keys("Delete");
    drop(driver);
    let mut again = open();
    again.keys("/").text("list_host_logons").keys("Enter Enter g b");
    let screen = again.screen();
    assert!(screen.contains("last one") && !screen.contains("first one"), "{screen}");
    again.keys("Enter");
    assert!(again.screen().contains("row 60"), "{}", again.screen());
}

#[test]
fn the_newer_operations_replay_to_the_same_tables() {
    let home = tempfile::tempdir().unwrap();
    let tables = data().join("tables");
    let logons = tables.join("host_logons.csv").display().to_string();
    std::fs::write(home.path().join("owners.csv"), "Account,Owner\nSYSTEM,it\n").unwrap();
    let folder = tables.display().to_string();
    for step in [
        vec!["stack", "--columns", "Account,LogonType", logons.as_str()],
        vec!["convert", "--column", "LogonType", "--to", "text", &logons],
        vec!["set-time", "--column", "TimeGenerated", "--skew", "-3m20s", &logons],
        vec!["diff", "--columns", "Account", "--at", "-1d", &logons],
        vec!["join", "--with", "owners.csv", "--on", "Account", &logons],
        vec!["concat", "--with", "owners.csv", &logons],
        vec!["resample", "--every", "1d", &logons],
        vec!["sample", "--rows", "5", "--seed", "3", &logons],
        vec!["profile", &logons],
        vec!["stack", "--columns", "Account", "table:host_logons", "--data", &folder],
    ] {
        let all = [vec!["do"], step, vec!["--case", "./case", "-o", "-"]].concat();
        let (code, _, error) = run_in(home.path(), &all);
        assert_eq!(code, 0, "{all:?}: {error}");
    }
    let (code, out, error) = run_in(home.path(), &["replay", "--case", "./case"]);
    assert!(code == 0 && out.contains(" 0 differ"), "{out}{error}");
}
