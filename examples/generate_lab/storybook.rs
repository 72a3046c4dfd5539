//! `story.md`: what happened, where it shows, and what one may ask about it, all read back from the finished tables.

use std::fmt::{self, Write};
use std::io;

use crate::cast::{DNS_DOMAIN, LINUX_HOSTS, PEOPLE, SERVERS, VICTIM, VICTIM_HOST};
use crate::evidence::Evidence;
use crate::frame::Frame;
use crate::payload;
use crate::questions;
use crate::sha256::sha256;
use crate::story::{indicator as ioc, when};
use crate::timeline;

const FOREWORD: &str = "# The incident of the lab data\n\n\
Everything here is invented. Accounts are named by role, the company is `NORD`, its domain `nord.example.com`, and every\n\
public address belongs to a special-purpose block. All times are UTC; the company works from 07:00 to 16:00 UTC.\n\
This page is written by the program that writes the tables: its numbers are read back from them.\n\n";

const PLOT: &str = "## In short\n\n\
In the night to Monday somebody sprays passwords over all accounts. One is right: that of a finance clerk. On Tuesday the\n\
clerk, tired of prompts, accepts one, and the attacker signs in from the other side of the world half an hour after the clerk\n\
did so in the office. An inbox rule hides warnings, a forwarding copies the mail, and a document with macros goes into the\n\
finance site. On Wednesday the clerk opens it. PowerShell decodes PowerShell, a second stage in gzip fetches an implant, a\n\
task keeps it alive, and the memory of the logon service gives up the password of the backup account, whose agent runs on\n\
that workstation. At night the backup account, which otherwise works between 22:00 and 23:30 from the backup server, comes\n\
from the workstation to the file server, installs a service, packs the finance folder and makes an administrator. On Thursday\n\
at noon the flow collector is stopped for an hour, and the archive goes unseen to the web host. On Friday at two in the\n\
morning the web host sends it away. The security log of the file server is cleared; the administrators wake up at half past nine.\n\n";

pub fn write(frames: &[Frame]) -> io::Result<String> {
    let evidence = Evidence { frames };
    let mut page = String::from(FOREWORD);
    page.push_str(PLOT);
    tables(&mut page, &evidence);
    cast(&mut page);
    timeline_section(&mut page, &evidence)?;
    indicators(&mut page, &evidence);
    payloads(&mut page, &evidence);
    traffic(&mut page, &evidence)?;
    noise(&mut page);
    lesson_questions(&mut page, &evidence)?;
    Ok(page)
}

/// Adds a line. Writing to a string cannot fail, so the result says nothing.
fn line(page: &mut String, text: fmt::Arguments) {
    let _ = writeln!(page, "{text}");
}

fn heading(page: &mut String, title: &str, columns: &[&str]) {
    line(page, format_args!("## {title}\n"));
    if !columns.is_empty() {
        line(page, format_args!("| {} |", columns.join(" | ")));
        line(page, format_args!("|{}", "---|".repeat(columns.len())));
    }
}

fn tables(page: &mut String, evidence: &Evidence) {
    heading(page, "Tables", &["table", "rows", "columns"]);
    for frame in evidence.frames {
        line(page, format_args!("| {} | {} | {} |", frame.name, frame.rows.len(), frame.columns.len()));
    }
    line(page, format_args!(""));
}

fn cast(page: &mut String) {
    heading(page, "Hosts", &["host", "address", "part"]);
    for host in SERVERS.into_iter().chain(LINUX_HOSTS) {
        line(page, format_args!("| {} | {} | {} |", host.name, host.ip, part_of(host.name)));
    }
    for person in &PEOPLE {
        let note = if person.name == VICTIM { ", compromised" } else { "" };
        line(
            page,
            format_args!("| {} | {} | workstation of {}{note} |", person.host.name, person.host.ip, person.name),
        );
    }
    line(page, format_args!(""));
    heading(page, "Accounts", &["account", "part"]);
    for person in &PEOPLE {
        line(page, format_args!("| NORD\\\\{} | {} ({}@{DNS_DOMAIN}) |", person.name, person.title, person.name));
    }
    for (name, part) in SERVICE_PARTS {
        line(page, format_args!("| NORD\\\\{name} | {part} |"));
    }
    line(page, format_args!(""));
}

