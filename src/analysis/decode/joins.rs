//! Runs that were taken apart: wrapped over lines, concatenated from quoted strings, or broken by carets.
//!
//! Parts are told by their form only. Whether they belong together is judged on what they decode to, and each is looked
//! at for itself where they do not.

use std::ops::Range;

use super::alphabet::class;

/// A line of this many characters may go on in the next one.
const SHORTEST_LINE: usize = 16;

/// Lengths of lines that mail wraps at, of which blanks for breaks are believed.
const MAIL_LINES: std::ops::RangeInclusive<usize> = 60..=76;

/// Blanks that may stand on each side of the sign that joins strings.
const BLANKS: usize = 16;

/// The end of the alphabet's characters from a place on, slashes that JSON escapes among them.
pub fn body_end(text: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let length = rest.iter().position(|b| class(*b) == 0).unwrap_or(rest.len());
        end += length;
        if !rest.get(length..).is_some_and(|behind| behind.starts_with(ESCAPED)) || end == start {
            return end;
        }
        end += ESCAPED.len();
    }
}

/// A slash as JSON may write it.
const ESCAPED: &[u8] = br"\/";

/// How many `=` stand at a place; three and more are a line of them and no padding.
pub fn padding(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let count = rest.iter().take(3).take_while(|b| **b == b'=').count();
    if count > 2 { 0 } else { count }
}

/// The parts of what begins with a run of the alphabet; nothing where that run stands alone.
pub fn parts(text: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let further = match text.get(first.end) {
        Some(b'^') => carets(text, first),
        Some(b' ' | b'\t') => mail_lines(text, first),
        Some(b'\r' | b'\n') => lines(text, first),
        Some(b'\'' | b'"') => strings(text, first),
        Some(b'\\') => {
            let lines = lines(text, first);
            if lines.is_empty() { strings(text, first) } else { lines }
        }
        _ => return Vec::new(),
    };
    if further.is_empty() { further } else { std::iter::once(first.clone()).chain(further).collect() }
}

/// Parts between the carets that the command interpreter of Windows drops.
fn carets(text: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = first.end;
    while text.get(at) == Some(&b'^') {
        let end = body_end(text, at + 1);
        if end == at + 1 {
            break;
        }
        parts.push(at + 1..end);
        at = end;
    }
    parts
}

/// Strings in the same quotes, joined by the sign of one of the languages that scripts are written in.
fn strings(text: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let (before, behind) = (text.get(..first.start).unwrap_or_default(), text.get(first.end..).unwrap_or_default());
    let quotes: [&[u8]; 4] = [b"\\\"", b"\\'", b"\"", b"'"];
    let Some(quote) = quotes.iter().find(|quote| behind.starts_with(quote) && before.ends_with(quote)) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let mut at = first.end;
    while let Some(start) = next_string(text, at, quote) {
        let end = body_end(text, start);
        let padding = padding(text, end);
        let is_closed = text.get(end + padding..).is_some_and(|rest| rest.starts_with(quote));
        if end == start || !is_closed {
            break;
        }
        parts.push(start..end);
        at = end;
        if padding > 0 {
            break;
        }
    }
    parts
}

/// Where the string begins that is joined to the one that ends at a place.
fn next_string(text: &[u8], end: usize, quote: &[u8]) -> Option<usize> {
    let rest = text.get(end..)?.strip_prefix(quote)?;
    let [b'+' | b'&' | b'.', rest @ ..] = past_blanks(rest) else { return None };
    let rest = past_blanks(rest).strip_prefix(quote)?;
    Some(text.len() - rest.len())
}

fn past_blanks(bytes: &[u8]) -> &[u8] {
    let count = bytes.iter().take(BLANKS).take_while(|b| b.is_ascii_whitespace()).count();
    bytes.get(count..).unwrap_or_default()
}

