"""Distances by numpy's bins and fifty digits, conventions of other tools as documented, and tests as scipy has them."""
import itertools
import math
import sys
import warnings
from fractions import Fraction
import mpmath as mp
import numpy as np
from scipy import stats
from common import uniforms, write

warnings.simplefilter("ignore")  # scipy says where it caps the p-value of Anderson and Darling: so do we
mp.mp.dps = 50


def shares(x, edges):
    return [Fraction(int(c), len(x)) for c in np.histogram(x, edges)[0]]


def deciles(r, c):
    edges = np.unique(np.quantile(r, np.arange(1, 10) / 10))
    return [[Fraction(int(k), len(x)) for k in np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1)] for x in (r, c)]


def by_value(r, c):
    values = np.unique(np.concatenate([r, c]))
    return [[Fraction(int((x == v).sum()), len(x)) for v in values] for x in (r, c)]


def sturges(r, c):
    if len(np.unique(r)) <= 20:
        return by_value(r, c)
    edges = np.histogram_bin_edges(np.concatenate([r, c]), bins="sturges")
    return shares(r, edges), shares(c, edges)


def doane(r, c):
    distinct = len(np.unique(r))
    if distinct > 50 or distinct / len(r) > 0.1:
        edges = np.histogram_bin_edges(r, bins="doane")
        p, q = shares(r, edges), shares(c, edges)
    else:
        values = np.unique(r)
        p, q = [[Fraction(int((x == v).sum()), len(x)) for v in values] for x in (r, c)]
    return p + [Fraction(0)], q + [1 - sum(q)]


def ten(r, c):
    edges = np.histogram_bin_edges(np.concatenate([r, c]), bins=10)
    return shares(r, edges), shares(c, edges)


def union(r, c):
    own = [np.histogram_bin_edges(x, bins=10) for x in (r, c)]
    edges = np.union1d(*own)

    def spread(x, mine):
        result = []
        for low, high in itertools.pairwise(edges):
            share = Fraction(0)
            for (a, b), s in zip(itertools.pairwise(mine), shares(x, mine)):
                if a <= low and high <= b:
                    share = s * (Fraction(high) - Fraction(low)) / (Fraction(b) - Fraction(a))
            result.append(share)
        return result
    return spread(r, own[0]), spread(c, own[1])


def number(x):
    return mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mp.mpf(x)


def psi(bins, floor_r, floor_c):
    parts = [(number(r) if r else mp.mpf(floor_r), number(c) if c else mp.mpf(floor_c)) for r, c in zip(*bins)]
    return float(mp.fsum((c - r) * mp.log(c / r) for r, c in parts))


def evidently_floor(p):
    least = float(min(x for x in p if x))
    return least / 10**6 if least <= 0.0001 else 0.0001


def kullback_leibler(bins):
    """Evidently's: empty bins get its share, then scipy.stats.entropy makes both sides add up to 1."""
    sides = [[number(x) if x else mp.mpf(evidently_floor(side)) for x in side] for side in bins]
    r, c = [[x / mp.fsum(side) for x in side] for side in sides]
    return float(mp.fsum(a * mp.log(a / b) for a, b in zip(r, c)))


def cramers_v(r, c):
    """Bergsma's correction on scipy's chi2_contingency, as deepchecks has it."""
    table = np.array([r, c])[:, np.array(r) + np.array(c) > 0]
    n, k = int(table.sum()), table.shape[1]
    phi = mp.mpf(float(stats.chi2_contingency(table).statistic)) / n
    phi, rows, columns = max(mp.mpf(0), phi - mp.mpf(k - 1) / (n - 1)), 2 - mp.mpf(1) / (n - 1), k - mp.mpf(k - 1) ** 2 / (n - 1)
    return float(mp.sqrt(phi / min(columns - 1, rows - 1))) if min(columns, rows) > 1 else 0.0


def scouter(bins):
    e = mp.mpf(1e-10)
    return float(mp.fsum((number(c) - number(r)) * mp.log((number(c) + e) / (number(r) + e)) for r, c in zip(*bins)))


def divergence(bins):
    def half(p, m):
        return number(p) * mp.log(number(p) / number(m)) if p else mp.mpf(0)
    return mp.fsum((half(r, (r + c) / 2) + half(c, (r + c) / 2)) / 2 for r, c in zip(*bins))


def hellinger(bins):
    return float(mp.sqrt(mp.fsum((mp.sqrt(number(r)) - mp.sqrt(number(c))) ** 2 for r, c in zip(*bins)) / 2))