fn part_of(host: &str) -> &'static str {
    match host {
        "NDX-DC-01" => "domain controller",
        "NDX-FS-01" => "file server, second stage of the attack",
        "NDX-APP-01" => "application server",
        "NDX-BKP-01" => "backup server",
        "NDX-MGT-01" => "management, patching and scanning",
        "NDX-JMP-01" => "jump host",
        "NDX-RDG-01" => "published remote desktop gateway",
        "ndx-web-01" => "web server, sends the archive away",
        "ndx-log-01" => "log host and flow collector",
        "ndx-db-01" => "database",
        _ => "web server",
    }
}

const SERVICE_PARTS: [(&str, &str); 6] = [
    ("svc-backup", "backup: from the backup server, 22:00 to 23:30; stolen on Wednesday"),
    ("svc-scan", "vulnerability scan on Sunday"),
    ("svc-patch", "patch window on Wednesday night"),
    ("svc-sql", "report job with an expired password"),
    ("svc-monitor", "monitoring of the servers"),
    ("adm-temp", "made by the attacker, disabled on Friday"),
];

fn timeline_section(page: &mut String, evidence: &Evidence) -> io::Result<()> {
    heading(page, "Timeline of the attack", &["time", "day", "what", "table and row"]);
    for entry in timeline::all(evidence)? {
        line(
            page,
            format_args!("| {} | {} | {} | {} row {} |", entry.time, entry.day, entry.what, entry.table, entry.row),
        );
    }
    line(page, format_args!("\nRows are counted from zero, without the header.\n"));
    Ok(())
}

fn indicators(page: &mut String, evidence: &Evidence) {
    let mut all: Vec<(&str, String)> = ioc::SPRAY_IPS.iter().map(|ip| ("address, spray", (*ip).to_owned())).collect();
    all.extend(INDICATORS.iter().map(|(kind, value)| (*kind, (*value).to_owned())));
    all.extend([
        ("SHA-256 of the second stage", payload::stage_hash()),
        ("SHA-256 of the implant", payload::implant_hash()),
        ("SHA-256 of the document", payload::lure_hash()),
    ]);
    heading(page, "Indicators", &["kind", "value", "tables and columns (rows)", "only after decoding, in"]);
    for (kind, value) in all {
        let decoded: Vec<&str> = payload::all()
            .iter()
            .filter(|payload| payload.decoded.contains(&value))
            .map(|payload| payload.title)
            .collect();
        let places = evidence.places(&value).join(", ");
        line(page, format_args!("| {kind} | `{value}` | {places} | {} |", decoded.join(", ")));
    }
    line(page, format_args!(""));
}

const INDICATORS: [(&str, &str); 22] = [
    ("address, takeover", ioc::SIGNIN_IP),
    ("address, return", ioc::RETURN_IP),
    ("address, control", ioc::C2_IP),
    ("address, drop", ioc::DROP_IP),
    ("address, Linux installer", ioc::LINUX_IP),
    ("domain, loader", ioc::LOADER_HOST),
    ("domain, control", ioc::C2_HOST),
    ("domain, drop", "drop.files-share.example.org"),
    ("domain, Linux installer", "mirror.pkg-cache.example.org"),
    ("domain, mail", "mail-archive.example.net"),
    ("URL, first script", ioc::INIT_URL),
    ("URL, implant", ioc::LOADER_URL),
    ("URL, control", ioc::C2_URL),
    ("URL, Linux installer", ioc::LINUX_URL),
    ("URL, drop", ioc::DROP_URL),
    ("mail address", ioc::FORWARD_ADDRESS),
    ("file, document", ioc::LURE),
    ("file, implant", ioc::IMPLANT),
    ("file, memory dump", ioc::DUMP),
    ("file, archive", ioc::ARCHIVE),
    ("folder, Linux", ioc::LINUX_DIR),
    ("task", ioc::TASK),
];

