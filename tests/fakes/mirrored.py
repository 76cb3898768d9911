"""A language that nobody wrote: every letter of a text becomes a Hebrew one, what stands for values stays."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel import Locale

from tools import translate

LANGUAGE = "he"
_KEPT = re.compile(r"(%\(\w+\)[sdg]|%%|<[^>]*>|&\w+;)")
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףך", strict=False))


def mirrored(text: str) -> str:
    """The text in letters that run from right to left."""
    parts = _KEPT.split(text)
    return "".join(
        part if number % 2 else "".join(_LETTERS.get(char.lower(), char) for char in part)
        for number, part in enumerate(parts)
    )


def write_mirrored(folder: Path) -> None:
    """Put that language into a folder of translations, complete."""
    path = folder / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(_words())


@cache
def _words() -> bytes:
    """All of it, compiled; to read every source for its texts takes seconds."""
    catalog = translate.texts()
    catalog.locale = Locale.parse(LANGUAGE)
    for message in catalog:
        if message.id:
            one, many = message.id if isinstance(message.id, tuple) else (message.id, None)
            message.string = (
                mirrored(one) if many is None else (mirrored(one), *[mirrored(many)] * (catalog.num_plurals - 1))
            )
    return translate.mo_of(catalog)
