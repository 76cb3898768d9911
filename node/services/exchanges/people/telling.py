"""The mails of an exchange: to each side in its language, on the clock of the town, never with the other's address.

Who asks is written to at the address that they confirmed; on the owner's side everyone who may change listings is.
Where somebody asked in a catalogue, the owner's node writes to them too; but what they are to say counts there alone,
so for that it has the catalogue send its own link.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from node.context import Node
from node.languages import base, offered, translations
from node.services.bookings.opening import are_midnights
from node.services.exchanges import links
from node.services.exchanges.between_nodes import across
from node.services.exchanges.people import contacts
from node.services.exchanges.people.mail_words import SAID, wording
from node.services.identity.members import editors
from node.storage import (
    accounts,
    exchange_homes,
    exchange_people,
    exchanges,
    organisations,
    owner_contacts,
)
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchanges import Stored
from node.storage.owner_contacts import NEW
from node.voices import Voice, later
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER, Act, Exchange
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

KNOWN, UNDELIVERED, WRONG_CODE, GIVEN = "known", "undelivered", "wrong_code", "given"
WORD_OF_ASKER = (KNOWN, WRONG_CODE, "agreed", "done", "back", rules.HANDED_OVER, rules.BROUGHT_BACK)
"""Mails with which something is asked of who asked, or which bring them to where they can say it."""
_LONGEST_SUBJECT_TITLE = 80
_WHERE_IT_COUNTS = later(
    "When you meet, have the mail at hand that you got when you asked on %(site)s: by its link you have the code that "
    "confirms it, and say what became of it. If you cannot find that mail, the page below sends you the link again."
)


def tell(tx: Tx, node: Node, before: Exchange, after: Stored, done: Act, words: str) -> None:
    """Tell those whom an act concerns and who did not do it."""
    state = after.exchange.state
    if done.name == rules.RESCHEDULE:
        name = "another_time" if state == rules.ACCEPTED else "kept_longer"
        _post(tx, node, after, ASKER, name, words)
        return
    if state == before.state or (before.state == rules.UNCONFIRMED and state != rules.REQUESTED):
        return
    name = f"{rules.SETTLE}_{state}" if done.name == rules.SETTLE else state
    if state == rules.UNKNOWN and before.state in (rules.LENT, rules.BROUGHT_BACK):
        name = "unknown_lent"
    if state == rules.UNKNOWN and after.exchange.is_half_said and done.name == rules.LAPSE:
        name = "unknown_half"
    name = rules.TAKE_BACK if done.name == rules.TAKE_BACK else name
    if state == rules.REQUESTED:
        tell_request(tx, node, after)
        return
    for side in (OWNER, ASKER, OPERATOR):
        if side != done.side and (side, name) in SAID:
            _post(tx, node, after, side, name, words)


def tell_request(tx: Tx, node: Node, stored: Stored) -> None:
    """Tell the owner's side that somebody asks."""
    words = next((letter.words for letter in exchange_people.letters(tx, stored.id)), "")
    _post(tx, node, stored, OWNER, rules.REQUESTED, words, mark="asked")


def tell_letter(tx: Tx, node: Node, stored: Stored, by: str, words: str) -> None:
    """Pass on what one side wrote."""
    _post(tx, node, stored, ASKER if by == OWNER else OWNER, "letter", words)


