"""Asking for a listing of an organisation of this node, without an account: an address that is confirmed is enough.

Nothing reaches the owner before. Whether an address is known here is told to nobody: every request gets the same
answer, and what more there is to say is said in a mail to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from node.context import Node
from node.services.exchanges import booked, floods, links, stock
from node.services.exchanges.acting import LONGEST_LETTER
from node.services.exchanges.between_nodes import elsewhere
from node.services.exchanges.between_nodes.elsewhere import ForeignListing
from node.services.exchanges.people import contacts, telling
from node.services.identity.members import editors
from node.services.limits import throttling
from node.services.limits.strangers import FormError, mail_problems, sender_of, text_problems
from node.services.mail.mail_settings import can_mail
from node.storage import (
    asking_rules,
    calendars,
    exchange_homes,
    exchange_people,
    exchanges,
    handed_on,
    listings,
    organisations,
)
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Letter, Person
from node.storage.exchanges import Event, Stored
from node.storage.listings import LIVE, OwnListing
from schemas import exchange as rules
from schemas import exchange_promises as promises
from schemas.errors import Problem, pointer
from schemas.exchange import ASKER, Exchange
from schemas.listing import Listing
from schemas.records import dataclass

LONGEST_NAME, LONGEST_EMAIL, MOST = 80, 254, 10_000
NEEDS = (0, 1, 2)
"""It would be nice; it is needed; it is needed soon."""


@dataclass(frozen=True, slots=True)
class Askable:
    """Something that can be asked for here: its listing, how many can be promised, and how requests are taken.

    ``left`` is None where a number says nothing. ``booked``: it has a calendar that says when it can be had.
    ``fairness`` is blank where its own node has not told it.
    """

    row: OwnListing | ForeignListing
    organisation: str
    left: int | None
    fairness: str
    booked: bool
    waiting: int

    @property
    def takes_time(self) -> bool:
        """Whether it is had for a time, and so asked for from when until when."""
        listing = self.row.listing()
        return listing.direction == "offer" and listing.action != "give"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed. ``agreed``: they accept the terms and the notice on liability. Moments in UTC seconds."""

    name: str
    email: str
    words: str = ""
    for_whom: str = ""
    quantity: int | None = 1
    starts_at: int | None = None
    ends_at: int | None = None
    need: int = 0
    agreed: bool = False
    language: str = ""


def askable(node: Node, key: str) -> Askable | None:
    """A listing with this key that can be asked for on this node; None where there is none such.

    It must be shown, its organisation must take requests here, not at another node that it moved to, and somebody must
    be there to read them. What a catalogue reads elsewhere can be asked for where its node takes messages, or somebody
    answers for it by mail.
    """
    if not can_mail(node.settings):
        return None
    with node.database.read() as tx:
        row = listings.by_key(tx, key)
        if row is None:
            return _elsewhere(tx, node, key)
        if row.state != LIVE or row.item()["_sharefeed"].get("request_url"):
            return None
        said = asking_rules.of(tx, row.organisation_id)
        host = organisations.by_ids(tx, [row.organisation_id]).get(row.organisation_id)
        if host is None or not _is_open(tx, row.organisation_id):
            return None
        waiting = _who_waits(tx, exchanges.of_listing(tx, row.id))
        has_calendar = calendars.by_key(tx, key) is not None
        left = stock.room(tx, _stored(row, _exchange(row, Wish("", ""), node.now)), node.now)
        return Askable(row, host.organisation.name, left, said.fairness, has_calendar, len(waiting))


def is_handed_over(node: Node, key: str) -> bool:
    """Whether all of a listing was handed over that another site still shows, as only this catalogue knows."""
    with node.database.read() as tx:
        return node.settings.aggregate and elsewhere.is_handed_over(tx, key, node.now)


def takes_requests(node: Node, organisation_id: str) -> bool:
    """Whether people can ask here for what this organisation of ours shows, unless a listing names another place."""
    if not can_mail(node.settings):
        return False
    with node.database.read() as tx:
        return _is_open(tx, organisation_id)


def _is_open(tx: Tx, organisation_id: str) -> bool:
    """Whether it wants to be asked, has not moved away, and somebody is there to read what people write."""
    is_here = handed_on.of(tx, organisation_id) is None
    return is_here and asking_rules.of(tx, organisation_id).open and bool(editors(tx, organisation_id))


def _elsewhere(tx: Tx, node: Node, key: str) -> Askable | None:
    row = elsewhere.askable(tx, key, node.now, node.settings.url) if node.settings.aggregate else None
    if row is None:
        return None
    if row.takes_messages:
        counted = promises.room(elsewhere.left(tx, row), _exchange(row, Wish("", ""), node.now), ())
        fairness = row.turn if row.turn in asking_rules.FAIRNESS else ""
        return Askable(row, row.listing().organisation.name, counted, fairness, False, 0)
    others = exchanges.of_listing(tx, row.id)
    made = [one.exchange for one in others]
    left = promises.room(elsewhere.left(tx, row), _exchange(row, Wish("", ""), node.now), made)
    waiting = len(_who_waits(tx, others))
    return Askable(row, row.listing().organisation.name, left, asking_rules.FIRST, False, waiting)


