//! The text with its payloads replaced, in the form that the field's existing tool gives it, so that scripts go on.
//!
//! Names and texts stand in it as they are: it is for reading, not for parsing.

use std::fmt::{self, Write};

/// A text that stops growing at a number of bytes, with an ellipsis.
pub struct Capped {
    text: String,
    limit: usize,
    is_full: bool,
}

const ELLIPSIS: &str = "…";

/// About how many bytes an element takes around what it holds.
const TAGS: usize = 80;

impl Capped {
    /// With room for so many bytes as it is likely to have.
    pub fn new(limit: usize, likely: usize) -> Self {
        Self { text: String::with_capacity(likely.min(limit)), limit, is_full: false }
    }

    pub fn push(&mut self, part: &str) {
        if self.is_full {
            return;
        }
        if self.text.len() + part.len() <= self.limit {
            self.text.push_str(part);
            return;
        }
        self.is_full = true;
        let room = self.limit.saturating_sub(ELLIPSIS.len());
        self.text.push_str(cut(part, room.saturating_sub(self.text.len())));
        self.text.truncate(cut(&self.text, room).len());
        if self.limit >= ELLIPSIS.len() {
            self.text.push_str(ELLIPSIS);
        }
    }

    pub fn finish(self) -> String {
        self.text
    }
}

impl Write for Capped {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.push(part);
        // Writing ends early where nothing more would be kept.
        if self.is_full { Err(fmt::Error) } else { Ok(()) }
    }
}

/// The start of a text, at most so many bytes and never within a character.
pub fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

/// Where a finding stands and what it is called.
pub struct Label<'a> {
    pub name: Option<&'a str>,
    pub file_type: Option<&'a str>,
    /// Its place among the findings of the text above, from 1.
    pub index: usize,
    pub depth: u8,
}

impl Label<'_> {
    fn name(&self) -> &str {
        self.name.unwrap_or("None")
    }

    /// A payload that is text.
    pub fn text(&self, text: &str, limit: usize) -> String {
        let mut markup = Capped::new(limit, text.len() + TAGS);
        let (name, index, depth) = (self.name(), self.index, self.depth);
        let head = write!(markup, "<decoded type='string' name='[{name}]' index='{index}' depth='{depth}'>{text}");
        close(markup, head)
    }

    /// A payload that is binary; the two spaces are as the existing tool has them.
    pub fn binary(&self, bytes: &[u8], limit: usize) -> String {
        let mut markup = Capped::new(limit, bytes.len() * 3 + TAGS);
        let head = self.binary_to(&mut markup, bytes);
        close(markup, head)
    }

    fn binary_to(&self, markup: &mut Capped, bytes: &[u8]) -> fmt::Result {
        let (name, index, depth) = (self.name(), self.index, self.depth);
        let file_type = self.file_type.unwrap_or("None");
        write!(markup, "<decoded value='binary'  name='[{name}]' type='{file_type}' index='{index}' depth='{depth}'>")?;
        for (at, byte) in bytes.iter().enumerate() {
            let gap = if at > 0 { " " } else { "" };
            write!(markup, "{gap}{byte:02x}")?;
        }
        Ok(())
    }

    /// An archive around its members.
    pub fn multiple(&self, members: &[String], limit: usize) -> String {
        let mut markup = Capped::new(limit, members.iter().map(String::len).sum::<usize>() + TAGS);
        let (name, index, depth) = (self.name(), self.index, self.depth);
        let mut head = write!(markup, "<decoded type='multiple' name='[{name}]' index='{index}' depth='{depth}'>");
        for member in members {
            head = head.and_then(|()| markup.write_str(member));
        }
        close(markup, head)
    }
}

/// Ends an element; one that was cut stays open, as its end was cut off too.
fn close(mut markup: Capped, head: fmt::Result) -> String {
    if head.is_ok() {
        markup.push("</decoded>");
    }
    markup.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_are_those_of_the_existing_tool() {
        let label = Label { name: None, file_type: None, index: 1, depth: 2 };
        assert_eq!(label.text("id", 99), "<decoded type='string' name='[None]' index='1' depth='2'>id</decoded>");
        let label = Label { name: Some("a.exe"), file_type: Some("exe"), index: 3, depth: 1 };
        assert_eq!(
            label.binary(b"hex", 999),
            "<decoded value='binary'  name='[a.exe]' type='exe' index='3' depth='1'>68 65 78</decoded>"
        );
        assert_eq!(
            label.multiple(&["x".to_owned(), "y".to_owned()], 99),
            "<decoded type='multiple' name='[a.exe]' index='3' depth='1'>xy</decoded>"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        for limit in 0..20 {
            let mut capped = Capped::new(limit, 4);
            for part in ["añb", "ñc", "défg"] {
                capped.push(part);
            }
            let text = capped.finish();
            assert!(text.len() <= limit, "{limit} {text}");
            assert_eq!(text.ends_with('…'), (3..12).contains(&limit), "{limit} {text}");
        }
    }
}
