"""Tail probabilities with 60 digits (mpmath); Kolmogorov's distribution for n values by scipy where it is central."""
import mpmath as mp
from scipy import stats
from common import write

mp.mp.dps = 60


def chi_square(x, df):
    return mp.gammainc(mp.mpf(df) / 2, mp.mpf(x) / 2, mp.inf, regularized=True)


def student(t, df):
    t, df = mp.mpf(t), mp.mpf(df)
    return mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True)


def normal(z):
    return mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2


def kolmogorov(x):
    x = mp.mpf(x)
    return 2 * mp.nsum(lambda k: (-1) ** (int(k) - 1) * mp.exp(-2 * k * k * x * x), [1, 400], method="d")


def smirnov(n, d):
    """Twice Smirnov's one-sided sum, which is the two-sided p-value for d >= 1/2 and in the tail."""
    d, total = mp.mpf(d), mp.mpf(0)
    log_binomial = mp.mpf(0)
    for j in range(int(mp.floor(n * (1 - d))) + 1):
        p = d + mp.mpf(j) / n
        if p < 1:
            total += mp.exp(log_binomial + (j - 1) * mp.log(p) + (n - j) * mp.log(1 - p))
        log_binomial += mp.log(n - j) - mp.log(j + 1)
    return 2 * d * total


DFS = [0.5, 1, 2, 3, 4, 9.5, 30, 100, 999, 4095]
STANDARDS = [-3, -1, -0.3, 0, 0.01, 0.5, 1, 2, 5, 10, 20, 33]
TS = [1e-8, 0.01, 0.5, 1, 1.96, 2.5, 4, 10, 37, 1e3, 1e6, 1e20]
T_DFS = [1, 1.5, 2, 3.7, 5, 10, 33.3, 124, 1000, 1e5]

chi = [(df * max(1e-3, 1 + z * (2 / df) ** 0.5), df) for df in DFS for z in STANDARDS]
chi += [(x, df) for df in (1, 2, 4, 50) for x in (100, 700, 1370)]
pairs = {
    "chi_square_sf": [(x, df, chi_square(x, df)) for x, df in chi],
    "student_t_two_sided": [(t, df, student(t, df)) for t in TS for df in T_DFS],
    "normal_sf": [(z, normal(z)) for z in [-8, -1.5, -1e-9, 0, 1e-5, 0.3, 1, 1.96, 3, 6, 10, 20, 30, 37]],
    "kolmogorov_sf": [(x, kolmogorov(x)) for x in [0.2, 0.4, 0.6, 0.799, 0.8, 0.801, 1, 1.36, 2, 5, 10, 18]],
    "kstwo_sf_tail": [(d, n, smirnov(n, d)) for n, d in [
        (1, 0.75), (3, 0.6), (20, 0.55), (20, 0.9), (100, 0.21), (100, 0.5), (140, 0.6), (141, 0.13), (667, 0.0965),
        (667, 0.6), (5000, 0.022), (5000, 0.26), (40000, 0.0075), (40000, 0.03), (40000, 0.08), (100003, 0.005),
        (300000, 0.004)]],
    "kstwo_sf_scipy": [(d, n, stats.kstwo.sf(d, n)) for n, d in [
        (1, 0.6), (2, 0.3), (2, 0.49), (7, 0.1), (7, 0.25), (7, 0.45), (20, 0.1), (20, 0.2), (20, 0.4), (139, 0.02),
        (140, 0.05), (140, 0.1), (140, 0.16), (141, 0.03), (141, 0.06), (141, 0.12), (667, 0.02), (667, 0.03),
        (667, 0.05), (1000, 0.0125), (5000, 0.004), (5000, 0.01), (20000, 0.005), (20000, 0.01), (99999, 0.0005),
        (99999, 0.001), (1000000, 0.0008), (1000000, 0.0014)]],
}
QUANTILES = [1e-300, 1e-100, 1e-16, 1e-5, 0.001, 0.025, 0.2, 0.4, 0.49, 0.499999, 0.6, 0.975, 0.999]
quantiles = []
for p in QUANTILES:
    exact = mp.mpf(p)
    start = mp.mpf(float(stats.norm.ppf(p)))
    quantiles.append((p, mp.findroot(lambda z: mp.log(mp.erfc(-z / mp.sqrt(2)) / 2) - mp.log(exact), start)))
vectors = {key: [[float(v) for v in case] for case in cases] for key, cases in pairs.items()}
vectors["chi_square_sf"] = [case for case in vectors["chi_square_sf"] if case[2] > 1e-305]
vectors["student_t_two_sided"] = [case for case in vectors["student_t_two_sided"] if case[2] > 1e-305]
vectors["normal_quantile"] = [[float(p), float(z)] for p, z in quantiles]
write("special", vectors)
