"""Letters brought to one spelling: case, accents, apostrophes, and what different keyboards have for one letter."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = re.compile("['’‘`´ʼ]")
# One letter in several Unicode spellings: an Urdu keyboard and an Arabic one must find each other. Those of Polish and
# the northern languages do not come apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ی": "ي", "ى": "ي", "ے": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ة": "ه", "ں": "ن", "ٱ": "ا", "ـ": None,
     "\u200c": None, "\u200d": None, "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i",
     **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)}}
)  # fmt: skip
# Scripts that are written without spaces: each character is a word of its own.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f])")


def folded(text: str) -> str:
    """``text`` with letters brought to one spelling; ASCII keeps its case, which the index takes away."""
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    return _UNSPACED.sub(r" \1 ", folded_word(_APOSTROPHES.sub("", text)))


def folded_word(word: str) -> str:
    """A word in lower case and without marks."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char)).translate(_LETTERS)
    return unicodedata.normalize("NFC", bare)
