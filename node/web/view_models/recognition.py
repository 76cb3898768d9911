"""View models of what an organisation's sharing has become: its level, its badges, and what comes next."""

from __future__ import annotations

from datetime import date

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Head, Link
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class LevelBox:
    """A level. ``rank`` counts from 1 to 5; ``since`` is when it was reached, None in the list of all levels.

    ``needs`` handovers in ``months`` months reach it; ``handovers`` are there by now.
    """

    name: str
    meaning: str
    rank: int
    needs: int
    months: int
    since: date | None = None
    handovers: int = 0


@dataclass(frozen=True, slots=True)
class BadgeBox:
    """A badge. ``sign`` is the end of a symbol's id in icons.svg; ``note`` says more about this one.

    Of one that was earned, ``picture_path`` is its picture, ``code`` a line of HTML that shows it elsewhere, and
    ``credential_path`` what programs that check badges read.
    """

    id: str
    sign: str
    name: str
    meaning: str
    since: date | None = None
    note: str = ""
    picture_path: str = ""
    credential_path: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class AheadBox:
    """A level or badge that is not there yet: so many of the things that it needs, and so many months of theirs."""

    name: str
    meaning: str
    count: int
    needs: int
    months: int
    needs_months: int


@dataclass(frozen=True, slots=True)
class RecognitionBox:
    """What an organisation has earned, for its own page and for its desk.

    ``rules_path`` leads to the rules, ``json_path`` to the same as data; ``years`` to certificates, the latest first.
    ``level_picture`` is a badge whose picture and code are those of the level.
    """

    rules_path: str
    json_path: str
    level: LevelBox | None = None
    next_level: AheadBox | None = None
    badges: tuple[BadgeBox, ...] = ()
    ahead: tuple[AheadBox, ...] = ()
    years: tuple[Link, ...] = ()
    level_picture: BadgeBox | None = None


@dataclass(frozen=True, slots=True)
class RulesPage:
    """portal/recognition.html: the levels and badges that there are. ``whole`` where this is a catalogue."""

    head: Head
    levels: tuple[LevelBox, ...]
    badges: tuple[BadgeBox, ...]
    version: str
    json_path: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class DeskRecognitionPage:
    """desk/recognition.html: the same for the organisation itself, with what to put on its own website."""

    head: Head
    desk: DeskFrame
    box: RecognitionBox
    page_path: str


@dataclass(frozen=True, slots=True)
class CertificateFigure:
    """A figure of a year: ``value`` with its unit, and in ``range`` how sure it is or how it is known."""

    name: str
    value: str
    range: str = ""


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """portal/certificate.html: what an organisation shared in a year, to print and to hang up.

    ``until`` is the last day that it speaks of; ``running`` where the year is not over. ``groups`` are ledgers, each
    with a name, and are never added up. ``notes`` say how figures were come by, and ``method`` is the address of the
    page that tells how estimates are made, where there are any (``estimated``).
    """

    head: Head
    organisation: str
    year: int
    until: date
    shared: int
    received: int
    address: str
    qr_path: str
    back: Link
    running: bool = False
    level: LevelBox | None = None
    badges: tuple[BadgeBox, ...] = ()
    groups: tuple[tuple[str, tuple[CertificateFigure, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    estimated: bool = False
    method: str = ""
