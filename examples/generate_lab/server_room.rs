//! The servers' week: monitoring, nightly backup, the patch window, the vulnerability scan, administrators on the jump host.

use crate::boot::{self, Uptime};
use crate::cast::{
    self, APP_SERVER, BACKUP_SERVER, DC, FILE_SERVER, Host, JUMP_HOST, MANAGEMENT, PEOPLE, Person, SERVERS, Trade,
};
use crate::change;
use crate::chores;
use crate::ledger::{Actor, Arrival, Failure, Ledger, LogonKind, Parent, Reason, Run, Token};
use crate::prng::Prng;
use crate::sessions::network_logon;
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_END, WEEK_START, march};

/// Two servers restart after patching.
const PATCH_WINDOW: Time = march(4, 0, 30, 0);

pub fn run(ledger: &mut Ledger) -> Vec<Uptime> {
    let mut prng = Prng::named("server room");
    let mut uptimes = Vec::new();
    for host in SERVERS {
        uptimes.extend(uptimes_of(ledger, &mut prng, host));
    }
    for uptime in &uptimes {
        chores::run(ledger, &mut prng, uptime);
        boot::service_logons(ledger, &mut prng, uptime);
    }
    patching(ledger, &mut prng, &uptimes);
    for day in 0..7 {
        let midnight = WEEK_START.plus(day * DAY);
        nightly_backup(ledger, &mut prng, &uptimes, midnight);
        monitoring(ledger, &mut prng, midnight);
        if !midnight.is_weekend() {
            jump_host_visits(ledger, &mut prng, &uptimes, midnight);
        }
    }
    expired_password(ledger, &mut prng);
    weekly_scan(ledger, &mut prng);
    household_changes(ledger);
    uptimes
}

fn uptimes_of(ledger: &mut Ledger, prng: &mut Prng, host: &'static Host) -> Vec<Uptime> {
    if host != &APP_SERVER && host != &MANAGEMENT {
        return vec![boot::resident(ledger, prng, host, WEEK_END)];
    }
    let down = PATCH_WINDOW.plus(prng.between(20 * MINUTE, 40 * MINUTE));
    let up = down.plus(prng.between(4 * MINUTE, 7 * MINUTE));
    vec![boot::resident(ledger, prng, host, down), boot::boot(ledger, prng, host, up, WEEK_END)]
}

pub fn uptime_at<'a>(uptimes: &'a [Uptime], host: &Host, time: Time) -> Option<&'a Uptime> {
    uptimes.iter().find(|uptime| uptime.host == host && uptime.from <= time && time < uptime.to)
}

/// The backup account works from the backup server between ten and half past eleven in the evening, never at other hours.
fn nightly_backup(ledger: &mut Ledger, prng: &mut Prng, uptimes: &[Uptime], midnight: Time) {
    let evening = midnight.plus(22 * HOUR);
    for (place, host) in [&FILE_SERVER, &APP_SERVER, &DC, &BACKUP_SERVER].into_iter().enumerate() {
        let wait = i64::try_from(place).unwrap_or(0) * 17 * MINUTE;
        let time = evening.plus(wait + prng.between(10 * SECOND, 4 * MINUTE));
        let Some(uptime) = uptime_at(uptimes, host, time) else {
            continue;
        };
        let kind = if host == &BACKUP_SERVER { LogonKind::Batch } else { LogonKind::Network };
        let token = ledger.log_on(Arrival {
            time,
            end: Some(time.plus(prng.between(11 * MINUTE, 16 * MINUTE))),
            host,
            who: cast::svc_backup(),
            kind,
            from: (kind == LogonKind::Network).then(|| ("-".to_owned(), BACKUP_SERVER.ip.to_owned())),
            privileged: true,
        });
        backup_job(ledger, prng, uptime, &token, time);
    }
}

fn backup_job(ledger: &mut Ledger, prng: &mut Prng, uptime: &Uptime, token: &Token, time: Time) {
    let agent = "C:\\Program Files\\NDX Backup\\bkpagent.exe";
    let job = Run::new(
        agent,
        format!("\"{agent}\" /job nightly-{} /target \\\\NDX-BKP-01\\vault /verify", uptime.host.name.to_lowercase()),
    );
    let start = time.plus(prng.between(2 * SECOND, 9 * SECOND));
    let parent = Parent::Logged(ledger.spawn_console(start, uptime.host, token, uptime.services, &job));
    let steps = [
        ("C:\\Windows\\System32\\vssadmin.exe", "vssadmin.exe list shadows /for=C:"),
        (
            "C:\\Windows\\System32\\Robocopy.exe",
            "robocopy.exe C:\\ProgramData\\NDX\\state \\\\NDX-BKP-01\\vault\\state /MIR /R:1 /W:1",
        ),
        (
            "C:\\Windows\\System32\\certutil.exe",
            "certutil.exe -hashfile C:\\ProgramData\\NDX\\state\\manifest.json SHA256",
        ),
    ];
    let mut later = start;
    for (image, command) in steps {
        later = later.plus(prng.between(20 * SECOND, 3 * MINUTE));
        ledger.spawn(later, uptime.host, token, parent, &Run::new(image, command));
    }
}

