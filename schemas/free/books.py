"""The phrases of ``schemas/data/free``, by what they are for. They are read when they are first needed, so a publisher
that judges nothing pays nothing.

A file has sections; each begins with a kind and a strength in square brackets and has a phrase a line. A line that
begins with a semicolon is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.free.folding import folded
from schemas.free.keys import KEY
from schemas.free.phrasebook import Phrasebook
from schemas.free.phrases import PhraseError, Rule

FOLDER = Path(__file__).parent.parent / "data" / "free"
CONTEXT, ASSURANCE, VOICE = "context", "assurance", "voice"
FOR_A_LISTING = frozenset(["wear", "why", "care", "volunteer"])
_NO_SIGNALS = FOR_A_LISTING | {CONTEXT, ASSURANCE, VOICE}
_SECTION = re.compile(r"\[([a-z]+) (0\.\d{1,2}|1)\]\Z")


class Words(NamedTuple):
    """Single words, and what they are looked up by."""

    words: frozenset[str]
    keys: frozenset[str]


class Books(NamedTuple):
    """``signals`` raise a doubt; ``others`` are read where there is one: context, assurances, what gifts speak of.

    ``brochure`` are words of brochures, which are counted.
    """

    signals: Phrasebook
    others: Phrasebook
    brochure: Words


@cache
def books() -> Books:
    """Every phrase. Raises `PhraseError`."""
    rules = [rule for path in sorted(FOLDER.glob("*.txt")) for rule in read_rules(path.read_text(encoding="utf-8"))]
    brochure = frozenset(rule.phrase for rule in rules if rule.kind == VOICE)
    return Books(
        Phrasebook(rule for rule in rules if rule.kind not in _NO_SIGNALS),
        Phrasebook(rule for rule in rules if rule.kind in _NO_SIGNALS and rule.kind != VOICE),
        Words(brochure, frozenset(word[:KEY] for word in brochure)),
    )


def read_rules(text: str) -> Iterator[Rule]:
    """The rules in the text of one file, in order. Raises `PhraseError`."""
    kind, strength = "", 0.0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(";"):
            continue
        section = _SECTION.match(line)
        if section:
            kind, strength = section[1], float(section[2])
        elif kind:
            yield Rule(kind, strength, folded(line), is_close=kind == CONTEXT)
        else:
            raise PhraseError(f"Line {number} stands before any section: {line}")
