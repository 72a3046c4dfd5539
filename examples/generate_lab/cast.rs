//! Who and what takes part: hosts, people, service accounts, places. Accounts are named by role, addresses name nobody.

use crate::prng::{guid, name_hash};
use crate::time::Time;

pub use crate::principal::{
    Principal, adm_temp, builtin, computer_account, domain_account, nobody, svc_backup, svc_monitor, svc_patch,
    svc_scan, svc_sql, system_subject,
};

pub const DOMAIN: &str = "NORD";
pub const DNS_DOMAIN: &str = "nord.example.com";
/// Where the company's own network leaves to the internet.
pub const HQ_EGRESS: &str = "203.0.113.10";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    Workstation,
    Server,
    Linux,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    pub name: &'static str,
    pub ip: &'static str,
    pub kind: HostKind,
}

const fn host(name: &'static str, ip: &'static str, kind: HostKind) -> Host {
    Host { name, ip, kind }
}

pub static DC: Host = host("NDX-DC-01", "10.20.10.11", HostKind::Server);
pub static FILE_SERVER: Host = host("NDX-FS-01", "10.20.10.21", HostKind::Server);
pub static APP_SERVER: Host = host("NDX-APP-01", "10.20.10.22", HostKind::Server);
pub static BACKUP_SERVER: Host = host("NDX-BKP-01", "10.20.10.25", HostKind::Server);
pub static MANAGEMENT: Host = host("NDX-MGT-01", "10.20.10.40", HostKind::Server);
pub static JUMP_HOST: Host = host("NDX-JMP-01", "10.20.10.45", HostKind::Server);
pub static GATEWAY: Host = host("NDX-RDG-01", "10.20.30.20", HostKind::Server);
pub static WEB_1: Host = host("ndx-web-01", "10.20.30.11", HostKind::Linux);
pub static WEB_2: Host = host("ndx-web-02", "10.20.30.12", HostKind::Linux);
pub static DATABASE: Host = host("ndx-db-01", "10.20.20.31", HostKind::Linux);
pub static LOG_HOST: Host = host("ndx-log-01", "10.20.20.41", HostKind::Linux);
/// The workstation of the compromised account.
pub static VICTIM_HOST: Host = host("NDX-FIN-07", "10.20.1.17", HostKind::Workstation);

pub static SERVERS: [&Host; 7] = [&DC, &FILE_SERVER, &APP_SERVER, &BACKUP_SERVER, &MANAGEMENT, &JUMP_HOST, &GATEWAY];
pub static LINUX_HOSTS: [&Host; 4] = [&WEB_1, &WEB_2, &DATABASE, &LOG_HOST];
/// Hosts that run in the cloud, where flow logs see them.
pub static CLOUD_HOSTS: [&Host; 7] = [&FILE_SERVER, &APP_SERVER, &BACKUP_SERVER, &GATEWAY, &WEB_1, &WEB_2, &DATABASE];

#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    pub city: &'static str,
    pub state: &'static str,
    pub country: &'static str,
    pub latitude: &'static str,
    pub longitude: &'static str,
}

const fn place(
    city: &'static str,
    state: &'static str,
    country: &'static str,
    latitude: &'static str,
    longitude: &'static str,
) -> Place {
    Place { city, state, country, latitude, longitude }
}

pub static BERGEN: Place = place("Bergen", "Vestland", "NO", "60.3913", "5.3221");
pub static OSLO: Place = place("Oslo", "Oslo", "NO", "59.9139", "10.7522");
pub static STAVANGER: Place = place("Stavanger", "Rogaland", "NO", "58.9700", "5.7331");
pub static TRONDHEIM: Place = place("Trondheim", "Trondelag", "NO", "63.4305", "10.3951");
pub static HAMBURG: Place = place("Hamburg", "Hamburg", "DE", "53.5511", "9.9937");
pub static ABERDEEN: Place = place("Aberdeen", "Aberdeen City", "GB", "57.1497", "-2.0943");
pub static GDANSK: Place = place("Gdansk", "Pomorskie", "PL", "54.3520", "18.6466");
pub static MONTEVIDEO: Place = place("Montevideo", "Montevideo", "UY", "-34.9011", "-56.1645");
pub static SUVA: Place = place("Suva", "Central", "FJ", "-18.1416", "178.4419");
pub static AUCKLAND: Place = place("Auckland", "Auckland", "NZ", "-36.8485", "174.7633");

