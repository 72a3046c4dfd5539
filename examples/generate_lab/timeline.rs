//! The timeline of the story: each entry is a row of a table, found there and not written down a second time.

use std::io;

use crate::cast::{FILE_SERVER, GATEWAY, JUMP_HOST, VICTIM_HOST};
use crate::evidence::Evidence;
use crate::frame::Row;
use crate::story::indicator as ioc;
use crate::time::{WEEK_END, WEEK_START};

pub struct Entry {
    pub time: String,
    pub day: &'static str,
    pub what: &'static str,
    pub table: &'static str,
    pub row: usize,
}

/// What identifies the row of an entry: columns and texts that they contain.
type Marks = &'static [(&'static str, &'static str)];

const ACTIVITY: &str = "list_activity_for_account";
const PROCESSES: &str = "processes_on_host";
const EVENTS: &str = "all_events_df";

#[rustfmt::skip]
const ENTRIES: [(&str, Marks, &str); 38] = [
    ("aad_logons", &[("IPAddress", "192.52.193."), ("ResultType", "50126")], "first try of the password spray"),
    ("failed_logons", &[("IpAddress", "192.52.193."), ("Computer", GATEWAY.name)], "the spray reaches the remote desktop gateway"),
    ("aad_logons", &[("IPAddress", ioc::SPRAY_IPS[3]), ("ResultType", "50074")], "the password of fin-clerk-3 is right; strong authentication stops it"),
    ("aad_logons", &[("IPAddress", ioc::SIGNIN_IP), ("ResultType", "500121")], "first of four denied prompts"),
    ("aad_logons", &[("IPAddress", ioc::SIGNIN_IP), ("Result", "Success")], "sign-in from Montevideo, after one from Bergen the same hour"),
    (ACTIVITY, &[("Operation", "New-InboxRule")], "inbox rule hides mail about payments and security"),
    (ACTIVITY, &[("Operation", "Set-Mailbox")], "mail is forwarded to an outside address"),
    (ACTIVITY, &[("Operation", "MailItemsAccessed"), ("Client_IPAddress", ioc::SIGNIN_IP)], "the attacker reads the mailbox"),
    (ACTIVITY, &[("Operation", "FileUploaded")], "the document goes into the finance site"),
    (PROCESSES, &[("CommandLine", ioc::LURE)], "the clerk opens the document"),
    (PROCESSES, &[("ParentProcessName", "WINWORD.EXE"), ("CommandLine", "-Enc")], "the document starts encoded PowerShell, with a second script inside"),
    (PROCESSES, &[("CommandLine", "GzipStream")], "the second stage comes in gzip"),
    (PROCESSES, &[("CommandLine", ioc::LOADER_URL)], "the implant is fetched with a system tool"),
    (PROCESSES, &[("CommandLine", "whoami.exe /all"), ("Computer", VICTIM_HOST.name)], "first of twelve questions about the network"),
    (PROCESSES, &[("CommandLine", "powercfg")], "the workstation may no longer sleep"),
    (EVENTS, &[("EventID", "4698"), ("TaskName", ioc::TASK)], "a task runs the implant every half hour"),
    (PROCESSES, &[("NewProcessName", "fodhelper.exe")], "bypass of user account control"),
    (PROCESSES, &[("CommandLine", "MiniDump")], "the memory of the logon service is dumped"),
    (PROCESSES, &[("CommandLine", "reg save HKLM\\SAM")], "the local password database is saved"),
    ("failed_logons", &[("IpAddress", VICTIM_HOST.ip), ("TargetUserName", "svc-backup")], "first of six failed tries of the backup account"),
    (EVENTS, &[("EventID", "4648"), ("TargetUserName", "svc-backup")], "the backup account's credentials are used on the workstation"),
    ("host_logons", &[("TargetUserName", "svc-backup"), ("IpAddress", VICTIM_HOST.ip)], "the backup account reaches the file server at night"),
    (EVENTS, &[("EventID", "7045"), ("ServiceName", ioc::SERVICE)], "a service is installed on the file server"),
    (PROCESSES, &[("Computer", FILE_SERVER.name), ("CommandLine", "-Enc ")], "the service runs encoded PowerShell"),
    (PROCESSES, &[("CommandLine", "7z.exe\" a -v256m")], "the finance folder is packed"),
    ("az_net_comms_df", &[("AllExtIPs", ioc::C2_IP)], "the file server calls the control address for the first time"),
    (EVENTS, &[("EventID", "4720"), ("TargetUserName", "adm-temp")], "adm-temp is created"),
    (EVENTS, &[("EventID", "4728"), ("TargetUserName", "Domain Admins")], "and becomes a domain administrator"),
    ("host_logons", &[("TargetUserName", "adm-temp"), ("Computer", JUMP_HOST.name)], "adm-temp logs on to the jump host"),
    ("syslog_data", &[("SyslogMessage", "Accepted password for svc-backup"), ("HostName", "ndx-web-01")], "login to the web host"),
    ("syslog_data", &[("SyslogMessage", "base64 -d"), ("HostName", "ndx-web-01")], "the web host fetches an installer"),
    ("syslog_data", &[("SyslogMessage", "base64 -d"), ("HostName", "ndx-log-01")], "the flow collector is stopped: the dip begins"),
    (PROCESSES, &[("CommandLine", "scp.exe -B")], "first part of the archive goes to the web host"),
    ("az_net_comms_df", &[("AllExtIPs", ioc::DROP_IP)], "the archive leaves: the spike"),
    (EVENTS, &[("EventID", "1102")], "the security log of the file server is cleared"),
    (EVENTS, &[("EventID", "4725"), ("TargetUserName", "adm-temp")], "adm-temp is disabled"),
    ("syslog_data", &[("SyslogMessage", "Accepted publickey for www-data")], "a key that nobody knew of opens the web host again"),
    ("failed_logons", &[("TargetUserName", "adm-temp"), ("IpAddress", "10.20.30.11")], "the disabled account is tried from there"),
];

pub fn all(evidence: &Evidence) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(ENTRIES.len());
    for (table, marks, what) in ENTRIES {
        entries.push(entry(evidence, table, marks, what)?);
    }
    entries.sort_by(|one, other| one.time.cmp(&other.time));
    Ok(entries)
}

fn entry(evidence: &Evidence, table: &'static str, marks: Marks, what: &'static str) -> io::Result<Entry> {
    let column = if table == "az_net_comms_df" { "FlowStartTime" } else { "TimeGenerated" };
    let fits = |row: &Row| marks.iter().all(|(column, mark)| row.get(column).contains(mark));
    let found = evidence.table(table)?.iter().enumerate().find(|(_, row)| fits(row));
    let (place, row) = found.ok_or_else(|| io::Error::other(format!("no row of {table} shows that {what}")))?;
    let time = row.get(column).to_owned();
    Ok(Entry { day: weekday(&time), time, what, table, row: place })
}

/// The weekday of a time of the story week.
fn weekday(time: &str) -> &'static str {
    let mut day = WEEK_START;
    while day < WEEK_END {
        if time.starts_with(&day.date()) {
            return day.weekday_name();
        }
        day = day.plus(crate::time::DAY);
    }
    ""
}
