"""The trained weights of `schemas.free`, made again from the listings beside this file, and what they are good for.

    python -m bench.free_weights           writes schemas/data/free_weights.json; the same data give the same bytes
    python -m bench.free_weights --check   measures what the weights add, on organisations that were not trained on

Phrases are weighed by hand: they were written beside the same listings, and trained weights would trust them too much.
What is trained is what no phrase says: how much more often a word stands in an advert than in a gift, and how much a
measure, wear or a reason for giving says. It is a logistic regression with a ridge penalty on whether a word occurs, to
which what the phrases say is given as it stands, between promotions and genuine listings (borderline ones are left
out), weighted so that both count alike; `SCALE` brings it to the measure of the phrases.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

from schemas.canonical import EXTENSION
from schemas.free.signs import GIVING, OFFERED, SOFT, Signs, read, signs_of
from schemas.free.weights import BY_HAND, DOUBTFUL, FILE

DATA = Path(__file__).parent / "data"
FILES = ("listings.csv", "free_extra.csv", "free_strange.csv")
SCALE = 1 / 1.5
"""What a unit of the regression is in the measure of the phrases, whose weights go into it as they are."""
RIDGE = 3.0
LEAST_LISTINGS = 2
"""Words of fewer listings are not learned: they would be the listings' own."""
LINE = 0.6
"""What is added to every score, so that about two in a hundred genuine listings that were not trained on
come to ``DOUBTFUL``: ``--check`` says how many do.
"""
FACTS = tuple(sorted(GIVING - {"detail"}))
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "get",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "more",
        "most",
        "my",
        "no",
        "not",
        "of",
        "off",
        "on",
        "one",
        "or",
        "other",
        "out",
        "over",
        "she",
        "so",
        "some",
        "s",
        "t",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "up",
        "very",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "would",
        "d",
        "ll",
        "m",
        "re",
        "ve",
    ]
)
"""Words that say how fluently somebody writes, not what is offered."""
_OF_A_FACT = 2.0
"""Facts are held back less than words: there are few of them."""
_OF_BUSINESS = 0.35
"""Who gives something is held back more than words: most businesses that are here give."""
_STEPS, _MOMENTUM = 400, 0.9
_FOLDS = 5
_ALARMS = 0.02


@dataclass(frozen=True, slots=True)
class Example:
    """One listing: what was judged about it, who gives it, its signs, and its features for the training."""

    label: str
    organisation: str
    signs: Signs
    features: Mapping[str, float]


def examples(folder: Path = DATA, files: Sequence[str] = FILES) -> Iterator[Example]:
    """The listings of these files in order."""
    for name in files:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                signs = signs_of(read(_item(row)))
                yield Example(row["label"], row["organisation"], signs, _features(signs))


def _item(row: Mapping[str, str]) -> dict[str, Any]:
    tags = [tag for tag in row["tags"].split(";") if tag and not tag.startswith("dup:")]
    extension = {
        "condition": row["condition"],
        "direction": row["direction"],
        "kind": row["kind"],
        "organisation": {"type": row["organisation_type"]},
        "weight_kg": float(row["weight_kg"] or 0),
    }
    return {"title": row["title"], "content_text": row["description"], "tags": tags, EXTENSION: extension}


def _features(signs: Signs) -> dict[str, float]:
    """Feature -> value; a word's begins with a space, so that it can have no fact's name."""
    found = {f" {key}": 1.0 for key in signs.text.keys if key.isalpha() and key not in _FUNCTION_WORDS}
    found |= {kind: _OF_A_FACT for kind in FACTS if kind in signs.signs}
    if signs.is_business:
        found["business"] = _OF_BUSINESS
        found[f"business {signs.offered}"] = _OF_BUSINESS
    return found


def train(known: Sequence[Example]) -> dict[str, float]:
    """Feature -> weight, with ``start``, by accelerated gradient descent from nought."""
    used = [one for one in known if one.label != "borderline"]
    often = Counter(name for one in used for name in one.features)
    rows = [[(n, v) for n, v in one.features.items() if often[n] >= LEAST_LISTINGS] for one in used]
    by_hand = [_of_phrases(one) / SCALE for one in used]
    is_advert = [one.label == "promotion" for one in used]
    adverts = sum(is_advert)
    share = [len(used) / (2 * (adverts if yes else len(used) - adverts)) for yes in is_advert]
    step = 1 / (RIDGE + 0.25 * max(sum(v * v for _, v in row) + 1 for row in rows) * len(rows) / 8)
    weights: dict[str, float] = {"start": 0.0}
    speed: dict[str, float] = {}
    for _ in range(_STEPS):
        slope = {name: RIDGE * value for name, value in weights.items() if name != "start"}
        for row, yes, part, given in zip(rows, is_advert, share, by_hand, strict=True):
            off = part * (_chance(given + _sum(weights, row)) - yes)
            slope["start"] = slope.get("start", 0.0) + off
            for name, value in row:
                slope[name] = slope.get(name, 0.0) + off * value
        for name, value in slope.items():
            speed[name] = _MOMENTUM * speed.get(name, 0.0) - step * value
            weights[name] = weights.get(name, 0.0) + speed[name]
    return weights


