//! Over the public lab's tables, where `CASEBOOK_REFERENCE_DIR` says they are.

use std::path::PathBuf;

use crate::driver::run;

/// The reference folder; None, said aloud, where it is not set.
pub fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("CASEBOOK_REFERENCE_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: CASEBOOK_REFERENCE_DIR is not set");
    }
    folder.map(|f| f.canonicalize().expect("CASEBOOK_REFERENCE_DIR is a folder"))
}

/// Family, query and rows, from the reference's own README.
const QUERIES: &[(&str, usize)] = &[
    ("Azure.OfficeActivity", 146),
    ("Azure.list_aad_signins_for_account", 26),
    ("Azure.list_all_signins_geo", 86),
    ("LinuxSyslog.list_all_syslog_events", 5_000),
    ("LinuxSyslog.list_logons_for_account", 5_000),
    ("Network.get_network_summary", 168),
    ("Network.list_azure_network_flows_by_host", 1_360),
    ("Network.list_azure_network_flows_by_ip", 1_360),
    ("Office365.list_activity_for_account", 434),
    ("SecurityAlert.list_alerts", 41),
    ("WindowsSecurity.get_process_tree", 17),
    ("WindowsSecurity.list_host_logons", 164),
    ("WindowsSecurity.list_host_processes", 22_979),
    ("WindowsSecurity.list_logon_attempts_by_account", 164),
    ("WindowsSecurity.process_hierarchy", 17),
];

#[test]
fn fifteen_of_the_labs_queries_run_and_two_are_load_time_errors() {
    let Some(folder) = reference() else { return };
    let (tables, queries) =
        (folder.join("tables").display().to_string(), folder.join("data_queries.yaml").display().to_string());
    for (query, n_rows) in QUERIES {
        let (code, out, error) =
            run(&["query", "run", query, "--data", &tables, "--queries", &queries, "--format", "jsonl"]);
        assert_eq!((code, out.lines().count()), (0, *n_rows), "{query}: {error}");
        let problems: Vec<&str> = error.lines().filter(|line| line.contains("data_queries.yaml:")).collect();
        assert_eq!(problems.len(), 2, "{error}");
        assert!(
            problems[0].contains(":54: the query list_host_logon_failures")
                && problems[0].contains("did you mean 'failedLogons'?"),
            "{error}"
        );
        assert!(problems[1].contains(":61: the query list_host_events"), "{error}");
    }
}

#[test]
fn every_table_opens_with_its_rows_and_columns() {
    let Some(folder) = reference() else { return };
    let shapes = [
        ("aad_logons.csv", 86, 62),
        ("alerts_list.csv", 41, 31),
        ("alerts_list.parquet", 41, 31),
        ("az_net_comms_df.csv", 1_360, 24),
        ("exchange_admin.csv", 146, 9),
        ("failedLogons.csv", 4, 20),
        ("host_logons.csv", 164, 20),
        ("host_logons.parquet", 164, 20),
        ("list_activity_for_account.csv", 434, 133),
        ("process_tree.csv", 17, 22),
        ("process_tree.parquet", 17, 22),
        ("processes_on_host.csv", 22_979, 18),
        ("processes_on_host.parquet", 22_979, 18),
        ("syslog_data.csv", 5_000, 17),
        ("syslog_data.parquet", 5_000, 17),
        ("timeseries.csv", 168, 2),
        ("timeseries.parquet", 168, 2),
    ];
    for (file, n_rows, n_columns) in shapes {
        let path = folder.join("tables").join(file).display().to_string();
        let (code, out, error) = run(&["do", "head", "--rows", "1000000", &path, "--format", "jsonl"]);
        assert_eq!((code, out.lines().count()), (0, n_rows), "{file}: {error}");
        let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        assert_eq!(first.as_object().unwrap().len(), n_columns, "{file}");
    }
}

#[test]
fn nested_columns_stay_nested() {
    let Some(folder) = reference() else { return };
    let path = folder.join("tables/exchange_admin.jsonl").display().to_string();
    let (_, out, _) = run(&["do", "head", "--rows", "1", &path, "--format", "jsonl"]);
    let first: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(first["cmds"].is_array() && first["params"].is_array(), "{first}");
}
