//! Bounds for a known number of looks: group-sequential, the chance of error spent over the looks.
//!
//! Use when the number of looks is known. Early bounds are far out, the last one is little wider than that of one look.
//!
//! Edge cases: one look of one is the bound of a single look. Bounds beyond 8 standard errors are given as 8, as R's
//! `ldbounds` does: the chance of error that this adds is below 1e-13.
//! Source: Lan and DeMets (1983), spending as O'Brien and Fleming: at the share t of the looks, 2 P(Z > z(a/2) / sqrt t) on
//! each side, whose whole is a. The bounds follow from the recursion of Armitage, McPherson and Rowe (1969): S, the sum of
//! standard normal increments, one a look, has after each look a density on the interval where one goes on; it is convolved with
//! the next increment. Five looks, two-sided 0.05: 4.8769, 3.3570, 2.6803, 2.2898, 2.0310.

use alloc::{format, vec::Vec};
use core::f64::consts::TAU;

use crate::{
    Error,
    math::{abs, ceil, exp, ln, normal_quantile, normal_sf, sqrt},
};

/// The most looks that are planned.
pub const MAX_LOOKS: u32 = 200;

/// Bounds further out than this are given as this, in standard errors.
const FARTHEST: f64 = 8.0;

/// The allowed chances of error: below, a bound would lie beyond [`FARTHEST`].
const LEAST_ALPHA: f64 = 1e-9;

/// Whether a bound is crossed on one side or on either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Above only; alpha is the chance of that.
    One,
    /// Above or below, symmetric; each has half of alpha.
    Two,
}

/// The bound at look `look` of `planned` evenly spaced ones, in standard errors of the estimate at that look.
///
/// Accurate to 1e-9; some 10 million operations for 200 looks.
///
/// # Errors
/// If `planned` is outside 1..=200, `look` outside 1..=planned, or `alpha` outside 1e-9..0.5.
pub fn planned_look(look: u32, planned: u32, alpha: f64, sides: Sides) -> Result<f64, Error> {
    check(look, planned, alpha)?;
    let side = if sides == Sides::Two { 0.5 * alpha } else { alpha };
    let deviate = normal_quantile(1.0 - 0.5 * side);
    let spent = |at: u32| 2.0 * normal_sf(deviate / sqrt(f64::from(at) / f64::from(planned)));
    let mut density = Density::first();
    let mut bound = 0.0;
    for at in 1..=look {
        let root = sqrt(f64::from(at));
        bound = density.exceeded_with(spent(at) - spent(at - 1), FARTHEST * root);
        let low = if sides == Sides::Two { -bound } else { -FARTHEST * root };
        if at < look {
            density = density.after(low, bound);
        }
        bound /= root;
    }
    Ok(bound)
}

fn check(look: u32, planned: u32, alpha: f64) -> Result<(), Error> {
    let out = |what: &str, value: &dyn core::fmt::Display, allowed: &str| {
        Err(Error::usage(format!("planned looks: {what} is {value}; allowed is {allowed}")))
    };
    if !(1..=MAX_LOOKS).contains(&planned) {
        return out("their number", &planned, &format!("1 to {MAX_LOOKS} (more often than that: looks = \"any\")"));
    }
    if !(1..=planned).contains(&look) {
        return out("the look", &look, &format!("1 to {planned}"));
    }
    if !(LEAST_ALPHA..0.5).contains(&alpha) {
        return out("alpha", &alpha, "1e-9 to below 0.5, such as 0.05");
    }
    Ok(())
}

/// Where S is before the next look, among the paths that have not crossed a bound: points with weight times density, in
/// increasing order.
struct Density(Vec<(f64, f64)>);

/// Points and weights of Gauss and Legendre on (-1, 1), those above 0. Source: scipy 1.17 `roots_legendre(8)`.
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_361_96),
    (0.525_532_409_916_329, 0.313_706_645_877_887_27),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Widest piece of the integrals: on 2 standard deviations of an increment, 8 points are good for 10 digits.
const PIECE: f64 = 2.0;

/// Increments beyond this many standard deviations do not occur, even next to [`FARTHEST`].
const REACH: f64 = 10.0;

/// The longest of Newton's steps.
const LONGEST_STEP: f64 = 2.0;

impl Density {
    /// Before the first look: S is 0.
    fn first() -> Self {
        Self(alloc::vec![(0.0, 1.0)])
    }

    /// The chance that S exceeds `bound` at the next look, and its density there.
    fn exceeds(&self, bound: f64) -> (f64, f64) {
        let add = |(tail, density), (at, mass): &(f64, f64)| {
            let increment = bound - at;
            (tail + mass * normal_sf(increment), density + mass * normal_density(increment))
        };
        self.near(bound).iter().fold((0.0, 0.0), add)
    }

    /// The points from which an increment reaches `to`.
    fn near(&self, to: f64) -> &[(f64, f64)] {
        let start = self.0.partition_point(|(at, _)| *at < to - REACH);
        let end = self.0.partition_point(|(at, _)| *at <= to + REACH);
        &self.0[start..end]
    }

    /// The value that S exceeds at the next look with that `chance`, at most `farthest`.
    ///
    /// Newton's steps on the logarithm of the chance, which is concave: after one too far they come down from the right. They start
    /// where the last bound was, and are kept short, because the chance vanishes out of reach of all points.
    fn exceeded_with(&self, chance: f64, farthest: f64) -> f64 {
        if self.exceeds(farthest).0 >= chance {
            return farthest;
        }
        let mut bound = self.0.last().map_or(0.0, |(at, _)| *at);
        for _ in 0..60 {
            let (tail, density) = self.exceeds(bound);
            let step = ln(tail / chance) * tail / density;
            bound = (bound + step.clamp(-LONGEST_STEP, LONGEST_STEP)).min(farthest);
            if abs(step) < 1e-12 * bound {
                break;
            }
        }
        bound
    }

    /// After the next look, for the paths that are then between `low` and `high`.
    fn after(&self, low: f64, high: f64) -> Self {
        let pieces = ceil((high - low) / PIECE).max(1.0);
        let half = 0.5 * (high - low) / pieces;
        let piece = |number: u32| {
            let middle = low + half * f64::from(2 * number + 1);
            let below = GAUSS.iter().rev().map(move |(at, weight)| (middle - half * at, half * weight));
            below.chain(GAUSS.iter().map(move |(at, weight)| (middle + half * at, half * weight)))
        };
        let points = (0..pieces as u32).flat_map(piece);
        Self(points.map(|(at, weight)| (at, weight * self.density(at))).collect())
    }

    fn density(&self, to: f64) -> f64 {
        self.near(to).iter().map(|(at, mass)| mass * normal_density(to - at)).sum()
    }
}

fn normal_density(z: f64) -> f64 {
    exp(-0.5 * z * z) / sqrt(TAU)
}
