//! Network flows of the cloud hosts, and the hourly traffic that is their sum.
//!
//! In the story week every hour's total is the sum of `OutboundBytes` of the flows that started in it. The weeks before
//! follow the same rhythm, but their flows are no longer kept.

use std::collections::BTreeMap;
use std::io;

use crate::cast::{self, CLOUD_HOSTS, FILE_SERVER, GATEWAY, Host, PEOPLE, WEB_1};
use crate::frame::{Frame, Record};
use crate::json::{Json, text};
use crate::ledger::Ledger;
use crate::prng::{Prng, guid};
use crate::story::{ARCHIVE_PARTS, PART_BYTES, indicator as ioc, when};
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_END, WEEK_START};

#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "TenantId", "TimeGenerated", "FlowStartTime", "FlowEndTime", "FlowIntervalEndTime", "FlowType", "ResourceGroup", "VMName",
    "VMIPAddress", "PublicIPs", "SrcIP", "DestIP", "L4Protocol", "L7Protocol", "DestPort", "FlowDirection", "AllowedOutFlows",
    "AllowedInFlows", "DeniedInFlows", "DeniedOutFlows", "RemoteRegion", "VMRegion", "AllExtIPs", "TotalAllowedFlows",
    "OutboundBytes", "InboundBytes",
];

/// Megabytes that leave in each hour of a working day, UTC. What leaves at night is replication, the evening peak the backup.
const RHYTHM: [i64; 24] = [
    1620, 1540, 1500, 1480, 1510, 1580, 1990, 2800, 3700, 4150, 4300, 4050, 3650, 4200, 4250, 3850, 3050, 2350, 2050,
    1900, 1800, 1750, 2500, 2100,
];

#[derive(Clone, Debug)]
pub struct Flow {
    pub start: Time,
    pub length: i64,
    pub host: &'static Host,
    pub kind: Kind,
    pub remote: Vec<String>,
    pub port: i64,
    pub inbound: bool,
    pub allowed: i64,
    pub denied: i64,
    pub sent: i64,
    pub received: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AzurePublic,
    ExternalPublic,
    IntraVNet,
}

pub fn flows(ledger: &Ledger) -> Vec<Flow> {
    let mut prng = Prng::named("flows");
    let mut flows = Vec::new();
    let mut hour = WEEK_START;
    while hour < WEEK_END {
        ordinary_hour(&mut prng, &mut flows, hour);
        hour = hour.plus(HOUR);
    }
    spray(ledger, &mut flows);
    intrusion(&mut prng, &mut flows);
    flows.retain(|flow| flow.start < when::COLLECTOR_STOPPED || flow.start >= when::COLLECTOR_BACK);
    flows.sort_by_key(|flow| flow.start);
    flows
}

/// What an hour sends in the ordinary course of things.
fn ordinary_bytes(prng: &mut Prng, hour: Time) -> i64 {
    let place = usize::try_from(hour.hour()).unwrap_or(0);
    let busy = RHYTHM.get(place).copied().unwrap_or(0);
    let weekend_share = if hour.is_weekend() { 84 } else { 100 };
    busy * weekend_share * 10 * prng.between(760, 1_240) + prng.between(0, 999_999)
}

fn ordinary_hour(prng: &mut Prng, flows: &mut Vec<Flow>, hour: Time) {
    let mut budget = ordinary_bytes(prng, hour);
    let busy = (7..16).contains(&hour.hour()) && !hour.is_weekend();
    let count = if busy { prng.between(17, 24) } else { prng.between(8, 13) };
    let first = flows.len();
    for _ in 0..count {
        let start = hour.plus(prng.between(0, HOUR - 90 * SECOND));
        flows.push(ordinary_flow(prng, start));
    }
    if hour == when::COLLECTOR_BACK.hour_start() {
        flows.push(ordinary_flow(prng, when::COLLECTOR_BACK.plus(21_400)));
        flows.push(ordinary_flow(prng, when::COLLECTOR_BACK.plus(52_750)));
    }
    let share = budget / (i64::try_from(flows.len() - first).unwrap_or(1) + 1);
    for flow in flows.iter_mut().skip(first) {
        flow.sent = (share / 100 * prng.between(35, 165)).min(budget / 2);
        flow.received = flow.sent / prng.between(2, 19);
        budget -= flow.sent;
    }
    if hour == when::COLLECTOR_BACK.hour_start() {
        return after_the_gap(prng, flows);
    }
    if let Some(largest) = flows.iter_mut().skip(first).filter(|flow| flow.denied == 0).max_by_key(|flow| flow.sent) {
        largest.sent += budget;
    }
}

/// The collector is back for the last seconds of the hour only, and counts little in them.
fn after_the_gap(prng: &mut Prng, flows: &mut [Flow]) {
    for flow in flows.iter_mut().filter(|flow| flow.start >= when::COLLECTOR_BACK) {
        flow.sent = prng.between(17_000_000, 29_000_000);
    }
}

