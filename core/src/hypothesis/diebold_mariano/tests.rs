#![allow(clippy::unwrap_used)]

use alloc::vec::Vec;

use super::*;
use crate::math::tests::close;

#[test]
fn the_published_vector_holds() {
    // R's forecast 8.20: dm.test(0:5, c(0, 2, 3, 3, 5, 6), h = 1, power = 2), a golden vector of this field.
    let found = diebold_mariano(&[0.0, -3.0, -5.0, 0.0, -9.0, -11.0], 1).unwrap();
    close(found.test.statistic, -2.490488234376871, 1e-12);
    close(found.test.p_value, 0.05512811990291335, 1e-9);
    assert_eq!((found.test.df, found.fell_back), (5.0, false));
}

/// R's forecast 8.20: `i <- 1:40; dm.test((7 * i^2) %% 13, (5 * i^2 + 3 * i) %% 11, h = h, power = power)`.
#[test]
fn every_horizon_is_that_of_r() {
    let expected = [
        (1, 1, 3.2372993224805713, 0.0024648834261975254, false),
        (1, 2, 2.3299254862343428, 0.025078217543551665, false),
        (1, 3, 2.2478357119919918, 0.030315120789294235, false),
        (1, 5, 3.6036089905186226, 0.00087746982148046554, false),
        (1, 8, 3.2372993224805713, 0.0024648834261975254, true),
        (1, 39, 0.60937099385574112, 0.54581244329885947, false),
        (2, 1, 2.9669699693421627, 0.005115654579824336, false),
        (2, 3, 2.4014458448364997, 0.02119471804107987, false),
        (2, 8, 15.480419905700289, 3.0336591193345493e-18, false),
        (2, 20, 2.9669699693421627, 0.005115654579824336, true),
        (2, 39, 0.60391126891717128, 0.54939958875758843, false),
    ];
    for (power, horizon, statistic, p_value, fell_back) in expected {
        let loss = |error: u32| f64::from(error.pow(power));
        let days: Vec<f64> = (1..=40).map(|i| loss(7 * i * i % 13) - loss((5 * i * i + 3 * i) % 11)).collect();
        let found = diebold_mariano(&days, horizon).unwrap();
        close(found.test.statistic, statistic, 1e-12);
        close(found.test.p_value, p_value, 1e-9);
        assert_eq!(found.fell_back, fell_back, "power {power}, horizon {horizon}");
    }
}

#[test]
fn degenerate_days_have_stated_answers() {
    let zero = diebold_mariano(&[0.0; 8], 3).unwrap();
    assert_eq!((zero.test.p_value, zero.fell_back), (1.0, true));
    assert!(diebold_mariano(&[0.3; 8], 1).unwrap_err().0.contains("no spread"));
    assert!(diebold_mariano(&[1.0, 2.0, 4.0], 3).unwrap_err().0.contains("3 days ahead"));
    assert!(diebold_mariano(&[1.0], 1).is_err() && diebold_mariano(&[1.0, f64::NAN], 1).is_err());
    let days = [1.0, 2.0, 4.0];
    assert_eq!(diebold_mariano(&days, 0).unwrap(), diebold_mariano(&days, 1).unwrap());
}
