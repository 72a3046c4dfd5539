//! Names with a known suffix that are rather files or words of code.
//!
//! Many endings of files are top-level domains too (`data/lists/file-endings.txt`), and so are words of code: such a name
//! counts as one of a host only where what stands around it says so.

use std::collections::HashMap;
use std::sync::LazyLock;

use psl::Psl;

use super::Names;
use super::scan::Scanner;

/// From how many labels on a name with a file's ending is taken for a host's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Never,
    Deep,
}

static FILE_ENDINGS: LazyLock<HashMap<&'static str, Ending>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/lists/file-endings.txt").lines();
    let rows = lines.filter_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        let ending = words.next()?;
        Some((ending, if words.next() == Some("deep") { Ending::Deep } else { Ending::Never }))
    });
    rows.collect()
});

/// First labels of names of files and of code.
const FILE_STEMS: &[&str] = &[
    "__init__",
    "app",
    "build",
    "changelog",
    "config",
    "index",
    "init",
    "install",
    "lib",
    "license",
    "main",
    "makefile",
    "mod",
    "readme",
    "run",
    "setup",
    "start",
    "test",
    "tests",
    "update",
];
/// Endings that are words of code too, and first labels of names that end so.
const PROPERTIES: &[&str] = &["app", "data", "host", "id", "info", "name", "run", "web"];
const PROPERTY_STEMS: &[&str] = &[
    "androidx",
    "app",
    "bar",
    "command",
    "document",
    "foo",
    "host",
    "log",
    "logger",
    "main",
    "management",
    "my",
    "request",
    "response",
    "self",
    "spring",
    "this",
    "todo",
    "user",
    "window",
];
/// What the last word of a key says whose value is a host's name.
const HOST_KEYS: &[&str] = &[
    "dhost",
    "dns",
    "domain",
    "domainname",
    "fqdn",
    "host",
    "hostname",
    "qname",
    "query",
    "queryname",
    "rrname",
    "server",
    "servername",
    "shost",
    "sni",
];
/// Ports that are no likely numbers of lines.
const PORTS: &[u16] = &[443, 4443, 4444, 8000, 8008, 8080, 8081, 8443, 8888, 9001, 9443];
const CODE_STEMS: &[&str] = &["self", "this", "system", "java", "javax", "window", "document", "process", "os"];
const CODE_NAMES: &[&str] = &["asp.net", "vb.net", "ado.net", "ml.net", "paint.net"];

/// Whether a name with a known suffix is rather a file, a unit or a word of code.
pub(super) fn is_file_or_code(scan: &Scanner<'_>, start: usize, end: usize, ascii: &str) -> bool {
    let is_share =
        || scan.slice(0..start).ends_with("\\\\") && !scan.byte(start.saturating_sub(3)).is_ascii_alphanumeric();
    if scan.wanted.names == Names::All || scan.live.was_defanged(start..end) {
        return false;
    }
    // Behind a backslash stands a part of a path, or the server of a share.
    if scan.byte_before(start) == b'\\' && !is_share() {
        return true;
    }
    let word = scan.slice(start..end);
    if ascii.starts_with("www.") || !word.is_ascii() || ascii.contains("xn--") {
        return false;
    }
    let may_be_word =
        || !is_named_host(scan, start) && (is_file(scan, start, end, ascii) || is_property(scan, end, ascii));
    is_code(scan, start, end, word, ascii) || may_be_word()
}

/// Whether the key before a name says that the value is one of a host: `Host: evil.zip`, `query[A] evil.zip`.
fn is_named_host(scan: &Scanner<'_>, start: usize) -> bool {
    let before = scan.bytes.get(start.saturating_sub(16)..start).unwrap_or_default();
    // The log of dnsmasq has the type of the record in brackets.
    if let Some(front) = before.strip_suffix(b"] ") {
        let kind = front.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        return front.get(..front.len() - kind).is_some_and(|front| front.ends_with(b"query["));
    }
    let (key, signs) = scan.key_before(start);
    let key = key.to_ascii_lowercase().replace('-', "_");
    let last = key.rsplit('_').next().unwrap_or_default();
    signs.contains(['=', ':']) && HOST_KEYS.contains(&last)
}

