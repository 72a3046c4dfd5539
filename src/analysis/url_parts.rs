//! The parts of a URL as it was written.
//!
//! A URL in evidence is often wrong on purpose, so it is split as a browser would split it and never refused for what
//! stands inside a part. White space and control characters around it, and tabs and line breaks inside it, are dropped,
//! as browsers do; the scheme and the host are put into lower case, the host's percent-escapes are decoded and its
//! brackets taken off. All other parts stay as they were written. Defanged text is for the caller to refang, and a
//! password is only said to be there.

use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

/// A URL taken apart; what it does not have is None, and what it has but leaves empty is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlParts {
    /// In lower case.
    pub scheme: String,
    pub username: Option<String>,
    pub has_password: bool,
    /// In lower case and without brackets, so that of `http://[::1]:80/` it is `::1`. Empty in `file:///etc/passwd`.
    pub host: String,
    /// The address that browsers take the host for, also where it is written `0x7f.1` or `2130706433`.
    pub host_ip: Option<IpAddr>,
    pub port: Option<u16>,
    /// With its leading slash; empty where the host is all there is.
    pub path: String,
    /// Without the question mark.
    pub query: Option<String>,
    /// Without the number sign.
    pub fragment: Option<String>,
    /// What follows the last slash of the path, if anything does.
    pub file: Option<String>,
    /// How many parameters the query has.
    pub n_params: usize,
}

/// Schemes for which browsers take a backslash for a slash, and any number of either before the host.
const WEB_SCHEMES: [&str; 5] = ["ftp", "http", "https", "ws", "wss"];

/// Takes a URL apart; None where the text has no scheme or no `//` behind it, as `mailto:` has none.
pub fn parts(text: &str) -> Option<UrlParts> {
    let text = as_browsers_read(text);
    let (scheme, rest) = text.split_once(':')?;
    let scheme = is_scheme(scheme).then(|| scheme.to_ascii_lowercase())?;
    let slashes: &[char] = if WEB_SCHEMES.contains(&scheme.as_str()) { &['/', '\\'] } else { &['/'] };
    let rest = behind_slashes(rest, slashes)?;
    let (rest, fragment) = cut(rest, '#');
    let (rest, query) = cut(rest, '?');
    let (authority, path) = rest.split_at(rest.find(slashes).unwrap_or(rest.len()));
    let authority = Authority::of(authority);
    let host = host_name(authority.host);
    Some(UrlParts {
        scheme,
        username: authority.username.map(str::to_owned),
        has_password: authority.has_password,
        host_ip: host_ip(&host),
        host,
        port: authority.port,
        path: path.to_owned(),
        query: query.map(str::to_owned),
        fragment: fragment.map(str::to_owned),
        file: path.rsplit(slashes).next().filter(|file| !file.is_empty()).map(str::to_owned),
        n_params: query.map_or(0, |query| query.split('&').filter(|param| !param.is_empty()).count()),
    })
}

fn as_browsers_read(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let is_dropped = |c: char| matches!(c, '\t' | '\n' | '\r');
    if text.contains(is_dropped) { Cow::Owned(text.replace(is_dropped, "")) } else { Cow::Borrowed(text) }
}

fn is_scheme(text: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_inner)
}

/// What follows the slashes behind the scheme. Only a scheme of the web goes without, and never without any.
fn behind_slashes<'a>(rest: &'a str, slashes: &[char]) -> Option<&'a str> {
    if slashes.len() == 1 {
        return rest.strip_prefix("//");
    }
    rest.starts_with(slashes).then(|| rest.trim_start_matches(slashes))
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(front, back)| (front, Some(back)))
}

/// What stands between the slashes and the path.
struct Authority<'a> {
    username: Option<&'a str>,
    has_password: bool,
    /// With its brackets.
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    fn of(text: &'a str) -> Self {
        // The last at sign counts, since what stands before it is often made to look like the host.
        let (user, server) = text.rsplit_once('@').map_or((None, text), |(user, server)| (Some(user), server));
        let (username, password) = user.map_or((None, None), |user| {
            let (name, password) = cut(user, ':');
            (Some(name), password)
        });
        let (host, port) = host_and_port(server);
        Self { username, has_password: password.is_some_and(|password| !password.is_empty()), host, port }
    }
}

/// A number that is no port is left out, so that the host is the same everywhere; anything else stays with the host.
fn host_and_port(server: &str) -> (&str, Option<u16>) {
    let Some((host, port)) = server.rsplit_once(':') else { return (server, None) };
    let is_whole_host = host.starts_with('[') == host.ends_with(']');
    if port.is_empty() && is_whole_host {
        return (host, None);
    }
    let is_number = port.bytes().all(|b| b.is_ascii_digit());
    // Without brackets an IPv6 address would lose its last part.
    let is_bare_v6 = !host.starts_with('[') && host.contains(':');
    if is_whole_host && !is_bare_v6 && is_number { (host, port.parse().ok()) } else { (server, None) }
}

