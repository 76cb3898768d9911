"""What the mails of an exchange say: to which side, about what, and of what kind of exchange (`manners`)."""

from __future__ import annotations

from collections.abc import Mapping

from node.services.exchanges.manners import manners
from node.services.exchanges.people.words_to_both import TO_BOTH, Said
from node.voices import later
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER, Exchange

SAID: Mapping[tuple[str, str], Said] = {
    **{(side, name): said for name, said in TO_BOTH.items() for side in (OWNER, ASKER)},
    (ASKER, "confirm"): Said(
        later("Is this your address? %(title)s"),
        later(
            "somebody, we hope it was you, has asked %(organisation)s for “%(title)s” with this address. They "
            "hear of it once you say that it was you. If it was not, do nothing: in two days it is forgotten."
        ),
        later("Send my request"),
    ),
    (OWNER, rules.REQUESTED): Said(
        later("Somebody asks for %(title)s"),
        later("%(name)s asks for “%(title)s”%(much)s. You need not sign in to answer."),
    ),
    (OWNER, "first"): Said(
        later("Somebody asks for %(title)s"),
        later(
            "you do not know us yet: %(site)s shows what is shared for free around here, and has read “%(title)s” of "
            "%(organisation)s in what you publish. %(name)s asks for it%(much)s. You answer by the link, without an "
            "account. This is the only mail that you get from us, whoever else asks, unless you press something there."
        ),
    ),
    (ASKER, rules.ACCEPTED): Said(
        later("Yes: %(title)s"),
        later("%(organisation)s says yes: you can have “%(title)s”%(much)s. Agree with them on how, by the link."),
        later("See it and write to them"),
    ),
    (ASKER, "another_time"): Said(
        later("Another time: %(title)s"),
        later(
            "%(organisation)s has named another time for “%(title)s”. If it does not suit you, write to them by the "
            "link, or call it off there."
        ),
        later("See it and write to them"),
    ),
    (ASKER, "kept_longer"): Said(
        later("Another day to bring it back: %(title)s"),
        later(
            "“%(title)s” is now to be back with %(organisation)s on %(day)s. If that does not suit you, write to them."
        ),
        later("See it and write to them"),
    ),
    (ASKER, rules.DECLINED): Said(
        later("Not this time: %(title)s"),
        later("%(organisation)s cannot let you have “%(title)s” this time."),
        later("See it"),
    ),
    (OWNER, rules.WITHDRAWN): Said(
        later("No longer asked for: %(title)s"), later("%(name)s does not need “%(title)s” any more."), later("See it")
    ),
    (ASKER, rules.EXPIRED): Said(
        later("No answer: %(title)s"),
        later("%(organisation)s has not answered for three weeks, so we have ended your request for “%(title)s”."),
        later("See it"),
    ),
    (OWNER, rules.EXPIRED): Said(
        later("Ended without an answer: %(title)s"),
        later("the request of %(name)s for “%(title)s” has waited for three weeks and is over now."),
        later("See it"),
    ),
    (ASKER, rules.NO_SHOW): Said(
        later("Nobody came: %(title)s"),
        later("%(organisation)s says that nobody came for “%(title)s”. It is not promised to you any more."),
        later("See it"),
    ),
    (OWNER, rules.NO_SHOW): Said(
        later("Nobody was there: %(title)s"), later("%(name)s says that nobody was there to hand over “%(title)s”.")
    ),
    (OPERATOR, rules.DISPUTED): Said(
        later("They see it differently: %(title)s"),
        later(
            "%(organisation)s and %(name)s do not agree about “%(title)s”. At the desk you can read both, and decide."
        ),
        later("Look at it"),
    ),
    (ASKER, rules.TAKE_BACK): Said(
        later("That was a mistake: %(title)s"),
        later(
            "%(organisation)s says that “%(title)s” was not handed over after all: it was pressed by mistake, sorry. "
            "You need not answer."
        ),
        later("See it"),
    ),
    (OWNER, "no_show_time"): Said(
        later("Nobody was there: %(title)s"), later("%(name)s says that nobody was there for “%(title)s”.")
    ),
    (ASKER, "confirm_want"): Said(
        later("Is this your address? %(title)s"),
        later(
            "somebody, we hope it was you, offers %(organisation)s something for “%(title)s” with this address. They "
            "hear of it once you say that it was you. If it was not, do nothing: in two days it is forgotten."
        ),
        later("Send my offer"),
    ),
    (OWNER, "requested_want"): Said(
        later("Somebody offers you something: %(title)s"),
        later("you look for “%(title)s”, and %(name)s offers it%(much)s. You need not sign in to answer."),
    ),
    (OWNER, "first_want"): Said(
        later("Somebody offers you something: %(title)s"),
        later(
            "you do not know us yet: %(site)s shows what is shared for free around here, and has read “%(title)s” of "
            "%(organisation)s in what you publish. %(name)s offers it%(much)s. You answer by the link, without an "
            "account. This is the only mail that you get from us, whoever else offers, unless you press something "
            "there."
        ),
    ),
    (OWNER, "waiting_want"): Said(
        later("Still waiting for an answer: %(title)s"),
        later(
            "%(name)s still waits for your answer to what they offer for “%(title)s”. A short no is kinder than none."
        ),
    ),
    (ASKER, "accepted_want"): Said(
        later("Yes: %(title)s"),
        later(
            "%(organisation)s says yes to what you offer for “%(title)s”%(much)s. Agree with them on how, by the link."
        ),
        later("See it and write to them"),
    ),
    (ASKER, "declined_want"): Said(
        later("Not this time: %(title)s"),
        later("%(organisation)s cannot take what you offer for “%(title)s” this time."),
        later("See it"),
    ),
    (OWNER, "withdrawn_want"): Said(
        later("No longer offered: %(title)s"), later("%(name)s does not offer “%(title)s” any more."), later("See it")
    ),
    (ASKER, "expired_want"): Said(
        later("No answer: %(title)s"),
        later("%(organisation)s has not answered for three weeks, so we have ended your offer for “%(title)s”."),
        later("See it"),
    ),
    (OWNER, "expired_want"): Said(
        later("Ended without an answer: %(title)s"),
        later("what %(name)s offers for “%(title)s” has waited for three weeks and is over now."),
        later("See it"),
    ),
    (ASKER, "no_show_want"): Said(
        later("Nobody came: %(title)s"),
        later("%(organisation)s says that nobody came about “%(title)s”."),
        later("See it"),
    ),
    (OWNER, "no_show_want"): Said(
        later("Nobody was there: %(title)s"), later("%(name)s says that nobody was there about “%(title)s”.")
    ),
    (ASKER, "known_want"): Said(
        later("You have offered this already: %(title)s"),
        later("you have offered %(organisation)s something for “%(title)s” already. This is the link to it."),
        later("See it"),
    ),
    (ASKER, "undelivered_want"): Said(
        later("We could not hand it on: %(title)s"),
        later(
            "we could not hand on what you offered %(organisation)s for “%(title)s”, so they have not got it. "
            "You can offer it on their own site; if you wrote something, it stands below. Here it is forgotten."
        ),
        later("Offer it on their site"),
    ),
    (ASKER, "known"): Said(
        later("You have asked already: %(title)s"),
        later("you have asked %(organisation)s for “%(title)s” already. This is the link to it."),
        later("See it"),
    ),
    (ASKER, "undelivered"): Said(
        later("We could not hand it on: %(title)s"),
        later(
            "we could not hand on what you asked %(organisation)s for, “%(title)s”, so they have not got it. "
            "You can ask for it on their own site; if you wrote something, it stands below. Here it is forgotten."
        ),
        later("Ask on their site"),
    ),
    (ASKER, "given"): Said(
        later("Did you get this? %(title)s"),
        later(
            "%(organisation)s says that %(name)s got “%(title)s”%(much)s. Is that so? One press says yes or no; you "
            "need not sign in."
        ),
        later("Say whether it was"),
    ),
    (ASKER, "first"): Said(
        later("Did you get this? %(title)s"),
        later(
            "you do not know us yet: %(site)s shows what is shared for free around here, and has read what "
            "you publish. %(organisation)s says that %(name)s got “%(title)s”%(much)s. Is that so? You answer by the "
            "link, without an account. This is the only mail you get from us, unless you press something there."
        ),
        later("Say whether it was"),
    ),
    (OWNER, "waiting"): Said(
        later("Still waiting for an answer: %(title)s"),
        later("%(name)s still waits for your answer about “%(title)s”. A short no is kinder than none."),
    ),
    (OWNER, "done"): Said(
        later("What became of it? %(title)s"),
        later("was “%(title)s” handed over to %(name)s? One press says so; another one says that nothing came of it."),
        later("Say what became of it"),
    ),
    (ASKER, "done"): Said(
        later("What became of it? %(title)s"),
        later(
            "was “%(title)s” handed over between you and %(organisation)s? One press says so; another one says that "
            "nothing came of it."
        ),
        later("Say what became of it"),
    ),
}


def wording(side: str, name: str, exchange: Exchange, days: int) -> str:
    """Which words a mail has: a reminder those of the day itself, of a day that has passed, or of none that was named.

    Who has lent something is told that it comes back, whoever asked. ``days`` is how many days are left until the day,
    on the clock of who writes; less than nothing once it has passed.
    """
    if name in ("agreed", "back"):
        name = f"{_role(side, name, exchange)}{_of_the_day(name, exchange, days)}"
    known = (f"{name}_{manner}" for manner in manners(exchange))
    return next((one for one in known if (side, one) in SAID), name)


def _role(side: str, name: str, exchange: Exchange) -> str:
    return "comes_back" if name == "back" and side == exchange.giver else name


def _of_the_day(name: str, exchange: Exchange, days: int) -> str:
    if rules.day_named(exchange) is None or (name == "agreed" and days < 0):
        return "_no_day"
    return "_today" if days == 0 else "_late" if days < 0 else ""