def _who_waits(tx: Tx, others: Sequence[Stored]) -> set[str]:
    return exchange_people.marks(tx, [one.id for one in others if one.exchange.state == rules.REQUESTED])


def ask(node: Node, what: Askable, wish: Wish, from_address: str) -> None:
    """Ask the address whether it asks for this. Raises `FormError`, `FormLimitError` and `BookingError`."""
    wish = _checked(what, wish, node.now)
    refuse_time(node, what, wish)
    sender, person = sender_of(node, "exchange", from_address), links.person_of(node, wish.email)
    with node.database.write() as tx:
        floods.refuse(tx, sender, node.now)
        known = _known(tx, what, wish, person)
        if known is not None:
            _again(tx, node, known, wish)
        elif floods.may_ask(tx, person, sender, node.now):
            _keep(tx, node, what.row, wish, sender, person)


def send_links(node: Node, listing_id: str, email: str, language: str, from_address: str) -> None:
    """Mail somebody the links to what they have asked about a listing and is still open, once a day each.

    Nothing says whether there is any, nor how long it takes. Raises `FormError` and `TooManyTriesError`.
    """
    email = email.strip()
    if len(email) > LONGEST_EMAIL or mail_problems("email", email) or not arrives(email):
        message = "This must be an e-mail address that we can write to, such as name@example.org."
        raise FormError([Problem("/email", "bad-email", message)])
    throttling.begin_mail(node, email, from_address)
    states = tuple(state for state in rules.OPEN if state != rules.UNCONFIRMED)
    with node.database.write() as tx:
        ids = exchange_people.open_of(tx, links.person_of(node, email), listing_id, states)
        found = [stored for one in ids if (stored := exchanges.by_id(tx, one)) is not None]
        for stored in found:
            telling.say_known(tx, node, stored, email, language)
        if not found:
            telling.say_nothing(tx, node, listing_id, language)


def _known(tx: Tx, what: Askable, wish: Wish, person: str) -> Stored | None:
    """The request that this is once more.

    What its address has confirmed is theirs; of what nobody has confirmed only the very same, as somebody else may have
    typed the address.
    """
    found = [exchanges.by_id(tx, one) for one in exchange_people.open_of(tx, person, what.row.id, rules.OPEN)]
    meant = [one for one in found if one is not None and _times(one.exchange) == (wish.starts_at, wish.ends_at)]
    confirmed = [one for one in meant if one.exchange.state != rules.UNCONFIRMED]
    return next(iter(confirmed), None) or next((one for one in meant if _is_same(tx, one, wish)), None)


def _times(exchange: Exchange) -> tuple[int | None, int | None]:
    return exchange.starts_at, exchange.ends_at


def _is_same(tx: Tx, stored: Stored, wish: Wish) -> bool:
    person, letters = exchange_people.of(tx, stored.id), exchange_people.letters(tx, stored.id)
    words = letters[0].words if letters else ""
    said = person and (person.name, person.for_whom, words, stored.exchange.asked, stored.need)
    return said == (wish.name, wish.for_whom, wish.words, wish.quantity or 1, wish.need)


def _keep(tx: Tx, node: Node, row: OwnListing | ForeignListing, wish: Wish, sender: str, person: str) -> None:
    stored = _stored(row, _exchange(row, wish, node.now), wish.need)
    if isinstance(row, ForeignListing) and not row.takes_messages:
        contact = contacts.ensured(tx, row.source.id)
        if contact is None:
            return
        stored = replace(stored, contact_id=contact.id)
    floods.make_room(tx, node, stored.organisation_id, stored.contact_id)
    exchanges.add(tx, stored)
    if isinstance(row, ForeignListing) and row.takes_messages:
        owner = row.listing().organisation
        other = {"type": owner.type, "id": owner.id, "name": owner.name}
        exchange_homes.add(tx, Home(stored.id, ASKER, row.source.node_id, "", other))
    exchanges.note(tx, stored.id, Event(node.now, ASKER, "ask", rules.UNCONFIRMED, stored.exchange.asked))
    who = Person(stored.id, wish.name, wish.email, wish.for_whom, wish.language, person, sender, node.now)
    exchange_people.add(tx, who)
    if wish.words:
        exchange_people.write(tx, stored.id, Letter(node.now, ASKER, wish.words))
    telling.ask_for_word(tx, node, stored)


def _again(tx: Tx, node: Node, known: Stored, wish: Wish) -> None:
    if known.exchange.state != rules.UNCONFIRMED:
        telling.say_known(tx, node, known, wish.email, wish.language)
    else:
        telling.ask_for_word(tx, node, known)


