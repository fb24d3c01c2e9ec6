"""Findings beside the distributions, by numpy from the definitions in core/src/drift/{drops,concept}.rs; the test on days is days.py's."""
import numpy as np
from scipy import stats
from common import uniforms, write
from days import day_level

u = iter(uniforms(20000))


def noise(days, rows):
    return np.array([[next(u) - 0.5 for _ in range(rows)] for _ in range(days)])


def tested(reference, current, tests):
    """Bonferroni over `tests`; escape: the mean outside the reference's days by more than their range."""
    t = day_level(reference, current)
    width, mean = max(reference) - min(reference), np.mean(current)
    return {"p_value": t["p_value"], "p_adjusted": min(1.0, tests * t["p_value"]), "n_eff": [t["n_eff_reference"], t["n_eff_current"]],
            "outside": bool(mean > max(reference) + width or mean < min(reference) - width)}


def verdict(found, effect, bands, alpha=0.05):
    band = sum(effect >= b for b in bands)
    sure = found["outside"] or (found["p_adjusted"] <= alpha and found["n_eff"][0] >= 3)
    open_ = band and not found["outside"] and found["n_eff"][0] < 3
    return {"effect": float(effect), "verdict": "inconclusive" if open_ else "drift" if band and sure else "none",
            "severity": ["minor", "moderate", "critical"][band - 1] if band and sure and not open_ else None}


def level_and_spread(before, now):
    mu, sd = np.mean(before), np.std(before)
    spread = lambda days: [0.5 * np.log(np.mean((np.array(d) - mu) ** 2)) for d in days]
    wide = [np.exp(np.mean(spread(days))) for days in (before, now)]
    level = tested([np.mean(d) for d in before], [np.mean(d) for d in now], 2)
    wider = tested(spread(before), spread(now), 2)
    ratio = max(wide[1] / wide[0], wide[0] / wide[1])
    return [{"reference": float(mu), "current": float(np.mean(now)), **level, **verdict(level, abs(np.mean(now) - mu) / sd, [0.32, 0.51, 0.73])},
            {"reference": float(wide[0]), "current": float(wide[1]), **wider, **verdict(wider, ratio, [1.5, 2, 3])}]


def regressor(name, positive, late):
    """Actuals and predictions by day; `late` moves and widens the residuals of the current days from the given one on."""
    n, m, rows = 40, 13, 4
    first, shift, factor = late
    sides = []
    for days in (n, m):
        actual = np.round((50 if positive else 0) + 20 * noise(days, rows), 3)
        error = noise(days, rows)
        if days == m:
            error[first:] = factor * error[first:] + shift
        sides.append((actual, np.round(actual - 0.4 * error, 3)))
    residual = [2 * (a - p) / (abs(a) + abs(p)) if positive else a - p for a, p in sides]
    half = m // 2
    names = ["residual_level", "residual_spread", "early_late_level", "early_late_spread"]
    found = level_and_spread(residual[0], residual[1]) + level_and_spread(residual[1][:half], residual[1][half:])
    return {"name": name, "convention": "relative" if positive else "plain", "expected": dict(zip(names, found)),
            "reference": [x.tolist() for x in sides[0]], "current": [x.tolist() for x in sides[1]]}


regressors = [regressor("as before", True, (0, 0.0, 1.0)), regressor("a shift of a deviation", True, (0, 0.3, 1.0)),
              regressor("wider", True, (0, 0.0, 2.6)), regressor("turned halfway", True, (6, 0.6, 1.0)),
              regressor("returns shift", False, (0, 0.12, 1.0)), regressor("returns narrow", False, (0, 0.0, 0.3))]


def shares(name, days, rate_reference, rates):
    """0/1 a row: the reference at one rate, the current days at the rates given."""
    reference = (noise(days, 10) + 0.5 < rate_reference).astype(int)
    current = np.array([(noise(1, 10)[0] + 0.5 < rate).astype(int) for rate in rates])
    drop = np.mean(reference) - np.mean(current)
    found = tested(reference.mean(axis=1).tolist(), current.mean(axis=1).tolist(), 1)
    half = len(rates) // 2
    wrong = 1 - current
    early, late = wrong[:half], wrong[half:]
    errors = tested(early.mean(axis=1).tolist(), late.mean(axis=1).tolist(), 1)
    change = abs(np.mean(late) - np.mean(early))
    return {"name": name, "reference": reference.tolist(), "current": current.tolist(),
            "drop": {"reference": float(np.mean(reference)), "current": float(np.mean(current)), **found, **verdict(found, drop, [0.15, 0.15, 0.30])},
            "errors": {"reference": float(np.mean(early)), "current": float(np.mean(late)), **errors, **verdict(errors, change, [0.05, 0.05, 0.10])}}


agreements = [shares("as before", 40, 0.8, [0.8] * 12), shares("less", 40, 0.8, [0.6] * 12), shares("much less", 40, 0.8, [0.3] * 12),
              shares("less late", 40, 0.8, [0.8] * 14 + [0.3] * 14)]


def confidence(name, factor):
    reference, current = np.round(0.6 + 0.2 * noise(30, 5), 4), np.round(factor * (0.6 + 0.2 * noise(8, 5)), 4)
    found = tested(reference.mean(axis=1).tolist(), current.mean(axis=1).tolist(), 1)
    drop = (reference.mean() - current.mean()) / reference.mean()
    return {"name": name, "reference": reference.tolist(), "current": current.tolist(),
            "expected": {"reference": float(reference.mean()), "current": float(current.mean()), **found, **verdict(found, drop, [0.10, 0.10, 0.20])}}


confidences = [confidence("as before", 1.0), confidence("a seventh less", 0.86), confidence("a quarter less", 0.75), confidence("more", 1.3)]


def missing(name, rate_reference, rates):
    """1 where a value is missing, ten rows a day."""
    reference = (noise(30, 10) + 0.5 < rate_reference).astype(int)
    current = np.array([(noise(1, 10)[0] + 0.5 < rate).astype(int) for rate in rates])
    found = tested(reference.mean(axis=1).tolist(), current.mean(axis=1).tolist(), 1)
    change = abs(np.mean(current) - np.mean(reference))
    return {"name": name, "reference": reference.tolist(), "current": current.tolist(), "expected":
            {"reference": float(np.mean(reference)), "current": float(np.mean(current)), **found,
             **verdict(found, change, [0.10, 0.13, 0.20, 0.28][1:] if change >= 0.13 else [0.10])}}


gaps = [missing("as before", 0.1, [0.1] * 8), missing("half", 0.1, [0.5] * 8), missing("fewer", 0.5, [0.1] * 8)]
table = [[2, 38], [9, 31]]
rows = {"table": table, "p_value": float(stats.chi2_contingency(table).pvalue)}
for case in gaps:
    v = case["expected"]
    print(case["name"], v["verdict"], v["severity"], v["outside"], round(v["effect"], 3), v["p_adjusted"])
print(rows)
for case in regressors:
    print(case["name"], {k: (v["verdict"], v["severity"], round(v["effect"], 3), v["p_adjusted"]) for k, v in case["expected"].items()})
for case in agreements:
    print(case["name"], *[(case[k]["verdict"], case[k]["severity"], round(case[k]["effect"], 3), case[k]["p_adjusted"]) for k in ("drop", "errors")])
for case in confidences:
    v = case["expected"]
    print(case["name"], v["verdict"], v["severity"], round(v["effect"], 3), v["p_adjusted"])
write("findings", {"regressors": regressors, "agreements": agreements, "confidences": confidences, "missing": gaps, "missing_rows": [rows]})
