//! What is odd about the public lab's tables is said of each, where `CASEBOOK_REFERENCE_DIR` says where they are.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::driver::run;
use crate::reference::reference;

/// What is said of a column, by table and column.
struct Said {
    columns: BTreeMap<(String, String), Value>,
    /// What was narrated, line by line.
    lines: Vec<String>,
    folder: String,
}

impl Said {
    /// Opens all tables.
    fn of(folder: String) -> Self {
        let (code, out, error) = run(&["open", &folder, "--columns", "-o", "-", "--format", "jsonl"]);
        assert_eq!(code, 0, "{error}");
        let rows = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let columns = rows.map(|row| ((text(&row["table"]), text(&row["column"])), row)).collect();
        Self { columns, lines: error.lines().map(str::to_owned).collect(), folder }
    }

    fn row(&self, table: &str, column: &str) -> &Value {
        let row = self.columns.get(&(table.to_owned(), column.to_owned()));
        row.unwrap_or_else(|| panic!("{table} has no column {column}"))
    }

    /// A column has this type and these notes.
    #[track_caller]
    fn is(&self, table: &str, column: &str, kind: &str, notes: &str) {
        let row = self.row(table, column);
        assert_eq!((&row["type"], &row["notes"]), (&Value::from(kind), &Value::from(notes)), "{table} {column}");
    }

    fn nulls(&self, table: &str, column: &str) -> u64 {
        self.row(table, column)["nulls"].as_u64().unwrap()
    }

    fn n_columns(&self, table: &str) -> usize {
        self.columns.keys().filter(|(name, _)| name == table).count()
    }

    /// How many columns of a table have no value at all.
    fn n_empty(&self, table: &str) -> usize {
        let rows = self.columns.iter().filter(|((name, _), _)| name == table);
        rows.filter(|(_, row)| row["notes"].as_str().is_some_and(|notes| notes.starts_with("no value"))).count()
    }

    /// A line was narrated of a file, and only once.
    #[track_caller]
    fn tells(&self, level: &str, file: &str, what: &str) {
        self.tells_line(&format!("{level}: {}/{file}: {what}", self.folder));
    }

    #[track_caller]
    fn tells_line(&self, line: &str) {
        let n = self.lines.iter().filter(|told| *told == line).count();
        assert_eq!(n, 1, "{line}\nin\n{}", self.lines.join("\n"));
    }
}

/// What is said of the reference's tables, which are opened once; None, said aloud, where there is no reference.
fn said_of_reference() -> Option<&'static Said> {
    static SAID: OnceLock<Said> = OnceLock::new();
    let folder = reference()?.join("tables").display().to_string();
    Some(SAID.get_or_init(|| Said::of(folder)))
}

fn mangled(n: usize, first: &str) -> String {
    format!("{n} values look like '{first}', minutes and seconds without a date: kept as text, of no use on a timeline")
}

const JSON: &str = "lists or maps in JSON";
const PYTHON: &str = "lists or maps in Python notation";
const HEXADECIMAL: &str = "hexadecimal numbers, kept as text";
const TIMES: &str = "texts that are times; make them times to see them on a timeline";

#[test]
fn twelve_tables_are_opened_with_all_their_columns() {
    let Some(said) = said_of_reference() else { return };
    let shapes = [
        ("aad_logons", 62),
        ("alerts_list", 31),
        ("az_net_comms_df", 24),
        ("exchange_admin", 9),
        ("failedLogons", 20),
        ("host_logons", 20),
        ("list_aad_signins_for_account", 68),
        ("list_activity_for_account", 133),
        ("process_tree", 22),
        ("processes_on_host", 18),
        ("syslog_data", 17),
        ("timeseries", 2),
    ];
    for (table, n_columns) in shapes {
        assert_eq!(said.n_columns(table), n_columns, "{table}");
    }
    assert_eq!(said.columns.len(), shapes.iter().map(|(_, n)| n).sum::<usize>());
}

#[test]
fn the_formats_that_are_left_alone_are_named() {
    let Some(said) = said_of_reference() else { return };
    let folder = &said.folder;
    let (csv, jsonl) = (format!("{folder}/alerts_list.csv"), format!("{folder}/alerts_list.jsonl"));
    said.tells_line(&format!(
        "note: alerts_list: the table alerts_list is read from {folder}/alerts_list.parquet; {csv}, {jsonl} have the same stem and are left alone"
    ));
    for (table, best, other) in [
        ("exchange_admin", "jsonl", "csv"),
        ("host_logons", "parquet", "csv"),
        ("process_tree", "parquet", "csv"),
        ("processes_on_host", "parquet", "csv"),
        ("syslog_data", "parquet", "csv"),
        ("timeseries", "parquet", "csv"),
    ] {
        let read = format!("the table {table} is read from {folder}/{table}.{best}");
        said.tells_line(&format!(
            "note: {table}: {read}; {folder}/{table}.{other} has the same stem and is left alone"
        ));
    }
}

#[test]
fn times_that_a_spreadsheet_mangled_are_told() {
    let Some(said) = said_of_reference() else { return };
    said.is("aad_logons", "TimeGenerated", "text", &mangled(86, "19:04.4"));
    said.is("aad_logons", "CreatedDateTime", "text", &mangled(86, "19:04.0"));
    said.is("az_net_comms_df", "TimeGenerated", "text", &mangled(1_360, "23:59.5"));
    said.is("az_net_comms_df", "FlowStartTime", "text", &mangled(1_360, "21:58.0"));
    said.is("processes_on_host", "TimeCreatedUtc", "text", &mangled(22_979, "21:06.9"));
    said.tells("note", "az_net_comms_df.csv", &format!("TimeGenerated: {}", mangled(1_360, "23:59.5")));
}

