"""A language to say things in: its texts and its numbers. Knows no request, so mails and pages speak alike."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale
from babel.numbers import format_decimal
from babel.support import NullTranslations

from schemas.labels import WRITTEN_IN


def later(text: str) -> str:
    """``text`` itself: a mark for the translators on what is said later, in the reader's language."""
    return text


class Voice(NamedTuple):
    """``translations`` has the texts; ``code`` is the locale as Babel names it ("pl_PL"), empty for the code's own."""

    translations: NullTranslations
    code: str

    def say(self, text: str, /, **values: Any) -> str:
        """``text`` in this language, with ``values`` for its placeholders."""
        said = str(self.translations.ugettext(text))
        return said % values if values else said

    def say_of(self, context: str, text: str, /, **values: Any) -> str:
        """``text`` as it is meant in this context, for what other languages have several words for."""
        return str(self.translations.upgettext(context, text)) % values

    def say_many(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """The form of a text that fits ``count``."""
        return str(self.translations.ungettext(one, many, count)) % values

    def number(self, value: float) -> str:
        """A number with this language's separators, at most two decimals."""
        return _number(value, self.code)

    @property
    def locale(self) -> Locale:
        """For dates and numbers; English that names no country is British."""
        return locale_of(self.code)

    @property
    def language(self) -> str:
        return self.code.partition("_")[0] or WRITTEN_IN


@lru_cache
def locale_of(code: str) -> Locale:
    """The locale of a code, as Babel names it. Bare English is read as British: its months come after their days."""
    return Locale("en", "GB") if code in ("", "en") else Locale.parse(code)


# A page words the same few numbers over and over, and Babel parses its patterns each time.
@lru_cache(maxsize=4096)
def _number(value: float, code: str) -> str:
    return format_decimal(value, format="#,##0.##", locale=locale_of(code))
