"""Two-sample tests and distances: scipy, numpy, and paths counted in whole numbers."""
import math
from fractions import Fraction
import numpy as np
from scipy import stats
from common import uniforms, write

u = uniforms(3000)
ref_u, cur_u = np.array(u[:2000]), np.array(u[2000:])
SAMPLES = [
    ("A", ref_u, 0.1 + 0.9 * cur_u),
    ("B", -np.log(1 - ref_u), -1.2 * np.log(1 - cur_u)),
    ("C", ref_u, cur_u),
]


def psi(reference, current):
    edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
    shares = [np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1) / len(x) for x in (reference, current)]
    r, c = (np.where(s == 0, 1e-4, s) for s in shares)
    return float(np.sum((c - r) * np.log(c / r))), edges.tolist(), *(s.tolist() for s in shares)


def exact_ks(n, m, gap):
    """P(max |x/n - y/m| >= gap / lcm) as a fraction of all paths."""
    g = math.gcd(n, m)
    ways = {0: 1}
    inside = [[0] * (m + 1) for _ in range(n + 1)]
    for x in range(n + 1):
        for y in range(m + 1):
            if abs(x * (m // g) - y * (n // g)) >= gap:
                continue
            inside[x][y] = 1 if x == y == 0 else (inside[x - 1][y] if x else 0) + (inside[x][y - 1] if y else 0)
    return float(1 - Fraction(inside[n][m], math.comb(n + m, n)))


def statistic_of(n, m, gap):
    return gap / (n * m // math.gcd(n, m))


paths = [(1, 1, 1), (1, 5, 3), (5, 5, 3), (7, 4, 14), (10, 10, 10), (60, 45, 40), (60, 45, 110), (200, 200, 20),
         (200, 200, 100), (250, 199, 49750), (250, 199, 12345), (250, 199, 3001), (300, 150, 299)]
two_sample = []
for name, reference, current in SAMPLES:
    result = stats.ks_2samp(reference, current, method="exact")
    value, edges, reference_shares, current_shares = psi(reference, current)
    two_sample.append({
        "name": name, "ks_statistic": float(result.statistic), "ks_p_exact": float(result.pvalue),
        "ks_p_asymptotic": float(stats.ks_2samp(reference, current, method="asymp").pvalue),
        "psi": value, "edges": edges, "reference_shares": reference_shares, "current_shares": current_shares,
    })
# Values k / 64 with many ties, of sizes on either side of the border of the exact p-value.
more = uniforms(40000)
ties = []
for n, m, scale in [(50, 40, 1.3), (1000, 999, 1.1), (9999, 10000, 1.01), (10001, 300, 1.1), (20000, 15, 1.5), (20000, 20000, 1.02)]:
    reference = np.floor(np.array(more[:n]) * 64) / 64
    current = np.floor(np.array(more[n:n + m] if n + m <= 40000 else more[-m:]) * 64 * scale) / 64
    result = stats.ks_2samp(reference, current)
    value, *_ = psi(reference, current)
    ties.append({"n": n, "m": m, "scale": scale, "ks_statistic": float(result.statistic), "ks_p": float(result.pvalue), "psi": value})

TABLES = [([500, 300, 150, 50, 0], [420, 310, 180, 60, 30]), ([500, 499, 1], [500, 500, 0]), ([10, 20], [30, 25]),
          ([3, 0, 4], [1, 0, 9]), ([1000000, 1], [1000000, 30]), ([5, 5], [5, 5]), ([1, 0], [0, 1]),
          ([90000, 10000, 300], [70000, 30000, 900]), ([7, 8, 9, 10, 11, 12], [12, 11, 10, 9, 8, 7])]
categorical = []
for reference, current in TABLES:
    table = np.array([reference, current], dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    result = stats.chi2_contingency(table)
    shares = table / table.sum(axis=1, keepdims=True)
    r, c = np.where(shares == 0, 1e-4, shares)
    categorical.append({
        "reference": reference, "current": current, "chi_square": float(result.statistic), "df": int(result.dof),
        "p": float(result.pvalue), "total_variation": float(np.abs(shares[0] - shares[1]).sum() / 2),
        "psi": float(np.sum((c - r) * np.log(c / r))),
    })
QS = [0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.999, 1]
quantiles = [{"n": n, "q": QS, "values": np.quantile(np.array(u[:n]) * 1000 - 300, QS).tolist()} for n in (1, 2, 3, 10, 999)]
write("two_sample", {
    "generator": "x0 = 1, x = (1103515245 x + 12345) mod 2^31, u = x / 2^31; reference: the first 2000, current: the next 1000. "
                 "A current 0.1 + 0.9 u; B reference -ln(1 - u), current -1.2 ln(1 - u); C u. Ties: floor(64 u) / 64, current times scale "
                 "inside the floor, the next m of 40000 (the last m if there are not enough). Quantiles: of 1000 u - 300.",
    "two_sample": two_sample, "ties": ties, "categorical": categorical, "quantiles": quantiles,
    "exact_ks": [[n, m, statistic_of(n, m, gap), exact_ks(n, m, gap)] for n, m, gap in paths],
})
