"""Changes and warnings of streams as river 0.26.1 finds them; CUSUM as numpy says, and as Montgomery's table.

River's detectors are updated value by value: `changes` are the places of `drift_detected`, `warnings` those of `warning_detected`
without a change, as runs [first, last]. `levels` are read off river's own attributes at each change. Takes two minutes (KSWIN).
"""
import math
import warnings
import numpy as np
from river import drift
from scipy import stats
from common import uniforms, write

warnings.simplefilter("ignore")  # ks_2samp says which p-value it takes
U = uniforms(4000)
N = range(4000)
# Every language builds them from the generator; rounded once where a sum is.
STREAMS = {
    "cont": [u if i < 2000 else u + 0.3 for i, u in zip(N, U)],
    "bern": [float(u < (0.1 if i < 2000 else 0.3)) for i, u in zip(N, U)],
    "stationary": U,
    "stationary_bern": [float(u < 0.2) for u in U],
    "fall": [u if i < 2000 else u - 0.3 for i, u in zip(N, U)],
    "fall_bern": [float(u < (0.4 if i < 2000 else 0.1)) for i, u in zip(N, U)],
    "gradual": [u + 0.0002 * i for i, u in zip(N, U)],
    "gradual_bern": [float(u < 0.05 + 0.0001 * i) for i, u in zip(N, U)],
    "gradual_share": [0.5 * u + 0.000125 * i for i, u in zip(N, U)],
    "steps": [u + (i // 400) % 2 for i, u in zip(N, U)],
    "steps_bern": [float(u < (0.1 if (i // 400) % 2 == 0 else 0.5)) for i, u in zip(N, U)],
    "far": [1e6 + u if i < 2000 else 1e6 + u + 0.3 for i, u in zip(N, U)],
    "wider": [u if i < 2000 else 3 * u - 1 for i, u in zip(N, U)],
    "constant": [0.25] * 4000,
    "zeros": [0.0] * 4000,
    "ones": [1.0] * 4000,
    "zeros_then_ones": [float(i >= 2000) for i in N],
    "short": U[:7],
    "short_bern": [0.0, 1.0, 0.0, 0.0, 1.0],
    "empty": [],
}
FLAGS = [name for name in STREAMS if "bern" in name or name in ("zeros", "ones", "zeros_then_ones", "empty")]
SHARES = FLAGS + ["stationary", "gradual_share", "constant", "short"]
NUMBERS = [name for name in STREAMS if name not in ("short_bern", "gradual_share")]


def mean_since(all_, first):
    return (all_.n * all_.get() - first.n * first.get()) / (all_.n - first.n)


def levels(name, detector, before, x, seen):
    if name == "adwin":
        width, total = before
        width, total = width + 1, total + x
        return [(total - detector.total) / (width - detector.width), detector.total / detector.width]
    if name == "ddm":
        return [detector._p_min, detector._p.get()]
    if name == "hddm_a":
        # A rise comes first; without one it is a fall.
        cut = detector._x_min if detector._mean_incr(detector.drift_confidence) else detector._x_max
        return [cut.get(), mean_since(detector._z, cut)]
    if name == "hddm_w":
        if detector._detect_mean_incr(detector.drift_confidence):
            return [detector._s1_incr.ewma, detector._s2_incr.ewma]
        return [detector._s1_decr.ewma, detector._s2_decr.ewma]
    if name == "kswin":
        window = seen[-detector.window_size:]
        split = detector.window_size - detector.stat_size
        return [math.fsum(window[:split]) / split, math.fsum(window[split:]) / detector.stat_size]
    return None


def runs(places):
    found = []
    for at in places:
        if found and found[-1][1] == at - 1:
            found[-1][1] = at
        else:
            found.append([at, at])
    return found


def case(name, make, options, stream):
    detector = make(**options)
    changes, warned, around = [], [], []
    for at, x in enumerate(STREAMS[stream]):
        before = (0, 0.0) if name != "adwin" or detector.drift_detected else (detector.width, detector.total)
        detector.update(x)
        if detector.drift_detected:
            changes.append(at)
            around.append(levels(name, detector, before, x, STREAMS[stream][: at + 1]))
        elif getattr(detector, "warning_detected", False):
            warned.append(at)
    found = {"detector": name, "options": options, "stream": stream, "changes": changes, "warnings": runs(warned)}
    if around and around[0] is not None:
        found["levels"] = around
    if name == "adwin" and not detector.drift_detected:
        # What river calls the variance is the sum of squared deviations.
        variance = detector.variance / detector.width if detector.width else 0.0
        found |= {"width": detector.width, "total": detector.total, "variance": variance}
    return found


def cusum(options, stream):
    """Two-sided tabular CUSUM on whole segments: each is learnt from and summed at once, up to its alarm."""
    x = np.array(STREAMS[stream])
    k, h, warm = options.get("k", 0.5), options.get("h", 5.0), options.get("warm_start", 100)
    changes, around, start = [], [], 0
    while True:
        rest = x[start:]
        if "mean" in options:
            mean, sd, learnt = options["mean"], options["sd"], 0
        else:
            # The learning lasts until the values are not all equal.
            other = np.flatnonzero(rest != rest[0]) if len(rest) else []
            if len(other) == 0:
                break
            learnt = max(warm, int(other[0]) + 1)
            mean, sd = rest[:learnt].mean(), rest[:learnt].std(ddof=1)
        z = (rest[learnt:] - mean) / sd
        # C = S - min S, S the sum of z - k from 0: Page's form of max(0, z - k + C).
        both = []
        for sign in (1, -1):
            walk = np.concatenate([[0.0], np.cumsum(sign * z - k)])
            both.append(walk - np.minimum.accumulate(walk))
        first = np.flatnonzero((both[0] > h) | (both[1] > h))
        if len(first) == 0:
            break
        end = int(first[0])
        side = 0 if both[0][end] > h else 1
        # The walk may come back to its minimum exactly (mean 0.45 of flags has sd 0.5), which rounding hides.
        n = end - int(np.flatnonzero(both[side][: end + 1] < 1e-9)[-1])
        around.append([float(mean), float(mean + (1 - 2 * side) * sd * (k + both[side][end] / n))])
        changes.append(start + learnt + end - 1)
        start = changes[-1] + 1
    found = {"detector": "cusum", "options": options, "stream": stream, "changes": changes, "warnings": []}
    return found | ({"levels": around} if around else {})


DETECTORS = [
    ("adwin", drift.ADWIN, NUMBERS, [
        {}, {"clock": 1}, {"delta": 0.05, "clock": 7, "max_buckets": 3, "min_window_length": 20, "grace_period": 100},
        {"delta": 0.5, "clock": 1, "max_buckets": 2, "min_window_length": 1, "grace_period": 0}]),
    ("ddm", drift.binary.DDM, FLAGS, [{}, {"warm_start": 100, "warning_threshold": 2.5, "drift_threshold": 4.0}]),
    ("eddm", drift.binary.EDDM, FLAGS, [{}, {"warm_start": 50, "alpha": 0.85, "beta": 0.75}]),
    ("hddm_a", drift.binary.HDDMA, SHARES, [
        {}, {"two_sided_test": True}, {"drift_confidence": 0.01, "warning_confidence": 0.1, "two_sided_test": True}]),
    ("hddm_w", drift.binary.HDDMW, SHARES, [
        {}, {"two_sided_test": True},
        {"drift_confidence": 0.0001, "warning_confidence": 0.05, "lambda_val": 0.01, "two_sided_test": True}]),
    ("page_hinkley", drift.PageHinkley, NUMBERS, [
        {}, {"mode": "up", "threshold": 20.0}, {"mode": "down", "threshold": 20.0},
        {"min_instances": 100, "delta": 0.05, "threshold": 10.0, "alpha": 0.99}]),
    # All earlier values are drawn, so the draws decide nothing.
    ("kswin", drift.KSWIN, ["cont", "stationary", "steps", "wider", "zeros_then_ones", "constant", "short", "empty"], [
        {"alpha": 0.005, "window_size": 60, "stat_size": 30}, {"alpha": 1e-6, "window_size": 200, "stat_size": 100},
        {"alpha": 0.01, "window_size": 10, "stat_size": 5}]),
]
found = [case(name, make, options, stream) for name, make, streams, sets in DETECTORS for options in sets for stream in streams]
AROUND_HALF = ["cont", "stationary", "fall", "gradual", "wider", "short", "empty"]
found += [cusum(options, stream)
          for options, streams in [({}, NUMBERS), ({"k": 0.25, "h": 8.0, "warm_start": 300}, NUMBERS),
                                   ({"k": 0.5, "h": 5.0, "mean": 0.5, "sd": 0.3}, AROUND_HALF)]
          for stream in streams]

# With draws that count: the first change of `steps`, which steps at 400 beyond all values before, and changes of calm values.
SEEDS = {"stream": "steps", "options": {"alpha": 1e-6}, "calm": "stationary", "calm_values": 1000}
first, quiet = [], 0
for seed in range(20):
    detector = drift.KSWIN(**SEEDS["options"], seed=seed)
    for at, x in enumerate(STREAMS["steps"]):
        detector.update(x)
        if detector.drift_detected:
            first.append(at)
            break
for seed in range(3):
    detector = drift.KSWIN(**SEEDS["options"], seed=seed)
    for x in STREAMS["stationary"][:1000]:
        detector.update(x)
        quiet += detector.drift_detected

# The least gap of two samples of n values whose p-value is at most alpha and whose statistic exceeds 0.1.
gaps = []
for n in (5, 10, 30, 31, 100, 300, 1000):
    for alpha in (0.05, 0.005, 1e-6):
        gap = next((gap for gap in range(1, n + 1)
                    if gap / n > 0.1 and stats.ks_2samp(np.arange(n) + gap - 0.5, np.arange(n), method="exact").pvalue <= alpha), None)
        gaps.append({"n": n, "alpha": alpha, "gap": gap})

# Montgomery, Introduction to Statistical Quality Control, tables 9.1 and 9.2: mean 10, sd 1, k = 0.5, h = 5. Written
# down from memory, and equal to what four other projects have copied from there; nobody looked into the book itself.
MONTGOMERY = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08,
              9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
rise = 0.0
for at, x in enumerate(MONTGOMERY[:29]):
    rise = max(0.0, x - 10.5 + rise)
assert round(rise, 2) == 5.28  # as printed at observation 29
write("detectors", {
    "streams": "4000 values of the generator, see detectors.py",
    "cases": found,
    "kswin_seeds": SEEDS | {"earliest": min(first), "latest": max(first), "calm_changes": quiet},
    "kswin_gaps": gaps,
    # Printed: the alarm at observation 29, N+ = 7, and 10 + 0.5 + 5.28 / 7 = 11.25 for the new mean.
    "montgomery": {"values": MONTGOMERY, "options": {"mean": 10.0, "sd": 1.0, "k": 0.5, "h": 5.0}, "at": 28, "after": 11.25},
})