def binned(r, c):
    s, d = sturges(r, c), deciles(r, c)
    return {
        "psi_deciles": psi(d, 1e-4, 1e-4), "psi_evidently": psi(s, evidently_floor(s[0]), evidently_floor(s[1])),
        "psi_scouter": scouter(d), "psi_frouros": psi(ten(r, c), sys.float_info.min, sys.float_info.min), "hellinger": hellinger(d),
        "js_deciles": float(mp.sqrt(divergence(d) / mp.log(2))), "js_nannyml": float(mp.sqrt(divergence(doane(r, c)) / mp.log(2))),
        "kl_evidently": kullback_leibler(s), "js_evidently": float(mp.sqrt(divergence(s))), "js_tfdv": float(divergence(union(r, c)) / mp.log(2)),
    }


def gaps(r, c):
    """Pooled distinct values with the exact gap of the distribution functions above each."""
    values = np.unique(np.concatenate([r, c]))
    up_to = [np.searchsorted(np.sort(x), values, side="right") for x in (r, c)]
    return [(Fraction(float(v)), Fraction(int(a), len(r)) - Fraction(int(b), len(c))) for v, a, b in zip(values, *up_to)]


def moved(r, c):
    steps = gaps(r, c)
    w = sum((abs(g) * (y - x) for (x, g), (y, _) in itertools.pairwise(steps)), Fraction(0))
    e = sum((g * g * (y - x) for (x, g), (y, _) in itertools.pairwise(steps)), Fraction(0))
    exact = [Fraction(float(x)) for x in r]
    mean = sum(exact) / len(exact)
    sd = mp.sqrt(number(sum((x - mean) ** 2 for x in exact) / len(exact)))
    return {"wasserstein": float(w), "wasserstein_over_sd": float(number(w) / max(sd, mp.mpf(0.001))), "energy": float(mp.sqrt(2 * number(e)))}


def cvm_sf(x, digits=40):
    """1 - cdf of Csoergo and Faraway (1996), 1.2, with as many digits as the tail takes away."""
    mp.mp.dps = digits + (int(x * math.pi**2 / 2 / math.log(10)) if x > 1 else 0)
    x, total, k = mp.mpf(x), mp.mpf(0), 0
    while True:
        q = mp.mpf(4 * k + 1) ** 2 / (16 * x)
        term = mp.gamma(k + 0.5) / mp.factorial(k) / (mp.pi**1.5 * mp.sqrt(x)) * mp.sqrt(4 * k + 1) * mp.exp(-q) * mp.besselk(0.25, q)
        total, k = total + term, k + 1
        if term < mp.mpf(10) ** -mp.mp.dps:
            break
    result = float(1 - total)
    mp.mp.dps = 50
    return result


def cramer_von_mises(r, c):
    n, m = len(r), len(c)
    if min(n, m) < 2:
        return {"cvm": None, "cvm_p": None}
    ranks = [Fraction(x) for x in stats.rankdata(np.concatenate([np.sort(r), np.sort(c)]))]
    u = n * sum((a - i) ** 2 for i, a in enumerate(ranks[:n], 1)) + m * sum((a - i) ** 2 for i, a in enumerate(ranks[n:], 1))
    k, total = n * m, n + m
    t = u / (k * total) - Fraction(4 * k - 1, 6 * total)
    theirs = stats.cramervonmises_2samp(r, c)
    assert math.isclose(theirs.statistic, t, rel_tol=1e-9, abs_tol=1e-9)
    if max(n, m) <= 20:
        return {"cvm": float(t), "cvm_p": float(theirs.pvalue)}
    variance = Fraction((total + 1) * (4 * k * total - 3 * (n * n + m * m) - 2 * k), 45 * total**2 * 4 * k)
    x = mp.mpf(1) / 6 + number(t - Fraction(total + 1, 6 * total)) / mp.sqrt(number(45 * variance))
    p = 1.0 if x < 0.003 else cvm_sf(x)
    assert math.isclose(theirs.pvalue, p, abs_tol=2e-7), (theirs.pvalue, p)  # scipy ends its series at 1e-7
    return {"cvm": float(t), "cvm_p": p}


