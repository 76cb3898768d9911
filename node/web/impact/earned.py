"""From what an organisation has earned to what pages show of it. Reads no database and no request."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from babel.dates import format_date
from markupsafe import escape

from node.services.impact import badge_pictures
from node.services.impact.recognising import LEVEL, Recognised
from node.web.impact.recognition_words import meaning_of, name_of
from node.web.view_models.parts import Link
from node.web.view_models.recognition import AheadBox, BadgeBox, LevelBox, RecognitionBox
from node.web.wording.code_words import category
from node.web.wording.phrases import say as _
from node.web.wording.words import locale
from schemas.recognition import Ahead, Badge, Earned, Level, rules
from schemas.records import dataclass

RULES_PATH = "/recognition"
MOST_CATEGORIES = 6


@dataclass(frozen=True, slots=True)
class Where:
    """Where an organisation's page is: its ``path``, the same as an address, and the path in front of all pages."""

    root: str
    path: str
    address: str


def recognition_box(found: Recognised, where: Where, years: tuple[Link, ...] = ()) -> RecognitionBox:
    """What is shown of what an organisation has earned."""
    earned = found.recognition
    level = earned.level
    return RecognitionBox(
        rules_path=f"{where.root}{RULES_PATH}",
        json_path=f"{where.path}/recognition.json",
        level=level_box(level, earned.level_since, earned.handovers) if level else None,
        next_level=_ahead(earned.next_level) if earned.next_level else None,
        badges=tuple(_earned(badge, found, where) for badge in earned.badges),
        ahead=tuple(_ahead(ahead) for ahead in sorted(earned.ahead, key=_left)),
        years=years,
        level_picture=_level_picture(level, found, where) if level else None,
    )


def _left(ahead: Ahead) -> float:
    """What part of it is still missing: the nearest stands first."""
    return ahead.missing / ahead.goal.needs


def all_levels() -> tuple[LevelBox, ...]:
    return tuple(level_box(level) for level in rules().levels)


def all_badges(whole: bool) -> tuple[BadgeBox, ...]:
    """Those that a node gives: ``whole`` where it knows a network."""
    return tuple(_badge(badge) for badge in rules().badges.values() if whole or not badge.whole)


def level_box(level: Level, since: str = "", handovers: int = 0) -> LevelBox:
    """A level, with when it was reached and what is there by now, where somebody has it."""
    day = date.fromisoformat(since) if since else None
    return LevelBox(name_of(level.id), meaning_of(level.id), level.rank, level.needs, level.months, day, handovers)


def _badge(badge: Badge) -> BadgeBox:
    return BadgeBox(badge.id, badge.sign, name_of(badge.id), meaning_of(badge.id))


def _earned(earned: Earned, found: Recognised, where: Where) -> BadgeBox:
    badge = earned.badge
    return BadgeBox(
        badge.id,
        badge.sign,
        name_of(badge.id),
        meaning_of(badge.id),
        date.fromisoformat(earned.since),
        _categories(earned.categories),
        f"{where.path}/badges/{badge.id}.svg",
        f"{where.path}/badges/{badge.id}.jwt",
        code(found, badge.id, name_of(badge.id), earned.since, where),
    )


def _level_picture(level: Level, found: Recognised, where: Where) -> BadgeBox:
    name, since = name_of(level.id), found.recognition.level_since
    return BadgeBox(
        LEVEL,
        LEVEL,
        name,
        meaning_of(level.id),
        date.fromisoformat(since),
        picture_path=f"{where.path}/badges/{LEVEL}.svg",
        code=code(found, LEVEL, name, since, where),
    )


def _categories(paths: tuple[str, ...]) -> str:
    names = [category(path).plural for path in paths]
    shown = ", ".join(names[:MOST_CATEGORIES])
    more = len(names) - MOST_CATEGORIES
    return shown if more <= 0 else _("%(categories)s and %(count)s more", categories=shown, count=more)


def _ahead(ahead: Ahead) -> AheadBox:
    goal = ahead.goal
    return AheadBox(
        name_of(goal.id),
        meaning_of(goal.id),
        min(ahead.count, goal.needs),
        goal.needs,
        min(ahead.months, goal.months),
        goal.months,
    )


def in_full(day: date) -> str:
    """A day with its year, for what is kept for long."""
    return str(format_date(day, "long", locale=locale()))


def words_of(found: Recognised, name: str, since: str) -> str:
    """What is read to those who do not see the picture."""
    return _(
        "%(badge)s: %(organisation)s, since %(day)s",
        badge=name,
        organisation=found.organisation.name,
        day=in_full(date.fromisoformat(since)),
    )


def code(found: Recognised, id_: str, name: str, since: str, where: Where) -> str:
    """A line of HTML that shows the picture on another website, and leads to where it can be checked."""
    return (
        f'<a href="{escape(where.address)}"><img src="{escape(where.address)}/badges/{quote(id_)}.svg" '
        f'alt="{escape(words_of(found, name, since))}" '
        f'width="{badge_pictures.WIDTH}" height="{badge_pictures.HEIGHT}" loading="lazy"></a>'
    )
