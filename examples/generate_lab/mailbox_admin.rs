//! Who administered mailboxes: the service itself, administrators, owners of rules, and the attacker once.

use std::io;

use crate::cast::{HQ_EGRESS, VICTIM};
use crate::frame::{Frame, Record};
use crate::json::{Json, text};
use crate::mailbox::{forwarding_parameters, pair, rule_parameters};
use crate::prng::Prng;
use crate::signins::upn;
use crate::story::{indicator as ioc, when};
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_START};

const COLUMNS: &[&str] =
    &["UserId", "ClientIP", "nCmds", "nDistinctCmds", "begin", "end", "duration", "cmds", "params"];

/// One sitting of somebody at the administration of mailboxes.
struct Sitting {
    user: String,
    ip: &'static str,
    begin: Time,
    pause: i64,
    commands: Vec<(&'static str, Json)>,
}

pub fn administration() -> io::Result<Frame> {
    let mut sittings = Vec::new();
    let mut prng = Prng::named("mailbox administration");
    for day in 0..7 {
        let midnight = WEEK_START.plus(day * DAY);
        service_sittings(&mut prng, &mut sittings, midnight);
        if !midnight.is_weekend() {
            people_sittings(&mut prng, &mut sittings, midnight);
        }
    }
    incident_sittings(&mut sittings);
    sittings.sort_by_key(|sitting| sitting.begin);
    Frame::from_records("exchange_admin", COLUMNS, sittings.iter().map(sitting_record).collect())
}

/// The service itself keeps house at all hours, often with many commands in a row.
fn service_sittings(prng: &mut Prng, sittings: &mut Vec<Sitting>, midnight: Time) {
    for _ in 0..prng.between(11, 15) {
        let command = *prng.pick(&[
            "Set-ConditionalAccessPolicy",
            "Set-MailboxPlan",
            "Update-RoleGroupMember",
            "Set-SyncRequest",
        ]);
        let count = *prng.pick(&[1, 1, 2, 4, 12, 28]);
        let mut commands = Vec::new();
        for _ in 0..count {
            let object = format!("nord.example.com\\object-{}", prng.below(90));
            commands.push((command, Json::List(vec![pair("Identity", object)])));
        }
        sittings.push(Sitting {
            user: "NT AUTHORITY\\SYSTEM (Exchange.ServiceHost)".to_owned(),
            ip: "",
            begin: midnight.plus(prng.between(0, DAY - HOUR)),
            pause: 0,
            commands,
        });
    }
}

fn people_sittings(prng: &mut Prng, sittings: &mut Vec<Sitting>, midnight: Time) {
    for _ in 0..prng.between(6, 9) {
        let admin = *prng.pick(&["it-admin-1", "it-admin-2"]);
        let commands = (0..prng.between(1, 5)).map(|_| admin_command(prng)).collect();
        sittings.push(Sitting {
            user: upn(admin),
            ip: HQ_EGRESS,
            begin: midnight.plus(7 * HOUR + prng.between(0, 8 * HOUR)),
            pause: prng.between(20 * SECOND, 150 * SECOND),
            commands,
        });
    }
    for _ in 0..prng.between(2, 4) {
        let owner = *prng.pick(&["hr-officer-1", "sales-rep-2", "fin-clerk-5", "eng-dev-2", "legal-1", "office-mgr-1"]);
        let rule = *prng.pick(&["Newsletters", "Build reports", "Time sheets", "Supplier mail"]);
        let parameters =
            vec![pair("Name", rule), pair("From", "no-reply@partner.example.com"), pair("MoveToFolder", rule)];
        sittings.push(Sitting {
            user: upn(owner),
            ip: HQ_EGRESS,
            begin: midnight.plus(7 * HOUR + prng.between(0, 8 * HOUR)),
            pause: 0,
            commands: vec![("New-InboxRule", Json::List(parameters))],
        });
    }
}

fn admin_command(prng: &mut Prng) -> (&'static str, Json) {
    let who = prng.pick(&crate::cast::PEOPLE).name;
    let (command, parameter, value) = *prng.pick(&[
        ("Set-Mailbox", "IssueWarningQuota", "49 GB"),
        ("Set-CASMailbox", "ActiveSyncEnabled", "True"),
        ("Add-MailboxPermission", "AccessRights", "FullAccess"),
        ("Set-DistributionGroup", "ManagedBy", "office-mgr-1"),
        ("Set-MailboxRegionalConfiguration", "Language", "nb-NO"),
        ("Set-User", "Department", "Finance"),
        ("Set-TransportRule", "Priority", "3"),
    ]);
    (command, Json::List(vec![pair("Identity", who), pair(parameter, value)]))
}

fn incident_sittings(sittings: &mut Vec<Sitting>) {
    sittings.push(Sitting {
        user: upn(VICTIM),
        ip: ioc::SIGNIN_IP,
        begin: when::INBOX_RULE,
        pause: when::FORWARDING.since(when::INBOX_RULE),
        commands: vec![("New-InboxRule", rule_parameters()), ("Set-Mailbox", forwarding_parameters())],
    });
    sittings.push(Sitting {
        user: upn("it-admin-1"),
        ip: HQ_EGRESS,
        begin: when::ACCOUNT_DISABLED.plus(6 * MINUTE),
        pause: 48 * SECOND,
        commands: vec![
            ("Remove-InboxRule", Json::List(vec![pair("Identity", format!("{VICTIM}\\..")), pair("Confirm", "False")])),
            ("Set-Mailbox", Json::List(vec![pair("Identity", VICTIM), pair("ForwardingSmtpAddress", "")])),
        ],
    });
}

fn sitting_record(sitting: &Sitting) -> Record {
    let names: Vec<&str> = sitting.commands.iter().map(|(name, _)| *name).collect();
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let pauses = i64::try_from(names.len()).unwrap_or(1) - 1;
    let length = pauses * sitting.pause;
    let second = length / SECOND;
    let params =
        Json::List(sitting.commands.iter().map(|(name, values)| Json::Map(vec![(name, values.clone())])).collect());
    vec![
        ("UserId", sitting.user.clone()),
        ("ClientIP", sitting.ip.to_owned()),
        ("nCmds", names.len().to_string()),
        ("nDistinctCmds", distinct.len().to_string()),
        ("begin", sitting.begin.iso()),
        ("end", sitting.begin.plus(length).iso()),
        ("duration", format!("0 days {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)),
        ("cmds", Json::List(names.iter().map(|name| text(*name)).collect()).to_string()),
        ("params", params.to_string()),
    ]
}
