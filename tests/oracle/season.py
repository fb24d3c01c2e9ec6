"""Days held against the same weekday and hours against the same hour, by numpy and scipy from core/src/drift/season.rs."""
import numpy as np
from scipy import stats
from common import uniforms, write
from panels import day_test, within

draws = iter(uniforms(60000))
take = lambda *shape: np.array([next(draws) for _ in range(int(np.prod(shape)))]).reshape(shape) - 0.5


def adjusted(reference, current, phase, phase_now):
    """Distance from the mean of the other reference buckets of the phase, and from the mean of all of them."""
    own = np.array([x - reference[(phase == p) & (np.arange(len(phase)) != i)].mean()
                    for i, (x, p) in enumerate(zip(reference, phase))])
    now = np.array([x - reference[phase == p].mean() for x, p in zip(current, phase_now)])
    return own, now


def case(name, season, starts, level, rows, shift):
    """`starts` are bucket numbers of reference and current; a bucket is a day or an hour from 1970."""
    phase = (lambda b: (b + 3) % 7) if season == "weekday" else (lambda b: b % 24)
    r, c = [np.array([np.round(level(phase(b)) + take(rows), 4) for b in buckets]) for buckets in starts]
    c = c + shift
    phases, phases_now = [np.array([phase(b) for b in buckets]) for buckets in starts]
    of = lambda x: (x.mean(axis=1), within(x))
    tests = [day_test(*adjusted(a, b, phases, phases_now)) for a, b in zip(of(r), of(c))]
    plain = [day_test(a, b) for a, b in zip(of(r), of(c))]
    matched = r[np.isin(phases, phases_now)]
    effect = [stats.ks_2samp(x.ravel(), c.ravel()).statistic for x in (matched, r)]
    print(name, [t["p"] for t in tests], [t["p"] for t in plain], effect)
    return {"name": name, "season": season, "buckets": [[int(b) for b in x] for x in starts], "reference": r.tolist(),
            "current": np.round(c, 4).tolist(), "p": [t["p"] for t in tests], "n_eff": tests[0]["n_eff"],
            "effect": float(effect[0]), "mean": float(matched.mean()), "plain_p": [t["p"] for t in plain],
            "plain_effect": float(effect[1])}


monday = 18267  # 2020-01-06
weeks = np.arange(monday, monday + 56)
weekends = monday + 56 + np.array([5, 6, 12, 13])
night = np.concatenate([(monday + 10) * 24 + 24 * d + np.arange(0, 5) for d in range(4)])
hours = np.arange(monday * 24, monday * 24 + 240)
on_weekends = lambda phase: -3.0 if phase >= 5 else 0.1 * phase
by_hour = lambda phase: float(np.round(2 * np.sin(phase * np.pi / 12), 4))
write("season", {"cases": [
    case("two weekends", "weekday", [weeks, weekends], on_weekends, 6, 0.0),
    case("two weekends, moved", "weekday", [weeks, weekends], on_weekends, 6, 1.0),
    case("three Sundays", "weekday", [weeks, monday + 56 + np.array([6, 13, 20])], lambda p: -3.0 if p == 6 else 0.1 * p, 6, 0.0),
    case("a week", "weekday", [weeks, np.arange(monday + 56, monday + 63)], on_weekends, 6, 0.0),
    case("four nights", "hour", [hours, night], by_hour, 3, 0.0),
    case("four nights, moved", "hour", [hours, night], by_hour, 3, 0.75),
]})
