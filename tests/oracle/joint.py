"""Inputs together on small panels, by numpy and scipy: correlations within days, and reconstruction errors of normal scores."""
import numpy as np
from scipy import stats
from common import uniforms, write
from panels import day_test

NAMES = ["a", "b", "c", "d"]
draws = iter(uniforms(200000))
take = lambda *shape: np.array([next(draws) for _ in range(int(np.prod(shape)))]).reshape(shape) - 0.5


def window(days, symbols, mode):
    """a and b move together within a day, c follows neither, d follows a and b; all share a daily move."""
    day = take(days, 1)
    base, a = take(days, symbols), take(days, symbols)
    x = {"a": base + 0.3 * a + day, "b": base + 0.3 * take(days, symbols) + day, "c": take(days, symbols) + 2 * day}
    x["d"] = x["a"] + x["b"] + 0.5 * take(days, symbols)
    if mode == "moved":  # margins alone: any monotone change, and a level of its own each day
        x["a"], x["b"] = np.exp(2 * x["a"]) + 9, x["b"] + 5 * take(days, 1)
    if mode == "broken":  # b belongs to the next symbol
        x["b"] = np.roll(x["b"], 1, axis=1)
    if mode == "flipped":
        x["b"] = -x["b"]
    if mode == "coarse":
        x = {k: np.round(4 * v) / 4 for k, v in x.items()}
    x = {k: np.round(v, 4) for k, v in x.items()}
    if mode == "missing":
        for k, at in zip(NAMES, (3, 5, 7, 11)):
            x[k].ravel()[at::13] = np.nan
    return x


def daily(x, a, b):
    r = []
    for p, q in zip(x[a], x[b]):
        ok = ~np.isnan(p) & ~np.isnan(q)
        if ok.sum() >= 5 and len(set(p[ok])) > 1 and len(set(q[ok])) > 1:
            r.append(stats.spearmanr(p[ok], q[ok]).statistic)
    return np.array(r)


def correlations(reference, current):
    pairs = []
    for i, a in enumerate(NAMES):
        for b in NAMES[i + 1:]:
            r, c = daily(reference, a, b), daily(current, a, b)
            pairs.append({"column": f"{a} x {b}", "reference": r.mean(), "current": c.mean(), **day_test(r, c)})
    adjusted = stats.false_discovery_control([p["p"] for p in pairs], method="bh")
    for p, q in zip(pairs, adjusted):
        p["p_adjusted"], p["drifted"] = q, bool(q <= 0.05 and abs(p["current"] - p["reference"]) >= 0.2)
    return pairs


def flat(x):
    rows = np.stack([x[k].ravel() for k in NAMES], axis=1)
    day = np.repeat(np.arange(len(x["a"])), x["a"].shape[1])
    full = ~np.isnan(rows).any(axis=1)
    return rows[full], day[full]


def reconstruction(reference, current):
    (r, day), (c, day_now) = flat(reference), flat(current)
    known = np.sort(r, axis=0)
    n = len(known)

    def scores(x):
        below = np.array([(np.searchsorted(known[:, j], x[:, j], "left") + np.searchsorted(known[:, j], x[:, j], "right")) / 2
                          for j in range(4)]).T
        return stats.norm.ppf((below + 0.5) / (n + 1))

    z = scores(r)
    mean = z.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((z - mean).T, ddof=0))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = min(int(np.searchsorted(np.cumsum(values), 0.65 * values.sum())) + 1, 3)
    rest = vectors[:, kept:]
    level = lambda x, d: np.array([np.log(np.mean((((scores(x) - mean) @ rest) ** 2).sum(axis=1)[d == k])) for k in np.unique(d)])
    before, now = level(r, day), level(c, day_now)
    test, effect = day_test(before, now), np.exp(now.mean() - before.mean())
    return {"kept": kept, "effect": effect, **test, "drifted": bool(test["p"] <= 0.05 and effect >= 1.5), "n": [len(r), len(c)]}


plain = lambda x: [[None if np.isnan(v) else float(v) for v in day] for day in x]
panels = []
for mode in ["calm", "moved", "broken", "flipped", "coarse", "missing"]:
    reference = window(40, 8, mode if mode in ("coarse", "missing") else "calm")
    current = window(10, 8, mode)
    found = {"pairs": correlations(reference, current), "pattern": reconstruction(reference, current)}
    print(mode, [p["column"] for p in found["pairs"] if p["drifted"]], found["pattern"]["effect"], found["pattern"]["drifted"])
    number = lambda x: {k: float(v) if isinstance(v, np.floating) else v for k, v in x.items()}
    panels.append({"name": mode, "reference": {k: plain(v) for k, v in reference.items()},
                   "current": {k: plain(v) for k, v in current.items()},
                   "pairs": [number(p) for p in found["pairs"]], "pattern": number(found["pattern"])})
write("joint", {"panels": panels})
