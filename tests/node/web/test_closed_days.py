"""The days of a listing's strip on which its organisation is closed, as its feed says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from node.web.portal.closed_days import closed_by_organisation
from schemas.listing import Available
from schemas.opening import ClosedDays, OpeningHours
from schemas.organisation import Organisation
from tests.fakes.publisher import desk

TODAY = date(2026, 12, 1)
CHRISTMAS = OpeningHours("Europe/London", (), (ClosedDays(date(2024, 12, 24), date(2024, 12, 26), yearly=True),))


@pytest.mark.parametrize(
    ("hours", "first", "direction", "days"),
    [
        pytest.param(None, None, "offer", [], id="nothing-said"),
        pytest.param(CHRISTMAS, None, "offer", [24, 25, 26], id="every-year"),
        pytest.param(CHRISTMAS, date(2026, 12, 25), "offer", [25, 26], id="from-the-first-day-on"),
        pytest.param(CHRISTMAS, None, "want", [], id="a-want-is-needed-then-all-the-same"),
    ],
)
def test_closed_days_of_the_whole_organisation(
    hours: OpeningHours | None, first: date | None, direction: str, days: list[int]
) -> None:
    organisation = Organisation("https://school.example/", "The school", "school", opening_hours=hours)
    listing = replace(desk(organisation), available=Available(first), direction=direction)
    assert [day.day for day in closed_by_organisation(listing, TODAY)] == days
