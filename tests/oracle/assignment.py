"""Buckets and arms as GrowthBook's Python SDK 4.0.0 gives them, and Node where a character has two UTF-16 code units.

The cases named `published` are `hash` (version 2) and `getBucketRange` of the cases.json that all of GrowthBook's SDKs share (spec 0.5.4).
"""
import json
import math
import subprocess
from growthbook.core import chooseVariation, gbhash, getBucketRanges
from common import write

PUBLISHED = [
    ["seed", "a", 0.0505], ["seed", "b", 0.2696], ["foo", "ab", 0.2575], ["foo", "def", 0.2019],
    ["89123klj", "8952klfjas09ujkasdf", 0.124], ["90850943850283058242805", "123", 0.7516], ["()**(%$##$%#$#", "___)((*\":&", 0.0128],
]
RANGES = [
    [[0.4, 0.6], 1.0, [[0, 0.4], [0.4, 1]]],
    [[0.5, 0.5], 0.5, [[0, 0.25], [0.5, 0.75]]],
    [[0.5, 0.5], 0.0, [[0, 0], [0.5, 0.5]]],
    [[0.25, 0.25, 0.25, 0.25], 1.0, [[0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1]]],
    [[0.2, 0.3, 0.5], 1.0, [[0, 0.2], [0.2, 0.5], [0.5, 1]]],
    [[0.2, 0.3, 0.5], 0.2, [[0, 0.04], [0.2, 0.26], [0.5, 0.6]]],
]
NODE = """
const fnv = text => { let h = 0x811c9dc5; for (let i = 0; i < text.length; i++) { h ^= text.charCodeAt(i); h = Math.imul(h, 0x01000193); } return h >>> 0; };
const pairs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(pairs.map(([seed, unit]) => (fnv('' + fnv(seed + unit)) % 10000) / 10000)));
"""

for seed, unit, expected in PUBLISHED:
    assert gbhash(seed, unit, 2) == expected
for weights, coverage, expected in RANGES:
    for found, wanted in zip(getBucketRanges(len(weights), coverage, weights), expected, strict=True):
        assert all(math.isclose(a, b, abs_tol=1e-15) for a, b in zip(found, wanted))

texts = [("promo", ""), ("Größe", "Zoë"), ("実験", "ユーザー"), ("exp", "é"), ("exp", "e\u0301"), ("exp", "\u0000"), ("rocket🚀", "😀"), ("exp", "𝔘𝔫𝔦𝔱"), ("exp", "a😀b"), ("exp", "\uffff")]
pairs = [pair for pair in texts] + [("new-model", f"user{i}") for i in range(40)]
node = json.loads(subprocess.run(["node", "-e", NODE], input=json.dumps(pairs), capture_output=True, text=True, check=True).stdout)
python = [gbhash(seed, unit, 2) for seed, unit in pairs]
assert node == python

arms = []
for weights, coverage in [([0.7, 0.3], 1.0), ([0.7, 0.3], 0.2), ([0.1, 0.2, 0.3, 0.4], 0.9), ([1 / 3, 1 / 3, 1 / 3], 1.0), ([0.5, 0.5], 0.0)]:
    ranges = getBucketRanges(len(weights), coverage, weights)
    arms.append({"shares": weights, "coverage": coverage, "arms": [chooseVariation(n, ranges) for n in python]})

write("assignment", {
    "published_hash": PUBLISHED,
    # To the last bit: 0.2 x 0.2 is just above 0.04, so that bucket 0.04 is inside.
    "published_ranges": [[weights, coverage, getBucketRanges(len(weights), coverage, weights)] for weights, coverage, _ in RANGES],
    "hash": [[seed, unit, n] for (seed, unit), n in zip(pairs, node)],
    "arms": arms,
})
