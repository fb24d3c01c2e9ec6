#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::vec::Vec;

use serde_json::Value;

use super::*;

/// Asserts that a value is within a relative distance of the oracle's.
#[track_caller]
pub(crate) fn close(actual: f64, expected: f64, relative: f64) {
    let error = abs(actual - expected);
    assert!(error <= relative * abs(expected), "{actual:e} is not {expected:e}: off by {:e}", error / abs(expected));
}

/// A list of numbers of the vectors.
pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The generator of the vectors: x0 = 1, x = (1103515245 x + 12345) mod 2^31, u = x / 2^31.
pub(crate) fn uniforms(count: usize) -> Vec<f64> {
    let step = |x: &mut u64| {
        *x = (1_103_515_245 * *x + 12_345) % (1 << 31);
        Some(*x as f64 / f64::from(1_u32 << 31))
    };
    (0..count).scan(1, |x, _| step(x)).collect()
}

/// The two samples of a case of `ties`: uniforms in steps of 1/64, the second one scaled; a late start keeps both in range.
pub(crate) fn tied(case: &Value, u: &[f64]) -> [Vec<f64>; 2] {
    let number = |name: &str| case[name].as_f64().unwrap();
    let (n, m, scale) = (number("n") as usize, number("m") as usize, number("scale"));
    let start = if n + m <= u.len() { n } else { u.len() - m };
    let stepped = |values: &[f64], scale: f64| values.iter().map(|x| floor(x * 64.0 * scale) / 64.0).collect();
    [stepped(&u[..n], 1.0), stepped(&u[start..start + m], scale)]
}

fn special(name: &str) -> Vec<Vec<f64>> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/special.json")).unwrap();
    all[name].as_array().unwrap().iter().map(numbers).collect()
}

#[track_caller]
fn check(name: &str, f: impl Fn(&[f64]) -> f64, relative: f64) {
    let cases = special(name);
    assert!(cases.len() > 10, "{name}");
    for case in cases {
        let Some((expected, arguments)) = case.split_last() else { panic!("{name}") };
        let actual = f(arguments);
        let error = abs(actual - expected);
        assert!(error <= relative * abs(*expected), "{name}{case:?}: {actual:e}, off by {:e}", error / abs(*expected));
    }
}

#[test]
fn tails_agree_with_sixty_digits() {
    check("chi_square_sf", |x| chi_square_sf(x[0], x[1]), 1e-11);
    check("student_t_two_sided", |x| student_t_two_sided(x[0], x[1]), 1e-11);
    check("normal_sf", |x| normal_sf(x[0]), 1e-12);
    check("kolmogorov_sf", |x| kolmogorov_sf(x[0]), 1e-12);
    check("normal_quantile", |x| normal_quantile(x[0]), 1e-12);
}

#[test]
fn kstwo_agrees_with_smirnovs_sum_in_the_tail_and_with_scipy_in_the_middle() {
    check("kstwo_sf_tail", |x| kstwo_sf(x[0], x[1]), 1e-9);
    check("kstwo_sf_scipy", |x| kstwo_sf(x[0], x[1]), 1e-9);
}

#[test]
fn ends_of_the_range_have_stated_answers() {
    assert_eq!((chi_square_sf(0.0, 3.0), chi_square_sf(f64::INFINITY, 3.0)), (1.0, 0.0));
    assert_eq!((student_t_two_sided(0.0, 2.0), student_t_two_sided(f64::NEG_INFINITY, 2.0)), (1.0, 0.0));
    assert_eq!((normal_sf(f64::NEG_INFINITY), normal_sf(f64::INFINITY)), (1.0, 0.0));
    assert_eq!((normal_quantile(0.0), normal_quantile(0.5)), (f64::NEG_INFINITY, 0.0));
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert_eq!((kolmogorov_sf(0.0), kolmogorov_sf(f64::INFINITY)), (1.0, 0.0));
    assert_eq!((kstwo_sf(0.0, 10.0), kstwo_sf(1.0, 10.0), kstwo_sf(0.01, 50.0)), (1.0, 0.0, 1.0));
    let nonsense = [chi_square_sf(1.0, 0.0), chi_square_sf(f64::NAN, 1.0), student_t_two_sided(1.0, -1.0)];
    assert!(nonsense.iter().all(|x| x.is_nan()));
    assert!(normal_quantile(-0.1).is_nan() && normal_quantile(1.1).is_nan() && kstwo_sf(0.5, 0.0).is_nan());
}

#[test]
fn a_t_beyond_the_square_root_of_f64_follows_its_power_law() {
    // With one degree of freedom, p = 2/pi * atan(1/t).
    close(student_t_two_sided(1e200, 1.0), 1e-200 * core::f64::consts::FRAC_2_PI, 1e-12);
    close(student_t_two_sided(-1e120, 2.0), 2e-240 / 2.0, 1e-12);
}

#[test]
fn the_quantile_inverts_the_tail() {
    arbtest::arbtest(|u| {
        let p = (u.arbitrary::<u32>()? as f64 + 0.5) / f64::from(u32::MAX) / 2.0;
        close(normal_sf(-normal_quantile(p)), p, 1e-12);
        Ok(())
    });
}

#[test]
fn tails_fall_and_regimes_meet() {
    arbtest::arbtest(|u| {
        let n = f64::from(u.int_in_range(1..=5_000_u32)?);
        let d = f64::from(u.int_in_range(1..=9_999_u32)?) / 1e4;
        assert!(kstwo_sf(d, n) >= kstwo_sf(d + 1e-4, n) - 1e-6, "n {n} d {d}");
        let (x, df) = (100.0 * d, f64::from(u.int_in_range(1..=200_u32)?) / 2.0);
        assert!(chi_square_sf(x, df) >= chi_square_sf(x + 0.01, df), "x {x} df {df}");
        assert!(student_t_two_sided(x, df) > student_t_two_sided(x + 0.01, df), "t {x} df {df}");
        Ok(())
    });
}

/// statrs is another implementation by other people: the two agree as far as statrs is accurate.
#[test]
fn tails_agree_with_statrs() {
    use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};
    let normal = Normal::new(0.0, 1.0).unwrap();
    for df in [1.0, 2.5, 9.0, 40.0, 300.0] {
        let (chi, t) = (ChiSquared::new(df).unwrap(), StudentsT::new(0.0, 1.0, df).unwrap());
        for step in 1..40 {
            let x = f64::from(step) * 0.25;
            let pairs = [
                (chi_square_sf(x * df, df), chi.sf(x * df)),
                (student_t_two_sided(x, df), 2.0 * t.sf(x)),
                (normal_sf(x), normal.sf(x)),
            ];
            // Below 1e-300 nothing is promised, and statrs answers 0.
            for (ours, theirs) in pairs.into_iter().filter(|(ours, _)| *ours > 1e-300) {
                assert!(abs(ours - theirs) <= 1e-7 * theirs, "df {df}, x {x}: {ours} and {theirs}");
            }
        }
    }
}

#[test]
fn the_digest_sees_every_bit() {
    // Not a value of ours to keep: it has to be the same twice here, and through every door (tests/doors.rs).
    assert_eq!(digest(), digest());
    assert_ne!(digest(), 0);
}
