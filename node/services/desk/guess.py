"""What a title suggests: a category, from the vocabulary's words in all its languages, a number, a condition. Pure.

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
_NUMBERS = re.findall(
    r"\w+",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
)
_COUNTED = re.compile(r"\s*(?:(?:a|one) )?(?P<number>[1-9]\d{0,2}|[a-z]+)\s+(?P<things>[^\W\d_]{3,}\b.*)", re.I)
_PLURAL = re.compile(r"\b(?:[^\W\d_]+[^\W\d_siu]s|people|children|mice)\b", re.I)
_PARTS = re.compile(
    r"(?:amp|bar|berth|burner|cup|day|door|drawer|foot|gear|hole|hour|inch|key|leg|light|litre|man|metre|month|octave|"
    r"page|part|person|piece|pin|place|player|ring|room|seat|seater|shelf|slice|slot|speed|step|string|tier|ton|volt|"
    r"watt|way|week|wheel|year)s?\b",
    re.I,
)
"""What a number before it says of one thing: "four ring hobs" may be one or many."""


def categories_for(title: str, action: str) -> tuple[str, ...]:
    """Paths of the categories that a title suggests for what is done with it, the likeliest first; at most `MOST`.

    ``action`` is one of `schemas.vocabulary.ACTIONS`.
    """
    head = _ASIDE.split(title[:200], maxsplit=1)[0]
    found = dict.fromkeys((*_named(head, action), *_named(title[:200], action)))
    return tuple(islice(found, MOST))


def count_for(title: str) -> int | None:
    """How many a title says there are, in figures or in English words: "Twelve chairs", "2 tables with legs".

    Only where what follows is a plural with an s, as in English or Portuguese; None where it may mean something else.
    """
    found = _COUNTED.match(_ASIDE.split(title[:200], maxsplit=1)[0])
    if found is None or not _PLURAL.search(found["things"]):
        return None
    number, first = found["number"].lower(), found["things"].split()[0].lower()
    if _PARTS.match(first) or first in _NUMBERS:
        return None
    if number == "dozen":
        return 12
    count = int(number) if number.isdigit() else _NUMBERS.index(number) + 1 if number in _NUMBERS else 1
    return count if count > 1 else None


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
