//! `SplitMix64`: a small generator with no hidden state, so that the same seed gives the same lab everywhere.

const SEED: u64 = 0x0ca5_eb00_c2f1_7e51;
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

pub struct Prng {
    state: u64,
}

/// The 64-bit FNV-1a hash of a name.
pub fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Prng {
    /// Every part of the lab draws from a stream of its own, so that editing one part leaves the others as they were.
    pub fn named(stream: &str) -> Self {
        Self { state: SEED ^ name_hash(stream) }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; zero where the bound is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One item of a list that is never empty: all lists are constants of this program.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let len = u64::try_from(items.len()).unwrap_or(1);
        &items[usize::try_from(self.below(len)).unwrap_or(0)]
    }
}

/// A stable identifier for a name, in the shape of a random (version 4) GUID.
pub fn guid(name: &str) -> String {
    let mut prng = Prng::named(name);
    let (high, low) = (prng.next(), prng.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}
