//! Looking for a text whatever its case, quickly: most cells are short and most are ASCII.

use memchr::{memchr, memchr2};
use regex::Regex;

/// A text that is looked for.
pub struct Needle {
    /// In lower case, if it is ASCII.
    lower: Option<Vec<u8>>,
    /// For everything that is not ASCII on both sides.
    regex: Regex,
}

impl Needle {
    pub fn new(text: &str) -> Result<Self, String> {
        let regex = super::sql_functions::regex(&regex::escape(text), true)?;
        Ok(Self { lower: (text.is_ascii() && !text.is_empty()).then(|| text.to_ascii_lowercase().into_bytes()), regex })
    }

    /// Whether `text` holds it.
    pub fn is_in(&self, text: &str) -> bool {
        match &self.lower {
            // Two letters outside ASCII have a lower case inside it, so only ASCII text is compared by bytes.
            Some(lower) if text.is_ascii() => holds(text.as_bytes(), lower),
            _ => self.regex.is_match(text),
        }
    }

    /// Whether a number or a time could hold it; most of what people look for they cannot.
    pub fn may_be_in_numbers(&self) -> bool {
        let in_numbers = |b: &u8| b.is_ascii_digit() || b"-+:.tzeinfa".contains(b);
        self.lower.as_ref().is_none_or(|lower| lower.iter().all(in_numbers))
    }
}

/// Whether `text` holds `lower`, which is in lower case and not empty.
fn holds(text: &[u8], lower: &[u8]) -> bool {
    let Some(last) = text.len().checked_sub(lower.len()) else { return false };
    let (small, large) = (lower[0], lower[0].to_ascii_uppercase());
    let mut from = 0;
    while from <= last {
        let rest = &text[from..=last];
        let found = if small == large { memchr(small, rest) } else { memchr2(small, large, rest) };
        let Some(at) = found else { return false };
        if text[from + at..from + at + lower.len()].eq_ignore_ascii_case(lower) {
            return true;
        }
        from += at + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_does_not_matter_in_any_alphabet() {
        let is_in = |needle: &str, text: &str| Needle::new(needle).unwrap().is_in(text);
        assert!(is_in("PowerShell", "C:\\powershell.EXE") && is_in("é", "CAFÉ") && is_in("k", "\u{212a}"));
        assert!(!is_in("abc", "ab") && !is_in("abc", "") && is_in("", "anything"));
        assert!(!Needle::new("svc").unwrap().may_be_in_numbers() && Needle::new("42").unwrap().may_be_in_numbers());
    }

    proptest! {
        /// The quick way and the thorough one agree.
        #[test]
        fn both_ways_agree(needle in "[aAbB1.]{1,3}", text in "[aAbBkK1.\u{212a}]{0,12}") {
            let needle = Needle::new(&needle).unwrap();
            prop_assert_eq!(needle.is_in(&text), needle.regex.is_match(&text));
        }
    }
}
