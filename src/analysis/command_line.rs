//! Numbers about a process and its command line that processes can be clustered by, and the arguments of a Windows
//! command line.
//!
//! The features and their names are those of MSTICPy's `add_process_features`, so that its clusters can be repeated:
//! scores are sums of code points, lengths count characters, and hashes are CRC-32. Three things differ: MSTICPy takes a
//! missing text for an empty one, which here stays missing; it chooses one separator for all paths by the first of
//! them; and it knows the system's session only as `0x3e7` and `-1`. Texts with the same letters in another order have
//! the same score, so the scores are coordinates for clustering and no fingerprints. Command lines are not judged here.

use flate2::Crc;

/// One process in numbers; what its row does not say is None.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// `processName`: what follows the last separator of the path.
    pub process_name: Option<String>,
    /// `pathScore`: the sum of the path's code points.
    pub path_score: Option<i64>,
    /// `pathLogScore`: the decimal logarithm of the score, 0 of an empty path.
    pub path_log_score: Option<f64>,
    /// `pathHash`: CRC-32 of the path in UTF-8.
    pub path_hash: Option<i64>,
    /// `commandlineLen`: characters.
    pub command_line_len: Option<i64>,
    /// `commandlineLogLen`: the decimal logarithm of the length, 0 of an empty line.
    pub command_line_log_len: Option<f64>,
    /// `commandlineTokensFull`: how many characters part its tokens.
    pub command_line_tokens_full: Option<i64>,
    /// `commandlineScore`: the sum of the line's code points.
    pub command_line_score: Option<i64>,
    /// `commandlineTokensHash`: CRC-32 of the characters that part its tokens, which says how a line is built and is
    /// the same whatever its words are.
    pub command_line_tokens_hash: Option<i64>,
    /// `isSystemSession`: whether it ran in the session of the system itself.
    pub is_system_session: Option<bool>,
}

/// Features of one process: its path, its command line and the id of the logon session that started it, which is
/// `SubjectLogonId` in the Windows log and the audit session on Linux.
pub fn features(path: Option<&str>, command_line: Option<&str>, logon_session: Option<&str>) -> Features {
    let path_score = path.map(score);
    let length = command_line.map(|line| count(line.chars()));
    let delimiters: Option<String> = command_line.map(|line| line.chars().filter(|c| is_delimiter(*c)).collect());
    Features {
        process_name: path.map(|path| process_name(path).to_owned()),
        path_score,
        path_log_score: path_score.map(log10),
        path_hash: path.map(crc32),
        command_line_len: length,
        command_line_log_len: length.map(log10),
        command_line_tokens_full: delimiters.as_deref().map(|delimiters| count(delimiters.chars())),
        command_line_score: command_line.map(score),
        command_line_tokens_hash: delimiters.as_deref().map(crc32),
        is_system_session: logon_session.map(is_system_session),
    }
}

/// What follows the last separator of a path. A path with a backslash is one of Windows, where a slash may be part of
/// what a program was told to print.
pub fn process_name(path: &str) -> &str {
    let separator = if path.contains('\\') { '\\' } else { '/' };
    path.rsplit(separator).next().unwrap_or(path)
}

/// The session of SYSTEM on Windows, and the one that audit on Linux writes for processes no login started.
fn is_system_session(id: &str) -> bool {
    let id = id.trim();
    if id == "-1" || id == "4294967295" {
        return true;
    }
    // A session 999 in decimal is an ordinary one on Linux.
    let hex = id.strip_prefix("0x").or_else(|| id.strip_prefix("0X"));
    hex.is_some_and(|digits| digits.trim_start_matches('0').eq_ignore_ascii_case("3e7"))
}

