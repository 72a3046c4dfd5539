//! Sign-ins to the cloud directory: a week of ordinary ones, the spray, and what became of its one hit.

use crate::cast::{AUCKLAND, BERGEN, DNS_DOMAIN, HQ_EGRESS, MONTEVIDEO, PEOPLE, Person, Place, SUVA, Trade, VICTIM};
use crate::prng::{Prng, guid};
use crate::story::{indicator as ioc, when};
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, WEEK_START, march};

#[derive(Clone, Debug)]
pub struct SignIn {
    pub time: Time,
    pub name: String,
    pub title: String,
    pub object_id: String,
    pub ip: String,
    pub place: &'static Place,
    pub app: &'static str,
    pub client: Client,
    pub outcome: Outcome,
    pub interactive: bool,
    pub risky: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    pub kind: &'static str,
    pub system: &'static str,
    pub browser: &'static str,
    pub agent: &'static str,
}

pub const OFFICE_BROWSER: Client = Client {
    kind: "Browser",
    system: "Windows 10",
    browser: "Edge 122.0.0",
    agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0 Safari/537.36 Edg/122.0",
};
const DESKTOP_APP: Client = Client {
    kind: "Mobile Apps and Desktop clients",
    system: "Windows 10",
    browser: "Rich Client 5.2.8",
    agent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
};
const PHONE: Client = Client {
    kind: "Mobile Apps and Desktop clients",
    system: "Ios 17.3",
    browser: "Mobile Safari",
    agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
};
const SCANNER_PRINTER: Client = Client { kind: "Authenticated SMTP", system: "", browser: "", agent: "BAV2ROPC" };
const SPRAY_TOOL: Client =
    Client { kind: "Other clients", system: "", browser: "Python Requests 2.31", agent: ioc::BOT_USER_AGENT };
const ATTACKER_BROWSER: Client = Client {
    kind: "Browser",
    system: "Linux",
    browser: "Firefox 115.0",
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    BadPassword,
    LockedOut,
    MfaRequired,
    MfaDenied,
    Disabled,
    Revoked,
    StaySignedIn,
}

impl Outcome {
    pub const fn code(self) -> i64 {
        match self {
            Self::Success => 0,
            Self::BadPassword => 50_126,
            Self::LockedOut => 50_053,
            Self::MfaRequired => 50_074,
            Self::MfaDenied => 500_121,
            Self::Disabled => 50_057,
            Self::Revoked => 50_173,
            Self::StaySignedIn => 50_140,
        }
    }

    pub const fn text(self) -> &'static str {
        match self {
            Self::Success => "",
            Self::BadPassword => "Error validating credentials due to invalid username or password.",
            Self::LockedOut => "Account is locked because of too many sign-in attempts with a wrong password.",
            Self::MfaRequired => "Strong authentication is required.",
            Self::MfaDenied => "Authentication failed during strong authentication request.",
            Self::Disabled => "The user account is disabled.",
            Self::Revoked => "The provided grant has been revoked; the user must sign in again.",
            Self::StaySignedIn => "This occurred due to 'Keep me signed in' interrupt when the user was signing in.",
        }
    }
}

pub fn all() -> Vec<SignIn> {
    let mut sign_ins = Vec::new();
    ordinary_week(&mut sign_ins);
    printer(&mut sign_ins);
    spray(&mut sign_ins);
    takeover(&mut sign_ins);
    sign_ins.sort_by_key(|sign_in| sign_in.time);
    sign_ins
}

fn ordinary_week(sign_ins: &mut Vec<SignIn>) {
    let mut prng = Prng::named("sign-ins");
    for person in &PEOPLE {
        for day in 0..7 {
            let midnight = WEEK_START.plus(day * DAY);
            let count = if person.works_on(midnight) { prng.between(4, 9) } else { prng.between(0, 1) };
            for _ in 0..count {
                let time = midnight.plus(6 * HOUR + 20 * MINUTE + daytime(&mut prng));
                ordinary(&mut prng, sign_ins, person, time);
            }
        }
    }
    let office = person(VICTIM);
    if let Some(office) = office {
        sign_ins.push(from_person(
            office,
            when::OFFICE_SIGNIN.plus(93),
            (HQ_EGRESS, &BERGEN),
            "Office 365 Exchange Online",
            OFFICE_BROWSER,
        ));
    }
}

