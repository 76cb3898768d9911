"""In which language a text is: what other people wrote, and what the software says of a document in English.

Problems of documents are explained by code that knows no reader, and their sentences are stored and sent as they are.
Here they are found again among the translations by their wording, and put into the reader's language with their values.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel.support import NullTranslations
from markupsafe import Markup, escape

from node.languages import base
from node.web.view_models.parts import Site
from node.web.wording import phrases

CONTEXT = "said"
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN = "\x04"
"""What stands between context and text in a compiled catalogue (GNU gettext)."""


def spoken(code: str | None, site: Site) -> Markup:
    """The attributes of an element with other people's words: their language, where it is not the page's, and ``dir``.

    ``code`` is what they state (BCP 47); without it, or with nonsense, their words are taken to be in the site's own
    language.
    """
    stated = code if code and _TAG.fullmatch(code) else site.own_language
    if base(stated) == base(site.language.code) or not _TAG.fullmatch(stated):
        return Markup(' dir="auto"')
    return Markup(' lang="{}" dir="auto"').format(stated)


def isolated(text: str) -> Markup:
    """A name or an address in the middle of a sentence, which keeps its own direction and leaves the sentence its."""
    return Markup("<bdi>{}</bdi>").format(text)


def said(message: str) -> Markup:
    """What the software says of a document, in the reader's language; as it is where that has no words for it."""
    found = translated(message)
    return escape(found) if found is not None else isolated(message)


def plain(message: str) -> str:
    """The same as text."""
    found = translated(message)
    return message if found is None else found


def translated(message: str) -> str | None:
    """The sentence in the reader's language, or None."""
    return _translated(phrases.translations(), message)


@lru_cache(maxsize=2048)
def _translated(words: NullTranslations, message: str) -> str | None:
    for pattern, original in _patterns(words):
        found = pattern.fullmatch(message)
        if found:
            values = {name: _within(words, value) for name, value in found.groupdict().items()}
            return str(words.upgettext(CONTEXT, original)) % values
    return None


def _within(words: NullTranslations, value: str) -> str:
    """A value, which may be a sentence itself, there without its full stop."""
    whole = _translated(words, value)
    if whole is None:
        bare = _translated(words, f"{value}.")
        return value if bare is None else bare.removesuffix(".")
    return whole


@lru_cache(maxsize=64)
def _patterns(words: NullTranslations) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every sentence of this catalogue as a pattern, those without values first, then those that say most."""
    known = getattr(words, "_catalog", {})
    start = CONTEXT + _BETWEEN
    found = [key.removeprefix(start) for key in known if isinstance(key, str) and key.startswith(start)]
    found.sort(key=lambda text: (text.count("%("), -len(text)))
    return tuple((_pattern(text), text) for text in found)


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)
    made = (f"(?P<{part}>.*?)" if number % 2 else re.escape(part % ()) for number, part in enumerate(parts))
    return re.compile("".join(made), re.DOTALL)
