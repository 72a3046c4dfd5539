//! What is asked of the outside, against a name server and a registry on this machine's loopback.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, CNAME, MX, PTR};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

use crate::decode::rows;
use crate::driver::{Driver, Wanted, run_in};

/// What a server was asked, in order.
type Log = Arc<Mutex<Vec<String>>>;

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).unwrap();
    name.set_fqdn(true);
    name
}

/// A name server that knows a few names; gives its address, and writes down what it is asked.
fn name_server() -> (SocketAddr, Log) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (address, log) = (socket.local_addr().unwrap(), Log::default());
    let asked = Arc::clone(&log);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
            let reply = answer(&question, &asked);
            if let Some(reply) = reply {
                socket.send_to(&reply.to_vec().unwrap(), from).unwrap();
            }
        }
    });
    (address, log)
}

/// The answer to one question; None for a name that never answers.
fn answer(question: &Message, log: &Log) -> Option<Message> {
    let query = question.queries.first()?.clone();
    let (asked, kind) = (query.name().to_ascii().to_lowercase(), query.query_type());
    log.lock().unwrap().push(format!("{kind} {asked}"));
    let record = |of: &str, data: RData| Record::from_rdata(name(of), 300, data);
    let records = match (asked.as_str(), kind) {
        ("www.evil.example.net.", RecordType::A) => vec![
            record("www.evil.example.net.", RData::CNAME(CNAME(name("edge.example.net.")))),
            record("edge.example.net.", RData::A(A::new(192, 0, 2, 7))),
        ],
        ("www.evil.example.net.", RecordType::MX) => {
            vec![record("www.evil.example.net.", RData::MX(MX::new(10, name("mx.example.net."))))]
        }
        ("8.8.8.8.in-addr.arpa.", RecordType::PTR) => {
            vec![record("8.8.8.8.in-addr.arpa.", RData::PTR(PTR(name("dns.example.org."))))]
        }
        ("silent.example.net.", _) => return None,
        _ => Vec::new(),
    };
    let mut reply = question.clone();
    reply.metadata.message_type = MessageType::Response;
    reply.metadata.recursion_available = true;
    if asked == "gone.example.net." {
        reply.metadata.response_code = ResponseCode::NXDomain;
    }
    reply.additionals.clear();
    reply.edns = None;
    reply.answers = records;
    Some(reply)
}

/// A registry that answers by path; gives its base address, and writes down what it is asked.
fn registry(answers: &[(&str, u16, &str)]) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (base, log) = (format!("http://{}", listener.local_addr().unwrap()), Log::default());
    let (asked, own) = (Arc::clone(&log), base.clone());
    let known: Vec<(String, u16, String)> =
        answers.iter().map(|(path, code, body)| ((*path).to_owned(), *code, (*body).replace("BASE", &own))).collect();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
            while !request.windows(4).any(|w| w == b"\r\n\r\n") {
                let n_read = stream.read(&mut buffer).unwrap_or(0);
                if n_read == 0 {
                    break;
                }
                request.extend_from_slice(&buffer[..n_read]);
            }
            let head = String::from_utf8_lossy(&request).into_owned();
            let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
            asked.lock().unwrap().push(path.clone());
            let found = known.iter().find(|(known, ..)| *known == path);
            let (code, body) = found.map_or((404, ""), |(_, code, body)| (*code, body.as_str()));
            let location = if code == 302 { format!("Location: {body}\r\n") } else { String::new() };
            let body = if code == 302 { "" } else { body };
            let length = body.len();
            let reply =
                format!("HTTP/1.1 {code} X\r\n{location}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            stream.write_all(reply.as_bytes()).unwrap_or_default();
        }
    });
    (base, log)
}

/// A home whose configuration asks these servers.
fn home(resolver: &str, rdap: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/casebook");
    std::fs::create_dir_all(&config).unwrap();
    let yaml = format!("network:\n  resolver: \"{resolver}\"\n  rdap: \"{rdap}\"\n  timeout: 1\n");
    std::fs::write(config.join("config.yaml"), yaml).unwrap();
    home
}

