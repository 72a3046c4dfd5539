//! What data/lab/story.md tells is what the built-in tables hold: a lesson that was taken from it can be relied on.

use std::collections::{BTreeMap, BTreeSet};

use casebook::cli::{Shared, library, load_config};
use casebook::model::{Params, Table};
use casebook::query::Library;
use regex::Regex;

use crate::driver::watch;

const STORY: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/lab/story.md"));

/// The hours of the series that `Network.get_network_summary` gives, each with its total.
type Hours = BTreeMap<String, i64>;

fn lab() -> Library {
    library(&load_config(), &Shared::default()).unwrap()
}

fn table(lab: &Library, stem: &str) -> Table {
    let opened = lab.open_stem(stem, &watch()).unwrap();
    lab.collect(stem, opened.lf.clone(), vec![opened]).unwrap()
}

fn sql(lab: &Library, text: &str) -> Result<Table, String> {
    let (lf, opened) = lab.plan_sql(text, &watch()).map_err(|e| e.to_string())?;
    lab.collect("answer", lf, opened).map_err(|e| e.to_string())
}

/// The cells of a row, as they stand in an export.
fn row(table: &Table, at: usize) -> Vec<String> {
    table.columns.iter().map(|column| table.full_text(at, column).unwrap_or_default()).collect()
}

fn texts(table: &Table, column: &str) -> Vec<String> {
    let column = table.column(column).unwrap_or_else(|| panic!("{} has no column {column}", table.name));
    (0..table.n_rows()).map(|at| table.full_text(at, column).unwrap_or_default()).collect()
}

/// The part of the story below a heading.
fn section(title: &str) -> &'static str {
    let (_, rest) = STORY.split_once(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
    rest.split("\n## ").next().unwrap_or(rest)
}

/// The rows of the section's table, without its heading.
fn rows(title: &str) -> Vec<Vec<&'static str>> {
    let lines = section(title).lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    let rows: Vec<Vec<_>> = lines.map(cells).collect();
    assert!(!rows.is_empty(), "the section {title} has no rows");
    rows
}

/// The story writes milliseconds always, the program only where there are some.
fn as_shown(time: &str) -> String {
    time.replace(".000Z", "Z")
}

#[derive(Debug)]
struct Question {
    name: String,
    query: String,
    answer: String,
}

fn questions() -> Vec<Question> {
    let told = |line: Option<&str>, what: &str, name: &str| {
        let value = line.and_then(|l| l.trim().strip_prefix(&format!("- {what}: `"))?.strip_suffix('`'));
        value.unwrap_or_else(|| panic!("{name} has no {what}")).to_owned()
    };
    let heading = Regex::new(r"^\d+\. \*\*").unwrap();
    let mut lines = section("Questions and answers").lines();
    let mut questions = Vec::new();
    while let Some(line) = lines.next() {
        if heading.is_match(line) {
            let (query, answer) = (told(lines.next(), "query", line), told(lines.next(), "answer", line));
            questions.push(Question { name: line.to_owned(), query, answer });
        }
    }
    questions
}

/// Why a question's query does not give its answer; None where it does.
fn fault(lab: &Library, question: &Question) -> Option<String> {
    let Question { name, query, answer } = question;
    match sql(lab, query) {
        Err(e) => Some(format!("{name}\n  {query}\n  fails: {e}")),
        Ok(table) if table.n_rows() != 1 => Some(format!("{name}\n  {query}\n  gives {} rows", table.n_rows())),
        Ok(table) => {
            let found = row(&table, 0).join(", ");
            (found != *answer).then(|| format!("{name}\n  {query}\n  told is {answer}\n  found {found}"))
        }
    }
}

