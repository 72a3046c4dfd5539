//! Decoding, indicators and addresses over the public lab's tables, beside what MSTICPy answers on them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::driver::run;
use crate::reference::reference;

/// The rows of a CSV as maps from column to value.
pub fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut records = records(csv).into_iter();
    let names = records.next().unwrap_or_default();
    records.map(|record| names.iter().cloned().zip(record).collect()).collect()
}

/// CSV with quoted fields, which may hold commas, quotes and line ends.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

fn done(arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let (code, out, error) = run(&[&["do"], arguments, &["-o", "-", "--format", "csv"]].concat());
    assert_eq!(code, 0, "{error}");
    rows(&out)
}

fn table(folder: &Path, name: &str) -> String {
    folder.join("tables").join(name).display().to_string()
}

fn expected(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&std::fs::read_to_string(folder.join("expected").join(name)).unwrap())
}

fn of<'a>(rows: &'a [BTreeMap<String, String>], column: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

#[test]
fn the_encoded_command_lines_of_the_lab_are_found_with_their_texts_and_hashes() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "processes_on_host.csv");
    let first = done(&["unpack-base64", "--column", "CommandLine", "--first", "1000", &file]);
    let theirs = expected(&folder, "07_b64_unpack_df.csv");
    assert_eq!(of(&first, "src_index"), ["21", "968"]);
    for (ours, theirs) in first.iter().zip(&theirs) {
        for column in ["original_string", "decoded_string", "encoding_type", "md5", "sha1", "sha256", "src_index"] {
            assert_eq!(ours[column], theirs[column], "{column}");
        }
        assert_eq!(ours["printable_bytes"], theirs["printable_bytes"]);
        assert_eq!(ours["full_decoded_string"], theirs["full_decoded_string"]);
    }
    let all = done(&["unpack-base64", "--column", "CommandLine", &file]);
    // MSTICPy finds the first three and five that are none; it overlooks the last, which is URL-safe (its fault 14).
    assert_eq!(of(&all, "src_index"), ["21", "968", "7452", "9163"]);
    assert!(all[3]["decoded_string"].starts_with("<?xml"), "{:?}", all[3]);
}

/// MSTICPy reports 104 payloads here, of which 102 are paths and hashes (its fault 15).
#[test]
fn fault_15_of_the_syslog_messages_only_two_hold_payloads() {
    let Some(folder) = reference() else { return };
    let found = done(&["unpack-base64", "--column", "SyslogMessage", &table(&folder, "syslog_data.csv")]);
    assert_eq!(of(&found, "src_index"), ["420", "431"]);
    let texts: BTreeSet<&str> = of(&found, "decoded_string").into_iter().collect();
    let known = ["Congratulations you found the secret message", "The secret URI is www.github.com/microsoft/msticpy"];
    assert_eq!(texts, BTreeSet::from(known));
}

#[test]
fn the_indicators_of_decoded_command_lines_are_those_that_are_known() {
    let Some(folder) = reference() else { return };
    let decoded = tempfile::tempdir().unwrap();
    let csv = decoded.path().join("decoded.csv").display().to_string();
    let file = table(&folder, "processes_on_host.csv");
    let (code, _, error) =
        run(&["do", "unpack-base64", "--column", "CommandLine", "--first", "1000", &file, "-o", &csv]);
    assert_eq!(code, 0, "{error}");
    let found = done(&["extract-iocs", "--column", "decoded_string", &csv]);
    let pairs = |rows: &[BTreeMap<String, String>]| -> BTreeSet<(String, String, String)> {
        let of = |row: &BTreeMap<String, String>, column: &str| row[column].clone();
        rows.iter().map(|row| (of(row, "IoCType"), of(row, "Observable"), of(row, "SourceIndex"))).collect()
    };
    assert_eq!(pairs(&found), pairs(&expected(&folder, "09_ioc_decoded.csv")));
}

