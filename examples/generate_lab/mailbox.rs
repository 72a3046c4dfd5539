//! Office activity of the compromised account: mail, files and the two commands that the attacker gave in its name.

use std::io;

use crate::cast::{HQ_EGRESS, VICTIM};
use crate::frame::{Frame, Record};
use crate::json::{Json, text};
use crate::ledger::Ledger;
use crate::prng::{Prng, guid};
use crate::signins::upn;
use crate::story::{indicator as ioc, when};
use crate::time::{HOUR, MINUTE, SECOND, Time, march};

#[rustfmt::skip]
const ACTIVITY_COLUMNS: &[&str] = &[
    "TenantId", "Application", "UserDomain", "UserAgent", "RecordType", "TimeGenerated", "Operation", "OrganizationId",
    "OrganizationId_", "UserType", "UserKey", "OfficeWorkload", "ResultStatus", "ResultReasonType", "OfficeObjectId", "UserId",
    "UserId_", "ClientIP", "ClientIP_", "Scope", "Site_", "ItemType", "EventSource", "Source_Name", "MachineDomainInfo", "MachineId",
    "Site_Url", "Site_Url_", "SourceRelativeUrl", "SourceRelativeUrl_", "SourceFileName", "SourceFileName_", "SourceFileExtension",
    "DestinationRelativeUrl", "DestinationFileName", "DestinationFileExtension", "UserSharedWith", "SharingType", "CustomEvent",
    "Event_Data", "ModifiedObjectResolvedName", "Parameters", "ExternalAccess", "OriginatingServer", "OrganizationName", "Logon_Type",
    "InternalLogonType", "MailboxGuid", "MailboxOwnerUPN", "MailboxOwnerSid", "MailboxOwnerMasterAccountSid", "LogonUserSid",
    "LogonUserDisplayName", "ClientInfoString", "Client_IPAddress", "ClientMachineName", "ClientProcessName", "ClientVersion",
    "Folder", "CrossMailboxOperations", "DestMailboxId", "DestMailboxOwnerUPN", "DestMailboxOwnerSid",
    "DestMailboxOwnerMasterAccountSid", "DestFolder", "Folders", "AffectedItems", "Item", "ModifiedProperties", "SendAsUserSmtp",
    "SendAsUserMailboxGuid", "SendOnBehalfOfUserSmtp", "SendonBehalfOfUserMailboxGuid", "ExtendedProperties", "Client", "LoginStatus",
    "Actor", "ActorContextId", "ActorIpAddress", "InterSystemsId", "IntraSystemId", "SupportTicketId", "TargetContextId",
    "DataCenterSecurityEventType", "EffectiveOrganization", "ElevationTime", "ElevationApprover", "ElevationApprovedTime",
    "ElevationRequestId", "ElevationRole", "ElevationDuration", "GenericInfo", "SourceSystem", "OfficeId", "SourceRecordId",
    "AzureActiveDirectory_EventType", "AADTarget", "Start_Time", "OfficeTenantId", "OfficeTenantId_", "TargetUserOrGroupName",
    "TargetUserOrGroupType", "MessageId", "Members", "TeamName", "TeamGuid", "ChannelType", "ChannelName", "ChannelGuid",
    "ExtraProperties", "AddOnType", "AddonName", "TabType", "Name", "OldValue", "NewValue", "ItemName", "ChatThreadId", "ChatName",
    "CommunicationType", "AADGroupId", "AddOnGuid", "AppDistributionMode", "TargetUserId", "OperationScope", "AzureADAppId",
    "OperationProperties", "AppId", "ClientAppId", "Type", "_ResourceId", "AccountName", "Source",
];

const SITE: &str = "https://nord.sharepoint.example.com/sites/finance/";
const OUTLOOK: &str = "Client=MSExchangeRPC";
const WEB_MAIL: &str = "Client=OWA;Action=ViaProxy";
const ATTACKER_MAIL: &str = "Client=REST;Client=RESTSystem;;";

/// One thing done in mail or files.
struct Deed {
    time: Time,
    operation: &'static str,
    ip: &'static str,
    detail: Detail,
}

enum Detail {
    Mail { client: &'static str, folder: &'static str, items: i64 },
    File { folder: &'static str, name: &'static str },
    Cmdlet { parameters: Json },
}

pub fn activity(ledger: &Ledger) -> io::Result<Frame> {
    let mut deeds = Vec::new();
    ordinary(ledger, &mut deeds);
    takeover(&mut deeds);
    deeds.sort_by_key(|deed| deed.time);
    let records = deeds.iter().enumerate().map(|(place, deed)| record(deed, place)).collect();
    Frame::from_records("list_activity_for_account", ACTIVITY_COLUMNS, records)
}

