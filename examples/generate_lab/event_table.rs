//! The Windows tables: all security events, and from them processes, logons, failed logons and the process tree.

use std::collections::HashMap;
use std::io;

use crate::cast::Host;
use crate::frame::{Frame, Record};
use crate::intrusion::Trail;
use crate::ledger::{Failure, HostEvent, Ledger, Logon, Parent, Process, Token};
use crate::prng::guid;
use crate::time::Time;

#[rustfmt::skip]
const EVENT_COLUMNS: &[&str] = &[
    "TenantId", "TimeGenerated", "SourceSystem", "Account", "AccountType", "Computer", "EventSourceName", "Channel", "Task", "Level",
    "EventID", "Activity", "SourceComputerId", "SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId",
    "TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId", "TargetAccount", "TargetSid", "LogonType", "LogonTypeName",
    "LogonProcessName", "AuthenticationPackageName", "WorkstationName", "IpAddress", "IpPort", "Status", "SubStatus", "FailureReason",
    "NewProcessId", "NewProcessName", "TokenElevationType", "MandatoryLabel", "ProcessId", "ProcessName", "CommandLine",
    "ParentProcessName", "PrivilegeList", "MemberName", "MemberSid", "SamAccountName", "UserPrincipalName", "ServiceName",
    "ServiceFileName", "ServiceType", "ServiceStartType", "ServiceAccount", "TaskName", "TaskContent", "TargetServerName",
    "TargetInfo", "Type", "TimeCreatedUtc",
];

#[rustfmt::skip]
const PROCESS_COLUMNS: &[&str] = &[
    "TenantId", "Account", "EventID", "TimeGenerated", "Computer", "SubjectUserSid", "SubjectUserName", "SubjectDomainName",
    "SubjectLogonId", "NewProcessId", "NewProcessName", "TokenElevationType", "ProcessId", "CommandLine", "ParentProcessName",
    "TargetLogonId", "SourceComputerId", "TimeCreatedUtc",
];

#[rustfmt::skip]
const LOGON_COLUMNS: &[&str] = &[
    "TenantId", "Account", "EventID", "TimeGenerated", "SourceComputerId", "Computer", "SubjectUserName", "SubjectDomainName",
    "SubjectUserSid", "TargetUserName", "TargetDomainName", "TargetUserSid", "TargetLogonId", "LogonProcessName", "LogonType",
    "AuthenticationPackageName", "Status", "IpAddress", "WorkstationName", "TimeCreatedUtc",
];

#[rustfmt::skip]
const FAILURE_COLUMNS: &[&str] = &[
    "TenantId", "Account", "EventID", "TimeGenerated", "SourceComputerId", "Computer", "SubjectUserName", "SubjectDomainName",
    "SubjectUserSid", "TargetUserName", "TargetDomainName", "TargetUserSid", "TargetLogonId", "LogonProcessName", "LogonType",
    "AuthenticationPackageName", "Status", "SubStatus", "IpAddress", "WorkstationName", "TimeCreatedUtc",
];

/// All security events of all Windows hosts, in the order of time.
pub fn all_events(ledger: &Ledger) -> io::Result<Frame> {
    let mut rows: Vec<(Time, Record)> = Vec::with_capacity(ledger.processes.len() * 2);
    rows.extend(ledger.processes.iter().map(|process| (process.time, process_event(process))));
    for logon in &ledger.logons {
        rows.push((logon.time, logon_event(logon)));
        if logon.privileged {
            rows.push((logon.time, privilege_event(logon)));
        }
        if let Some(end) = logon.end {
            rows.push((end, logoff_event(logon, end)));
        }
    }
    rows.extend(ledger.failures.iter().map(|failure| (failure.time, failure_event(failure))));
    rows.extend(ledger.events.iter().map(|event| (event.time, rare_event(event))));
    rows.sort_by_key(|(time, _)| *time);
    Frame::from_records("all_events_df", EVENT_COLUMNS, rows.into_iter().map(|(_, record)| record).collect())
}

pub fn processes(events: &Frame) -> Frame {
    events.narrowed("processes_on_host", PROCESS_COLUMNS, |row| row.is("EventID", "4688"))
}

pub fn logons(events: &Frame) -> Frame {
    events.narrowed("host_logons", LOGON_COLUMNS, |row| row.is("EventID", "4624"))
}

pub fn failures(events: &Frame) -> Frame {
    events.narrowed("failed_logons", FAILURE_COLUMNS, |row| row.is("EventID", "4625"))
}

