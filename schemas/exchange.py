"""An exchange: what becomes of one listing between whose it is, the owner, and who asks for it, the asker. Pure.

All states and transitions stand in one table, `TRANSITIONS`. On an offer the owner gives, on a want the asker does.
Refuses to know people: names and addresses are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from schemas.exchange_refusals import Refusal
from schemas.records import dataclass

OWNER, ASKER, CLOCK, OPERATOR = "owner", "asker", "clock", "operator"

UNCONFIRMED, REQUESTED, ACCEPTED, HANDED_OVER = "unconfirmed", "requested", "accepted", "handed_over"
LENT, BROUGHT_BACK, DISPUTED = "lent", "brought_back", "disputed"
RECEIVED, RETURNED, DECLINED, WITHDRAWN = "received", "returned", "declined", "withdrawn"
EXPIRED, CANCELLED, NO_SHOW, UNKNOWN = "expired", "cancelled", "no_show", "unknown"

OPEN = (UNCONFIRMED, REQUESTED, ACCEPTED, HANDED_OVER, LENT, BROUGHT_BACK, DISPUTED)
CLOSED = (RECEIVED, RETURNED, DECLINED, WITHDRAWN, EXPIRED, CANCELLED, NO_SHOW, UNKNOWN)
STATES = OPEN + CLOSED
HAPPENED = (RECEIVED, LENT, BROUGHT_BACK, RETURNED)
"""Both sides have said that it was handed over."""
HALF_SAID = (HANDED_OVER, UNKNOWN)
"""One side may have said so, and the other nothing at all."""

CONFIRM, ACCEPT, DECLINE, WITHDRAW, CANCEL = "confirm", "accept", "decline", "withdraw", "cancel"
HAND_OVER, MEET, BRING_BACK, MISS = "hand_over", "meet", "bring_back", "miss"
DISPUTE, SETTLE, LAPSE, TAKE_BACK = "dispute", "settle", "lapse", "take_back"
RESCHEDULE = "reschedule"

_BOTH = (OWNER, ASKER)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an act in a state, and which state follows; where that is blank, `_follow` says."""

    sides: tuple[str, ...]
    to: str = ""


TRANSITIONS: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        (UNCONFIRMED, CONFIRM): Rule((ASKER,), REQUESTED),
        (UNCONFIRMED, WITHDRAW): Rule((ASKER,), WITHDRAWN),
        (UNCONFIRMED, LAPSE): Rule((CLOCK,), EXPIRED),
        (REQUESTED, ACCEPT): Rule((OWNER,), ACCEPTED),
        (REQUESTED, DECLINE): Rule((OWNER,), DECLINED),
        (REQUESTED, WITHDRAW): Rule((ASKER,), WITHDRAWN),
        (REQUESTED, LAPSE): Rule((CLOCK,), EXPIRED),
        (ACCEPTED, HAND_OVER): Rule(_BOTH, HANDED_OVER),
        (ACCEPTED, MEET): Rule(_BOTH),
        (ACCEPTED, CANCEL): Rule(_BOTH, CANCELLED),
        (ACCEPTED, MISS): Rule(_BOTH, NO_SHOW),
        # Whose it is knows when it can be had: who asks for another day says so in a letter.
        (ACCEPTED, RESCHEDULE): Rule((OWNER,), ACCEPTED),
        (ACCEPTED, LAPSE): Rule((CLOCK,), UNKNOWN),
        (HANDED_OVER, HAND_OVER): Rule(_BOTH),
        (HANDED_OVER, MEET): Rule(_BOTH),
        (HANDED_OVER, DISPUTE): Rule(_BOTH, DISPUTED),
        # Whoever pressed that a gift is gone by mistake says so, as long as nobody else has said that it is.
        (HANDED_OVER, TAKE_BACK): Rule((OWNER,)),
        (HANDED_OVER, RESCHEDULE): Rule((OWNER,), HANDED_OVER),
        (HANDED_OVER, LAPSE): Rule((CLOCK,), UNKNOWN),
        (LENT, BRING_BACK): Rule(_BOTH),
        (LENT, RESCHEDULE): Rule((OWNER,), LENT),
        (LENT, DISPUTE): Rule(_BOTH, DISPUTED),
        (LENT, LAPSE): Rule((CLOCK,), UNKNOWN),
        (BROUGHT_BACK, BRING_BACK): Rule(_BOTH),
        (BROUGHT_BACK, DISPUTE): Rule(_BOTH, DISPUTED),
        (BROUGHT_BACK, LAPSE): Rule((CLOCK,), UNKNOWN),
        (DISPUTED, SETTLE): Rule((OPERATOR,)),
        (DISPUTED, LAPSE): Rule((CLOCK,), UNKNOWN),
    }
)
"""State and act -> who may, and what follows. What is not here is refused; no act leaves a state of `CLOSED`."""

