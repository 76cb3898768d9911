"""Two accounts of the same handovers beside each other: what somebody publishes, and what receipts say. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from schemas.handover import DIFFERS, ONE_OPERATOR, ONE_SIDED, Handover
from schemas.records import dataclass
from schemas.tally import standing_of, sums_of

EFFECT = ("co2e_low_g", "co2e_g", "co2e_high_g", "cost_pence")
WEIGHTS = ("weight_g", "default_g", "stated_g", "weighed", "unweighed")
_NOT_COMPARED = frozenset(("changed_at", "why", "differences", "factors"))
_COMPARED = tuple(name for name in Handover._fields if name not in _NOT_COMPARED)
_NOTHING = (None, "")

Sums = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Month -> standing -> name of a sum -> its value."""

UNFOUNDED, MISSING, DIFFERENT, SUM, FACTORS = "unfounded", "missing", "different", "sum", "factors"
_FIGURES = (*EFFECT, "weight_g")
_WHY_NOT = {ONE_OPERATOR: "One operator signed both halves.", DIFFERS: "Its halves contradict each other."}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same: its code, what it is about (an exchange, or a month and standing), in words."""

    code: str
    about: str
    words: str


@dataclass
class Account:
    """What receipts say: handovers by exchange, and of exchanges without one, why something about them was set aside.

    ``unread`` are the ids of nodes whose receipts could not be read. ``shipped`` has handovers with another effect by
    the factors that come with the program. ``heard`` are exchanges of which only feeds speak that whoever gives account
    does not know whole: they count where it knows of them.
    """

    handovers: dict[str, Handover] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    shipped: dict[str, Handover] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()

    def add(self, made: Handover, by_shipped: Handover) -> None:
        """Take a handover, with its effect by the factors in force, and by those that come with the program."""
        self.handovers[made.exchange] = made
        if made is not by_shipped and made.counted:
            self.shipped[made.exchange] = by_shipped

    def leave(self, exchanges: Iterable[str]) -> None:
        """Let go of these exchanges."""
        for exchange in exchanges:
            self.handovers.pop(exchange, None)
            self.shipped.pop(exchange, None)

    @property
    def by_shipped(self) -> dict[str, tuple[int, int]]:
        """Figures of what is counted that are others by the factors that come with the program: what they are by the
        factors in force, and by those. None where there are no such figures.
        """
        pairs = [(self.handovers[exchange], one) for exchange, one in self.shipped.items()]
        return {
            name: (sum(getattr(own, name) or 0 for own, _ in pairs), sum(getattr(one, name) or 0 for _, one in pairs))
            for name in (_FIGURES if pairs else ())
        }

    def why_unfounded(self, exchange: str) -> str:
        """Why receipts say nothing of an exchange that is published."""
        if exchange in self.aside:
            return f"a half of it is not believed: {self.aside[exchange]}"
        home = next((one for one in self.unread if exchange.startswith(one)), None)
        return f"the receipts of {home} could not be read" if home else "no owner's half of it is published"

    def why_not_counted(self, one: Handover) -> str:
        """Why its receipts do not make more of a handover; blank where they match."""
        if one.state != ONE_SIDED:
            return _WHY_NOT.get(one.state, "")
        if one.exchange in self.aside:
            return f"The other half is not believed: {self.aside[one.exchange]}."
        # Nobody knows which node signs for somebody who is no organisation.
        silent = [node for node in self.unread if not one.asker_id or one.asker_id.startswith(node)]
        if silent:
            return f"The receipts of {', '.join(silent)} could not be read."
        return "No other half of it is published."


@dataclass
class Compared:
    """What a comparison found. ``others`` counts lines by the version of factors that are not to be had."""

    published: int = 0
    counted: int = 0
    others: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def compare(lines: Iterable[Mapping[str, Any]], stated: Sums, account: Account, factors: str) -> Compared:
    """What differs between the published lines and sums, and the receipts' account, made with these factors.

    What was only heard of, and is not published, is let go of.
    """
    found, seen, sums = Compared(), set[str](), _Sums()
    for line in lines:
        exchange = str(line.get("exchange", ""))
        found.published += 1
        found.counted += line.get("counted") is True
        known = account.handovers.get(exchange)
        if exchange in seen:
            found.differences.append(Difference(DIFFERENT, exchange, "It is published twice."))
        elif known is None:
            why = account.why_unfounded(exchange)
            found.differences.append(Difference(UNFOUNDED, exchange, f"It is published, and {why}."))
        else:
            version = str(line.get("factors", ""))
            others = version not in ("", factors)
            found.others.update([version] if others else [])
            same = (line.get("state"), line.get("counted")) == (known.state, known.counted)
            why = "" if same else account.why_not_counted(known)
            found.differences += _one(exchange, line, known, others, why)
        seen.add(exchange)
    account.leave(account.heard - seen)
    for exchange in sorted(account.handovers.keys() - seen):
        words = f"Receipts say it is {_told(account.handovers[exchange])}, and it is not published."
        found.differences.append(Difference(MISSING, exchange, words))
    for one in account.handovers.values():
        sums.add(one)
    found.differences += [_other_factors(*told, factors) for told in sorted(found.others.items())]
    left_out = (*EFFECT, "co2e_known", "cost_known", *WEIGHTS) if found.others else ()
    found.differences += _sums(stated, sums.by, left_out)
    return found


def _other_factors(version: str, lines: int, factors: str) -> Difference:
    of = "one exchange" if lines == 1 else f"{lines} exchanges"
    told = f"The effect of {of} was worked out with the factors {version}, which are not to be had here, so it is not"
    words = f"{told} compared. Those in force are {factors}; `sharefeed impact recompute` works it out anew."
    return Difference(FACTORS, version, words)


def _told(one: Handover) -> str:
    return f"{one.state.replace('_', ' ')}, {one.outcome}" + (", counted" if one.counted else "")


def _one(exchange: str, line: Mapping[str, Any], known: Handover, other_factors: bool, why: str) -> list[Difference]:
    passed = (*EFFECT, "weight_g", "weight_source") if other_factors else ()
    ours = {name: getattr(known, name) for name in _COMPARED if name not in passed}
    apart = [
        f"{name} is {line.get(name)!r} there and {value!r} by its receipts"
        for name, value in ours.items()
        if line.get(name) != value and not (line.get(name) in _NOTHING and value in _NOTHING)
    ]
    return [Difference(DIFFERENT, exchange, f"{'; '.join(apart)}. {why}".strip())] if apart else []


class _Sums:
    """Sums by month and standing, over everything."""

    def __init__(self) -> None:
        self.by: dict[str, dict[str, Counter[str]]] = {}

    def add(self, one: Handover) -> None:
        months = self.by.setdefault(one.month, {})
        months.setdefault(standing_of(one), Counter()).update(sums_of(one))


def _sums(stated: Sums, ours: Sums, left_out: Iterable[str]) -> list[Difference]:
    found, passed = [], frozenset(left_out)
    for month in sorted({*stated, *ours}):
        of_month, mine = stated.get(month, {}), ours.get(month, {})
        for standing in sorted({*of_month, *mine}):
            theirs, own = of_month.get(standing, {}), mine.get(standing, {})
            names = sorted(name for name in {*theirs, *own} - passed if theirs.get(name, 0) != own.get(name, 0))
            told = "; ".join(
                f"{name} is {theirs.get(name, 0)} there and {own.get(name, 0)} by receipts" for name in names
            )
            if told:
                found.append(Difference(SUM, f"{month} {standing}", told + "."))
    return found