fn common(time: Time, host: &Host, id: u32) -> Record {
    let (source, channel, task, activity) = kind(id);
    vec![
        ("TenantId", guid("workspace")),
        ("TimeGenerated", time.iso()),
        ("SourceSystem", "OpsManager".to_owned()),
        ("Computer", host.name.to_owned()),
        ("EventSourceName", source.to_owned()),
        ("Channel", channel.to_owned()),
        ("Task", task.to_owned()),
        ("Level", if id == 1102 || id == 7045 { "4" } else { "8" }.to_owned()),
        ("EventID", id.to_string()),
        ("Activity", format!("{id} - {activity}")),
        ("SourceComputerId", guid(host.name)),
        ("Type", "SecurityEvent".to_owned()),
        ("TimeCreatedUtc", time.iso()),
    ]
}

/// Source, channel, task number and short text of an event id.
type EventKind = (&'static str, &'static str, &'static str, &'static str);

const AUDIT: &str = "Microsoft-Windows-Security-Auditing";

#[rustfmt::skip]
const KINDS: [(u32, EventKind); 15] = [
    (1102, ("Microsoft-Windows-Eventlog", "Security", "104", "The audit log was cleared.")),
    (7045, ("Service Control Manager", "System", "0", "A service was installed in the system.")),
    (4624, (AUDIT, "Security", "12544", "An account was successfully logged on.")),
    (4625, (AUDIT, "Security", "12544", "An account failed to log on.")),
    (4634, (AUDIT, "Security", "12545", "An account was logged off.")),
    (4648, (AUDIT, "Security", "12544", "A logon was attempted using explicit credentials.")),
    (4672, (AUDIT, "Security", "12548", "Special privileges assigned to new logon.")),
    (4688, (AUDIT, "Security", "13312", "A new process has been created.")),
    (4698, (AUDIT, "Security", "12804", "A scheduled task was created.")),
    (4720, (AUDIT, "Security", "13824", "A user account was created.")),
    (4722, (AUDIT, "Security", "13824", "A user account was enabled.")),
    (4724, (AUDIT, "Security", "13824", "An attempt was made to reset an account's password.")),
    (4725, (AUDIT, "Security", "13824", "A user account was disabled.")),
    (4726, (AUDIT, "Security", "13824", "A user account was deleted.")),
    (4728, (AUDIT, "Security", "13826", "A member was added to a security-enabled global group.")),
];

fn kind(id: u32) -> EventKind {
    let known = KINDS.iter().find(|(known, _)| *known == id);
    known.map_or((AUDIT, "Security", "0", "Other event."), |(_, kind)| *kind)
}

fn account_type(name: &str) -> String {
    if name.ends_with('$') { "Machine" } else { "User" }.to_owned()
}

/// The subject's columns without the account, which in logon events is that of the target.
fn subject(token: &Token) -> Record {
    vec![
        ("SubjectUserSid", token.who.sid.clone()),
        ("SubjectUserName", token.who.name.clone()),
        ("SubjectDomainName", token.who.domain.to_owned()),
        ("SubjectLogonId", format!("{:#x}", token.logon_id)),
    ]
}

fn process_event(process: &Process) -> Record {
    let token = &process.token;
    let label = match token.elevation {
        "%%1938" => "S-1-16-8192",
        "%%1937" => "S-1-16-12288",
        _ => "S-1-16-16384",
    };
    let mut record = common(process.time, process.host, 4688);
    record.extend(subject(token));
    record.extend([
        ("Account", token.who.account()),
        ("AccountType", account_type(&token.who.name)),
        ("NewProcessId", format!("{:#x}", process.pid)),
        ("NewProcessName", process.image.clone()),
        ("TokenElevationType", token.elevation.to_owned()),
        ("MandatoryLabel", label.to_owned()),
        ("ProcessId", format!("{:#x}", process.parent_pid)),
        ("CommandLine", process.command.clone()),
        ("ParentProcessName", process.parent_image.clone()),
        ("TargetLogonId", "0x0".to_owned()),
    ]);
    record
}

fn logon_event(logon: &Logon) -> Record {
    let mut record = common(logon.time, logon.host, 4624);
    record.extend(subject(&logon.subject));
    record.extend([
        ("Account", logon.who.account()),
        ("AccountType", account_type(&logon.who.name)),
        ("TargetUserSid", logon.who.sid.clone()),
        ("TargetUserName", logon.who.name.clone()),
        ("TargetDomainName", logon.who.domain.to_owned()),
        ("TargetLogonId", format!("{:#x}", logon.id)),
        ("LogonType", logon.kind.number().to_string()),
        ("LogonTypeName", logon.kind.label().to_owned()),
        ("LogonProcessName", logon.kind.process().to_owned()),
        ("AuthenticationPackageName", logon.kind.package().to_owned()),
        ("WorkstationName", logon.workstation.clone()),
        ("IpAddress", logon.ip.clone()),
    ]);
    record
}

