"""Bins with round edges from their definition, in whole numbers and fractions; counts by numpy.histogram, means from fractions."""
import math
import sys
from fractions import Fraction
import numpy as np
from common import uniforms, write

u = iter(uniforms(20000))


def nearest(value):
    """The f64 nearest to a fraction, at most the largest."""
    try:
        return float(value)
    except OverflowError:
        return sys.float_info.max if value > 0 else -sys.float_info.max


def multiples(low, high, step):
    """The multiples of a step, as f64, from the last at or below `low` to the first at or above `high`."""
    first, last = math.floor(Fraction(low) / step) - 1, math.ceil(Fraction(high) / step) + 1
    while nearest((first + 1) * step) <= low:
        first += 1
    while nearest((last - 1) * step) >= high:
        last -= 1
    return first, last


def edges_of(windows, bins):
    tails = [(len(w) - 1) // 200 for w in windows]
    low = min(sorted(w)[t] for w, t in zip(windows, tails))
    high = max(sorted(w)[len(w) - 1 - t] for w, t in zip(windows, tails))
    everything = [x for w in windows for x in w]
    if low == high:
        low, high = min(everything), max(everything)
    first, last = math.floor(low), math.ceil(high)
    near = [x for x in everything if first - 0.5 <= x <= last + 0.5]
    if last - first < bins and max(abs(first), abs(last)) < 2**52 and all(x == math.floor(x) for x in near):
        return [first - 0.5 + i for i in range(last - first + 2)]
    if low == high:
        unit = Fraction(10) ** (math.floor(math.log10(abs(low))) - 1)
        middle = round(Fraction(low) / unit)
        return [nearest((2 * middle + side) * unit / 2) for side in (-1, 1)]
    exponent = -300
    while True:
        for digit in (1, 2, 5):
            step = digit * Fraction(10) ** exponent
            if (Fraction(high) - Fraction(low)) / step > bins:
                continue
            first, last = multiples(low, high, step)
            edges = [nearest(k * step) for k in range(first, last + 1)]
            if last - first <= bins and len(set(edges)) == len(edges):
                return edges
        exponent += 1


def counts_of(values, edges):
    values = np.array(values)
    inside, _ = np.histogram(values, edges)
    mean = nearest(sum(map(Fraction, values.tolist())) / len(values))
    middle = sorted(values.tolist())
    median = nearest((Fraction(middle[(len(middle) - 1) // 2]) + Fraction(middle[len(middle) // 2])) / 2)
    return {"counts": inside.tolist(), "below": int(np.sum(values < edges[0])), "above": int(np.sum(values > edges[-1])),
            "mean": mean, "median": median, "min": min(middle), "max": max(middle)}


def bell():
    return sum(next(u) for _ in range(6)) - 3


def case(name, bins, reference, current):
    edges = edges_of([reference, current], bins)
    return {"name": name, "bins": bins, "edges": edges, "reference": {"x": reference, **counts_of(reference, edges)},
            "current": {"x": current, **counts_of(current, edges)}}


def sample(n, of):
    return [of() for _ in range(n)]


def tailed():
    return round(-math.log(1 - next(u)), 6)


cases = [
    case("a bell that moved", 40, sample(300, lambda: round(bell(), 6)), sample(250, lambda: round(bell() + 0.5, 6))),
    case("a long tail, of which the end is left out", 20, sample(500, tailed) + [1000.5, 2000.5], sample(40, tailed)),
    case("values on the edges", 30, sample(200, lambda: round(bell(), 1)), sample(200, lambda: round(bell(), 1))),
    case("few whole numbers", 30, sample(200, lambda: math.floor(next(u) * 8) - 2), sample(100, lambda: math.floor(next(u) * 12))),
    case("many whole numbers", 10, sample(100, lambda: math.floor(next(u) * 800)), sample(100, lambda: math.floor(next(u) * 1200))),
    case("whole numbers with fractions far off", 30, sample(400, lambda: math.floor(next(u) * 6)) + [99.5], sample(30, lambda: math.floor(next(u) * 6))),
    case("very small numbers", 200, sample(60, lambda: round(next(u), 3) * 1e-250), sample(60, lambda: round(next(u), 3) * 1e-250)),
    case("from one end of f64 to the other", 7, [-sys.float_info.max, -1e308, 0.0, 3.5e307], [1e308, sys.float_info.max]),
    case("both ends of f64 in two bins", 2, [-sys.float_info.max], [sys.float_info.max]),
    case("the smallest numbers there are", 50, [0.0, 5e-324, 1e-323], [5e-324]),
    case("neighbours far from 0", 100, [1e15, 1e15 + 0.125, 1e15 + 0.25], [1e15 + 0.5]),
    case("neighbours that only large steps tell apart", 100, [1e22, 1e22 + 2**21], [1e22 + 2**22]),
    case("one fraction", 50, [0.1, 0.1, 0.1], [0.1]),
    case("one large number", 50, [-1.7976931348623157e308], [-1.7976931348623157e308]),
    case("one whole number", 50, [7.0] * 5, [7.0]),
    case("two values", 50, [0.25], [0.75]),
    case("zeros, and seldom anything else", 25, [0.0] * 450 + [0.013, 0.29], [0.0] * 230 + [0.11]),
]
write("distributions", {"numbers": cases})
for c in cases:
    print(c["name"], len(c["edges"]) - 1, c["edges"][:3], c["edges"][-1])
