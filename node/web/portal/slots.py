"""Pieces of pages that are drawn once, with slots for what differs, and put together again each time.

Twenty cards, a hundred ticks with their counts and the same header and footer were nine tenths of drawing a page of
results. What a piece depends on is its key: all that its macro is given, and the language. Only slots may differ.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

from markupsafe import Markup, escape

from node.web.wording import phrases
from schemas.records import dataclass

MOST_KEPT = 4096
"""Ticks have some 300 bytes, a footer 4 kB."""

# Nobody can know this, so no text of a listing can stand in for a slot.
_MARK = secrets.token_hex(8)
_SLOT = re.compile(rf"{_MARK}-(\w+)-")
_T = TypeVar("_T")


def slot(name: str) -> str:
    """What stands for the slot ``name`` while a piece is drawn. It is a word, which no escaping changes."""
    return f"{_MARK}-{name}-"


@dataclass(frozen=True, slots=True)
class Drawn:
    """HTML as drawn: pieces, with the names of slots between them, always in turn."""

    pieces: tuple[str, ...]

    @staticmethod
    def of(html: str) -> Drawn:
        """What was drawn with `slot` in some places."""
        return Drawn(tuple(_SLOT.split(html)))

    def filled(self, texts: Mapping[str, object]) -> Markup:
        """The whole with these texts in its slots, which are escaped unless they are markup."""
        parts = [piece if at % 2 == 0 else str(escape(texts[piece])) for at, piece in enumerate(self.pieces)]
        return Markup("".join(parts))  # noqa: S704 - what the template escaped, and what was escaped here


class Shelf(Generic[_T]):
    """What one process drew last; threads share it, and the longest unused goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> _T | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def keep(self, key: Hashable, made: _T) -> None:
        with self._lock:
            self._held[key] = made
            if len(self._held) > self._most:
                self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


_pieces: Shelf[Drawn] = Shelf()


def drawn_once(macro: Callable[..., str], *given: Hashable, **texts: object) -> Markup:
    """What ``macro`` draws of ``given`` and ``texts``, for templates; drawn once for all that is given.

    ``texts`` are its slots: they may stand in its HTML as text or in an attribute, and it must not look at them.
    """
    key = (getattr(macro, "name", macro), given, phrases.code(), tuple(texts))
    drawn = _pieces.get(key)
    if drawn is None:
        drawn = Drawn.of(macro(*given, **{name: slot(name) for name in texts}))
        _pieces.keep(key, drawn)
    return drawn.filled(texts)