#[test]
fn portal_times_and_times_by_the_minute_are_told() {
    let Some(said) = said_of_reference() else { return };
    // CSV has no types, so its times become times; Parquet says that its are texts.
    for column in ["TimeGenerated", "CreatedDateTime [UTC]"] {
        let row = said.row("list_aad_signins_for_account", column);
        assert_eq!((row["type"].as_str(), row["nulls"].as_u64()), (Some("time"), Some(0)), "{row}");
    }
    assert_eq!(said.row("list_activity_for_account", "TimeGenerated")["type"], "time");
    said.is("syslog_data", "TimeGenerated", "text", TIMES);
    let minutes = said.row("processes_on_host", "TimeGenerated");
    assert!(
        minutes["type"] == "text" && minutes["notes"].as_str().unwrap().starts_with("texts that are times"),
        "{minutes}"
    );
    assert!(minutes["notes"].as_str().unwrap().contains("minute"), "{minutes}");
}

#[test]
fn nested_texts_are_told_with_their_notation() {
    let Some(said) = said_of_reference() else { return };
    said.is("az_net_comms_df", "PublicIPs", "nested", "lists of 1 to 8 items in Python notation");
    assert_eq!(said.nulls("az_net_comms_df", "PublicIPs"), 8);
    said.is("aad_logons", "ConditionalAccessPolicies", "nested", "lists of 0 to 12 items in Python notation");
    for column in ["DeviceDetail", "LocationDetails", "Status"] {
        said.is("aad_logons", column, "nested", PYTHON);
    }
    said.is("alerts_list", "ExtendedProperties", "nested", JSON);
    let entities = "lists of 2 to 7 items in JSON; its parts refer to each other by $id and $ref";
    said.is("alerts_list", "Entities", "nested", entities);
    let steps = "of 41 values 30 are '', which is not null; lists of 1 to 5 items in JSON";
    said.is("alerts_list", "RemediationSteps", "nested", steps);
    said.is("alerts_list", "ExtendedLinks", "text", "of 41 values 41 are '', which is not null");
    said.is("list_aad_signins_for_account", "DeviceDetail", "nested", JSON);
}

#[test]
fn what_is_nested_in_the_file_itself_is_nested_here() {
    let Some(said) = said_of_reference() else { return };
    for (column, notes) in [("cmds", None), ("params", Some("lists of 2 to 28 items in JSON"))] {
        let row = said.row("exchange_admin", column);
        assert_eq!((row["type"].as_str(), row["notes"].as_str()), (Some("nested"), notes), "{row}");
    }
}

#[test]
fn placeholders_are_counted_and_are_not_null() {
    let Some(said) = said_of_reference() else { return };
    said.is("host_logons", "IpAddress", "text", "of 164 values 147 are '-', which is not null");
    assert_eq!(said.nulls("host_logons", "IpAddress"), 0);
    said.is("failedLogons", "IpAddress", "text", "of 4 values 3 are '-', which is not null");
    said.is("aad_logons", "ResultSignature", "text", "of 86 values 86 are 'None', which is not null");
    said.is("exchange_admin", "ClientIP", "text", "of 146 values 145 are 'nan', which is not null");
    let dashes = "IpAddress: of 164 values 147 are '-', which is not null";
    said.tells("remark", "host_logons.parquet", dashes);
}

#[test]
fn numbers_that_are_kept_as_text_are_told() {
    let Some(said) = said_of_reference() else { return };
    for column in ["NewProcessId", "ProcessId", "SubjectLogonId", "TargetLogonId"] {
        said.is("process_tree", column, "text", HEXADECIMAL);
        said.is("processes_on_host", column, "text", HEXADECIMAL);
    }
    said.is("timeseries", "TotalBytesSent", "text", "strings of digits, kept as text");
    let mixed = "108 of 434 values are no numbers (such as 'SharePointFileOperation'), so the column stays text";
    said.is("list_activity_for_account", "RecordType", "text", mixed);
}

#[test]
fn columns_without_a_value_are_told_and_counted() {
    let Some(said) = said_of_reference() else { return };
    for (table, n_empty) in [("aad_logons", 6), ("list_activity_for_account", 68), ("failedLogons", 1)] {
        assert_eq!(said.n_empty(table), n_empty, "{table}");
    }
    let first = "ResourceProvider, AuthenticationMethodsUsed, IsRisky and 3 more";
    said.tells("remark", "aad_logons.csv", &format!("6 of 62 columns hold no value: {first}"));
    let first = "Application, UserDomain, Scope and 65 more";
    said.tells("remark", "list_activity_for_account.csv", &format!("68 of 133 columns hold no value: {first}"));
    assert_eq!(said.nulls("processes_on_host", "CommandLine"), 20);
}

#[test]
fn exact_duplicates_are_counted_and_can_be_listed() {
    let Some(said) = said_of_reference() else { return };
    for (table, n) in [("processes_on_host", 8), ("host_logons", 3), ("syslog_data", 2_802)] {
        let what = format!("{n} row(s) are exact duplicates of an earlier one; they are kept");
        said.tells("remark", &format!("{table}.parquet"), &what);
    }
    for table in ["aad_logons", "alerts_list", "process_tree", "timeseries"] {
        assert!(!said.lines.iter().any(|line| line.contains(&format!("/{table}.")) && line.contains("duplicates")));
    }
    let path = format!("{}/processes_on_host.parquet", said.folder);
    let (code, out, error) = run(&["do", "noted-rows", &path, "--format", "jsonl"]);
    assert_eq!(code, 0, "{error}");
    let noted = out.lines().filter(|line| line.contains("exact duplicates")).count();
    assert_eq!(noted, 8);
}
