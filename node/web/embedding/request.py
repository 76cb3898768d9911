"""What a frame on another website is asked to show, read from its address and written back.

What cannot be used is left out, as on pages: a frame that somebody pasted years ago must not break over one parameter.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from node.search.request import PAGE_SIZE, Arguments, SearchRequest, from_args
from node.services.catalogue.embedding import MOST, USUAL
from schemas.records import dataclass

THEMES = ("auto", "light", "dark")
PATH, MAKER_PATH, OEMBED_PATH = "embed", "embed/make", "oembed"
_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")
_KEY = re.compile(r"[A-Za-z0-9_.~-]{1,120}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_HEAD_PX, _ROW_PX, _FOOT_PX, _ONE_PX = 62, 97, 58, 260
"""How tall the parts of a frame are as a rule, and one with a single listing, where it is as wide as a phone."""


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """A frame: a search with as many listings as it may show, the ``listing`` with this key, or such a ``story``.

    ``theme`` is one of `THEMES`, ``colour`` six hexadecimal digits or empty. Without a ``language`` the reader's
    browser decides.
    """

    asked: SearchRequest
    listing: str = ""
    theme: str = THEMES[0]
    colour: str = ""
    language: str = ""
    story: str = ""

    @property
    def single(self) -> bool:
        """Whether it shows one thing."""
        return bool(self.listing or self.story)

    def to_args(self) -> list[tuple[str, str]]:
        """The parameters without what is usual: the same frame has one address."""
        one = next(((name, key) for name, key in (("listing", self.listing), ("story", self.story)) if key), None)
        pairs = [one] if one else searched(self.asked)
        limit = self.asked.limit
        looks = (
            ("limit", str(limit) if limit != USUAL and not self.single else ""),
            ("theme", self.theme if self.theme != THEMES[0] else ""),
            ("colour", self.colour),
            ("language", self.language),
        )
        return pairs + [(name, value) for name, value in looks if value]

    def address(self, root: str) -> str:
        """Where the frame is; ``root`` stands in front and ends with a slash."""
        query = urlencode(self.to_args())
        return f"{root}{PATH}" + (f"?{query}" if query else "")

    def within(self, pixels: int | None) -> FrameRequest:
        """The same with as many listings as there is room for, one at least."""
        if pixels is None or self.single:
            return self
        rows = (pixels - _HEAD_PX - _FOOT_PX) // _ROW_PX
        return replace(self, asked=self.asked.changed(limit=min(max(rows, 1), self.asked.limit)))

    @property
    def height(self) -> int:
        """How tall it is likely to be, in pixels, for where no script can ask it."""
        return _ONE_PX if self.single else _HEAD_PX + _ROW_PX * self.asked.limit + _FOOT_PX


def searched(asked: SearchRequest) -> list[tuple[str, str]]:
    """The parameters of a search, without how many results there are on a page."""
    return asked.changed(limit=PAGE_SIZE).to_args()


def searched_at(path: str, asked: SearchRequest) -> str:
    """The address of a search at ``path``."""
    query = urlencode(searched(asked))
    return f"{path}?{query}" if query else path


def read(args: Arguments) -> FrameRequest:
    asked, _problems = from_args(args)
    listing, story, theme, language = (_first(args, name) for name in ("listing", "story", "theme", "language"))
    return FrameRequest(
        asked.changed(limit=_limit(_first(args, "limit"))),
        listing if _KEY.fullmatch(listing) else "",
        theme if theme in THEMES else THEMES[0],
        colour_of(_first(args, "colour")) or "",
        language if _LANGUAGE.fullmatch(language) else "",
        story if _KEY.fullmatch(story) else "",
    )


def colour_of(text: str) -> str | None:
    """The six digits of a colour such as #1E6B4A, in small letters; None for what is none."""
    found = _COLOUR.fullmatch(text.strip())
    return found[1].lower() if found else None


def _first(args: Arguments, name: str) -> str:
    return next(iter(args.getlist(name)), "")


def _limit(text: str) -> int:
    return min(max(int(text), 1), MOST) if re.fullmatch(r"[0-9]{1,9}", text) else USUAL
