//! Alerts: those of the incident, each pointing at rows of the other tables, and the false ones of any week.

use std::io;

use crate::cast::{self, DC, FILE_SERVER, Host, LOG_HOST, VICTIM, WEB_1};
use crate::entities::Entities;
use crate::frame::{Frame, Record};
use crate::intrusion::Trail;
use crate::json::{Json, text};
use crate::ledger::{Ledger, Process};
use crate::payload;
use crate::prng::guid;
use crate::signins::{Outcome, SignIn, person};
use crate::story::{ARCHIVE_PARTS, PART_BYTES, indicator as ioc, when};
use crate::syslog::Log;
use crate::syslog_table::resource_id;
use crate::time::{SECOND, Time};

#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "TenantId", "TimeGenerated", "AlertDisplayName", "AlertName", "Severity", "Description", "ProviderName", "VendorName",
    "VendorOriginalId", "SystemAlertId", "ResourceId", "SourceComputerId", "AlertType", "ConfidenceLevel", "ConfidenceScore",
    "IsIncident", "StartTimeUtc", "EndTimeUtc", "ProcessingEndTime", "RemediationSteps", "ExtendedProperties", "Entities",
    "SourceSystem", "WorkspaceSubscriptionId", "WorkspaceResourceGroup", "ExtendedLinks", "ProductName", "ProductComponentName",
    "AlertLink", "Type", "CompromisedEntity", "Tactics",
];

pub struct Alert {
    start: Time,
    end: Time,
    kind: &'static Kind,
    entities: Entities,
    properties: Vec<(&'static str, String)>,
    host: Option<&'static Host>,
    compromised: String,
}

pub struct Kind {
    pub name: &'static str,
    pub code: &'static str,
    pub severity: &'static str,
    pub provider: &'static str,
    pub tactics: &'static str,
    pub description: &'static str,
    pub advice: &'static str,
}

/// The facts that alerts point at.
pub struct Facts<'a> {
    pub ledger: &'a Ledger,
    pub trail: &'a Trail,
    pub sign_ins: &'a [SignIn],
    pub log: &'a Log,
}

pub fn alert(start: Time, length: i64, kind: &'static Kind, entities: Entities) -> Alert {
    Alert {
        start,
        end: start.plus(length),
        kind,
        entities,
        properties: Vec::new(),
        host: None,
        compromised: String::new(),
    }
}

impl Alert {
    pub fn on(mut self, host: &'static Host) -> Self {
        host.name.clone_into(&mut self.compromised);
        self.host = Some(host);
        self
    }

    pub fn of(mut self, account: impl Into<String>) -> Self {
        self.compromised = account.into();
        self
    }

    pub fn saying(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.properties.push((name, value.into()));
        self
    }
}

pub fn frame(facts: &Facts) -> io::Result<Frame> {
    let mut alerts = crate::cloud_alerts::all(facts);
    alerts.extend(workstation_alerts(facts));
    alerts.extend(server_alerts(facts));
    alerts.extend(crate::false_alerts::all(facts));
    alerts.push(incident(facts));
    alerts.sort_by_key(|alert| alert.end);
    Frame::from_records(
        "alerts_list",
        COLUMNS,
        alerts.iter().enumerate().map(|(place, alert)| record(alert, place)).collect(),
    )
}

pub fn victim_entity(entities: &mut Entities) -> Json {
    let object_id = person(VICTIM).map_or_else(String::new, cast::Person::object_id);
    entities.cloud_account(VICTIM, &object_id)
}

/// An alert about one process; further entities may follow.
pub fn process_alert(process: &Process, kind: &'static Kind, more: impl FnOnce(&mut Entities, &Json)) -> Alert {
    let mut entities = Entities::default();
    let host = entities.host(process.host);
    entities.process(process, &host);
    more(&mut entities, &host);
    alert(process.time, 0, kind, entities)
        .on(process.host)
        .saying("User name", process.token.who.account())
        .saying("Process id", format!("{:#x}", process.pid))
        .saying("Command line", process.command.as_str())
}

