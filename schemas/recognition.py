"""What an organisation's sharing has become: its level and its badges, by published rules. Pure.

The rules are data (``schemas/data/recognition.json``); whoever has the handovers can compute the same. Refuses to count
what one side alone says or what one operator signed for both, to compare organisations, and to count failures against
anybody: their receipts could be held back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from schemas.records import dataclass


class Handed(Protocol):
    """What is read of a handover; days are ISO dates, "" where unknown, as are the ids of persons."""

    @property
    def exchange(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def giver_id(self) -> str: ...
    @property
    def taker_id(self) -> str: ...
    @property
    def owner_id(self) -> str: ...
    @property
    def asked_on(self) -> str: ...
    @property
    def accepted_on(self) -> str: ...
    @property
    def ended_on(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """Which handovers count: their state and outcomes, and how many between the same two organisations in a month."""

    state: str
    outcomes: tuple[str, ...]
    same_two_a_month: int


@dataclass(frozen=True, slots=True)
class Level:
    """A level is reached by ``needs`` handovers as the giver, in ``months`` different months; ``rank`` is from 1."""

    id: str
    rank: int
    needs: int
    months: int
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge is earned by ``needs`` things that ``measure`` finds, in ``months`` different months.

    ``whole``: only who knows the whole network can tell. ``percent`` and ``within`` (days before now): not for ever.
    """

    id: str
    sign: str
    measure: str
    needs: int
    name: str
    meaning: str
    months: int = 1
    actions: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    days: int = 0
    within: int = 0
    percent: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The published rules of one version; levels and badges are in the order in which they are shown."""

    version: str
    counts: Counts
    levels: tuple[Level, ...]
    badges: Mapping[str, Badge]


@dataclass(frozen=True, slots=True)
class Earned:
    """A badge, the day since when it is earned, and what it was earned with; of a pioneer, which categories."""

    badge: Badge
    since: str
    count: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is there of a level or a badge that is not earned yet: things found, and the different months of them."""

    goal: Level | Badge
    count: int
    months: int

    @property
    def missing(self) -> int:
        return max(0, self.goal.needs - self.count)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an organisation has earned by one version of the rules, and what comes next.

    ``handovers`` and ``months`` are what its level is made of; ``level`` is None until the first.
    """

    organisation_id: str
    version: str
    handovers: int
    months: int
    level: Level | None
    level_since: str
    next_level: Ahead | None
    badges: tuple[Earned, ...]
    ahead: tuple[Ahead, ...]

    def badge(self, id_: str) -> Earned | None:
        return next((earned for earned in self.badges if earned.badge.id == id_), None)


def document() -> dict[str, Any]:
    """The rules as they are published."""
    found: dict[str, Any] = json.loads((files("schemas") / "data" / "recognition.json").read_text("utf-8"))
    return found


@cache
def rules() -> Rules:
    """The rules that this program knows."""
    said = document()
    counts = Counts(said["counts"]["state"], tuple(said["counts"]["outcomes"]), said["counts"]["same_two_a_month"])
    levels = tuple(Level(rank=rank, **level) for rank, level in enumerate(said["levels"], 1))
    badges = {badge["id"]: _badge(badge) for badge in said["badges"]}
    return Rules(said["version"], counts, levels, MappingProxyType(badges))


def _badge(said: Mapping[str, Any]) -> Badge:
    plain = {name: value for name, value in said.items() if name not in ("actions", "except")}
    return Badge(actions=tuple(said.get("actions", ())), without=tuple(said.get("except", ())), **plain)


class _Row(NamedTuple):
    """A handover that counts; in order of time."""

    ended_on: str
    exchange: str
    action: str
    category: str
    giver_id: str
    taker_id: str
    owner_id: str
    asked_on: str
    accepted_on: str


def of(organisation_id: str, handovers: Iterable[Handed], now: datetime, whole: bool = True) -> Recognition:
    """What an organisation has earned.

    ``handovers`` are all that are known, or its own and, of each category that it shared in and each organisation
    that it shared with, the first that counts: no others matter. Their order does not. ``whole`` says that they are
    those of a network and not of one organisation's own node. ``now`` is aware.
    """
    known = _counting(handovers, now.date().isoformat())
    case = _Case(organisation_id, known, now.date())
    given = [row.ended_on for row in case.capped(row for row in known if row.giver_id == organisation_id)]
    level, ahead = None, None
    for one in rules().levels:
        if not _reached(given, one):
            ahead = _ahead(one, given)
            break
        level = one
    badges, missing = [], []
    for badge in rules().badges.values():
        if badge.whole and not whole:
            continue
        found, categories = _MEASURES[badge.measure](case, badge)
        if _reached(found, badge):
            badges.append(Earned(badge, _since(found, badge), len(found), categories))
        else:
            missing.append(_ahead(badge, found))
    return Recognition(
        organisation_id,
        rules().version,
        len(given),
        len(_months(given)),
        level,
        _since(given, level) if level else "",
        ahead,
        tuple(badges),
        tuple(missing),
    )


def _counting(handovers: Iterable[Handed], today: str) -> list[_Row]:
    """Those that count, each exchange once, in order of time. What has no end, or one still to come, does not."""
    rows: dict[str, _Row] = {}
    for one in handovers:
        if does_count(one) and "" < one.ended_on <= today:
            row = _Row(*(getattr(one, name) for name in _Row._fields))
            rows[row.exchange] = min(row, rows.get(row.exchange, row))
    return sorted(rows.values())


def does_count(handover: Handed) -> bool:
    """Whether both sides said the same, and that it went well; nobody gives to themselves."""
    counts = rules().counts
    return (
        handover.state == counts.state
        and handover.outcome in counts.outcomes
        and handover.giver_id != handover.taker_id
    )


def _months(found: Sequence[str]) -> list[str]:
    """The first day found of each month."""
    return list({day[:7]: day for day in reversed(found)}.values())[::-1]


def _reached(found: Sequence[str], goal: Level | Badge) -> bool:
    return len(found) >= goal.needs and len(_months(found)) >= goal.months


def _since(found: Sequence[str], goal: Level | Badge) -> str:
    return max(found[goal.needs - 1], _months(found)[goal.months - 1])


def _ahead(goal: Level | Badge, found: Sequence[str]) -> Ahead:
    return Ahead(goal, len(found), len(_months(found)))


@dataclass(frozen=True, slots=True)
class _Case:
    """An organisation, all handovers that count and matter, and the day of today."""

    organisation_id: str
    known: Sequence[_Row]
    today: date

    @property
    def given(self) -> list[_Row]:
        return [row for row in self.known if row.giver_id == self.organisation_id]

    def capped(self, rows: Iterable[_Row]) -> list[_Row]:
        """The first few of the same two organisations in a month; persons are not told apart."""
        seen: Counter[tuple[str, str, str]] = Counter()
        kept = []
        for row in rows:
            two = (row.giver_id, row.taker_id, row.ended_on[:7])
            seen[two] += 1
            if "" in two or seen[two] <= rules().counts.same_two_a_month:
                kept.append(row)
        return kept


Found = tuple[list[str], tuple[str, ...]]
"""The days of what a measure finds, in order, and categories."""


def _shared(case: _Case, badge: Badge) -> Found:
    return [row.ended_on for row in case.capped(row for row in case.given if row.action in badge.actions)], ()


def _first_of_category(case: _Case, badge: Badge) -> Found:
    """Whoever shared on the first day of a category is its first, also several."""
    first: dict[str, str] = {}
    for row in case.known:
        if row.giver_id and row.category not in ("", *badge.without):
            first.setdefault(row.category, row.ended_on)
    own = {row.category: row.ended_on for row in reversed(case.given)}
    found = sorted((day, category) for category, day in own.items() if first.get(category) == day)
    return [day for day, _ in found], tuple(category for _, category in found)


def _newcomers(case: _Case, badge: Badge) -> Found:
    """The days on which organisations received something for the first time, from this one."""
    first: dict[str, str] = {}
    for row in case.known:
        if row.taker_id:
            first.setdefault(row.taker_id, row.ended_on)
    own = {row.taker_id: row.ended_on for row in reversed(case.given)}
    return sorted(day for taker, day in own.items() if first.get(taker) == day), ()


def _kept(case: _Case, badge: Badge) -> Found:
    """What was handed over soon enough after it was agreed, came back, or took place; on both sides."""
    own = [row for row in case.known if case.organisation_id in (row.giver_id, row.taker_id)]
    return [row.ended_on for row in case.capped(row for row in own if _is_kept(row, badge.days))], ()


def _is_kept(row: _Row, days: int) -> bool:
    return row.action != "give" or _within(row.accepted_on, row.ended_on, days)


def _within(first: str, then: str, days: int) -> bool:
    """Whether both days are known and no more than so many apart."""
    try:
        return timedelta() <= date.fromisoformat(then) - date.fromisoformat(first) <= timedelta(days)
    except ValueError:
        return False


def _answered(case: _Case, badge: Badge) -> Found:
    """The days of yeses that came soon enough, if they are a large enough share of those of late."""
    start = (case.today - timedelta(badge.within)).isoformat()
    late = [row for row in case.known if row.owner_id == case.organisation_id and row.accepted_on >= start]
    asked = case.capped(row for row in late if row.asked_on)
    quick = sorted(row.accepted_on for row in asked if _within(row.asked_on, row.accepted_on, badge.days))
    return (quick if 100 * len(quick) >= badge.percent * len(asked) else quick[: badge.needs - 1]), ()


_MEASURES: Mapping[str, Callable[[_Case, Badge], Found]] = MappingProxyType(
    {
        "shared": _shared,
        "first_of_category": _first_of_category,
        "newcomers": _newcomers,
        "kept": _kept,
        "answered": _answered,
    }
)
