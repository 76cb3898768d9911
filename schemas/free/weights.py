"""What each sign weighs. The weights of kinds are set by hand. Those of single words, and what facts of a listing add
to them, are trained by ``python -m bench.free_weights`` and kept in ``schemas/data/free_weights.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.free.keys import KEY

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
    """``stems`` are by key, ``facts`` and ``phrases`` by kind of sign, the latter at strength 1. Where the giver is a
    business, ``business`` is added, by what is offered.
    """

    start: float
    business: Mapping[str, float]
    facts: Mapping[str, float]
    phrases: Mapping[str, float]
    stems: Mapping[str, float]

    def of_word(self, token: str) -> float:
        """What this word adds."""
        return self.stems.get(token[:KEY], 0.0)

    def of_keys(self, keys: Iterable[str]) -> list[float]:
        """What each of these adds that adds anything."""
        return [self.stems[key] for key in keys if key in self.stems]


@cache
def trained() -> Trained:
    """The trained weights."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return Trained(found["start"], found["business"], found["facts"], found["phrases"], found["stems"])