fn privilege_event(logon: &Logon) -> Record {
    let mut record = common(logon.time, logon.host, 4672);
    record.extend(subject(&Token { who: logon.who.clone(), logon_id: logon.id, elevation: "" }));
    record.extend([
        ("Account", logon.who.account()),
        ("AccountType", account_type(&logon.who.name)),
        ("PrivilegeList", "SeSecurityPrivilege SeBackupPrivilege SeRestorePrivilege SeDebugPrivilege".to_owned()),
    ]);
    record
}

fn logoff_event(logon: &Logon, end: Time) -> Record {
    let mut record = common(end, logon.host, 4634);
    record.extend([
        ("Account", logon.who.account()),
        ("AccountType", account_type(&logon.who.name)),
        ("TargetUserSid", logon.who.sid.clone()),
        ("TargetUserName", logon.who.name.clone()),
        ("TargetDomainName", logon.who.domain.to_owned()),
        ("TargetLogonId", format!("{:#x}", logon.id)),
        ("LogonType", logon.kind.number().to_string()),
        ("LogonTypeName", logon.kind.label().to_owned()),
    ]);
    record
}

fn failure_event(failure: &Failure) -> Record {
    let (status, sub_status, reason) = failure.reason.codes();
    let mut record = common(failure.time, failure.host, 4625);
    record.extend(subject(&Token::nobody()));
    record.extend([
        ("Account", failure.who.account()),
        ("AccountType", account_type(&failure.who.name)),
        ("TargetUserSid", "S-1-0-0".to_owned()),
        ("TargetUserName", failure.who.name.clone()),
        ("TargetDomainName", failure.who.domain.to_owned()),
        ("LogonType", failure.kind.number().to_string()),
        ("LogonTypeName", failure.kind.label().to_owned()),
        ("LogonProcessName", failure.kind.process().to_owned()),
        ("AuthenticationPackageName", failure.kind.package().to_owned()),
        ("WorkstationName", failure.workstation.clone()),
        ("IpAddress", failure.ip.clone()),
        ("Status", status.to_owned()),
        ("SubStatus", sub_status.to_owned()),
        ("FailureReason", reason.to_owned()),
    ]);
    record
}

fn rare_event(event: &HostEvent) -> Record {
    let mut record = common(event.time, event.host, event.id);
    record.extend(event.fields.iter().cloned());
    record
}

/// The processes of the compromised workstation below its desktop on the morning of the document, with their role and depth.
pub fn process_tree(ledger: &Ledger, trail: &Trail) -> io::Result<Frame> {
    let mut levels: HashMap<usize, usize> = HashMap::from([(trail.explorer, 0)]);
    let until = ledger.processes[trail.dump].time.plus(2 * crate::time::MINUTE);
    let mut order: Vec<usize> = (0..ledger.processes.len()).collect();
    order.sort_by_key(|place| ledger.processes[*place].time);
    let mut records = Vec::new();
    for place in order {
        let process = &ledger.processes[place];
        let level = match process.parent {
            _ if place == trail.explorer => Some(0),
            Parent::Logged(parent) if process.time <= until => levels.get(&parent).map(|level| level + 1),
            _ => None,
        };
        let Some(level) = level else { continue };
        levels.insert(place, level);
        records.push(tree_row(process, level, role(ledger, trail, place)));
    }
    let columns: Vec<&'static str> =
        PROCESS_COLUMNS.iter().copied().chain(["NodeRole", "Level", "ProcessId1", "NewProcessId1"]).collect();
    Frame::from_records("process_tree", &columns, records)
}

/// How a process stands to the document's word processor, which is the source of the tree.
fn role(ledger: &Ledger, trail: &Trail, place: usize) -> &'static str {
    let mut ancestor = place;
    while let Parent::Logged(parent) = ledger.processes[ancestor].parent {
        if ancestor == trail.document {
            break;
        }
        ancestor = parent;
    }
    match () {
        () if place == trail.document => "source",
        () if place == trail.explorer => "parent",
        () if ancestor == trail.document => "child",
        () => "sibling",
    }
}

fn tree_row(process: &Process, level: usize, role: &str) -> Record {
    let mut record = process_event(process);
    record.retain(|(column, _)| PROCESS_COLUMNS.contains(column));
    record.push(("NodeRole", role.to_owned()));
    record.push(("Level", level.to_string()));
    record
}