/// Most sign-ins fall on the morning; some people come back in the evening.
fn daytime(prng: &mut Prng) -> i64 {
    match prng.below(100) {
        0..45 => prng.between(0, 3 * HOUR),
        45..88 => prng.between(3 * HOUR, 9 * HOUR),
        _ => prng.between(9 * HOUR, 14 * HOUR),
    }
}

pub fn person(name: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.name == name)
}

fn ordinary(prng: &mut Prng, sign_ins: &mut Vec<SignIn>, person: &'static Person, time: Time) {
    // The victim is in the office on the day of the takeover: the travel must be impossible beyond doubt.
    let in_office = person.name == VICTIM && time.day_start() == when::OFFICE_SIGNIN.day_start();
    if in_office && time < when::OFFICE_SIGNIN.plus(HOUR) {
        return;
    }
    let away = person.is_away_on(time.day_start()) || !person.works_on(time.day_start());
    let origin = if away { (person.home_ip, person.home) } else { (HQ_EGRESS, &BERGEN) };
    let (app, client) = app_of(prng, person, away);
    let mut sign_in = from_person(person, time.plus(prng.between(0, 999)), origin, app, client);
    sign_in.interactive = client.kind == "Browser" && prng.percent(70);
    match prng.below(100) {
        0..3 => retry(prng, sign_ins, &sign_in, Outcome::BadPassword),
        3..5 => retry(prng, sign_ins, &sign_in, Outcome::StaySignedIn),
        5..7 => retry(prng, sign_ins, &sign_in, Outcome::MfaRequired),
        _ => {}
    }
    sign_ins.push(sign_in);
}

/// A harmless stumble right before a successful sign-in.
fn retry(prng: &mut Prng, sign_ins: &mut Vec<SignIn>, success: &SignIn, outcome: Outcome) {
    sign_ins.push(SignIn {
        time: success.time.plus(-prng.between(6 * SECOND, 40 * SECOND)),
        outcome,
        ..success.clone()
    });
}

fn app_of(prng: &mut Prng, person: &Person, remote: bool) -> (&'static str, Client) {
    if remote && prng.percent(35) {
        return ("Remote Access Gateway", OFFICE_BROWSER);
    }
    if person.trade == Trade::Administration && prng.percent(45) {
        return ("Azure Portal", OFFICE_BROWSER);
    }
    match prng.below(100) {
        0..30 => ("Office 365 Exchange Online", DESKTOP_APP),
        30..42 => ("Office 365 Exchange Online", PHONE),
        42..64 => ("Microsoft Teams", DESKTOP_APP),
        64..84 => ("Office 365 SharePoint Online", OFFICE_BROWSER),
        84..92 => ("Time Sheet", OFFICE_BROWSER),
        _ => ("Expense Portal", OFFICE_BROWSER),
    }
}

