"""When an event takes place, in words: the next date with its times, and what comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from babel.dates import format_skeleton, format_time, get_day_names, get_timezone_location

from node.web.view_models.parts import Card, EventDate, Site
from node.web.wording import words
from node.web.wording.phrases import say as _
from node.web.wording.phrases import say_many

_WEEK = timedelta(days=7)
_NAMED = 3
"""So many later dates, or dates left out between, are named one by one."""


def coming(card: Card, site: Site) -> list[EventDate]:
    """The dates that are not over, cancelled ones too."""
    return [one for one in card.event if (one.ends or one.starts) > site.now]


def next_date(card: Card, site: Site) -> EventDate | None:
    """The next date on which it takes place; None where none is left."""
    return next((one for one in coming(card, site) if not one.cancelled), None)


def next_time(card: Card, site: Site) -> str:
    """ "Thu 3 December, 18:00–20:00; then every Thursday until 17 December"; empty for what is no event."""
    if not card.event:
        return ""
    still = [one for one in coming(card, site) if not one.cancelled]
    if not still:
        return _("does not take place") if coming(card, site) else _("is over")
    later = _later([one.starts.date() for one in still], site)
    said = date_words(still[0])
    return _("%(next)s; then %(later)s", next=said, later=later) if later else said


def date_words(one: EventDate) -> str:
    """ "Thu 3 December, 18:00–20:00", on the clocks of where it is, which are named if they differ from ours."""
    reader = words.locale()
    name = get_day_names("abbreviated", "format", reader)[one.starts.weekday()]
    day = f"{name} {format_skeleton('MMMMd', one.starts, locale=reader)}"
    if one.all_day:
        return day
    clock = format_time(one.starts, "short", locale=reader)
    until = f"–{format_time(one.ends, 'short', locale=reader)}" if one.ends else ""
    said = f"{day}, {clock}{until}"
    if not one.elsewhere:
        return said
    city = get_timezone_location(one.starts, locale=reader, return_city=True)
    return _("%(time)s (time in %(city)s)", time=said, city=city)


def _later(days: Sequence[date], site: Site) -> str:
    """What comes after the first of these days; empty where nothing does."""
    if len(days) < 2:
        return ""
    if len(days) > 2:
        regular = _regular(days, site)
        if regular:
            return regular
    named = ", ".join(words.day(day, site) for day in days[1 : 1 + _NAMED])
    more = len(days) - 1 - _NAMED
    if more <= 0:
        return _("on %(days)s", days=named)
    return say_many(
        "on %(days)s and %(shown)s more day", "on %(days)s and %(shown)s more days", more, days=named, shown=more
    )


def _regular(days: Sequence[date], site: Site) -> str:
    last = words.day(days[-1], site)
    gaps = {after - before for before, after in pairwise(days)}
    if gaps == {timedelta(days=1)}:
        return _("every day until %(day)s", day=last)
    if all(gap % _WEEK == timedelta() for gap in gaps) and min(gaps) == _WEEK:
        return _weekly(days, last, site)
    if gaps == {2 * _WEEK}:
        return _("every other week until %(day)s", day=last)
    months = [12 * day.year + day.month for day in days]
    if all(after - before == 1 for before, after in pairwise(months)):
        return _("every month until %(day)s", day=last)
    return ""


def _weekly(days: Sequence[date], last: str, site: Site) -> str:
    known, weeks = {*days}, (days[-1] - days[0]).days // 7
    without = [day for day in (days[0] + week * _WEEK for week in range(weeks)) if day not in known]
    name = get_day_names("wide", "format", words.locale())[days[0].weekday()]
    said = _("every %(weekday)s until %(day)s", weekday=name, day=last)
    if not without:
        return said
    if len(without) > _NAMED:
        return ""
    return _("%(days)s, but not on %(without)s", days=said, without=", ".join(words.day(day, site) for day in without))


def is_this_week(one: EventDate, now: datetime) -> bool:
    """Whether a date begins within seven days."""
    return one.starts < now + _WEEK


FILTERS = {"next_time": next_time, "date_words": date_words, "next_date": next_date, "coming_dates": coming}
