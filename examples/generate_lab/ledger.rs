//! The one book of facts about the Windows hosts: logons, failures, processes and rarer events. Tables are projected from it.

use std::collections::HashSet;

use crate::cast::{self, Host, Principal};
use crate::frame::Record;
use crate::time::{SECOND, Time, WEEK_START};

/// The logon session of the system itself, the same on every host.
pub const SYSTEM_LOGON: u64 = 0x3e7;
pub const NETWORK_SERVICE_LOGON: u64 = 0x3e4;
pub const LOCAL_SERVICE_LOGON: u64 = 0x3e5;

/// Who a process runs as, and in which logon session.
#[derive(Clone, Debug)]
pub struct Token {
    pub who: Principal,
    pub logon_id: u64,
    pub elevation: &'static str,
}

pub const DEFAULT_TOKEN: &str = "%%1936";
pub const ELEVATED_TOKEN: &str = "%%1937";
pub const LIMITED_TOKEN: &str = "%%1938";

impl Token {
    pub fn system(host: &Host) -> Self {
        Self { who: cast::system_subject(host), logon_id: SYSTEM_LOGON, elevation: DEFAULT_TOKEN }
    }

    pub fn network_service(host: &Host) -> Self {
        Self {
            who: Principal { sid: "S-1-5-20".to_owned(), ..cast::computer_account(host) },
            logon_id: NETWORK_SERVICE_LOGON,
            elevation: DEFAULT_TOKEN,
        }
    }

    pub fn nobody() -> Self {
        Self { who: cast::nobody(), logon_id: 0, elevation: DEFAULT_TOKEN }
    }
}

#[derive(Clone, Debug)]
pub struct Logon {
    pub time: Time,
    pub end: Option<Time>,
    pub host: &'static Host,
    pub who: Principal,
    pub kind: LogonKind,
    pub id: u64,
    pub ip: String,
    pub workstation: String,
    pub subject: Token,
    pub privileged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogonKind {
    Interactive,
    Network,
    NetworkNtlm,
    Batch,
    Service,
    Unlock,
    RemoteInteractive,
    Cached,
}

impl LogonKind {
    pub const fn number(self) -> u8 {
        match self {
            Self::Interactive => 2,
            Self::Network | Self::NetworkNtlm => 3,
            Self::Batch => 4,
            Self::Service => 5,
            Self::Unlock => 7,
            Self::RemoteInteractive => 10,
            Self::Cached => 11,
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Interactive => "2 - Interactive",
            Self::Network | Self::NetworkNtlm => "3 - Network",
            Self::Batch => "4 - Batch",
            Self::Service => "5 - Service",
            Self::Unlock => "7 - Unlock",
            Self::RemoteInteractive => "10 - RemoteInteractive",
            Self::Cached => "11 - CachedInteractive",
        }
    }

    pub const fn process(self) -> &'static str {
        match self {
            Self::Network => "Kerberos",
            Self::NetworkNtlm => "NtLmSsp",
            Self::Batch | Self::Service => "Advapi",
            Self::Interactive | Self::Unlock | Self::RemoteInteractive | Self::Cached => "User32",
        }
    }

    pub const fn package(self) -> &'static str {
        match self {
            Self::Network => "Kerberos",
            Self::NetworkNtlm => "NTLM",
            _ => "Negotiate",
        }
    }
}

/// A logon that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub time: Time,
    pub host: &'static Host,
    pub who: Principal,
    pub kind: LogonKind,
    pub ip: String,
    pub workstation: String,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    UnknownUser,
    BadPassword,
    Disabled,
    PasswordExpired,
}

