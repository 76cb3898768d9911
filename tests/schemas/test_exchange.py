"""Exchanges: who may do what when, and what holds whatever two sides, an operator and the clock do in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import exchange as ex
from schemas.exchange import ASKER, CLOCK, OPERATOR, OWNER, Act, Exchange, decide
from schemas.exchange_promises import promised, room
from schemas.exchange_refusals import Refusal
from tests.thorough import examples

NOW = 1_800_000_000
DAY = ex.DAY_S


def made(**changed: Any) -> Exchange:
    values: dict[str, Any] = {"direction": "offer", "action": "give", "asked": 3, "opened_at": NOW, "since": NOW}
    return Exchange(**{**values, **changed})


def after(exchange: Exchange, *acts: Act, now: int = NOW, room: int | None = 10) -> Exchange:
    for act in acts:
        found = decide(exchange, act, now, room)
        assert isinstance(found, Exchange), (exchange.state, act, found)
        exchange = found
    return exchange


CONFIRMED = Act(ex.CONFIRM, ASKER)
ACCEPTED = Act(ex.ACCEPT, OWNER)
GAVE, GOT = Act(ex.HAND_OVER, OWNER), Act(ex.HAND_OVER, ASKER)
SLIP, UNASKED_SLIP = Act(ex.TAKE_BACK, OWNER), Act(ex.TAKE_BACK, OWNER, outcome=ex.CANCELLED)
BACK_SAYS_GIVER, BACK_SAYS_TAKER = Act(ex.BRING_BACK, OWNER), Act(ex.BRING_BACK, ASKER)


def at(starts: int | None, ends: int | None, side: str = OWNER) -> Act:
    """Another time, in days from now."""
    return Act(ex.RESCHEDULE, side, starts_at=_in(starts), ends_at=_in(ends))


def _in(days: int | None) -> int | None:
    return None if days is None else NOW + days * DAY


WAYS = {
    "lent for longer": ("lend", [CONFIRMED, ACCEPTED, at(1, 2), GAVE, GOT, at(None, 9), BACK_SAYS_GIVER], ex.RETURNED),
    "hosted another day": ("host", [CONFIRMED, ACCEPTED, at(1, 2), at(3, 4), GAVE, GOT], ex.RECEIVED),
    "given, the owner first": ("give", [CONFIRMED, ACCEPTED, GAVE, GOT], ex.RECEIVED),
    "given, the asker first": ("give", [CONFIRMED, ACCEPTED, GOT, GAVE], ex.RECEIVED),
    "given, face to face": ("give", [CONFIRMED, ACCEPTED, Act(ex.MEET, OWNER)], ex.RECEIVED),
    "lent and back": ("lend", [CONFIRMED, ACCEPTED, GAVE, GOT, BACK_SAYS_GIVER], ex.RETURNED),
    "lent, the borrower says first": (
        "lend",
        [CONFIRMED, ACCEPTED, GOT, GAVE, BACK_SAYS_TAKER, BACK_SAYS_GIVER],
        ex.RETURNED,
    ),
    "hosted": ("host", [CONFIRMED, ACCEPTED, GAVE, GOT], ex.RECEIVED),
    "declined": ("give", [CONFIRMED, Act(ex.DECLINE, OWNER)], ex.DECLINED),
    "withdrawn": ("give", [CONFIRMED, Act(ex.WITHDRAW, ASKER)], ex.WITHDRAWN),
    "called off": ("give", [CONFIRMED, ACCEPTED, Act(ex.CANCEL, ASKER)], ex.CANCELLED),
    "nobody came": ("give", [CONFIRMED, ACCEPTED, Act(ex.MISS, OWNER)], ex.NO_SHOW),
    "no answer": ("give", [CONFIRMED, Act(ex.LAPSE, CLOCK)], ex.EXPIRED),
    "outcome unknown": ("give", [CONFIRMED, ACCEPTED, Act(ex.LAPSE, CLOCK)], ex.UNKNOWN),
    "pressed by mistake": ("give", [CONFIRMED, ACCEPTED, GAVE, SLIP], ex.ACCEPTED),
    "pressed by mistake, and given later": ("give", [CONFIRMED, ACCEPTED, GAVE, SLIP, GAVE, GOT], ex.RECEIVED),
    "given by mistake to who had not asked": ("give", [CONFIRMED, ACCEPTED, GAVE, UNASKED_SLIP], ex.CANCELLED),
    "disputed": (
        "give",
        [CONFIRMED, ACCEPTED, GAVE, Act(ex.DISPUTE, ASKER), Act(ex.SETTLE, OPERATOR, outcome=ex.CANCELLED)],
        ex.CANCELLED,
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_an_exchange_goes_its_way(name: str) -> None:
    action, acts, ends = WAYS[name]
    assert after(made(action=action), *acts).state == ends


REFUSED: dict[str, tuple[list[Act], Act, str]] = {
    "the owner sees nothing before the address is confirmed": ([], ACCEPTED, "not-yet"),
    "the asker does not accept": ([CONFIRMED], Act(ex.ACCEPT, ASKER), "not-yours"),
    "nothing is accepted": ([CONFIRMED], Act(ex.ACCEPT, OWNER, 0), "too-few"),
    "more than was asked for": ([CONFIRMED], Act(ex.ACCEPT, OWNER, 4), "too-many-asked"),
    "another quantity afterwards": ([CONFIRMED, ACCEPTED], Act(ex.ACCEPT, OWNER, 1), "already-accepted"),
    "the other side takes back": ([CONFIRMED, ACCEPTED, GAVE], Act(ex.TAKE_BACK, ASKER), "not-yours"),
    "what the other side said is taken back": ([CONFIRMED, ACCEPTED, GOT], SLIP, "not-yours"),
    "what both have said is taken back": ([CONFIRMED, ACCEPTED, GAVE, GOT], SLIP, "over"),
    "it is taken back, and was received": (
        [CONFIRMED, ACCEPTED, GAVE],
        Act(ex.TAKE_BACK, OWNER, outcome=ex.RECEIVED),
        "bad-outcome",
    ),
    "declined after it was accepted": ([CONFIRMED, ACCEPTED], Act(ex.DECLINE, OWNER), "not-yet"),
    "handed over before it was accepted": ([CONFIRMED], GAVE, "not-yet"),
    "called off after it was handed over": ([CONFIRMED, ACCEPTED, GAVE], Act(ex.CANCEL, OWNER), "not-yet"),
    "accepted after it was declined": ([CONFIRMED, Act(ex.DECLINE, OWNER)], ACCEPTED, "over"),
    "a gift brought back": ([CONFIRMED, ACCEPTED, GAVE, GOT], BACK_SAYS_GIVER, "over"),
    "a side settles its own dispute": (
        [CONFIRMED, ACCEPTED, GAVE, Act(ex.DISPUTE, ASKER)],
        Act(ex.SETTLE, OWNER, outcome=ex.RECEIVED),
        "not-yours",
    ),
    "a gift settled as returned": (
        [CONFIRMED, ACCEPTED, GAVE, Act(ex.DISPUTE, ASKER)],
        Act(ex.SETTLE, OPERATOR, outcome=ex.RETURNED),
        "bad-outcome",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence(name: str) -> None:
    acts, act, code = REFUSED[name]
    found = decide(after(made(), *acts), act, NOW, 10)
    assert found == Refusal(code)
    assert Refusal(code).sentence.endswith(".")


def test_no_more_is_promised_than_there_is() -> None:
    asked = after(made(), CONFIRMED)
    assert decide(asked, ACCEPTED, NOW, room=2) == Refusal("too-many")
    assert after(asked, Act(ex.ACCEPT, OWNER, 2), room=2).granted == 2


def test_what_was_given_by_mistake_is_there_again_and_only_who_said_it_may_say_so() -> None:
    gone = after(made(), CONFIRMED, ACCEPTED, GAVE)
    assert gone.counted == 3
    assert ex.TAKE_BACK in ex.possible(gone, OWNER, NOW)
    back = after(gone, SLIP)
    assert (back.counted, promised(back), back.has_said(OWNER)) == (0, 3, False)
    assert promised(after(gone, UNASKED_SLIP)) == 0
    said_by_other = after(made(), CONFIRMED, ACCEPTED, GOT)
    for exchange in (said_by_other, after(made(action="lend"), CONFIRMED, ACCEPTED, GAVE)):
        assert ex.TAKE_BACK not in ex.possible(exchange, OWNER, NOW)
    assert ex.TAKE_BACK not in ex.possible(gone, ASKER, NOW)


def test_a_missed_day_is_not_missed_before_it() -> None:
    asked = after(made(action="host", starts_at=NOW + 60, ends_at=NOW + 120), CONFIRMED, ACCEPTED)
    assert decide(asked, Act(ex.MISS, OWNER), NOW) == Refusal("too-early")
    assert ex.MISS not in ex.possible(asked, OWNER, NOW)
    assert ex.MISS in ex.possible(asked, OWNER, NOW + 60)
    assert after(asked, Act(ex.MISS, OWNER), now=NOW + 60).state == ex.NO_SHOW


def test_who_has_something_is_reminded_while_there_is_time_to_bring_it_back() -> None:
    lent = after(made(action="lend", starts_at=NOW, ends_at=NOW + 3 * ex.DAY_S), CONFIRMED, ACCEPTED, GAVE, GOT)
    steps = {step.name: step.at - (NOW + 3 * ex.DAY_S) for step in ex.plan(lent)}
    assert steps[ex.BEFORE] == -ex.DAY_S - ex.BACK_S
    assert steps[ex.ON_THE_DAY] == -ex.BACK_S
    assert steps["after_2"] == 2 * ex.DAY_S


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_without_a_day_nobody_is_offered_to_say_at_once_that_nobody_came(side: str) -> None:
    agreed = after(made(), CONFIRMED, ACCEPTED)
    assert ex.MISS not in ex.possible(agreed, side, NOW + ex.MISS_S - 1)
    assert ex.MISS in ex.possible(agreed, side, NOW + ex.MISS_S)
    # What another site or the calendar says is taken all the same.
    assert after(agreed, Act(ex.MISS, side), now=NOW).state == ex.NO_SHOW


def test_loans_at_other_times_do_not_stand_in_each_others_way() -> None:
    monday = {"action": "lend", "asked": 1, "starts_at": NOW, "ends_at": NOW + DAY}
    first = after(made(**monday), CONFIRMED, ACCEPTED)
    assert room(1, made(**monday), [first]) == 0
    assert room(1, made(**{**monday, "starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY}), [first]) == 1
    assert room(1, made(**{**monday, "starts_at": None}), [first]) == 0
    assert room(1, made(action="host"), [first]) is None


LOAN = {"action": "lend", "asked": 1, "starts_at": NOW + DAY, "ends_at": NOW + 3 * DAY}
NOT_THEN = {
    "nobody asks for a time by themselves": (LOAN, [], at(2, 4, ASKER), "not-yours"),
    "a gift": ({}, [], at(2, 4), "no-time"),
    "what somebody wants": ({**LOAN, "direction": "want"}, [], at(2, 4), "not-yours"),
    "no end": (LOAN, [], at(2, None), "bad-time"),
    "no beginning": (LOAN, [], at(None, 4), "bad-time"),
    "backwards": (LOAN, [], at(4, 2), "bad-time"),
    "what is past": (LOAN, [], at(-4, 0), "bad-time"),
    "longer than a year": (LOAN, [], at(1, 368), "bad-time"),
    "lent until yesterday": (LOAN, [GAVE, GOT], at(None, -1), "bad-time"),
    "a room that was used": ({**LOAN, "action": "host"}, [GAVE], at(2, 4), "not-yet"),
    "what is back": (LOAN, [GAVE, GOT, BACK_SAYS_TAKER], at(None, 9), "not-yet"),
    "what is over": (LOAN, [GAVE, GOT, BACK_SAYS_GIVER], at(None, 9), "over"),
}


@pytest.mark.parametrize("name", NOT_THEN)
def test_another_time_that_cannot_be_is_refused(name: str) -> None:
    members, acts, named, code = NOT_THEN[name]
    exchange = after(made(**members), CONFIRMED, ACCEPTED, *acts)
    assert decide(exchange, named, NOW, 10) == Refusal(code)
    may = ex.RESCHEDULE in ex.possible(exchange, named.side, NOW)
    assert may == (code == "bad-time")


def test_who_keeps_it_longer_is_reminded_by_the_new_day() -> None:
    lent = after(made(**LOAN), CONFIRMED, ACCEPTED, GAVE, GOT)
    late, _name = ex.tick(lent, NOW + 4 * DAY)
    longer = decide(late, at(None, 20), NOW + 4 * DAY)
    assert isinstance(longer, Exchange)
    assert (longer.starts_at, longer.since, ex.due_at(longer)) == (lent.starts_at, lent.since, NOW + 20 * DAY)
    assert ex.tick(longer, NOW + 18 * DAY) == (longer, "")
    assert ex.tick(longer, NOW + 19 * DAY)[1] == "before"
    assert decide(longer, at(5, 20), NOW + 4 * DAY) == longer


def test_a_loan_without_a_day_gets_one() -> None:
    lent = after(made(action="lend", asked=1), CONFIRMED, ACCEPTED, GAVE, GOT)
    named = after(lent, at(None, 9))
    assert (named.starts_at, named.ends_at) == (lent.since, NOW + 9 * DAY)


def test_no_more_are_promised_for_another_time_than_there_are_then() -> None:
    agreed = after(made(**{**LOAN, "asked": 3}), CONFIRMED, ACCEPTED)
    assert decide(agreed, at(2, 4), NOW, room=2) == Refusal("too-many")
    assert after(agreed, at(2, 4), room=3).ends_at == NOW + 4 * DAY


def test_the_ladder_is_climbed_once_and_ends() -> None:
    exchange, told = after(made(starts_at=NOW + 5 * DAY), CONFIRMED, ACCEPTED), []
    for hour in range(40 * 24):
        exchange, name = ex.tick(exchange, NOW + hour * 3600)
        if name:
            told.append((hour // 24, name))
    days = [(4, "before"), (5, "on_the_day"), (7, "after_2"), (12, "after_7"), (26, "after_21"), (33, "end")]
    assert told == days
    assert exchange.state == ex.UNKNOWN


@pytest.mark.parametrize("acts", [(ACCEPTED,), (ACCEPTED, GAVE, GOT)], ids=["agreed", "lent"])
def test_a_day_that_nobody_named_is_not_announced(acts: tuple[ex.Act, ...]) -> None:
    exchange = after(made(action="lend"), CONFIRMED, *acts)
    assert ex.day_named(exchange) is None
    assert [step.name for step in ex.plan(exchange)][:2] == ["on_the_day", "after_2"]


def test_who_slept_for_weeks_catches_up_with_one_step() -> None:
    exchange = after(made(starts_at=NOW + 5 * DAY), CONFIRMED, ACCEPTED)
    exchange, name = ex.tick(exchange, NOW + 13 * DAY)
    assert name == "after_7"
    assert ex.tick(exchange, NOW + 13 * DAY) == (exchange, "")


def test_what_is_agreed_for_the_same_day_is_not_announced_a_day_late() -> None:
    exchange = after(made(starts_at=NOW + 3600), CONFIRMED, ACCEPTED)
    assert ex.tick(exchange, NOW) == (exchange, "")
    assert ex.tick(exchange, NOW + 3600)[1] == "on_the_day"


def test_a_loan_that_is_not_back_is_asked_for() -> None:
    lent = after(made(action="lend", starts_at=NOW, ends_at=NOW + 3 * DAY), CONFIRMED, ACCEPTED, GAVE, GOT)
    assert [step.name for step in ex.plan(lent)][:3] == ["before", "on_the_day", "after_2"]
    assert ex.due_at(lent) == NOW + 3 * DAY


@pytest.mark.parametrize("state", ex.OPEN)
def test_every_open_state_has_an_exit_and_the_clock_takes_it(state: str) -> None:
    """No path without an exit: even where nobody ever does anything more."""
    exchange, now = made(state=state, granted=3, action="lend"), NOW
    for _ in range(20):
        moment = ex.next_at(exchange)
        if moment is None:
            break
        now = max(now, moment)
        exchange, _name = ex.tick(exchange, now)
    assert exchange.state in ex.CLOSED
    assert now <= NOW + 100 * DAY


@pytest.mark.parametrize("state", ex.CLOSED)
def test_what_is_over_stays_over(state: str) -> None:
    over = made(state=state, granted=3, owner_said=True, asker_said=True, counted=3)
    assert ex.plan(over) == ()
    for name in {name for _, name in ex.TRANSITIONS}:
        for side in (OWNER, ASKER, CLOCK, OPERATOR):
            found = decide(over, Act(name, side), NOW)
            assert isinstance(found, Refusal) or found == over


TIMES = st.one_of(st.none(), st.integers(NOW - 2 * DAY, NOW + 400 * DAY))
ACTS = st.builds(
    Act,
    st.sampled_from(sorted({name for _, name in ex.TRANSITIONS})),
    st.sampled_from([OWNER, ASKER, CLOCK, OPERATOR]),
    st.one_of(st.none(), st.integers(-1, 5)),
    st.sampled_from(["", *ex.OUTCOMES, ex.LENT]),
    TIMES,
    TIMES,
)
ANY = st.builds(
    made,
    direction=st.sampled_from(["offer", "want"]),
    action=st.sampled_from(["give", "lend", "host", "help"]),
    asked=st.integers(1, 4),
    starts_at=st.one_of(st.none(), st.integers(NOW - DAY, NOW + 10 * DAY)),
)


@settings(max_examples=examples(80), deadline=None)
@given(ANY, st.lists(st.tuples(ACTS, st.integers(0, 2 * DAY)), max_size=25))
def test_whatever_is_done_once_or_twice_is_the_same(exchange: Exchange, acts: list[tuple[Act, int]]) -> None:
    now = NOW
    for act, later in acts:
        now += later
        found = decide(exchange, act, now, 3)
        if isinstance(found, Refusal):
            assert decide(exchange, act, now, 3) == found
            continue
        assert decide(found, act, now, 3) == found, act
        exchange = found


@settings(max_examples=examples(80), deadline=None)
@given(st.integers(0, 6), st.lists(ANY, min_size=1, max_size=4), st.data())
def test_nothing_is_promised_or_counted_twice(available: int, asks: list[Exchange], data: st.DataObject) -> None:
    """Several askers of one gift, under any interleaving of both sides, the operator and the clock."""
    exchanges = [replace(ask, action="give") for ask in asks]
    left, now = available, NOW
    for _ in range(data.draw(st.integers(0, 30))):
        number = data.draw(st.integers(0, len(exchanges) - 1))
        before, others = exchanges[number], [one for place, one in enumerate(exchanges) if place != number]
        now += data.draw(st.integers(0, DAY))
        act = data.draw(ACTS)
        found = decide(before, act, now, room(left, before, others))
        if isinstance(found, Refusal):
            continue
        assert 0 <= found.counted <= found.granted <= found.asked
        assert before.counted <= found.counted or act.name == ex.TAKE_BACK
        left -= found.counted - before.counted
        exchanges[number] = found
        assert left >= 0
        assert sum(promised(one) for one in exchanges) <= left
    assert left + sum(one.counted for one in exchanges) == available


@settings(max_examples=examples(40), deadline=None)
@given(ANY, st.permutations([GAVE, GOT, GAVE, GOT]))
def test_both_sides_in_any_order_come_to_the_same(exchange: Exchange, acts: list[Act]) -> None:
    accepted = after(exchange, CONFIRMED, ACCEPTED)
    ended = after(accepted, *acts)
    assert ended.state == (ex.LENT if exchange.is_loan else ex.RECEIVED)
    assert ended.counted == (exchange.asked if exchange.is_gift else 0)
    assert replace(after(accepted, Act(ex.MEET, ASKER)), step=0) == replace(ended, step=0)
