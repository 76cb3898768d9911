"""What a card says of its days: how new it is, when it can be had, when it goes.

As in `node.web.wording.words`, every date says how far away it is, and nothing here reads a clock.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_interval

from node.web.view_models.parts import Card, Site
from node.web.wording import words
from node.web.wording.event_words import next_date, next_time
from node.web.wording.phrases import say as _
from schemas.records import dataclass


def end_of(card: Card) -> datetime | None:
    """The day a listing goes: the end of its availability or its expiry, whichever comes first."""
    known = [moment for moment in (card.expires, card.available_until) if moment is not None]
    return min(known) if known else None


@dataclass(frozen=True, slots=True)
class Fresh:
    """What matters about a listing's time: ``words``, how far off that is in ``near``, and the moment meant."""

    words: str
    near: str = ""
    at: datetime | None = None
    new: bool = False


def fresh(card: Card, site: Site) -> Fresh | None:
    """ "new today", "until 12 December", or ``None`` where nothing is known, or `when` has said it.

    What is over says so first, then what is new, then what ends.
    """
    today, end, shown = words.day_of(site.now, site), end_of(card), card.first_shown
    if end is not None and end < site.now:
        return Fresh(_("no longer open"), words.away(end, site), end)
    if shown is not None and -1 <= (words.day_of(shown, site) - today).days <= 0:
        said = _("new today") if words.day_of(shown, site) == today else _("new yesterday")
        return Fresh(said, "" if end is None or _has_days(card, site) else words.left(end, site), shown, new=True)
    if end is None or _has_days(card, site):
        return None
    return Fresh(_("until %(day)s", day=words.day(end, site)), words.left(end, site), end)


def _has_days(card: Card, site: Site) -> bool:
    """Whether the listing names days on which it can be had and that are not all behind us."""
    if card.event:
        return True
    begins = card.available_from is not None and words.day_of(card.available_from, site) > words.day_of(site.now, site)
    return begins or card.available_until is not None


def when(card: Card, site: Site) -> Fresh | None:
    """On which days it can be had: "3–9 Dec", "from 3 January", "until 12 December", as far as it says so.

    Rooms and loans that name no day say that too, for there it matters.
    """
    if card.event:
        coming = next_date(card, site)
        near = words.away(coming.starts.date(), site) if coming else ""
        return Fresh(next_time(card, site), near, coming.starts if coming else None)
    start, end = card.available_from, card.available_until
    if start is not None and words.day_of(start, site) <= words.day_of(site.now, site):
        start = None
    if start and end:
        first, last = words.day_of(start, site), words.day_of(end, site)
        return Fresh(_interval(first, last, words.locale()), words.away(start, site), start)
    if start:
        return Fresh(_("from %(day)s", day=words.day(start, site)), words.away(start, site), start)
    if end:
        return Fresh(_("until %(day)s", day=words.day(end, site)), words.left(end, site), end)
    return Fresh(_("days by arrangement")) if card.sign in ("lend", "host") else None


@lru_cache(maxsize=4096)
def _interval(first: date, last: date, reader: Locale) -> str:
    return str(format_interval(first, last, "MMMd" if (last - first).days < 300 else "yMMMd", locale=reader))


FILTERS = {"fresh": fresh, "when": when}