OUTCOMES = (RECEIVED, RETURNED, CANCELLED)
"""What an operator may find to have become of a dispute."""
TAKEN_BACK = ("", CANCELLED)
"""What there is once a slip is taken back: what was agreed before, or nothing, where nobody had asked."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange; moments are whole seconds since 1970 in UTC, quantities are of the listing's unit.

    ``asked`` is what was asked for, ``granted`` what was promised, ``counted`` how many of those have left the listing.
    ``owner_said`` and ``asker_said``: who has said that it was handed over. ``starts_at`` and ``ends_at`` are for what
    is lent, hosted or helped with. ``since`` is when its state began; ``step`` counts the reminders of that state.
    """

    direction: str
    action: str
    asked: int
    opened_at: int
    since: int
    state: str = UNCONFIRMED
    granted: int = 0
    counted: int = 0
    owner_said: bool = False
    asker_said: bool = False
    starts_at: int | None = None
    ends_at: int | None = None
    step: int = 0

    @property
    def giver(self) -> str:
        """Which side has it, or does it."""
        return OWNER if self.direction == "offer" else ASKER

    @property
    def is_loan(self) -> bool:
        """Whether it is to come back."""
        return self.action == "lend"

    @property
    def is_gift(self) -> bool:
        """Whether there is less of it afterwards."""
        return self.action == "give"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_half_said(self) -> bool:
        """Whether one side alone has said that it was handed over."""
        return self.owner_said != self.asker_said

    def has_said(self, side: str) -> bool:
        """Whether a side has said that it was handed over."""
        return self.owner_said if side == OWNER else self.asker_said


@dataclass(frozen=True, slots=True)
class Act:
    """What a side does. ``quantity`` is for accepting (all that was asked where empty), ``outcome`` for settling.

    To take back is to be as it was agreed before, or with `CANCELLED` as ``outcome`` to be over. ``starts_at`` and
    ``ends_at`` are for naming another time; once it is handed over, only its end can be another one.
    """

    name: str
    side: str
    quantity: int | None = None
    outcome: str = ""
    starts_at: int | None = None
    ends_at: int | None = None


def decide(exchange: Exchange, act: Act, now: int, room: int | None = None) -> Exchange | Refusal:
    """The exchange after an act, or why it stays as it is. To do again what one has just done changes nothing.

    ``room`` is how many are left to promise, counting out what others were promised; None where nothing limits it.
    """
    if _is_done(exchange, act):
        return exchange
    rule = TRANSITIONS.get((exchange.state, act.name))
    if rule is None:
        return Refusal(_why_not(exchange, act))
    if act.side not in rule.sides:
        return Refusal("not-yours")
    refused = _REFUSED.get(act.name)
    code = refused(exchange, act, now, room) if refused else ""
    return Refusal(code) if code else _done(exchange, act, rule, now)


def _is_done(exchange: Exchange, act: Act) -> bool:
    if act.name == HAND_OVER and act.side in _BOTH:
        return exchange.has_said(act.side)
    if act.name == MEET and act.side in _BOTH:
        return exchange.owner_said and exchange.asker_said
    if act.name == BRING_BACK and exchange.state == BROUGHT_BACK:
        return act.side in _BOTH and act.side != exchange.giver
    if act.name == SETTLE:
        return act.side == OPERATOR and exchange.state == act.outcome
    if act.name == TAKE_BACK:
        return act.side == OWNER and not exchange.owner_said and exchange.state == (act.outcome or ACCEPTED)
    if act.name == RESCHEDULE:
        at = _times(exchange, act)
        return act.side == OWNER and act.ends_at is not None and at == (exchange.starts_at, exchange.ends_at)
    same_state = [rule for (_, name), rule in TRANSITIONS.items() if name == act.name and rule.to == exchange.state]
    if not any(act.side in rule.sides for rule in same_state):
        return False
    return act.name != ACCEPT or act.quantity in (None, exchange.granted)


def _why_not(exchange: Exchange, act: Act) -> str:
    if not exchange.is_open:
        return "over"
    return "already-accepted" if act.name == ACCEPT and exchange.granted else "not-yet"


