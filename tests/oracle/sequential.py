"""Bounds for repeated looks, Bayes and power. Takes two minutes.

always_valid: gbstats 0.8.0 itself (GrowthBook). Its version has no one-sided form; that is solved here from the half-normal mixture's
closed bound with mpmath. planned: the recursion of Armitage, McPherson and Rowe in numpy, on 400 Gauss-Legendre points for every
20 standard deviations of the continuation interval and scipy's root finder (driftgate: pieces of 8 points and Newton's steps), checked
below against scipy's multivariate normal. bayes: scipy's quadrature. detectable: scipy's quantiles, checked against statsmodels.
"""
import mpmath as mp
import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic
from scipy import integrate, optimize, special, stats
from statsmodels.stats.power import NormalIndPower
from common import write

mp.mp.dps = 40


def always_valid(rows, alpha):
    """Half width over standard error, of two arms of which one has a spread."""
    arm = lambda n, mean: SampleMeanStatistic(n=n, sum=n * mean, sum_squares=(n - 1) * 2.5 + n * mean * mean)
    first = rows // 2
    test = SequentialTwoSidedTTest(arm(first, 1.0), arm(rows - first, 1.25), SequentialConfig(alpha=alpha, difference_type="absolute"))
    low, high = test.confidence_interval
    return float((high - low) / 2 / np.sqrt(test.variance))


def one_sided(rows, alpha):
    """The x at which 2 / r (exp(x^2 (r^2 - 1) / (2 r^2)) - 1) is 1 / alpha, r = sqrt(n rho^2 + 1)."""
    a = -2 * mp.log(2 * mp.mpf(alpha))
    r = mp.sqrt(1 + rows * (a + mp.log(1 + a)) / 5000)
    crossed = lambda x: mp.log(2 / r * mp.expm1(x * x * (r * r - 1) / (2 * r * r)) * alpha)
    return float(mp.findroot(crossed, mp.mpf(4 + 60 / mp.sqrt(rows))))


POINTS, WEIGHTS = special.roots_legendre(400)


def bounds(planned, alpha, two_sided, looks):
    side = alpha / 2 if two_sided else alpha
    z = stats.norm.isf(side / 2)
    spent = [0.0] + [2 * stats.norm.sf(z / np.sqrt(k / planned)) for k in range(1, looks + 1)]
    at, mass, found = np.array([0.0]), np.array([1.0]), []
    for k in range(1, looks + 1):
        far = 8 * np.sqrt(k)
        crossing = lambda c: np.log(np.sum(mass * stats.norm.sf(c - at))) - np.log(spent[k] - spent[k - 1])
        c = far if spent[k] - spent[k - 1] <= np.sum(mass * stats.norm.sf(far - at)) else optimize.brentq(crossing, 0, min(far, at.max() + 12), xtol=1e-13, rtol=1e-14)
        found.append(float(c / np.sqrt(k)))
        low = -c if two_sided else -far
        # As many stretches of 400 points as make each at most 20 wide.
        stretches = int(np.ceil((c - low) / 20))
        half = (c - low) / stretches / 2
        new = np.concatenate([low + half * (2 * i + 1) + half * POINTS for i in range(stretches)])
        mass = np.array([np.sum(mass * stats.norm.pdf(x - at)) for x in new]) * half * np.tile(WEIGHTS, stretches)
        at = new
    return found


# The chance to cross any of three bounds is alpha, by another road: a box of a multivariate normal distribution.
three = bounds(3, 0.05, True, 3)
times = np.array([1.0, 2.0, 3.0])
correlation = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
inside = stats.multivariate_normal(cov=correlation, abseps=1e-9, releps=1e-9, maxpts=10_000_000).cdf(three, lower_limit=[-b for b in three])
assert abs(1 - inside - 0.05) < 1e-6, inside
# As published (gsDesign, rpact).
assert np.allclose(bounds(5, 0.05, True, 5), [4.8769, 3.3570, 2.6803, 2.2898, 2.0310], atol=5e-5)