/// The monitoring account looks at every server a few times an hour.
fn monitoring(ledger: &mut Ledger, prng: &mut Prng, midnight: Time) {
    for host in SERVERS.into_iter().filter(|host| *host != &MANAGEMENT) {
        let mut time = midnight.plus(prng.between(MINUTE, 2 * HOUR));
        while time < midnight.plus(DAY) {
            network_logon(ledger, prng, time, host, cast::svc_monitor(), (MANAGEMENT.name, MANAGEMENT.ip));
            time = time.plus(2 * HOUR + prng.between(-SECOND * 50, SECOND * 50));
        }
    }
}

fn patching(ledger: &mut Ledger, prng: &mut Prng, uptimes: &[Uptime]) {
    for host in [&APP_SERVER, &MANAGEMENT, &FILE_SERVER, &JUMP_HOST] {
        let start = PATCH_WINDOW.plus(prng.between(MINUTE, 6 * MINUTE));
        let Some(uptime) = uptime_at(uptimes, host, start) else {
            continue;
        };
        let token = ledger.log_on(Arrival {
            time: start,
            end: Some(start.plus(17 * MINUTE)),
            host,
            who: cast::svc_patch(),
            kind: LogonKind::Network,
            from: Some(("-".to_owned(), MANAGEMENT.ip.to_owned())),
            privileged: true,
        });
        let mut time = start;
        for update in 0..prng.between(5, 9) {
            time = time.plus(prng.between(40 * SECOND, 100 * SECOND));
            let package = format!("C:\\ProgramData\\NDX\\patch\\ndx-2026-03-{update:02}-x64.msu");
            let wusa = Run::new("C:\\Windows\\System32\\wusa.exe", format!("wusa.exe {package} /quiet /norestart"));
            let parent = ledger.spawn(time, host, &token, uptime.agent, &wusa);
            let worker = Run::new(
                "C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.20348.2320_none_6c1d0f4be27a9538\\TiWorker.exe",
                "TiWorker.exe -Embedding",
            );
            ledger.spawn(
                time.plus(prng.between(400, 5_000)),
                host,
                &Token::system(host),
                Parent::Logged(parent),
                &worker,
            );
        }
    }
}

/// Administrators come over the jump host in working hours and go on to a server.
fn jump_host_visits(ledger: &mut Ledger, prng: &mut Prng, uptimes: &[Uptime], midnight: Time) {
    for person in PEOPLE.iter().filter(|person| person.trade == Trade::Administration) {
        for _ in 0..prng.between(1, 3) {
            let time = midnight.plus(8 * HOUR + prng.between(0, 6 * HOUR));
            visit(ledger, prng, uptimes, person, time);
        }
    }
}

fn visit(ledger: &mut Ledger, prng: &mut Prng, uptimes: &[Uptime], person: &'static Person, time: Time) {
    let Some(uptime) = uptime_at(uptimes, &JUMP_HOST, time) else {
        return;
    };
    let length = prng.between(15 * MINUTE, 70 * MINUTE);
    let token = remote_desktop(ledger, time, &JUMP_HOST, person.principal(), &person.host, length);
    let winlogon = Actor::new(&JUMP_HOST, &token, uptime.winlogon);
    let desktop = winlogon.run(ledger, time.plus(3_400), EXPLORER.0, EXPLORER.1);
    let target = *prng.pick(&[&APP_SERVER, &FILE_SERVER, &MANAGEMENT]);
    let later = time.plus(prng.between(40 * SECOND, 5 * MINUTE));
    let connect = format!("\"C:\\Windows\\system32\\mstsc.exe\" /v:{}", target.name);
    winlogon.below(desktop).run(ledger, later, REMOTE_CLIENT, connect);
    let who = person.principal();
    change::explicit_credentials(ledger, later.plus(3_800), &JUMP_HOST, &token, &who, (target, REMOTE_CLIENT));
    let Some(beyond) = uptime_at(uptimes, target, later) else {
        return;
    };
    let length = prng.between(6 * MINUTE, 30 * MINUTE);
    let inside = remote_desktop(ledger, later.plus(4_200), target, who, &JUMP_HOST, length);
    let winlogon = Actor::new(target, &inside, beyond.winlogon);
    let desktop = winlogon.run(ledger, later.plus(7_100), EXPLORER.0, EXPLORER.1);
    let (image, command) = *prng.pick(&ADMIN_TOOLS);
    winlogon.below(desktop).run(ledger, later.plus(50 * SECOND), image, command);
}

