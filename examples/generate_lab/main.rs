//! Writes the built-in lab data: one security incident of one week, seen through thirteen tables.
//!
//! `cargo run --example generate_lab -- data/lab` writes a Parquet file a table and `story.md`, whose numbers
//! are computed from the tables.
//! The program draws all chance from a fixed seed and reads no clock: two runs write the same bytes.

mod alert_kinds;
mod alerts;
mod boot;
mod cast;
mod change;
mod chores;
mod cloud_alerts;
mod csv;
mod desk;
mod encode;
mod entities;
mod event_table;
mod evidence;
mod false_alerts;
mod frame;
mod host_questions;
mod intrusion;
mod json;
mod lateral;
mod ledger;
mod linux_intrusion;
mod mailbox;
mod mailbox_admin;
mod payload;
mod pids;
mod principal;
mod prng;
mod questions;
mod server_room;
mod sessions;
mod sha256;
mod signin_table;
mod signins;
mod story;
mod storybook;
mod syslog;
mod syslog_table;
mod tables;
mod time;
mod timeline;
mod traffic;

use std::io::{self, Write};
use std::path::Path;

use frame::Frame;
use ledger::Ledger;

fn main() -> io::Result<()> {
    let Some(out_dir) = std::env::args_os().nth(1) else {
        return Err(io::Error::other("usage: generate_lab OUTDIR"));
    };
    let out_dir = Path::new(&out_dir);
    std::fs::create_dir_all(out_dir.join("tables"))?;
    let frames = frames()?;
    tables::write(&out_dir.join("tables"), &frames)?;
    let mut out = io::stdout().lock();
    for frame in &frames {
        writeln!(out, "{:<30} {:>6} rows", frame.name, frame.rows.len())?;
    }
    std::fs::write(out_dir.join("story.md"), storybook::write(&frames)?)
}

fn frames() -> io::Result<Vec<Frame>> {
    let mut ledger = Ledger::default();
    sessions::run(&mut ledger);
    let servers = server_room::run(&mut ledger);
    let trail = intrusion::run(&mut ledger, &servers).ok_or_else(|| io::Error::other("the story lacks a session"))?;
    pids::assign(&mut ledger);
    let sign_ins = signins::all();
    let log = syslog::all();
    let flows = traffic::flows(&ledger);
    let facts = alerts::Facts { ledger: &ledger, trail: &trail, sign_ins: &sign_ins, log: &log };
    let events = event_table::all_events(&ledger)?;
    Ok(vec![
        event_table::processes(&events),
        event_table::logons(&events),
        event_table::failures(&events),
        event_table::process_tree(&ledger, &trail)?,
        events,
        signin_table::everybody(&sign_ins)?,
        signin_table::of_account(&sign_ins)?,
        mailbox::activity(&ledger)?,
        mailbox_admin::administration()?,
        syslog_table::frame(&log)?,
        traffic::flow_frame(&flows)?,
        traffic::timeseries(&flows)?,
        alerts::frame(&facts)?,
    ])
}