/// Asked for URLs, MSTICPy gives names too (its fault 10).
#[test]
fn fault_10_only_the_urls_that_were_asked_for_come_out() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "syslog_data.csv");
    let found = done(&["extract-iocs", "--column", "SyslogMessage", "--types", "url", "--unique", &file]);
    let text = std::fs::read_to_string(folder.join("expected/11_ex4_url_unique.json")).unwrap();
    let theirs: BTreeMap<String, u64> = serde_json::from_str(&text).unwrap();
    let wanted: BTreeMap<&str, u64> =
        theirs.iter().filter(|(url, _)| url.starts_with("http")).map(|(url, n)| (url.as_str(), *n)).collect();
    let ours: BTreeMap<&str, u64> =
        found.iter().map(|row| (row["Observable"].as_str(), row["count"].parse().unwrap())).collect();
    assert_eq!(ours, wanted);
    assert!(found.iter().all(|row| row["IoCType"] == "url" && !row["first_seen"].is_empty()), "{found:?}");
}

fn is_script(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "sh")
}

/// MSTICPy takes 161 clock times of these messages for IPv6 addresses (its fault 6), and shell scripts for names (8).
#[test]
fn fault_6_and_8_clock_times_and_scripts_are_no_indicators() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "syslog_data.csv");
    let found = done(&["extract-iocs", "--column", "SyslogMessage", "--types", "all", "--unique", &file]);
    assert!(found.iter().all(|row| row["IoCType"] != "ipv6"), "{found:?}");
    assert!(found.iter().all(|row| row["IoCType"] != "dns" || !is_script(&row["Observable"])), "{found:?}");
}

#[test]
fn without_their_false_ones_msticpys_indicators_of_500_messages_are_ours() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "syslog_data.csv");
    let ours = done(&["extract-iocs", "--column", "SyslogMessage", "--first", "500", &file]);
    let key = |row: &BTreeMap<String, String>| {
        (row["SourceIndex"].clone(), row["IoCType"].clone(), row["Observable"].clone())
    };
    let theirs = expected(&folder, "17c_extract_head500.csv");
    let ours: BTreeSet<_> = ours.iter().map(key).collect();
    let wanted: BTreeSet<_> =
        theirs.iter().filter(|row| row["IoCType"] != "ipv6" && !is_script(&row["Observable"])).map(key).collect();
    assert_eq!(ours.difference(&wanted).collect::<Vec<_>>(), Vec::<&(String, String, String)>::new());
    assert_eq!(wanted.difference(&ours).collect::<Vec<_>>(), Vec::<&(String, String, String)>::new());
}

/// MSTICPy's way of exploding aligns by position, so that 1,215 rows get an address that is not theirs (its fault 4).
#[test]
fn fault_4_every_exploded_address_stands_in_the_list_of_its_own_row() {
    let Some(folder) = reference() else { return };
    let out = tempfile::tempdir().unwrap();
    let csv = out.path().join("exploded.csv").display().to_string();
    let file = table(&folder, "az_net_comms_df.csv");
    let (code, _, error) = run(&["do", "explode", "--column", "PublicIPs", "--into", "IPs", &file, "-o", &csv]);
    assert!(code == 0 && error.contains("8 rows have no list"), "{error}");
    let exploded = done(&["ip-type", "--column", "IPs", "--join", "left", &csv]);
    let correct = expected(&folder, "18c_ex6_correct_explode.csv");
    assert_eq!(exploded.len(), 2_472);
    assert_eq!(of(&exploded, "IPs"), of(&correct, "IPs"));
    assert_eq!(of(&exploded, "PublicIPs"), of(&correct, "PublicIPs"));
    assert_eq!(of(&exploded, "ip_type"), of(&correct, "result"));
    let distinct: BTreeSet<&str> = of(&exploded, "IPs").into_iter().collect();
    assert_eq!(distinct.len(), 124);
    assert!(exploded.iter().all(|row| row["ip_type"] == "Public" && row["PublicIPs"].contains(&row["IPs"])));
}

