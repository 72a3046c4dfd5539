//! Alerts about sign-ins and the mailbox.

use crate::alert_kinds as kind;
use crate::alerts::{Alert, Facts, Kind, alert, victim_entity};
use crate::cast::{BERGEN, GATEWAY, HQ_EGRESS, MONTEVIDEO, SUVA, VICTIM};
use crate::entities::Entities;
use crate::signins::Outcome;
use crate::story::{indicator as ioc, when};
use crate::time::{MINUTE, Time};

pub fn all(facts: &Facts) -> Vec<Alert> {
    vec![
        spray(facts),
        gateway(facts),
        fatigue(facts),
        travel(),
        mailbox_alert(when::INBOX_RULE, &kind::INBOX_RULE).saying("Rule name", "..").saying("Folder", "RSS Feeds"),
        mailbox_alert(when::FORWARDING, &kind::FORWARDING).saying("Forwarding address", ioc::FORWARD_ADDRESS),
    ]
}

const SPRAY_LENGTH: i64 = when::SPRAY_END.since(when::SPRAY_START);

fn spray(facts: &Facts) -> Alert {
    let mut entities = Entities::default();
    for ip in ioc::SPRAY_IPS {
        entities.ip_at(ip, &SUVA);
    }
    victim_entity(&mut entities);
    let tries = facts.sign_ins.iter().filter(|sign_in| ioc::SPRAY_IPS.contains(&sign_in.ip.as_str())).count();
    alert(when::SPRAY_START, SPRAY_LENGTH, &kind::SPRAY, entities).saying("Sign-ins tried", tries.to_string())
}

fn gateway(facts: &Facts) -> Alert {
    let mut entities = Entities::default();
    entities.host(&GATEWAY);
    for ip in ioc::SPRAY_IPS {
        entities.ip(ip);
    }
    let failures = facts.ledger.failures.iter().filter(|failure| ioc::SPRAY_IPS.contains(&failure.ip.as_str()));
    alert(when::SPRAY_START, SPRAY_LENGTH, &kind::GATEWAY_FAILURES, entities)
        .on(&GATEWAY)
        .saying("Failed logons", failures.count().to_string())
}

fn fatigue(facts: &Facts) -> Alert {
    let mut entities = Entities::default();
    victim_entity(&mut entities);
    entities.ip_at(ioc::SIGNIN_IP, &MONTEVIDEO);
    let denied = facts.sign_ins.iter().filter(|sign_in| sign_in.outcome == Outcome::MfaDenied).count();
    alert(when::MFA_FATIGUE, 6 * MINUTE, &kind::MFA_FATIGUE, entities)
        .of(VICTIM)
        .saying("Denied requests", denied.to_string())
}

fn travel() -> Alert {
    let mut entities = Entities::default();
    victim_entity(&mut entities);
    entities.ip_at(HQ_EGRESS, &BERGEN);
    entities.ip_at(ioc::SIGNIN_IP, &MONTEVIDEO);
    let apart = when::IMPOSSIBLE_SIGNIN.since(when::OFFICE_SIGNIN);
    alert(when::OFFICE_SIGNIN, apart, &kind::TRAVEL, entities)
        .of(VICTIM)
        .saying("Minutes between sign-ins", (apart / MINUTE).to_string())
        .saying("Places", "Bergen; Montevideo")
}

fn mailbox_alert(time: Time, kind: &'static Kind) -> Alert {
    let mut entities = Entities::default();
    victim_entity(&mut entities);
    entities.mailbox(VICTIM);
    entities.ip_at(ioc::SIGNIN_IP, &MONTEVIDEO);
    alert(time, 0, kind, entities).of(VICTIM)
}