const FILES: [(&str, &str); 6] = [
    ("Shared Documents/Ledger", "ledger-2026-02.xlsx"),
    ("Shared Documents/Ledger", "accruals-q1.xlsx"),
    ("Shared Documents/Payables", "payment-run-2026-10.xlsx"),
    ("Shared Documents/Payables", "supplier-master.xlsx"),
    ("Shared Documents/FY25", "closing-checklist.xlsx"),
    ("Shared Documents/Tax", "vat-return-feb.xlsx"),
];

/// The clerk's own week, inside the hours of the desk sessions.
fn ordinary(ledger: &Ledger, deeds: &mut Vec<Deed>) {
    let mut prng = Prng::named("office activity");
    for session in ledger.sessions.iter().filter(|session| session.person == VICTIM) {
        let length = session.to.since(session.from);
        for _ in 0..prng.between(length / HOUR * 7, length / HOUR * 10) {
            let time = session.from.plus(prng.between(MINUTE, length - MINUTE));
            deeds.push(ordinary_deed(&mut prng, time));
        }
    }
    if let Some(session) = ledger.session(VICTIM, when::LURE_OPENED) {
        let opened = when::LURE_OPENED.max(session.from).plus(-4 * SECOND);
        let detail = Detail::File { folder: "Shared Documents/Suppliers", name: ioc::LURE };
        deeds.push(Deed { time: opened, operation: "FileDownloaded", ip: HQ_EGRESS, detail });
    }
}

fn ordinary_deed(prng: &mut Prng, time: Time) -> Deed {
    let client = if prng.percent(75) { OUTLOOK } else { WEB_MAIL };
    let (operation, detail) = match prng.below(100) {
        0..52 => ("MailItemsAccessed", mail(client, "Inbox", prng.between(1, 9))),
        52..60 => ("Send", mail(client, "Sent Items", 1)),
        60..66 => ("MoveToDeletedItems", mail(client, "Inbox", prng.between(1, 4))),
        66..90 => (if prng.percent(70) { "FileAccessed" } else { "FileModified" }, file(prng)),
        _ => ("FileSyncDownloadedFull", file(prng)),
    };
    Deed { time, operation, ip: HQ_EGRESS, detail }
}

const fn mail(client: &'static str, folder: &'static str, items: i64) -> Detail {
    Detail::Mail { client, folder, items }
}

fn file(prng: &mut Prng) -> Detail {
    let (folder, name) = *prng.pick(&FILES);
    Detail::File { folder, name }
}

pub fn pair(name: &'static str, value: impl Into<String>) -> Json {
    Json::Map(vec![("Name", text(name)), ("Value", text(value))])
}

/// The rule hides whatever could warn the clerk.
pub fn rule_parameters() -> Json {
    Json::List(vec![
        pair("AlwaysDeleteOutlookRulesBlob", "False"),
        pair("Name", ".."),
        pair("SubjectOrBodyContainsWords", "invoice;payment;bank details;security alert;sign-in"),
        pair("MoveToFolder", "RSS Feeds"),
        pair("MarkAsRead", "True"),
        pair("StopProcessingRules", "True"),
    ])
}

pub fn forwarding_parameters() -> Json {
    Json::List(vec![
        pair("Identity", VICTIM),
        pair("ForwardingSmtpAddress", format!("smtp:{}", ioc::FORWARD_ADDRESS)),
        pair("DeliverToMailboxAndForward", "True"),
    ])
}

fn takeover(deeds: &mut Vec<Deed>) {
    let near = ioc::SIGNIN_IP;
    let commands = [
        (when::INBOX_RULE, "New-InboxRule", rule_parameters()),
        (when::FORWARDING, "Set-Mailbox", forwarding_parameters()),
    ];
    for (time, operation, parameters) in commands {
        deeds.push(Deed { time, operation, ip: near, detail: Detail::Cmdlet { parameters } });
    }
    reading(deeds);
    for (operation, wait) in [("FileUploaded", 0), ("FileModified", 94), ("SharingSet", 171)] {
        let detail = Detail::File { folder: "Shared Documents/Suppliers", name: ioc::LURE };
        deeds.push(Deed { time: when::LURE_UPLOAD.plus(wait * SECOND), operation, ip: near, detail });
    }
}

