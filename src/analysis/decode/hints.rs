//! What the words before a run say about it: that it is a payload, that it is none, or nothing.
//!
//! Words are told by their last letters in either case, carets and backticks in them passed over, as `-^e^nc` is `-enc`.

use std::borrow::Cow;

/// The shortest run behind a word that announces a payload.
const SHORTEST_SAID: usize = 8;

/// The same where the words leave no doubt: inside the quotes of a call, behind `base64,` or before `| base64 -d`.
pub const SHORTEST_SURE: usize = 4;

/// Bytes at the end of a word that are looked at.
const LONGEST_WORD: usize = 64;

/// Letters of the longest switch that announces anything.
const LONGEST_SWITCH: usize = 14;

/// Characters that may stand between a word and what it announces.
const GAP: usize = 16;

/// What a word announces, and how surely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// `-enc` and other forms of PowerShell's switch.
    Switch,
    /// `FromBase64String` and other decoders, to be followed by a parenthesis.
    Call,
    /// `Buffer` or `Buffer.from`, to be followed by a parenthesis, and the run by the name of the encoding.
    Buffer,
    /// `base64`, to be followed by a comma as in data URIs.
    Name,
    /// `base64 -d`, to be followed by `<<<`.
    Decoder,
    /// `-----BEGIN ...-----`
    Armour,
    /// `echo` with its switches.
    Echo,
    /// `Authorization`, which may be followed by a scheme.
    Authorization,
    /// `Authorization: Basic`
    Basic,
    /// `ssh-rsa` and the like, to be followed by a public key.
    PublicKey,
    /// `SHA256:` and the like, to be followed by a fingerprint of at least and at most so many characters.
    Digest(usize, usize),
}

/// What is known of a run by the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is a payload if it has at least so many characters.
    Payload(usize),
    /// It is none, whatever it looks like.
    NoPayload,
    Nothing,
}

/// What a word announces behind the word that announced `before`.
pub fn hint(word: &[u8], before: Option<Hint>, saw_powershell: bool) -> Option<Hint> {
    if let [b'-' | b'/', name @ ..] = word
        && name.len() <= LONGEST_SWITCH
        && let Some(found) = switch(name, before, saw_powershell)
    {
        return Some(found);
    }
    let is = |whole: &[u8]| word.eq_ignore_ascii_case(whole);
    match before {
        Some(Hint::Buffer) if is(b"from") => Some(Hint::Buffer),
        Some(Hint::Authorization) if is(b"basic") => Some(Hint::Basic),
        Some(Hint::PublicKey) if is(b"openssh") || is(b"com") => Some(Hint::PublicKey),
        _ if is(b"atob") => Some(Hint::Call),
        _ if is(b"buffer") => Some(Hint::Buffer),
        _ if is(b"echo") || is(b"printf") => Some(Hint::Echo),
        _ => hint_of_end(word),
    }
}

/// What a switch announces, by its name without the first dash.
fn switch(name: &[u8], before: Option<Hint>, saw_powershell: bool) -> Option<Hint> {
    let is = |whole: &[u8]| name.eq_ignore_ascii_case(whole);
    match before {
        Some(Hint::Echo) if is(b"n") || is(b"e") || is(b"ne") || is(b"en") => Some(Hint::Echo),
        Some(Hint::Name) if is(b"d") || is(b"-decode") || is(b"di") => Some(Hint::Decoder),
        _ => is_encoded_command(name, saw_powershell).then_some(Hint::Switch),
    }
}

/// What a word announces whatever stands before its end, such as a namespace or a path.
fn hint_of_end(word: &[u8]) -> Option<Hint> {
    let [.., second, last] = word else { return None };
    // Most words end otherwise, so that two letters are looked up before any are compared.
    if !IS_TAIL[tail(*second, *last)] {
        return None;
    }
    ENDS.iter().find(|(end, _)| ends_with(word, end)).map(|(_, hint)| *hint)
}

const ENDS: [(&[u8], Hint); 20] = [
    (b"frombase64string", Hint::Call),
    (b"base64_decode", Hint::Call),
    (b"b64decode", Hint::Call),
    (b"decode64", Hint::Call),
    (b"base64", Hint::Name),
    (b"-----", Hint::Armour),
    (b"/echo", Hint::Echo),
    (b"/printf", Hint::Echo),
    (b"authorization", Hint::Authorization),
    (b"ssh-rsa", Hint::PublicKey),
    (b"ssh-dss", Hint::PublicKey),
    (b"ssh-ed25519", Hint::PublicKey),
    (b"sha2-nistp256", Hint::PublicKey),
    (b"sha2-nistp384", Hint::PublicKey),
    (b"sha2-nistp521", Hint::PublicKey),
    (b"md5", Hint::Digest(0, 32)),
    (b"sha1", Hint::Digest(27, 27)),
    (b"sha256", Hint::Digest(43, 43)),
    (b"sha384", Hint::Digest(64, 64)),
    (b"sha512", Hint::Digest(86, 86)),
];

