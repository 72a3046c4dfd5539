//! Paths of files and keys of the registry.
//!
//! A path with spaces has no end that its form could tell, so one is taken whole where it stands in quotes. Elsewhere a
//! space goes on only into a folder's name, that is where a backslash follows within a few words.

use super::scan::{Found, Run, Scanner};
use super::{IocType, Wanted};

/// How far behind a space a backslash is looked for.
const AHEAD: usize = 48;
/// The longest key that is taken, in bytes; names of keys have at most 255 characters, and few lie deep.
const KEY_LENGTH: usize = 1024;

const HIVES: &[&str] = &[
    "HKLM",
    "HKCU",
    "HKCR",
    "HKU",
    "HKCC",
    "HKPD",
    "HKEY_LOCAL_MACHINE",
    "HKEY_CURRENT_USER",
    "HKEY_CLASSES_ROOT",
    "HKEY_USERS",
    "HKEY_CURRENT_CONFIG",
    "HKEY_PERFORMANCE_DATA",
];

/// Looks at a run that may be the hive of a key: `HKLM\` or, in PowerShell, `HKLM:\` and `Registry::HKEY_USERS\`, or, as
/// the kernel writes it, `\REGISTRY\MACHINE\`. What lies within the last key is no key of its own.
pub(super) fn registry_key(scan: &mut Scanner<'_>, run: Run) {
    let is_wanted = scan.byte(run.end) == b'\\' && scan.wanted.has(IocType::RegistryKey);
    if !is_wanted || run.start < scan.key_end {
        return;
    }
    let Some((start, body)) = hive_before(scan, run) else { return };
    let most = scan.text.floor_char_boundary(start.saturating_add(KEY_LENGTH));
    let end = end_of(scan.slice(0..most), start, body);
    if end > body {
        scan.key_end = end;
        scan.emit(IocType::RegistryKey, start..end);
    }
}

/// Where a key begins whose hive ends with a run, and where its body does.
fn hive_before(scan: &Scanner<'_>, run: Run) -> Option<(usize, usize)> {
    let text = scan.slice(run.start..run.end);
    if text.eq_ignore_ascii_case("REGISTRY") {
        let before = scan.byte_before(run.start.saturating_sub(1));
        let is_rooted = scan.byte_before(run.start) == b'\\' && !is_word(before) && !matches!(before, b'\\' | b':');
        let root = ["MACHINE\\", "USER\\"]
            .into_iter()
            .find(|root| scan.slice(run.end + 1..run.end + 1 + root.len()).eq_ignore_ascii_case(root))?;
        return is_rooted.then_some((run.start - 1, run.end + 1 + root.len()));
    }
    let front = text.strip_suffix(':').unwrap_or(text);
    let hive = front.rsplit(':').next().unwrap_or_default();
    if !HIVES.iter().any(|known| known.eq_ignore_ascii_case(hive)) {
        return None;
    }
    let before = front.len() - hive.len();
    let provider = "Registry::";
    let has_provider = before
        .checked_sub(provider.len())
        .is_some_and(|at| text.get(at..before).is_some_and(|text| text.eq_ignore_ascii_case(provider)));
    let start = run.start + before - if has_provider { provider.len() } else { 0 };
    Some((start, run.end + 1))
}

/// Finds paths in a pass of their own.
pub(super) fn scan(text: &str, wanted: Wanted, found: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).map_or(0, byte);
        let is_free = !is_word(before) && !matches!(before, b'/' | b'\\' | b':' | b'.' | b'-' | b'~' | b'%');
        // A switch may end in a colon, as `-FileName:C:\Temp\a.exe` does; in front of a URL's path stands a slash, too.
        let is_free = is_free || before == b':' && is_drive(bytes.get(at..).unwrap_or_default());
        let body = match byte(at) {
            _ if !is_free => None,
            b'/' | b'~' => linux_body(text, at).map(|end| (IocType::LinuxPath, end)),
            _ => windows_body(text, at).map(|end| (IocType::WindowsPath, end)),
        };
        let Some((kind, end)) = body.filter(|(_, end)| *end > at) else {
            at += 1;
            continue;
        };
        if wanted.has(kind) {
            found.push(Found { kind, start: at, end, live: None });
        }
        at = end;
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'_'
}

