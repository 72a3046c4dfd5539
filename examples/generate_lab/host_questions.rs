//! Questions about hosts, their logs and the traffic.

use std::io;

use crate::cast::{BACKUP_SERVER, FILE_SERVER};
use crate::evidence::Evidence;
use crate::frame::Row;
use crate::questions::{Question, from_spray, question, spray_list};
use crate::story::{indicator as ioc, when};

pub fn all(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let mut questions = processes(evidence)?;
    questions.extend(workstation(evidence)?);
    questions.extend(tree(evidence)?);
    questions.extend(logons(evidence)?);
    questions.extend(backup_account(evidence)?);
    questions.extend(changes(evidence)?);
    questions.extend(linux(evidence)?);
    questions.extend(network(evidence)?);
    questions.extend(hours(evidence)?);
    Ok(questions)
}

fn is_encoded(row: &Row) -> bool {
    row.get("CommandLine").contains(" -Enc ") || row.get("CommandLine").contains("-EncodedCommand ")
}

fn processes(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "processes_on_host";
    let agent = |row: &Row| row.get("ParentProcessName").ends_with("ndxagent.exe");
    Ok(vec![
        question(
            "How many command lines hand PowerShell an encoded command?",
            table,
            "SELECT COUNT(*) AS n FROM processes_on_host WHERE CommandLine LIKE '% -Enc %' OR CommandLine LIKE '%-EncodedCommand %'",
            evidence.count(table, is_encoded)?,
        ),
        question(
            "And how many of them were not started by the management agent?",
            table,
            "SELECT COUNT(*) AS n FROM processes_on_host WHERE (CommandLine LIKE '% -Enc %' OR CommandLine LIKE '%-EncodedCommand %') AND ParentProcessName NOT LIKE '%ndxagent.exe'",
            evidence.count(table, |row| is_encoded(row) && !agent(row))?,
        ),
        question(
            "Which program did the word processor start on the compromised workstation?",
            table,
            "SELECT NewProcessName FROM processes_on_host WHERE ParentProcessName LIKE '%WINWORD.EXE' AND NewProcessName NOT LIKE '%splwow64.exe'",
            evidence.first(table, "NewProcessName", |row| {
                row.get("ParentProcessName").ends_with("WINWORD.EXE")
                    && !row.get("NewProcessName").ends_with("splwow64.exe")
            })?,
        ),
        question(
            "How often did the implant run from its scheduled task?",
            table,
            "SELECT COUNT(*) AS n FROM processes_on_host WHERE CommandLine LIKE '%nsync.exe --quiet' AND ParentProcessName LIKE '%svchost.exe'",
            evidence.count(table, |row| {
                row.get("CommandLine").ends_with("nsync.exe --quiet")
                    && row.get("ParentProcessName").ends_with("svchost.exe")
            })?,
        ),
    ])
}

fn workstation(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "processes_on_host";
    Ok(vec![
        question(
            "When was the memory of the logon service dumped?",
            table,
            "SELECT TimeGenerated FROM processes_on_host WHERE CommandLine LIKE '%MiniDump%'",
            evidence.first(table, "TimeGenerated", |row| row.get("CommandLine").contains("MiniDump"))?,
        ),
        question(
            "In which logon session did the dump run?",
            table,
            "SELECT SubjectLogonId FROM processes_on_host WHERE CommandLine LIKE '%MiniDump%'",
            evidence.first(table, "SubjectLogonId", |row| row.get("CommandLine").contains("MiniDump"))?,
        ),
    ])
}

fn tree(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "processes_on_host";
    let rare = rarest_program(evidence)?;
    Ok(vec![
        question(
            "How many processes of the tree hang below the document?",
            "process_tree",
            "SELECT COUNT(*) AS n FROM process_tree WHERE NodeRole = 'child'",
            evidence.count("process_tree", |row| row.is("NodeRole", "child"))?,
        ),
        question(
            "How deep does the tree go below the desktop?",
            "process_tree",
            "SELECT MAX(Level) AS n FROM process_tree",
            evidence.distinct("process_tree", "Level", |_| true)?.pop().unwrap_or_default(),
        ),
        question(
            "On how many hosts does the implant's image appear?",
            table,
            "SELECT COUNT(DISTINCT Computer) AS n FROM processes_on_host WHERE NewProcessName LIKE '%nsync.exe'",
            rare,
        ),
    ])
}

fn rarest_program(evidence: &Evidence) -> io::Result<usize> {
    Ok(evidence
        .distinct("processes_on_host", "Computer", |row| row.get("NewProcessName").ends_with("nsync.exe"))?
        .len())
}

fn logons(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let (account, count) = evidence.top("failed_logons", "Account")?;
    Ok(vec![
        question(
            "Which account fails to log on most often, and how often?",
            "failed_logons",
            "SELECT Account, COUNT(*) AS n FROM failed_logons GROUP BY Account ORDER BY n DESC LIMIT 1",
            format!("{account}, {count}"),
        ),
        question(
            "How many failed logons came from the spraying addresses?",
            "failed_logons",
            format!("SELECT COUNT(*) AS n FROM failed_logons WHERE IpAddress IN {}", spray_list()),
            evidence.count("failed_logons", |row| from_spray(row, "IpAddress"))?,
        ),
    ])
}

