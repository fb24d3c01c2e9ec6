"""Tests of means: scipy, statsmodels, 50 digits (day_mean); block bootstrap and model confidence set: arch, fed with the indices that splitmix64
draws."""
import math
import mpmath as mp
import numpy as np
import statsmodels.api as sm
from arch.bootstrap import MCS, StationaryBootstrap, optimal_block_length
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.sandwich_covariance import cov_cluster, cov_cluster_2groups
from common import uniforms, write
from days import effective, series

u = uniforms(6000)
MASK = 2**64 - 1


def days(start, n, phi, offset, scale=1.0):
    return [round(x, 4) for x in series(u[start:start + n], phi, offset, scale)]


# Independent values.
def paired(x):
    found = stats.ttest_rel(x, np.zeros(len(x)))
    low, high = found.confidence_interval(0.9)
    return {"values": x, "estimate": float(np.mean(x)), "standard_error": float(stats.sem(x)), "statistic": float(found.statistic), "df": len(x) - 1,
            "p_value": float(found.pvalue), "interval_90": [float(low), float(high)]}


def welch(b, c):
    found = stats.ttest_ind(c, b, equal_var=False)
    low, high = found.confidence_interval(0.95)
    return {"baseline": b, "candidate": c, "estimate": float(np.mean(c) - np.mean(b)), "statistic": float(found.statistic), "df": float(found.df),
            "p_value": float(found.pvalue), "interval_95": [float(low), float(high)]}


def proportions(b, c):
    z, p = proportions_ztest([c[0], b[0]], [c[1], b[1]])
    return {"baseline": b, "candidate": c, "estimate": float(mp.mpf(c[0]) / c[1] - mp.mpf(b[0]) / b[1]), "statistic": float(z), "p_value": float(p)}


# Clusters. A difference of means is the slope of a regression on "is the candidate's"; its scores are the rows' influence.
def clusters(y, candidate, first, second):
    y, candidate = np.array(y), np.array(candidate, dtype=bool)
    both = candidate.any() and not candidate.all()
    x = np.column_stack([np.ones(len(y)), candidate]) if both else np.ones((len(y), 1))
    fit = sm.OLS(y, x).fit()
    scores = fit.resid * (np.linalg.inv(x.T @ x) @ x.T)[-1]
    # statsmodels' factor (N - 1) / (N - k), which we leave out.
    n, k = x.shape
    factor = (n - 1) / (n - k)
    case = {"scores": scores.tolist(), "first": first, "second": second, "estimate": float(fit.params[-1])}
    errors = {"one_way": (cov_cluster(fit, np.array(first)), len(set(first))),
              "two_way": (cov_cluster_2groups(fit, np.array(first), np.array(second))[0], min(len(set(first)), len(set(second))))}
    for name, (covariance, g) in errors.items():
        error = math.sqrt(covariance[-1, -1] / factor)
        case[name] = {"standard_error": error, "p_value": float(2 * stats.t.sf(abs(fit.params[-1]) / error, g - 1))}
    return case


def panel(n_days, symbols, shift, start, both):
    y, candidate, first, second = [], [], [], []
    for d in range(n_days):
        for s in range(symbols):
            v = u[start + d * symbols + s]
            if v < 0.1:
                continue
            is_candidate = both and v * 1000 % 1 < 0.5
            y.append(round(u[5000 + d] + u[5500 + s] + v + shift * (is_candidate or not both), 6))
            candidate.append(is_candidate)
            first.append(d)
            second.append(s)
    return clusters(y, candidate, first, second)


# Days.
def newey_west(x):
    x = np.array(x)
    n, e = len(x), x - x.mean()
    rho = (e[1:] @ e[:-1]) / (e @ e)
    lags = min(math.floor(1.1447 * (4 * rho**2 / (1 - rho**2) ** 2 * n) ** (1 / 3)), n - 1)
    fit = sm.OLS(x, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    return {"lags": lags, "standard_error": float(fit.bse[0]), "p_value": float(fit.pvalues[0])}


def day_mean(x):
    r, n = [mp.mpf(v) for v in x], len(x)
    mean = mp.fsum(r) / n
    e = [v - mean for v in r]
    variance = mp.fsum(v * v for v in e) / n
    lags = [mp.fsum(a * b for a, b in zip(e, e[k:])) / (n * variance) for k in range(1, math.isqrt(n) + 2)]
    rho = min(max(lags[0] + (1 + 4 * lags[0]) / n, mp.mpf(0)), mp.mpf("0.99"))
    first, later = mp.fsum(lags[:-1]), mp.fsum(lags[1:])
    decay = min(max(later / first if first > 0 else mp.mpf(0), rho), mp.mpf("0.99"))
    worth = effective(n, rho, decay)
    error = mp.sqrt(variance / max(1 - 1 / worth, mp.mpf("0.2")) / worth)
    df = max(1 / (mp.mpf(1) / n + 2 / worth), mp.mpf(1))
    t = mean / error
    return {"standard_error": float(error), "df": float(df), "p_value": float(mp.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True))}


