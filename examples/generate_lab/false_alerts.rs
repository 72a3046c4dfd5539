//! Alerts that are true to their rule and yet no attack: the larger part of any queue.

use crate::alert_kinds as kind;
use crate::alerts::{Alert, Facts, plain_alert, process_alert};
use crate::cast::{self, APP_SERVER, LINUX_HOSTS, MANAGEMENT};
use crate::entities::Entities;
use crate::payload;
use crate::signins::Outcome;
use crate::time::{DAY, HOUR, MINUTE, WEEK_START, march};

/// How many of each kind the week brings at most.
const AGENT_ALERTS: usize = 6;
const SSH_ALERTS: usize = 12;
const SIGN_IN_ALERTS: usize = 6;

pub fn all(facts: &Facts) -> Vec<Alert> {
    let mut alerts = agent(facts);
    alerts.extend(ssh(facts));
    alerts.extend(travellers(facts));
    alerts.extend(expired());
    alerts.push(scan());
    alerts
}

/// The management agent's encoded scripts, once a day on another host.
fn agent(facts: &Facts) -> Vec<Alert> {
    let command = payload::inventory_command();
    let mut alerts: Vec<Alert> = Vec::new();
    let mut hosts: Vec<&str> = Vec::new();
    for process in facts.ledger.processes.iter().filter(|process| process.command == command) {
        let due = WEEK_START.plus(i64::try_from(alerts.len()).unwrap_or(0) * DAY);
        if alerts.len() < AGENT_ALERTS && process.time >= due && !hosts.contains(&process.host.name) {
            hosts.push(process.host.name);
            alerts.push(process_alert(process, &kind::ENCODED, |_, _| {}));
        }
    }
    alerts
}

/// Deployments outside office hours.
fn ssh(facts: &Facts) -> Vec<Alert> {
    let late =
        facts.log.logins.iter().filter(|login| {
            login.user == "deploy" && (login.time.is_weekend() || !(7..16).contains(&login.time.hour()))
        });
    late.take(SSH_ALERTS)
        .map(|login| {
            let mut entities = Entities::default();
            let host = entities.host(login.host);
            let deploy = cast::Principal { name: login.user.to_owned(), domain: login.host.name, sid: String::new() };
            entities.account(&deploy, Some(&host));
            entities.ip(login.ip);
            plain_alert(login.time, &kind::SSH, entities, login.host.name)
        })
        .collect()
}

fn travellers(facts: &Facts) -> Vec<Alert> {
    let mut seen: Vec<(&str, String)> = Vec::new();
    let mut alerts = Vec::new();
    for sign_in in facts
        .sign_ins
        .iter()
        .filter(|sign_in| sign_in.name.starts_with("sales-rep") && sign_in.outcome == Outcome::Success)
    {
        let day = (sign_in.name.as_str(), sign_in.time.date());
        if alerts.len() < SIGN_IN_ALERTS && sign_in.place.country != "NO" && !seen.contains(&day) {
            seen.push(day);
            let mut entities = Entities::default();
            entities.cloud_account(&sign_in.name, &sign_in.object_id);
            entities.ip_at(&sign_in.ip, sign_in.place);
            alerts.push(plain_alert(sign_in.time, &kind::UNFAMILIAR, entities, &sign_in.name));
        }
    }
    alerts
}

fn expired() -> Vec<Alert> {
    [0, 2, 4]
        .into_iter()
        .map(|day| {
            let mut entities = Entities::default();
            let host = entities.host(&APP_SERVER);
            entities.account(&cast::svc_sql(), Some(&host));
            plain_alert(WEEK_START.plus(day * DAY + 8 * HOUR + 17 * MINUTE), &kind::EXPIRED, entities, APP_SERVER.name)
        })
        .collect()
}

fn scan() -> Alert {
    let mut entities = Entities::default();
    let host = entities.host(&MANAGEMENT);
    entities.account(&cast::svc_scan(), Some(&host));
    entities.ip(MANAGEMENT.ip);
    for target in LINUX_HOSTS {
        entities.host(target);
    }
    plain_alert(march(8, 4, 52, 0), &kind::SCAN, entities, MANAGEMENT.name)
}