fn backup_account(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let odd = |row: &Row| {
        row.is("TargetUserName", "svc-backup") && row.is("LogonType", "3") && !row.is("IpAddress", BACKUP_SERVER.ip)
    };
    Ok(vec![
        question(
            "How many network logons of the backup account did not come from the backup server?",
            "host_logons",
            format!(
                "SELECT COUNT(*) AS n FROM host_logons WHERE TargetUserName = 'svc-backup' AND LogonType = 3 AND IpAddress <> '{}'",
                BACKUP_SERVER.ip
            ),
            evidence.count("host_logons", odd)?,
        ),
        question(
            "From which workstation address did the backup account first reach the file server?",
            "host_logons",
            format!(
                "SELECT IpAddress FROM host_logons WHERE TargetUserName = 'svc-backup' AND LogonType = 3 AND IpAddress <> '{}' AND Computer = '{}' ORDER BY TimeGenerated LIMIT 1",
                BACKUP_SERVER.ip, FILE_SERVER.name
            ),
            evidence.first("host_logons", "IpAddress", |row| odd(row) && row.is("Computer", FILE_SERVER.name))?,
        ),
    ])
}

fn changes(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "all_events_df";
    Ok(vec![
        question(
            "Which service did the attacker install?",
            table,
            "SELECT ServiceName FROM all_events_df WHERE EventID = 7045 AND ServiceFileName LIKE '%powershell%'",
            evidence.first(table, "ServiceName", |row| {
                row.is("EventID", "7045") && row.get("ServiceFileName").contains("powershell")
            })?,
        ),
        question(
            "Which account did the backup account create?",
            table,
            "SELECT TargetUserName FROM all_events_df WHERE EventID = 4720 AND SubjectUserName = 'svc-backup'",
            evidence.first(table, "TargetUserName", |row| {
                row.is("EventID", "4720") && row.is("SubjectUserName", "svc-backup")
            })?,
        ),
        question(
            "On which host and when was the security log cleared?",
            table,
            "SELECT Computer, TimeGenerated FROM all_events_df WHERE EventID = 1102",
            format!(
                "{}, {}",
                evidence.first(table, "Computer", |row| row.is("EventID", "1102"))?,
                evidence.first(table, "TimeGenerated", |row| row.is("EventID", "1102"))?
            ),
        ),
    ])
}

fn linux(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "syslog_data";
    let says = |row: &Row, needle: &str| row.get("SyslogMessage").contains(needle);
    let copies = format!("Accepted password for svc-backup from {}", FILE_SERVER.ip);
    Ok(vec![
        question(
            "How many messages pipe decoded base64 into a shell?",
            table,
            "SELECT COUNT(*) AS n FROM syslog_data WHERE SyslogMessage LIKE '%base64 -d | sh%'",
            evidence.count(table, |row| says(row, "base64 -d | sh"))?,
        ),
        question(
            "When did the flow collector stop?",
            table,
            "SELECT TimeGenerated FROM syslog_data WHERE SyslogMessage LIKE 'Stopped flow-collector%'",
            evidence.first(table, "TimeGenerated", |row| says(row, "Stopped flow-collector"))?,
        ),
        question(
            "How many times did the file server log on to the web host with the backup account?",
            table,
            format!("SELECT COUNT(*) AS n FROM syslog_data WHERE SyslogMessage LIKE '{copies}%'"),
            evidence.count(table, |row| says(row, &copies))?,
        ),
    ])
}

fn network(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let flows = "az_net_comms_df";
    let only = |ip: &str| format!("[\"{ip}\"]");
    let (drop, beacon) = (only(ioc::DROP_IP), only(ioc::C2_IP));
    Ok(vec![
        question(
            "How many bytes went to the drop address?",
            flows,
            format!("SELECT SUM(OutboundBytes) AS n FROM {flows} WHERE AllExtIPs = '{}'", ioc::DROP_IP),
            evidence.sum(flows, "OutboundBytes", |row| row.is("PublicIPs", &drop))?,
        ),
        question(
            "How many flows went from the file server to the control address?",
            flows,
            format!(
                "SELECT COUNT(*) AS n FROM {flows} WHERE AllExtIPs = '{}' AND VMName = '{}'",
                ioc::C2_IP,
                FILE_SERVER.name
            ),
            evidence.count(flows, |row| row.is("PublicIPs", &beacon) && row.is("VMName", FILE_SERVER.name))?,
        ),
    ])
}

fn hours(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let mut hours: Vec<(i64, String)> = evidence
        .table("timeseries")?
        .iter()
        .filter_map(|row| Some((row.get("TotalBytesSent").parse::<i64>().ok()?, row.get("TimeGenerated").to_owned())))
        .collect();
    hours.sort();
    let (least, hour) = hours.first().cloned().unwrap_or_default();
    let theft = when::EXFIL_START.hour_start();
    Ok(vec![
        question(
            "Which hour sent least, and how much?",
            "timeseries",
            "SELECT TimeGenerated, TotalBytesSent FROM timeseries ORDER BY TotalBytesSent LIMIT 1",
            format!("{hour}, {least}"),
        ),
        question(
            "How many bytes left in the hour of the theft?",
            "timeseries",
            format!("SELECT TotalBytesSent FROM timeseries WHERE TimeGenerated = TIMESTAMP '{}'", theft.plain()),
            evidence.first("timeseries", "TotalBytesSent", |row| row.is("TimeGenerated", &theft.iso()))?,
        ),
    ])
}