def _checked(what: Askable, wish: Wish, now: int) -> Wish:
    texts = {name: getattr(wish, name).replace("\r\n", "\n").strip() for name in ("name", "email", "words", "for_whom")}
    problems = [*_person_problems(texts), *what_problems(what, wish, now)]
    if not wish.agreed:
        message = "Please say that you have read the notice and agree."
        problems.append(Problem("/agreed", "missing", message))
    if problems:
        raise FormError(problems)
    values: dict[str, Any] = {**{name: getattr(wish, name) for name in Wish.__slots__}, **texts}
    return Wish(**values)


def _person_problems(texts: Mapping[str, str]) -> list[Problem]:
    problems = []
    limits = (("name", LONGEST_NAME), ("for_whom", LONGEST_NAME), ("words", LONGEST_LETTER))
    for field, limit in limits:
        problems += text_problems(field, texts[field], limit) if texts[field] else []
    if not texts["name"]:
        problems.append(Problem("/name", "missing", "Say what they may call you."))
    if "\n" in texts["name"] + texts["for_whom"]:
        problems.append(Problem("/name", "bad-text", "A name stands on one line."))
    if not texts["email"]:
        problems.append(Problem("/email", "missing", "Enter the address to write to."))
    elif len(texts["email"]) > LONGEST_EMAIL or mail_problems("email", texts["email"]) or not arrives(texts["email"]):
        message = "This must be an e-mail address that we can write to, such as name@example.org."
        problems.append(Problem("/email", "bad-email", message))
    return problems


def arrives(email: str) -> bool:
    """Whether a mail can be sent to this address."""
    from node.services.mail.letters import MailError, deliverable

    try:
        deliverable(email)
    except MailError:
        return False
    return True


def what_problems(what: Askable, wish: Wish, now: int) -> list[Problem]:
    """What is wrong with how many, how much it is needed, and when."""
    problems = []
    if wish.quantity is None or not 1 <= wish.quantity <= MOST:
        problems.append(Problem("/quantity", "out-of-range", "Say how many, at least one."))
    elif what.left is not None and wish.quantity > max(what.row.listing().quantity.available, 1):
        problems.append(Problem("/quantity", "too-many", "There are not so many."))
    if wish.need not in NEEDS:
        problems.append(Problem(pointer(["need"]), "not-a-choice", "Choose one of these."))
    if what.takes_time:
        problems += time_problems(wish, now)
    return problems


def time_problems(wish: Wish, now: int) -> list[Problem]:
    """What is wrong with from when until when."""
    if wish.starts_at is None or wish.ends_at is None:
        return [Problem("/first", "missing", "Say from when until when.")]
    if wish.ends_at <= wish.starts_at:
        return [Problem("/last", "backwards", "The end lies before the beginning.")]
    if wish.ends_at <= now or wish.ends_at - wish.starts_at > rules.LONGEST_S:
        return [Problem("/first", "past", "Choose days that are to come, and at most a year.")]
    return []


def refuse_time(node: Node, what: Askable, wish: Wish) -> None:
    """Raises `BookingError` where a calendar does not have it free."""
    from node.services.bookings.opening import Span
    from node.services.bookings.refusals import BookingError

    if not what.booked or wish.starts_at is None or wish.ends_at is None:
        return
    span = Span(wish.starts_at, wish.ends_at)
    refusal = booked.refused(node, what.row.key, what.row.organisation_id, span)
    if refusal is not None:
        raise BookingError(refusal)


def _exchange(row: OwnListing | ForeignListing, wish: Wish, now: int) -> Exchange:
    listing = row.listing()
    return Exchange(
        direction=listing.direction,
        action=listing.action,
        asked=wish.quantity or 1,
        opened_at=now,
        since=now,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
    )


def _stored(row: OwnListing | ForeignListing, exchange: Exchange, need: int = 0) -> Stored:
    listed = datetime.fromtimestamp(row.created_at, UTC).date().isoformat()
    listing = row.listing()
    about = {"key": row.key, **told_of(listing), "listed": listed}
    if isinstance(row, ForeignListing):
        about["url"] = listing.url or listing.id
    return Stored(secrets.token_hex(10), row.id, row.organisation_id, about, exchange, need)


def told_of(listing: Listing) -> dict[str, Any]:
    """What an exchange keeps of what a listing says of itself."""
    return {
        "title": listing.title,
        "language": listing.language,
        "organisation": listing.organisation.name,
        "organisation_type": listing.organisation.type,
        "kind": listing.kind,
        "category": listing.category,
        "quantity": listing.quantity.available,
        "unit": listing.quantity.unit,
        "weight_kg": listing.weight_kg,
        "hours": listing.hours,
        "place": listing.place.locality if listing.place else None,
    }


def stored_of(row: OwnListing, wish: Wish, now: int) -> Stored:
    """An exchange about a listing of this node, as it was asked for."""
    return _stored(row, _exchange(row, wish, now), wish.need)


def off_site(row: OwnListing, quantity: int, now: int) -> Stored:
    """An exchange that took place elsewhere and that nobody asked for here."""
    return _stored(row, _exchange(row, Wish("", "", quantity=quantity), now))
