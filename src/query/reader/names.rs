//! Column names: every column has one, and no two the same.

use std::collections::{HashMap, HashSet};

/// The names with empty ones filled and later duplicates numbered, and a word about what was changed.
pub fn unique(headings: Vec<String>) -> (Vec<String>, Option<String>) {
    let mut taken: HashSet<String> = HashSet::with_capacity(headings.len());
    // Where the numbers of a doubled name go on, so that a thousand of them are not tried anew each time.
    let mut next: HashMap<String, usize> = HashMap::new();
    let mut changed = Vec::new();
    let mut names = Vec::with_capacity(headings.len());
    for (at, heading) in headings.into_iter().enumerate() {
        let wanted = if heading.is_empty() { format!("column_{}", at + 1) } else { heading.clone() };
        let mut name = wanted.clone();
        while taken.contains(&name) {
            let number = next.entry(wanted.clone()).or_insert(2);
            name = format!("{wanted}_{number}");
            *number += 1;
        }
        if name != heading {
            changed.push(format!("'{heading}' is '{name}'"));
        }
        taken.insert(name.clone());
        names.push(name);
    }
    let shown = changed.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = if changed.len() > 3 { format!(" and {} more", changed.len() - 3) } else { String::new() };
    let what = format!("columns without a name, or with one that was there already, were named anew: {shown}{more}");
    (names, (!changed.is_empty()).then_some(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_nameless_or_doubled() {
        let names = |list: &[&str]| unique(list.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(names(&["a", "b"]), (vec!["a".to_owned(), "b".to_owned()], None));
        let (fixed, what) = names(&["a", "", "a", "a_2"]);
        assert_eq!(fixed, ["a", "column_2", "a_2", "a_2_2"]);
        assert!(what.unwrap().contains("'a' is 'a_2'"));
    }
}
