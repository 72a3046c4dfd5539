//! Security events other than logons and processes: accounts, groups, tasks, services, cleared logs, explicit credentials.

use crate::cast::{Host, Principal};
use crate::frame::Record;
use crate::ledger::{Ledger, Token};
use crate::time::Time;

/// The four columns that say who did it.
pub fn subject(token: &Token) -> Record {
    vec![
        ("SubjectUserSid", token.who.sid.clone()),
        ("SubjectUserName", token.who.name.clone()),
        ("SubjectDomainName", token.who.domain.to_owned()),
        ("SubjectLogonId", format!("{:#x}", token.logon_id)),
        ("Account", token.who.account()),
    ]
}

fn target(who: &Principal) -> Record {
    vec![
        ("TargetUserName", who.name.clone()),
        ("TargetDomainName", who.domain.to_owned()),
        ("TargetSid", who.sid.clone()),
        ("TargetAccount", who.account()),
    ]
}

fn by_and_on(token: &Token, who: &Principal) -> Record {
    let mut fields = subject(token);
    fields.extend(target(who));
    fields
}

pub fn account_created(ledger: &mut Ledger, time: Time, host: &'static Host, by: &Token, who: &Principal) {
    let mut fields = by_and_on(by, who);
    fields.push(("SamAccountName", who.name.clone()));
    fields.push(("UserPrincipalName", format!("{}@{}", who.name, crate::cast::DNS_DOMAIN)));
    ledger.event(time, host, 4720, fields);
    ledger.event(time.plus(40), host, 4722, by_and_on(by, who));
}

pub fn account_disabled(ledger: &mut Ledger, time: Time, host: &'static Host, by: &Token, who: &Principal) {
    ledger.event(time, host, 4725, by_and_on(by, who));
}

pub fn password_reset(ledger: &mut Ledger, time: Time, host: &'static Host, by: &Token, who: &Principal) {
    ledger.event(time, host, 4724, by_and_on(by, who));
}

pub fn group_member_added(
    ledger: &mut Ledger,
    time: Time,
    host: &'static Host,
    by: &Token,
    who: &Principal,
    group: &str,
) {
    let mut fields = subject(by);
    fields.push(("MemberName", format!("CN={},CN=Users,DC=nord,DC=example,DC=com", who.name)));
    fields.push(("MemberSid", who.sid.clone()));
    fields.push(("TargetUserName", group.to_owned()));
    fields.push(("TargetDomainName", who.domain.to_owned()));
    fields.push(("TargetAccount", format!("{}\\{group}", who.domain)));
    ledger.event(time, host, 4728, fields);
}

pub fn service_installed(ledger: &mut Ledger, time: Time, host: &'static Host, name: &str, file: &str) {
    let mut fields = subject(&Token::system(host));
    fields.push(("ServiceName", name.to_owned()));
    fields.push(("ServiceFileName", file.to_owned()));
    fields.push(("ServiceType", "0x10".to_owned()));
    fields.push(("ServiceStartType", "3".to_owned()));
    fields.push(("ServiceAccount", "LocalSystem".to_owned()));
    ledger.event(time, host, 7045, fields);
}

pub fn task_created(
    ledger: &mut Ledger,
    time: Time,
    host: &'static Host,
    by: &Token,
    name: &str,
    command: &str,
    arguments: &str,
) {
    let mut fields = subject(by);
    let content = format!(
        "<Task version=\"1.2\"><Triggers><TimeTrigger><Repetition><Interval>PT30M</Interval></Repetition></TimeTrigger></Triggers>\
         <Actions><Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec></Actions></Task>"
    );
    fields.push(("TaskName", name.to_owned()));
    fields.push(("TaskContent", content));
    ledger.event(time, host, 4698, fields);
}

pub fn log_cleared(ledger: &mut Ledger, time: Time, host: &'static Host, by: &Token) {
    ledger.event(time, host, 1102, subject(by));
}

/// Somebody used the credentials of `who` to reach `server`.
pub fn explicit_credentials(
    ledger: &mut Ledger,
    time: Time,
    host: &'static Host,
    by: &Token,
    who: &Principal,
    use_of: (&Host, &str),
) {
    let mut fields = by_and_on(by, who);
    fields.push(("TargetServerName", use_of.0.name.to_owned()));
    fields.push(("TargetInfo", format!("host/{}", use_of.0.name)));
    fields.push(("ProcessName", use_of.1.to_owned()));
    fields.push(("IpAddress", use_of.0.ip.to_owned()));
    ledger.event(time, host, 4648, fields);
}