/// `logger.info`, `user.id`: words of code with an ending that is a word too, and neither a port nor a path behind them.
fn is_property(scan: &Scanner<'_>, end: usize, ascii: &str) -> bool {
    let first = ascii.split('.').next().unwrap_or_default();
    let top = ascii.rsplit('.').next().unwrap_or_default();
    let is_short = ascii.matches('.').count() < 3;
    let is_word = is_short && PROPERTIES.contains(&top) && PROPERTY_STEMS.contains(&first);
    is_word && !has_long_suffix(ascii) && !port_follows(scan, end) && !path_follows(scan, end)
}

/// `com.pl` and `co.rs` are suffixes of two labels, which no file has.
fn has_long_suffix(ascii: &str) -> bool {
    psl::List.suffix(ascii.as_bytes()).is_some_and(|suffix| suffix.as_bytes().contains(&b'.'))
}

/// `System.Net`, `java.net`, `user.name=`, `$obj.name`, `app.run(`.
fn is_code(scan: &Scanner<'_>, start: usize, end: usize, word: &str, ascii: &str) -> bool {
    let (front, top) = word.rsplit_once('.').unwrap_or_default();
    let mut letters = top.chars();
    let is_pascal = letters.next().is_some_and(char::is_uppercase)
        && (letters.any(char::is_lowercase) || front.chars().any(char::is_lowercase))
        && !["com", "org"].contains(&&*top.to_ascii_lowercase());
    let first = ascii.split('.').next().unwrap_or_default();
    let is_pair = ascii.matches('.').count() == 1;
    is_pascal
        || (is_pair && CODE_STEMS.contains(&first))
        || CODE_NAMES.contains(&ascii)
        || scan.byte_before(start) == b'$'
        || matches!(scan.byte(end), b'(' | b'=')
}

/// `setup.py`, `multi-user.target`: an ending of files, and neither a port nor a path behind it that says otherwise.
fn is_file(scan: &Scanner<'_>, start: usize, end: usize, ascii: &str) -> bool {
    let top = ascii.rsplit('.').next().unwrap_or_default();
    let Some(ending) = FILE_ENDINGS.get(top) else { return false };
    let labels = ascii.matches('.').count() + 1;
    let is_lower = scan.slice(start..end).bytes().all(|byte| !byte.is_ascii_uppercase());
    let in_path = matches!(scan.byte_before(start), b'/' | b'\\');
    let is_deep = *ending == Ending::Deep && labels > 2 && is_lower && !in_path;
    let first = ascii.split('.').next().unwrap_or_default();
    let is_stem = first.len() < 2 || FILE_STEMS.contains(&first);
    let is_port = || port_follows(scan, end) && !is_line(scan, start, end);
    let is_served = !in_path && !is_stem && (is_port() || path_follows(scan, end));
    !(has_long_suffix(ascii) || is_deep || is_served)
}

/// Whether `:443` follows, and not the line and column of a place in code.
fn port_follows(scan: &Scanner<'_>, end: usize) -> bool {
    let digits = scan.bytes.iter().skip(end + 1).take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let next = scan.byte(end + 1 + digits);
    scan.byte(end) == b':' && (1..=5).contains(&digits) && next != b':' && !next.is_ascii_alphanumeric()
}

fn path_follows(scan: &Scanner<'_>, end: usize) -> bool {
    scan.byte(end) == b'/' && scan.byte(end + 1).is_ascii_alphanumeric()
}

/// Whether the number behind the colon is rather the line of a file: in the brackets of a stack frame, behind a word
/// with a capital, and wherever no usual port of a service says otherwise.
fn is_line(scan: &Scanner<'_>, start: usize, end: usize) -> bool {
    let is_framed = scan.byte_before(start) == b'(';
    let has_capital = scan.slice(start..end).bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = scan.bytes.iter().skip(end + 1).take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let port = scan.slice(end + 1..end + 1 + digits).parse::<u16>();
    is_framed || has_capital || !port.is_ok_and(|port| PORTS.contains(&port))
}