def _not_accepted(exchange: Exchange, act: Act, now: int, room: int | None) -> str:
    wanted = exchange.asked if act.quantity is None else act.quantity
    if wanted < 1:
        return "too-few"
    if wanted > exchange.asked:
        return "too-many-asked"
    return "too-many" if room is not None and wanted > room else ""


def _not_missed(exchange: Exchange, act: Act, now: int, room: int | None) -> str:
    return "too-early" if exchange.starts_at is not None and now < exchange.starts_at else ""


def _not_settled(exchange: Exchange, act: Act, now: int, room: int | None) -> str:
    fits = act.outcome in OUTCOMES and (act.outcome == RETURNED) <= exchange.is_loan
    return "" if fits else "bad-outcome"


def _not_taken_back(exchange: Exchange, act: Act, now: int, room: int | None) -> str:
    if not (exchange.is_gift and exchange.giver == OWNER and exchange.owner_said):
        return "not-yours"
    return "" if act.outcome in TAKEN_BACK else "bad-outcome"


def _not_rescheduled(exchange: Exchange, act: Act, now: int, room: int | None) -> str:
    if not may_reschedule(exchange):
        return "no-time" if exchange.is_gift else "not-yours" if exchange.giver != OWNER else "not-yet"
    starts, ends = _times(exchange, act)
    if starts is None or ends is None or ends <= max(starts, now) or ends - max(starts, now) > LONGEST_S:
        return "bad-time"
    return "too-many" if room is not None and exchange.granted > room else ""


def _times(exchange: Exchange, act: Act) -> tuple[int | None, int | None]:
    """From when until when it is to be; what has begun keeps its beginning."""
    if exchange.state == ACCEPTED:
        return act.starts_at, act.ends_at
    return exchange.since if exchange.starts_at is None else exchange.starts_at, act.ends_at


def rescheduled(exchange: Exchange, act: Act) -> Exchange:
    """The exchange at the time that an act names."""
    starts, ends = _times(exchange, act)
    return replace(exchange, starts_at=starts, ends_at=ends)


def may_reschedule(exchange: Exchange) -> bool:
    """Whether its owner may name another time for it."""
    is_open = exchange.state == ACCEPTED or (exchange.is_loan and exchange.state in (HANDED_OVER, LENT))
    return is_open and exchange.giver == OWNER and not exchange.is_gift


_REFUSED = {
    ACCEPT: _not_accepted,
    MISS: _not_missed,
    SETTLE: _not_settled,
    TAKE_BACK: _not_taken_back,
    RESCHEDULE: _not_rescheduled,
}


def _done(exchange: Exchange, act: Act, rule: Rule, now: int) -> Exchange:
    after = exchange
    if act.name == ACCEPT:
        after = replace(after, granted=exchange.asked if act.quantity is None else act.quantity)
    if act.name == MEET:
        after = replace(after, owner_said=True, asker_said=True)
    if act.name == HAND_OVER:
        after = replace(after, owner_said=after.owner_said or act.side == OWNER)
        after = replace(after, asker_said=after.asker_said or act.side == ASKER)
    if act.name == TAKE_BACK:
        after = replace(after, owner_said=False, counted=0)
    if act.name == RESCHEDULE:
        # It is still what it was, since when it was: only its ladder begins anew.
        after = rescheduled(after, act)
        return replace(after, step=first_step(after, now))
    after = replace(after, state=rule.to or _follow(after, act), since=now, step=0)
    return replace(after, step=first_step(after, now), counted=_counted(after))


def _follow(exchange: Exchange, act: Act) -> str:
    if act.name == SETTLE:
        return act.outcome
    if act.name == BRING_BACK:
        # Who has it back knows that it is back.
        return RETURNED if act.side == exchange.giver else BROUGHT_BACK
    if act.name == TAKE_BACK:
        return act.outcome or ACCEPTED
    return LENT if exchange.is_loan else RECEIVED


def _counted(exchange: Exchange) -> int:
    """A gift has left its listing once the owner says so, or both do: never twice, nor where nothing came of it."""
    if exchange.state == CANCELLED:
        return 0
    gone = exchange.owner_said or (exchange.state == RECEIVED)
    return exchange.granted if exchange.is_gift and gone else exchange.counted


