//! Working days of people at their workstations: logons, programs, shares, and what the domain controller sees of it.

use crate::boot::{self, Uptime};
use crate::cast::{self, DC, FILE_SERVER, PEOPLE, Person, Trade, VICTIM};
use crate::chores;
use crate::desk;
use crate::ledger::{Actor, Arrival, ELEVATED_TOKEN, Failure, Ledger, LogonKind, Reason, Session, Token};
use crate::prng::Prng;
use crate::story::when;
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_START};

pub fn run(ledger: &mut Ledger) {
    let mut prng = Prng::named("working days");
    for person in &PEOPLE {
        let mut left_on: LeftOn = None;
        for day in 0..7 {
            let midnight = WEEK_START.plus(day * DAY);
            if person.works_on(midnight) {
                left_on = working_day(ledger, &mut prng, person, midnight, left_on);
            }
        }
    }
}

/// A workstation that was left on overnight, and the session on it.
type LeftOn = Option<(Uptime, Session)>;

/// One day; returns what stays on overnight, as the attacker makes the workstation of the victim do.
fn working_day(
    ledger: &mut Ledger,
    prng: &mut Prng,
    person: &'static Person,
    midnight: Time,
    left_on: LeftOn,
) -> LeftOn {
    let is_victim = person.name == VICTIM;
    let mut from = midnight.plus(6 * HOUR + 35 * MINUTE + prng.between(0, 62 * MINUTE));
    let mut to = midnight.plus(15 * HOUR + 10 * MINUTE + prng.between(0, 110 * MINUTE));
    if is_victim {
        // The document of Wednesday morning needs an open session.
        from = from.min(midnight.plus(7 * HOUR + 12 * MINUTE));
        to = to.min(when::HOST_ISOLATED.plus(-4 * MINUTE));
    }
    let stays_on = is_victim && from < when::HOST_ISOLATED && to > when::LURE_OPENED;
    let sign_on = from.plus(prng.between(70 * SECOND, 6 * MINUTE));
    let (uptime, session) = if let Some((uptime, session)) = left_on {
        (uptime, reopen(ledger, person, session, (sign_on, to)))
    } else {
        let end = if stays_on { when::HOST_ISOLATED } else { to.plus(90 * SECOND) };
        let uptime = start_of_day(ledger, prng, person, (from, end));
        let log_off = (!stays_on).then_some(to);
        let session = open_session(ledger, prng, person, &uptime, (sign_on, to, log_off));
        (uptime, session)
    };
    desk::work(ledger, prng, person, &session);
    unlocks(ledger, prng, person, &session);
    network_traces(ledger, prng, person, &session);
    typing_slips(ledger, prng, person, sign_on);
    ledger.sessions.push(session.clone());
    stays_on.then_some((uptime, session))
}

fn start_of_day(ledger: &mut Ledger, prng: &mut Prng, person: &'static Person, span: (Time, Time)) -> Uptime {
    let uptime = boot::boot(ledger, prng, &person.host, span.0, span.1);
    chores::run(ledger, prng, &uptime);
    boot::service_logons(ledger, prng, &uptime);
    uptime
}

/// Back at a screen that was only locked: the session of the day before goes on.
fn reopen(ledger: &mut Ledger, person: &'static Person, session: Session, span: (Time, Time)) -> Session {
    ledger.log_on(Arrival {
        time: span.0,
        end: Some(span.0.plus(620)),
        host: &person.host,
        who: person.principal(),
        kind: LogonKind::Unlock,
        from: None,
        privileged: false,
    });
    Session { from: span.0, to: span.1, ..session }
}

