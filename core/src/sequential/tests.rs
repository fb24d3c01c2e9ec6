#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn five_looks_as_published() {
    // Lan and DeMets' spending as O'Brien and Fleming, two-sided 0.05, as printed by gsDesign and rpact.
    for (look, expected) in (1..).zip([4.8769, 3.3570, 2.6803, 2.2898, 2.0310]) {
        let bound = planned_look(look, 5, 0.05, Sides::Two).unwrap();
        assert!(abs(bound - expected) < 5e-5, "{look}: {bound}");
    }
}
