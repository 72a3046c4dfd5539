//! Types of indicators that a user adds, each by a regular expression.

use std::collections::HashSet;
use std::ops::Range;

use regex::Regex;

use super::{Ioc, Kind, refang};
use crate::analysis::sql_functions::regex;

/// Matches of one type in one text: more say that the expression fits everything.
const MOST_MATCHES: usize = 10_000;

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

    fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let group = self.group.as_deref();
        let by_group = move |name: &'a str| {
            self.regex.captures_iter(text).filter_map(move |found| found.name(name).map(|part| part.range()))
        };
        let whole = group.is_none().then(|| self.regex.find_iter(text).map(|part| part.range()));
        group.map(by_group).into_iter().flatten().chain(whole.into_iter().flatten())
    }
}

/// The indicators of the user's types in order of place, and whether the search was cut short, be it because it was
/// cancelled or because one type matched ten thousand times. Each type and observable comes once.
pub fn extract_custom(text: &str, custom: &[CustomType], is_cancelled: &dyn Fn() -> bool) -> (Vec<Ioc>, bool) {
    let mut by_priority: Vec<&CustomType> = custom.iter().collect();
    by_priority.sort_by_key(|kind| kind.priority);
    let mut taken = HashSet::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut is_cut = false;
    for kind in by_priority {
        for (n, place) in kind.places(text).enumerate() {
            if n >= MOST_MATCHES || is_cancelled() {
                is_cut = true;
                break;
            }
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

fn ioc(kind: &CustomType, observable: &str, offset: usize) -> Ioc {
    let refanged = refang(observable).into_owned();
    Ioc { kind: Kind::Custom(kind.name.clone()), observable: observable.to_owned(), refanged, offset }
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
        let rows: Vec<_> = found.iter().map(|ioc| (ioc.kind.id(), &*ioc.observable, ioc.offset)).collect();
        assert_eq!(rows, [("ticket", "INC-12", 0), ("any", "AB-1", 7), ("user", "bob", 17)]);
        assert!(!is_cut);
    }

    #[test]
    fn a_search_is_cut_short() {
        let types = [kind("letter", ".", 1, None)];
        assert_eq!(extract_custom("abc", &types, &|| true), (Vec::new(), true));
        assert!(extract_custom(&"a".repeat(MOST_MATCHES + 1), &types, &|| false).1);
        assert!(!extract_custom(&"a".repeat(MOST_MATCHES), &types, &|| false).1);
    }

    #[test]
    fn what_does_not_hold_is_refused() {
        assert!(CustomType::new("x".to_owned(), "(", 1, None).is_err());
        assert!(CustomType::new("x".to_owned(), "a", 1, Some("b".to_owned())).unwrap_err().contains("'b'"));
    }
}
