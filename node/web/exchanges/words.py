"""The words of exchanges for their codes: how each state reads for each side, and what one presses."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later as _l
from schemas import exchange as rules
from schemas.exchange import Exchange

FAIRNESS: Mapping[str, str] = {
    "first": _l("If several ask, who asked first has it."),
    "need": _l("If several ask, who needs it most has it."),
    "new": _l("If several ask, who has not had anything before has it."),
}
FAIRNESS_HINTS: Mapping[str, str] = {
    "first": _l("By when they have sent it."),
    "need": _l("They say themselves how much. Who says the same, in the order in which they asked."),
    "new": _l("As far as this site knows: it knows for about a month, and somebody with another address is new to it."),
}
NEEDS: Mapping[str, str] = {
    "0": _l("It would be nice to have"),
    "1": _l("We need it"),
    "2": _l("We need it soon, and have nothing else"),
}
STATES: Mapping[str, str] = {
    "unconfirmed": _l("Not sent yet"),
    "requested": _l("Waiting for an answer"),
    "accepted": _l("Agreed"),
    "handed_over": _l("Handed over, one side says"),
    "handed_over_time": _l("Took place, one side says"),
    "lent": _l("Lent"),
    "brought_back": _l("Brought back, one side says"),
    "disputed": _l("Seen differently"),
    "received": _l("Handed over"),
    "received_time": _l("Took place"),
    "returned": _l("Back again"),
    "declined": _l("Declined"),
    "withdrawn": _l("No longer needed"),
    "withdrawn_want": _l("No longer offered"),
    "expired": _l("Ended without an answer"),
    "cancelled": _l("Called off"),
    "no_show": _l("Nobody came"),
    "unknown": _l("Outcome not known"),
}
_LEADS: Mapping[str, str] = {
    "handed_over_said": _l("You have said that it was handed over. They are asked."),
    "handed_over_said_time": _l("You have said that it took place. They are asked."),
    "handed_over_heard": _l("They say that it was handed over. Is that so?"),
    "handed_over_heard_time": _l("They say that it took place. Is that so?"),
    "received": _l("It was handed over, and both of you have said so. Thank you."),
    "received_time": _l("It took place, and both of you have said so. Thank you."),
    "returned": _l("It is back. Thank you."),
    "cancelled": _l("It was called off."),
    "no_show_want": _l("Nobody came."),
    "unknown": _l("Nobody has said what became of it."),
    "unknown_lent": _l("Nobody has confirmed that it is back."),
    "unknown_half": _l("Only one of you has said that it was handed over, so it is noted as not known."),
    "unknown_half_time": _l("Only one of you has said that it took place, so it is noted as not known."),
}
"""For both sides."""
_LENDS: Mapping[str, str] = {
    "lent": _l("They have it. When it is back, say so here."),
    "brought_back": _l("They say that it is back. Is that so?"),
}
_BORROWS: Mapping[str, str] = {
    "lent": _l("You have it. When you have brought it back, say so here."),
    "brought_back": _l("You have said that it is back. They are asked."),
}


def _wanted(leads: Mapping[str, str]) -> dict[str, str]:
    """The same for what is wanted, where the other side is the one that lends."""
    return {f"{code}_want": sentence for code, sentence in leads.items()}


OWNER_LEADS: Mapping[str, str] = {
    **_LEADS,
    **_LENDS,
    **_wanted(_BORROWS),
    "requested": _l("They wait for your answer."),
    "accepted": _l("You have said yes. Agree with them on when and how; when it is done, say so here."),
    "accepted_day": _l("You have said yes, and the day is agreed. When it is done, say so here."),
    "declined": _l("You have declined."),
    "withdrawn": _l("They do not need it any more."),
    "withdrawn_want": _l("They do not offer it any more."),
    "expired": _l("It was not answered for three weeks, and is over."),
    "no_show": _l("Nobody came. It is free for others."),
}
ASKER_LEADS: Mapping[str, str] = {
    **_LEADS,
    **_BORROWS,
    **_wanted(_LENDS),
    "unconfirmed": _l("Nobody has seen it yet. Press the button, and it is sent."),
    "requested": _l("It is sent. You get a mail when they answer."),
    "accepted": _l("They say yes. Agree with them on when and how; when it is done, say so here."),
    "accepted_day": _l("They say yes, and the day is agreed. When it is done, say so here."),
    "declined": _l("They cannot let you have it this time."),
    "declined_want": _l("They cannot take it this time."),
    "withdrawn": _l("You have said that you do not need it any more."),
    "withdrawn_want": _l("You have said that you do not offer it any more."),
    "expired": _l("They did not answer for three weeks, so it is over."),
    "no_show": _l("Nobody came. It is not promised to you any more."),
}
STRANGER_LEADS: Mapping[str, str] = {
    **ASKER_LEADS,
    "accepted": _l("They say yes. Agree with them on when and how."),
    "accepted_day": _l("They say yes, and the day is agreed."),
    "lent": _l("You have it. Bring it back as you have agreed."),
    "lent_want": _l("They have it."),
}
"""For who asked in a catalogue, where they say what became of it."""
DISPUTES: Mapping[str, str] = {
    "disputed": _l(
        "You see it differently. Who runs this site will look at it, and reads what you both write here: say what "
        "happened."
    ),
    "disputed_far": _l(
        "You see it differently. Who runs their site will look at it, and reads what you both write: say what happened."
    ),
    "disputed_decides": _l("They see it differently. Read what each side says, and decide."),
    "settled_received": _l("Who runs this site has decided: it was handed over."),
    "settled_received_time": _l("Who runs this site has decided: it took place."),
    "settled_returned": _l("Who runs this site has decided: it came back."),
    "settled_cancelled": _l("Who runs this site has decided: nothing came of it."),
    "settled_received_far": _l("Who runs their site has decided: it was handed over."),
    "settled_received_far_time": _l("Who runs their site has decided: it took place."),
    "settled_returned_far": _l("Who runs their site has decided: it came back."),
    "settled_cancelled_far": _l("Who runs their site has decided: nothing came of it."),
    "settled_unknown_far": _l(
        "Who runs their site has decided that it was handed over. You have not said so, and here it is noted as not "
        "known."
    ),
    "settled_unknown_far_time": _l(
        "Who runs their site has decided that it took place. You have not said so, and here it is noted as not known."
    ),
}
"""What both sides see differently: how it stands, and what was decided. By the other side's site, where ``far``."""
CLAIMS: Mapping[str, str] = {
    "hand_over": _l("It was handed over"),
    "hand_over_time": _l("It took place"),
    "bring_back": _l("It is back"),
    "dispute": _l("That is not so"),
}
"""What a side has said of it."""
GIVEN_LEADS: Mapping[str, str] = {
    "given_owner": _l("You have said that they got it. They are asked whether it was so."),
    "given_asker": _l("They say that you got this. Was it so?"),
    "taken_back_owner": _l("You have said that this was a mistake. It is yours again, and they need not answer."),
    "taken_back_asker": _l("They had pressed your name by mistake, and have said so. You need not do anything."),
}
"""For what was given away without being asked for."""

