//! The one hash of driftgate: FNV-1a over 64 bits, then the finaliser of splitmix64.
//!
//! It decides which ids and levels a bounded summary keeps, and it checks profile bytes, so it may never change within
//! a profile version. It is not meant against an attacker: who chooses ids can choose which ones are sampled.

/// The hash of `bytes`, evenly spread over all 64 bits.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |state: u64, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    mix(fnv)
}

/// Spreads the bits of `value`: the finaliser of splitmix64 (Steele, Lea and Flood 2014).
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let z = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
