//! What people run at their desks, by trade.

use crate::cast::{Person, Trade};
use crate::chores::filled;
use crate::ledger::{Ledger, Parent, Run, Session};
use crate::prng::Prng;
use crate::sessions::within;
use crate::time::SECOND;

const OFFICE: &str = "C:\\Program Files\\Microsoft Office\\root\\Office16";

/// Programs that start with the session.
const AT_START: [(&str, &str); 5] = [
    (
        "C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe",
        "\"C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe\" /background",
    ),
    ("C:\\Windows\\System32\\SecurityHealthSystray.exe", "\"C:\\Windows\\System32\\SecurityHealthSystray.exe\""),
    (
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE",
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE\"",
    ),
    (
        "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
        "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --no-startup-window --win-session-start",
    ),
    ("C:\\Program Files\\NDX Agent\\ndxtray.exe", "\"C:\\Program Files\\NDX Agent\\ndxtray.exe\""),
];

const FINANCE_FILES: [&str; 8] = [
    "F:\\Ledger\\2026\\ledger-2026-02-v{num}.xlsx",
    "F:\\Ledger\\2026\\accruals-q1-{num}.xlsx",
    "F:\\Payables\\payment-run-2026-{num}.xlsx",
    "F:\\Payables\\supplier-master.xlsx",
    "F:\\Budget\\budget-2026-v{num}.xlsx",
    "F:\\Treasury\\cash-position.xlsx",
    "F:\\Tax\\vat-return-feb.xlsx",
    "F:\\FY25\\closing-checklist.xlsx",
];

const OFFICE_FILES: [&str; 6] = [
    "G:\\Common\\meeting-notes-week-10.docx",
    "G:\\Common\\travel-policy.docx",
    "G:\\HR\\onboarding-plan.docx",
    "G:\\Sales\\offer-{num}.docx",
    "G:\\Sales\\pipeline-{num}.xlsx",
    "G:\\Legal\\framework-agreement-draft-{num}.docx",
];

const ENGINEER_RUNS: [(&str, &str); 8] = [
    ("C:\\Program Files\\Git\\cmd\\git.exe", "git.exe fetch --prune origin"),
    ("C:\\Program Files\\Git\\cmd\\git.exe", "git.exe status --porcelain=v2 --branch"),
    ("C:\\Program Files\\Git\\cmd\\git.exe", "git.exe rev-parse 4f2a9c1e77d0b85363be1f0a{hex}"),
    ("C:\\Program Files\\Python312\\python.exe", "python.exe tools\\build.py --target release --jobs 8"),
    ("C:\\Program Files\\Python312\\python.exe", "python.exe -m pytest tests\\unit -q"),
    ("C:\\Program Files\\CMake\\bin\\cmake.exe", "cmake.exe --build build --config RelWithDebInfo"),
    ("C:\\Windows\\System32\\OpenSSH\\ssh.exe", "ssh.exe deploy@ndx-web-02 uptime"),
    (
        "C:\\Windows\\System32\\curl.exe",
        "curl.exe -sS https://packages.nord.example.com/simple/index.json -o index.json",
    ),
];

const ADMIN_RUNS: [(&str, &str); 8] = [
    ("C:\\Windows\\System32\\mmc.exe", "\"C:\\Windows\\system32\\mmc.exe\" dsa.msc"),
    ("C:\\Windows\\System32\\mmc.exe", "\"C:\\Windows\\system32\\mmc.exe\" eventvwr.msc"),
    ("C:\\Windows\\System32\\mstsc.exe", "\"C:\\Windows\\system32\\mstsc.exe\" /v:NDX-JMP-01"),
    (
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "powershell.exe -File C:\\Scripts\\Get-StaleAccounts.ps1 -Days 90",
    ),
    (
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "powershell.exe -File C:\\Scripts\\Sync-Groups.ps1 -WhatIf",
    ),
    ("C:\\Windows\\System32\\whoami.exe", "whoami.exe /groups"),
    ("C:\\Windows\\System32\\nltest.exe", "nltest.exe /dsgetdc:nord"),
    ("C:\\Windows\\System32\\PING.EXE", "ping.exe -n 2 10.20.10.21"),
];

