"""The trained weights of `schemas.free`, made again from the listings beside this file, and what they are good for.

    python -m bench.free_weights           writes schemas/data/free_weights.json; the same data give the same bytes
    python -m bench.free_weights --check   measures what the weights add, on organisations that were not trained on

What is trained is how much a word, a kind of phrase, who gives it and what speaks for a gift say. It is a logistic
regression with a ridge penalty on whether they occur, between genuine listings and promotions; borderline ones count
`OF_BORDERLINE` beside promotions, and both sides count alike. Phrases were written beside these listings and fit them
too well, so they are held back most (`OF_A_PHRASE`): on listings that nobody had seen, phrases that had been weighed by
hand told adverts from gifts worse. `SCALE` and `LINE` bring the sum to the measure of the verdicts.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

from schemas.canonical import EXTENSION
from schemas.free.keys import neighbours
from schemas.free.signs import GIVING, OFFERED, SELLING, SOFT, Signs, read, signs_of
from schemas.free.weights import DOUBTFUL, FILE

DATA = Path(__file__).parent / "data"
FILES = ("listings.csv", "free_extra.csv", "free_strange.csv")
SCALE = 0.5
"""What a unit of the regression is in the measure of the verdicts."""
RIDGE = 1.0
LEAST_LISTINGS = 2
"""Words of fewer listings are not learned: they would be the listings' own."""
LINE = 0.65
"""The sum of the regression from which a listing is doubted, so that about three in a hundred genuine ones that were
not trained on are: ``--check`` says how many.
"""
OF_BORDERLINE = 0.3
OF_A_WORD, OF_A_PAIR, OF_A_PHRASE, OF_A_FACT, OF_BUSINESS = 0.6, 0.5, 0.25, 0.6, 0.7
"""What one of them counts in the regression: the less, the more it is held back."""
FACTS = tuple(sorted(GIVING))
PHRASES = tuple(sorted(SELLING | SOFT))
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
_STEPS, _MOMENTUM = 400, 0.9
_FOLDS = 5
_LEAST_POINTS = 0.015
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
    """Feature -> value. That of a word begins with a space, and that of two neighbours has another between them."""
    found = {f" {key}": OF_A_WORD for key in signs.said.keys if key.isalpha() and key not in _FUNCTION_WORDS}
    found |= {f" {one} {two}": OF_A_PAIR for one, two in neighbours(signs.said.string) if _says_something(one, two)}
    found |= {kind: OF_A_FACT for kind in FACTS if kind in signs.signs}
    found |= {kind: OF_A_PHRASE * sign.strength for kind, sign in signs.signs.items() if kind in PHRASES}
    if signs.is_business:
        found["business"] = OF_BUSINESS
        found[f"business {signs.offered}"] = OF_BUSINESS
    return found


def _says_something(*keys: str) -> bool:
    return not _FUNCTION_WORDS.issuperset(keys)


def train(known: Sequence[Example]) -> dict[str, float]:
    """Feature -> weight, with ``start``, by accelerated gradient descent from nought."""
    often = Counter(name for one in known for name in one.features)
    names = sorted(name for name, count in often.items() if count >= LEAST_LISTINGS)
    place = {name: number for number, name in enumerate(names, 1)}
    # The first place is the start, which every listing has.
    rows = [[(0, 1.0), *((place[n], v) for n, v in one.features.items() if n in place)] for one in known]
    is_advert = [one.label != "genuine" for one in known]
    share = _shares(known)
    step = 1 / (RIDGE + 0.25 * max(sum(v * v for _, v in row) for row in rows) * sum(share) / 8)
    weights, speed = [0.0] * (len(names) + 1), [0.0] * (len(names) + 1)
    for _ in range(_STEPS):
        slope = [RIDGE * value for value in weights]
        slope[0] = 0.0
        for row, yes, part in zip(rows, is_advert, share, strict=True):
            off = part * (_chance(sum([weights[at] * value for at, value in row])) - yes)
            for at, value in row:
                slope[at] += off * value
        speed = [_MOMENTUM * fast - step * steep for fast, steep in zip(speed, slope, strict=True)]
        weights = [value + fast for value, fast in zip(weights, speed, strict=True)]
    return {"start": weights[0], **{name: weights[at] for name, at in place.items()}}


def _shares(known: Sequence[Example]) -> list[float]:
    """What each listing counts, so that both sides count alike."""
    told = {"genuine": 1.0, "promotion": 1.0, "borderline": OF_BORDERLINE}
    adverts = sum(told[one.label] for one in known if one.label != "genuine")
    gifts = sum(one.label == "genuine" for one in known)
    return [told[one.label] * (1.0 if one.label == "genuine" else gifts / adverts) for one in known]


def _sum(weights: Mapping[str, float], row: Iterable[tuple[str, float]]) -> float:
    return weights["start"] + sum(weights.get(name, 0.0) * value for name, value in row)


def _chance(value: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))


def check(known: Sequence[Example]) -> None:
    """Train without a fifth of the organisations at a time, and say how well those are told apart."""
    found: list[tuple[float, str]] = []
    names = sorted({one.organisation for one in known})
    for fold in range(_FOLDS):
        away = set(names[fold::_FOLDS])
        weights = train([one for one in known if one.organisation not in away])
        found += ((_sum(weights, one.features.items()), one.label) for one in known if one.organisation in away)
    genuine = sorted((score for score, label in found if label == "genuine"), reverse=True)
    line = genuine[int(_ALARMS * len(genuine))]
    adverts = [score for score, label in found if label == "promotion"]
    caught = sum(score > line for score in adverts) / len(adverts)
    print(f"{caught:.3f} of promotions above all but {_ALARMS:.0%} of genuine listings (from {line:.2f})")
    for label in ("promotion", "genuine", "borderline"):
        some = [score for score, its in found if its == label]
        print(f"{label:12} {sum(score >= LINE for score in some) / len(some):.3f} from {LINE}")


def document(known: Sequence[Example]) -> str:
    """The file of trained weights, ready to be kept."""
    weights = {name: SCALE * value for name, value in train(known).items()}
    labels = Counter(one.label for one in known)
    words = {
        name[1:]: round(value * (OF_A_PAIR if " " in name[1:] else OF_A_WORD), 3)
        for name, value in sorted(weights.items())
        if name.startswith(" ")
    }
    words = {name: value for name, value in words.items() if abs(value) >= _LEAST_POINTS}
    return json.dumps(
        {
            "about": "Trained by python -m bench.free_weights on listings.csv, free_extra.csv and free_strange.csv of "
            "bench/data (CC0): how much more often words stand in promotions than in genuine listings. "
            "docs/free.md says how.",
            "listings": dict(sorted(labels.items())),
            "start": round(DOUBTFUL + weights["start"] - SCALE * LINE, 3),
            "business": {
                offered: round(OF_BUSINESS * (weights.get("business", 0) + weights.get(f"business {offered}", 0)), 3)
                for offered in ("", *OFFERED)
            },
            "facts": {kind: round(weights.get(kind, 0.0) * OF_A_FACT, 3) for kind in FACTS},
            "phrases": {kind: round(weights.get(kind, 0.0) * OF_A_PHRASE, 3) for kind in PHRASES},
            "stems": {name: value for name, value in words.items() if " " not in name},
            "pairs": _pairs({name: value for name, value in words.items() if " " in name}),
        },
        ensure_ascii=False,
        indent=0,
    )


def _pairs(words: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Those that stand first -> those beside them -> weight."""
    found: dict[str, dict[str, float]] = {}
    for name, value in words.items():
        first, second = name.split(" ")
        found.setdefault(first, {})[second] = value
    return found


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
