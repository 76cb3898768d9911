"""Stems of words, language by language: what is left of a word without its endings, in Welsh also its beginning.

English is stemmed by the index itself. The others go through the snowball stemmers, whose rules are known for what they
do, with a few endings more; Welsh and Urdu have none there, so their rules stand here. All of them are rough on
purpose: a stem need not be a word, it only has to be the same for the forms in which people name a thing. Words are
stemmed as written and as typed without accents, for few people type them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from threading import Lock
from types import MappingProxyType

from node.search.letters import folded_word

SNOWBALL: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
        "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french",
        "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
        "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
        "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
        "ta": "tamil", "tr": "turkish", "yi": "yiddish",
    }
)  # fmt: skip
"""Language code -> the snowball algorithm for it."""

LANGUAGES = frozenset((*SNOWBALL, "cy", "ur"))
"""Every language besides English of which stems are known."""

_KEPT = 50_000
# A snowball stemmer keeps the word it works on in itself.
_ONE_AT_A_TIME = Lock()


@lru_cache(maxsize=_KEPT)
def stems(language: str, word: str) -> tuple[str, ...]:
    """The stems of a lower-case word, folded: as it is written, then as typed without accents, where that differs."""
    plain = folded_word(word)
    stemmed = _stem(language, word)
    return (stemmed,) if plain == word else tuple(dict.fromkeys((stemmed, _stem(language, plain))))


def _stem(language: str, word: str) -> str:
    after = _AFTER.get(language)
    with _ONE_AT_A_TIME:
        stemmed = folded_word(_stemmer(language)(word))
    return (after(stemmed) if after else stemmed) or word


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    if language == "cy":
        return welsh
    if language == "ur":
        return urdu
    import snowballstemmer

    stem_word: Callable[[str], str] = snowballstemmer.stemmer(SNOWBALL[language]).stemWord
    return stem_word


_VOWEL_THAT_COMES_AND_GOES = re.compile(r"(?<=..[bcdfghjlmnpqrstvwxz])e(?=[kl]$)")
_POLISH_GENITIVE = re.compile(r"(?<=....)ow$")


def _polish(stem: str) -> str:
    """Without -ów as typed "-ow", and without the e of książek, biurek, krzeseł that other forms have not."""
    return _VOWEL_THAT_COMES_AND_GOES.sub("", _POLISH_GENITIVE.sub("", stem))


_PORTUGUESE_END = re.compile(r"(?<=...)(?:[aeo]s?|il)$")


def _portuguese(stem: str) -> str:
    """Plurals that change a vowel: colchão and colchões, infantil and infantis."""
    return _PORTUGUESE_END.sub("", stem)


_AFTER: Mapping[str, Callable[[str], str]] = MappingProxyType({"pl": _polish, "pt": _portuguese})

# Welsh. A word's first sound changes with what stands before it (soft, nasal and aspirate mutation): cadair, gadair,
# nghadair, chadair. All that one sound can become is brought to one sign; c and g go away altogether, as the soft
# mutation of g does: gardd, ardd. Short words keep their beginning, or too many would be one.
_MUTATIONS = (
    ("ngh", ""), ("mh", "b"), ("nh", "d"), ("ng", ""), ("ph", "b"), ("th", "d"), ("ch", ""), ("dd", "d"), ("ff", "ff"),
    ("ll", "l"), ("rh", "r"), ("p", "b"), ("t", "d"), ("c", ""), ("b", "b"), ("d", "d"), ("g", ""), ("f", "b"),
    ("m", "b"), ("n", "d"), ("l", "l"), ("r", "r"),
)  # fmt: skip
_WELSH_PLURALS = ("oedd", "iau", "ion", "ydd", "edd", "aid", "au", "on", "od", "yn", "en", "i")
_WELSH_OTHERS = {
    "gerddi": "gardd", "erddi": "gardd", "cotiau": "cot", "gotiau": "cot", "got": "cot", "plentyn": "plant",
    "blentyn": "plant", "phlentyn": "plant", "tai": "ty", "dai": "ty", "ceir": "car", "geir": "car",
}  # fmt: skip
_WELSH_SHORTEST = 4
_WELSH_VOWELS = (("ei", "a"), ("ai", "a"), ("ae", "a"), ("y", "w"), ("nn", "n"), ("rr", "r"), ("nt", "n"))


def welsh(word: str) -> str:
    """The stem of a Welsh word: mutation undone, the common plural endings off, vowels that plurals change made one."""
    plain = _WELSH_OTHERS.get(folded_word(word), folded_word(word))
    if len(plain) < _WELSH_SHORTEST:
        return plain
    ending = next((end for end in _WELSH_PLURALS if plain.endswith(end) and len(plain) - len(end) >= 3), "")
    bare = plain[: len(plain) - len(ending)] if ending else plain
    start, sign = next(((start, sign) for start, sign in _MUTATIONS if bare.startswith(start)), ("", ""))
    stem = sign + bare[len(start) :]
    for old, new in _WELSH_VOWELS:
        stem = stem.replace(old, new)
    return stem if len(stem) > 1 else plain


# Urdu, after folding (letters.py): plurals and oblique forms of nouns, the longest first. There ه stands for ہ, ي for ی
# and ے, ن for ں.
_URDU_ENDINGS = ("يون", "يان", "يات", "ون", "ين", "ات", "ه", "ا", "ي")
_URDU_SHORTEST = 3


def urdu(word: str) -> str:
    """The stem of an Urdu word: without the ending of its plural or oblique form, or its final vowel letter."""
    plain = folded_word(word)
    for ending in _URDU_ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _URDU_SHORTEST - (len(ending) == 1):
            return plain[: len(plain) - len(ending)]
    return plain