/// The end of an absolute path or one in a home, of two parts or more.
fn linux_body(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let rooted = rest.strip_prefix('~').unwrap_or(rest);
    if !rooted.starts_with('/') || rooted.starts_with("//") {
        return None;
    }
    let is_end = |c: char| c.is_whitespace() || c.is_control() || "\"'<>|;,:(){}[]&`*?!$=\\".contains(c);
    let path = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?.trim_end_matches('.');
    let parts = path.split('/').filter(|part| !part.is_empty()).count();
    (parts > 1).then_some(at + path.len())
}

/// The end of a path that begins with a drive, a server or a variable.
fn windows_body(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    let body = match rest {
        _ if is_drive(rest) => 3,
        // Prefixes of the kernel's and of long paths: `\??\C:\`, `\\?\C:\`, `\\.\C:\`.
        [b'\\', b'?' | b'\\', b'?' | b'.', b'\\', path @ ..] if is_drive(path) => 7,
        [b'\\', b'\\', ..] => server_length(rest)?,
        [b'%', name, ..] if is_word(*name) => variable_length(rest)?,
        _ => return None,
    };
    let end = end_of(text, at, at + body);
    let inside = text.get(at + body..end)?;
    (!inside.trim_matches('\\').is_empty()).then_some(end)
}

fn is_drive(path: &[u8]) -> bool {
    matches!(path, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic())
}

/// The length of `\\server\`; `?` and `.` stand for this machine.
fn server_length(rest: &[u8]) -> Option<usize> {
    let is_sign = |byte: &&u8| is_word(**byte) || matches!(**byte, b'.' | b'-' | b'?' | b'@');
    let name = rest.iter().skip(2).take(256).take_while(is_sign).count();
    (name > 0 && rest.get(name + 2) == Some(&b'\\')).then_some(name + 3)
}

/// The length of `%NAME%\`.
fn variable_length(rest: &[u8]) -> Option<usize> {
    let name = rest.iter().skip(1).take(64).take_while(|byte| is_word(**byte) || matches!(byte, b'(' | b')')).count();
    (rest.get(name + 1) == Some(&b'%') && rest.get(name + 2) == Some(&b'\\')).then_some(name + 3)
}

/// Where the path ends that begins at `start` and is sure up to `from`.
fn end_of(text: &str, start: usize, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let quote = start.checked_sub(1).and_then(|at| text.as_bytes().get(at)).filter(|byte| matches!(byte, b'"' | b'\''));
    if let Some(quote) = quote {
        let closed = rest.find(|c: char| c == char::from(*quote) || is_end(c)).unwrap_or(rest.len());
        if rest.as_bytes().get(closed) == Some(quote) {
            return from + closed;
        }
    }
    let mut part = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '\\' => part = at + 1,
            ' ' if goes_on(rest, part, at) => {}
            c if c.is_whitespace() || is_end(c) || matches!(c, '\'' | ',' | ';') => return from + trimmed(rest, at),
            _ => {}
        }
    }
    from + trimmed(rest, rest.len())
}

/// What no name of a file or key holds.
fn is_end(c: char) -> bool {
    c.is_control() || matches!(c, '"' | '<' | '>' | '|' | '*' | '?' | ':' | '/' | '`')
}

fn trimmed(rest: &str, end: usize) -> usize {
    rest.get(..end).unwrap_or_default().trim_end_matches(['.', ' ', ')', ']', '}', '=']).len()
}

/// Whether a space lies within the name of a folder: what stands before it is no file's name, and words and a backslash
/// follow.
fn goes_on(rest: &str, part: usize, at: usize) -> bool {
    let before = rest.get(part..at).unwrap_or_default();
    let is_file = before.rsplit_once('.').is_some_and(|(_, ending)| (1..5).contains(&ending.len()));
    let ahead = rest.as_bytes().iter().skip(at + 1).take(AHEAD);
    let is_part = |byte: &&u8| is_word(**byte) || matches!(**byte, b' ' | b'(' | b')' | b'.' | b'-' | b'&' | b'+');
    let length = ahead.take_while(is_part).count();
    let words = rest.as_bytes().get(at + 1..at + 1 + length).unwrap_or_default();
    let is_folder = rest.as_bytes().get(at + 1 + length) == Some(&b'\\');
    let is_argument = words.first().is_none_or(|byte| matches!(byte, b'-' | b' '));
    let is_key = words.get(..2).is_some_and(|word| word.eq_ignore_ascii_case(b"hk"));
    let n_words = words.split(|byte| *byte == b' ').count();
    is_folder && !is_argument && !is_key && !is_file && n_words < 4
}