/// Lines of mail of which a log turned the breaks into blanks: all of one length but the last.
fn mail_lines(text: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = first.end;
    if !MAIL_LINES.contains(&first.len()) {
        return parts;
    }
    while let Some(b' ' | b'\t') = text.get(at) {
        let start = at + 1;
        let end = body_end(text, start);
        let length = end - start;
        let is_full = length == first.len();
        // A dash begins an argument, and a word before other words is prose.
        let is_switch = text.get(start) == Some(&b'-') && !is_full;
        let is_last =
            padding(text, end) > 0 || !is_prose(text, end) || length >= SHORTEST_LINE && length.is_multiple_of(4);
        if length == 0 || length > first.len() || is_switch || !is_full && !is_last {
            break;
        }
        parts.push(start..end);
        at = end;
        if !is_full {
            break;
        }
    }
    parts
}

/// Lines as long as the second but the last, which may be shorter, and the first, which may begin behind other
/// characters.
fn lines(text: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut end = first.end;
    let mut width = None;
    if first.len() < SHORTEST_LINE || text.get(end - 1) == Some(&b'-') {
        return parts;
    }
    while let Some(start) = next_line(text, end) {
        let line_end = body_end(text, start);
        let length = line_end - start;
        let is_armour = text.get(start..line_end).is_some_and(|l| l.starts_with(b"--"));
        let is_too_long = length > *width.get_or_insert(length) || width.is_some_and(|w| w > first.len());
        // A line goes to its end: words behind it would say that this is prose.
        let is_whole = next_line(text, line_end).is_some() || !is_prose(text, line_end);
        if length == 0 || is_armour || is_too_long || !is_whole {
            break;
        }
        parts.push(start..line_end);
        end = line_end;
        if width.is_some_and(|w| length < w) || padding(text, line_end) > 0 {
            break;
        }
    }
    parts
}

/// The start of the line after the break at a place, past its indentation and the signs of a quoted mail. A break may
/// be written as `\n`, as in JSON.
fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let rest = match rest {
        [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
        _ => {
            let forms: [&[u8]; 4] = [b"\\r\\n", b"\\n", b"\\\\r\\\\n", b"\\\\n"];
            forms.iter().find_map(|form| rest.strip_prefix(*form))?
        }
    };
    let indent = rest.iter().take(16).take_while(|b| matches!(b, b' ' | b'\t' | b'>')).count();
    Some(text.len() - rest.len() + indent)
}

/// Whether a space and a letter follow.
fn is_prose(text: &[u8], at: usize) -> bool {
    text.get(at) == Some(&b' ') && text.get(at + 1).is_some_and(|b| class(*b) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str, start: usize) -> String {
        let first = start..body_end(text.as_bytes(), start);
        parts(text.as_bytes(), &first).into_iter().map(|part| &text[part]).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn parts_are_told_by_what_stands_between() {
        let line = "aGVsbG8gd29ybGQh";
        let mail = line.repeat(4);
        for (text, start, expected) in [
            (format!("{line}\r\n  {line}\r\n  aGk="), 0, format!("{line}|{line}|aGk")),
            (format!(r"{line}\n{line}\naGk="), 0, format!("{line}|{line}|aGk")),
            (format!(r"{line}\\r\\n{line}"), 0, format!("{line}|{line}")),
            (format!("{line}\n> {line}\n> > aGk="), 0, format!("{line}|{line}|aGk")),
            (format!("{mail} {mail} aGk="), 0, format!("{mail}|{mail}|aGk")),
            (format!("{mail}\t{mail} and words"), 0, format!("{mail}|{mail}")),
            (format!("{mail} -w hidden"), 0, String::new()),
            (format!("{line} {line}"), 0, String::new()),
            ("'aGVs'+'bG8='".to_owned(), 1, "aGVs|bG8".to_owned()),
            ("\"aGVs\" +\r\n \"bG8h\" + x".to_owned(), 1, "aGVs|bG8h".to_owned()),
            (r#"\"aGVs\" + \"bG8h\""#.to_owned(), 2, "aGVs|bG8h".to_owned()),
            ("'aGVs'+\"bG8=\"".to_owned(), 1, String::new()),
            ("'aGVs','bG8='".to_owned(), 1, String::new()),
            ("aG^Vsb^G8".to_owned(), 0, "aG|Vsb|G8".to_owned()),
            ("aG^^V".to_owned(), 0, String::new()),
        ] {
            assert_eq!(joined(&text, start), expected, "{text}");
        }
    }
}
