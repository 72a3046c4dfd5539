//! Payloads hidden in text: base64, hexadecimal and percent-encoding found, decoded, told by evidence to be text or a
//! file, unpacked where they are archives, and searched again.
//!
//! The operation `unpack-base64` is made of this. The words of the field's existing tool are kept where they are seen: the
//! markup of the replaced text, and hashes over the decoded bytes. Deliberately not done: no brute force over keys or
//! ciphers, no passwords, no execution of what is found, nothing on disk, nothing remembered between two calls.

mod alphabet;
mod archives;
mod candidates;
mod containers;
mod escapes;
mod hints;
mod joins;
mod judge;
mod lists;
mod magic;
mod markup;
mod percent;
mod reading;
mod search;
mod unpack;

use std::fmt;

pub use judge::{Encoding, entropy};
pub use unpack::unpack;

/// How bytes were wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    Base64,
    Base64Url,
    Hex,
    Percent,
    /// Codes of characters in decimals between commas.
    Decimal,
    /// Characters by their numbers in Unicode, as JSON and HTML write them.
    Character,
    Gzip,
    Zlib,
    Deflate,
    Zip,
    Tar,
    Bzip2,
    Xz,
}

impl Wrapping {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::Decimal => "decimal",
            Self::Character => "character",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Deflate => "deflate",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

impl fmt::Display for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One payload that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Places among the findings of the text above: `1`, `1.2`, `1.2.1`.
    pub reference: String,
    /// The reference of the finding that it was in.
    pub parent: Option<String>,
    /// 1 for what stands in the cell itself.
    pub depth: u8,
    /// Byte offset in the text that it was found in; None for members of archives.
    pub offset: Option<usize>,
    /// The encoded text as it stands there; for a member, that of the payload that held the archive. Cut as `bytes` is,
    /// and shorter where an archive has many members.
    pub original: String,
    /// A member's name as text, which may stand for other bytes and is never a path to be used.
    pub file_name: Option<String>,
    /// By its first bytes, `gz`, `exe` and so on; `directory` or `symlink` for such members; None for text and for what
    /// is not known.
    pub file_type: Option<&'static str>,
    pub container: Wrapping,
    /// The decoded bytes, at most `kept` of them.
    pub bytes: Vec<u8>,
    /// Number of bytes that were decoded, which may be more than are kept.
    pub size: usize,
    /// The decoded text, cut at `kept` bytes; None for binary.
    pub text: Option<String>,
    pub encoding: Encoding,
    /// Lower-case hexadecimal, over all bytes that were decoded.
    pub md5: String,
    pub sha1: String,
    pub sha256: String,
    /// Bits a byte, 0 to 8.
    pub entropy: f64,
    /// Why the bytes are not all.
    pub truncated: Option<String>,
}

/// What was found in one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpacked {
    /// A finding, then what was found in it, then the next one.
    pub findings: Vec<Finding>,
    /// The cell with each payload replaced by what it says, cut at `kept` bytes; empty where there is none.
    pub full: String,
}