def planned_cases():
    for planned, alpha, two_sided in [(1, 0.05, True), (1, 0.05, False), (2, 0.05, True), (5, 0.05, True), (5, 0.025, False), (5, 0.05, False), (10, 0.01, True), (28, 0.05, True), (28, 0.05, False), (28, 0.01, False), (28, 0.2, False), (60, 0.001, True), (200, 0.05, True), (200, 0.05, False)]:
        found = bounds(planned, alpha, two_sided, planned)
        shown = range(1, planned + 1) if planned <= 28 else [1, 2, planned // 4, planned // 2, planned - 1, planned]
        yield from ([k, planned, alpha, 2 if two_sided else 1, found[k - 1]] for k in shown)


def bayes(d, se, larger):
    gain = d if larger else -d
    better = stats.norm(gain, se)
    loss = lambda f, a, b: integrate.quad(lambda x: abs(x) * better.pdf(x), a, b, epsabs=0, epsrel=1e-13, limit=500)[0]
    ends = sorted([0.0, gain])
    below = loss(better, ends[0] - 15 * se, 0.0) if gain >= 0 else loss(better, gain - 15 * se, gain) + loss(better, gain, 0.0)
    above = loss(better, 0.0, ends[1] + 15 * se) if gain <= 0 else loss(better, 0.0, gain) + loss(better, gain, gain + 15 * se)
    return [d, se, larger, float(better.sf(0)), below, above]


def detectable(d, se, rows, days, baseline, alpha, power):
    minimum = (stats.norm.isf(alpha / 2) + stats.norm.isf(1 - power)) * se
    further = int(np.ceil(rows * (minimum / abs(d)) ** 2)) - rows if 0 < abs(d) < minimum else None
    if further is not None:
        sd = se * np.sqrt(rows)
        n = NormalIndPower().solve_power(effect_size=abs(d) / sd, alpha=alpha, power=power, ratio=0, alternative="two-sided")
        assert abs(n - rows - further) <= 1 + 1e-4 * n, (n, rows + further)
    day = None if further is None else -(-further * days // rows)
    return {"difference": d, "standard_error": se, "rows": rows, "days": days, "baseline": baseline, "alpha": alpha, "power": power,
            "minimum_detectable": float(minimum), "share": float(minimum / abs(baseline)) if baseline else None, "rows_needed": further, "days_needed": day}


grid = [(n, a) for n in (4, 28, 31, 868, 5000, 100_000, 50_000_000) for a in (0.2, 0.05, 0.01, 0.001)]
write("sequential", {
    "always_valid": [[n, a, always_valid(n, a)] for n, a in grid],
    "always_valid_one_sided": [[n, a, one_sided(n, a)] for n, a in grid],
    "planned": list(planned_cases()),
    "as_student": [[z, df, float(stats.t.isf(stats.norm.sf(z), df))] for z in (0.1, 1.6448536269514722, 1.959963984540054, 3.357, 4.8769, 8.0) for df in (1, 2, 5, 13, 27.5, 200, 1e6)],
    "bayes": [bayes(*case) for case in [(0.02, 0.01, True), (0.02, 0.01, False), (-0.3, 1.5, True), (1.0, 0.2, True), (1e-6, 3.0, False), (-4.0, 0.5, False)]],
    "detectable": [detectable(*case) for case in [
        (0.01, 0.008, 868, 28, 0.62, 0.05, 0.8), (-0.004, 0.01, 31, 1, 0.5, 0.05, 0.9), (3.5, 2.0, 5000, 250, -120.0, 0.01, 0.8),
        (0.05, 0.01, 868, 28, 0.62, 0.05, 0.8), (0.0, 0.01, 868, 28, 0.62, 0.05, 0.8), (0.01, 0.02, 868, 28, 0.0, 0.05, 0.8)]],
})
