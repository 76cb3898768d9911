"""In which languages a listing is written: what it says itself, and what its words give away.

Many a listing states the language of the board it was typed into. A letter that only one language has, or two of its
commonest little words, are enough to read the listing in that language as well. Being read in one too many does no
harm, for words of each language are kept apart in the index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from node.search.stems import LANGUAGES

ENGLISH = "en"
_LETTERS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "pl": re.compile("[ąęłńśźżćĄĘŁŃŚŹŻĆ]"),
        "lt": re.compile("[ėįųūėĖĮŲŪ]|[čšž]i|i[čšž]"),
        "pt": re.compile("[ãõÃÕ]|ç[ãõ]o|ções"),
        "cy": re.compile("[ŵŷŴŶ]"),
        "ur": re.compile("[ٹڈڑںےگچپژہھکی]"),
    }
)
_LITTLE = """
pl dla oraz lub jest nie na od do za bez przy oddam oddamy darmo bezpłatnie potrzebne
lt ir yra arba dėl su iki už nuo prie nemokamai atiduodame reikia ieškome dovanoju
pt para com uma dos das não por são mais grátis ofereço oferecemos precisa doação
cy yn ac yr ar gyfer ddim gyda gan ein eich sydd mae wedi rhodd eisiau rydym angen
"""
_LITTLE_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {code: frozenset(words) for code, *words in map(str.split, _LITTLE.strip().splitlines())}
)
_ALL_LITTLE: frozenset[str] = frozenset().union(*_LITTLE_WORDS.values())

_ENOUGH = 2
_OPENING = 300
"""So many characters of a text tell in which language it is."""

_OWN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def read_in(stated: str | None, text: str) -> tuple[str, ...]:
    """Codes of the languages besides English in which a listing is to be read, in a fixed order."""
    found = {base_language(stated)} & LANGUAGES
    if not text.isascii():
        found.update(code for code, letters in _LETTERS.items() if letters.search(text))
    little = _ALL_LITTLE.intersection(text[:_OPENING].lower().split())
    if len(little) >= _ENOUGH:
        found.update(code for code, own in _LITTLE_WORDS.items() if len(own & little) >= _ENOUGH)
    return tuple(sorted(found))


def words_as_written(text: str) -> list[str]:
    """The words of a text in lower case, with their accents."""
    return [word.replace("’", "").replace("'", "") for word in _OWN.findall(text.lower())]


def base_language(tag: str | None) -> str:
    """The first part of a BCP 47 tag, in lower case; empty where there is none."""
    return (tag or "").partition("-")[0].lower()
