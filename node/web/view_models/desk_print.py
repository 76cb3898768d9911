"""View models of what the desk prints: the page on which it is chosen, and the sheets of paper."""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Card, Choice, Head, Image, Place
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskPrintPage:
    """desk/print.html: a form (GET) whose fields are ``of`` (keys of listings; none stands for the organisation),
    ``as`` (poster, labels, cards or signup), ``copies``, ``lines``, ``when``, ``where`` and ``strips``.

    ``listings`` are those that were found for ``q``, of ``total`` in all. ``as_chosen`` is one of ``kinds``.
    """

    head: Head
    desk: DeskFrame
    action_path: str
    sheet_path: str
    organisation: str
    kinds: tuple[Choice, ...] = ()
    listings: tuple[Choice, ...] = ()
    total: int = 0
    q: str = ""


@dataclass(frozen=True, slots=True)
class PaperItem:
    """What one poster, label or card is about: a listing with its ``sign``, or an organisation without one.

    ``address`` is where its page is, in full; ``qr_path`` the same as a picture. ``language`` is that of the title and
    the text where its publisher said it. ``rows`` are some of what an organisation shares. ``when`` says in words when
    an event takes place; a sheet to sign up on has one of its ``dates`` there. ``sign_up``: one has to sign up for it;
    ``places`` is how many can, 0 where that is not said. ``logo`` is the organisation's.
    """

    title: str
    address: str
    qr_path: str
    organisation: str = ""
    sign: str = ""
    lead: str = ""
    place: Place | None = None
    condition: str = ""
    quantity: int = 1
    until: datetime | None = None
    image: Image | None = None
    language: str | None = None
    rows: tuple[Card, ...] = ()
    when: str = ""
    dates: tuple[str, ...] = ()
    sign_up: bool = False
    places: int = 0
    logo: Image | None = None


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """One page of paper; ``lines`` are the numbers of the lines of a sign-up sheet that stand on it."""

    items: tuple[PaperItem, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskPaperPage:
    """desk/paper.html: sheets of A4 as they are printed. ``kind`` is poster, labels, cards or signup.

    ``when`` and ``where`` are what somebody typed about an event; ``strips`` asks for strips to tear off.
    """

    head: Head
    kind: str
    back_path: str
    sheets: tuple[PaperSheet, ...] = ()
    when: str = ""
    where: str = ""
    strips: bool = False
