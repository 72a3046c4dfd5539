//! Types of indicators that a user adds, each by a regular expression.

use std::collections::HashSet;
use std::ops::Range;

use regex::Regex;

use super::{Ioc, IocType, Kind, refang};
use crate::analysis::sql_functions::regex;

/// Matches of one type in one text: more say that the expression fits everything.
const MOST_MATCHES: usize = 10_000;
/// So many bytes one search looks at; no indicator is longer.
const WINDOW: usize = 16 << 10;
/// By so much two windows without a match lie over each other.
const OVERLAP: usize = 4 << 10;

/// A type of the user.
#[derive(Clone, Debug)]
pub struct CustomType {
    pub name: String,
    pub regex: Regex,
    /// Where two types match at one place, the lower number has it.
    pub priority: i32,
    /// The named group of the expression that is the indicator; None for the whole match.
    pub group: Option<String>,
}

impl CustomType {
    /// Compiles the expression within the bounds of all expressions of a person; the message is for the status line.
    pub fn new(name: String, pattern: &str, priority: i32, group: Option<String>) -> Result<Self, String> {
        if IocType::ALL.iter().any(|kind| kind.id() == name) {
            return Err(format!("there is a type '{name}' already: give yours a name of its own"));
        }
        let regex = regex(pattern, false)?;
        if let Some(group) = &group
            && !regex.capture_names().flatten().any(|known| known == group)
        {
            return Err(format!(
                "the type '{name}' names the group '{group}', which its regular expression does not have"
            ));
        }
        Ok(Self { name, regex, priority, group })
    }

    /// Where the type stands in a text, and whether the search was cut short.
    ///
    /// One search is linear, but all matches of an expression can cost the square of the text, since each may look to its
    /// end before it gives up. So each looks no further than a window, and so many matches are enough.
    fn places(&self, text: &str, is_cancelled: &dyn Fn() -> bool) -> (Vec<Range<usize>>, bool) {
        let (mut places, mut at) = (Vec::new(), 0_usize);
        loop {
            let end = text.floor_char_boundary(at.saturating_add(WINDOW));
            if is_cancelled() {
                return (places, true);
            }
            let window = text.get(..end).unwrap_or(text);
            let Some((whole, part)) = self.next(window, at) else {
                if end == text.len() {
                    return (places, false);
                }
                // What begins near the end of a window may end in the next one.
                at = text.floor_char_boundary(end - OVERLAP);
                continue;
            };
            if whole.end == end && end < text.len() && whole.start > at {
                // It may go on behind the window, so the next one begins with it.
                at = whole.start;
                continue;
            }
            if places.len() == MOST_MATCHES {
                return (places, true);
            }
            places.extend(part);
            if whole.end >= text.len() {
                return (places, false);
            }
            // An empty match moves on by one character.
            at = if whole.is_empty() { text.ceil_char_boundary(whole.end + 1) } else { whole.end };
        }
    }

    /// The next match from `at` on, and the part of it that is the indicator.
    fn next(&self, text: &str, at: usize) -> Option<(Range<usize>, Option<Range<usize>>)> {
        match &self.group {
            None => self.regex.find_at(text, at).map(|found| (found.range(), Some(found.range()))),
            Some(name) => {
                let found = self.regex.captures_at(text, at)?;
                Some((found.get(0)?.range(), found.name(name).map(|part| part.range())))
            }
        }
    }
}

/// The indicators of the user's types in order of place, and whether the search was cut short, be it because it was
/// cancelled or because one type matched ten thousand times. Each type and observable comes once.
pub fn extract_custom<'a>(
    text: &'a str,
    custom: &[CustomType],
    is_cancelled: &dyn Fn() -> bool,
) -> (Vec<Ioc<'a>>, bool) {
    let mut by_priority: Vec<&CustomType> = custom.iter().collect();
    by_priority.sort_by_key(|kind| kind.priority);
    let mut taken = HashSet::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut is_cut = false;
    for kind in by_priority {
        let (places, cut) = kind.places(text, is_cancelled);
        is_cut |= cut;
        for place in places {
            let observable = text.get(place.clone()).unwrap_or_default();
            let is_new = !observable.is_empty() && taken.insert((place.start, place.end));
            if is_new && seen.insert((kind.name.as_str(), observable)) {
                found.push(ioc(kind, observable, place.start));
            }
        }
    }
    found.sort_by_key(|ioc| ioc.offset);
    (found, is_cut)
}

fn ioc<'a>(kind: &CustomType, observable: &'a str, offset: usize) -> Ioc<'a> {
    Ioc { kind: Kind::Custom(kind.name.clone()), observable, refanged: refang(observable), offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, pattern: &str, priority: i32, group: Option<&str>) -> CustomType {
        CustomType::new(name.to_owned(), pattern, priority, group.map(str::to_owned)).unwrap()
    }

    #[test]
    fn types_of_the_user_are_found_by_priority() {
        let types = [
            kind("any", r"[A-Z]+-\d+", 5, None),
            kind("ticket", r"INC-\d+", 1, None),
            kind("user", r"user=(?<name>\w+)", 1, Some("name")),
        ];
        let (found, is_cut) = extract_custom("INC-12 AB-1 user=bob INC-12", &types, &|| false);
        let rows: Vec<_> = found.iter().map(|ioc| (ioc.kind.id(), ioc.observable, ioc.offset)).collect();
        assert_eq!(rows, [("ticket", "INC-12", 0), ("any", "AB-1", 7), ("user", "bob", 17)]);
        assert!(!is_cut);
        assert!(CustomType::new("ipv4".to_owned(), ".", 1, None).is_err());
    }

    #[test]
    fn a_search_is_cut_short() {
        let types = [kind("letter", ".", 1, None)];
        assert_eq!(extract_custom("abc", &types, &|| true), (Vec::new(), true));
        assert!(extract_custom(&"a".repeat(MOST_MATCHES + 1), &types, &|| false).1);
        assert!(!extract_custom(&"a".repeat(MOST_MATCHES), &types, &|| false).1);
    }

    #[test]
    fn an_expression_that_always_looks_to_the_end_costs_no_square() {
        let types = [kind("quadratic", ".*[^A-Z]|[A-Z]", 1, None)];
        let looks = std::cell::Cell::new(0_usize);
        let (_, is_cut) = extract_custom(&"A".repeat(1 << 20), &types, &|| {
            looks.set(looks.get() + 1);
            false
        });
        // Each look at the flag stands before a search of one window.
        assert!(is_cut && looks.get() <= MOST_MATCHES + 2, "{}", looks.get());
    }

    #[test]
    fn windows_cut_no_match_in_two() {
        let text = format!("{}INC-4711{}", "x".repeat(WINDOW - 3), "y".repeat(WINDOW));
        let (found, _) = extract_custom(&text, &[kind("ticket", r"INC-\d+", 1, None)], &|| false);
        assert_eq!(found.iter().map(|ioc| ioc.observable).collect::<Vec<_>>(), ["INC-4711"]);
        let empty = [kind("empty", "x*", 1, None), kind("end", "y$", 2, None)];
        let (found, is_cut) = extract_custom("xxaxyé", &empty, &|| false);
        assert_eq!(found.iter().map(|ioc| ioc.observable).collect::<Vec<_>>(), ["xx", "x"]);
        assert!(!is_cut);
    }

    #[test]
    fn what_does_not_hold_is_refused() {
        assert!(CustomType::new("x".to_owned(), "(", 1, None).is_err());
        assert!(CustomType::new("x".to_owned(), "a", 1, Some("b".to_owned())).unwrap_err().contains("'b'"));
    }
}
