"""What pages show of exchanges: one with all that belongs to it, and an organisation's list with what waits first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from node.context import Node
from node.services.exchanges import links, stock
from node.services.exchanges.between_nodes import across
from node.services.exchanges.links import Party
from node.services.exchanges.people import contacts, telling
from node.services.identity.members import Member
from node.storage import accounts, asking_rules, exchange_homes, exchange_lists, exchange_people, exchanges, messages
from node.storage.accounts import Account
from node.storage.asking_rules import AskingRules
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_lists import Wanted
from node.storage.exchange_people import Letter, Person
from node.storage.exchanges import Event, Stored
from node.storage.messages import Undelivered
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from schemas.records import dataclass

WAITING = (rules.REQUESTED,)
AGREED = (rules.ACCEPTED, rules.HANDED_OVER, rules.LENT, rules.BROUGHT_BACK, rules.DISPUTED)
OVER = tuple(state for state in rules.CLOSED)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange with all that belongs to it. ``person`` is None once they are forgotten.

    ``had_before``: this person is known to have had something of this organisation. ``others``: how many people
    wait besides, however often each has asked.
    ``before``: how many of those come before them, by the ``fairness`` that the owner has stated; blank where another
    node knows it.
    ``left``: how many can be promised to them still, where that is for the reader to say and numbers say it.
    ``site`` is what the other side's site is called, where that is another one.
    ``compares``: a code that was typed here is on its way to be compared.
    """

    stored: Stored
    party: Party
    organisation: str
    person: Person | None
    letters: Sequence[Letter]
    events: Sequence[Event]
    had_before: bool
    others: int
    before: int = 0
    fairness: str = ""
    left: int | None = None
    home: Home | None = None
    undelivered: Sequence[Undelivered] = ()
    on_its_way: int = 0
    compares: bool = False
    site: str = ""

    @property
    def asker_is_forgotten(self) -> bool:
        """Whether who looks asked for themselves, by the link that they got, and is not known any more."""
        party, organisation = self.party, self.stored.asker_id or "asker" in self.stored.listing
        return party.side == ASKER and not (organisation or party.account or party.contact or self.person)


def by_token(node: Node, token: str) -> Seen:
    """What a link shows. Raises `ExchangeLinkError`."""
    with node.database.read() as tx:
        stored, party = links.party(node, tx, token)
        return _seen(tx, stored, party, node.now)


def by_organisation(node: Node, organisation_id: str, exchange_id: str) -> Seen | None:
    """What a program of an organisation sees of a request to it; None for all else, and before it is confirmed."""
    with node.database.read() as tx:
        stored, home = exchanges.by_id(tx, exchange_id), exchange_homes.of(tx, exchange_id)
        if stored is None or stored.organisation_id != organisation_id or stored.contact_id is not None:
            return None
        if stored.exchange.state == rules.UNCONFIRMED or (home is not None and home.side == ASKER):
            return None
        return _seen(tx, stored, Party(OWNER), node.now)


def by_member(node: Node, member: Member, exchange_id: str) -> Seen | None:
    """What the desk shows of one exchange; None for another organisation's, and before its address is confirmed."""
    with node.database.read() as tx:
        stored = exchanges.by_id(tx, exchange_id)
        home = exchange_homes.of(tx, exchange_id)
        if stored is not None and home is not None and home.side == ASKER:
            mine = home.own_id == member.organisation_id
            return _seen(tx, stored, Party(ASKER, accounts.by_id(tx, member.account_id)), node.now) if mine else None
        if stored is not None and stored.asker_id == member.organisation_id:
            return _seen(tx, stored, Party(ASKER, accounts.by_id(tx, member.account_id)), node.now)
        if stored is None or stored.organisation_id != member.organisation_id or stored.contact_id is not None:
            return None
        if stored.exchange.state == rules.UNCONFIRMED:
            return None
        return _seen(tx, stored, Party(OWNER, accounts.by_id(tx, member.account_id)), node.now)


def _seen(tx: Tx, stored: Stored, party: Party, now: int) -> Seen:
    person = exchange_people.of(tx, stored.id)
    known = (
        exchange_people.had_before(tx, [person.person], stored.organisation_id, stored.contact_id, stored.id)
        if person
        else set()
    )
    others, before, fairness = _queue(tx, stored)
    letters, events = exchange_people.letters(tx, stored.id), exchanges.events(tx, stored.id)
    organisation = contacts.organisation_of(tx, stored)
    may_promise = party.side == OWNER and stored.exchange.state == rules.REQUESTED
    left = stock.room(tx, stored, now) if may_promise else None
    seen = Seen(stored, party, organisation, person, letters, events, bool(known), others, before, fairness, left)
    home = exchange_homes.of(tx, stored.id)
    if home is None:
        return seen
    lost, waiting = messages.undelivered(tx, stored.id), messages.waiting(tx, stored.id)
    compares = bool(waiting and messages.waiting_codes(tx, stored.id))
    return replace(
        seen, home=home, undelivered=lost, on_its_way=waiting, compares=compares, site=across.called(tx, home.peer)
    )


def _queue(tx: Tx, stored: Stored) -> tuple[int, int, str]:
    """How many people besides the one who asked for this wait for the same, how many of them come first, and why."""
    alike = exchanges.of_listing(tx, stored.listing_id)
    turn = [one.id for one in alike if one.exchange.state == rules.REQUESTED]
    others, home = _people(tx, turn, stored), exchange_homes.of(tx, stored.id)
    if home is not None and home.side == ASKER:
        return others, 0, ""
    fairness = asking_rules.of(tx, stored.organisation_id).fairness
    if stored.contact_id is None:
        wanted = Wanted(stored.organisation_id, WAITING, listing_id=stored.listing_id)
        turn = exchange_lists.in_order(tx, wanted, fairness)
    ahead = turn[: turn.index(stored.id)] if stored.id in turn else []
    return others, _people(tx, ahead, stored), fairness


