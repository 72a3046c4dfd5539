//! The characters of base64 and of hexadecimal, and the bytes that runs of them stand for.
//!
//! Standard and URL-safe base64 are read by one table and line breaks are passed over, because evidence mixes and wraps
//! them; whether a run is one payload is judged elsewhere, on what comes out.

pub const UPPER: u8 = 1;
pub const LOWER: u8 = 2;
pub const DIGIT: u8 = 4;
pub const ALPHANUMERIC: u8 = UPPER | LOWER | DIGIT;
/// `+` and `/`.
pub const STANDARD: u8 = 8;
/// `-` and `_`.
pub const URL: u8 = 16;

/// The class of each byte; zero for what is no base64.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 26 {
        table[b'A' as usize + at] = UPPER;
        table[b'a' as usize + at] = LOWER;
        at += 1;
    }
    at = 0;
    while at < 10 {
        table[b'0' as usize + at] = DIGIT;
        at += 1;
    }
    table[b'+' as usize] = STANDARD;
    table[b'/' as usize] = STANDARD;
    table[b'-' as usize] = URL;
    table[b'_' as usize] = URL;
    table
}

pub fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Whether a byte parts words rather than being of one: `/`, `+`, `-` and `_`.
pub fn is_separator(byte: u8) -> bool {
    class(byte) >= STANDARD
}

/// The six bits of each character; `NONE` for what is no base64.
static SEXTETS: [u8; 256] = sextets();

const NONE: u8 = 0xff;

const fn sextets() -> [u8; 256] {
    const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [NONE; 256];
    let mut value = 0_u8;
    while value < 64 {
        table[CHARACTERS[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

fn sextet(byte: u8) -> Option<u32> {
    let value = SEXTETS[usize::from(byte)];
    (value != NONE).then_some(u32::from(value))
}

/// What a run of base64 decodes to.
pub struct Decoded {
    pub bytes: Vec<u8>,
    /// Whether the bits that the last character has to spare are zero, as every encoder writes them.
    pub is_clean: bool,
}

/// The bytes of a run; what is no character of the alphabet is passed over. None where one character is left over.
pub fn base64(run: &[u8]) -> Option<Decoded> {
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u8);
    for value in run.iter().filter_map(|byte| sextet(*byte)) {
        bits = bits << 6 | value;
        held += 1;
        if held == 4 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, held) = (0, 0);
        }
    }
    let is_clean = match held {
        0 => true,
        2 => {
            bytes.push((bits >> 4).to_le_bytes()[0]);
            bits.trailing_zeros() >= 4
        }
        3 => {
            bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]);
            bits.trailing_zeros() >= 2
        }
        _ => return None,
    };
    Some(Decoded { bytes, is_clean })
}

/// The value of a hexadecimal digit.
pub fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that two hexadecimal digits at a place stand for.
pub fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    Some(nibble(*bytes.get(at)?)? << 4 | nibble(*bytes.get(at + 1)?)?)
}

/// The bytes of a run of hexadecimal digits; None where it is odd or holds something else.
pub fn hex(run: &[u8]) -> Option<Vec<u8>> {
    run.len().is_multiple_of(2).then(|| (0..run.len()).step_by(2).map(|at| hex_pair(run, at)).collect())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_alphabets_and_line_breaks_are_read() {
        for (run, bytes) in [
            ("aGVsbG8=", &b"hello"[..]),
            ("aGVs\r\n  bG8", b"hello"),
            ("-_-_", &[0xfb, 0xff, 0xbf]),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
            ("", b""),
        ] {
            assert_eq!(base64(run.as_bytes()).unwrap().bytes, bytes, "{run}");
        }
        assert!(base64(b"aGVsb").is_none());
        assert!(base64(b"aGVsbG8").unwrap().is_clean && !base64(b"aGVsbG9").unwrap().is_clean);
    }

    #[test]
    fn hex_is_read_in_pairs() {
        assert_eq!(hex(b"4a4B"), Some(vec![0x4a, 0x4b]));
        assert_eq!((hex(b"4a4"), hex(b"4g")), (None, None));
    }

    proptest! {
        /// The crate that the rest of the world uses says the same.
        #[test]
        fn the_decoder_agrees_with_another(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            use base64::Engine;
            use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
            for text in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let decoded = super::base64(text.as_bytes()).unwrap();
                prop_assert!(decoded.is_clean);
                prop_assert_eq!(&decoded.bytes, &bytes);
            }
        }
    }
}