fn open_session(
    ledger: &mut Ledger,
    prng: &mut Prng,
    person: &'static Person,
    uptime: &Uptime,
    span: (Time, Time, Option<Time>),
) -> Session {
    let host = &person.host;
    let kind = if person.is_away_on(span.0.day_start()) { LogonKind::Cached } else { LogonKind::Interactive };
    let token = ledger.log_on(Arrival {
        time: span.0,
        end: span.2,
        host,
        who: person.principal(),
        kind,
        from: None,
        privileged: false,
    });
    let start = span.0.plus(prng.between(400, 1_900));
    let logon = Actor::new(host, &token, uptime.winlogon);
    let userinit = "C:\\Windows\\System32\\userinit.exe";
    let userinit = logon.run(ledger, start, userinit, "C:\\Windows\\system32\\userinit.exe");
    let later = start.plus(prng.between(200, 900));
    let explorer = logon.below(userinit).run(ledger, later, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE");
    Session { person: person.name, host, from: span.0, to: span.1, token, explorer }
}

fn unlocks(ledger: &mut Ledger, prng: &mut Prng, person: &Person, session: &Session) {
    for _ in 0..prng.between(2, 5) {
        let time = within(prng, session);
        ledger.log_on(Arrival {
            time,
            end: Some(time.plus(prng.between(40, 900))),
            host: session.host,
            who: person.principal(),
            kind: LogonKind::Unlock,
            from: None,
            privileged: false,
        });
    }
}

/// A moment inside a session, leaving out the lunch break most of the time.
pub fn within(prng: &mut Prng, session: &Session) -> Time {
    let length = session.to.since(session.from) - 12 * MINUTE;
    let mut time = session.from.plus(6 * MINUTE + prng.between(0, length.max(1)));
    if time.hour() == 11 && prng.percent(70) {
        time = session.from.plus(6 * MINUTE + prng.between(0, length.max(1)));
    }
    time
}

/// Shares on the file server and tickets from the domain controller, of the person and of the computer.
fn network_traces(ledger: &mut Ledger, prng: &mut Prng, person: &'static Person, session: &Session) {
    let away = person.is_away_on(session.from.day_start());
    let address = if away { person.remote_access_ip() } else { session.host.ip.to_owned() };
    let shares = if person.trade == Trade::Finance { 8 } else { 5 };
    for (host, count) in [(&FILE_SERVER, shares), (&DC, 3)] {
        for _ in 0..prng.between(count / 2, count) {
            let time = within(prng, session);
            network_logon(ledger, prng, time, host, person.principal(), (session.host.name, &address));
        }
    }
    for _ in 0..prng.between(2, 4) {
        let time = within(prng, session);
        network_logon(ledger, prng, time, &DC, cast::computer_account(session.host), (session.host.name, &address));
    }
}

pub fn network_logon(
    ledger: &mut Ledger,
    prng: &mut Prng,
    time: Time,
    host: &'static cast::Host,
    who: cast::Principal,
    from: (&str, &str),
) -> Token {
    let ntlm = prng.percent(6);
    ledger.log_on(Arrival {
        time,
        end: Some(time.plus(prng.between(8 * SECOND, 14 * MINUTE))),
        host,
        who,
        kind: if ntlm { LogonKind::NetworkNtlm } else { LogonKind::Network },
        from: Some((if ntlm { from.0.to_owned() } else { "-".to_owned() }, from.1.to_owned())),
        privileged: false,
    })
}

fn typing_slips(ledger: &mut Ledger, prng: &mut Prng, person: &'static Person, sign_on: Time) {
    let slips = if prng.percent(22) { prng.between(1, 3) } else { 0 };
    for slip in 0..slips {
        ledger.failures.push(Failure {
            time: sign_on.plus(-(slip + 1) * prng.between(5 * SECOND, 9 * SECOND)),
            host: &person.host,
            who: person.principal(),
            kind: if prng.percent(30) { LogonKind::Unlock } else { LogonKind::Interactive },
            ip: "127.0.0.1".to_owned(),
            workstation: person.host.name.to_owned(),
            reason: Reason::BadPassword,
        });
    }
}

/// The elevated half of a session of somebody who is administrator of the own workstation.
pub fn elevated_half(ledger: &mut Ledger, session: &Session) -> Token {
    let id = ledger.fresh_logon_id(session.host, session.from.plus(-30));
    let limited = session.token.logon_id;
    let twin = ledger.logons.iter().find(|logon| logon.id == limited && logon.host == session.host).cloned();
    if let Some(mut logon) = twin {
        logon.time = session.from.plus(-30);
        logon.id = id;
        logon.privileged = true;
        ledger.logons.push(logon);
    }
    Token { logon_id: id, elevation: ELEVATED_TOKEN, ..session.token.clone() }
}