#[derive(Debug)]
pub struct Person {
    pub name: &'static str,
    pub title: &'static str,
    pub rid: u32,
    /// The workstation; whoever has none works in the browser or on servers only.
    pub host: Host,
    pub home: &'static Place,
    /// The address at home or on the road.
    pub home_ip: &'static str,
    /// How many days in a hundred are spent there and not in the office.
    pub away_share: u64,
    pub trade: Trade,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trade {
    Finance,
    Engineering,
    Office,
    Administration,
}

struct Seat(&'static str, &'static str);

const fn person(
    name: &'static str,
    title: &'static str,
    rid: u32,
    seat: &Seat,
    home: (&'static Place, &'static str, u64),
    trade: Trade,
) -> Person {
    Person {
        name,
        title,
        rid,
        host: host(seat.0, seat.1, HostKind::Workstation),
        home: home.0,
        home_ip: home.1,
        away_share: home.2,
        trade,
    }
}

/// The compromised account.
pub const VICTIM: &str = "fin-clerk-3";

use Trade::{Administration, Engineering, Finance, Office};

pub static PEOPLE: [Person; 22] = [
    person(
        "fin-clerk-1",
        "Finance Clerk 1",
        1121,
        &Seat("NDX-FIN-01", "10.20.1.11"),
        (&OSLO, "198.51.100.21", 20),
        Finance,
    ),
    person(
        "fin-clerk-2",
        "Finance Clerk 2",
        1122,
        &Seat("NDX-FIN-02", "10.20.1.12"),
        (&BERGEN, "198.51.100.22", 25),
        Finance,
    ),
    person(
        "fin-clerk-3",
        "Finance Clerk 3",
        1123,
        &Seat("NDX-FIN-07", "10.20.1.17"),
        (&BERGEN, "198.51.100.23", 15),
        Finance,
    ),
    person(
        "fin-clerk-4",
        "Finance Clerk 4",
        1124,
        &Seat("NDX-FIN-03", "10.20.1.13"),
        (&BERGEN, "198.51.100.24", 10),
        Finance,
    ),
    person(
        "fin-clerk-5",
        "Finance Clerk 5",
        1125,
        &Seat("NDX-FIN-04", "10.20.1.14"),
        (&STAVANGER, "198.51.100.25", 40),
        Finance,
    ),
    person(
        "fin-clerk-6",
        "Finance Clerk 6",
        1126,
        &Seat("NDX-FIN-05", "10.20.1.15"),
        (&BERGEN, "198.51.100.26", 5),
        Finance,
    ),
    person(
        "fin-mgr-1",
        "Finance Manager",
        1127,
        &Seat("NDX-FIN-06", "10.20.1.16"),
        (&BERGEN, "198.51.100.27", 35),
        Finance,
    ),
    person(
        "eng-dev-1",
        "Engineer 1",
        1131,
        &Seat("NDX-ENG-01", "10.20.2.11"),
        (&TRONDHEIM, "198.51.100.41", 60),
        Engineering,
    ),
    person(
        "eng-dev-2",
        "Engineer 2",
        1132,
        &Seat("NDX-ENG-02", "10.20.2.12"),
        (&BERGEN, "198.51.100.42", 30),
        Engineering,
    ),
    person(
        "eng-dev-3",
        "Engineer 3",
        1133,
        &Seat("NDX-ENG-03", "10.20.2.13"),
        (&OSLO, "198.51.100.43", 55),
        Engineering,
    ),
    person(
        "eng-dev-4",
        "Engineer 4",
        1134,
        &Seat("NDX-ENG-04", "10.20.2.14"),
        (&BERGEN, "198.51.100.44", 20),
        Engineering,
    ),
    person(
        "eng-dev-5",
        "Engineer 5",
        1135,
        &Seat("NDX-ENG-05", "10.20.2.15"),
        (&STAVANGER, "198.51.100.45", 50),
        Engineering,
    ),
    person(
        "hr-officer-1",
        "HR Officer 1",
        1141,
        &Seat("NDX-HR-01", "10.20.3.11"),
        (&BERGEN, "198.51.100.61", 15),
        Office,
    ),
    person(
        "hr-officer-2",
        "HR Officer 2",
        1142,
        &Seat("NDX-HR-02", "10.20.3.12"),
        (&BERGEN, "198.51.100.62", 30),
        Office,
    ),
    person(
        "sales-rep-1",
        "Sales Representative 1",
        1151,
        &Seat("NDX-SAL-01", "10.20.4.11"),
        (&HAMBURG, "192.0.2.61", 70),
        Office,
    ),
    person(
        "sales-rep-2",
        "Sales Representative 2",
        1152,
        &Seat("NDX-SAL-02", "10.20.4.12"),
        (&ABERDEEN, "192.0.2.77", 65),
        Office,
    ),
    person(
        "sales-rep-3",
        "Sales Representative 3",
        1153,
        &Seat("NDX-SAL-03", "10.20.4.13"),
        (&GDANSK, "192.0.2.93", 60),
        Office,
    ),
    person(
        "office-mgr-1",
        "Office Manager",
        1161,
        &Seat("NDX-OFF-01", "10.20.4.21"),
        (&BERGEN, "198.51.100.71", 10),
        Office,
    ),
    person("legal-1", "Legal Counsel", 1162, &Seat("NDX-OFF-02", "10.20.4.22"), (&OSLO, "198.51.100.72", 45), Office),
    person(
        "exec-1",
        "Managing Director",
        1163,
        &Seat("NDX-OFF-03", "10.20.4.23"),
        (&BERGEN, "198.51.100.73", 40),
        Office,
    ),
    person(
        "it-admin-1",
        "IT Administrator 1",
        1111,
        &Seat("NDX-ITS-01", "10.20.5.11"),
        (&BERGEN, "198.51.100.11", 25),
        Administration,
    ),
    person(
        "it-admin-2",
        "IT Administrator 2",
        1112,
        &Seat("NDX-ITS-02", "10.20.5.12"),
        (&OSLO, "198.51.100.12", 50),
        Administration,
    ),
];

impl Person {
    /// The object identifier of the account in the cloud directory.
    pub fn object_id(&self) -> String {
        guid(&format!("user {}", self.name))
    }

    pub fn principal(&self) -> Principal {
        domain_account(self.name, self.rid)
    }

    /// Whether the person works on a day. The clerk of the story does so on all five, and not at the weekend.
    pub fn works_on(&self, midnight: Time) -> bool {
        let draw = name_hash(&format!("{} works {}", self.name, midnight.date())) % 100;
        match (self.name == VICTIM, midnight.is_weekend()) {
            (true, weekend) => !weekend,
            (false, true) => draw < 7,
            (false, false) => draw < 93,
        }
    }

    /// Whether the person works from outside on a day. Sign-ins and logons must tell the same.
    pub fn is_away_on(&self, midnight: Time) -> bool {
        let draw = name_hash(&format!("{} away {}", self.name, midnight.date())) % 100;
        self.name != VICTIM && (midnight.is_weekend() || draw < self.away_share)
    }

    /// The address that remote access gives to the person's computer.
    pub fn remote_access_ip(&self) -> String {
        format!("10.20.50.{}", 10 + self.rid % 200)
    }
}