fn from_person(
    person: &Person,
    time: Time,
    origin: (&str, &'static Place),
    app: &'static str,
    client: Client,
) -> SignIn {
    SignIn {
        time,
        name: person.name.to_owned(),
        title: person.title.to_owned(),
        object_id: person.object_id(),
        ip: origin.0.to_owned(),
        place: origin.1,
        app,
        client,
        outcome: Outcome::Success,
        interactive: true,
        risky: false,
    }
}

/// The multi-function printer sends scans with a password only: old protocols are not in themselves an attack.
fn printer(sign_ins: &mut Vec<SignIn>) {
    let mut prng = Prng::named("printer");
    let mut time = WEEK_START.plus(7 * HOUR + 3 * MINUTE);
    while time < march(9, 0, 0, 0) {
        if !time.is_weekend() && (6..17).contains(&time.hour()) {
            sign_ins.push(SignIn {
                time,
                name: "scan-to-mail".to_owned(),
                title: "Scan To Mail".to_owned(),
                object_id: guid("user scan-to-mail"),
                ip: HQ_EGRESS.to_owned(),
                place: &BERGEN,
                app: "Office 365 Exchange Online",
                client: SCANNER_PRINTER,
                outcome: Outcome::Success,
                interactive: false,
                risky: false,
            });
        }
        time = time.plus(prng.between(70 * MINUTE, 190 * MINUTE));
    }
}

/// One password after another over all accounts, slowly, from four addresses. One account answers differently.
fn spray(sign_ins: &mut Vec<SignIn>) {
    let mut prng = Prng::named("spray");
    let mut time = when::SPRAY_START;
    let mut rounds = 0;
    while time < when::SPRAY_END {
        for person in &PEOPLE {
            time = time.plus(prng.between(44 * SECOND, 76 * SECOND));
            if time >= when::SPRAY_END {
                return;
            }
            let mut sign_in = spray_try(person, time, prng.pick::<&str>(&ioc::SPRAY_IPS));
            if person.name == "exec-1" && rounds >= 4 {
                sign_in.outcome = Outcome::LockedOut;
            }
            sign_ins.push(sign_in);
        }
        rounds += 1;
        if rounds == 5 {
            sign_ins.extend(person(VICTIM).map(|victim| SignIn {
                outcome: Outcome::MfaRequired,
                ..spray_try(victim, when::SPRAY_HIT.plus(377), ioc::SPRAY_IPS[3])
            }));
        }
    }
}

fn spray_try(person: &Person, time: Time, ip: &str) -> SignIn {
    let mut sign_in = from_person(person, time, (ip, &SUVA), "Office 365 Exchange Online", SPRAY_TOOL);
    sign_in.outcome = Outcome::BadPassword;
    sign_in
}

/// After the hit: prompts until one is accepted, then the mailbox, then visits until the password changes.
fn takeover(sign_ins: &mut Vec<SignIn>) {
    let Some(victim) = person(VICTIM) else { return };
    let (mail, files) = ("Office 365 Exchange Online", "Office 365 SharePoint Online");
    let near = (ioc::SIGNIN_IP, &MONTEVIDEO);
    let far = (ioc::RETURN_IP, &AUCKLAND);
    let steps = [
        (when::MFA_FATIGUE, near, mail, Outcome::MfaDenied),
        (when::MFA_FATIGUE.plus(97 * SECOND), near, mail, Outcome::MfaDenied),
        (when::MFA_FATIGUE.plus(228 * SECOND), near, mail, Outcome::MfaDenied),
        (when::MFA_FATIGUE.plus(341 * SECOND), near, mail, Outcome::MfaDenied),
        (when::IMPOSSIBLE_SIGNIN, near, mail, Outcome::Success),
        (when::LURE_UPLOAD.plus(-71 * SECOND), near, files, Outcome::Success),
        (march(4, 7, 20, 31), near, mail, Outcome::Success),
        (march(4, 19, 48, 2), near, mail, Outcome::Success),
        (march(5, 20, 5, 57), far, mail, Outcome::Success),
        (march(6, 1, 41, 18), far, mail, Outcome::Success),
        (when::ACCOUNT_DISABLED.plus(22 * MINUTE), far, mail, Outcome::Revoked),
        (march(7, 2, 5, 44), far, mail, Outcome::BadPassword),
        (march(7, 2, 6, 20), far, mail, Outcome::BadPassword),
    ];
    for (place, (time, origin, app, outcome)) in steps.into_iter().enumerate() {
        let jitter = i64::try_from(place * 61 % 997).unwrap_or(0);
        let mut sign_in = from_person(victim, time.plus(jitter), origin, app, ATTACKER_BROWSER);
        sign_in.outcome = outcome;
        sign_in.risky = outcome == Outcome::Success;
        sign_ins.push(sign_in);
    }
    let mut disabled = from_person(victim, march(7, 2, 14, 9), far, "Azure Portal", ATTACKER_BROWSER);
    "adm-temp".clone_into(&mut disabled.name);
    "adm-temp".clone_into(&mut disabled.title);
    disabled.object_id = guid("user adm-temp");
    disabled.outcome = Outcome::Disabled;
    sign_ins.push(disabled);
}

pub fn upn(name: &str) -> String {
    format!("{name}@{DNS_DOMAIN}")
}