#[cfg(test)]
mod tests {
    use super::super::{IocType, Wanted, extract};
    use super::KEY_LENGTH;

    fn found(text: &str) -> String {
        let wanted = Wanted::of(&[IocType::WindowsPath, IocType::LinuxPath, IocType::RegistryKey]);
        let rows = extract(text, &wanted);
        rows.iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.observable)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn windows_paths() {
        for (text, rows) in [
            (r"run C:\Windows\System32\cmd.exe /c x", r"windows_path C:\Windows\System32\cmd.exe"),
            (r"C:\Program Files (x86)\Some App\a.exe -x", r"windows_path C:\Program Files (x86)\Some App\a.exe"),
            ("\"C:\\Users\\a b\\my file.txt\" x", r"windows_path C:\Users\a b\my file.txt"),
            (r"\\server\share\x.dll,", r"windows_path \\server\share\x.dll"),
            (r"del %TEMP%\x.bat.", r"windows_path %TEMP%\x.bat"),
            (r"C:\a.exe D:\b.exe", r"windows_path C:\a.exe|windows_path D:\b.exe"),
            (r"\??\C:\Windows\system32\conhost.exe 0xffffffff", r"windows_path \??\C:\Windows\system32\conhost.exe"),
            (r"\\?\C:\Users\b\x.exe \\.\D:\y.sys", r"windows_path \\?\C:\Users\b\x.exe|windows_path \\.\D:\y.sys"),
            (r"-FileName:C:\Temp\a.exe", r"windows_path C:\Temp\a.exe"),
            (r"\\server DOM\user C:\ abc:\x", ""),
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn linux_paths_have_two_parts() {
        for (text, rows) in [
            ("cat /etc/passwd; ls", "linux_path /etc/passwd"),
            ("COMMAND=/opt/microsoft/omsagent/plugin", "linux_path /opt/microsoft/omsagent/plugin"),
            ("~/.ssh/id_rsa.", "linux_path ~/.ssh/id_rsa"),
            ("and/or /tmp // 1/2/3 http://a.com/b/c", ""),
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn registry_keys() {
        for (text, rows) in [
            (r"reg add HKLM\SOFTWARE\X /v Y", r"registry_key HKLM\SOFTWARE\X"),
            (r"HKLM:\SOFTWARE\X", r"registry_key HKLM:\SOFTWARE\X"),
            (
                r"at HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Run,",
                r"registry_key HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Run",
            ),
            (r"hkcu\Software\A HKCU\Software\B", r"registry_key hkcu\Software\A|registry_key HKCU\Software\B"),
            (r"HKLM\ HKXX\Software", ""),
            (
                r"\REGISTRY\MACHINE\SOFTWARE\X, \registry\user\S-1-5-18\Y",
                r"registry_key \REGISTRY\MACHINE\SOFTWARE\X|registry_key \registry\user\S-1-5-18\Y",
            ),
            (
                r"Core\Registry::HKEY_USERS\X TargetObject:HKCU\Y",
                r"registry_key Registry::HKEY_USERS\X|registry_key HKCU\Y",
            ),
            (r"a\REGISTRY\MACHINE\x \REGISTRY\A\x REGISTRY\MACHINE\x, \REGISTRY\USER\,", ""),
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn keys_within_a_key_are_none_and_keys_are_cut() {
        let text = r"HKLM\".repeat(20_000);
        let size: usize =
            extract(&text, &Wanted::of(&[IocType::RegistryKey])).iter().map(|ioc| ioc.observable.len()).sum();
        assert!((1..=text.len()).contains(&size), "{size}");
        assert_eq!(found(r"HKLM\a\HKCU\b"), r"registry_key HKLM\a\HKCU\b");
        let long = found(&format!(r"HKLM\{}", "\u{e9}".repeat(2_000)));
        assert!((KEY_LENGTH..KEY_LENGTH + 14).contains(&long.len()), "{}", long.len());
    }
}
