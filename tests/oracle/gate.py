"""Standard errors clustered by day (statsmodels), one-sided bounds and the rows that would decide (50 digits)."""
import mpmath as mp
import numpy as np
import statsmodels.api as sm
from common import uniforms, write

mp.mp.dps = 50
u = uniforms(2000)


def clustered(values, groups):
    """The mean as a regression on a constant; the factor G / (G - 1) * (n - 1) / (n - k) has k = 1."""
    fit = sm.OLS(np.array(values), np.ones(len(values))).fit()
    robust = fit.get_robustcov_results(cov_type="cluster", groups=np.array(groups), use_correction=True)
    return {"values": values, "groups": groups, "mean": float(robust.params[0]), "standard_error": float(robust.bse[0])}


errors = []
for n, days, kind in [(40, 5, "label"), (200, 20, "label"), (60, 60, "number"), (300, 7, "number"), (9, 2, "number")]:
    groups = [int(u[i] * days) for i in range(n)]
    level = [u[1000 + g] for g in range(days)]
    if kind == "label":
        values = [1.0 if u[500 + i] < level[groups[i]] else 0.0 for i in range(n)]
    else:
        values = [10 * level[groups[i]] + u[500 + i] for i in range(n)]
    errors.append(clustered(values, groups))


def bound(p, n, deff, threshold, confidence, op):
    p, threshold, deff = mp.mpf(p), mp.mpf(threshold), mp.mpf(deff)
    z = mp.sqrt(2) * mp.erfinv(2 * mp.mpf(confidence) - 1)
    error = mp.sqrt(p * (1 - p) * deff / n)
    low, high = p - z * error, p + z * error
    better, worse = (high, low) if op in (">", ">=") else (low, high)
    holds = {">": lambda x: x > threshold, ">=": lambda x: x >= threshold, "<": lambda x: x < threshold,
             "<=": lambda x: x <= threshold}[op]
    verdict = "pass" if holds(worse) else "inconclusive" if holds(better) else "fail"
    rows = None
    if verdict == "inconclusive" and p != threshold:
        rows = int(mp.ceil(z**2 * p * (1 - p) * deff / (p - threshold) ** 2)) - n
    return {"value": float(p), "n": n, "error": float(error), "threshold": float(threshold), "confidence": confidence, "op": op,
            "low": float(low), "high": float(high), "verdict": verdict, "rows_needed": rows}


bounds = [bound(*case) for case in [
    ("0.70", 400, 1, "0.65", 0.95, ">"), ("0.70", 100, 1, "0.65", 0.95, ">"), ("0.70", 1000, 3, "0.65", 0.95, ">"),
    ("0.66", 500, 1, "0.65", 0.95, ">"), ("0.64", 500, 2, "0.65", 0.95, ">"), ("0.50", 5000, 2, "0.65", 0.95, ">"),
    ("0.65", 500, 2, "0.65", 0.95, ">"), ("0.58", 412, 1.7, "0.55", 0.99, ">="), ("0.58", 412, 1.7, "0.55", 0.9, ">="),
    ("0.12", 300, 1, "0.15", 0.95, "<"), ("0.12", 3000, 1, "0.15", 0.95, "<"), ("0.2", 3000, 1, "0.15", 0.95, "<="),
    ("0.7237", 9950, 4.2, "0.70", 0.95, ">"), ("0.7001", 9950, 4.2, "0.70", 0.95, ">")]]
write("gate", {"clustered": errors, "bounds": bounds})
