//! What Windows hosts do by themselves all day: agents, updates, indexing, monitoring. Most rows of any real table are these.

use crate::boot::Uptime;
use crate::cast::HostKind;
use crate::ledger::{Ledger, Parent, Run, Token};
use crate::payload;
use crate::prng::Prng;
use crate::time::{MINUTE, SECOND, Time};

#[derive(Clone, Copy)]
enum Starter {
    Services,
    Svchost,
    Agent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Everywhere,
    Servers,
    Workstations,
}

struct Chore {
    starter: Starter,
    at: Where,
    image: &'static str,
    command: &'static str,
    /// Minutes from one run to the next, and how far a run may slip.
    every: i64,
    slip: i64,
    console: bool,
}

const fn chore(
    starter: Starter,
    at: Where,
    paths: (&'static str, &'static str),
    rhythm: (i64, i64),
    console: bool,
) -> Chore {
    Chore { starter, at, image: paths.0, command: paths.1, every: rhythm.0, slip: rhythm.1, console }
}

use Starter::{Agent, Services, Svchost};
use Where::{Everywhere, Servers, Workstations};

#[rustfmt::skip]
const CHORES: [Chore; 19] = [
    chore(Svchost, Everywhere, ("C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe"), (95, 40), false),
    chore(Svchost, Everywhere, ("C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding"), (150, 60), false),
    chore(Services, Everywhere, ("C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s wuauserv -r {num}"), (310, 90), false),
    chore(Services, Everywhere, ("C:\\Windows\\System32\\sppsvc.exe", "C:\\Windows\\system32\\sppsvc.exe"), (420, 120), false),
    chore(Services, Everywhere, ("C:\\Windows\\servicing\\TrustedInstaller.exe", "C:\\Windows\\servicing\\TrustedInstaller.exe"), (600, 200), false),
    chore(Svchost, Everywhere, ("C:\\Windows\\System32\\dllhost.exe", "C:\\Windows\\system32\\DllHost.exe /Processid:{5D0E2B1C-77A4-4B90-A3C5-11F2C09B6E48}"), (170, 90), false),
    chore(Svchost, Everywhere, ("C:\\Program Files\\Windows Defender\\MpCmdRun.exe", "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" -IdleTask -TaskName WdCacheMaintenance"), (480, 120), true),
    chore(Svchost, Everywhere, ("C:\\Program Files\\Windows Defender\\MpCmdRun.exe", "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" SignatureUpdate -ScheduleJob -UnmanagedUpdate"), (360, 30), true),
    chore(Svchost, Everywhere, ("C:\\Windows\\System32\\gpupdate.exe", "gpupdate.exe /target:computer"), (100, 30), true),
    chore(Agent, Everywhere, ("C:\\Windows\\System32\\cscript.exe", "cscript.exe //nologo \"C:\\Program Files\\NDX Agent\\checks\\disk.vbs\" /policy 9c41f0e27ab35d86 /run {hex} /out C:\\ProgramData\\NDX\\disk.json"), (110, 6), true),
    chore(Agent, Everywhere, ("C:\\Windows\\System32\\cscript.exe", "cscript.exe //nologo \"C:\\Program Files\\NDX Agent\\checks\\software.vbs\" /policy 9c41f0e27ab35d86 /catalog AppCatalogEnterpriseWorkstationBaseline2026Q1"), (240, 10), true),
    chore(Svchost, Workstations, ("C:\\Windows\\System32\\SearchProtocolHost.exe", "\"C:\\Windows\\system32\\SearchProtocolHost.exe\" Global\\UsGthrFltPipeMssGthrPipe{num}_ Global\\UsGthrCtrlFltPipeMssGthrPipe{num} 1 -2147483646 \"Software\\Microsoft\\Windows Search\" \"C:\\ProgramData\\Microsoft\\Search\\Data\\Temp\\usgthrsvc\""), (55, 30), false),
    chore(Svchost, Workstations, ("C:\\Windows\\System32\\backgroundTaskHost.exe", "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppXe7q2k0v9mw4t8ns3bzr1hx6c5yd.mca"), (70, 40), false),
    chore(Svchost, Workstations, ("C:\\Windows\\System32\\RuntimeBroker.exe", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding"), (80, 50), false),
    chore(Svchost, Workstations, ("C:\\Windows\\System32\\usoclient.exe", "C:\\Windows\\system32\\usoclient.exe StartScan /cv:{hex}.{num}"), (330, 100), true),
    chore(Services, Workstations, ("C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe", "\"C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe\" /ua /installsource scheduler"), (280, 60), false),
    chore(Svchost, Servers, ("C:\\Windows\\System32\\wevtutil.exe", "wevtutil.exe qe Security /c:1 /rd:true /f:xml"), (180, 15), true),
    chore(Svchost, Servers, ("C:\\Windows\\System32\\w32tm.exe", "w32tm.exe /resync /nowait"), (720, 30), true),
    chore(Svchost, Servers, ("C:\\Windows\\System32\\defrag.exe", "C:\\Windows\\system32\\defrag.exe -c -h -o -$"), (1_440, 60), true),
];

/// All recurring processes of one stretch in which a host is up.
pub fn run(ledger: &mut Ledger, prng: &mut Prng, uptime: &Uptime) {
    for chore in CHORES.iter().filter(|chore| fits(chore.at, uptime.host.kind)) {
        let parent = match chore.starter {
            Services => uptime.services,
            Svchost => uptime.svchost,
            Agent => uptime.agent,
        };
        let token = if chore.command.contains("wmiprvse") || chore.command.contains("wuauserv") {
            Token::network_service(uptime.host)
        } else {
            Token::system(uptime.host)
        };
        for time in rhythm(prng, uptime, chore.every, chore.slip) {
            let run = Run::new(chore.image, filled(prng, chore.command));
            if chore.console {
                ledger.spawn_console(time, uptime.host, &token, parent, &run);
            } else {
                ledger.spawn(time, uptime.host, &token, parent, &run);
            }
        }
    }
    encoded_agent_jobs(ledger, prng, uptime);
    if uptime.host.kind == HostKind::Server {
        monitor_plugins(ledger, prng, uptime);
    }
}

/// Puts a fresh number or hexadecimal run id into a command line that has a place for one.
pub fn filled(prng: &mut Prng, template: &str) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    let hex = format!("{:016x}", prng.next());
    template.replace("{hex}", &hex).replace("{num}", &prng.between(2, 900).to_string())
}

fn fits(at: Where, kind: HostKind) -> bool {
    match at {
        Everywhere => true,
        Servers => kind == HostKind::Server,
        Workstations => kind == HostKind::Workstation,
    }
}

/// The moments of a recurring job, each slipping a little.
fn rhythm(prng: &mut Prng, uptime: &Uptime, every: i64, slip: i64) -> Vec<Time> {
    let mut moments = Vec::new();
    let mut time = uptime.from.plus(prng.between(MINUTE, every * MINUTE));
    while time < uptime.to.plus(-MINUTE) {
        moments.push(time);
        time = time.plus((every * MINUTE + prng.between(-slip, slip) * SECOND * 30).max(MINUTE));
    }
    moments
}

/// The management agent runs its own scripts encoded: what makes "encoded means evil" a poor rule.
fn encoded_agent_jobs(ledger: &mut Ledger, prng: &mut Prng, uptime: &Uptime) {
    let powershell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
    let token = Token::system(uptime.host);
    for (command, every) in [(payload::inventory_command(), 245), (payload::report_command(), 735)] {
        let run = Run::new(powershell, command);
        for time in rhythm(prng, uptime, every, 20) {
            ledger.spawn_console(time, uptime.host, &token, uptime.agent, &run);
        }
    }
}

const PLUGINS: [(&str, &str, i64); 4] = [
    (
        "check_load.cmd",
        "C:\\Windows\\System32\\typeperf.exe|typeperf.exe \"\\Processor(_Total)\\% Processor Time\" -sc 1",
        60,
    ),
    ("check_disk.cmd", "C:\\Windows\\System32\\fsutil.exe|fsutil.exe volume diskfree C:", 135),
    ("check_services.cmd", "C:\\Windows\\System32\\sc.exe|sc.exe query type= service state= inactive", 180),
    ("check_time.cmd", "C:\\Windows\\System32\\w32tm.exe|w32tm.exe /query /status", 270),
];

/// Each check is a batch file that calls one program: three processes every few minutes on every server.
fn monitor_plugins(ledger: &mut Ledger, prng: &mut Prng, uptime: &Uptime) {
    for (plugin, program, every) in PLUGINS {
        let (image, command) = program.split_once('|').unwrap_or((program, ""));
        let shell = Run::new(
            "C:\\Windows\\System32\\cmd.exe",
            format!("C:\\Windows\\system32\\cmd.exe /c \"C:\\Program Files\\NDX Monitor\\plugins\\{plugin}\""),
        );
        let check = Run::new(image, command);
        for time in rhythm(prng, uptime, every, 2) {
            let parent = ledger.spawn_console(time, uptime.host, &uptime.monitor_token, uptime.monitor, &shell);
            let later = time.plus(prng.between(60, 700));
            ledger.spawn(later, uptime.host, &uptime.monitor_token, Parent::Logged(parent), &check);
        }
    }
}
