//! The spreadsheet guard: text that Excel or Calc would run as a formula gets an apostrophe before it.
//!
//! Method: OWASP's list of triggers (`= + - @`, tab, carriage return, line feed) and their full-width forms, also behind
//! leading blanks and after a line end inside the cell. Numbers and a lone dash are never touched.

use std::borrow::Cow;

const TRIGGERS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text, behind an apostrophe where it could run.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text == "-" || text.parse::<f64>().is_ok() || !text.split(['\n', '\r']).any(could_run) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

fn could_run(line: &str) -> bool {
    if line.starts_with(TRIGGERS) {
        return true;
    }
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}');
    line.trim_start_matches(blank).starts_with(TRIGGERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_data_is_left_alone() {
        for bad in
            ["=cmd|' /C calc'!A0", "+1+1", "-nop -w hidden", "@SUM(A1)", "\t=1", " =1", "\u{200b}=1", "＝1", "note\n=1"]
        {
            assert!(guarded(bad).starts_with('\''), "{bad:?}");
        }
        for good in ["-", "-5", "+3.2", "a=b", "", "powershell -enc x", "NORD\\svc-backup"] {
            assert_eq!(guarded(good), good);
        }
    }
}