/// Where our type of an address is not MSTICPy's: the address, our answer, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("-", "", "it is no address, which MSTICPy calls Unspecified (its fault 30)"),
    ("010.1.1.1", "", "octets with leading zeros mean different things to different programs"),
    ("1.2.3", "", "it is no address"),
    ("10.0.0.0/8", "", "a network is no address"),
    ("999.1.1.1", "", "it is no address"),
    (" 8.8.8.8", "Public", "white space around an address does not change it"),
    ("8.8.8.8 ", "Public", "white space around an address does not change it"),
    ("100.64.0.1", "Shared", "RFC 6598: the space between a provider and its customers"),
    ("192.0.2.1", "Documentation", "RFC 5737"),
    ("203.0.113.5", "Documentation", "RFC 5737"),
    ("2001:db8::1", "Documentation", "RFC 3849"),
    ("198.18.0.1", "Reserved", "RFC 2544: benchmarking; nobody's private network"),
    ("240.0.0.1", "Reserved", "RFC 1112: class E"),
    ("255.255.255.255", "Reserved", "RFC 8190: limited broadcast"),
    ("192.88.99.1", "Reserved", "RFC 7526: the 6to4 relay is deprecated"),
    ("64:ff9b::1", "Reserved", "RFC 6052: it holds 0.0.0.1, which is of \"this network\""),
];

#[test]
fn address_types_are_msticpys_except_where_those_are_wrong() {
    let Some(folder) = reference() else { return };
    let text = std::fs::read_to_string(folder.join("expected/16_ip_type_table.json")).unwrap();
    let theirs: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let file = tempfile::tempdir().unwrap();
    let jsonl = file.path().join("ips.jsonl");
    let lines: Vec<String> = theirs.keys().map(|ip| serde_json::json!({ "ip": ip, "n": 1 }).to_string()).collect();
    std::fs::write(&jsonl, lines.join("\n")).unwrap();
    let ours = done(&["ip-type", "--column", "ip", &jsonl.display().to_string()]);
    assert_eq!(ours.len(), theirs.len());
    for row in &ours {
        let (ip, ip_type) = (row["ip"].as_str(), row["ip_type"].as_str());
        let differs = DIFFERENCES.iter().find(|(other, ..)| *other == ip);
        let wanted = differs.map_or(theirs[ip].as_str(), |(_, ours, _)| ours);
        assert_eq!(ip_type, wanted, "{ip}");
        assert_eq!(row["valid"] == "true", !wanted.is_empty(), "{ip}");
        assert!(differs.is_none() || theirs[ip] != wanted, "{ip} is no difference");
    }
}

#[test]
fn the_features_of_command_lines_are_msticpys() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "processes_on_host.csv");
    let ours = done(&["cmdline-features", "--column", "CommandLine", "--first", "2000", &file]);
    let theirs = expected(&folder, "21_proc_features_2000.csv");
    assert_eq!(ours.len(), theirs.len());
    let whole = ["processName", "pathScore", "pathHash", "commandlineLen", "commandlineTokensFull", "commandlineScore"];
    for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        for column in whole.iter().chain(&["commandlineTokensHash"]) {
            assert_eq!(ours[*column], theirs[*column], "row {at}: {column}");
        }
        assert_eq!(ours["isSystemSession"], theirs["isSystemSession"].to_lowercase(), "row {at}");
        for column in ["pathLogScore", "commandlineLogLen"] {
            let (ours, theirs): (f64, f64) = (ours[column].parse().unwrap(), theirs[column].parse().unwrap());
            assert!((ours - theirs).abs() < 1e-9, "row {at}: {column}");
        }
    }
}

/// Joined back by value, MSTICPy's 500 rows become 113,120 (its fault 1).
#[test]
fn fault_1_the_lab_pipeline_joins_by_row() {
    let Some(folder) = reference() else { return };
    let file = table(&folder, "syslog_data.csv");
    let joined = done(&["extract-iocs", "--column", "SyslogMessage", "--first", "500", "--join", "left", &file]);
    assert_eq!(joined.len(), 856);
    let step = |types: &str| {
        done(&[
            "extract-iocs",
            "--column",
            "SyslogMessage",
            "--types",
            types,
            "--first",
            "500",
            "--join",
            "inner",
            &file,
        ])
    };
    let addresses = step("ipv4");
    let public: Vec<_> = addresses.iter().filter(|row| !row["Observable"].starts_with("10.")).collect();
    assert!(public.iter().any(|row| row["SourceIndex"] == "268" && row["Observable"] == "192.16.1.12"), "{public:?}");
    assert!(public.iter().any(|row| row["SourceIndex"] == "298" && row["Observable"] == "113.116.23.69"), "{public:?}");
}
