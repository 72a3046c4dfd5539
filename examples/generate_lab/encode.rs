//! The wrappings that attackers and management agents put around a script: base64, UTF-16LE and gzip.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = [chunk.first(), chunk.get(1), chunk.get(2)]
            .iter()
            .fold(0_u32, |group, byte| (group << 8) | byte.map_or(0, |byte| u32::from(*byte)));
        for place in 0..4 {
            let letter = usize::try_from((group >> (18 - 6 * place)) & 63).unwrap_or(0);
            let padded = usize::try_from(place).unwrap_or(0) > chunk.len();
            encoded.push(if padded { '=' } else { char::from(ALPHABET[letter]) });
        }
    }
    encoded
}

/// What follows `-EncodedCommand`: base64 over UTF-16LE.
pub fn powershell(script: &str) -> String {
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    base64(&bytes)
}

/// A gzip member with stored blocks: valid for every reader, and needs no compressor.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let last = bytes.chunks(usize::from(u16::MAX)).count().saturating_sub(1);
    for (place, chunk) in bytes.chunks(usize::from(u16::MAX)).enumerate() {
        let len = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        member.push(u8::from(place == last));
        member.extend(len.to_le_bytes());
        member.extend((!len).to_le_bytes());
        member.extend(chunk);
    }
    member.extend(crc32(bytes).to_le_bytes());
    member.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    member
}

/// The CRC-32 of ISO 3309, bit by bit: the payloads are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