fn ordinary_flow(prng: &mut Prng, start: Time) -> Flow {
    let host = *prng.pick(&CLOUD_HOSTS);
    let is_web = host.name.starts_with("ndx-web");
    let mut flow = Flow {
        start,
        length: prng.between(2 * SECOND, 80 * SECOND),
        host,
        kind: Kind::AzurePublic,
        remote: cloud_edges(prng),
        port: 443,
        inbound: false,
        allowed: prng.between(1, 24),
        denied: 0,
        sent: 0,
        received: 0,
    };
    match prng.below(100) {
        0..26 => within_the_network(prng, &mut flow),
        26..68 if is_web => visitors(prng, &mut flow),
        26..68 if host == &GATEWAY => remote_workers(prng, &mut flow),
        68..76 => knocking(prng, &mut flow),
        _ => {}
    }
    flow
}

/// Front doors of cloud services and update servers, several addresses to a flow record.
fn cloud_edges(prng: &mut Prng) -> Vec<String> {
    let updates = prng.percent(30);
    let count = prng.between(1, 6);
    let mut addresses: Vec<String> = (0..count)
        .map(|_| {
            if updates {
                format!("192.52.193.{}", prng.between(5, 30))
            } else {
                format!("192.31.196.{}", prng.between(4, 60))
            }
        })
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

fn within_the_network(prng: &mut Prng, flow: &mut Flow) {
    let peer = *prng.pick(&[&cast::DC, &cast::BACKUP_SERVER, &cast::APP_SERVER, &cast::DATABASE, &cast::LOG_HOST]);
    flow.kind = Kind::IntraVNet;
    flow.remote = vec![peer.ip.to_owned()];
    flow.port = *prng.pick(&[53, 445, 445, 5432, 514, 88, 389]);
}

fn visitors(prng: &mut Prng, flow: &mut Flow) {
    flow.kind = Kind::ExternalPublic;
    flow.inbound = true;
    flow.port = if prng.percent(88) { 443 } else { 80 };
    let count = prng.between(1, 8);
    flow.remote = (0..count)
        .map(|_| match prng.below(100) {
            0..50 => format!("192.31.196.{}", prng.between(100, 160)),
            50..90 => format!("192.52.193.{}", prng.between(120, 180)),
            _ => format!("3ffe:2a00:100::{:x}", prng.between(16, 90)),
        })
        .collect();
    flow.remote.sort();
    flow.remote.dedup();
}

fn remote_workers(prng: &mut Prng, flow: &mut Flow) {
    flow.kind = Kind::ExternalPublic;
    flow.inbound = true;
    flow.remote = (0..prng.between(1, 4)).map(|_| prng.pick(&PEOPLE).home_ip.to_owned()).collect();
    flow.remote.sort();
    flow.remote.dedup();
}

/// Denied attempts from the outside, which never stop.
fn knocking(prng: &mut Prng, flow: &mut Flow) {
    flow.kind = Kind::ExternalPublic;
    flow.inbound = true;
    flow.port = *prng.pick(&[22, 23, 3389, 445, 8080]);
    flow.remote =
        vec![format!("192.52.193.{}", prng.between(120, 180)), format!("198.18.7.{}", prng.between(120, 180))];
    flow.denied = flow.allowed;
    flow.allowed = 0;
}

/// The spray on the gateway: as many flows as failed logons, for each address and ten minutes.
fn spray(ledger: &Ledger, flows: &mut Vec<Flow>) {
    let mut tries: BTreeMap<(Time, &str), i64> = BTreeMap::new();
    for failure in ledger.failures.iter().filter(|failure| failure.host == &GATEWAY && !failure.ip.starts_with("10.")) {
        let slot = failure.time.plus(-(failure.time.since(WEEK_START) % (10 * MINUTE)));
        *tries.entry((slot, &failure.ip)).or_default() += 1;
    }
    for ((slot, ip), count) in tries {
        let mut flow = attack(slot.plus(3_000), &GATEWAY, ip, 443);
        flow.inbound = true;
        flow.length = 10 * MINUTE - 5 * SECOND;
        flow.allowed = count;
        flow.sent = count * 4_180;
        flow.received = count * 6_912;
        flows.push(flow);
    }
}

fn attack(start: Time, host: &'static Host, ip: &str, port: i64) -> Flow {
    Flow {
        start,
        length: 4 * SECOND,
        host,
        kind: Kind::ExternalPublic,
        remote: vec![ip.to_owned()],
        port,
        inbound: false,
        allowed: 1,
        denied: 0,
        sent: 2_304,
        received: 5_120,
    }
}

fn intrusion(prng: &mut Prng, flows: &mut Vec<Flow>) {
    let mut beacon = when::STAGING.plus(9 * SECOND);
    while beacon < when::LOG_CLEARED.plus(-MINUTE) {
        flows.push(attack(beacon, &FILE_SERVER, ioc::C2_IP, 443));
        beacon = beacon.plus(30 * MINUTE + prng.between(-4 * SECOND, 4 * SECOND));
    }
    let mut installer = attack(when::WEB_PAYLOAD.plus(SECOND), &WEB_1, ioc::LINUX_IP, 80);
    installer.received = 48_770;
    flows.push(installer);
    let mut back_door = attack(when::BACK_DOOR, &WEB_1, ioc::SPRAY_IPS[3], 22);
    back_door.inbound = true;
    back_door.length = 9 * MINUTE;
    back_door.sent = 61_440;
    flows.push(back_door);
    let gap = when::EXFIL_END.since(when::EXFIL_START) / ARCHIVE_PARTS;
    for part in 0..ARCHIVE_PARTS {
        let mut upload = attack(when::EXFIL_START.plus(2_000 + part * gap), &WEB_1, ioc::DROP_IP, 443);
        upload.length = gap - prng.between(3 * SECOND, 20 * SECOND);
        upload.sent = PART_BYTES + prng.between(6_400_000, 6_900_000);
        upload.received = prng.between(1_900_000, 2_300_000);
        flows.push(upload);
    }
}

pub fn flow_frame(flows: &[Flow]) -> io::Result<Frame> {
    Frame::from_records("az_net_comms_df", COLUMNS, flows.iter().map(record).collect())
}

fn record(flow: &Flow) -> Record {
    let end = flow.start.plus(flow.length);
    let interval_end = flow.start.hour_start().plus(HOUR);
    let mut record = vec![
        ("TenantId", guid("workspace")),
        ("TimeGenerated", interval_end.plus(17 * MINUTE).iso()),
        ("FlowStartTime", flow.start.iso()),
        ("FlowEndTime", end.iso()),
        ("FlowIntervalEndTime", interval_end.iso()),
        ("FlowType", format!("{:?}", flow.kind)),
        ("ResourceGroup", "nord-core".to_owned()),
        ("VMName", flow.host.name.to_owned()),
        ("VMIPAddress", flow.host.ip.to_owned()),
        ("L4Protocol", if matches!(flow.port, 53 | 514) { "U" } else { "T" }.to_owned()),
        ("L7Protocol", protocol(flow.port).to_owned()),
        ("DestPort", flow.port.to_string()),
        ("FlowDirection", if flow.inbound { "I" } else { "O" }.to_owned()),
        ("AllowedOutFlows", if flow.inbound { 0 } else { flow.allowed }.to_string()),
        ("AllowedInFlows", if flow.inbound { flow.allowed } else { 0 }.to_string()),
        ("DeniedInFlows", flow.denied.to_string()),
        ("DeniedOutFlows", "0".to_owned()),
        ("VMRegion", "norwayeast".to_owned()),
        ("TotalAllowedFlows", flow.allowed.to_string()),
        ("OutboundBytes", flow.sent.to_string()),
        ("InboundBytes", flow.received.to_string()),
    ];
    record.extend(other_side(flow));
    record
}

fn other_side(flow: &Flow) -> Record {
    let peer = flow.remote.first().cloned().unwrap_or_default();
    if flow.kind == Kind::IntraVNet {
        return vec![("SrcIP", flow.host.ip.to_owned()), ("DestIP", peer.clone()), ("AllExtIPs", peer)];
    }
    let list = Json::List(flow.remote.iter().map(text).collect());
    let region = if flow.kind == Kind::AzurePublic { "northeurope" } else { "" };
    vec![("PublicIPs", list.to_string()), ("AllExtIPs", peer), ("RemoteRegion", region.to_owned())]
}

const fn protocol(port: i64) -> &'static str {
    match port {
        22 => "ssh",
        23 => "telnet",
        53 => "dns",
        80 => "http",
        88 => "kerberos",
        389 => "ldap",
        443 => "https",
        445 => "smb",
        514 => "syslog",
        3389 => "ms-wbt-server",
        5432 => "postgresql",
        _ => "unknown",
    }
}

/// Hourly totals from three weeks before the story week to its end.
pub fn timeseries(flows: &[Flow]) -> io::Result<Frame> {
    let mut prng = Prng::named("traffic of earlier weeks");
    let mut totals: BTreeMap<Time, i64> = BTreeMap::new();
    let mut hour = WEEK_START.plus(-21 * DAY);
    while hour < WEEK_START {
        totals.insert(hour, ordinary_bytes(&mut prng, hour));
        hour = hour.plus(HOUR);
    }
    for flow in flows {
        *totals.entry(flow.start.hour_start()).or_default() += flow.sent;
    }
    let records =
        totals.iter().map(|(hour, bytes)| vec![("TimeGenerated", hour.iso()), ("TotalBytesSent", bytes.to_string())]);
    Frame::from_records("timeseries", &["TimeGenerated", "TotalBytesSent"], records.collect())
}
