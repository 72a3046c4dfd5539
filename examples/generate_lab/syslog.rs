//! The Linux hosts' log: timers, web requests, deployments, firewall, backups, and the few lines that matter.

use crate::cast::{DATABASE, Host, LINUX_HOSTS, WEB_1, WEB_2};
use crate::encode::base64;
use crate::payload;
use crate::prng::{Prng, name_hash};
use crate::sha256::sha256;
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_END, WEEK_START, march};

pub struct Line {
    pub time: Time,
    pub host: &'static Host,
    pub facility: &'static str,
    pub severity: &'static str,
    pub program: &'static str,
    pub pid: u64,
    pub message: String,
}

/// A login over SSH that succeeded, for the alerts that point at it.
#[derive(Clone, Debug)]
pub struct Login {
    pub time: Time,
    pub host: &'static Host,
    pub user: &'static str,
    pub ip: &'static str,
}

#[derive(Default)]
pub struct Log {
    pub lines: Vec<Line>,
    pub logins: Vec<Login>,
}

impl Log {
    pub fn say(&mut self, time: Time, host: &'static Host, voice: Voice, message: impl Into<String>) {
        let pid =
            400 + name_hash(&format!("{} {} {}", host.name, voice.2, time.since(WEEK_START) / (7 * HOUR))) % 31_000;
        self.lines.push(Line {
            time,
            host,
            facility: voice.0,
            severity: voice.1,
            program: voice.2,
            pid,
            message: message.into(),
        });
    }

    pub fn login(&mut self, login: Login, method: &str, port: i64) {
        let key = base64(sha256(login.user.as_bytes()).get(..32).unwrap_or_default().as_bytes());
        let tail = if method == "publickey" {
            format!(": ED25519 SHA256:{}", key.trim_end_matches('='))
        } else {
            String::new()
        };
        let message = format!("Accepted {method} for {} from {} port {port} ssh2{tail}", login.user, login.ip);
        self.say(login.time, login.host, SSHD, message);
        let opened = format!("pam_unix(sshd:session): session opened for user {}(uid=1002) by (uid=0)", login.user);
        self.say(login.time.plus(35), login.host, SSHD, opened);
        self.logins.push(login);
    }
}