/// The place of a word's last two letters, in either case, in a table that others may share.
const fn tail(second: u8, last: u8) -> usize {
    (second.to_ascii_lowercase() as usize * 37 + last.to_ascii_lowercase() as usize) % 512
}

/// The tails that one of the ends has.
static IS_TAIL: [bool; 512] = {
    let mut table = [false; 512];
    let mut at = 0;
    while at < ENDS.len() {
        if let [.., second, last] = ENDS[at].0 {
            table[tail(*second, *last)] = true;
        }
        at += 1;
    }
    table
};

fn ends_with(word: &[u8], end: &[u8]) -> bool {
    word.len() >= end.len() && word.get(word.len() - end.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Whether a word names PowerShell, behind which shorter switches count.
pub fn names_powershell(word: &[u8]) -> bool {
    ends_with(word, b"powershell") || ends_with(word, b"pwsh")
}

/// A word without the carets and backticks that stand in it.
pub fn plain(written: &[u8]) -> Cow<'_, [u8]> {
    let is_sign = |b: &u8| matches!(b, b'^' | b'`');
    // The end tells more than the start: `FromBase64String` may follow a namespace.
    let tail = written.get(written.len().saturating_sub(LONGEST_WORD)..).unwrap_or_default();
    if tail.iter().any(is_sign) {
        Cow::Owned(tail.iter().filter(|b| !is_sign(b)).copied().collect())
    } else {
        Cow::Borrowed(tail)
    }
}

/// Whether a switch is a prefix of `EncodedCommand` or its alias `ec`. One or two letters mean other things to other
/// programs, so they count behind the name of PowerShell only.
fn is_encoded_command(name: &[u8], saw_powershell: bool) -> bool {
    const NAME: &[u8] = b"encodedcommand";
    let is_prefix = NAME.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let is_form = !name.is_empty() && (is_prefix || name.eq_ignore_ascii_case(b"ec"));
    is_form && (name.len() > 2 || saw_powershell)
}

impl Hint {
    /// What it says of a run, by what stands between the two and by what follows the run.
    pub fn of_run(self, gap: &[u8], run: &[u8], behind: &[u8]) -> Word {
        if gap.len() > GAP {
            return Word::Nothing;
        }
        let payload = |is_one: bool, shortest: usize| if is_one { Word::Payload(shortest) } else { Word::Nothing };
        match self {
            Self::Switch => payload(is_loose(gap) && !gap.starts_with(b"^"), SHORTEST_SAID),
            Self::Armour => payload(is_loose(gap), SHORTEST_SAID),
            Self::Call => payload(is_call(gap), SHORTEST_SURE),
            Self::Buffer => payload(is_call(gap) && names_base64(behind), SHORTEST_SURE),
            Self::Name => payload(gap == b",", SHORTEST_SURE),
            Self::Decoder => payload(is_here_string(gap), SHORTEST_SURE),
            Self::Basic => payload(is_blank(gap), SHORTEST_SURE),
            Self::PublicKey if is_blank(gap) && run.starts_with(b"AAAA") => Word::NoPayload,
            Self::Digest(least, most) if matches!(gap, b":" | b": ") && (least..=most).contains(&run.len()) => {
                Word::NoPayload
            }
            Self::PublicKey | Self::Digest(..) | Self::Echo | Self::Authorization => Word::Nothing,
        }
    }
}

fn is_blank(gap: &[u8]) -> bool {
    !gap.is_empty() && gap.iter().all(|b| matches!(b, b' ' | b'\t'))
}

fn is_loose(gap: &[u8]) -> bool {
    let may_stand = |b: &u8| {
        matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'(' | b':' | b'=' | b'@' | b'\\' | b'\r' | b'\n' | b'^')
    };
    !gap.is_empty() && gap.iter().all(may_stand)
}

/// Whether a parenthesis and a quote open; a letter before the quote is Python's.
fn is_call(gap: &[u8]) -> bool {
    let (opening, letter) = match gap {
        [opening @ .., b'b' | b'B' | b'r' | b'u', b'"' | b'\''] => (opening, true),
        _ => (gap, false),
    };
    let is_quoted = letter || gap.iter().any(|b| matches!(b, b'"' | b'\'' | b'`'));
    opening.contains(&b'(') && is_quoted && is_loose(opening)
}

