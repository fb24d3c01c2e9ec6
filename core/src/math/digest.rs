//! A fingerprint of the arithmetic: equal on every machine, engine and door that keeps the promise of equal bytes.

use super::{
    chi_square_sf, cos, exp, kolmogorov_sf, kstwo_sf, ln, log2, normal_quantile, normal_sf, pow, sin,
    student_t_two_sided,
};
use crate::hash::mix;

/// Values of each function.
const POINTS: u32 = 10_000;

/// The digest of the bits of 120,000 function values: twelve functions on 10,000 points each.
#[must_use]
pub fn digest() -> u64 {
    (1..=POINTS).fold(0, |digest, point| {
        let share = f64::from(point) / f64::from(POINTS + 1);
        let wide = exp(40.0 * (share - 0.5));
        let values = [
            ln(wide),
            log2(wide),
            exp(700.0 * (share - 0.5)),
            pow(wide, 3.0 * share - 1.5),
            sin(wide),
            cos(wide),
            normal_sf(37.0 * share),
            normal_quantile(share),
            chi_square_sf(600.0 * share * share, 1.0 + 50.0 * share),
            student_t_two_sided(30.0 * share, 1.0 + f64::from(point % 97) / 3.0),
            kolmogorov_sf(5.0 * share),
            kstwo_sf(share, f64::from(20 + point % 200)),
        ];
        values.iter().fold(digest, |digest, value| mix(digest ^ value.to_bits()))
    })
}
