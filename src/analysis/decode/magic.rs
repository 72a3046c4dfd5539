//! What a file is by its first bytes.
//!
//! Only marks that chance hardly makes are known; formats of two bytes are asked for more of their header. Nothing here
//! reads further into a file than its header.

use tar::Header;

/// A layer that can be taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Gzip,
    Zlib,
    Deflate,
    Bzip2,
    Xz,
    Zip,
    Tar,
}

/// The short name of a file's type, and what it contains where it is a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileType {
    pub name: &'static str,
    pub container: Option<Container>,
}

impl FileType {
    pub const DEFLATE: Self = Self { name: "deflate", container: Some(Container::Deflate) };
    pub const ZLIB: Self = Self { name: "zlib", container: Some(Container::Zlib) };

    fn plain(name: &'static str) -> Self {
        Self { name, container: None }
    }

    fn holding(name: &'static str, container: Container) -> Self {
        Self { name, container: Some(container) }
    }
}

/// The first bytes of formats that are told by them alone.
const MARKS: &[(&[u8], &str)] = &[
    (b"\x7fELF", "elf"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\xff\xd8\xff\xe0", "jpg"),
    (b"\xff\xd8\xff\xe1", "jpg"),
    (b"\xff\xd8\xff\xdb", "jpg"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"MSWIM\0\0\0", "wim"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x4c\0\0\0\x01\x14\x02\0", "lnk"),
    (b"SQLite format 3\0", "sqlite"),
    (b"ElfFile\0", "evtx"),
    (b"\xd4\xc3\xb2\xa1", "pcap"),
    (b"\xa1\xb2\xc3\xd4", "pcap"),
    (b"\x0a\x0d\x0d\x0a", "pcapng"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\0\x01\0\0\0\xff\xff\xff\xff\x01\0\0\0", "net-serialized"),
    (b"\xac\xed\0\x05", "java-serialized"),
    (b"\0\0\0\x07ssh-", "ssh-key"),
    (b"\0\0\0\x0bssh-", "ssh-key"),
    (b"\0\0\0\x13ecdsa-", "ssh-key"),
];

/// The type of a file; None for text and for what is not known.
pub fn file_type(bytes: &[u8]) -> Option<FileType> {
    if let Some(found) = container(bytes) {
        return Some(found);
    }
    if let Some((_, name)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some(FileType::plain(name));
    }
    let name = match bytes {
        [b'M', b'Z', ..] => executable(bytes)?,
        [0xca, 0xfe, 0xba, 0xbe, 0, _, 0, 45..=80, ..] => "class",
        [0x30, 0x82, high, low, ..] => {
            // A DER sequence says its own length.
            let length = 4 + usize::from(u16::from_be_bytes([*high, *low]));
            (length == bytes.len()).then_some("der")?
        }
        _ => return None,
    };
    Some(FileType::plain(name))
}

fn container(bytes: &[u8]) -> Option<FileType> {
    let found = match bytes {
        // The upper bits of the flags are reserved.
        [0x1f, 0x8b, 8, 0..=0x1f, ..] => FileType::holding("gz", Container::Gzip),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => FileType::holding("zip", Container::Zip),
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(b"\x31\x41\x59\x26\x53\x59") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
        {
            FileType::holding("bz2", Container::Bzip2)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => FileType::holding("xz", Container::Xz),
        _ if is_tar(bytes) => FileType::holding("tar", Container::Tar),
        _ => return None,
    };
    Some(found)
}

/// A program for DOS or Windows: the header of the latter, or the words that stand before it.
fn executable(bytes: &[u8]) -> Option<&'static str> {
    let word = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    if let Some(start) = word(0x3c).and_then(|at| usize::try_from(at).ok())
        && let Some(header) = bytes.get(start..)
        && header.starts_with(b"PE\0\0")
    {
        const IS_LIBRARY: u8 = 0x20;
        let is_library = header.get(23).is_some_and(|flags| flags & IS_LIBRARY != 0);
        return Some(if is_library { "dll" } else { "exe" });
    }
    let says = |words: &[u8]| bytes.windows(words.len()).take(256).any(|w| w == words);
    // The usual head of a program, whose rest a log may have cut off.
    let is_head = bytes.starts_with(b"MZ\x90\0\x03\0\0\0") || says(b"DOS mode");
    is_head.then_some("exe")
}

/// Whether the first block's checksum holds, which is so for tar of every age.
fn is_tar(bytes: &[u8]) -> bool {
    let Some(block) = bytes.get(..512) else { return false };
    // A block of zeros ends an archive; a name begins one. This is asked first as it is cheap.
    let starts_with_name = block.first().is_some_and(|b| *b != 0);
    if !starts_with_name || !block.get(148..156).is_some_and(|sum| sum.iter().any(u8::is_ascii_digit)) {
        return false;
    }
    let around = block.iter().enumerate().filter(|(at, _)| !(148..156).contains(at));
    let sum = around.map(|(_, byte)| u32::from(*byte)).sum::<u32>() + 8 * u32::from(b' ');
    Header::from_byte_slice(block).cksum().is_ok_and(|said| said == sum)
}

/// Whether two bytes are the head of zlib: deflate, a window of at most 32 KiB, a check that holds, no dictionary.
pub fn may_be_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, _, ..] => {
            method & 0x0f == 8
                && method >> 4 <= 7
                && flags & 0x20 == 0
                && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(bytes: &[u8]) -> Option<&'static str> {
        file_type(bytes).map(|found| found.name)
    }

    #[test]
    fn files_are_told_by_their_heads() {
        for (bytes, expected) in [
            (&b"\x1f\x8b\x08\0rest"[..], Some("gz")),
            (b"\x1f\x8b\x08\xffrest", None),
            (b"PK\x03\x04rest", Some("zip")),
            (b"BZh91AY&SYrest", Some("bz2")),
            (b"BZh9 is a name", None),
            (b"\x7fELF\x02", Some("elf")),
            (b"%PDF-1.7", Some("pdf")),
            (b"MZ is a country", None),
            (b"MZ\x90\0\x03\0\0\0\x04", Some("exe")),
            (b"\x30\x82\0\x01x", Some("der")),
            (b"\x30\x82\0\x09x", None),
            (b"plain text", None),
            (b"", None),
        ] {
            assert_eq!(name(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn programs_and_libraries_are_told_apart() {
        let mut program = vec![0; 0x80];
        program[..2].copy_from_slice(b"MZ");
        program[0x3c] = 0x40;
        program[0x40..0x44].copy_from_slice(b"PE\0\0");
        assert_eq!(name(&program), Some("exe"));
        program[0x40 + 23] = 0x21;
        assert_eq!(name(&program), Some("dll"));
        program[0x3c..0x40].copy_from_slice(&[0xff; 4]);
        assert_eq!(name(&program), None);
    }

    #[test]
    fn tar_is_told_by_its_checksum() {
        let mut header = Header::new_old();
        header.set_path("notes.txt").unwrap();
        header.set_size(0);
        header.set_cksum();
        assert_eq!(name(header.as_bytes()), Some("tar"));
        let mut broken = header.as_bytes().to_vec();
        broken[0] ^= 1;
        assert_eq!(name(&broken), None);
        assert_eq!(name(&[b'7'; 600]), None);
    }

    #[test]
    fn the_head_of_zlib_is_checked() {
        assert!(may_be_zlib(b"\x78\x9c\x01") && may_be_zlib(b"\x78\xda\x01") && may_be_zlib(b"\x78\x01\x01"));
        assert!(!may_be_zlib(b"\x78\x9d\x01") && !may_be_zlib(b"hello") && !may_be_zlib(b"\x78\x9c"));
    }
}