fn is_here_string(gap: &[u8]) -> bool {
    let Some(at) = gap.windows(3).position(|w| w == b"<<<") else { return false };
    gap.iter().take(at).all(|b| *b == b' ') && gap.iter().skip(at + 3).all(|b| matches!(b, b' ' | b'"' | b'\'' | b'\\'))
}

/// Whether what follows a run is `', 'base64'`, as the second argument of `Buffer.from`.
fn names_base64(behind: &[u8]) -> bool {
    let rest = past(behind, b"\\\"'`");
    let Some(rest) = past(rest, b" ").strip_prefix(b",") else { return false };
    past(rest, b" \\\"'`").get(..6).is_some_and(|name| name.eq_ignore_ascii_case(b"base64"))
}

/// Whether `| base64 -d` follows a run, as behind `echo PAYLOAD`.
pub fn is_piped(behind: &[u8]) -> bool {
    let Some(pipe) = past(behind, b"\"' )\t\\").strip_prefix(b"|") else { return false };
    let command = past(pipe, b" \t");
    let length = command.iter().take(64).take_while(|b| **b != b' ').count();
    let (program, arguments) = command.split_at(length);
    let arguments = past(arguments, b" \t");
    match program.rsplit(|b| *b == b'/').next() {
        Some(b"base64") => is_decode_switch(arguments),
        Some(b"openssl") => {
            let base64 = [&b"base64 "[..], b"enc -base64 "].iter().find_map(|name| arguments.strip_prefix(*name));
            base64.is_some_and(|rest| is_decode_switch(past(rest, b" ")))
        }
        _ => false,
    }
}

fn is_decode_switch(switch: &[u8]) -> bool {
    [&b"-d"[..], b"-D", b"--d", b"-i -d", b"-A -d", b"-a -d"].iter().any(|form| switch.starts_with(form))
}

/// What follows a few bytes of a set.
fn past<'a>(bytes: &'a [u8], set: &[u8]) -> &'a [u8] {
    let count = bytes.iter().take(24).take_while(|b| set.contains(b)).count();
    bytes.get(count..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_ends() {
        for (word, before, expected) in [
            ("-^E^nc", None, Some(Hint::Switch)),
            ("-e", None, None),
            ("System/FromBase64String", None, Some(Hint::Call)),
            ("urlsafe_b64decode", None, Some(Hint::Call)),
            ("atob", None, Some(Hint::Call)),
            ("flatob", None, None),
            ("from", None, None),
            ("from", Some(Hint::Buffer), Some(Hint::Buffer)),
            ("Basic", None, None),
            ("Basic", Some(Hint::Authorization), Some(Hint::Basic)),
            ("SHA256", None, Some(Hint::Digest(43, 43))),
        ] {
            assert_eq!(hint(&plain(word.as_bytes()), before, false), expected, "{word}");
        }
        assert_eq!(hint(b"-e", None, true), Some(Hint::Switch));
        assert!(names_powershell(&plain(b"p^ower^Shell")) && names_powershell(b"pwsh") && !names_powershell(b"shell"));
    }

    #[test]
    fn what_stands_between_decides() {
        for (hint, gap, behind, expected) in [
            (Hint::Call, "(\"", "", Word::Payload(4)),
            (Hint::Call, "(b'", "", Word::Payload(4)),
            (Hint::Call, "(", "", Word::Nothing),
            (Hint::Call, "(x'", "", Word::Nothing),
            (Hint::Buffer, "('", "', 'base64')", Word::Payload(4)),
            (Hint::Buffer, "('", "', 'hex')", Word::Nothing),
            (Hint::Basic, " ", "", Word::Payload(4)),
            (Hint::Basic, ": ", "", Word::Nothing),
            (Hint::Decoder, " <<< \"", "", Word::Payload(4)),
            (Hint::Decoder, " <<< $", "", Word::Nothing),
            (Hint::Digest(4, 4), ":", "", Word::NoPayload),
            (Hint::Digest(5, 5), ":", "", Word::Nothing),
            (Hint::Digest(4, 4), " ", "", Word::Nothing),
            (Hint::PublicKey, " ", "", Word::NoPayload),
        ] {
            assert_eq!(hint.of_run(gap.as_bytes(), b"AAAA", behind.as_bytes()), expected, "{hint:?} {gap}");
        }
    }
}
