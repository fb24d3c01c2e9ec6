"""The verdict by days on small panels, by numpy and scipy from the formula in core/src/drift (one p-value per series of days)."""
import numpy as np
from scipy import stats
from common import uniforms, write

u = uniforms(60000)
at = 0


def take(*shape):
    global at
    n = int(np.prod(shape))
    at += n
    return np.array(u[at - n:at]).reshape(shape)


def effective(length, rho, decay):
    k = np.arange(1, length)
    return length / (1 + 2 * np.sum((1 - k / length) * rho * decay ** (k - 1.0)))


def day_test(r, c):
    n, variance = len(r), np.var(r)
    if len(set(r)) == 1:  # a share that never changes: only itself is no change, anything else has no measure of chance
        return {"p": 1.0, "n_eff": [float(n), float(len(c))]} if set(c) == set(r) else None
    most = int(n**0.5)
    lags = [np.sum((r[:-k] - r.mean()) * (r[k:] - r.mean())) / (n * variance) for k in range(1, most + 2)]
    rho = min(max(lags[0] + (1 + 4 * lags[0]) / n, 0.0), 0.99)
    first, later = sum(lags[:-1]), sum(lags[1:])
    decay = min(max(later / first if first > 0 else 0.0, rho), 0.99)
    n_r, n_c = effective(n, rho, decay), effective(len(c), rho, decay)
    t = (c.mean() - r.mean()) / np.sqrt(variance / max(1 - 1 / n_r, 0.2) * (1 / n_r + 1 / n_c))
    return {"p": float(2 * stats.t.sf(abs(t), max(1 / (1 / n + 2 / n_r), 1))), "n_eff": [float(n_r), float(n_c)]}


def escaped(r, c):
    width = r.max() - r.min()
    return bool(c.mean() > r.max() + width or c.mean() < r.min() - width)


def within(x):
    """Log of the standard deviation within each day, plus half its bias 1 / (n - 1); with one value a day, of the steps."""
    n = x.shape[1]
    if (x == x[:, :1]).all():
        return np.log(np.abs(np.diff(x[:, 0])))
    return 0.5 * (np.log(np.var(x, axis=1, ddof=1)) + 1 / (n - 1))


def numbers(r, c):
    level, spread = [np.mean(x, axis=1) for x in (r, c)], [within(x) for x in (r, c)]
    tests = [day_test(*level), day_test(*spread)]
    return {"p": [t["p"] for t in tests if t["n_eff"][0] >= 3], "n_eff": tests[0]["n_eff"], "ratio": float(np.exp(spread[1].mean() - spread[0].mean())),
            "escaped": escaped(*level), "effect": float(stats.ks_2samp(r.ravel(), c.ravel()).statistic)}


def texts(r, c):
    names = sorted(set(r.ravel()) | set(c.ravel()))
    shares = {name: [np.mean(x == name, axis=1) for x in (r, c)] for name in names}
    tests = {name: day_test(*pair) for name, pair in shares.items()}
    tests = {name: test for name, test in tests.items() if test}
    carried = [t for t in tests.values() if t["n_eff"][0] >= 3]
    best = min(carried or tests.values(), key=lambda t: t["p"])
    effect = 0.5 * sum(abs(np.mean(r == n) - np.mean(c == n)) for n in names)
    return {"p": [min(1.0, best["p"] * len(carried))] if carried else [], "n_eff": best["n_eff"], "ratio": 1.0,
            "escaped": any(escaped(*shares[name]) for name in tests), "effect": float(effect)}


def panel(name, days, symbols):
    n, m = days
    ar = lambda count, phi, start=0.0: [start := phi * start + x - 0.5 for x in take(count)]
    noise = lambda count: take(count, symbols)
    shift = lambda base, size: (noise(n) + base, noise(m) + base + size)
    long = np.array(ar(n + m, 0.97))[:, None] + 0.1 * noise(n + m)
    columns = {"calm": shift(0, 0), "moved": shift(0, 0.6), "slightly": shift(0, 0.05), "far": shift(0, 9.0),
               "wider": (noise(n) - 0.5, 3 * (noise(m) - 0.5)), "narrower": (noise(n) - 0.5, 0.4 * (noise(m) - 0.5)),
               "dependent": (long[:n], long[n:])}
    # The same in all rows of a day, and three times as wide now.
    columns["index"] = [np.repeat(noise(k)[:, :1] - 0.5, symbols, axis=1) * f for k, f in ((n, 1), (m, 3))]
    columns = {k: [np.round(x, 4) for x in pair] for k, pair in columns.items()}
    word = lambda x, cuts: np.array(["a", "b", "c"])[np.digitize(x, cuts)]
    columns |= {"word": [word(noise(n), [0.5, 0.8]), word(noise(m), [0.5, 0.8])],
                "other_word": [word(noise(n), [0.5, 0.8]), word(noise(m), [0.15, 0.3])]}
    found = {k: (texts if k.endswith("word") else numbers)(*pair) for k, pair in columns.items()}
    flat = stats.false_discovery_control([p for f in found.values() for p in f["p"]], method="bh")
    rest = iter(flat)
    for f in found.values():
        f["p_adjusted"] = float(min([next(rest) for _ in f["p"]])) if f["p"] else None
        material = f["effect"] >= 0.1 or not 2 / 3 <= f["ratio"] <= 1.5
        significant = f["p_adjusted"] is not None and f["p_adjusted"] <= 0.05
        drift = material and (f["escaped"] or significant)
        f["verdict"] = "drift" if drift else "inconclusive" if f["n_eff"][0] < 3 else "none"
    sides = [{k: [[x if isinstance(x, str) else float(x) for x in day] for day in pair[i]] for k, pair in columns.items()}
             for i in (0, 1)]
    return {"name": name, "reference": sides[0], "current": sides[1], "expected": found}


panels = [panel("sixty days", (60, 20), 5), panel("ten days", (10, 4), 4), panel("three days", (3, 3), 6), panel("one a day", (60, 20), 1)]
for p in panels:
    print(p["name"], {k: f["verdict"] for k, f in p["expected"].items()})
write("panels", {"panels": panels})
