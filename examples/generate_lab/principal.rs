//! Accounts as security events name them: user name, domain and security identifier.

use crate::cast::{DOMAIN, Host};
use crate::prng::name_hash;

/// The common part of all security identifiers of the domain.
const DOMAIN_SID: &str = "S-1-5-21-1840662137-2920714405-3377150966";

/// Whoever can log on: a person, a service account, a computer, the system itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub name: String,
    pub domain: &'static str,
    pub sid: String,
}

impl Principal {
    pub fn account(&self) -> String {
        format!("{}\\{}", self.domain, self.name)
    }
}

pub fn domain_account(name: &str, rid: u32) -> Principal {
    Principal { name: name.to_owned(), domain: DOMAIN, sid: format!("{DOMAIN_SID}-{rid}") }
}

/// The account of a computer, under which its system services act on the network.
pub fn computer_account(host: &Host) -> Principal {
    let rid = 1600 + u32::try_from(name_hash(host.name) % 300).unwrap_or(0);
    domain_account(&format!("{}$", host.name), rid)
}

/// The computer as it appears as the subject of its own system processes.
pub fn system_subject(host: &Host) -> Principal {
    Principal { sid: "S-1-5-18".to_owned(), ..computer_account(host) }
}

pub fn builtin(name: &str, sid: &str) -> Principal {
    Principal { name: name.to_owned(), domain: "NT AUTHORITY", sid: sid.to_owned() }
}

/// Nobody: the subject of a logon that came over the network.
pub fn nobody() -> Principal {
    Principal { name: "-".to_owned(), domain: "-", sid: "S-1-0-0".to_owned() }
}

pub fn svc_backup() -> Principal {
    domain_account("svc-backup", 1201)
}

pub fn svc_scan() -> Principal {
    domain_account("svc-scan", 1202)
}

pub fn svc_patch() -> Principal {
    domain_account("svc-patch", 1203)
}

pub fn svc_sql() -> Principal {
    domain_account("svc-sql", 1204)
}

pub fn svc_monitor() -> Principal {
    domain_account("svc-monitor", 1205)
}

/// The account that the attacker creates.
pub fn adm_temp() -> Principal {
    domain_account("adm-temp", 1741)
}
