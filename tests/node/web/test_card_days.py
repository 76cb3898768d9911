"""What cards say of their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from node.web.portal import card_days
from node.web.view_models.all_pages import Card
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import application

SITE = make.site()


@pytest.fixture(autouse=True)
def in_a_request() -> Iterator[None]:
    with application().test_request_context("/"):
        yield


def card(**more: datetime) -> Card:
    return Card("/l", "A desk", "give", **more)


def then(days: float) -> datetime:
    return make.NOW + timedelta(days=days)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        pytest.param(card(), None, id="nothing-known"),
        pytest.param(card(first_shown=then(-0.1), expires=then(9)), ("new today", "9 days left", True), id="new"),
        pytest.param(card(first_shown=then(-1)), ("new yesterday", "", True), id="new-yesterday"),
        pytest.param(
            card(first_shown=then(-5), expires=then(20)), ("until 12 December", "3 weeks left", False), id="until"
        ),
        pytest.param(card(expires=then(0.2)), ("until 22 November", "last day", False), id="last-day"),
        pytest.param(card(expires=then(90), available_until=then(1)), None, id="said-by-its-days"),
        pytest.param(
            card(first_shown=then(0), expires=then(90), available_from=then(40)),
            ("new today", "", True),
            id="new-and-its-days-are-said",
        ),
        pytest.param(
            card(expires=then(20), available_from=then(-2)),
            ("until 12 December", "3 weeks left", False),
            id="begun-already",
        ),
        pytest.param(card(first_shown=then(-0.1), expires=then(-0.01)), ("no longer open", "today", False), id="over"),
    ],
)
def test_freshness(shown: Card, said: tuple[str, str, bool] | None) -> None:
    fresh = card_days.fresh(shown, SITE)
    assert (None if fresh is None else (fresh.words, fresh.near, fresh.new)) == said


@pytest.mark.parametrize(
    ("sign", "start", "end", "said"),
    [
        pytest.param("give", None, None, None, id="nothing-known"),
        pytest.param("lend", None, None, ("days by arrangement", ""), id="a-loan-that-names-no-day"),
        pytest.param("host", -3, None, ("days by arrangement", ""), id="a-room-that-has-begun"),
        pytest.param("give", 40, None, ("from 1 January", "in 6 weeks"), id="from"),
        pytest.param("lend", None, 1, ("until 23 November", "1 day left"), id="until"),
        pytest.param("host", -5, 20, ("until 12 December", "3 weeks left"), id="begun"),
        pytest.param("host", 11, 17, ("3–9 Dec", "in 11 days"), id="both-in-a-month"),
        pytest.param("host", 11, 40, ("3 Dec\u2009–\u20091 Jan", "in 11 days"), id="over-the-year"),
        pytest.param("host", 11, 400, ("3 Dec 2026\u2009–\u200927 Dec 2027", "in 11 days"), id="over-years"),
        pytest.param("wanted", 11, 17, ("3–9 Dec", "in 11 days"), id="a-want"),
    ],
)
def test_when_it_can_be_had(sign: str, start: int | None, end: int | None, said: tuple[str, str] | None) -> None:
    days = {"available_from": start, "available_until": end}
    known = {name: then(gap) for name, gap in days.items() if gap is not None}
    when = card_days.when(replace(card(**known), sign=sign), SITE)
    assert (None if when is None else (when.words, when.near)) == said