PRESSES: Mapping[str, str] = {
    "confirm": _l("Send it"),
    "withdraw": _l("I do not need it any more"),
    "withdraw_want": _l("I do not offer it any more"),
    "hand_over": _l("It was handed over"),
    "hand_over_time": _l("It took place"),
    "agree": _l("Yes, it was handed over"),
    "agree_time": _l("Yes, it took place"),
    "bring_back": _l("It is back"),
    "miss": _l("Nobody came"),
    "dispute": _l("No, that is not so"),
    "take_back": _l("That was a mistake"),
    "send_link": _l("Send me that link again"),
    "settle_received": _l("Decide: it was handed over"),
    "settle_received_time": _l("Decide: it took place"),
    "settle_returned": _l("Decide: it came back"),
    "settle_cancelled": _l("Decide: nothing came of it"),
}
CODE_ANSWERS: Mapping[str, str] = {
    "bad-code": _l(
        "This was not the code of the other side, so nothing is noted. Ask them for it again. You can also say without "
        "it that it is done; then they are asked."
    ),
    "no-more-codes": _l(
        "There were too many wrong codes, so none is looked at any more. Say without one that it is done; then they "
        "are asked."
    ),
    "not-now": _l("When the code arrived, this stood otherwise. Look below at how it stands, and try again."),
    "lost": _l(
        "The code could not be brought to their site, so nothing is noted. Say without it that it is done; then they "
        "are asked as soon as their site can be reached."
    ),
}
"""What became of a code that another node has compared."""
ANSWERS: Mapping[str, str] = {
    "yes": _l("Yes, they can have it"),
    "yes_want": _l("Yes, please"),
    "many": _l("How many can they have?"),
    "many_want": _l("How many do you take?"),
    "met": _l("Handed over"),
    "met_time": _l("Took place"),
}
"""What the owner answers, and what whoever types a code says by it."""
CONTACTS: Mapping[str, str] = {
    "new": _l("They have had one mail and have pressed nothing yet, so they get no other."),
    "willing": _l("They take requests."),
    "stopped": _l("They have said that they want no requests."),
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "fairness": FAIRNESS,
    "fairness_hint": FAIRNESS_HINTS,
    "exchange_need": NEEDS,
    "contact": CONTACTS,
    "exchange": STATES,
    "exchange_owner": OWNER_LEADS,
    "exchange_asker": ASKER_LEADS,
    "exchange_stranger": STRANGER_LEADS,
    "exchange_press": PRESSES,
    "exchange_code": CODE_ANSWERS,
    "exchange_given": GIVEN_LEADS,
    "exchange_dispute": DISPUTES,
    "exchange_claim": CLAIMS,
    "exchange_answer": ANSWERS,
}


def lead_of(exchange: Exchange, side: str) -> str:
    """Which of the leads an exchange has for a side: by its state, whether a day is agreed, and who has said what."""
    if exchange.state == rules.HANDED_OVER:
        return f"{exchange.state}_{'said' if exchange.has_said(side) else 'heard'}"
    if exchange.state == rules.ACCEPTED and rules.day_named(exchange) is not None:
        return f"{exchange.state}_day"
    if exchange.state == rules.UNKNOWN and exchange.is_loan and exchange.owner_said and exchange.asker_said:
        return f"{exchange.state}_lent"
    if exchange.state == rules.UNKNOWN and exchange.is_half_said:
        return f"{exchange.state}_half"
    return exchange.state
