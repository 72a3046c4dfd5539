//! Known indicators sought in texts, many at once.

use aho_corasick::{AhoCorasick, MatchKind};

use super::refang;

/// Indicators in their live form, to be found in any case and however they are defanged.
///
/// An indicator counts where it stands as a whole: `10.0.0.1` is not in `10.0.0.11`, while `example.net` is in
/// `www.example.net` and in every URL of that host.
pub struct Sought {
    words: Vec<String>,
    search: AhoCorasick,
}

impl Sought {
    /// The error is one sentence: there are too many indicators, or they are too long.
    pub fn new<'a>(indicators: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let words: Vec<String> = indicators.map(str::to_lowercase).collect();
        let search = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&words);
        Ok(Self { words, search: search.map_err(|e| e.to_string())? })
    }

    /// Which of the indicators stand in a text, each once, by their places in the list.
    pub fn in_text(&self, text: &str) -> Vec<usize> {
        let live = refang(text);
        let mut found = Vec::new();
        for hit in self.search.find_overlapping_iter(live.as_bytes()) {
            let at = hit.pattern().as_usize();
            let word = self.words.get(at).map_or("", |word| word);
            if !found.contains(&at) && is_whole(&live, word, hit.start(), hit.end()) {
                found.push(at);
            }
        }
        found
    }
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
            ("d41d8cd98f00b204e9800998ecf8427e", "0d41d8cd98f00b204e9800998ecf8427e", false),
        ] {
            assert_eq!(found(word, text), is_there, "{word} in {text}");
        }
    }
}