DAY_S = 86_400
CONFIRM_S, ANSWER_S, AGREE_S, LOAN_S, GIVE_UP_S, DISPUTE_S = (days * DAY_S for days in (2, 21, 3, 14, 28, 90))
"""How long there is to confirm an address, to answer, to meet where no day was named, and to bring back; how long after
that day nothing more is hoped for; how long a dispute may take."""
LONGEST_S = 366 * DAY_S
"""How long something may be lent, hosted or helped with at a time."""
MISS_S = 2 * 3600
"""How long after the yes somebody may first be offered to say that nobody came, where no day was named."""
BACK_S = 8 * 3600
"""How long before the end of a loan those who have it are reminded that this is the day."""
FORGET_S = 30 * DAY_S
"""How long after its end the people of an exchange are known."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the clock does at a moment: a reminder by its name, or the end of waiting (`END`)."""

    at: int
    name: str


BEFORE, ON_THE_DAY, END = "before", "on_the_day", "end"
AFTER = {2: "after_2", 7: "after_7", 21: "after_21"}


def plan(exchange: Exchange) -> tuple[Step, ...]:
    """The ladder of the state that an exchange is in: each step once, in order, and an end."""
    if exchange.state == UNCONFIRMED:
        return (Step(exchange.since + CONFIRM_S, END),)
    if exchange.state == REQUESTED:
        return (*_after(exchange.since, 2, 7), Step(exchange.since + ANSWER_S, END))
    if exchange.state in (ACCEPTED, LENT):
        day = due_at(exchange)
        named = day_named(exchange) is not None
        # A day that was named for bringing back is over with its last moment, such as midnight or closing time.
        on_it = day - BACK_S if named and exchange.state == LENT else day
        early = (Step(on_it - DAY_S, BEFORE),) if named else ()
        return (*early, Step(on_it, ON_THE_DAY), *_after(day, *AFTER), Step(day + GIVE_UP_S, END))
    if exchange.state in (HANDED_OVER, BROUGHT_BACK):
        return (*_after(exchange.since, *AFTER), Step(exchange.since + GIVE_UP_S, END))
    return (Step(exchange.since + DISPUTE_S, END),) if exchange.state == DISPUTED else ()


def _after(moment: int, *days: int) -> tuple[Step, ...]:
    return tuple(Step(moment + count * DAY_S, AFTER[count]) for count in days)


def day_named(exchange: Exchange) -> int | None:
    """When both agreed that it is handed over, or while it is lent, brought back; None where they named no day."""
    return exchange.ends_at if exchange.state == LENT else exchange.starts_at


def due_at(exchange: Exchange) -> int:
    """When it is to be handed over, or while it is lent, brought back; never before its state began."""
    named = day_named(exchange)
    usual = exchange.since + (LOAN_S if exchange.state == LENT else AGREE_S)
    return max(exchange.since, usual if named is None else named)


def first_step(exchange: Exchange, now: int) -> int:
    """Where a ladder that begins now begins: steps whose time is past when a state begins are not caught up with."""
    return sum(step.at <= now and step.name != END for step in plan(exchange))


def next_at(exchange: Exchange) -> int | None:
    """When the clock has something to do next."""
    steps = plan(exchange)[exchange.step :]
    return steps[0].at if steps else None


def tick(exchange: Exchange, now: int) -> tuple[Exchange, str]:
    """What the clock does now: the exchange after it, and the name of the step, or "" where it is not time.

    Of several steps that were slept through only the last is done.
    """
    due = [step for step in plan(exchange)[exchange.step :] if step.at <= now]
    if not due:
        return exchange, ""
    if due[-1].name != END:
        return replace(exchange, step=exchange.step + len(due)), due[-1].name
    after = decide(exchange, Act(LAPSE, CLOCK), now)
    return (exchange, "") if isinstance(after, Refusal) else (after, END)


def possible(exchange: Exchange, side: str, now: int) -> tuple[str, ...]:
    """The acts that a side can do now and that would change something, but for what cannot be true yet."""
    found = []
    for (state, name), rule in TRANSITIONS.items():
        act = Act(name, side)
        if name == RESCHEDULE and not may_reschedule(exchange):
            continue
        if state == exchange.state and side in rule.sides and not _is_done(exchange, act):
            refused = _REFUSED.get(name) if name in (MISS, TAKE_BACK) else None
            if not (refused and refused(exchange, act, now, None)) and not (name == MISS and _is_soon(exchange, now)):
                found.append(name)
    return tuple(found)


def _is_soon(exchange: Exchange, now: int) -> bool:
    """Whether nobody can have stayed away yet: no day was named, and the yes is hardly read."""
    return exchange.starts_at is None and now < exchange.since + MISS_S
