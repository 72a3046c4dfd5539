//! Addresses of cryptocurrencies, taken only where their checksum holds.
//!
//! Bitcoin, Litecoin, Tron and Dogecoin in base 58 with a checksum, by their version bytes; Bitcoin and Litecoin in
//! bech32 and bech32m (BIP 173, BIP 350); Ethereum by the case of its letters (EIP-55). An Ethereum address in one case
//! carries no checksum, so nothing tells it from another number of forty digits, and it is left out.

use ring::digest::{SHA256, digest};
use sha3::{Digest, Keccak256};

/// Version bytes: Bitcoin 0x00 and 0x05, Litecoin 0x30 and 0x32, Tron 0x41, Dogecoin 0x1e and 0x16.
const VERSIONS: [u8; 7] = [0x00, 0x05, 0x30, 0x32, 0x41, 0x1e, 0x16];

/// Whether a stretch of letters and digits is the address of a coin.
pub(super) fn is_address(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', b'x', digits @ ..] if digits.len() == 40 => is_ethereum(digits),
        [b'b' | b'B', b'c' | b'C', b'1', ..] | [b'l' | b'L', b't' | b'T', b'c' | b'C', b'1', ..] => is_segwit(text),
        [b'1' | b'3' | b'L' | b'M' | b'T' | b'D' | b'A' | b'9', ..] if (25..=35).contains(&text.len()) => {
            is_base58(text)
        }
        _ => false,
    }
}

/// One byte of version, twenty of hash, and the first four of the SHA-256 of the SHA-256 of those.
fn is_base58(text: &str) -> bool {
    let mut bytes = [0_u8; 25];
    if bs58::decode(text).onto(&mut bytes) != Ok(25) {
        return false;
    }
    let (payload, checksum) = bytes.split_at(21);
    let hash = digest(&SHA256, digest(&SHA256, payload).as_ref());
    payload.first().is_some_and(|version| VERSIONS.contains(version)) && hash.as_ref().get(..4) == Some(checksum)
}

fn is_segwit(text: &str) -> bool {
    let is_known = |prefix: &str| ["bc", "ltc"].contains(&&*prefix.to_ascii_lowercase());
    bech32::segwit::decode(text).is_ok_and(|(prefix, ..)| is_known(prefix.as_str()))
}

/// A letter is in upper case where the digit of the Keccak hash of the lower case address is 8 or more.
fn is_ethereum(digits: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| digits.iter().any(is);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    if !is_mixed || !digits.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits
        .iter()
        .zip(nibbles)
        .all(|(digit, nibble)| !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == (nibble > 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address made here, so that each version byte is tried.
    fn base58(version: u8) -> String {
        let payload: Vec<u8> = std::iter::once(version).chain(1..=20).collect();
        let hash = digest(&SHA256, digest(&SHA256, &payload).as_ref());
        bs58::encode([&payload[..], &hash.as_ref()[..4]].concat()).into_string()
    }

    #[test]
    fn checksums_decide() {
        for real in [
            // The first address of Bitcoin, and the examples of BIP 173, BIP 350 and EIP-55.
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ] {
            assert!(is_address(real), "{real}");
            let last = real.chars().last().unwrap();
            let other = if last == 'd' { 'D' } else { 'd' };
            let wrong = format!("{}{other}", &real[..real.len() - 1]);
            assert!(!is_address(&wrong), "{wrong}");
        }
        assert!(!is_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    }

    #[test]
    fn each_version_has_its_letter() {
        for (version, letters) in [(0, "1"), (5, "3"), (0x30, "L"), (0x32, "M"), (0x41, "T"), (0x1e, "D"), (0x16, "9A")]
        {
            let address = base58(version);
            assert!(address.starts_with(|c| letters.contains(c)) && is_address(&address), "{address}");
        }
        assert!(!is_address(&base58(0x6f)));
    }
}
