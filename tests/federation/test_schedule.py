"""When a source is read next, from the start, and without validators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import schedule
from federation.records import PollResult
from federation.schedule import LONGEST_WAIT_S, Pace
from tests.federation.made import DAY_S, PRESENT, SOURCE

PACE = Pace(usual_s=1000, shortest_s=60)
FINE = PollResult("ok", "")
FAILED = PollResult("connect", "")


@pytest.mark.parametrize(
    ("values", "result", "wait"),
    [
        pytest.param({}, FINE, 1000, id="the usual"),
        pytest.param({"ttl_s": 5000}, FINE, 5000, id="ttl"),
        pytest.param({"ttl_s": 5}, FINE, 60, id="a ttl below the shortest"),
        pytest.param({"ttl_s": 10 * DAY_S}, FINE, DAY_S, id="a ttl above a day"),
        pytest.param({}, replace(FINE, max_age_s=2000.0), 2000, id="max-age"),
        pytest.param({"ttl_s": 3000}, replace(FINE, max_age_s=2000.0), 3000, id="the longer of ttl and max-age"),
        pytest.param({}, PollResult("unchanged", ""), 1000, id="unchanged"),
        pytest.param({"ttl_s": 5000}, PollResult("more", ""), 0, id="more to read"),
        pytest.param({"failures": 1}, FAILED, 60, id="first failure"),
        pytest.param({"failures": 2}, FAILED, 120, id="second failure"),
        pytest.param({"failures": 500}, FAILED, DAY_S, id="five hundredth failure"),
        pytest.param({"failures": 9}, replace(FAILED, retry_after_s=90.0), 90, id="Retry-After"),
        pytest.param({}, replace(FAILED, retry_after_s=0.0), 60, id="Retry-After: 0"),
    ],
)
@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_waits(values: dict[str, Any], result: PollResult, wait: int, chance: float) -> None:
    found = schedule.next_wait(replace(SOURCE, **values), result, PACE, chance)
    spread = wait // 10
    fails = result is FAILED
    assert found == (wait if not chance else wait - spread if fails else min(wait + spread, DAY_S))


@given(st.integers(1, 200), st.floats(0, 1))
def test_a_backoff_is_never_more_than_a_day_and_never_none(failures: int, chance: float) -> None:
    wait = schedule.next_wait(replace(SOURCE, failures=failures), FAILED, PACE, chance)
    assert 50 <= wait <= LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("reread_in", "result", "due_in"),
    [
        pytest.param(None, FINE, 1000, id="nothing to mend"),
        pytest.param(0, FINE, 0, id="to be mended at once"),
        pytest.param(-500, FINE, 0, id="overdue"),
        pytest.param(500, FINE, 500, id="to be mended soon"),
        pytest.param(5000, FINE, 1000, id="to be mended later"),
        pytest.param(0, replace(FAILED, retry_after_s=900.0), 900, id="the node asks for time"),
        pytest.param(-500, FAILED, 60, id="the node fails"),
    ],
)
def test_a_mirror_is_mended_in_time_but_not_against_the_nodes_will(
    reread_in: int | None, result: PollResult, due_in: int
) -> None:
    source = replace(SOURCE, failures=1, reread_at=None if reread_in is None else PRESENT + reread_in)
    assert schedule.next_due(source, result, PACE, 0.0, PRESENT) == PRESENT + due_in


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        pytest.param({}, True, id="never read"),
        pytest.param({"reading_open": True}, False, id="begun and not ended"),
        pytest.param({"last_full_at": PRESENT}, False, id="read"),
        pytest.param({"last_full_at": PRESENT, "reread_at": PRESENT}, True, id="to be mended"),
        pytest.param({"last_full_at": PRESENT, "reread_at": PRESENT + 1}, False, id="to be mended later"),
        pytest.param({"last_full_at": PRESENT, "reread_at": PRESENT, "reading_open": True}, False, id="being mended"),
    ],
)
def test_when_reading_begins_at_the_start(values: dict[str, Any], whole: bool) -> None:
    assert schedule.wants_whole_reading(replace(SOURCE, **values), PRESENT) is whole


@pytest.mark.parametrize(("ago", "unconditional"), [(None, True), (0, False), (DAY_S - 1, False), (DAY_S, True)])
def test_validators_are_left_out_once_a_day(ago: int | None, unconditional: bool) -> None:
    source = replace(SOURCE, last_full_at=None if ago is None else PRESENT - ago)
    assert schedule.wants_unconditional(source, PRESENT) is unconditional


def test_rereading_at_once_then_in_an_hour_doubling_to_a_week() -> None:
    source, now, waits = SOURCE, PRESENT, []
    for _ in range(11):
        source = schedule.after_mismatch(source, now)
        assert source.reread_at is not None
        waits.append((source.reread_at - now) // 3600)
        now = source.reread_at
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 168, 168]


def test_a_planned_rereading_is_not_put_off() -> None:
    planned = replace(SOURCE, reread_at=PRESENT + 10, mismatch_backoff_s=7200)
    assert schedule.after_mismatch(planned, PRESENT) == planned


def test_what_ends_the_rereading() -> None:
    planned = replace(SOURCE, reread_at=PRESENT, mismatch_backoff_s=7200)
    matched, silent = schedule.after_match(planned, PRESENT - 5), schedule.after_silence(planned)
    assert (matched.verified_at, matched.reread_at, matched.mismatch_backoff_s) == (PRESENT - 5, None, 0)
    assert (silent.verified_at, silent.reread_at, silent.mismatch_backoff_s) == (None, None, 0)


@pytest.mark.parametrize(
    ("moments", "suspends"),
    [
        pytest.param([0, 1, 2], [False, False, True], id="three in a day"),
        pytest.param([0, 1], [False, False], id="two in a day"),
        pytest.param([0, DAY_S - 1, DAY_S], [False, False, True], id="three within exactly a day"),
        pytest.param([0, 1, DAY_S + 1, DAY_S + 2], [False] * 4, id="two and two"),
        pytest.param([0, DAY_S + 1, DAY_S + 2, DAY_S + 3], [False, False, False, True], id="one, then three"),
    ],
)
def test_gone_three_times_within_a_day(moments: list[int], suspends: list[bool]) -> None:
    source, found = SOURCE, []
    for moment in moments:
        source, suspend = schedule.after_gone(source, PRESENT + moment)
        found.append(suspend)
    assert found == suspends