fn input(home: &Path, values: &[&str]) -> String {
    let path = home.join("values.csv");
    std::fs::write(
        &path,
        format!("value,n\n{}\n", values.iter().map(|v| format!("{v},1")).collect::<Vec<_>>().join("\n")),
    )
    .unwrap();
    path.display().to_string()
}

fn done(home: &Path, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let (code, out, error) = run_in(home, &[arguments, &["-o", "-", "--format", "csv"]].concat());
    assert_eq!(code, 0, "{error}");
    rows(&out)
}

#[test]
fn names_are_asked_for_and_every_answer_says_what_came_of_it() {
    let (resolver, log) = name_server();
    let home = home(&resolver.to_string(), "http://127.0.0.1:9");
    let names =
        ["www[.]evil[.]example[.]net", "gone.example.net", "plain.example.net", "silent.example.net", "printer"];
    let file = input(home.path(), &names);
    let found = done(home.path(), &["do", "resolve-dns", "--column", "value", "--records", "A,MX", &file, "--online"]);
    let of = |query: &str, record: &str| -> Vec<(&str, &str)> {
        let rows = found.iter().filter(|row| row["query"] == query && row["record"] == record);
        rows.map(|row| (row["answer"].as_str(), row["status"].as_str())).collect()
    };
    assert_eq!(of(names[0], "CNAME"), [("edge.example.net", "answered")]);
    assert_eq!(of(names[0], "A"), [("192.0.2.7", "answered")]);
    assert_eq!(of(names[0], "MX"), [("10 mx.example.net", "answered")]);
    assert_eq!(of("gone.example.net", "A"), [("", "no such name")]);
    assert_eq!(of("plain.example.net", "A"), [("", "no such record")]);
    assert_eq!(of("silent.example.net", "A"), [("", "not known: no answer in time")]);
    assert!(of("printer", "A")[0].1.starts_with("not asked: printer is no public name"), "{found:?}");
    assert!(log.lock().unwrap().iter().all(|asked| !asked.contains("printer")), "nothing of the inside was asked");
}

#[test]
fn offline_nothing_is_asked_at_all() {
    let (resolver, asked) = name_server();
    let (rdap, looked) = registry(&[]);
    let home = home(&resolver.to_string(), &rdap);
    let file = input(home.path(), &["www.evil.example.net", "8.8.8.8"]);
    for operation in ["resolve-dns", "reverse-dns", "whois"] {
        let (code, _, error) = run_in(home.path(), &["do", operation, "--column", "value", &file]);
        assert!(code == 1 && error.contains("offline") && error.contains("--online"), "{error}");
    }
    assert!(asked.lock().unwrap().is_empty() && looked.lock().unwrap().is_empty());
}

/// MSTICPy asks for the address of the text of an address (its fault 30).
#[test]
fn fault_30_the_name_of_an_address_is_its_pointer_record() {
    let (resolver, log) = name_server();
    let home = home(&resolver.to_string(), "http://127.0.0.1:9");
    let file = input(home.path(), &["8.8.8.8", "10.20.4.17", "no address"]);
    let found = done(home.path(), &["do", "reverse-dns", "--column", "value", &file, "--online"]);
    assert_eq!(found[0]["answer"], "dns.example.org");
    assert!(found[1]["status"].contains("private"), "{found:?}");
    assert!(found[2]["status"].starts_with("not asked"), "{found:?}");
    assert_eq!(*log.lock().unwrap(), ["PTR 8.8.8.8.in-addr.arpa."]);
}

const DOMAIN: &str = r#"{"objectClassName":"domain","handle":"D1","events":[{"eventAction":"registration","eventDate":"1995-08-14T04:00:00Z"}],
    "entities":[{"roles":["registrar"],"vcardArray":["vcard",[["fn",{},"text","A Registrar"]]]}]}"#;