#[test]
fn every_question_has_the_answer_that_its_query_gives() {
    let lab = lab();
    let questions = questions();
    let faults: Vec<String> = questions.iter().filter_map(|question| fault(&lab, question)).collect();
    assert!(faults.is_empty(), "{} questions fail:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(questions.len(), 36);
}

#[test]
fn every_table_has_the_rows_and_columns_that_the_story_tells() {
    let lab = lab();
    let told: BTreeMap<String, (usize, usize)> = rows("Tables")
        .iter()
        .map(|row| (row[0].to_owned(), (row[1].parse().unwrap(), row[2].parse().unwrap())))
        .collect();
    let shape = |stem: String| {
        let table = table(&lab, &stem);
        (stem, (table.n_rows(), table.columns.len()))
    };
    let found: BTreeMap<String, (usize, usize)> = lab.stems().into_iter().map(shape).collect();
    assert_eq!(told, found);
}

#[test]
fn the_hosts_and_accounts_are_those_of_the_logs() {
    let lab = lab();
    let column = |query: &str| -> BTreeSet<String> {
        let table = sql(&lab, query).unwrap_or_else(|e| panic!("{query}: {e}"));
        (0..table.n_rows()).map(|at| row(&table, at).join(" ")).collect()
    };
    let hosts: BTreeSet<String> = rows("Hosts").iter().map(|row| row[0].to_owned()).collect();
    let reporting = column("SELECT Computer FROM all_events_df UNION SELECT Computer FROM syslog_data");
    assert_eq!(hosts, reporting);
    let addresses: BTreeSet<String> = rows("Hosts").iter().map(|row| row[..2].join(" ")).collect();
    let logged =
        column("SELECT HostName, HostIP FROM syslog_data UNION SELECT VMName, VMIPAddress FROM az_net_comms_df");
    assert!(logged.is_subset(&addresses), "{:?}", logged.difference(&addresses));
    // The page doubles the backslash, as Markdown wants it.
    let accounts: BTreeSet<String> = rows("Accounts").iter().map(|row| row[0].replace("\\\\", "\\")).collect();
    let seen = column("SELECT Account FROM host_logons UNION SELECT Account FROM failed_logons");
    assert!(accounts.is_subset(&seen), "{:?}", accounts.difference(&seen));
}

#[test]
fn every_entry_of_the_timeline_stands_in_its_row() {
    let lab = lab();
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for entry in rows("Timeline of the attack") {
        let (stem, at) = entry[3].split_once(" row ").unwrap();
        let table = tables.entry(stem).or_insert_with(|| table(&lab, stem));
        let column = if stem == "az_net_comms_df" { "FlowStartTime" } else { "TimeGenerated" };
        let found = table.full_text(at.parse().unwrap(), table.column(column).unwrap());
        assert_eq!(found, Some(as_shown(entry[0])), "{entry:?}");
        let day = chrono::DateTime::parse_from_rfc3339(entry[0]).unwrap().format("%A").to_string();
        assert_eq!(day, entry[1], "{entry:?}");
    }
}

/// Columns of the tables as text, each read once.
#[derive(Default)]
struct Places {
    tables: BTreeMap<String, Table>,
    columns: BTreeMap<String, Vec<String>>,
}

impl Places {
    /// In how many rows of `table.column` a text stands.
    fn count(&mut self, lab: &Library, place: &str, needle: &str) -> usize {
        let (stem, column) = place.split_once('.').unwrap();
        let cells = self.columns.entry(place.to_owned()).or_insert_with(|| {
            let table = self.tables.entry(stem.to_owned()).or_insert_with(|| table(lab, stem));
            texts(table, column)
        });
        let mention = mention(needle);
        cells.iter().filter(|text| mention.is_match(text)).count()
    }

    /// Checks a list such as `syslog_data.SyslogMessage (3), alerts_list.Entities (2)`; gives how many places it has.
    fn check(&mut self, lab: &Library, list: &str, needle: &str) -> usize {
        let place = Regex::new(r"(\w+\.\w+) \((\d+)\)").unwrap();
        let told: Vec<(&str, usize)> =
            place.captures_iter(list).map(|c| c.extract::<2>().1).map(|[p, n]| (p, n.parse().unwrap())).collect();
        for (place, count) in &told {
            assert_eq!(self.count(lab, place, needle), *count, "{needle} in {place}");
        }
        told.len()
    }
}

/// Finds a text, also with its backslashes doubled as in JSON, but no address inside a longer one.
fn mention(needle: &str) -> Regex {
    let end = if needle.ends_with(|c: char| c.is_ascii_digit()) { "(?:[^0-9]|$)" } else { "" };
    let doubled = regex::escape(&needle.replace('\\', "\\\\"));
    Regex::new(&format!("{}{end}|{doubled}{end}", regex::escape(needle))).unwrap()
}

#[test]
fn every_indicator_stands_where_the_story_says() {
    let lab = lab();
    let mut places = Places::default();
    for indicator in rows("Indicators") {
        let value = indicator[1].trim_matches('`');
        let n_places = places.check(&lab, indicator[2], value);
        assert!(n_places > 0 || !indicator[3].is_empty(), "{value} stands nowhere");
        // The titles hold commas, so a list of them cannot be cut at its commas.
        let payloads = payloads().into_iter().filter(|payload| payload.decoded.contains(value));
        let titles: Vec<&str> = payloads.map(|payload| payload.title).collect();
        assert_eq!(titles.join(", "), indicator[3], "{value} after decoding");
    }
}

struct Payload {
    title: &'static str,
    places: &'static str,
    encoded: &'static str,
    decoded: &'static str,
}

fn payloads() -> Vec<Payload> {
    let of = |part: &'static str| {
        let (text, decoded) = part.split_once("\n\ndecodes to\n\n").unwrap();
        let mut lines = text.lines().filter(|line| !line.starts_with("```"));
        let title = lines.next().unwrap();
        let places = lines.clone().find_map(|line| line.strip_prefix("- stands in: ")).unwrap();
        Payload { title, places, encoded: lines.next_back().unwrap(), decoded }
    };
    section("Encoded payloads").split("### ").skip(1).map(of).collect()
}