def tests(r, c):
    mw, ks = stats.mannwhitneyu(r, c), stats.ks_2samp(r, c)
    result = {"ks": float(ks.statistic), "ks_p": float(ks.pvalue), "u": float(mw.statistic), "u_p": float(mw.pvalue), **cramer_von_mises(r, c)}
    if len(r) + len(c) < 4 or len(np.unique(np.concatenate([r, c]))) < 2:
        result |= {"ad": None, "ad_p": None}  # not defined
    else:
        ad = stats.anderson_ksamp([r, c], variant="midrank")
        result |= {"ad": float(ad.statistic), "ad_p": float(ad.pvalue)}
    bf = stats.levene(r, c, center="median") if len(r) + len(c) > 2 else None
    finite = bf is not None and math.isfinite(bf.statistic)
    return result | {"bf": float(bf.statistic) if finite else None, "bf_p": float(bf.pvalue) if finite else None}


u = uniforms(3000)
ref_u, cur_u = np.array(u[:2000]), np.array(u[2000:])
PAIRS = [("A", ref_u, 0.1 + 0.9 * cur_u), ("B", -np.log(1 - ref_u), -1.2 * np.log(1 - cur_u)), ("C", ref_u, cur_u)]
two_sample = [{"name": name, **binned(r, c), **moved(r, c), **tests(r, c)} for name, r, c in PAIRS]

big = [1e12 + x for x in u]
EDGES = [
    ("one value each", [1.0], [2.0]), ("one value, the same", [1.0], [1.0]), ("two values", [1.0, 2.0], [1.5, 3.0]),
    ("constant and the same", [3.0] * 30, [3.0] * 7), ("constant and another", [3.0] * 30, [4.0] * 7),
    ("constant against some", [0.5] * 25, u[:30]), ("zeros of both signs", [0.0, -0.0, 0.0, -0.0, 1.0], [-0.0, 0.0, -1.0, 2.0]),
    ("offset 1e12", big[:60], [x + 0.25 for x in big[60:100]]), ("offset 1e12, hardly moved", big[:200], big[100:300]),
    ("ties", [math.floor(8 * x) / 8 for x in u[:90]], [math.floor(10 * x) / 8 for x in u[90:150]]),
    ("many ties, small", [1.0, 1.0, 2.0, 3.0, 3.0], [1.0, 2.0, 2.0, 2.0, 5.0, 5.0]),
    ("exact for 8 and 30", u[:8], [x + 0.2 for x in u[8:38]]), ("8 and 1000, far apart", [x + 2 for x in u[:8]], u[8:1008]),
    ("9 and 9", u[:9], u[9:18]), ("20 and 20", u[:20], [x + 0.3 for x in u[20:40]]), ("20 and 19", u[:20], [1.5 * x for x in u[40:59]]),
    ("20 and 19, apart", u[:20], [x + 1 for x in u[40:59]]), ("13 and 17, ties", [math.floor(5 * x) for x in u[:13]], [math.floor(6 * x) for x in u[13:30]]),
    ("20 and 21", u[:20], u[20:41]), ("2 and 1000", u[:2], u[2:1002]), ("apart", u[:300], [x + 2 for x in u[300:700]]),
    ("identical", u[:50], u[:50]), ("wide", [(x - 0.5) * 10.0 ** (i % 40 - 20) for i, x in enumerate(u[:120])], [(x - 0.4) * 10.0 ** (i % 40 - 20) for i, x in enumerate(u[120:220])]),
    ("mostly zeros", [0.0] * 400 + u[:20], [0.0] * 150 + u[20:40]), ("spread", u[:150], [3 * x - 1 for x in u[150:250]]),
]
edges = []
for name, r, c in EDGES:
    r, c = np.array(r, dtype=float), np.array(c, dtype=float)
    edges.append({"name": name, "reference": r.tolist(), "current": c.tolist(), **binned(r, c), **moved(r, c), **tests(r, c)})

more = np.array(uniforms(1_500_000))
r, c = more[:1_000_000], more[1_000_000:] * 0.98 + 0.015
mw, bf = stats.mannwhitneyu(r, c), stats.levene(r, c, center="median")
large = {"ks": float(stats.ks_2samp(r, c).statistic), "psi_deciles": psi(deciles(r, c), 1e-4, 1e-4), "wasserstein": float(stats.wasserstein_distance(r, c)), "energy": float(stats.energy_distance(r, c)), "u": float(mw.statistic), "u_p": float(mw.pvalue),
         "cvm": float(stats.cramervonmises_2samp(r, c).statistic), "ad": float(stats.anderson_ksamp([r, c], variant="midrank").statistic),
         "bf": float(bf.statistic), "bf_p": float(bf.pvalue), "hellinger": hellinger(deciles(r, c)), "js_deciles": float(mp.sqrt(divergence(deciles(r, c)) / mp.log(2)))}

