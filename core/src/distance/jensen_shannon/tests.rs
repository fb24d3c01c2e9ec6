#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, categorical, large},
    math::tests::close,
};
use JensenShannonConvention::{Deciles, Evidently, NannyMl, Tfdv};

const ALL: [(&str, JensenShannonConvention); 4] =
    [("js_deciles", Deciles), ("js_nannyml", NannyMl), ("js_evidently", Evidently), ("js_tfdv", Tfdv)];

#[test]
fn every_convention_is_that_of_numpys_bins_and_fifty_digits() {
    for case in cases() {
        for (name, convention) in ALL {
            let result = jensen_shannon(convention, &case.reference, &case.current).unwrap();
            case.check(name, result.value, 1e-12);
        }
    }
}

#[test]
fn categories_are_those_of_fifty_digits() {
    let all = [("js_2", Deciles), ("js_nannyml", NannyMl), ("js_e", Evidently), ("js_divergence_2", Tfdv)];
    categorical("categorical", |r, c, expected| {
        for (name, convention) in all {
            let actual = jensen_shannon_categories(convention, r, c).unwrap();
            assert!(abs(actual - expected(name)) <= 1e-12 * expected(name), "{name}: {actual}");
        }
    });
}

#[test]
fn the_series_meets_the_logarithms() {
    for e in [1e-9, 1e-3, 0.1, 0.25, 0.299, 0.3] {
        let direct = (1.0 + e) * ln_1p(e) + (1.0 - e) * ln_1p(-e);
        assert!(abs(entropy_loss(e) - direct) <= 4e-16, "{e}");
    }
    close(entropy_loss(1e-9), 1e-18, 1e-15);
    close(entropy_loss(1.0 - 1e-16), 2.0 * LN_2, 1e-14);
}

#[test]
fn disjoint_samples_reach_the_upper_end_and_sides_can_be_swapped() {
    let all = [(Deciles, 1.0), (NannyMl, 1.0), (Evidently, sqrt(LN_2)), (Tfdv, 1.0)];
    let low = ValueHistogram::from_values(&crate::math::tests::uniforms(100));
    let high = ValueHistogram::from_values(&[5.0, 6.0, 7.0]);
    for (convention, end) in all {
        close(jensen_shannon_categories(convention, &[3, 0], &[0, 8]).unwrap(), end, 1e-14);
        if convention != Deciles {
            close(jensen_shannon(convention, &low, &high).unwrap().value, end, 1e-14);
        }
    }
    let (there, back) = (jensen_shannon(Tfdv, &low, &high).unwrap(), jensen_shannon(Tfdv, &high, &low).unwrap());
    close(there.value, back.value, 1e-14);
}

#[test]
fn summarised_values_have_deciles_alone() {
    let case = large();
    let result = jensen_shannon(Deciles, &case.reference, &case.current).unwrap();
    let exact = case.expected("js_deciles").unwrap();
    assert!(abs(result.value - exact) <= result.rank_error, "{result:?} for {exact}");
    for convention in [NannyMl, Evidently, Tfdv] {
        let Err(Skip(reason)) = jensen_shannon(convention, &case.reference, &case.current) else { panic!("computed") };
        assert!(reason.contains("`deciles`"), "{reason}");
    }
}

#[test]
fn an_empty_side_and_a_range_without_room_for_bins_are_skipped() {
    let (some, none) = (ValueHistogram::from_values(&[1.0]), ValueHistogram::new());
    for (_, convention) in ALL {
        assert!(jensen_shannon(convention, &some, &none).is_err() && jensen_shannon(convention, &none, &some).is_err());
        assert!(jensen_shannon_categories(convention, &[], &[1]).is_err());
        assert!(jensen_shannon_categories(convention, &[1], &[0, 0]).is_err());
        assert_eq!(jensen_shannon(convention, &some, &some).unwrap().value, 0.0);
    }
    let near = ValueHistogram::from_values(&[1e17, 1e17 + 16.0]);
    assert!(jensen_shannon(Tfdv, &near, &near).is_err());
    let far = ValueHistogram::from_values(&[-1e308, 1e308]);
    assert!(jensen_shannon(Tfdv, &far, &far).is_err());
}