#[test]
fn every_payload_stands_where_the_story_says() {
    let lab = lab();
    let mut places = Places::default();
    let payloads = payloads();
    for Payload { title, places: list, encoded, .. } in &payloads {
        // A script inside another stands in no table; one sees it once the other is decoded.
        if *list == "inside the outer script" {
            let outer = payloads.iter().find(|payload| payload.title == title.replace("inner", "outer")).unwrap();
            assert!(outer.decoded.contains(encoded), "{title}");
        } else {
            assert!(places.check(&lab, list, encoded) > 0, "{title} stands nowhere");
        }
    }
    assert_eq!(payloads.len(), 11);
}

fn hours(lab: &Library) -> Hours {
    let (lf, opened) =
        lab.plan_query("Network.get_network_summary", &Params::new(), chrono::Utc::now(), &watch()).unwrap();
    let table = lab.collect("hours", lf, opened).unwrap();
    let totals = texts(&table, "TotalBytesSent").into_iter().map(|total| total.parse().unwrap());
    texts(&table, "TimeGenerated").into_iter().zip(totals).collect()
}

/// Hour and total of the row whose text begins with `what`.
fn extreme(what: &str) -> (String, i64) {
    let rows = rows("The spike and the dip");
    let row = rows.iter().find(|row| row[0].starts_with(what)).unwrap_or_else(|| panic!("no {what}"));
    (as_shown(row[1]), row[2].parse().unwrap())
}

#[test]
fn the_spike_and_the_dip_are_at_the_hours_that_the_story_tells() {
    let lab = lab();
    let hours = hours(&lab);
    let ((spike, most), (dip, least)) = (extreme("spike"), extreme("dip"));
    assert_eq!((hours[&spike], hours[&dip]), (most, least));
    assert_eq!(hours.values().min(), Some(&least), "the dip is the lowest hour of all");
    // By day the company can send more than the theft did by night: the spike is the highest among the hours of its
    // time of day, and the story tells how many others are higher.
    let same_time = hours.iter().filter(|(hour, _)| hour[11..] == spike[11..]).map(|(_, total)| total);
    assert_eq!(same_time.max(), Some(&most), "the spike is the highest hour of its time of day");
    let higher = Regex::new(r"(\d+) hours of the series are higher than the spike").unwrap();
    let told: usize = higher.captures(section("The spike and the dip")).unwrap()[1].parse().unwrap();
    assert_eq!(hours.values().filter(|total| **total > most).count(), told);
}

#[test]
fn the_series_is_the_sum_of_the_flows() {
    let lab = lab();
    for what in ["spike", "dip"] {
        let (hour, told) = extreme(what);
        let query = format!(
            "SELECT SUM(OutboundBytes) AS n FROM az_net_comms_df WHERE STRFTIME(FlowStartTime, '%Y-%m-%dT%H') = '{}'",
            &hour[..13]
        );
        assert_eq!(row(&sql(&lab, &query).unwrap(), 0), [told.to_string()], "{what}");
    }
}
