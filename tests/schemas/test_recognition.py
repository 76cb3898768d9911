"""Levels and badges: what counts, what holds in any order, and the same figures found by an independent few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import recognition
from schemas.recognition import Ahead, Recognition, document, of, rules
from tests.thorough import examples

US, THEM, OTHERS = "https://a.example/", "https://b.example/", "https://c.example/"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Handed:
    """A handover, as far as recognition reads it."""

    exchange: str
    ended_on: str = "2026-10-01"
    state: str = "matched"
    outcome: str = "received"
    action: str = "give"
    category: str = "furniture/desk"
    giver_id: str = US
    taker_id: str = ""
    owner_id: str = US
    asked_on: str = "2026-09-20"
    accepted_on: str = "2026-09-25"


def day(number: int) -> str:
    """A day so many days before now."""
    return (NOW.date() - timedelta(number)).isoformat()


def many(count: int, apart: int = 1, **said: str) -> list[Handed]:
    """So many handovers, the latest today, each some days before the next."""
    return [Handed(f"{said}{n}", ended_on=day(n * apart), **said) for n in range(count)]


def ids(found: Recognition) -> set[str]:
    return {earned.badge.id for earned in found.badges}


def level(rows: Iterable[Handed]) -> str:
    found = of(US, rows, NOW).level
    return found.id if found else ""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(many(1), "open-door", id="one"),
        pytest.param(many(5, 1), "open-door", id="five in a month"),
        pytest.param(many(5, 10), "good-neighbour", id="five in two months"),
        pytest.param(many(15, 8), "steady-hand", id="fifteen in four months"),
        pytest.param(many(50, 5), "mainstay", id="fifty in eight months"),
        pytest.param(many(149, 4), "mainstay", id="one too few"),
        pytest.param(many(150, 4), "cornerstone", id="all"),
        pytest.param(many(150, 4, action="lend", outcome="returned"), "cornerstone", id="loans count too"),
        pytest.param(many(150, 4, giver_id=THEM, taker_id=US), "", id="taking raises no level"),
        pytest.param(many(5, 10, state="one_operator"), "", id="one operator"),
        pytest.param(many(5, 10, state="one_sided"), "", id="one side's word"),
        pytest.param(many(5, 10, state="differs"), "", id="halves that differ"),
        pytest.param(many(5, 10, outcome="cancelled"), "", id="called off"),
        pytest.param(many(5, 10, outcome="no_show"), "", id="nobody came"),
        pytest.param(many(5, 10, taker_id=US), "", id="to oneself"),
        pytest.param(
            [Handed("a", ended_on=day(-1)), Handed("b", ended_on="")], "", id="not yet, and nobody knows when"
        ),
        pytest.param(many(1) * 5, "open-door", id="one that is told again"),
    ],
)
def test_a_level_is_made_of_what_both_sides_said(rows: list[Handed], expected: str) -> None:
    assert level(rows) == expected


def test_two_who_pass_a_thing_to_and_fro_get_no_further_than_four_times_a_month() -> None:
    rows = many(30, 1, taker_id=THEM)
    months = Counter(row.ended_on[:7] for row in rows)
    assert of(US, rows, NOW).handovers == sum(min(4, count) for count in months.values()) == 8
    assert of(US, many(30, 1), NOW).handovers == 30


BADGES = [
    pytest.param("first-gift", many(1), many(1, action="lend"), id="a first gift"),
    pytest.param("giver", many(10), many(9), id="ten gifts"),
    pytest.param("great-giver", many(50), many(49), id="fifty gifts"),
    pytest.param("first-loan", many(1, action="lend", outcome="returned"), many(1), id="a first loan"),
    pytest.param("lender", many(10, action="lend"), many(10), id="ten loans"),
    pytest.param("great-lender", many(50, action="lend"), many(49, action="lend"), id="fifty loans"),
    pytest.param("open-doors", many(5, action="host"), many(4, action="host"), id="rooms"),
    pytest.param("helping-hands", many(5, action="help"), many(4, action="help"), id="help"),
    pytest.param(
        "pioneer",
        [Handed("a", "2026-03-02"), Handed("b", "2026-03-02", giver_id=THEM, taker_id=US)],
        [Handed("a", "2026-03-02"), Handed("b", "2026-03-01", giver_id=THEM, taker_id=US)],
        id="first of a category, also beside another",
    ),
    pytest.param("pioneer", many(1), many(1, category="other"), id="what is not said is no category"),
    pytest.param(
        "pioneer",
        [Handed("a"), Handed("b", "2026-01-01", giver_id="", taker_id=THEM)],
        [Handed("a", category="")],
        id="a person is no organisation",
    ),
    pytest.param(
        "welcome",
        [Handed(f"{n}", taker_id=f"https://{n}.example/") for n in range(3)],
        [
            *[Handed(f"{n}", taker_id=f"https://{n}.example/") for n in range(3)],
            Handed("before", "2026-02-01", giver_id=THEM, taker_id="https://1.example/"),
        ],
        id="newcomers",
    ),
    pytest.param(
        "welcome", [Handed(f"{n}", taker_id=f"https://{n}.example/") for n in range(3)], many(9), id="persons"
    ),
    pytest.param(
        "reliable",
        [replace(row, accepted_on=row.ended_on) for row in many(12, 15)],
        [replace(row, accepted_on="2026-01-01") for row in many(12, 15)],
        id="gifts handed over soon",
    ),
    pytest.param(
        "reliable",
        many(12, 15, action="lend", giver_id=THEM, taker_id=US),
        many(12, 10, action="lend", giver_id=THEM, taker_id=US),
        id="loans brought back, in six months",
    ),
    pytest.param("reliable", many(12, 15, action="host"), many(11, 15, action="host"), id="visits"),
    pytest.param(
        "quick",
        many(10, asked_on=day(9), accepted_on=day(7)) + many(2, asked_on=day(9), accepted_on=day(6)),
        many(10, asked_on=day(9), accepted_on=day(7)) + many(3, asked_on=day(9), accepted_on=day(6)),
        id="four out of five in two days",
    ),
    pytest.param(
        "quick",
        many(10, asked_on=day(365), accepted_on=day(365)),
        many(10, asked_on=day(366), accepted_on=day(366)),
        id="in the last year",
    ),
    pytest.param(
        "quick",
        many(10, asked_on=day(9), accepted_on=day(9)),
        many(10, asked_on=day(9), accepted_on=day(9), owner_id=THEM),
        id="only who was asked answers",
    ),
    pytest.param(
        "quick", many(10, asked_on=day(9), accepted_on=day(9)), many(10, asked_on="", accepted_on=day(9)), id="known"
    ),
]


@pytest.mark.parametrize(("badge", "enough", "short"), BADGES)
def test_a_badge(badge: str, enough: list[Handed], short: list[Handed]) -> None:
    assert badge in ids(of(US, enough, NOW))
    found = of(US, short, NOW)
    assert badge not in ids(found)
    assert badge in {ahead.goal.id for ahead in found.ahead}


def test_every_badge_and_measure_is_tried() -> None:
    assert {param.values[0] for param in BADGES} == set(rules().badges)


def test_the_day_since_when_is_that_of_the_last_that_was_needed() -> None:
    rows = [*many(12, 7), Handed("old", "2026-01-05", action="host")]
    found = of(US, rows, NOW)
    giver = found.badge("giver")
    assert giver is not None
    assert (giver.since, giver.count) == (day(14), 12)
    assert found.level is not None
    assert (found.level.id, found.level_since) == ("good-neighbour", day(56))
    first = found.badge("first-gift")
    assert first is not None
    assert first.since == day(77)


def test_what_comes_next_says_what_is_missing() -> None:
    found = of(US, many(4), NOW)
    assert found.next_level is not None
    goal = found.next_level.goal
    assert (goal.id, found.next_level.missing, goal.months - found.next_level.months) == ("good-neighbour", 1, 1)
    assert Ahead(rules().badges["giver"], 4, 1) in found.ahead
    assert of(US, many(150, 4), NOW).next_level is None


def test_of_a_pioneer_it_is_known_where() -> None:
    found = of(US, [Handed("a", category="music"), Handed("b", "2026-01-01", category="garden")], NOW).badge("pioneer")
    assert found is not None
    assert found.categories == ("garden", "music")


def test_who_knows_one_organisation_alone_does_not_say_what_takes_a_network() -> None:
    found = of(US, [Handed("a"), *[Handed(f"{n}", taker_id=f"https://{n}.example/") for n in range(3)]], NOW, False)
    assert not ids(found) & {"pioneer", "welcome"}
    assert not {ahead.goal.id for ahead in found.ahead} & {"pioneer", "welcome"}


def test_the_published_rules_are_those_that_are_used() -> None:
    said = document()
    assert [badge["id"] for badge in said["badges"]] == list(rules().badges)
    assert [level["needs"] for level in said["levels"]] == [level.needs for level in rules().levels]
    for lower, higher in zip(rules().levels, rules().levels[1:], strict=False):
        assert (lower.rank + 1, lower.needs < higher.needs, lower.months <= higher.months) == (higher.rank, True, True)
    assert {badge.measure for badge in rules().badges.values()} == set(recognition._MEASURES)


SIDES = st.sampled_from([US, THEM, OTHERS, ""])
DAYS = st.integers(0, 420).map(day)
HANDED = st.builds(
    Handed,
    exchange=st.integers(0, 60).map(str),
    ended_on=DAYS,
    state=st.sampled_from(["matched"] * 5 + ["one_operator", "one_sided", "differs"]),
    outcome=st.sampled_from(["received"] * 4 + ["returned", "cancelled"]),
    action=st.sampled_from(["give", "lend", "host", "help"]),
    category=st.sampled_from(["music", "garden", "other", ""]),
    giver_id=SIDES,
    taker_id=SIDES,
    owner_id=SIDES,
    asked_on=st.one_of(DAYS, st.just("")),
    accepted_on=st.one_of(DAYS, st.just("")),
)
ROWS = st.lists(HANDED, max_size=60, unique_by=lambda row: row.exchange)


@settings(max_examples=examples(60), deadline=None)
@given(rows=ROWS, random=st.randoms(use_true_random=False))
def test_neither_order_nor_telling_it_again_matters(rows: list[Handed], random: object) -> None:
    again = rows + rows[::2]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert of(US, again, NOW) == of(US, rows, NOW)


@settings(max_examples=examples(60), deadline=None)
@given(rows=ROWS)
def test_what_does_not_count_changes_nothing(rows: list[Handed]) -> None:
    counted = [row for row in rows if row.state == "matched" and row.outcome in ("received", "returned")]
    assert of(US, counted, NOW) == of(US, rows, NOW)


LASTING = set(rules().badges) - {"quick"}


@settings(max_examples=examples(60), deadline=None)
@given(rows=ROWS, more=st.lists(HANDED.map(lambda row: replace(row, giver_id=US)), max_size=20))
def test_to_share_more_takes_nothing_away(rows: list[Handed], more: list[Handed]) -> None:
    added = [replace(row, exchange=f"more {n}") for n, row in enumerate(more)]
    before, after = of(US, rows, NOW), of(US, rows + added, NOW)
    assert after.handovers >= before.handovers
    assert (after.level.rank if after.level else 0) >= (before.level.rank if before.level else 0)
    assert ids(after) >= ids(before) & LASTING


@settings(max_examples=examples(40), deadline=None)
@given(rows=ROWS)
def test_the_first_of_each_kind_are_as_good_as_all(rows: list[Handed]) -> None:
    """A database that knows a million handovers reads an organisation's own and a few more."""
    assert of(US, needed(rows), NOW) == of(US, rows, NOW)