/// Facility, severity and program.
pub type Voice = (&'static str, &'static str, &'static str);
pub const SSHD: Voice = ("auth", "info", "sshd");
pub const SUDO: Voice = ("authpriv", "notice", "sudo");
const CRON: Voice = ("cron", "info", "CRON");
pub const SYSTEMD: Voice = ("daemon", "info", "systemd");
pub const KERNEL: Voice = ("kern", "warning", "kernel");
const NGINX: Voice = ("local7", "err", "nginx");
const POSTGRES: Voice = ("local0", "info", "postgres");

pub fn all() -> Log {
    let mut log = Log::default();
    let mut prng = Prng::named("syslog");
    for host in LINUX_HOSTS {
        timers(&mut log, &mut prng, host);
        firewall(&mut log, &mut prng, host);
    }
    for host in [&WEB_1, &WEB_2] {
        web_requests(&mut log, &mut prng, host);
        deployments(&mut log, &mut prng, host);
    }
    database(&mut log, &mut prng);
    weekly_scan(&mut log, &mut prng);
    crate::linux_intrusion::run(&mut log);
    log.lines.sort_by_key(|line| line.time);
    log.logins.sort_by_key(|login| login.time);
    log
}

const CRON_JOBS: [(&str, i64); 6] = [
    ("(root) CMD (cd / && run-parts --report /etc/cron.hourly)", 60),
    ("(root) CMD (command -v sa1 > /dev/null && sa1 1 1)", 30),
    ("(root) CMD ([ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean)", 90),
    ("(monitor) CMD (/opt/ndx/checks/disk.sh --warn 80 --crit 90 >/dev/null 2>&1)", 60),
    ("(root) CMD (/opt/ndx/bin/rotate-certs --check https://acme.nord.example.com/directory)", 720),
    (
        "(root) CMD (/usr/bin/flock -n /run/ndx-sync.lock /opt/ndx/bin/pull-config https://config.nord.example.com/v1/hosts)",
        240,
    ),
];

const UNITS: [(&str, &str, i64); 4] = [
    ("apt-daily.service", "Daily apt download activities", 700),
    ("logrotate.service", "Rotate log files", 1_440),
    ("fstrim.service", "Discard unused blocks on filesystems from /etc/fstab", 4_000),
    ("ndx-inventory.service", "Host inventory", 360),
];

fn every(prng: &mut Prng, minutes: i64) -> Vec<Time> {
    let mut moments = Vec::new();
    let mut time = WEEK_START.plus(prng.between(0, minutes * MINUTE));
    while time < WEEK_END {
        moments.push(time);
        time = time.plus(minutes * MINUTE + prng.between(0, 1_900));
    }
    moments
}

fn timers(log: &mut Log, prng: &mut Prng, host: &'static Host) {
    for (message, minutes) in CRON_JOBS {
        for time in every(prng, minutes) {
            if minutes == 90 {
                log.say(
                    time.plus(-20),
                    host,
                    CRON,
                    "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
                );
                log.say(time.plus(640), host, CRON, "pam_unix(cron:session): session closed for user root");
            }
            log.say(time, host, CRON, message);
        }
    }
    for (unit, title, minutes) in UNITS {
        for time in every(prng, minutes) {
            log.say(time, host, SYSTEMD, format!("Starting {unit} - {title}..."));
            log.say(time.plus(prng.between(300, 9_000)), host, SYSTEMD, format!("Finished {unit} - {title}."));
        }
    }
}

/// The outer firewall drops what knocks at closed ports.
fn firewall(log: &mut Log, prng: &mut Prng, host: &'static Host) {
    let gap = if host.ip.starts_with("10.20.30.") { 95 } else { 400 };
    for time in every(prng, gap) {
        let source = format!(
            "{}{}",
            prng.pick(&["192.52.193.", "192.31.196.", "198.18.7.", "192.0.2."]),
            prng.between(120, 180)
        );
        let port = *prng.pick(&[22, 23, 3389, 445, 8080, 5060, 2222]);
        let later = time.plus(prng.between(0, 40 * MINUTE));
        let message = format!(
            "[UFW BLOCK] IN=eth0 OUT= MAC=02:4e:44:58:00:1e:02:4e:44:58:00:01:08:00 SRC={source} DST={} LEN=40 TOS=0x00 PREC=0x00 TTL=243 ID=54321 PROTO=TCP SPT={} DPT={port} WINDOW=1024 RES=0x00 SYN URGP=0",
            host.ip,
            prng.between(32_000, 61_000)
        );
        log.say(later, host, KERNEL, message);
    }
}

const MISSING: [&str; 7] =
    ["/robots.txt", "/favicon.ico", "/wp-login.php", "/.env", "/admin/", "/old/catalogue.html", "/img/logo-2024.png"];

fn web_requests(log: &mut Log, prng: &mut Prng, host: &'static Host) {
    for time in every(prng, 16) {
        if !(5..21).contains(&time.hour()) && prng.percent(75) {
            continue;
        }
        let client = format!("192.31.196.{}", prng.between(100, 160));
        let path = prng.pick(&MISSING);
        let message = format!(
            "2026/{} [error] 1123#1123: open() \"/var/www/nord{path}\" failed (2: No such file or directory), client: {client}, server: www.nord.example.com, request: \"GET {path} HTTP/1.1\", host: \"www.nord.example.com\"",
            time.plain().get(5..).unwrap_or_default().replace('-', "/")
        );
        log.say(time, host, NGINX, message);
    }
    for time in every(prng, 240) {
        let upstream = "upstream health http://10.20.10.22:8080/health is up again after 1 failed check";
        log.say(time, host, ("local7", "notice", "nginx"), upstream);
    }
}

fn deployments(log: &mut Log, prng: &mut Prng, host: &'static Host) {
    for day in 0..7 {
        let midnight = WEEK_START.plus(day * DAY);
        let count = if midnight.is_weekend() { 1 } else { prng.between(3, 6) };
        let digest = sha256(format!("image {day} {}", host.name).as_bytes());
        for _ in 0..count {
            let time = midnight.plus(6 * HOUR + prng.between(0, 14 * HOUR));
            let ip = *prng.pick(&["10.20.2.11", "10.20.2.12", "10.20.2.14", "10.20.5.11"]);
            let login = Login { time, host, user: "deploy", ip };
            log.login(login, "publickey", prng.between(41_000, 60_000));
            deployment(log, time, host, &digest);
        }
    }
}

fn deployment(log: &mut Log, time: Time, host: &'static Host, digest: &str) {
    let image = format!("pulled registry.nord.example.com/web/shop@sha256:{digest}");
    log.say(time.plus(4 * SECOND), host, ("daemon", "info", "dockerd"), image);
    let restart = "  deploy : TTY=pts/0 ; PWD=/srv/shop ; USER=root ; COMMAND=/usr/bin/systemctl restart shop.service";
    log.say(time.plus(9 * SECOND), host, SUDO, restart);
    log.say(time.plus(10 * SECOND), host, SYSTEMD, "Started shop.service - Web shop.");
    let release = digest.get(..12).unwrap_or_default();
    let serving = format!("serving release {release} at https://www.nord.example.com/shop");
    log.say(time.plus(21 * SECOND), host, ("user", "info", "shop"), serving);
}

fn database(log: &mut Log, prng: &mut Prng) {
    for time in every(prng, 15) {
        let buffers = prng.between(60, 900);
        log.say(
            time,
            &DATABASE,
            POSTGRES,
            format!(
                "checkpoint complete: wrote {buffers} buffers ({}.{}%); 0 WAL file(s) added, 1 removed, 0 recycled",
                buffers / 164,
                buffers % 10
            ),
        );
    }
    for day in 0..7 {
        let midnight = WEEK_START.plus(day * DAY);
        let time = midnight.plus(HOUR + 30 * MINUTE + prng.between(0, 40 * SECOND));
        let label = base64(payload::backup_label(&midnight.date()).as_bytes());
        log.say(
            time,
            &DATABASE,
            ("local0", "info", "pgbackup"),
            format!("full backup started label={label} target=/srv/backup/pg"),
        );
        log.say(
            time.plus(11 * MINUTE),
            &DATABASE,
            ("local0", "info", "pgbackup"),
            format!("full backup finished manifest={}", sha256(label.as_bytes())),
        );
    }
}

fn weekly_scan(log: &mut Log, prng: &mut Prng) {
    let mut time = march(8, 4, 50, 0);
    for host in LINUX_HOSTS {
        for name in ["admin", "oracle", "test", "guest", "ubuntu", "pi", "git"] {
            time = time.plus(prng.between(2 * SECOND, 9 * SECOND));
            let message = format!(
                "Failed password for invalid user {name} from 10.20.10.40 port {} ssh2",
                prng.between(40_000, 60_000)
            );
            log.say(time, host, SSHD, message);
        }
    }
}