#[test]
fn registries_are_asked_once_for_each_registered_name() {
    let (rdap, log) = registry(&[
        ("/domain/evil.com", 302, "BASE/elsewhere/evil.com"),
        ("/elsewhere/evil.com", 200, DOMAIN),
        ("/domain/portal.com", 200, "<html>please log in</html>"),
        ("/domain/away.com", 302, "http://10.0.0.1/domain/away.com"),
        ("/domain/busy.com", 429, ""),
    ]);
    let home = home("127.0.0.1:9", &rdap);
    let file = input(
        home.path(),
        &["www.evil.com", "cdn.evil.com", "portal.com", "away.com", "busy.com", "free.com", "10.0.0.1"],
    );
    let found = done(home.path(), &["do", "whois", "--column", "value", &file, "--online"]);
    let status = |at: usize| found[at]["status"].as_str();
    assert_eq!((status(0), found[0]["registrar"].as_str()), ("found", "A Registrar"));
    assert_eq!(found[1]["registered"], "1995-08-14T04:00:00Z");
    assert_eq!(status(2), "not known: the answer is no RDAP");
    assert!(status(3).contains("10.0.0.1"), "{}", status(3));
    assert_eq!(status(4), "not known: asked too often (429)");
    assert_eq!(status(5), "not registered");
    assert!(status(6).starts_with("not asked"), "{}", status(6));
    assert_eq!(log.lock().unwrap().iter().filter(|path| path.contains("evil.com")).count(), 2);
}

#[test]
fn a_case_keeps_what_was_sent_and_replays_without_asking() {
    let (resolver, log) = name_server();
    let home = home(&resolver.to_string(), "http://127.0.0.1:9");
    let file = input(home.path(), &["www.evil.example.net", "gone.example.net"]);
    let arguments = ["do", "resolve-dns", "--column", "value", &file, "--online", "--case", "./asked"];
    // The usual PAP lets third parties be asked, but not what the owner of a name can see.
    let (code, _, error) = run_in(home.path(), &arguments);
    assert!(code == 1 && error.contains("PAP is amber"), "{error}");
    let case = home.path().join("asked/case.yaml");
    let text = std::fs::read_to_string(&case).unwrap().replace("pap: amber", "pap: green");
    std::fs::write(&case, text).unwrap();
    let first = done(home.path(), &arguments);
    let journal = std::fs::read_to_string(home.path().join("asked/journal.jsonl")).unwrap();
    let asked = journal.lines().find(|line| line.contains("\"resolve-dns\"")).unwrap();
    assert!(asked.contains(&format!("DNS A www.evil.example.net to {resolver}")), "{asked}");
    let n_asked = log.lock().unwrap().len();
    let (code, out, error) = run_in(home.path(), &["replay", "--case", "./asked"]);
    assert!(code == 0 && out.contains("0 differ"), "{out}{error}");
    assert_eq!(log.lock().unwrap().len(), n_asked, "a replay asks nobody");
    assert_eq!(first.iter().filter(|row| row["status"] == "no such name").count(), 2);
}

#[test]
fn recorded_answers_are_looked_up_offline() {
    let home = tempfile::tempdir().unwrap();
    let file = input(home.path(), &["cdn-updates.example.net", "nowhere.example.net"]);
    let found =
        done(home.path(), &["do", "resolve-dns", "--column", "value", "--records", "A", "--answers", "lab", &file]);
    assert_eq!((found[0]["answer"].as_str(), found[0]["status"].as_str()), ("192.31.196.201", "answered"));
    assert_eq!(found[1]["status"], "not known: no answer was recorded");
}

#[test]
fn the_switch_is_seen_and_said() {
    let mut driver = Driver::with(Wanted { size: (120, 30), ..Wanted::default() });
    assert!(driver.screen().contains("offline"), "{}", driver.screen());
    driver.keys("g O");
    let screen = driver.screen();
    assert!(screen.lines().next().unwrap().contains("offline") && screen.contains("go online?"), "{screen}");
    driver.keys("g O");
    let screen = driver.screen();
    assert!(screen.lines().next().unwrap().contains(" online") && screen.contains("may be asked"), "{screen}");
    driver.keys("g O");
    assert!(driver.screen().lines().next().unwrap().contains("offline"), "{}", driver.screen());
}
