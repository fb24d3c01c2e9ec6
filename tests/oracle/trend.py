"""The slope of daily numbers with 50 digits; dependence as in days.py, around a line instead of a mean."""
import math
import mpmath as mp
from common import uniforms, write
from days import effective, series


def trend(days):
    y, n = [mp.mpf(v) for v in days], len(days)
    x = [mp.mpf(i) - mp.mpf(n - 1) / 2 for i in range(n)]
    mean, squares = mp.fsum(y) / n, mp.fsum(v * v for v in x)
    slope = mp.fsum(a * (b - mean) for a, b in zip(x, y)) / squares
    e = [b - mean - slope * a for a, b in zip(x, y)]
    variance = mp.fsum(v * v for v in e) / n
    most = math.isqrt(n)
    lags = [mp.fsum(a * b for a, b in zip(e, e[k:])) / (n * variance) for k in range(1, most + 2)]
    rho = min(max(lags[0] + (2 + 4 * lags[0]) / n, mp.mpf(0)), mp.mpf("0.99"))
    first, later = mp.fsum(lags[:-1]), mp.fsum(lags[1:])
    decay = min(max(later / first if first > 0 else mp.mpf(0), rho), mp.mpf("0.99"))
    worth = effective(n, rho, decay)
    t = slope / mp.sqrt(variance / max(1 - 2 / worth, mp.mpf("0.2")) * n / worth / squares)
    df = max(1 / (mp.mpf(1) / n + 2 / worth), mp.mpf(1))
    p = mp.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True)
    return {"slope": float(slope), "n_effective": float(worth), "p_value": float(p)}


u = uniforms(300)
cases = []
for phi, n, offset, slope in [(0.0, 20, 0.0, 0.0), (0.0, 60, 5.0, 0.01), (0.5, 250, 0.3, 0.001), (0.5, 30, 1e6, -0.02), (-0.6, 40, 0.0, 0.005)]:
    days = [v + slope * i for i, v in enumerate(series(u[:n], phi, offset, 1.0))]
    cases.append({"days": days, **trend(days)})
write("trend", {"trend": cases})