# As many values again, but few distinct ones: nothing is summarised, so every number is exact.
r, c = np.floor(1000 * more[:1_000_000]), np.floor(1000 * (more[1_000_000:] * 0.98 + 0.015))
large_ties = {"name": "a million of a thousand values", **binned(r, c), **moved(r, c), **tests(r, c)}

TABLES = [([500, 300, 150, 50, 0], [420, 310, 180, 60, 30]), ([500, 499, 1], [500, 500, 0]), ([10, 20], [30, 25]), ([3, 0, 4], [1, 0, 9]),
          ([5, 5], [5, 5]), ([1, 0], [0, 1]), ([7, 8, 9, 10, 11, 12], [12, 11, 10, 9, 8, 7]), ([90000, 10000, 300], [70000, 30000, 900])]
categorical = []
for r, c in TABLES:
    bins = [[Fraction(a, sum(r)) for a in r], [Fraction(a, sum(c)) for a in c]]
    kept = [(a, b) for a, b in zip(*bins) if a or b]
    bins = [[a for a, _ in kept], [b for _, b in kept]]
    nannyml = [[a for a, _ in kept if a] + [Fraction(0)], [b for a, b in kept if a] + [sum(b for a, b in kept if not a)]]
    capped = [[max(float(x), 0.01) for x in side] for side in bins]
    categorical.append({
        "reference": r, "current": c, "l_infinity": float(max(abs(a - b) for a, b in kept)), "hellinger": hellinger(bins),
        "js_2": float(mp.sqrt(divergence(bins) / mp.log(2))), "js_e": float(mp.sqrt(divergence(bins))),
        "js_divergence_2": float(divergence(bins) / mp.log(2)), "js_nannyml": float(mp.sqrt(divergence(nannyml) / mp.log(2))),
        "psi_evidently": psi(bins, evidently_floor(bins[0]), evidently_floor(bins[1])), "psi_scouter": scouter(bins),
        "kl_evidently": kullback_leibler(bins), "cramers_v": cramers_v(r, c),
        "psi_deepchecks": float(sum((b - a) * math.log(b / a) for a, b in zip(*capped))),
    })


def freeman_halton(r, c):
    """Whole-number chances of all tables with the same totals; R's fisher.test counts ties within 1e-7."""
    totals, n = [a + b for a, b in zip(r, c)], sum(r)

    def weight(table):
        return math.prod(math.comb(t, a) for t, a in zip(totals, table))
    observed, reached = weight(r), 0
    for table in itertools.product(*(range(t + 1) for t in totals[:-1])):
        last = n - sum(table)
        if 0 <= last <= totals[-1]:
            w = weight((*table, last))
            reached += w if w * 10**7 <= observed * (10**7 + 1) else 0
    return float(Fraction(reached, math.comb(sum(totals), n)))


fisher = []
for r, c in [([8, 2], [1, 5]), ([10, 20], [30, 25]), ([3, 1], [1, 3]), ([0, 5], [5, 0]), ([100, 2], [1000, 5]), ([2, 5000], [30, 4000]), ([60, 0], [0, 600]),
             ([500, 0], [0, 600]), ([3, 0, 4], [1, 0, 9]), ([4, 1, 0], [1, 3, 5]), ([1, 2, 3, 4], [4, 3, 2, 1]), ([6, 6, 6], [6, 6, 6]), ([9, 0, 1, 2], [0, 7, 3, 2]), ([1, 0], [0, 1])]:
    p = freeman_halton(r, c)
    if len(r) == 2:
        assert math.isclose(p, stats.fisher_exact([r, c]).pvalue, rel_tol=1e-9)
    fisher.append({"reference": r, "current": c, "p": p})

XS = [0.003, 0.0031, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.1667, 0.25, 0.4, 0.46136, 0.74346, 1.0, 1.16786, 2.0, 3.5, 6.0, 10.0, 20.0, 40.0, 80.0, 120.0, 138.0]
write("distances", {
    "generator": "The pairs A, B and C are those of two_sample.json. Large: the first 1,000,000 values against 0.98 u + 0.015 of the next 500,000; "
                 "large_ties: floor(1000 x) of both.",
    "two_sample": two_sample, "edges": edges, "large": large, "large_ties": large_ties, "categorical": categorical, "fisher": fisher,
    "cramer_von_mises_sf": [[x, cvm_sf(x)] for x in XS],
})
