//! The few lines of the Linux hosts that belong to the attack.

use crate::cast::{FILE_SERVER, Host, JUMP_HOST, LOG_HOST, WEB_1};
use crate::encode::base64;
use crate::payload;
use crate::story::{ARCHIVE_PARTS, indicator as ioc, when};
use crate::syslog::{KERNEL, Log, Login, SUDO, SYSTEMD};
use crate::time::{SECOND, Time};

/// A command that somebody ran as root in a wrapping of base64.
fn wrapped(log: &mut Log, time: Time, host: &'static Host, command: &str) {
    let message = format!(
        "svc-backup : TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/sh -c echo {} | base64 -d | sh",
        base64(command.as_bytes())
    );
    log.say(time, host, SUDO, message);
}

/// A login with the stolen account.
const fn stolen(time: Time, host: &'static Host, ip: &'static str) -> Login {
    Login { time, host, user: "svc-backup", ip }
}

pub fn run(log: &mut Log) {
    log.login(stolen(when::WEB_LOGIN.plus(310), &WEB_1, JUMP_HOST.ip), "password", 51_822);
    wrapped(log, when::WEB_PAYLOAD.plus(44), &WEB_1, &payload::linux_install());
    blinding(log);
    for part in 1..=ARCHIVE_PARTS {
        let time = when::COPY_START.plus((part - 1) * 243 * SECOND + part * 13 + 1_150);
        log.login(stolen(time, &WEB_1, FILE_SERVER.ip), "password", 52_000 + part * 3);
    }
    wrapped(log, when::EXFIL_START.plus(129), &WEB_1, &payload::linux_upload());
    for (wait, port) in [(2, 38_114), (80, 38_120), (158, 38_126)] {
        let message = format!(
            "[UFW AUDIT] IN= OUT=eth0 SRC={} DST={} LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=11{wait:03} DF PROTO=TCP \
             SPT={port} DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0",
            WEB_1.ip,
            ioc::DROP_IP
        );
        log.say(when::EXFIL_START.plus(wait * SECOND), &WEB_1, KERNEL, message);
    }
    wrapped(log, when::CLEANUP.plus(518), &WEB_1, &payload::linux_cleanup());
    let ip = ioc::SPRAY_IPS[3];
    let back_door = Login { time: when::BACK_DOOR.plus(604), host: &WEB_1, user: "www-data", ip };
    log.login(back_door, "publickey", 60_412);
}

/// The flow collector stops, and a watchdog starts it again an hour later.
fn blinding(log: &mut Log) {
    let (stop, back) = (when::COLLECTOR_STOPPED, when::COLLECTOR_BACK);
    log.login(stolen(stop.plus(-44 * SECOND), &LOG_HOST, WEB_1.ip), "password", 40_218);
    wrapped(log, stop, &LOG_HOST, &payload::linux_blind());
    let stopping = "Stopping flow-collector.service - Network flow collector...";
    log.say(stop.plus(280), &LOG_HOST, SYSTEMD, stopping);
    log.say(stop.plus(930), &LOG_HOST, SYSTEMD, "Stopped flow-collector.service - Network flow collector.");
    let watchdog = ("daemon", "warning", "flow-watchdog");
    log.say(back, &LOG_HOST, watchdog, "flow-collector.service inactive for 59 min, restarting");
    log.say(back.plus(700), &LOG_HOST, SYSTEMD, "Started flow-collector.service - Network flow collector.");
}
