"""How words are compared: in lower case, without accents and without disguise, each character in its place.

A disguise is a letter that only looks like another, a figure that stands for a letter, a character that nobody sees
inside a word, or a word whose letters are set apart. What is left of such a word stands where it began, with spaces up
to where it ended.
"""

from __future__ import annotations

import re
from unicodedata import normalize

GAP = "\x00"
"""Stands between fields. It is neither a word nor a space, so no pattern runs over it."""
BLANK = "\x01"
"""Stands for what was read already; no pattern runs over it either."""

Spans = tuple[tuple[int, int], ...]

_LOOK_ALIKE = {
    **dict(zip("аеорсхуіѕјԁһӏкмтнвԝԛ", "aeopcxyisjdhlkmthbwq", strict=True)),
    **dict(zip("οαεικνρτυχβη", "oaeikvptuxbn", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡ", "abcdefghijklmnoprstuvwyziag", strict=True)),
}
"""Cyrillic and Greek letters and small capitals, and the Latin letters that they look like."""
_STYLED = (
    (0xFF01, 0xFF5F),
    (0x1D400, 0x1D800),
    (0x2460, 0x24F0),
    (0x2070, 0x20A0),
    (0x2100, 0x2150),
    (0x1F110, 0x1F14A),
)
"""Where letters and digits stand that are bold, wide, raised or in circles."""
_UNSEEN = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\U000e0000-\U000e0fff"
)
_HAS_UNSEEN = re.compile(f"[{_UNSEEN}]")
_VEILED = re.compile(rf"[^\s{GAP}]+")
_EMPTY = dict.fromkeys(map(ord, "\u00a0\u115f\u1160\u1680\u202f\u205f\u2800\u3000\u3164\uffa0"), " ")
_EMPTY |= dict.fromkeys(range(0x2000, 0x200B), " ")
"""What looks like a space."""
_TURNED = re.compile(f"\u202e([^\u202c-\u202e\u2066-\u2069\n{GAP}]+)")
"""What is shown from its end to its beginning."""
_FIGURES_INSIDE = re.compile(r"(?<!\w)[a-z]{1,20}+(?:[01345]{1,2}+[a-z]{1,20}+){1,6}(?!\w)")
_LETTERS_FOR = str.maketrans("01345", "oieas")
_SINGLE = re.compile(r"\W\w\W\w\W")
"""What every word that is set apart has in it, and few other texts: soon found."""
_LETTER = r"[^\W\d_](?!\w)"
_SET_APART = re.compile(rf"(?<!\w){_LETTER}([ .*|~·_-]){_LETTER}(?:\1{_LETTER}){{2,}}+")


def _folds() -> dict[str, str]:
    """Letters with accents, and the letters that they are without; other quotation marks and digits for the usual."""
    letters = [letter for letter in map(chr, range(0xC0, 0x250)) if letter == letter.lower()]
    bare = {letter: normalize("NFD", letter)[0] for letter in letters}
    arabic = {chr(0x6F0 + digit): str(digit) for digit in range(10)}
    plain = {chr(code): normalize("NFKC", chr(code)).lower() for start, end in _STYLED for code in range(start, end)}
    styled = {one: other for one, other in plain.items() if len(other) == 1 and other.isascii() and other.isprintable()}
    flags = {chr(0x1F1E6 + number): chr(ord("a") + number) for number in range(26)}
    others = {"ł": "l", "ø": "o", "đ": "d", "’": "'", "‘": "'", GAP: " ", BLANK: " "}
    return {**bare, **arabic, **styled, **flags, **_LOOK_ALIKE, **others}


_FOLDED = str.maketrans(_folds())


def folded(text: str) -> str:
    """The text in lower case and without accents, as long as it was."""
    low = text.lower()
    if len(low) != len(text):
        # A few letters become two in lower case; they stay as they are, or every place after them would be wrong.
        low = "".join(one if len(one) == 1 else character for character in text for one in (character.lower(),))
    if low.isascii() and GAP not in low and BLANK not in low:
        return low
    return low.translate(_FOLDED)


def spelled(low: str) -> str:
    """A folded text with the figures inside of words read as the letters that they stand for, as in "disc0unt"."""
    return _FIGURES_INSIDE.sub(lambda match: match[0].translate(_LETTERS_FOR), low)


def unveiled(text: str) -> tuple[str, Spans]:
    """The text, as long as it was, with disguised words put together, and where those stand."""
    spans: list[tuple[int, int]] = []

    def turned(match: re.Match[str]) -> str:
        spans.append(match.span())
        return " " + match[1][::-1]

    def together(match: re.Match[str]) -> str:
        word = match[0]
        whole = _HAS_UNSEEN.sub("", word) if match.re is _VEILED else word[::2]
        if whole == word:
            return word
        spans.append(match.span())
        return whole.ljust(len(word))

    if not text.isascii():
        text = text.translate(_EMPTY)
        if _HAS_UNSEEN.search(text):
            text = _TURNED.sub(turned, text)
            text = _VEILED.sub(together, text)
    if _SINGLE.search(text):
        text = _SET_APART.sub(together, text)
    return text, _in_order(spans)


def _in_order(spans: list[tuple[int, int]]) -> Spans:
    """Spans without those that lie in others, in order: none begins or ends before the one before it."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return tuple(found)