const EXPLORER: (&str, &str) = ("C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE");
const REMOTE_CLIENT: &str = "C:\\Windows\\System32\\mstsc.exe";
const ADMIN_TOOLS: [(&str, &str); 4] = [
    ("C:\\Windows\\System32\\ServerManager.exe", "\"C:\\Windows\\system32\\ServerManager.exe\""),
    ("C:\\Windows\\System32\\mmc.exe", "\"C:\\Windows\\system32\\mmc.exe\" services.msc"),
    ("C:\\Windows\\System32\\mmc.exe", "\"C:\\Windows\\system32\\mmc.exe\" eventvwr.msc"),
    ("C:\\Windows\\System32\\Taskmgr.exe", "\"C:\\Windows\\system32\\taskmgr.exe\" /4"),
];

pub fn remote_desktop(
    ledger: &mut Ledger,
    time: Time,
    host: &'static Host,
    who: cast::Principal,
    from: &Host,
    length: i64,
) -> Token {
    ledger.log_on(Arrival {
        time,
        end: Some(time.plus(length)),
        host,
        who,
        kind: LogonKind::RemoteInteractive,
        from: Some((from.name.to_owned(), from.ip.to_owned())),
        privileged: true,
    })
}

/// A report job whose password expired long ago and that nobody has repaired: the usual noise among failed logons.
fn expired_password(ledger: &mut Ledger, prng: &mut Prng) {
    let mut time = WEEK_START.plus(17 * MINUTE);
    while time < WEEK_END {
        ledger.failures.push(Failure {
            time: time.plus(prng.between(0, 2 * SECOND)),
            host: &APP_SERVER,
            who: cast::svc_sql(),
            kind: LogonKind::Batch,
            ip: "-".to_owned(),
            workstation: APP_SERVER.name.to_owned(),
            reason: Reason::PasswordExpired,
        });
        time = time.plus(HOUR);
    }
}

/// The Sunday scan logs on everywhere and tries a few default names on purpose.
fn weekly_scan(ledger: &mut Ledger, prng: &mut Prng) {
    let mut time = march(8, 4, 0, 0);
    for host in SERVERS.into_iter().filter(|host| *host != &MANAGEMENT) {
        time = time.plus(prng.between(4 * MINUTE, 9 * MINUTE));
        network_logon(ledger, prng, time, host, cast::svc_scan(), (MANAGEMENT.name, MANAGEMENT.ip));
        for (place, name) in ["guest", "test", "admin", "operator", "oracle"].into_iter().enumerate() {
            let wait = i64::try_from(place).unwrap_or(0) * 700 + prng.between(50, 600);
            ledger.failures.push(Failure {
                time: time.plus(20 * SECOND + wait),
                host,
                who: unknown(name),
                kind: LogonKind::NetworkNtlm,
                ip: MANAGEMENT.ip.to_owned(),
                workstation: MANAGEMENT.name.to_owned(),
                reason: Reason::UnknownUser,
            });
        }
    }
}

/// An account name that the domain does not know.
pub fn unknown(name: &str) -> cast::Principal {
    cast::Principal { name: name.to_owned(), domain: cast::DOMAIN, sid: "S-1-0-0".to_owned() }
}

/// Ordinary administration, so that a new account or service is not in itself a finding.
fn household_changes(ledger: &mut Ledger) {
    let admin = PEOPLE.iter().find(|person| person.name == "it-admin-1").map_or_else(cast::nobody, Person::principal);
    let token = remote_desktop(ledger, march(3, 10, 20, 0), &DC, admin, &JUMP_HOST, 20 * MINUTE);
    let (time, trainee) = (march(3, 10, 24, 40), cast::domain_account("hr-trainee-1", 1740));
    change::account_created(ledger, time, &DC, &token, &trainee);
    change::group_member_added(ledger, time.plus(31 * SECOND), &DC, &token, &trainee, "HR Staff");
    let update = "C:\\Program Files\\NDX Agent\\ndxupdate.exe";
    for (time, host) in [(march(4, 0, 41, 7), &FILE_SERVER), (march(4, 0, 43, 52), &APP_SERVER)] {
        change::service_installed(ledger, time, host, "NdxAgentUpdate", &format!("\"{update}\" --once"));
    }
    let (time, system) = (march(4, 0, 45, 15), Token::system(&APP_SERVER));
    change::task_created(ledger, time, &APP_SERVER, &system, "\\NDX\\PatchFollowUp", update, "--follow-up");
}
