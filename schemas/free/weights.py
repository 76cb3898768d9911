"""What each sign weighs: by hand, kind by kind, for whoever reads a single phrase; and as it was trained, together with
words and neighbouring words, by ``python -m bench.free_weights``, which keeps it in ``schemas/data/free_weights.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.free.keys import KEY, neighbours

FILE = Path(__file__).parent.parent / "data" / "free_weights.json"

DOUBTFUL = 0.85
"""The score from which a person looks at a listing."""
CLEAR = 1.6
"""What the phrases of selling come to from which it cannot be published, if there are two kinds of selling."""

BY_HAND: Mapping[str, float] = {
    **dict.fromkeys(("price", "trial", "extra", "lead", "job", "hire", "contest"), 1.0),
    **dict.fromkeys(("discount", "tied", "earning", "buying"), 1.1),
    **dict.fromkeys(("tickets", "club"), 0.9),
    **dict.fromkeys(("gift", "favour", "tiers", "deposit", "running", "nudge", "later"), 1.0),
    "urgency": 0.5,
    "call": 0.6,
    "voice": 0.7,
    "assurance": -0.6,
    "wear": -0.4,
    "why": -0.3,
    "care": -0.3,
    "detail": -0.3,
    "plainly": -0.3,
    "unpaid": -0.3,
}
"""Kind -> what it adds to the score, at strength 1."""


class Trained(NamedTuple):
    """``stems`` are by key, ``pairs`` by the keys of two words beside each other, ``facts`` and ``phrases`` by kind of
    sign, the latter at strength 1. Where the giver is a business, ``business`` is added, by what is offered.
    """

    start: float
    business: Mapping[str, float]
    facts: Mapping[str, float]
    phrases: Mapping[str, float]
    stems: Mapping[str, float]
    pairs: Mapping[str, Mapping[str, float]]

    def of_word(self, token: str) -> float:
        """What this word adds."""
        return self.stems.get(token[:KEY], 0.0)

    def of_keys(self, keys: Iterable[str]) -> list[float]:
        """What each of these adds that adds anything."""
        return [self.stems[key] for key in keys if key in self.stems]

    def of_pair(self, first: str, second: str) -> float:
        """What these keys beside each other add."""
        known = self.pairs.get(first)
        return known.get(second, 0.0) if known else 0.0

    def of_neighbours(self, string: str) -> list[float]:
        """What each two neighbours in a folded text add that add anything, however often they stand there."""
        found = {pair: self.of_pair(*pair) for pair in neighbours(string) if pair[0] in self.pairs}
        return [points for points in found.values() if points]


@cache
def trained() -> Trained:
    """The trained weights."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return Trained(*(found[name] for name in Trained._fields))
