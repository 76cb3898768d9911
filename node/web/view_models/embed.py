"""Listings on other websites: the page that stands in a frame there, and the one on which its line of HTML is made.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from node.web.view_models.parts import Card, Choice, Form, Head, Link
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class EmbedFrame:
    """embed/frame.html: the listings of a search, or one listing, for a frame on another website.

    ``title`` stands above them, ``all`` leads to all ``total`` of them. ``theme`` is ``auto``, ``light`` or ``dark``,
    ``colour_path`` a stylesheet with the colour that was asked for. ``of_one`` says that all of them are of one
    organisation, which ``title`` names; ``single`` that it is one listing, or one story of which ``words`` are the
    beginning, and ``gone`` in a sentence why there is none any more.
    """

    head: Head
    title: str
    all: Link
    cards: tuple[Card, ...] = ()
    total: int = 0
    theme: str = "auto"
    colour_path: str | None = None
    of_one: bool = False
    single: bool = False
    gone: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class EmbedCode:
    """One way to put it on a website: ``html`` is what is pasted there."""

    label: str
    hint: str
    html: str


@dataclass(frozen=True, slots=True)
class EmbedMaker:
    """embed/make.html: somebody composes what they put on their own website.

    One GET form with the fields ``organisation``, ``q`` (where there are words to search for: ``with_words``),
    ``direction``, ``limit``, ``language`` (where there are several), ``theme`` and ``colour``; ``carried`` are further
    parts of a search to keep as hidden fields, ``said`` says them in words. ``preview_path`` is the frame,
    ``preview_height`` its height in pixels until it says better. ``page_url`` is what programs that know oEmbed are
    given.
    """

    head: Head
    form: Form
    preview_path: str
    preview_height: int
    codes: tuple[EmbedCode, ...]
    organisations: tuple[Choice, ...] = ()
    directions: tuple[Choice, ...] = ()
    limits: tuple[Choice, ...] = ()
    themes: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    with_words: bool = True
    carried: tuple[tuple[str, str], ...] = ()
    said: str = ""
    page_url: str = ""