fn host_name(host: &str) -> String {
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let decoded = percent_decode_str(inside.unwrap_or(host)).decode_utf8();
    // A zone is written with an escaped percent sign, and bytes that are no text stay escaped.
    decoded.map_or_else(|_| host.to_lowercase(), |host| host.to_lowercase())
}

/// The longest host that is looked at as an address; no way to write one is longer.
const MOST_ADDRESS_BYTES: usize = 256;

fn host_ip(host: &str) -> Option<IpAddr> {
    if host.len() > MOST_ADDRESS_BYTES {
        return None;
    }
    if host.contains(':') {
        return super::ip::facts(host).map(|facts| facts.address);
    }
    match url::Host::parse(host).ok()? {
        url::Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        url::Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        url::Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> UrlParts {
        parts(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_url_is_taken_apart() {
        let url = read("HTTPS://Alice:s3cret@Sub.Example.COM:8443/a/b/Report.PDF?x=1&y=&&z#top?no");
        assert_eq!((url.scheme.as_str(), url.host.as_str(), url.port), ("https", "sub.example.com", Some(8443)));
        assert_eq!((url.username.as_deref(), url.has_password), (Some("Alice"), true));
        assert_eq!((url.path.as_str(), url.file.as_deref()), ("/a/b/Report.PDF", Some("Report.PDF")));
        assert_eq!((url.query.as_deref(), url.fragment.as_deref()), (Some("x=1&y=&&z"), Some("top?no")));
        assert_eq!(url.n_params, 3);
    }

    #[test]
    fn hosts_are_found_as_browsers_find_them() {
        let cases = [
            ("http://google.com@evil.test/x", "evil.test", None),
            ("http://a@b@evil.test:80", "evil.test", Some(80)),
            ("http:\\\\evil.test\\path", "evil.test", None),
            ("https:/evil.test/x", "evil.test", None),
            ("http:///evil.test/x", "evil.test", None),
            ("ht\ntp://ev\til.test/", "evil.test", None),
            ("http://ev%69l.test/", "evil.test", None),
            ("http://evil.test?q=http://good.test/", "evil.test", None),
            ("http://evil.test#@good.test/", "evil.test", None),
            ("ldap://evil.test:1389/a", "evil.test", Some(1389)),
            ("http://[2001:DB8::1]:8080/x", "2001:db8::1", Some(8080)),
            ("http://[fe80::1%25eth0]/", "fe80::1%eth0", None),
            ("http://2001:db8::1/", "2001:db8::1", None),
            ("http://evil.test:/", "evil.test", None),
            ("http://evil.test:99999/", "evil.test", None),
            ("http://evil.test:a/", "evil.test:a", None),
            ("http://b\u{fc}cher.de/", "b\u{fc}cher.de", None),
            ("file:///etc/passwd", "", None),
            ("file://server/share/a.exe", "server", None),
            ("http://%ff.test/", "%ff.test", None),
        ];
        for (text, host, port) in cases {
            let url = read(text);
            assert_eq!((url.host.as_str(), url.port), (host, port), "{text}");
        }
    }

    #[test]
    fn addresses_in_disguise_are_seen() {
        for host in ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1"] {
            assert_eq!(read(&format!("http://{host}/")).host_ip, Some("127.0.0.1".parse().unwrap()), "{host}");
        }
        assert_eq!(read("http://[::1]/").host_ip, Some("::1".parse().unwrap()));
        assert_eq!(read("http://example.com/").host_ip, None);
        assert_eq!(read("http://1.2.3.4.example/").host_ip, None);
    }

    #[test]
    fn what_is_there_but_empty_is_empty() {
        let url = read("http://example.com/a/?#");
        assert_eq!((url.query.as_deref(), url.fragment.as_deref(), url.file.as_deref()), (Some(""), Some(""), None));
        let url = read("http://example.com");
        assert_eq!((url.path.as_str(), url.query.as_deref(), url.n_params), ("", None, 0));
        assert!(!read("ftp://anonymous:@example.com").has_password);
    }

    #[test]
    fn what_has_no_scheme_is_no_url() {
        for text in
            ["", "example.com/a", "mailto:a@example.com", "C:\\Windows", "1http://x", "://x", "http:", "data:a,b"]
        {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn parts_come_back(host in "[a-z]{1,9}\\.(com|test)", port in 1_u16.., path in "(/[a-z%20]{0,5}){0,4}", query in "[a-z=&]{0,9}") {
            let url = read(&format!("https://{host}:{port}{path}?{query}#end"));
            prop_assert_eq!((url.host, url.port, url.path), (host, Some(port), path));
            prop_assert_eq!((url.query, url.fragment), (Some(query), Some("end".to_owned())));
        }

        #[test]
        fn any_text_is_read_without_a_panic(scheme in "(http|file|x):/?[/\\\\]", rest in "\\PC{0,60}") {
            let _ = parts(&format!("{scheme}{rest}"));
            let _ = parts(&rest);
        }
    }
}
