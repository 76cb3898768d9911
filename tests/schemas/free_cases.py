"""Listings for the tests of what reads as free, from ``free_cases.txt``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Case(NamedTuple):
    """``signs`` are kinds that the verdict must give among its reasons; ``giver`` is a type of organisation."""

    name: str
    verdict: str
    signs: frozenset[str]
    giver: str
    title: str
    text: str

    @property
    def item(self) -> dict[str, Any]:
        organisation = {"organisation": {"type": self.giver}}
        return {"title": self.title, "content_text": self.text, "_sharefeed": organisation}


def _cases() -> Iterator[Case]:
    verdict = ""
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            verdict = line.strip("[]")
        elif line and not line.startswith(";"):
            name, signs, giver, words = line.split(" / ", 3)
            title, _, text = words.partition(" | ")
            yield Case(name, verdict, frozenset(signs.split()) - {"-"}, giver, title.strip(" |"), text)


CASES = tuple(_cases())
CLEAR = tuple(case for case in CASES if case.verdict == "not_free")
DOUBTED = tuple(case for case in CASES if case.verdict == "doubtful")
FREE = tuple(case for case in CASES if case.verdict == "free")