pub fn work(ledger: &mut Ledger, prng: &mut Prng, person: &Person, session: &Session) {
    let explorer = Parent::Logged(session.explorer);
    let mut time = session.from.plus(6 * SECOND);
    for (image, command) in AT_START {
        time = time.plus(prng.between(SECOND, 9 * SECOND));
        ledger.spawn(time, session.host, &session.token, explorer, &Run::new(image, command));
    }
    let length = session.to.since(session.from) / crate::time::HOUR;
    for _ in 0..prng.between(length * 2, length * 3) {
        one_task(ledger, prng, person, session);
    }
}

/// One thing that a person does: mostly a document or a page, for engineers and administrators a tool.
fn one_task(ledger: &mut Ledger, prng: &mut Prng, person: &Person, session: &Session) {
    match (person.trade, prng.below(100)) {
        (_, 0..40) => browse(ledger, prng, session),
        (Trade::Finance, _) => open_file(ledger, prng, session, &FINANCE_FILES),
        (Trade::Office, _) => open_file(ledger, prng, session, &OFFICE_FILES),
        (Trade::Engineering, _) => shell_work(ledger, prng, session, &ENGINEER_RUNS),
        (Trade::Administration, _) => shell_work(ledger, prng, session, &ADMIN_RUNS),
    }
}

fn browse(ledger: &mut Ledger, prng: &mut Prng, session: &Session) {
    let edge = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
    let kind = *prng.pick(&["renderer", "renderer", "utility", "gpu-process"]);
    let command = format!(
        "\"{edge}\" --type={kind} --lang=en-GB --renderer-client-id={} --launch-time-ticks={}",
        prng.below(60) + 4,
        prng.below(90_000)
    );
    let time = within(prng, session);
    ledger.spawn(time, session.host, &session.token, Parent::Logged(session.explorer), &Run::new(edge, command));
}

fn open_file(ledger: &mut Ledger, prng: &mut Prng, session: &Session, files: &[&str]) {
    let template = *prng.pick(files);
    let file = filled(prng, template);
    let program = if std::path::Path::new(&file).extension().is_some_and(|ending| ending == "docx") {
        "WINWORD.EXE\" /n"
    } else {
        "EXCEL.EXE\" /dde"
    };
    let (name, _) = program.split_once('"').unwrap_or((program, ""));
    let run = Run::new(format!("{OFFICE}\\{name}"), format!("\"{OFFICE}\\{program} \"{file}\""));
    let time = within(prng, session);
    let office = ledger.spawn(time, session.host, &session.token, Parent::Logged(session.explorer), &run);
    if prng.percent(18) {
        let splwow = Run::new("C:\\Windows\\splwow64.exe", "C:\\Windows\\splwow64.exe 12288");
        let later = time.plus(prng.between(20 * SECOND, 200 * SECOND));
        ledger.spawn(later, session.host, &session.token, Parent::Logged(office), &splwow);
    }
}

fn shell_work(ledger: &mut Ledger, prng: &mut Prng, session: &Session, runs: &[(&str, &str)]) {
    let time = within(prng, session);
    let cmd = Run::new("C:\\Windows\\System32\\cmd.exe", "\"C:\\Windows\\system32\\cmd.exe\"");
    let shell = ledger.spawn_console(time, session.host, &session.token, Parent::Logged(session.explorer), &cmd);
    let mut later = time;
    for _ in 0..prng.between(1, 3) {
        let (image, command) = *prng.pick(runs);
        later = later.plus(prng.between(3 * SECOND, 70 * SECOND));
        ledger.spawn(
            later,
            session.host,
            &session.token,
            Parent::Logged(shell),
            &Run::new(image, filled(prng, command)),
        );
    }
}