#[cfg(test)]
mod tests {
    use super::super::names_in as found;
    use super::*;

    #[test]
    fn every_ending_of_the_list_is_a_top_level_domain() {
        assert!(FILE_ENDINGS.len() > 20);
        for ending in FILE_ENDINGS.keys() {
            let name = format!("a.{ending}");
            assert!(psl::List.suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known()), "{ending}");
        }
    }

    #[test]
    fn fault_8_files_and_code_are_no_names_of_hosts() {
        for text in [
            "setup.py",
            "update.sh",
            "readme.md",
            "README.MD",
            "lib.rs",
            "main.pl",
            "a.zip",
            "b.mov",
            "core.so",
            "a.cc",
            "multi-user.target",
            "System.Net",
            "System.IO",
            "ASP.NET",
            "java.net",
            "OMSAptUpdates.sh",
            "src/main.rs:42:5",
            "./run.sh/x",
            "main.rs:42",
            "C:\\x\\command.com",
            "user.name=x",
            "app.run(",
            "$obj.name",
            "this.id",
        ] {
            assert_eq!(found(text, Names::Strict), "", "{text}");
        }
        for text in ["setup.py", "update.sh", "System.Net", "ASP.NET", "multi-user.target"] {
            assert_eq!(found(text, Names::All), format!("dns {text}"));
        }
    }

    #[test]
    fn what_stands_around_a_name_makes_it_a_host() {
        for (text, name) in [
            ("www.evil.sh", "www.evil.sh"),
            ("evil[.]sh", "evil.sh"),
            ("evil.sh:443", "evil.sh"),
            ("evil.sh/dropper", "evil.sh"),
            ("shop.firma.pl", "shop.firma.pl"),
            ("firma.com.pl", "firma.com.pl"),
            ("\\\\files.corp.com\\share", "files.corp.com"),
        ] {
            assert_eq!(found(text, Names::Strict), format!("dns {name}"), "{text}");
        }
    }

    #[test]
    fn lines_of_files_are_no_ports() {
        for text in [
            "at a.b.C.doFilter(ApplicationFilterChain.java:240)",
            "(filter.java:8080)",
            "Foo.java:1149",
            "Foo.cs:line 12",
            "main.rs:12:5",
            "a.py:33",
            "worker.py:33: error",
        ] {
            assert_eq!(found(text, Names::Strict), "", "{text}");
        }
        assert_eq!(found("CONNECT evil.sh:8443 HTTP/1.1", Names::Strict), "dns evil.sh");
    }

    #[test]
    fn keys_name_hosts() {
        for (text, name) in [
            ("Host: evil.zip", "evil.zip"),
            ("\"dst_host\":\"evil.py\"", "evil.py"),
            ("SNI=abc.mov", "abc.mov"),
            ("query[A] evil.zip from 10.0.0.1", "evil.zip"),
            ("query[AAAA] evil.zip from 10.0.0.1", "evil.zip"),
            ("QueryName: evil.sh", "evil.sh"),
            ("host=user.name", "user.name"),
        ] {
            assert_eq!(found(text, Names::Strict), format!("dns {name}"), "{text}");
        }
        for text in ["file: evil.zip", "Host evil.zip", "reply[A] evil.zip", "Server: ASP.NET"] {
            assert_eq!(found(text, Names::Strict), "", "{text}");
        }
    }

    #[test]
    fn properties_of_code_are_no_names() {
        for text in
            ["logger.info x", "my.app", "user.name: x", "document.id", "spring.application.name", "androidx.core.app"]
        {
            assert_eq!(found(text, Names::Strict), "", "{text}");
        }
        for name in ["evil.info", "foo.my.id", "drop.user.name.info", "log.evil.com", "www.my.app"] {
            assert_eq!(found(name, Names::Strict), format!("dns {name}"));
        }
        assert_eq!(found("todo.app/login", Names::Strict), "dns todo.app");
    }
}
