//! The lines of the Linux hosts in the columns of `Syslog`.

use std::io;

use crate::cast::Host;
use crate::frame::{Frame, Record};
use crate::prng::guid;
use crate::syslog::{Line, Log};

#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "TenantId", "SourceSystem", "TimeGenerated", "Computer", "EventTime", "Facility", "HostName", "SeverityLevel", "SyslogMessage",
    "ProcessID", "HostIP", "ProcessName", "MG", "Type", "_ResourceId", "Source", "AccountName",
];

pub fn frame(log: &Log) -> io::Result<Frame> {
    Frame::from_records("syslog_data", COLUMNS, log.lines.iter().map(record).collect())
}

fn record(line: &Line) -> Record {
    vec![
        ("TenantId", guid("workspace")),
        ("SourceSystem", "Linux".to_owned()),
        ("TimeGenerated", line.time.iso()),
        ("Computer", line.host.name.to_owned()),
        ("EventTime", line.time.iso()),
        ("Facility", line.facility.to_owned()),
        ("HostName", line.host.name.to_owned()),
        ("SeverityLevel", line.severity.to_owned()),
        ("SyslogMessage", line.message.clone()),
        ("ProcessID", if line.program == "kernel" { String::new() } else { line.pid.to_string() }),
        ("HostIP", line.host.ip.to_owned()),
        ("ProcessName", line.program.to_owned()),
        ("MG", guid("management group")),
        ("Type", "Syslog".to_owned()),
        ("_ResourceId", resource_id(line.host)),
        ("Source", "host".to_owned()),
        ("AccountName", line.host.name.to_owned()),
    ]
}

pub fn resource_id(host: &Host) -> String {
    format!(
        "/subscriptions/{}/resourcegroups/nord-core/providers/microsoft.compute/virtualmachines/{}",
        guid("subscription"),
        host.name.to_lowercase()
    )
}
