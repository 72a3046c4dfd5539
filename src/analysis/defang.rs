//! Indicators written so that nobody follows them by accident, and so that no program makes links of them.

/// `http` becomes `hxxp`, and the dots and signs of addresses are put in brackets. Text that holds none stays as it is.
pub fn defanged(text: &str) -> String {
    let words = text.split_inclusive(|c: char| c.is_whitespace() || "\"'<>(),;|".contains(c));
    words.map(defanged_word).collect()
}

fn defanged_word(word: &str) -> String {
    let trimmed = word.trim_end_matches(|c: char| c.is_whitespace() || ".\"'<>(),;|".contains(c));
    let rest = &word[trimmed.len()..];
    let (scheme, host_and_path) = match trimmed.split_once("://") {
        Some((scheme, after)) => (Some(scheme), after),
        None => (None, trimmed),
    };
    let (host, path) = host_and_path.split_at(host_and_path.find(['/', '?', '#']).unwrap_or(host_and_path.len()));
    if scheme.is_none() && !is_address(host) {
        return word.to_owned();
    }
    let host = host.replace('.', "[.]").replace('@', "[@]");
    // Only IPv6 addresses hold several colons.
    let host = if host.matches(':').count() > 1 { host.replace(':', "[:]") } else { host };
    let scheme = scheme.map(|s| format!("{}://", s.to_lowercase().replace("tt", "xx"))).unwrap_or_default();
    format!("{scheme}{host}{path}{rest}")
}

/// Whether a word is a name, an address or a mail address, as far as its form tells. File names such as `a.exe` look the
/// same and are defanged too, which harms nobody.
fn is_address(word: &str) -> bool {
    let is_v6 = word.matches(':').count() > 1 && word.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.');
    let labels: Vec<&str> = word.rsplit('@').next().unwrap_or_default().split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == ':')
    };
    is_v6 || (labels.len() > 1 && labels.iter().all(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_followed_cannot_be_any_more() {
        for (text, safe) in [
            ("192.52.193.44", "192[.]52[.]193[.]44"),
            ("http://192.31.196.201/a/init.ps1", "hxxp://192[.]31[.]196[.]201/a/init.ps1"),
            ("https://drop.files-share.example.org/u/", "hxxps://drop[.]files-share[.]example[.]org/u/"),
            ("see cdn-updates.example.net.", "see cdn-updates[.]example[.]net."),
            ("archive@mail-archive.example.net", "archive[@]mail-archive[.]example[.]net"),
            ("3ffe:831f:4e0:7::1c2", "3ffe[:]831f[:]4e0[:]7[:][:]1c2"),
            ("no address at all", "no address at all"),
            ("NORD\\svc-backup", "NORD\\svc-backup"),
        ] {
            assert_eq!(defanged(text), safe);
        }
    }
}
