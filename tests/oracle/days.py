"""The t test on days with 50 digits, and adjusted p-values by the definitions of R's p.adjust (BH and BY: scipy)."""
import math
import mpmath as mp
import numpy as np
from scipy import stats
from common import uniforms, write

mp.mp.dps = 50


def effective(length, rho, decay):
    return length / (1 + 2 * sum((1 - mp.mpf(k) / length) * rho * decay ** (k - 1) for k in range(1, length)))


def day_level(reference, current):
    r, c = [mp.mpf(x) for x in reference], [mp.mpf(x) for x in current]
    n, mean_r, mean_c = len(r), mp.fsum(r) / len(r), mp.fsum(c) / len(c)
    variance = mp.fsum((x - mean_r) ** 2 for x in r) / n
    most = math.isqrt(n)
    lags = [mp.fsum((a - mean_r) * (b - mean_r) for a, b in zip(r, r[k:])) / (n * variance) for k in range(1, most + 2)]
    rho = min(max(lags[0] + (1 + 4 * lags[0]) / n, mp.mpf(0)), mp.mpf("0.99"))
    first, later = mp.fsum(lags[:-1]), mp.fsum(lags[1:])
    decay = min(max(later / first if first > 0 else mp.mpf(0), rho), mp.mpf("0.99"))
    n_r, n_c = effective(n, rho, decay), effective(len(c), rho, decay)
    t = (mean_c - mean_r) / mp.sqrt(variance / max(1 - 1 / n_r, mp.mpf("0.2")) * (1 / n_r + 1 / n_c))
    df = max(1 / (mp.mpf(1) / n + 2 / n_r), mp.mpf(1))
    p = mp.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True)
    return {"statistic": float(t), "df": float(df), "p_value": float(p), "rho": float(rho), "decay": float(decay), "n_eff_reference": float(n_r),
            "n_eff_current": float(n_c)}


def series(u, phi, offset, scale):
    """x_t = phi x_(t-1) + u - 1/2, in f64, then offset + scale x."""
    x, values = 0.0, []
    for v in u:
        x = phi * x + (v - 0.5)
        values.append(offset + scale * x)
    return values


u = uniforms(400)
days = []
for phi, n, m, offset, scale, shift in [(0.0, 250, 20, 0.0, 1.0, 0.0), (0.0, 250, 20, 0.0, 1.0, 0.3), (0.5, 250, 10, 5.0, 2.0, 1.0),
                                        (0.9, 250, 60, 0.0, 1.0, 1.0), (0.999, 120, 40, 0.0, 1.0, 3.0), (-0.8, 60, 30, 0.0, 1.0, 0.1),
                                        (0.3, 3, 3, 0.0, 1.0, 0.0), (0.3, 100, 50, 1e9, 1.0, 0.2), (0.2, 250, 20, 0.0, 1.0, 40.0)]:
    reference = series(u[:n], phi, offset, scale)
    current = [x + shift for x in series(u[n:n + m], phi, offset, scale)]
    days.append({"reference": reference, "current": current, **day_level(reference, current)})


def holm(p):
    order, m, result, largest = np.argsort(p, kind="stable"), len(p), [0.0] * len(p), 0.0
    for i, index in enumerate(order):
        largest = max(largest, min(1.0, (m - i) * p[index]))
        result[index] = largest
    return result


adjust = []
for p in ([0.01, 0.04, 0.03, 0.005], [0.9], [0.05, 0.05, 0.05], [1.0, 0.0, 0.5], [1e-300, 0.2, 1e-5, 0.011, 0.6, 0.02], []):
    fdr = (lambda method: stats.false_discovery_control(p, method=method).tolist() if p else [])
    adjust.append({"p": p, "bonferroni": [min(1.0, x * len(p)) for x in p], "holm": holm(p), "bh": fdr("bh"), "by": fdr("by")})
write("days", {"day_level": days, "adjust": adjust})