fn is_delimiter(c: char) -> bool {
    const MARKS: &[char] = &['-', '\\', '/', '.', ',', '"', '\'', '|', '&', ':', ';', '%', '$', '(', ')'];
    // The separators below the blank count as white space in Python.
    MARKS.contains(&c) || c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn score(text: &str) -> i64 {
    text.chars().map(|c| i64::from(u32::from(c))).sum()
}

fn count(chars: impl Iterator) -> i64 {
    i64::try_from(chars.count()).unwrap_or(i64::MAX)
}

fn log10(number: i64) -> f64 {
    if number > 0 { (number as f64).log10() } else { 0.0 }
}

fn crc32(text: &str) -> i64 {
    let mut crc = Crc::new();
    crc.update(text.as_bytes());
    i64::from(crc.sum())
}

/// The arguments of a Windows command line as the C runtime parts them, the program first. Blanks and tabs part
/// arguments; quotes hold one together; backslashes count only before a quote.
pub fn tokens(line: &str) -> Vec<String> {
    let line = line.trim_matches(BLANKS);
    if line.is_empty() {
        return Vec::new();
    }
    let (program, rest) = program_of(line);
    let mut tokens = vec![program.to_owned()];
    let mut rest = rest.trim_start_matches(BLANKS);
    while !rest.is_empty() {
        let (token, behind) = argument(rest);
        tokens.push(token);
        rest = behind.trim_start_matches(BLANKS);
    }
    tokens
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The program's name ends at its quote or at the first blank, and knows no escapes.
fn program_of(line: &str) -> (&str, &str) {
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split_once('"').unwrap_or((quoted, ""));
    }
    line.split_at(line.find(BLANKS).unwrap_or(line.len()))
}

/// One argument and what follows it.
fn argument(text: &str) -> (String, &str) {
    let mut token = String::new();
    let mut is_quoted = false;
    let mut backslashes = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        // Of backslashes before a quote two make one, and an odd one takes the quote's meaning away.
        let kept = if c == '"' { backslashes / 2 } else { backslashes };
        let is_escaped = c == '"' && backslashes % 2 == 1;
        token.extend(std::iter::repeat_n('\\', kept));
        backslashes = 0;
        if c != '"' && !is_quoted && BLANKS.contains(&c) {
            return (token, text.get(at..).unwrap_or_default());
        }
        let is_doubled = c == '"' && !is_escaped && is_quoted && chars.next_if(|(_, next)| *next == '"').is_some();
        if c != '"' || is_escaped || is_doubled {
            token.push(c);
        } else {
            is_quoted = !is_quoted;
        }
    }
    token.extend(std::iter::repeat_n('\\', backslashes));
    (token, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn features_are_those_of_msticpy() {
        let path = r"C:\Windows\System32\conhost.exe";
        let line = r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1";
        let features = features(Some(path), Some(line), Some("0x3e7"));
        assert_eq!(features.process_name.as_deref(), Some("conhost.exe"));
        assert_eq!((features.path_score, features.path_hash), (Some(3028), Some(1_741_858_779)));
        assert!((features.path_log_score.unwrap() - 3.481_155_870_828_035_2).abs() < 1e-12);
        assert_eq!((features.command_line_len, features.command_line_tokens_full), (Some(55), Some(10)));
        assert!((features.command_line_log_len.unwrap() - 1.740_362_689_494_243_9).abs() < 1e-12);
        assert_eq!((features.command_line_score, features.command_line_tokens_hash), (Some(5093), Some(183_008_472)));
        assert_eq!(features.is_system_session, Some(true));
    }

    #[test]
    fn what_a_row_does_not_say_stays_unsaid() {
        assert_eq!(features(None, None, None), Features::default());
        let empty = features(Some(""), Some(""), Some(""));
        assert_eq!(
            (empty.process_name.as_deref(), empty.path_score, empty.path_log_score),
            (Some(""), Some(0), Some(0.0))
        );
        assert_eq!((empty.command_line_len, empty.command_line_log_len), (Some(0), Some(0.0)));
        assert_eq!((empty.command_line_tokens_hash, empty.is_system_session), (Some(0), Some(false)));
    }

    #[test]
    fn characters_are_counted_and_bytes_are_hashed() {
        let features = features(Some("/usr/bin/\u{e4}"), Some("\u{e4}\u{a0}b\u{1c}c"), None);
        assert_eq!(features.process_name.as_deref(), Some("\u{e4}"));
        assert_eq!((features.command_line_len, features.command_line_tokens_full), (Some(5), Some(2)));
        assert_eq!(features.command_line_score, Some(0xe4 + 0xa0 + 0x62 + 0x1c + 0x63));
    }

    #[test]
    fn the_session_of_the_system_is_known() {
        for id in ["0x3e7", "0X3E7", "0x00000000000003e7", " -1 ", "4294967295"] {
            assert!(is_system_session(id), "{id}");
        }
        for id in ["0x3e4", "0x3e5", "999", "3e7", "0xab5a5ac", "", "1", "-"] {
            assert!(!is_system_session(id), "{id}");
        }
    }

    #[test]
    fn arguments_are_parted_as_windows_does() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("  a  b\tc ", &["a", "b", "c"]),
            (r#""C:\Program Files\a.exe" -x "b c" d"#, &[r"C:\Program Files\a.exe", "-x", "b c", "d"]),
            (r#"a "b\"c" d\\e "f\\" g\\\"h"#, &["a", "b\"c", r"d\\e", r"f\", "g\\\"h"]),
            (r#"a "b""c" """"#, &["a", "b\"c", "\""]),
            (r#"a "" b"#, &["a", "", "b"]),
            (r#"a pre"mid dle"post"#, &["a", "premid dlepost"]),
            (r"a C:\dir\", &["a", r"C:\dir\"]),
            (r#""unclosed name"#, &["unclosed name"]),
        ];
        for (line, expected) in cases {
            assert_eq!(tokens(line), *expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn quoted_arguments_come_back(args in prop::collection::vec("[a-z \t\"\\\\\u{e4}]{0,12}", 0..6)) {
            let mut line = "prog".to_owned();
            for arg in &args {
                line.push_str(" \"");
                let mut backslashes = 0;
                for c in arg.chars() {
                    if c == '"' {
                        line.push_str(&"\\".repeat(backslashes + 1));
                    }
                    backslashes = if c == '\\' { backslashes + 1 } else { 0 };
                    line.push(c);
                }
                line.push_str(&"\\".repeat(backslashes));
                line.push('"');
            }
            prop_assert_eq!(&tokens(&line)[1..], &args[..]);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let n = tokens(&text).len();
            prop_assert!(n <= text.chars().count());
            let _ = features(Some(&text), Some(&text), Some(&text));
        }
    }
}
