"""The mails of an exchange: to each side in its language, on the clock of the town, never with the other's address.

Who asks is written to at the address that they confirmed; on the owner's side everyone who may change listings is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from node.context import Node
from node.languages import translations
from node.services.bookings.refusals import later
from node.services.exchanges import links
from node.services.members import EDITOR, ROLES
from node.storage import accounts, exchange_people, exchanges, memberships, organisations
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.exchanges import Stored
from node.voices import Voice
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER, Act, Exchange

if TYPE_CHECKING:
    from node.services.mail import Letter

_LONGEST_SUBJECT_TITLE = 80


@dataclass(frozen=True, slots=True)
class Said:
    """A mail's subject, its sentence, and what its button says."""

    subject: str
    sentence: str
    button: str = later("See it and answer")


SAID: Mapping[tuple[str, str], Said] = {
    (ASKER, "confirm"): Said(
        later("Is this your address? %(title)s"),
        later(
            "somebody, we hope it was you, has asked %(organisation)s for “%(title)s” with this address. They "
            "hear of it once "
            "you say that it was you. If it was not, do nothing: in two days it is forgotten."
        ),
        later("It was me: send it"),
    ),
    (OWNER, rules.REQUESTED): Said(
        later("Somebody asks for %(title)s"),
        later("%(name)s asks for “%(title)s”%(much)s. You need not sign in to answer."),
    ),
    (ASKER, rules.ACCEPTED): Said(
        later("Yes: %(title)s"),
        later("%(organisation)s says yes: you can have “%(title)s”%(much)s. Agree with them on how, by the link."),
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
    (ASKER, rules.CANCELLED): Said(
        later("Called off: %(title)s"), later("%(organisation)s has called off what was agreed about “%(title)s”.")
    ),
    (OWNER, rules.CANCELLED): Said(
        later("Called off: %(title)s"), later("%(name)s has called off what was agreed about “%(title)s”.")
    ),
    (ASKER, rules.HANDED_OVER): Said(
        later("Was it handed over? %(title)s"),
        later("%(organisation)s says that “%(title)s” was handed over. Is that so?"),
        later("Say whether it was"),
    ),
    (OWNER, rules.HANDED_OVER): Said(
        later("Was it handed over? %(title)s"),
        later("%(name)s says that “%(title)s” was handed over. Is that so?"),
        later("Say whether it was"),
    ),
    (ASKER, rules.NO_SHOW): Said(
        later("Nobody came: %(title)s"),
        later("%(organisation)s says that nobody came for “%(title)s”. It is not promised to you any more."),
        later("See it"),
    ),
    (OWNER, rules.NO_SHOW): Said(
        later("Nobody was there: %(title)s"), later("%(name)s says that nobody was there to hand over “%(title)s”.")
    ),
    (OWNER, rules.BROUGHT_BACK): Said(
        later("Is it back? %(title)s"), later("%(name)s says that “%(title)s” is back. Is that so?")
    ),
    (ASKER, rules.BROUGHT_BACK): Said(
        later("Is it back? %(title)s"), later("%(organisation)s says that “%(title)s” is back. Is that so?")
    ),
    (ASKER, rules.RETURNED): Said(
        later("It is back, thank you: %(title)s"), later("%(organisation)s has “%(title)s” back."), later("See it")
    ),
    (OWNER, rules.RETURNED): Said(
        later("It is back, thank you: %(title)s"), later("%(name)s has “%(title)s” back."), later("See it")
    ),
    (ASKER, rules.DISPUTED): Said(
        later("They see it differently: %(title)s"),
        later("%(organisation)s does not agree about “%(title)s”. Who runs this site will look at it."),
    ),
    (OWNER, rules.DISPUTED): Said(
        later("They see it differently: %(title)s"),
        later("%(name)s does not agree about “%(title)s”. Who runs this site will look at it."),
    ),
    (OPERATOR, rules.DISPUTED): Said(
        later("They see it differently: %(title)s"),
        later(
            "%(organisation)s and %(name)s do not agree about “%(title)s”. At the desk you can read both, and decide."
        ),
        later("Look at it"),
    ),
    (ASKER, rules.SETTLE): Said(
        later("It is decided: %(title)s"),
        later("who runs this site has looked at “%(title)s” and decided what became of it."),
        later("See it"),
    ),
    (OWNER, "letter"): Said(
        later("A message about %(title)s"), later("%(name)s has written to you about “%(title)s”.")
    ),
    (ASKER, "letter"): Said(
        later("A message about %(title)s"), later("%(organisation)s has written to you about “%(title)s”.")
    ),
    (ASKER, "known"): Said(
        later("You have asked already: %(title)s"),
        later("you have asked %(organisation)s for “%(title)s” already. This is the link to it."),
        later("See it"),
    ),
    (OWNER, "waiting"): Said(
        later("Still waiting for an answer: %(title)s"),
        later("%(name)s still waits for your answer about “%(title)s”. A short no is kinder than none."),
    ),
    (OWNER, "agreed"): Said(
        later("Soon: %(title)s"),
        later("“%(title)s” is agreed with %(name)s for %(day)s. When it is done, say so by the link, or tell us that "
              "it will not be."),
    ),
    (ASKER, "agreed"): Said(
        later("Soon: %(title)s"),
        later("“%(title)s” is agreed with %(organisation)s for %(day)s. When it is done, say so by the link, or tell "
              "us that it will not be."),
    ),
    (OWNER, "done"): Said(
        later("What became of it? %(title)s"),
        later("was “%(title)s” handed over to %(name)s? One press says so; another one says that nothing came of it."),
        later("Say what became of it"),
    ),
    (ASKER, "done"): Said(
        later("What became of it? %(title)s"),
        later("was “%(title)s” handed over between you and %(organisation)s? One press says so; another one says that "
              "nothing came of it."),
        later("Say what became of it"),
    ),
    (ASKER, "back"): Said(
        later("To bring back: %(title)s"),
        later("“%(title)s” of %(organisation)s is to be back on %(day)s. When it is, say so by the link; if you need "
              "it longer, write to them there."),
    ),
    (OWNER, "back"): Said(
        later("To come back: %(title)s"), later("“%(title)s” is to come back from %(name)s on %(day)s. Is it back?")
    ),
    (ASKER, rules.UNKNOWN): Said(
        later("What became of it we do not know: %(title)s"),
        later("nobody has said what became of “%(title)s”, so we have noted that we do not know, and ask no more."),
        later("See it"),
    ),
}  # fmt: skip
SAID = {
    **SAID,
    (OWNER, rules.UNKNOWN): SAID[ASKER, rules.UNKNOWN],
    (OWNER, rules.SETTLE): SAID[ASKER, rules.SETTLE],
}


def tell(tx: Tx, node: Node, before: Exchange, after: Stored, done: Act, words: str) -> None:
    """Tell those whom an act concerns and who did not do it."""
    state = after.exchange.state
    if state == before.state or (before.state == rules.UNCONFIRMED and state != rules.REQUESTED):
        return
    name = rules.SETTLE if done.name == rules.SETTLE else state
    if state == rules.REQUESTED:
        words = next((letter.words for letter in exchange_people.letters(tx, after.id)), "")
    for side in (OWNER, ASKER, OPERATOR):
        if side != done.side and (side, name) in SAID:
            _post(tx, node, after, side, name, words)


def tell_letter(tx: Tx, node: Node, stored: Stored, by: str, words: str) -> None:
    """Pass on what one side wrote."""
    _post(tx, node, stored, ASKER if by == OWNER else OWNER, "letter", words)


def ask_for_word(tx: Tx, node: Node, stored: Stored) -> None:
    """Ask whether the address is theirs, once a day. What was typed stands not in it: anybody may have typed it."""
    until, today = stored.exchange.since + rules.CONFIRM_S, str(node.now // rules.DAY_S)
    _post(tx, node, stored, ASKER, "confirm", mark=today, useless_at=until)


def say_known(tx: Tx, node: Node, stored: Stored) -> None:
    """Send somebody who asks again the link to what they asked; once a day."""
    _post(tx, node, stored, ASKER, "known", mark=str(node.now // rules.DAY_S))


def remind(tx: Tx, node: Node, stored: Stored, step: str) -> None:
    """Tell those from whom a word is missing that it is."""
    exchange = stored.exchange
    name = {rules.REQUESTED: "waiting", rules.LENT: "back", rules.BROUGHT_BACK: rules.BROUGHT_BACK}.get(exchange.state)
    name = name or (
        "agreed" if exchange.state == rules.ACCEPTED and step in (rules.BEFORE, rules.ON_THE_DAY) else "done"
    )
    for side in (OWNER, ASKER):
        if (side, name) in SAID and not _has_said(exchange, side):
            _post(tx, node, stored, side, name, mark=f"{exchange.state}-{step}")


def _has_said(exchange: Exchange, side: str) -> bool:
    if exchange.state == rules.HANDED_OVER:
        return exchange.has_said(side)
    return exchange.state == rules.BROUGHT_BACK and side != exchange.giver


def owners(tx: Tx, organisation_id: str) -> list[Account]:
    """Who is written to on the owner's side: everyone who may change its listings."""
    members = memberships.of_organisation(tx, organisation_id)
    able = [one.account_id for one in members if ROLES.index(one.role) >= ROLES.index(EDITOR)]
    return [account for account in (accounts.by_id(tx, one) for one in able) if account is not None]


def _post(
    tx: Tx,
    node: Node,
    stored: Stored,
    side: str,
    name: str,
    words: str = "",
    mark: str = "",
    useless_at: int | None = None,
) -> None:
    from node.services.mail import MailError, post

    number = mark or str(len(exchanges.events(tx, stored.id)) + len(exchange_people.letters(tx, stored.id)))
    key = f"exchange:{stored.id}:{name}:{number}"
    for own, email, language, url in _readers(tx, node, stored, side):
        reader = (email, language, url)
        letter = _letter(tx, node, stored, side, name, words, f"{key}{own}", reader, useless_at)
        try:
            post(tx, node, letter)
        except MailError:
            continue


def _readers(tx: Tx, node: Node, stored: Stored, side: str) -> Iterator[tuple[str, str, str, str]]:
    """What tells a reader's mail from others', their address, their language, and where their link leads."""
    if side == OWNER:
        for one in owners(tx, stored.organisation_id):
            yield f":{one.id}", one.email, one.language, links.owner_url(node, stored.id, one.id)
    elif side == OPERATOR:
        slug = organisations.by_ids(tx, [stored.organisation_id])[stored.organisation_id].slug
        for one in accounts.every(tx):
            if one.operator:
                yield f":{one.id}:o", one.email, one.language, f"{node.settings.url}desk/{slug}/requests/{stored.id}"
    elif (person := exchange_people.of(tx, stored.id)) is not None:
        yield "", person.email, person.language, links.asker_url(node, stored.id)


def _letter(
    tx: Tx,
    node: Node,
    stored: Stored,
    side: str,
    name: str,
    words: str,
    key: str,
    reader: tuple[str, str, str],
    useless_at: int | None,
) -> Letter:
    from node.services.mail import Letter, render

    to, language, url = reader
    settings, language = node.settings, language or node.settings.language
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    values, said = _values(tx, node, stored, voice), SAID[side, name]
    text, html = render(
        settings,
        "exchange",
        language,
        site=settings.node_name,
        home_url=settings.url,
        sentence=voice.say(said.sentence, **values),
        when=_when(node, stored.exchange, voice),
        words=words,
        button=voice.say(said.button),
        url=url,
    )
    short = {**values, "title": values["title"][:_LONGEST_SUBJECT_TITLE]}
    return Letter(to, voice.say(said.subject, **short), text, html, key, links.topic_of(stored.id), None, useless_at)


def _values(tx: Tx, node: Node, stored: Stored, voice: Voice) -> dict[str, str]:
    from babel.dates import format_skeleton

    host = organisations.by_ids(tx, [stored.organisation_id]).get(stored.organisation_id)
    person, exchange = exchange_people.of(tx, stored.id), stored.exchange
    number = exchange.granted or exchange.asked
    much = voice.say(" (%(count)s of them)", count=voice.number(number)) if number > 1 else ""
    day = datetime.fromtimestamp(rules.due_at(exchange), UTC).astimezone(ZoneInfo(node.settings.timezone))
    return {
        "title": " ".join(stored.title.split()),
        "organisation": host.organisation.name if host else node.settings.node_name,
        "name": (person.name if person else "") or voice.say("somebody"),
        "much": much,
        "day": format_skeleton("MMMMEEEEd", day.date(), locale=voice.locale),
    }


def _when(node: Node, exchange: Exchange, voice: Voice) -> str:
    """For which time it was asked, if for any."""
    if exchange.starts_at is None or exchange.ends_at is None:
        return ""
    from babel.dates import format_time

    zone = ZoneInfo(node.settings.timezone)
    first, last = (datetime.fromtimestamp(moment, zone) for moment in (exchange.starts_at, exchange.ends_at))
    begins, ends = (f"{_day(one, voice)}, {format_time(one, 'short', locale=voice.locale)}" for one in (first, last))
    return voice.say("From %(first)s until %(last)s.", first=begins, last=ends)


def _day(moment: datetime, voice: Voice) -> str:
    from babel.dates import format_date

    return format_date(moment.date(), "d MMMM", locale=voice.locale)