def needed(rows: Sequence[Handed]) -> list[Handed]:
    own = [row for row in rows if US in (row.giver_id, row.taker_id)]
    counted = sorted(filter(recognition.does_count, rows), key=lambda row: (row.ended_on, row.exchange))
    first_of = {row.category: row for row in reversed(counted) if row.giver_id}
    first_to = {row.taker_id: row for row in reversed(counted) if row.taker_id}
    return [*own, *first_of.values(), *first_to.values()]


@settings(max_examples=examples(60), deadline=None)
@given(rows=ROWS)
def test_the_figures_are_those_of_an_independent_few_lines(rows: list[Handed]) -> None:
    found = of(US, rows, NOW)
    good = [r for r in rows if r.state == "matched" and r.outcome in ("received", "returned") and r.ended_on]
    good = [r for r in good if r.giver_id != r.taker_id]
    mine = [r for r in good if r.giver_id == US]
    months = {r.ended_on[:7] for r in mine}
    pairs = Counter((r.taker_id, r.ended_on[:7]) for r in mine)
    total = sum(min(n, 4) if taker else n for (taker, _), n in pairs.items())
    assert (found.handovers, found.months) == (total, len(months))
    names = {1: (1, 1), 2: (5, 2), 3: (15, 4), 4: (50, 8), 5: (150, 18)}
    rank = max((rank for rank, (n, m) in names.items() if total >= n and len(months) >= m), default=0)
    assert (found.level.rank if found.level else 0) == rank
    for badge, action, needs in (("first-gift", "give", 1), ("first-loan", "lend", 1), ("open-doors", "host", 5)):
        some = Counter((r.taker_id, r.ended_on[:7]) for r in mine if r.action == action)
        assert (badge in ids(found)) == (sum(min(n, 4) if to else n for (to, _), n in some.items()) >= needs)
    firsts = {c: min(r.ended_on for r in good if r.category == c and r.giver_id) for c in {r.category for r in mine}}
    mine_first = {r.category for r in mine if r.ended_on == firsts[r.category]} - {"", "other"}
    pioneer = found.badge("pioneer")
    assert set(pioneer.categories if pioneer else ()) == mine_first
    newest = {r.taker_id for r in mine if r.taker_id}
    new = {
        to
        for to in newest
        if any(r.ended_on == min(g.ended_on for g in good if g.taker_id == to) for r in mine if r.taker_id == to)
    }
    assert ("welcome" in ids(found)) == (len(new) >= 3)
    kept = Counter(
        (r.giver_id, r.taker_id, r.ended_on[:7])
        for r in good
        if US in (r.giver_id, r.taker_id)
        and (
            r.action != "give"
            or (r.accepted_on and 0 <= (date.fromisoformat(r.ended_on) - date.fromisoformat(r.accepted_on)).days <= 14)
        )
    )
    count = sum(n if "" in key else min(n, 4) for key, n in kept.items())
    assert ("reliable" in ids(found)) == (count >= 12 and len({month for *_, month in kept}) >= 6)


def test_the_page_about_it_has_every_level_and_badge() -> None:
    page = (Path(__file__).parents[2] / "docs" / "recognition.md").read_text(encoding="utf-8")
    missing = [one.name for one in rules().levels if f"| {one.name} | {one.needs} | {one.months} |" not in page]
    missing += [one.name for one in rules().badges.values() if f"| {one.name} | {one.meaning} |" not in page]
    assert missing == []