fn workstation_alerts(facts: &Facts) -> Vec<Alert> {
    use crate::alert_kinds as kind;
    let process = |place: usize| &facts.ledger.processes[place];
    let trail = facts.trail;
    let first_question = facts.ledger.processes.iter().find(|process| process.command == "whoami.exe /all");
    let mut alerts = vec![
        process_alert(process(trail.first_powershell), &kind::OFFICE_CHILD, |entities, host| {
            entities.file(&format!("C:\\Users\\{VICTIM}\\OneDrive\\Finance\\{}", ioc::LURE), Some(host));
            entities.hash(&payload::lure_hash());
        }),
        process_alert(process(trail.second_powershell), &kind::ENCODED, |entities, _| {
            entities.hash(&payload::stage_hash());
            let ip = entities.ip(ioc::C2_IP);
            entities.dns(ioc::C2_HOST, Some(ip));
        }),
        process_alert(process(trail.download), &kind::DOWNLOAD, |entities, host| {
            entities.url(ioc::LOADER_URL);
            entities.file(ioc::IMPLANT, Some(host));
            entities.hash(&payload::implant_hash());
        }),
        process_alert(process(trail.bypass), &kind::BYPASS, |_, _| {}),
        process_alert(process(trail.dump), &kind::CREDENTIALS, |entities, host| {
            entities.file(ioc::DUMP, Some(host));
        }),
    ];
    alerts.extend(first_question.map(|process| process_alert(process, &kind::DISCOVERY, |_, _| {})));
    alerts.push(task_alert(process(trail.document)));
    alerts
}

fn task_alert(document: &Process) -> Alert {
    let mut entities = Entities::default();
    let host = entities.host(document.host);
    entities.account(&document.token.who, Some(&host));
    entities.file(ioc::IMPLANT, Some(&host));
    alert(when::TASK_CREATED, 0, &crate::alert_kinds::TASK, entities).on(document.host).saying("Task name", ioc::TASK)
}

fn server_alerts(facts: &Facts) -> Vec<Alert> {
    use crate::alert_kinds as kind;
    let process = |place: usize| &facts.ledger.processes[place];
    let trail = facts.trail;
    let mut alerts = vec![
        odd_hours(facts),
        process_alert(process(trail.service_shell), &kind::SERVICE, |entities, host| {
            entities.file("C:\\Windows\\System32\\services.exe", Some(host));
        })
        .saying("Service name", ioc::SERVICE),
        process_alert(process(trail.staging), &kind::ENCODED, |entities, host| {
            entities.file(ioc::ARCHIVE, Some(host));
        }),
        process_alert(process(trail.user_added), &kind::GROUP, |entities, _| {
            let dc = entities.host(&DC);
            entities.account(&cast::adm_temp(), Some(&dc));
        }),
        process_alert(process(trail.log_cleared), &kind::LOG_CLEARED, |_, _| {}),
    ];
    alerts.extend(linux_alerts(facts));
    alerts
}

fn odd_hours(facts: &Facts) -> Alert {
    let mut entities = Entities::default();
    let host = entities.host(&FILE_SERVER);
    let account = entities.account(&cast::svc_backup(), Some(&host));
    entities.session(facts.trail.lateral_logon_id, &account, &host);
    entities.ip(cast::VICTIM_HOST.ip);
    entities.host(&cast::VICTIM_HOST);
    alert(when::LATERAL, 0, &crate::alert_kinds::ODD_HOURS, entities)
        .on(&FILE_SERVER)
        .saying("Usual source", cast::BACKUP_SERVER.ip)
        .saying("Usual hours", "22:00-23:30")
}

fn linux_alerts(facts: &Facts) -> Vec<Alert> {
    use crate::alert_kinds as kind;
    let wrapped = facts.log.lines.iter().filter(|line| line.message.contains("base64 -d"));
    let mut alerts: Vec<Alert> = wrapped
        .map(|line| {
            let mut entities = Entities::default();
            let host = entities.host(line.host);
            entities.account(&cast::svc_backup(), Some(&host));
            alert(line.time, 0, &kind::PIPED_SHELL, entities).on(line.host).saying("Message", line.message.as_str())
        })
        .collect();
    let mut silent = Entities::default();
    silent.host(&LOG_HOST);
    let gap = when::COLLECTOR_BACK.since(when::COLLECTOR_STOPPED);
    alerts.push(
        alert(when::COLLECTOR_STOPPED, gap, &kind::SILENT, silent)
            .on(&LOG_HOST)
            .saying("Source", "flow-collector.service"),
    );
    let mut volume = Entities::default();
    volume.host(&WEB_1);
    let ip = volume.ip(ioc::DROP_IP);
    volume.dns("drop.files-share.example.org", Some(ip));
    volume.url(ioc::DROP_URL);
    let length = when::EXFIL_END.since(when::EXFIL_START);
    let least = ARCHIVE_PARTS * PART_BYTES;
    alerts.push(
        alert(when::EXFIL_START, length, &kind::VOLUME, volume)
            .on(&WEB_1)
            .saying("Bytes sent, at least", least.to_string()),
    );
    alerts
}

