"""Which category a title suggests, from the vocabulary's words for things in every language that it has. Pure.

What stands before "for" or "with" says what it is: in "chairs for a hall" that is chairs, in "office desk lamps" lamps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from schemas.vocabulary import categories, expansions, fold

KINDS = {
    "give": ("item", "equipment"),
    "lend": ("equipment", "item"),
    "host": ("space",),
    "help": ("skill",),
}
"""What sort of thing is given, lent, hosted or helped with."""
MOST = 3
_LONGEST_NAME = 5
_CONDITIONS = (
    (
        "for_parts",
        re.compile(r"\b(?:for parts|spares or repairs?|broken|faulty|not working|needs? mending)\b", re.I),
    ),
    ("fair", re.compile(r"\b(?:worn|scratched|scratches|scuffed|stained|well used|fair condition)\b", re.I)),
    ("good", re.compile(r"\b(?:good (?:condition|order)|hardly used|as new|like new)\b", re.I)),
    ("new", re.compile(r"\b(?:brand new|unused|never used|still boxed|unopened)\b", re.I)),
)
_ASIDE = re.compile(r"\b(?:for|with|without|from|to|dla|z|para|com)\b|[,;:(–—]", re.IGNORECASE)
_HOLDING = frozenset(
    ["box", "bag", "set", "pack", "stack", "pile", "crate", "roll", "sheet", "bundle", "lot", "number", "pair"]
)


def categories_for(title: str, action: str) -> tuple[str, ...]:
    """Paths of the categories that a title suggests for what is done with it, the likeliest first; at most `MOST`.

    ``action`` is one of `schemas.vocabulary.ACTIONS`.
    """
    head = _ASIDE.split(title[:200], maxsplit=1)[0]
    found = dict.fromkeys((*_named(head, action), *_named(title[:200], action)))
    return tuple(islice(found, MOST))


def condition_for(text: str) -> str | None:
    """What a title or a description says of the condition, where it says it plainly; one of `CONDITIONS`."""
    return next((condition for condition, said in _CONDITIONS if said.search(text)), None)


def _named(text: str, action: str) -> Iterator[str]:
    """Categories of the thing that the words are about, those of other things that they name after it."""
    runs = list(_runs(fold(text).split(), action))
    for run in runs:
        # In a row of names that touch, the last says what it is: "office desk lamp".
        yield from run[-1]
    for run in runs:
        for paths in run[:-1]:
            yield from paths


def _runs(words: Sequence[str], action: str) -> Iterator[list[tuple[str, ...]]]:
    """The names in a text, those that follow each other without a word between together."""
    run: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        paths, size = _longest(words, at, action)
        if paths and not (size == 1 and words[at] in _HOLDING and words[at + 1 : at + 2] == ["of"]):
            run.append(paths)
        elif run:
            yield run
            run = []
        at += size
    if run:
        yield run


def _longest(words: Sequence[str], at: int, action: str) -> tuple[tuple[str, ...], int]:
    for size in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
        paths = _fitting(expansions(" ".join(words[at : at + size])), action)
        if paths:
            return paths, size
    return (), 1


def _fitting(paths: Sequence[str], action: str) -> tuple[str, ...]:
    wanted, known = KINDS[action], categories()
    fits = [path for path in paths if any(kind in known[path].kinds for kind in wanted)]
    return tuple(sorted(fits, key=lambda path: ("/" not in path, wanted[0] not in known[path].kinds)))
