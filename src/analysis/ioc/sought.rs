//! Known indicators sought in texts, many at once.

use aho_corasick::{AhoCorasick, MatchKind};

use super::{IocType, Names, Wanted, extract, refang};
use crate::analysis::ip;

/// Indicators, to be found in any case, however they are defanged, and in whichever of their forms: an address of IPv6
/// can be written in many ways, and a name of another script also in punycode.
///
/// An indicator counts where it stands as a whole: `10.0.0.1` is not in `10.0.0.11`, while `example.net` is in
/// `www.example.net` and in every URL of that host.
pub struct Sought {
    words: Vec<String>,
    search: AhoCorasick,
    /// Whether one of them has several forms, so that the indicators of a text are looked at, too.
    has_forms: bool,
}

impl Sought {
    /// The error is one sentence: there are too many indicators, or they are too long.
    pub fn new<'a>(indicators: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let words: Vec<String> = indicators.map(|word| canonical(&refang(word))).collect();
        let search = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&words);
        let has_forms = words.iter().any(|word| word.contains("xn--") || is_v6(word));
        Ok(Self { words, search: search.map_err(|e| e.to_string())?, has_forms })
    }

    /// Which of the indicators stand in a text, each once, by their places in the list.
    pub fn in_text(&self, text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        self.add(&refang(text), &mut found);
        if self.has_forms {
            let with_forms = Wanted::of(&[IocType::Ipv6, IocType::Dns, IocType::Url, IocType::Email]);
            for ioc in extract(text, &with_forms.with_names(Names::All)) {
                self.add(&canonical(&ioc.refanged), &mut found);
            }
        }
        found
    }

    fn add(&self, live: &str, found: &mut Vec<usize>) {
        for hit in self.search.find_overlapping_iter(live.as_bytes()) {
            let at = hit.pattern().as_usize();
            let word = self.words.get(at).map_or("", |word| word);
            if !found.contains(&at) && is_whole(live, word, hit.start(), hit.end()) {
                found.push(at);
            }
        }
    }
}

fn is_v6(word: &str) -> bool {
    ip::facts(word).is_some_and(|facts| facts.address.is_ipv6())
}

/// The one form of a live indicator that all its forms have in common, in lower case.
fn canonical(live: &str) -> String {
    if let Some(facts) = ip::facts(live) {
        return facts.address.to_string();
    }
    let all = Wanted::default().with_names(Names::All);
    let in_punycode = || extract(live, &all).into_iter().find(|ioc| ioc.observable == live).map(|ioc| ioc.refanged);
    let ascii = if live.is_ascii() { None } else { in_punycode() };
    ascii.as_deref().unwrap_or(live).to_lowercase()
}

/// Whether what stands before and after leaves the indicator whole. A name may have names before it.
fn is_whole(text: &str, word: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|t| t.chars().next_back());
    let mut after = text.get(end..).map(str::chars).into_iter().flatten();
    let next = after.next();
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let is_number = word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_part_of_number =
        is_number && (before == Some('.') || (next == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit())));
    let ends_in_label = next == Some('-')
        || (next == Some('.')
            && !is_number
            && goes_on(text.get(end + 1..).and_then(|t| t.chars().next()))
            && !word.contains('/'));
    !goes_on(before) && before != Some('-') && !goes_on(next) && !is_part_of_number && !ends_in_label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, text: &str) -> bool {
        !Sought::new([word].into_iter()).unwrap().in_text(text).is_empty()
    }

    #[test]
    fn an_indicator_counts_only_where_it_stands_as_a_whole() {
        for (word, text, is_there) in [
            ("10.0.0.1", "from 10.0.0.1 port 22", true),
            ("10.0.0.1", "from 10.0.0.1.", true),
            ("10.0.0.1", "10.0.0.1:443", true),
            ("10.0.0.1", "10.0.0.11", false),
            ("10.0.0.1", "110.0.0.1", false),
            ("10.0.0.1", "1.10.0.0.1", false),
            ("10.0.0.1", "10.0.0.1.5", false),
            ("example.net", "http://WWW.example.net/a", true),
            ("example.net", "www[.]example[.]net", true),
            ("example.net", "example.net.evil.test", false),
            ("example.net", "myexample.net", false),
            ("example.net", "not-example.net", false),
            ("example.net", "at example.net.", true),
            ("d41d8cd98f00b204e9800998ecf8427e", "MD5=D41D8CD98F00B204E9800998ECF8427E", true),
            ("bücher.example", "GET http://www.xn--bcher-kva.example/a", true),
            ("xn--bcher-kva.example", "mail to info@BÜCHER.example", true),
            ("bücher.example", "GET http://xn--bcher-kva.example.net/a", false),
            ("2001:db8::1", "from 2001:0DB8:0:0:0:0:0:1 port 22", true),
            ("2001:0db8:0::1", "http://[2001:db8::1]:8080/a", true),
            ("2001:db8::1", "from 2001:db8::10 port 22", false),
            ("d41d8cd98f00b204e9800998ecf8427e", "0d41d8cd98f00b204e9800998ecf8427e", false),
        ] {
            assert_eq!(found(word, text), is_there, "{word} in {text}");
        }
    }
}
