//! What decoded bytes turned out to be: text, a file, a link, or nothing known.

use super::containers::{Link, Member, trial};
use super::judge::{Encoding, Ground, text_of};
use super::magic::{FileType, file_type, may_be_zlib};

/// What a payload turned out to be.
#[derive(Clone, Debug)]
pub enum Reading {
    Text(Encoding, String),
    File(FileType),
    Link(Link),
    Unknown,
}

impl Reading {
    pub fn of(member: &Member, ground: Ground) -> Self {
        let bytes = member.bytes.as_slice();
        if let Some(link) = member.link {
            return Self::Link(link);
        }
        let known = Self::by_evidence(bytes, ground).or_else(|| stream_type(bytes).map(Self::File));
        known.unwrap_or(Self::Unknown)
    }

    /// A file or text by evidence.
    pub fn by_evidence(bytes: &[u8], ground: Ground) -> Option<Self> {
        if let Some(found) = file_type(bytes) {
            return Some(Self::File(found));
        }
        text_of(bytes, ground).map(|(encoding, text)| Self::Text(encoding, text))
    }

    pub fn file_type(&self) -> Option<&'static str> {
        match self {
            Self::File(found) => Some(found.name),
            Self::Link(Link::Directory) => Some("directory"),
            Self::Link(Link::Symlink) => Some("symlink"),
            Self::Text(..) | Self::Unknown => None,
        }
    }
}

/// The type of bytes that no mark tells: zlib, or deflate that inflates to text or to a known type.
pub fn stream_type(bytes: &[u8]) -> Option<FileType> {
    if may_be_zlib(bytes) && trial(bytes, true).is_some() {
        return Some(FileType::ZLIB);
    }
    let inflated = trial(bytes, false)?;
    Reading::by_evidence(&inflated, Ground::Chance).map(|_| FileType::DEFLATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_what_they_are() {
        let of = |bytes: &[u8]| Reading::of(&Member { bytes: bytes.to_vec(), ..Member::default() }, Ground::Chance);
        assert!(matches!(of(b"net user backdoor /add"), Reading::Text(Encoding::Utf8, text) if text.ends_with("/add")));
        assert_eq!(of(b"\x7fELF\x02\x01").file_type(), Some("elf"));
        let noise: Vec<u8> = (0..40_u8).map(|n| n.wrapping_mul(151) ^ 0xa5).collect();
        assert!(matches!(of(&noise), Reading::Unknown));
        let link = Member { bytes: b"/etc/passwd".to_vec(), link: Some(Link::Symlink), ..Member::default() };
        assert_eq!(Reading::of(&link, Ground::Said).file_type(), Some("symlink"));
    }
}