def _people(tx: Tx, some: Sequence[str], stored: Stored) -> int:
    """How many people have asked in these exchanges, however often each, without the one who asked for this."""
    others = [one for one in some if one != stored.id]
    return len(exchange_people.marks(tx, [*others, stored.id])) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """An exchange in a list. ``had_before`` as in `Seen`."""

    stored: Stored
    name: str
    had_before: bool = False


def rules_of(node: Node, organisation_id: str) -> AskingRules:
    """How an organisation takes requests."""
    with node.database.read() as tx:
        return asking_rules.of(tx, organisation_id)


def waiting(
    node: Node, organisation_id: str, words: str = "", limit: int = AT_ONCE, offset: int = 0
) -> tuple[list[Row], int]:
    """What waits for an answer, in the order that the organisation has stated, and how many that are in all.

    Those who are alike come in the order in which they asked. ``words`` as in `exchange_lists.Wanted`.
    """
    fairness = rules_of(node, organisation_id).fairness
    return _page(node, Wanted(organisation_id, WAITING, words), fairness, limit, offset)


def agreed(
    node: Node, organisation_id: str, words: str = "", limit: int = AT_ONCE, offset: int = 0
) -> tuple[list[Row], int]:
    """What was agreed and is not over, by its day: what is overdue longest first; and how many that are in all."""
    return _page(node, Wanted(organisation_id, AGREED, words), exchange_lists.DUE, limit, offset)


def due(node: Node, organisation_id: str, until: int, limit: int) -> list[Row]:
    """What is to be handed over or brought back until then, or should have been; what is overdue longest first."""
    with node.database.read() as tx:
        wanted = Wanted(organisation_id, (rules.ACCEPTED, rules.LENT), until=until)
        return _rows(tx, exchange_lists.page(tx, wanted, exchange_lists.DUE, limit), organisation_id)


def disputes(node: Node, account: Account, limit: int) -> list[tuple[Stored, str]]:
    """What whoever runs the node is to decide, with where this account reads both sides; the oldest first."""
    with node.database.read() as tx:
        found = exchange_lists.disputed(tx, limit)
        return [(one, telling.operators_url(tx, node, one, account)) for one in found]


def over(
    node: Node, organisation_id: str, words: str = "", limit: int = AT_ONCE, offset: int = 0
) -> tuple[list[Row], int]:
    """What is over, the last first, and how many that are in all."""
    return _page(node, Wanted(organisation_id, OVER, words), exchange_lists.ENDED, limit, offset)


def asked_elsewhere(
    node: Node, organisation_id: str, words: str = "", limit: int = AT_ONCE, offset: int = 0
) -> tuple[list[Row], int]:
    """What an organisation of this node has asked others for: what is open first; and how many that are in all."""
    with node.database.read() as tx:
        found = exchange_lists.asked(tx, organisation_id, words, limit, offset)
        rows = [Row(one, str(one.listing.get("organisation") or "")) for one in found]
        return rows, exchange_lists.count_asked(tx, organisation_id, words)


def _page(node: Node, wanted: Wanted, order: str, limit: int, offset: int) -> tuple[list[Row], int]:
    with node.database.read() as tx:
        found = exchange_lists.page(tx, wanted, order, limit, offset)
        return _rows(tx, found, wanted.organisation_id), exchange_lists.count(tx, wanted)


def open_about(node: Node, organisation_id: str, listing_id: str) -> list[Row]:
    """Who was promised something of one listing and has not got it yet, and after them who waits for an answer."""
    with node.database.read() as tx:
        alike = [one for one in exchanges.of_listing(tx, listing_id) if one.contact_id is None]
        found = [one for state in (rules.ACCEPTED, rules.REQUESTED) for one in alike if one.exchange.state == state]
        return _rows(tx, found, organisation_id)


def others(
    node: Node, organisation_id: str, states: Sequence[str], limit: int, offset: int = 0
) -> tuple[list[Row], int]:
    """Exchanges in these states, the latest change first, and how many there are in all."""
    with node.database.read() as tx:
        found = exchanges.of_organisation(tx, organisation_id, states, limit, offset)
        return _rows(tx, found, organisation_id), exchanges.count(tx, organisation_id, states)


def count_waiting(node: Node, organisation_id: str) -> int:
    """How many requests wait for an answer."""
    with node.database.read() as tx:
        return exchanges.count(tx, organisation_id, WAITING)


def _rows(tx: Tx, found: Sequence[Stored], organisation_id: str) -> list[Row]:
    people = exchange_people.of_many(tx, [one.id for one in found])
    # It is told of those who wait alone; of all others it would be many questions for nothing.
    waits = [one.id for one in found if one.exchange.state == rules.REQUESTED]
    marks = sorted({people[one].person for one in waits if one in people})
    known = exchange_people.had_before(tx, marks, organisation_id)
    nobody = Person("", "", "", "", "", "", "", 0)
    whose = [(one, people.get(one.id, nobody)) for one in found]
    return [Row(one, person.name, person.person in known) for one, person in whose]


def put_rules(node: Node, organisation_id: str, said: AskingRules) -> None:
    """Say how requests are taken."""
    with node.database.write() as tx:
        asking_rules.put(tx, organisation_id, said)