# Resampling: splitmix64 (Steele, Lea and Flood 2014), whole numbers by Lemire's method, blocks that end with chance 1 / length.
class Rng:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        while True:
            product = self.bits() * n
            if (product & MASK) >= 2**64 % n:
                return product >> 64

    def unit(self):
        return (self.bits() >> 11) / 2**53


class Seeded(StationaryBootstrap):
    """arch's stationary bootstrap with our indices."""

    def __init__(self, length, values, seed):
        super().__init__(length, values)
        self.n, self.chance, self.rng = len(values), 1 / length, Rng(seed)

    def update_indices(self):
        indices = [self.rng.below(self.n)]
        while len(indices) < self.n:
            ends = self.rng.unit() < self.chance
            indices.append(self.rng.below(self.n) if ends else (indices[-1] + 1) % self.n)
        return np.array(indices, dtype=np.int64)


def length_of(x):
    return max(float(optimal_block_length(np.array(x))["stationary"].iloc[0]), 1.0)


def bootstrap(x, alpha, draws, seed):
    x, length = np.array(x), length_of(x)
    means = Seeded(length, x, seed).apply(np.mean, draws)[:, 0]
    # Days of four decimals make ties; they count.
    apart = np.abs(means - x.mean()) * (1 + 1e-12)
    margin = np.sort(apart)[::-1][math.floor(alpha * (draws + 1)) - 1]
    error = math.sqrt(Seeded(length, x, seed).cov(np.mean, draws)[0, 0])
    return {"alpha": alpha, "draws": draws, "seed": seed, "block_length": length, "standard_error": error,
            "p_value": (1 + int((apart >= abs(x.mean())).sum())) / (1 + draws), "margin": float(margin)}


def confidence_set(losses, draws, seed):
    by_day = np.array(losses).T
    relative = by_day - by_day.mean(axis=1, keepdims=True)
    length = max(length_of(relative[:, model]) for model in range(relative.shape[1]))
    mcs = MCS(by_day, size=0.1, reps=draws, method="max")
    mcs.bootstrap = Seeded(length, np.arange(len(by_day)), seed)
    mcs.compute()
    shares = mcs.pvalues["Pvalue"].to_dict()
    # 1 is added to both counts; the last model keeps its 1.
    p_values = [(1 + draws * shares[model]) / (1 + draws) for model in range(len(losses))]
    return {"losses": losses, "draws": draws, "seed": seed, "p_values": p_values}


time_series = []
for at, (n, phi, offset) in enumerate([(12, 0.0, 0.1), (30, 0.3, 0.1), (60, 0.0, -0.06), (60, 0.8, 0.2), (120, -0.5, 0.02), (250, 0.5, 0.03), (250, 0.9, -0.2)]):
    x = days(200 * at, n, phi, offset)
    time_series.append({"days": x, "newey_west": newey_west(x), "day_mean": day_mean(x), "bootstrap": bootstrap(x, [0.05, 0.1][at % 2], 999 - 100 * at, at)})

models = []
for n, gaps in [(40, [0.0, 0.1]), (120, [0.0, 0.02, 0.05, 0.3]), (60, [0.1, 0.0, 0.05, 0.01, 0.02, 0.15, 0.4, 0.03])]:
    common = days(3000, n, 0.6, 2.0)
    models.append(confidence_set([[round(a + 0.5 * b + gap, 4) for a, b in zip(common, days(3300 + 300 * m, n, 0.3, 0.0))] for m, gap in enumerate(gaps)], 499, n))

write("comparisons", {
    "paired_t": [paired(days(0, 12, 0.0, 0.3)), paired(days(50, 3, 0.0, 0.1)), paired(days(100, 80, 0.0, 1e6))],
    "welch": [welch(days(0, 9, 0.0, 0.0), days(20, 15, 0.0, 0.4, 3.0)), welch(days(40, 2, 0.0, 0.0), days(60, 40, 0.0, 0.1)),
              welch(days(100, 60, 0.0, 5.0), days(200, 60, 0.0, 5.5, 0.1))],
    "two_proportions": [proportions([40, 100], [52, 110]), proportions([0, 20], [3, 25]), proportions([520_000, 1_000_000], [530_000, 1_000_000]),
                        proportions([5, 9], [5, 9_000])],
    "clusters": [panel(20, 8, 0.3, 0, False), panel(12, 31, -0.2, 300, True), panel(2, 15, 0.1, 900, False), panel(40, 5, 0.5, 1200, True)],
    "rng": [{"seed": seed, "below": [rng.below(n) for n in (1, 7, 10, 1000, 3 * 2**61, 2**63 + 1, 250)], "unit": rng.unit()}
            for seed in (0, 42, 2**64 - 1) for rng in [Rng(seed)]],
    "series": time_series,
    "confidence_sets": models,
})
