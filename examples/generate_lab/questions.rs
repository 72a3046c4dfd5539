//! Questions that a lesson could ask, with answers computed from the tables and, where one query can tell, the query.

use std::io;

use crate::cast::VICTIM;
use crate::evidence::Evidence;
use crate::frame::Row;
use crate::signins::upn;
use crate::story::indicator as ioc;

pub struct Question {
    pub ask: &'static str,
    pub table: &'static str,
    pub sql: String,
    pub answer: String,
}

/// A text or a number, which stands in the page as text.
pub struct Answer(String);

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<usize> for Answer {
    fn from(number: usize) -> Self {
        Self(number.to_string())
    }
}

impl From<i64> for Answer {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

pub fn question(ask: &'static str, table: &'static str, sql: impl Into<String>, answer: impl Into<Answer>) -> Question {
    let Answer(answer) = answer.into();
    // A row holds milliseconds always; an answer stands as the program prints it, so that the two can be compared.
    let answer = answer.replace(".000Z", "Z");
    Question { ask, table, sql: sql.into(), answer }
}

pub fn all(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let mut questions = overview(evidence)?;
    questions.extend(sign_ins(evidence)?);
    questions.extend(takeover(evidence)?);
    questions.extend(mailbox(evidence)?);
    questions.extend(mail_and_files(evidence)?);
    questions.extend(crate::host_questions::all(evidence)?);
    Ok(questions)
}

pub fn from_spray(row: &Row, column: &str) -> bool {
    ioc::SPRAY_IPS.contains(&row.get(column))
}

pub fn spray_list() -> String {
    format!("('{}')", ioc::SPRAY_IPS.join("', '"))
}

fn overview(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let (kind, count) = evidence.top("alerts_list", "AlertName")?;
    Ok(vec![
        question(
            "How many hosts report process events?",
            "processes_on_host",
            "SELECT COUNT(DISTINCT Computer) AS n FROM processes_on_host",
            evidence.distinct("processes_on_host", "Computer", |_| true)?.len(),
        ),
        question(
            "How many alerts have high severity?",
            "alerts_list",
            "SELECT COUNT(*) AS n FROM alerts_list WHERE Severity = 'High'",
            evidence.count("alerts_list", |row| row.is("Severity", "High"))?,
        ),
        question(
            "Which alert is the most frequent, and how often does it come?",
            "alerts_list",
            "SELECT AlertName, COUNT(*) AS n FROM alerts_list GROUP BY AlertName ORDER BY n DESC LIMIT 1",
            format!("{kind}, {count}"),
        ),
    ])
}

fn sign_ins(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let list = spray_list();
    let table = "aad_logons";
    Ok(vec![
        question(
            "How many sign-ins came from the four spraying addresses?",
            table,
            format!("SELECT COUNT(*) AS n FROM aad_logons WHERE IPAddress IN {list}"),
            evidence.count(table, |row| from_spray(row, "IPAddress"))?,
        ),
        question(
            "How many accounts did the spray try?",
            table,
            format!("SELECT COUNT(DISTINCT UserPrincipalName) AS n FROM aad_logons WHERE IPAddress IN {list}"),
            evidence.distinct(table, "UserPrincipalName", |row| from_spray(row, "IPAddress"))?.len(),
        ),
        question(
            "For which account was the password right (strong authentication required, 50074)?",
            table,
            format!("SELECT UserPrincipalName FROM aad_logons WHERE IPAddress IN {list} AND ResultType = 50074"),
            evidence.first(table, "UserPrincipalName", |row| {
                from_spray(row, "IPAddress") && row.is("ResultType", "50074")
            })?,
        ),
    ])
}

fn takeover(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let table = "aad_logons";
    Ok(vec![
        question(
            "How often was a strong authentication request denied (500121)?",
            table,
            "SELECT COUNT(*) AS n FROM aad_logons WHERE ResultType = 500121",
            evidence.count(table, |row| row.is("ResultType", "500121"))?,
        ),
        question(
            "From how many addresses did somebody sign in to the compromised account with success?",
            "list_aad_signins_for_account",
            "SELECT COUNT(DISTINCT IPAddress) AS n FROM list_aad_signins_for_account WHERE ResultType = 0",
            evidence.distinct("list_aad_signins_for_account", "IPAddress", |row| row.is("ResultType", "0"))?.len(),
        ),
        question(
            "From which address did the first successful sign-in outside Norway to the compromised account come?",
            "list_aad_signins_for_account",
            "SELECT IPAddress FROM list_aad_signins_for_account WHERE ResultType = 0 AND Location <> 'NO' ORDER BY TimeGenerated LIMIT 1",
            evidence.first("list_aad_signins_for_account", "IPAddress", |row| {
                row.is("ResultType", "0") && !row.is("Location", "NO")
            })?,
        ),
    ])
}

fn mailbox(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let activity = "list_activity_for_account";
    let upn = upn(VICTIM);
    Ok(vec![
        question(
            "When was the inbox rule made that hides warnings?",
            activity,
            "SELECT TimeGenerated FROM list_activity_for_account WHERE Operation = 'New-InboxRule'",
            evidence.first(activity, "TimeGenerated", |row| row.is("Operation", "New-InboxRule"))?,
        ),
        question(
            "Which two commands did the compromised account run, and from where?",
            "exchange_admin",
            format!("SELECT cmds, ClientIP FROM exchange_admin WHERE UserId = '{upn}'"),
            format!(
                "{}, {}",
                evidence.first("exchange_admin", "cmds", |row| row.is("UserId", &upn))?,
                evidence.first("exchange_admin", "ClientIP", |row| row.is("UserId", &upn))?
            ),
        ),
    ])
}

fn mail_and_files(evidence: &Evidence) -> io::Result<Vec<Question>> {
    let activity = "list_activity_for_account";
    Ok(vec![
        question(
            "How many mail accesses came from the attacker's two addresses?",
            activity,
            format!(
                "SELECT COUNT(*) AS n FROM {activity} WHERE Operation = 'MailItemsAccessed' AND Client_IPAddress IN ('{}', '{}')",
                ioc::SIGNIN_IP,
                ioc::RETURN_IP
            ),
            evidence.count(activity, |row| {
                row.is("Operation", "MailItemsAccessed")
                    && (row.is("Client_IPAddress", ioc::SIGNIN_IP) || row.is("Client_IPAddress", ioc::RETURN_IP))
            })?,
        ),
        question(
            "Which file did the attacker put into the finance site?",
            activity,
            "SELECT SourceFileName FROM list_activity_for_account WHERE Operation = 'FileUploaded'",
            evidence.first(activity, "SourceFileName", |row| row.is("Operation", "FileUploaded"))?,
        ),
    ])
}
