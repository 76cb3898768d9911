"""What a half of a receipt says to people who read the feed: one plain English sentence, no person in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from schemas import exchange as rules
from schemas.receipt import Half, Party

_DONE: Mapping[str, str] = {
    "give": "{giver} gave {what} to {taker}.",
    "lend": "{giver} lent {what} to {taker}.",
    "host": "{giver} had {taker} in: {what}.",
    "help": "{giver} helped {taker}: {what}.",
}
_BACK = "{giver} lent {what} to {taker} and has it back."
_IN_VAIN: Mapping[str, str] = {
    rules.DECLINED: "{owner} was asked for {what} and declined.",
    rules.WITHDRAWN: "{owner} was asked for {what}; the request was withdrawn.",
    rules.EXPIRED: "{owner} was asked for {what}; there was no answer in time.",
    rules.CANCELLED: "{owner} had agreed on {what}; it was called off.",
    rules.NO_SHOW: "{owner} had agreed on {what}; one side did not come.",
    rules.UNKNOWN: "{owner} had agreed on {what}; what became of it is not known.",
}


def sentence(half: Half) -> str:
    """What became of it."""
    giver, taker = (half.owner, half.asker) if half.direction == "offer" else (half.asker, half.owner)
    form = _IN_VAIN.get(half.outcome) or (_BACK if half.outcome == rules.RETURNED else _DONE[half.action])
    what = half.title if half.quantity == 1 else f"{half.quantity} × {half.title}"
    said = form.format(giver=_name(giver), taker=_name(taker), owner=_name(half.owner), what=what)
    return said[:1].upper() + said[1:]


def _name(party: Party) -> str:
    return party.name or "somebody"
