"""Postcodes as places: a British one is found by the whole of it and by its first half, others as they are written."""

from __future__ import annotations

import re
from functools import lru_cache

from node.search.letters import folded

_OUTWARD = r"[a-z]{1,2}[0-9][a-z0-9]?"
_INWARD = r"[0-9][a-z]{2}"
_BRITISH = re.compile(rf"({_OUTWARD})(?:({_INWARD})| {{1,3}}({_INWARD}|[0-9]?))?")


@lru_cache(maxsize=4096)
def postcode_terms(text: str) -> tuple[str, ...]:
    """How a postcode stands in the index, and is looked up: the most exact term first; none for an empty text.

    "PE1 1AA" and "pe11aa" are ("pe1 1aa", "pe1"); "PE1" and "PE1 1" are ("pe1",).
    """
    plain = " ".join(folded(text).casefold().split())
    british = _BRITISH.fullmatch(plain)
    if british is None:
        return (plain,) if plain else ()
    outward, inward = british[1], british[2] or british[3]
    return (f"{outward} {inward}", outward) if inward and len(inward) == 3 else (outward,)