def _sum(weights: Mapping[str, float], row: Sequence[tuple[str, float]]) -> float:
    return weights["start"] + sum(weights.get(name, 0.0) * value for name, value in row)


def _chance(value: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))


def scores(weights: Mapping[str, float], some: Sequence[Example]) -> list[tuple[float, float, str]]:
    """The score of each by phrases alone, what the trained weights add, and its label; soft kinds come on top."""
    return [(*_score(weights, one), one.label) for one in some]


def _score(weights: Mapping[str, float], one: Example) -> tuple[float, float]:
    soft = sum(BY_HAND[kind] * sign.strength for kind, sign in one.signs.signs.items() if kind in SOFT)
    selling = _of_phrases(one)
    trained = LINE + SCALE * _sum(weights, list(one.features.items()))
    return soft + max(0.0, selling), soft + max(0.0, selling + trained)


def _of_phrases(one: Example) -> float:
    """What its phrases add, without what a giver asks back."""
    return sum(BY_HAND.get(kind, 0.0) * sign.strength for kind, sign in one.signs.signs.items() if kind not in SOFT)


def check(known: Sequence[Example]) -> None:
    """Train without a fifth of the organisations at a time, and say how well those are told apart."""
    found: list[tuple[float, float, str]] = []
    names = sorted({one.organisation for one in known})
    for fold in range(_FOLDS):
        away = set(names[fold::_FOLDS])
        weights = train([one for one in known if one.organisation not in away])
        found += scores(weights, [one for one in known if one.organisation in away])
    for title, place in (("phrases alone", 0), ("phrases and trained words", 1)):
        genuine = sorted((one[place] for one in found if one[2] == "genuine"), reverse=True)
        line = genuine[int(_ALARMS * len(genuine))]
        adverts = [one[place] for one in found if one[2] == "promotion"]
        caught = sum(score > line for score in adverts) / len(adverts)
        print(
            f"{title:28} {caught:.3f} of promotions above all but {_ALARMS:.0%} of genuine listings (from {line:.2f})"
        )
    for label in ("promotion", "genuine", "borderline"):
        some = [one[1] for one in found if one[2] == label]
        doubted = sum(score >= DOUBTFUL for score in some) / len(some)
        print(f"{label:28} {doubted:.3f} from {DOUBTFUL}")


def document(known: Sequence[Example]) -> str:
    """The file of trained weights, ready to be kept."""
    weights = {name: SCALE * value for name, value in train(known).items()}
    labels = Counter(one.label for one in known)
    return json.dumps(
        {
            "about": "Trained by python -m bench.free_weights on listings.csv, free_extra.csv and free_strange.csv of "
            "bench/data (CC0): how much more often words stand in promotions than in genuine listings. "
            "docs/free.md says how.",
            "listings": dict(sorted(labels.items())),
            "start": round(weights["start"] + LINE, 3),
            "business": {
                offered: round(
                    _OF_BUSINESS * (weights.get("business", 0.0) + weights.get(f"business {offered}", 0.0)), 3
                )
                for offered in ("", *OFFERED)
            },
            "facts": {kind: round(weights.get(kind, 0.0) * _OF_A_FACT, 3) for kind in FACTS},
            "stems": {
                name.strip(): round(value, 3)
                for name, value in sorted(weights.items())
                if name.startswith(" ") and abs(value) >= 0.004
            },
        },
        ensure_ascii=False,
        indent=0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.free_weights", description=__doc__)
    parser.add_argument("--check", action="store_true", help="measure instead of writing")
    options = parser.parse_args()
    known = list(examples())
    if options.check:
        check(known)
        return
    FILE.write_text(document(known) + "\n", encoding="utf-8")
    print(f"The weights of {len(known)} listings are in {FILE}.")


if __name__ == "__main__":
    main()