fn payloads(page: &mut String, evidence: &Evidence) {
    heading(page, "Encoded payloads", &[]);
    for payload in payload::all() {
        let places = evidence.places(&payload.encoded).join(", ");
        line(page, format_args!("### {}\n", payload.title));
        line(page, format_args!("- encoding: {}", payload.encoding));
        line(page, format_args!("- stands in: {}", if places.is_empty() { payload.table } else { &places }));
        line(page, format_args!("- SHA-256 of the decoded text: `{}`\n", sha256(payload.decoded.as_bytes())));
        line(page, format_args!("```text\n{}\n```\n", payload.encoded));
        line(page, format_args!("decodes to\n\n```text\n{}\n```\n", payload.decoded.trim_end()));
    }
}

fn traffic(page: &mut String, evidence: &Evidence) -> io::Result<()> {
    let spike = when::EXFIL_START.hour_start().iso();
    let dip = when::COLLECTOR_BACK.hour_start().iso();
    let bytes = |hour: &str| evidence.first("timeseries", "TotalBytesSent", |row| row.is("TimeGenerated", hour));
    let (spike_bytes, dip_bytes) = (bytes(&spike)?, bytes(&dip)?);
    let level = |bytes: &str| bytes.parse::<i64>().unwrap_or(0);
    let higher = evidence.count("timeseries", |row| level(row.get("TotalBytesSent")) > level(&spike_bytes))?;
    let drop = format!("[\"{}\"]", ioc::DROP_IP);
    let stolen = evidence.sum("az_net_comms_df", "OutboundBytes", |row| row.is("PublicIPs", &drop))?;
    heading(page, "The spike and the dip", &["what", "hour", "TotalBytesSent"]);
    line(page, format_args!("| spike: the theft | {spike} | {spike_bytes} |"));
    line(page, format_args!("| dip: the collector was stopped | {dip} | {dip_bytes} |"));
    line(page, format_args!(""));
    line(
        page,
        format_args!(
            "{stolen} bytes of the spike went to {}. {higher} hours of the series are higher than the spike: only the rhythm of\n\
             day and night shows it. In the story week each total is the sum of `OutboundBytes` of the flows that started in\n\
             the hour; with a period of 24, a seasonal window of 7 and a threshold of 3 these two hours are the only anomalies.\n",
            ioc::DROP_IP
        ),
    );
    Ok(())
}

const NOISE: [&str; 10] = [
    "The management agent runs encoded PowerShell on every host, and six alerts say so.",
    "The backup account works every evening from the backup server; only its other logons matter.",
    "A report job of svc-sql fails once an hour because its password expired.",
    "Sales representatives travel: their sign-ins from Hamburg, Aberdeen and Gdansk are real.",
    "The printer signs in with an old protocol that knows no second factor.",
    "Patching in the night to Wednesday restarts two servers and installs services and a task.",
    "An administrator makes an ordinary account, hr-trainee-1, on Tuesday.",
    "A scan on Sunday tries default names on servers and Linux hosts.",
    "Commit ids, run ids, image digests, key fingerprints and long paths look like base64 and decode to nothing readable.",
    "The database backup writes its label in base64; it is harmless text.",
];

fn noise(page: &mut String) {
    heading(page, "What is not the attack", &[]);
    for fact in NOISE {
        line(page, format_args!("- {fact}"));
    }
    line(
        page,
        format_args!(
            "\nThe attacker is not gone: on Saturday somebody logs on to the web host with a key and tries adm-temp from there. {} was isolated on {}.\n",
            VICTIM_HOST.name,
            when::HOST_ISOLATED.plain()
        ),
    );
}

fn lesson_questions(page: &mut String, evidence: &Evidence) -> io::Result<()> {
    heading(page, "Questions and answers", &[]);
    for (place, question) in questions::all(evidence)?.iter().enumerate() {
        line(page, format_args!("{}. **{}** (`{}`)", place + 1, question.ask, question.table));
        if !question.sql.is_empty() {
            line(page, format_args!("   - query: `{}`", question.sql));
        }
        line(page, format_args!("   - answer: `{}`", question.answer));
    }
    Ok(())
}
