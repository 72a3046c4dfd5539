//! A Windows host comes up: the processes and logons of a start, and what later processes hang on.

use crate::cast::{self, Host, HostKind};
use crate::ledger::{
    Arrival, LOCAL_SERVICE_LOGON, Ledger, LogonKind, NETWORK_SERVICE_LOGON, Parent, Run, SYSTEM_LOGON, Token,
};
use crate::prng::Prng;
use crate::time::{HOUR, MINUTE, SECOND, Time, WEEK_START};

pub const SERVICES: &str = "C:\\Windows\\System32\\services.exe";
pub const SVCHOST: &str = "C:\\Windows\\System32\\svchost.exe";
pub const AGENT: &str = "C:\\Program Files\\NDX Agent\\ndxagent.exe";
pub const MONITOR: &str = "C:\\Program Files\\NDX Monitor\\ndxmon.exe";
pub const WINLOGON: &str = "C:\\Windows\\System32\\winlogon.exe";

/// One stretch of time in which a host is up, with the processes that start others.
#[derive(Clone, Debug)]
pub struct Uptime {
    pub host: &'static Host,
    pub from: Time,
    pub to: Time,
    pub services: Parent,
    pub svchost: Parent,
    pub agent: Parent,
    pub monitor: Parent,
    pub winlogon: Parent,
    pub monitor_token: Token,
}

/// A host that was up before the first record.
pub fn resident(ledger: &mut Ledger, prng: &mut Prng, host: &'static Host, to: Time) -> Uptime {
    let from = WEEK_START.plus(prng.between(2 * SECOND, 40 * SECOND));
    let (monitor_token, _) = service_sessions(ledger, prng, host, from);
    Uptime {
        host,
        from,
        to,
        services: Parent::Resident(SERVICES),
        svchost: Parent::Resident(SVCHOST),
        agent: Parent::Resident(AGENT),
        monitor: Parent::Resident(MONITOR),
        winlogon: Parent::Resident(WINLOGON),
        monitor_token,
    }
}

/// The sessions that system services run in. They stand before every process of the host.
fn service_sessions(ledger: &mut Ledger, prng: &mut Prng, host: &'static Host, time: Time) -> (Token, Token) {
    for (place, id) in [SYSTEM_LOGON, NETWORK_SERVICE_LOGON, LOCAL_SERVICE_LOGON].into_iter().enumerate() {
        let wait = i64::try_from(place).unwrap_or(0) * 120 + prng.between(1, 90);
        ledger.log_on_builtin(host, time.plus(wait), id);
    }
    let mut service = |who, wait| {
        ledger.log_on(Arrival {
            time: time.plus(wait),
            end: None,
            host,
            who,
            kind: LogonKind::Service,
            from: None,
            privileged: true,
        })
    };
    (service(cast::svc_monitor(), 900), service(cast::svc_backup(), 1_400))
}

pub fn boot(ledger: &mut Ledger, prng: &mut Prng, host: &'static Host, from: Time, to: Time) -> Uptime {
    let (monitor_token, backup_token) = service_sessions(ledger, prng, host, from);
    let mut starter = Starter { host, token: Token::system(host), time: from.plus(2_000) };
    let smss = starter.start(ledger, prng, Parent::Kernel, SESSION_MANAGER);
    starter.start(ledger, prng, Parent::Kernel, ("Registry", ""));
    starter.start(ledger, prng, smss, CSRSS);
    let wininit = starter.start(ledger, prng, smss, WININIT);
    let winlogon = starter.start(ledger, prng, smss, (WINLOGON, "winlogon.exe"));
    let services = starter.start(ledger, prng, wininit, (SERVICES, "C:\\Windows\\system32\\services.exe"));
    starter.start(ledger, prng, wininit, LSASS);
    starter.start(ledger, prng, winlogon, LOGON_SCREEN);
    let svchost = starter.start(ledger, prng, services, SCHEDULE);
    for service in SERVICE_COMMANDS {
        starter.start(ledger, prng, services, service);
    }
    let agent = starter.start(ledger, prng, services, AGENT_SERVICE);
    let is_server = host.kind == HostKind::Server;
    let monitor = if is_server { starter.start(ledger, prng, services, MONITOR_SERVICE) } else { agent };
    starter.token = backup_token;
    starter.start(ledger, prng, services, BACKUP_SERVICE);
    Uptime { host, from, to, services, svchost, agent, monitor, winlogon, monitor_token }
}

type Program = (&'static str, &'static str);

const SESSION_MANAGER: Program = ("C:\\Windows\\System32\\smss.exe", "\\SystemRoot\\System32\\smss.exe");
const WININIT: Program = ("C:\\Windows\\System32\\wininit.exe", "wininit.exe");
const CSRSS: Program = (
    "C:\\Windows\\System32\\csrss.exe",
    "%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows SharedSection=1024,20480,768",
);
const LSASS: Program = ("C:\\Windows\\System32\\lsass.exe", "C:\\Windows\\system32\\lsass.exe");
const LOGON_SCREEN: Program =
    ("C:\\Windows\\System32\\LogonUI.exe", "\"LogonUI.exe\" /flags:0x0 /state0:0xa3b2d055 /state1:0x41c64e6d");
const SCHEDULE: Program = (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule");
const AGENT_SERVICE: Program = (AGENT, "\"C:\\Program Files\\NDX Agent\\ndxagent.exe\" --service");
const MONITOR_SERVICE: Program = (MONITOR, "\"C:\\Program Files\\NDX Monitor\\ndxmon.exe\" --service");
const BACKUP_SERVICE: Program = (
    "C:\\Program Files\\NDX Backup\\bkpagent.exe",
    "\"C:\\Program Files\\NDX Backup\\bkpagent.exe\" --service --config \"C:\\ProgramData\\NDX\\backup.json\"",
);
const SERVICE_COMMANDS: [Program; 7] = [
    (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p"),
    (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k LocalServiceNetworkRestricted -p -s EventLog"),
    (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s Dnscache"),
    (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s ProfSvc"),
    (SVCHOST, "C:\\Windows\\system32\\svchost.exe -k LocalService -p -s nsi"),
    ("C:\\Windows\\System32\\spoolsv.exe", "C:\\Windows\\System32\\spoolsv.exe"),
    ("C:\\Program Files\\Windows Defender\\MsMpEng.exe", "\"C:\\Program Files\\Windows Defender\\MsMpEng.exe\""),
];

/// Starts one process after another with a short pause between them.
struct Starter {
    host: &'static Host,
    token: Token,
    time: Time,
}

impl Starter {
    fn start(&mut self, ledger: &mut Ledger, prng: &mut Prng, parent: Parent, program: Program) -> Parent {
        self.time = self.time.plus(prng.between(90, 1_600));
        let run = Run::new(program.0, program.1);
        Parent::Logged(ledger.spawn(self.time, self.host, &self.token, parent, &run))
    }
}

/// Services come and go: each brings another logon of the system, the most frequent logon there is.
pub fn service_logons(ledger: &mut Ledger, prng: &mut Prng, uptime: &Uptime) {
    let mut time = uptime.from.plus(prng.between(10 * MINUTE, 50 * MINUTE));
    while time < uptime.to {
        ledger.log_on_builtin(uptime.host, time, SYSTEM_LOGON);
        time = time.plus(prng.between(40 * MINUTE, 2 * HOUR + 20 * MINUTE));
    }
}