impl Reason {
    /// Status, sub-status and the message number of the text that Windows shows.
    pub const fn codes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::UnknownUser => ("0xc000006d", "0xc0000064", "%%2313"),
            Self::BadPassword => ("0xc000006d", "0xc000006a", "%%2313"),
            Self::Disabled => ("0xc000006e", "0xc0000072", "%%2310"),
            Self::PasswordExpired => ("0xc0000224", "0x0", "%%2309"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// A process of this ledger, by its place in it.
    Logged(usize),
    /// A process that started before the first record, by its image.
    Resident(&'static str),
    Kernel,
}

#[derive(Clone, Debug)]
pub struct Process {
    pub time: Time,
    pub host: &'static Host,
    pub token: Token,
    pub parent: Parent,
    pub image: String,
    pub command: String,
    /// Zero until `pids::assign` has gone over the ledger.
    pub pid: u64,
    pub parent_pid: u64,
    pub parent_image: String,
}

/// An event of a kind too rare for a type of its own.
#[derive(Clone, Debug)]
pub struct HostEvent {
    pub time: Time,
    pub host: &'static Host,
    pub id: u32,
    pub fields: Record,
}

/// The desk session of a person on one day.
#[derive(Clone, Debug)]
pub struct Session {
    pub person: &'static str,
    pub host: &'static Host,
    pub from: Time,
    pub to: Time,
    pub token: Token,
    pub explorer: usize,
}

#[derive(Default)]
pub struct Ledger {
    pub logons: Vec<Logon>,
    pub failures: Vec<Failure>,
    pub processes: Vec<Process>,
    pub events: Vec<HostEvent>,
    pub sessions: Vec<Session>,
    taken: HashSet<(&'static str, u64)>,
}

impl Ledger {
    /// A logon id that no other session of the host has. Ids grow with time, as they do on a running system.
    pub fn fresh_logon_id(&mut self, host: &'static Host, time: Time) -> u64 {
        let mut id = 0x2_0000 + u64::try_from(time.since(WEEK_START).max(0) / 37).unwrap_or(0);
        while !self.taken.insert((host.name, id)) {
            id += 1;
        }
        id
    }

    /// Records a logon with a fresh id and returns the token of its session.
    pub fn log_on(&mut self, arrival: Arrival) -> Token {
        let id = self.fresh_logon_id(arrival.host, arrival.time);
        let elevation = if arrival.privileged { ELEVATED_TOKEN } else { LIMITED_TOKEN };
        let host = arrival.host;
        let is_network = matches!(arrival.kind, LogonKind::Network | LogonKind::NetworkNtlm);
        let (workstation, ip) = arrival.from.unwrap_or_else(|| local_origin(host, arrival.kind));
        self.logons.push(Logon {
            time: arrival.time,
            end: arrival.end,
            host,
            who: arrival.who.clone(),
            kind: arrival.kind,
            id,
            ip,
            workstation,
            subject: if is_network { Token::nobody() } else { Token::system(host) },
            privileged: arrival.privileged,
        });
        Token { who: arrival.who, logon_id: id, elevation }
    }

    /// Records one of the three fixed sessions that every system has.
    pub fn log_on_builtin(&mut self, host: &'static Host, time: Time, id: u64) {
        let who = match id {
            NETWORK_SERVICE_LOGON => cast::builtin("NETWORK SERVICE", "S-1-5-20"),
            LOCAL_SERVICE_LOGON => cast::builtin("LOCAL SERVICE", "S-1-5-19"),
            _ => cast::builtin("SYSTEM", "S-1-5-18"),
        };
        self.logons.push(Logon {
            time,
            end: None,
            host,
            who,
            kind: LogonKind::Service,
            id,
            ip: "-".to_owned(),
            workstation: "-".to_owned(),
            subject: Token::system(host),
            privileged: true,
        });
    }

    /// Records a process and returns its place in the ledger.
    pub fn spawn(&mut self, time: Time, host: &'static Host, token: &Token, parent: Parent, run: &Run) -> usize {
        self.processes.push(Process {
            time,
            host,
            token: token.clone(),
            parent,
            image: run.image.clone(),
            command: run.command.clone(),
            pid: 0,
            parent_pid: 0,
            parent_image: String::new(),
        });
        self.processes.len() - 1
    }

    /// Records a console program, which brings the process that hosts its window.
    pub fn spawn_console(
        &mut self,
        time: Time,
        host: &'static Host,
        token: &Token,
        parent: Parent,
        run: &Run,
    ) -> usize {
        let place = self.spawn(time, host, token, parent, run);
        let window = Run::new(
            "C:\\Windows\\System32\\conhost.exe",
            "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1",
        );
        self.spawn(time.plus(SECOND / 40), host, token, Parent::Logged(place), &window);
        place
    }

    pub fn event(&mut self, time: Time, host: &'static Host, id: u32, fields: Record) {
        self.events.push(HostEvent { time, host, id, fields });
    }

    /// The desk session of a person that is open at a moment.
    pub fn session(&self, person: &str, time: Time) -> Option<Session> {
        self.sessions
            .iter()
            .find(|session| session.person == person && session.from <= time && time <= session.to)
            .cloned()
    }
}

/// Workstation and address of a logon that did not come over the network.
fn local_origin(host: &Host, kind: LogonKind) -> (String, String) {
    let ip = if kind == LogonKind::Service { "-" } else { "127.0.0.1" };
    (host.name.to_owned(), ip.to_owned())
}

/// A logon that is about to be recorded. `from` is the workstation name and address of the other side.
pub struct Arrival {
    pub time: Time,
    pub end: Option<Time>,
    pub host: &'static Host,
    pub who: Principal,
    pub kind: LogonKind,
    pub from: Option<(String, String)>,
    pub privileged: bool,
}

/// A program and its command line.
#[derive(Clone, Debug)]
pub struct Run {
    pub image: String,
    pub command: String,
}

impl Run {
    pub fn new(image: impl Into<String>, command: impl Into<String>) -> Self {
        Self { image: image.into(), command: command.into() }
    }
}

/// Where, as whom and below which process the next programs run.
#[derive(Clone)]
pub struct Actor {
    pub host: &'static Host,
    pub token: Token,
    pub parent: Parent,
}

impl Actor {
    pub fn new(host: &'static Host, token: &Token, parent: Parent) -> Self {
        Self { host, token: token.clone(), parent }
    }

    /// The same, one level deeper.
    pub fn below(&self, place: usize) -> Self {
        Self::new(self.host, &self.token, Parent::Logged(place))
    }

    pub fn run(&self, ledger: &mut Ledger, time: Time, image: &str, command: impl Into<String>) -> usize {
        ledger.spawn(time, self.host, &self.token, self.parent, &Run::new(image, command))
    }

    pub fn console(&self, ledger: &mut Ledger, time: Time, image: &str, command: impl Into<String>) -> usize {
        ledger.spawn_console(time, self.host, &self.token, self.parent, &Run::new(image, command))
    }
}