def ask_for_word(tx: Tx, node: Node, stored: Stored) -> None:
    """Ask whether the address is theirs, once a day. What was typed stands not in it: anybody may have typed it."""
    until, today = stored.exchange.since + rules.CONFIRM_S, str(node.now // rules.DAY_S)
    _post(tx, node, stored, ASKER, "confirm", mark=today, useless_at=until)


def say_known(tx: Tx, node: Node, stored: Stored, email: str, language: str) -> None:
    """Send somebody who asks again the link to what they asked; once a day."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and home.attests:
        pass_on(tx, node, stored, KNOWN, email, language)
        return
    if home is not None and home.is_strangers:
        say_nothing(tx, node, stored.listing_id, language)  # the other home writes
    _post(tx, node, stored, ASKER, KNOWN, mark=str(node.now // rules.DAY_S))


def say_nothing(tx: Tx, node: Node, listing_id: str, language: str) -> None:
    """As much work as to write to somebody, and nobody is written to: how long it takes is to tell nothing."""
    from node.services.mail.letters import build

    exchange = Exchange("offer", "give", 1, node.now, node.now, rules.REQUESTED)
    nobody = Stored("0" * 16, listing_id, "", {"title": node.settings.node_name}, exchange)
    reader = _Reader("", "nobody@example.org", spoken(node, language), links.asker_url(node, nobody.id), KNOWN)
    build(node, _letter(tx, node, nobody, ASKER, "", f"exchange:{nobody.id}", reader, None))


def pass_on(tx: Tx, node: Node, stored: Stored, kind: str, email: str, language: str) -> None:
    """Send the link of who asked to an address that is theirs and is not kept here; once a day for each kind."""
    key = f"exchange:{stored.id}:{kind}:{node.now // rules.DAY_S}"
    reader = _Reader("", email, spoken(node, language), links.asker_url(node, stored.id), kind)
    _put(tx, node, _letter(tx, node, stored, ASKER, "", key, reader, None))


def send_link(tx: Tx, node: Node, stored: Stored) -> None:
    """Have the node that confirmed an address send its link there once more."""
    _post(tx, node, stored, ASKER, KNOWN)


def say_undelivered(tx: Tx, node: Node, stored: Stored, email: str, language: str, words: str) -> None:
    """Tell somebody that their request could not be handed on, and where they can ask themselves."""
    url = str(stored.listing.get("url") or stored.listing_id)
    reader = _Reader("", email, spoken(node, language), url, UNDELIVERED)
    _put(tx, node, _letter(tx, node, stored, ASKER, words, f"exchange:{stored.id}:{UNDELIVERED}", reader, None))


def ask_receiver(tx: Tx, node: Node, stored: Stored) -> None:
    """Ask an organisation that has not asked for it whether it got this."""
    _post(tx, node, stored, ASKER, GIVEN, mark="given")


def tell_wrong_code(tx: Tx, node: Node, stored: Stored, side: str) -> None:
    """Tell a side that the code which it typed was not the right one; once a day."""
    _post(tx, node, stored, side, WRONG_CODE, mark=str(node.now // rules.DAY_S))


def spoken(node: Node, language: str) -> str:
    """The language in which this node writes to somebody who speaks that one."""
    found = [one for one in offered(node.settings) if base(one) == base(language)]
    return found[0] if found else str(node.settings.language)


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
    home = exchange_homes.of(tx, stored.id)
    person = exchange_people.of(tx, stored.id) if home is not None and home.is_strangers else None
    if home is not None and side == ASKER and name in WORD_OF_ASKER and person is not None:
        if person.email:
            across.ask_to_pass_on(tx, node, home, stored, name, person)
        return
    number = mark or str(len(exchanges.events(tx, stored.id)) + len(exchange_people.letters(tx, stored.id)))
    for reader in _readers(tx, node, stored, side, name):
        letter = _letter(tx, node, stored, side, words, f"exchange:{stored.id}:{name}:{number}", reader, useless_at)
        _put(tx, node, letter)


def _put(tx: Tx, node: Node, letter: Letter) -> None:
    from node.services.mail.letters import MailError, post

    with suppress(MailError):
        post(tx, node, letter)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a mail goes to: ``own`` tells it from others', ``name`` is which of `SAID` it is, ``url`` is their link.

    ``stop_url`` is where those who never asked to be asked say that they want no more of it.
    """

    own: str
    email: str
    language: str
    url: str
    name: str
    stop_url: str = ""


def _readers(tx: Tx, node: Node, stored: Stored, side: str, name: str) -> Iterator[_Reader]:
    home = exchange_homes.of(tx, stored.id)
    if home is not None and home.side != side and not _is_told_here(home, side):
        # That side has a home of its own, which tells it.
        return
    if stored.contact_id is not None and side == (home.side if home is not None else OWNER):
        yield from _contact(tx, node, stored, stored.contact_id, name)
    elif home is not None and home.side == ASKER and home.own_id:
        yield from _members(tx, node, stored, home.own_id, name)
    elif side == OWNER:
        yield from _members(tx, node, stored, stored.organisation_id, name)
    elif side == ASKER and stored.asker_id and (members := list(_members(tx, node, stored, stored.asker_id, name))):
        yield from members
    elif side == OPERATOR:
        for one in accounts.every(tx):
            if one.operator:
                url = operators_url(tx, node, stored, one)
                yield _Reader(f":{one.id}:o", one.email, one.language, url, name)
    elif (person := exchange_people.of(tx, stored.id)) is not None and person.email:
        yield _Reader("", person.email, person.language, links.asker_url(node, stored.id), name)


def _is_told_here(home: Home, side: str) -> bool:
    return home.side == OWNER and (side == OPERATOR or (side == ASKER and home.is_strangers))


def _members(tx: Tx, node: Node, stored: Stored, organisation_id: str, name: str) -> Iterator[_Reader]:
    for one in editors(tx, organisation_id):
        yield _Reader(f":{one.id}", one.email, one.language, links.owner_url(node, stored.id, one.id), name)


def _contact(tx: Tx, node: Node, stored: Stored, contact_id: str, name: str) -> Iterator[_Reader]:
    """Who answers for another node, where they may be written to; the first mail says who we are."""
    contact, source = contacts.now_of(tx, contact_id, make=True)
    if contact is None or not contacts.may_be_told(contact, stored, name in (rules.REQUESTED, GIVEN)):
        return
    if contact.state == NEW:
        owner_contacts.change(tx, contact, told_at=node.now)
        name = "first"
    url, language = links.contact_url(node, stored.id, contact.id), contacts.language_of(node, contact, source)
    yield _Reader(f":{contact.id}", contact.email, language, url, name, f"{url}/stop")


def operators_url(tx: Tx, node: Node, stored: Stored, account: Account) -> str:
    """Where somebody who runs the node reads both sides of an exchange, and decides."""
    if stored.contact_id is not None:
        return links.owner_url(node, stored.id, account.id)
    slug = organisations.by_ids(tx, [stored.organisation_id])[stored.organisation_id].slug
    return f"{node.settings.url}desk/{slug}/requests/{stored.id}"


def _letter(
    tx: Tx,
    node: Node,
    stored: Stored,
    side: str,
    words: str,
    key: str,
    reader: _Reader,
    useless_at: int | None,
) -> Letter:
    from node.services.mail.letters import Letter, render

    settings, language = node.settings, reader.language or node.settings.language
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    values = _values(tx, node, stored, voice, side)
    said = SAID[side, wording(side, reader.name, stored.exchange, _days_left(node, stored.exchange))]
    text, html = render(
        settings,
        "exchange",
        language,
        site=settings.node_name,
        home_url=settings.url,
        sentence=voice.say(said.sentence, **values),
        when=_when(node, stored.exchange, voice),
        words=words,
        where=_where_it_counts(tx, stored, side, reader.name, voice),
        button=voice.say(said.button),
        url=reader.url,
        stop_url=reader.stop_url,
        leads_away=reader.name == UNDELIVERED,
    )
    short = {**values, "title": values["title"][:_LONGEST_SUBJECT_TITLE]}
    subject = voice.say(said.subject, **short)
    topic = links.topic_of(stored.id)
    return Letter(reader.email, subject, text, html, f"{key}{reader.own}", topic, None, useless_at)


def _where_it_counts(tx: Tx, stored: Stored, side: str, name: str, voice: Voice) -> str:
    """For somebody who asked in a catalogue and is told yes: that the code and what becomes of it are there."""
    home = exchange_homes.of(tx, stored.id)
    if (side, name) != (ASKER, rules.ACCEPTED) or home is None or not home.is_strangers:
        return ""
    return voice.say(_WHERE_IT_COUNTS, site=across.called(tx, home.peer))


def _due(node: Node, exchange: Exchange) -> datetime:
    at = rules.due_at(exchange)
    # What may be kept until midnight is to be back on the day before.
    until = at - 1 if exchange.state == rules.LENT else at
    return datetime.fromtimestamp(until, ZoneInfo(node.settings.timezone))


def _days_left(node: Node, exchange: Exchange) -> int:
    today = datetime.fromtimestamp(node.now, ZoneInfo(node.settings.timezone))
    return (_due(node, exchange).date() - today.date()).days


def _values(tx: Tx, node: Node, stored: Stored, voice: Voice, reader: str) -> dict[str, str]:
    from babel.dates import format_skeleton

    person, exchange = exchange_people.of(tx, stored.id), stored.exchange
    number = exchange.granted or exchange.asked
    much = voice.say(" (%(count)s of them)", count=voice.number(number)) if max(number, stored.listed) > 1 else ""
    organisation = contacts.organisation_of(tx, stored) or node.settings.node_name
    name = (person.name if person else "") or voice.say("somebody")
    return {
        "title": " ".join(stored.title.split()),
        "organisation": organisation,
        "site": node.settings.node_name,
        "name": name,
        "other": organisation if reader == ASKER else name,
        "much": much,
        "judge": voice.say("who runs their site") if _is_decided_far(tx, stored) else voice.say("who runs this site"),
        "day": format_skeleton("MMMMEEEEd", _due(node, exchange).date(), locale=voice.locale),
    }


def _is_decided_far(tx: Tx, stored: Stored) -> bool:
    """Whether a dispute is for who runs the owner's home, which is another node."""
    home = exchange_homes.of(tx, stored.id)
    return home is not None and home.side == ASKER


def _when(node: Node, exchange: Exchange, voice: Voice) -> str:
    """For which time it was asked, if for any."""
    if exchange.starts_at is None or exchange.ends_at is None:
        return ""
    from babel.dates import format_time

    zone = ZoneInfo(node.settings.timezone)
    # An end at midnight is that of the day before.
    first, last, end = (
        datetime.fromtimestamp(at, zone) for at in (exchange.starts_at, exchange.ends_at - 1, exchange.ends_at)
    )
    begins, ends = (format_time(one, "short", locale=voice.locale) for one in (first, end))
    is_one_day, are_whole = first.date() == last.date(), are_midnights(first, end)
    if are_whole and is_one_day:
        return voice.say("On %(day)s.", day=_day(first, voice))
    if are_whole:
        return voice.say("From %(first)s to %(last)s.", first=_day(first, voice), last=_day(last, voice))
    if is_one_day:
        return voice.say("On %(day)s, from %(first)s until %(last)s.", day=_day(first, voice), first=begins, last=ends)
    begins, ends = f"{_day(first, voice)}, {begins}", f"{_day(end, voice)}, {ends}"
    return voice.say("From %(first)s until %(last)s.", first=begins, last=ends)


def _day(moment: datetime, voice: Voice) -> str:
    from babel.dates import format_date

    return format_date(moment.date(), "d MMMM", locale=voice.locale)