/// What the analyst on duty put together on Friday morning.
fn incident(facts: &Facts) -> Alert {
    let mut entities = Entities::default();
    victim_entity(&mut entities);
    for host in [&cast::VICTIM_HOST, &FILE_SERVER, &DC, &cast::JUMP_HOST, &WEB_1, &LOG_HOST] {
        entities.host(host);
    }
    entities.account(&cast::svc_backup(), None);
    entities.account(&cast::adm_temp(), None);
    for ip in [ioc::SIGNIN_IP, ioc::RETURN_IP, ioc::C2_IP, ioc::DROP_IP] {
        entities.ip(ip);
    }
    entities.hash(&payload::stage_hash());
    let first = facts
        .sign_ins
        .iter()
        .find(|sign_in| sign_in.outcome == Outcome::MfaRequired && sign_in.ip == ioc::SPRAY_IPS[3]);
    let start = first.map_or(when::SPRAY_START, |sign_in| sign_in.time);
    alert(start, when::DETECTED.since(start), &crate::alert_kinds::INCIDENT, entities).of(VICTIM)
}

fn record(alert: &Alert, place: usize) -> Record {
    let id = guid(&format!("alert {place}"));
    let seen = alert.end.plus(90 * SECOND + i64::try_from(place * 1_371 % 60_000).unwrap_or(0));
    let resource = alert.host.map(resource_id);
    let kind = alert.kind;
    let mut record = vec![
        ("TenantId", guid("workspace")),
        ("TimeGenerated", seen.iso()),
        ("AlertDisplayName", kind.name.to_owned()),
        ("AlertName", kind.name.to_owned()),
        ("Severity", kind.severity.to_owned()),
        ("Description", kind.description.to_owned()),
        ("ProviderName", kind.provider.to_owned()),
        ("VendorName", if kind.provider == "CustomAlertRule" { "Alert Rule" } else { "Microsoft" }.to_owned()),
        ("VendorOriginalId", guid(&format!("original {place}"))),
        ("SystemAlertId", id),
        ("ResourceId", resource.unwrap_or_default()),
        ("SourceComputerId", alert.host.map_or_else(String::new, |host| guid(host.name))),
        ("AlertType", kind.code.to_owned()),
        ("ConfidenceLevel", "Unknown".to_owned()),
        ("IsIncident", if kind.code == "Incident_Aggregated" { "true" } else { "false" }.to_owned()),
        ("ProcessingEndTime", seen.plus(4_200).iso()),
    ];
    record.extend(contents(alert));
    record
}

/// What an alert is about, and what to do.
fn contents(alert: &Alert) -> Record {
    let kind = alert.kind;
    let mut properties: Vec<(&'static str, Json)> =
        alert.properties.iter().map(|(name, value)| (*name, text(value.as_str()))).collect();
    properties.push(("Alert generation status", text("Full alert created")));
    vec![
        ("StartTimeUtc", alert.start.iso()),
        ("EndTimeUtc", alert.end.iso()),
        ("RemediationSteps", Json::List(vec![text(kind.advice)]).to_string()),
        ("ExtendedProperties", Json::Map(properties).to_string()),
        ("Entities", alert.entities.json().to_string()),
        ("SourceSystem", "Detection".to_owned()),
        ("WorkspaceSubscriptionId", guid("subscription")),
        ("WorkspaceResourceGroup", "nord-core".to_owned()),
        ("Type", "SecurityAlert".to_owned()),
        ("CompromisedEntity", alert.compromised.clone()),
        ("Tactics", kind.tactics.to_owned()),
    ]
}

/// An alert about a login or sign-in that is nothing more than unusual.
pub fn plain_alert(start: Time, kind: &'static Kind, entities: Entities, compromised: &str) -> Alert {
    alert(start, 0, kind, entities).of(compromised)
}