/// Three visits to the mailbox, each with many items an access.
fn reading(deeds: &mut Vec<Deed>) {
    let mut prng = Prng::named("mailbox takeover");
    let near = ioc::SIGNIN_IP;
    let visits =
        [(when::MAIL_READ_START, 26, near), (march(4, 19, 49, 10), 9, near), (march(6, 1, 43, 2), 7, ioc::RETURN_IP)];
    for (start, count, ip) in visits {
        let mut time = start;
        for _ in 0..count {
            time = time.plus(prng.between(9 * SECOND, 70 * SECOND));
            let folder = *prng.pick(&["Inbox", "Inbox", "Sent Items", "Payables"]);
            let detail = mail(ATTACKER_MAIL, folder, prng.between(12, 48));
            deeds.push(Deed { time, operation: "MailItemsAccessed", ip, detail });
        }
    }
}

fn record(deed: &Deed, place: usize) -> Record {
    let id = guid(&format!("office {place}"));
    let mut record = vec![
        ("TenantId", guid("workspace")),
        ("TimeGenerated", deed.time.iso()),
        ("ElevationTime", deed.time.iso()),
        ("Start_Time", deed.time.iso()),
        ("Operation", deed.operation.to_owned()),
        ("OrganizationId", guid("directory")),
        ("OrganizationId_", guid("directory")),
        ("OrganizationName", "nord.example.com".to_owned()),
        ("UserType", "Regular".to_owned()),
        ("UserKey", "10032001C0DE7A31".to_owned()),
        ("UserId", upn(VICTIM)),
        ("UserId_", upn(VICTIM)),
        ("ClientIP", deed.ip.to_owned()),
        ("ClientIP_", deed.ip.to_owned()),
        ("ResultStatus", "Succeeded".to_owned()),
        ("ResultReasonType", "Succeeded".to_owned()),
        ("SourceSystem", "OfficeActivityManager".to_owned()),
        ("OfficeId", id.clone()),
        ("SourceRecordId", id),
        ("Type", "OfficeActivity".to_owned()),
        ("AccountName", upn(VICTIM)),
        ("Source", "user".to_owned()),
    ];
    record.extend(detail(deed));
    record
}

fn detail(deed: &Deed) -> Record {
    match &deed.detail {
        Detail::Mail { client, folder, items } => mail_fields(deed, client, folder, *items),
        Detail::File { folder, name } => file_fields(deed, folder, name),
        Detail::Cmdlet { parameters } => vec![
            ("RecordType", "1".to_owned()),
            ("OfficeWorkload", "Exchange".to_owned()),
            ("OfficeObjectId", format!("nord.example.com/{VICTIM}")),
            ("Parameters", parameters.to_string()),
            ("ExternalAccess", "false".to_owned()),
        ],
    }
}

fn mail_fields(deed: &Deed, client: &str, folder: &str, items: i64) -> Record {
    let folders =
        Json::List(vec![Json::Map(vec![("Path", text(format!("\\{folder}"))), ("ItemCount", Json::Number(items))])]);
    let sid = crate::signins::person(VICTIM).map_or_else(String::new, |person| person.principal().sid);
    vec![
        ("RecordType", if deed.operation == "MailItemsAccessed" { "50" } else { "2" }.to_owned()),
        ("OfficeWorkload", "Exchange".to_owned()),
        ("ClientInfoString", client.to_owned()),
        ("Client_IPAddress", deed.ip.to_owned()),
        ("ClientProcessName", if client == OUTLOOK { "OUTLOOK.EXE" } else { "" }.to_owned()),
        ("Logon_Type", "Owner".to_owned()),
        ("InternalLogonType", "0".to_owned()),
        ("MailboxGuid", guid("mailbox of the clerk")),
        ("MailboxOwnerUPN", upn(VICTIM)),
        ("MailboxOwnerSid", sid.clone()),
        ("LogonUserSid", sid),
        ("ExternalAccess", "false".to_owned()),
        ("Folders", folders.to_string()),
    ]
}

fn file_fields(deed: &Deed, folder: &str, name: &str) -> Record {
    let attacker = deed.ip != HQ_EGRESS;
    let agent = if attacker {
        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"
    } else {
        crate::signins::OFFICE_BROWSER.agent
    };
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    vec![
        ("RecordType", "6".to_owned()),
        ("OfficeWorkload", "SharePoint".to_owned()),
        ("UserAgent", agent.to_owned()),
        ("ItemType", "File".to_owned()),
        ("EventSource", "SharePoint".to_owned()),
        ("Site_", guid("finance site")),
        ("Site_Url", SITE.to_owned()),
        ("Site_Url_", SITE.to_owned()),
        ("SourceRelativeUrl", folder.to_owned()),
        ("SourceRelativeUrl_", folder.to_owned()),
        ("SourceFileName", name.to_owned()),
        ("SourceFileName_", name.to_owned()),
        ("SourceFileExtension", extension.to_owned()),
        ("OfficeObjectId", format!("{SITE}{folder}/{name}")),
    ]
}
