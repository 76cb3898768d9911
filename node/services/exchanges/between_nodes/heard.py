"""What another node says about an exchange: a request for something here, what its asker did, or how an owner decided.

Each message is believed for what its own side may do, and nothing else: a node speaks for the exchanges in which it is
a home, for its own side of them, and for its own organisations.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace

import orjson

from node.context import Node
from node.services.aggregating import peers
from node.services.bookings.refusals import BookingError
from node.services.exchanges import acting, asking, booked, floods, links, measuring
from node.services.exchanges.asking import Askable, Wish
from node.services.exchanges.between_nodes import across, codes, given
from node.services.exchanges.between_nodes.across import EXCHANGES, ID, TYPE_OF
from node.services.exchanges.people import forgetting, telling
from node.services.limits.strangers import mail_problems, sender_of
from node.services.messages.receiving import Outcome
from node.services.receipts import issue
from node.storage import exchange_homes, exchange_people, exchanges, messages
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Letter, Person
from node.storage.exchanges import Event, Stored
from node.storage.listings import OwnListing
from node.storage.messages import REFUSED, Outgoing
from schemas import exchange as rules
from schemas import message as types
from schemas.exchange import ASKER, CLOCK, OPERATOR, OWNER, Act
from schemas.exchange_copy import Told
from schemas.exchange_copy import follow as followed
from schemas.exchange_refusals import Refusal
from schemas.message import PERSON, Message, State

ACT_OF: Mapping[str, str] = {**{name: act for act, name in TYPE_OF.items()}, types.RECEIVED: rules.HAND_OVER}
_LISTINGS = "listings/"
AN_HOUR, A_DAY = 120, 300
"""Requests from the nodes of one site within an hour, and to one organisation from all others within a day."""
CHANGES_A_DAY = 40
"""What may be done in one exchange within a day, before other nodes have to wait."""


def handle(tx: Tx, node: Node, message: Message) -> Outcome:
    """Do what a message says, within the transaction in which it is taken."""
    if message.type == types.REQUEST:
        return _requested(tx, node, message)
    if message.type == types.GIVEN:
        return given.handle(tx, node, message)
    stored, home = about(tx, node, message)
    if stored is None or home is None:
        return Outcome("unknown-exchange", "There is no such exchange between these two nodes.")
    if message.type != types.FORGET and _is_restless(tx, node, stored):
        return Outcome("too-many", "This is a lot for one day. Say it again tomorrow.")
    return (
        _asker_did(tx, node, stored, home, message)
        if home.side == OWNER
        else _owner_said(tx, node, stored, home, message)
    )


def _is_restless(tx: Tx, node: Node, stored: Stored) -> bool:
    """Whether so much was done in one exchange within a day that whoever is written to of it would be flooded."""
    since = node.now - rules.DAY_S
    return sum(event.at > since for event in exchanges.events(tx, stored.id)) >= CHANGES_A_DAY


def about(tx: Tx, node: Node, message: Message) -> tuple[Stored | None, Home | None]:
    """The exchange of a message, where its sender is the other home of it."""
    uri = message.exchange or ""
    for whose, side in ((node.settings.url, OWNER), (message.from_, ASKER)):
        exchange_id = uri.removeprefix(f"{whose}{EXCHANGES}")
        if exchange_id != uri and ID.fullmatch(exchange_id):
            stored, home = exchanges.by_id(tx, exchange_id, lock=True), exchange_homes.of(tx, exchange_id)
            told = stored is not None and stored.exchange.state != rules.UNCONFIRMED
            if told and home is not None and (home.side, home.peer) == (side, message.from_):
                return stored, home
    return None, None


def _requested(tx: Tx, node: Node, message: Message) -> Outcome:
    exchange_id = (message.exchange or "").removeprefix(f"{node.settings.url}{EXCHANGES}")
    if not ID.fullmatch(exchange_id) or message.sequence != 1:
        return Outcome("bad-exchange", "A request has sequence 1, and names its exchange below the owner's home.")
    if exchanges.by_id(tx, exchange_id) is not None:
        return Outcome("bad-exchange", "There is an exchange of this name already.")
    asker = message.asker
    if asker is None or (asker.type != PERSON and not (asker.id or "").startswith(message.from_)):
        return Outcome("not-yours", "A node asks for its own organisations, and for people whose address it confirmed.")
    key = (message.listing or "").removeprefix(f"{node.settings.url}{_LISTINGS}")
    what = asking.askable(node, key) if key != message.listing else None
    if what is None or not isinstance(what.row, OwnListing):
        return Outcome("not-askable", "This cannot be asked for here, or not any more.")
    wish, sender = _wish(node, message), sender_of(node, "node", peers.site_of(message.from_))
    refused = _refused(tx, node, what, wish, sender)
    if refused is not None:
        return refused
    _keep(tx, node, what.row, message, exchange_id, sender)
    return Outcome()


def _wish(node: Node, message: Message) -> Wish:
    starts, ends, asker = message.starts, message.ends, message.asker
    return Wish(
        name=(asker.name if asker else "") or "",
        email=(asker.email if asker and asker.type == PERSON else "") or "",
        words=message.words or "",
        for_whom=message.for_whom or "",
        quantity=message.quantity or 1,
        starts_at=int(starts.timestamp()) if starts else None,
        ends_at=int(ends.timestamp()) if ends else None,
        need=message.need or 0,
        language=telling.spoken(node, message.language) if message.language else "",
    )


def _refused(tx: Tx, node: Node, what: Askable, wish: Wish, sender: str) -> Outcome | None:
    if exchange_people.count_from(tx, sender, node.now - floods.HOUR_S) >= AN_HOUR:
        return Outcome("too-many", "There were many requests from this node within an hour. Ask again later.")
    organisation_id, since = what.row.organisation_id, node.now - rules.DAY_S
    if exchange_homes.count_asked(tx, organisation_id, since) >= A_DAY:
        return Outcome("too-many", "Other nodes have asked this organisation for very much today. Ask again tomorrow.")
    if "\n" in wish.name + wish.for_whom:
        return Outcome("bad-text", "A name stands on one line.")
    if wish.email and (mail_problems("email", wish.email) or not asking.arrives(wish.email)):
        return Outcome("bad-email", "No mail can be sent to this address.")
    if wish.email and _is_asked_much(tx, node, wish.email):
        return Outcome("too-many", "There were many requests from this address today. Ask again tomorrow.")
    problems = asking.what_problems(what, wish, node.now)
    if problems:
        return Outcome(problems[0].code, problems[0].message)
    try:
        asking.refuse_time(node, what, wish)
    except BookingError:
        return Outcome("taken", "It cannot be had at this time.")
    return None


def _is_asked_much(tx: Tx, node: Node, email: str) -> bool:
    since, person = node.now - rules.DAY_S, links.person_of(node, email)
    return exchange_people.asked_by(tx, person, since, rules.STATES) >= floods.A_DAY


def _keep(tx: Tx, node: Node, row: OwnListing, message: Message, exchange_id: str, sender: str) -> None:
    wish, asker = _wish(node, message), message.asker
    made = asking.stored_of(row, wish, node.now)
    exchange = replace(made.exchange, state=rules.REQUESTED)
    stored = replace(made, id=exchange_id, exchange=exchange)
    other = {"type": PERSON}
    if asker is not None and asker.type != PERSON:
        other = {"type": asker.type, "id": asker.id or "", "name": asker.name or ""}
    exchanges.add(tx, stored)
    exchange_homes.add(tx, Home(exchange_id, OWNER, message.from_, stored.organisation_id, other, acts=1))
    person = links.person_of(node, wish.email or other.get("id") or message.exchange or "")
    who = Person(exchange_id, wish.name, wish.email, wish.for_whom, wish.language, person, sender, node.now)
    exchange_people.add(tx, who)
    if wish.words:
        exchange_people.write(tx, exchange_id, Letter(node.now, ASKER, wish.words))
    exchanges.note(tx, exchange_id, Event(node.now, ASKER, rules.CONFIRM, rules.REQUESTED, exchange.asked))
    telling.tell_request(tx, node, stored)
    across.tell_state(tx, node, stored)


def _asker_did(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    """At the owner's home: the asker's act counts as theirs, as far as they may do it now."""
    if message.type == types.MESSAGE:
        return _letter(tx, node, stored, ASKER, message)
    if message.type == types.FORGET and message.sequence is not None and home.is_strangers:
        exchange_homes.change(tx, stored.id, acts=max(home.acts, message.sequence))
        return _forget(tx, node, stored)
    name = ACT_OF.get(message.type)
    if message.code and message.sequence is not None:
        return _code_of_asker(tx, node, stored, home, message)
    if message.type == types.MEASURED and message.sequence is not None:
        return _measured(tx, node, stored, home, message)
    if name is None or message.sequence is None:
        return Outcome("not-yours", "This is for the owner's home to say.")
    exchange_homes.change(tx, stored.id, acts=max(home.acts, message.sequence))
    if name == rules.WITHDRAW and stored.exchange.state == rules.ACCEPTED:
        name = rules.CANCEL  # they did not know yet that it was accepted
    before = stored
    if name == rules.HAND_OVER and messages.waiting_codes(tx, stored.id):
        # Their code was typed here; that they say so too is all that was to be known.
        name = rules.MEET
    after, calendar = _done(tx, node, stored, Act(name, ASKER), message.words or "", quiet=name == rules.MEET)
    if after is before and message.words:
        _letter(tx, node, before, ASKER, message)
    across.tell_state(tx, node, after)
    return Outcome(afterwards=lambda: booked.tell(node, calendar))


def _code_of_asker(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    exchange_homes.change(tx, stored.id, acts=max(home.acts, message.sequence or 0))
    refused, calendar = codes.compare(tx, node, stored, home, message), None
    if not refused.refused:
        stored, calendar = _done(tx, node, stored, Act(rules.MEET, ASKER), "", quiet=True)
    elif refused.refused == types.BAD_CODE:
        codes.tell_late(tx, node, stored, ASKER, int(message.at.timestamp()), only_strangers=True)
    across.tell_state(tx, node, stored)
    return replace(refused, afterwards=lambda: booked.tell(node, calendar))


def _measured(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    exchange_homes.change(tx, stored.id, acts=max(home.acts, message.sequence or 0))
    measuring.heard(tx, node, stored, message.weight_g, message.minutes)
    across.tell_state(tx, node, exchanges.by_id(tx, stored.id) or stored)
    return Outcome()


def _forget(tx: Tx, node: Node, stored: Stored) -> Outcome:
    """Who asked has said so where their address was confirmed. Nothing that is open can go on without them."""
    forgetting.forget(tx, node, [stored.id])
    calendar, after = None, stored
    for name in (rules.WITHDRAW, rules.CANCEL):
        if name in rules.possible(after.exchange, ASKER, node.now):
            after, calendar = _done(tx, node, after, Act(name, ASKER), "")
    across.tell_state(tx, node, after)
    return Outcome(afterwards=lambda: booked.tell(node, calendar))


def _done(tx: Tx, node: Node, before: Stored, act: Act, words: str, quiet: bool = False) -> tuple[Stored, int | None]:
    found = rules.decide(before.exchange, act, node.now)
    if isinstance(found, Refusal) or found == before.exchange:
        return before, None
    after = replace(before, exchange=found)
    return after, acting.keep(tx, node, before, after, act, words, quiet=quiet)


def _owner_said(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    """At the asker's home: the copy follows what the owner's home says, once that has heard of all acts of here."""
    if message.state is None:
        return Outcome("bad-message", "The owner's home says where the exchange stands.")
    after, state = stored, message.state
    if state.revision > home.revision and state.heard >= home.acts:
        exchange_homes.change(tx, stored.id, revision=state.revision)
        typed = bool(messages.waiting_codes(tx, stored.id))
        after = replace(stored, exchange=followed(stored.exchange, _told(state, node.now), typed, node.now))
        after = measuring.followed(after, state)
    if after.exchange != stored.exchange:
        _copied(tx, node, stored, after, message)
    elif after != stored:
        exchanges.change(tx, after, node.now)
        issue.follow(tx, node, after)
    elif message.words and not home.attests:
        _letter(tx, node, stored, OWNER, message)
    if home.attests and message.type == types.FORGET:
        forgetting.forget(tx, node, [stored.id])
    if message.type == types.PASS_ON:
        return _passed_on(tx, node, after, home, message)
    if message.code:
        refused = codes.compare(tx, node, after, home, message)
        if not refused.refused:
            _done(tx, node, after, Act(rules.HAND_OVER, ASKER), "", quiet=True)
        return refused
    return Outcome()


def _told(state: State, now: int) -> Told:
    starts, ends = (int(at.timestamp()) if at is not None else None for at in (state.starts, state.ends))
    return Told(state.name, state.granted, state.owner_said, min(int(state.since.timestamp()), now), starts, ends)


def _copied(tx: Tx, node: Node, before: Stored, after: Stored, message: Message) -> None:
    act, words = Act(ACT_OF.get(message.type, rules.SETTLE), OWNER), message.words or ""
    is_decided = message.state is not None and message.state.name in rules.OUTCOMES
    if before.exchange.state == rules.DISPUTED and is_decided:
        act = Act(rules.SETTLE, OPERATOR)
    elif message.type == types.STATE and after.exchange.state != rules.RECEIVED:
        act = Act(rules.LAPSE, CLOCK)
    elif message.type == types.STATE:
        act = Act(rules.HAND_OVER, OWNER)
    if message.type == types.STATE and _is_at_another_time(before, after):
        act = Act(rules.RESCHEDULE, OWNER)
    if before.exchange.owner_said and not after.exchange.owner_said:
        act = Act(rules.TAKE_BACK, OWNER)
    exchanges.change(tx, after, node.now)
    exchanges.note(tx, after.id, Event(node.now, act.side, act.name, after.exchange.state, after.exchange.granted))
    if words and not across.attests(tx, after.id):
        by = OPERATOR if act.side == OPERATOR else OWNER
        exchange_people.write(tx, after.id, Letter(node.now, by, words))
    telling.tell(tx, node, before.exchange, after, act, words)
    issue.follow(tx, node, after)


def _is_at_another_time(before: Stored, after: Stored) -> bool:
    """Whether nothing but the time is another one."""
    was, is_now = before.exchange, after.exchange
    return was.state == is_now.state and (was.starts_at, was.ends_at) != (is_now.starts_at, is_now.ends_at)


def _passed_on(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    """Send the link of a person to the address that the owner's home knows, if it is theirs. Nothing of it is kept."""
    if not home.attests or message.kind not in telling.WORD_OF_ASKER:
        return Outcome("unknown-kind", "This node passes on no such letter.")
    person, email = exchange_people.of(tx, stored.id), (message.asker.email if message.asker else "") or ""
    if person is None or not (stored.exchange.is_open or message.kind == telling.KNOWN):
        return Outcome("over", "This is over, or who asked is forgotten.")
    if not hmac.compare_digest(links.person_of(node, email), person.person):
        return Outcome("not-theirs", "This is not the address that was confirmed.")
    telling.pass_on(tx, node, stored, message.kind, email, message.language or "")
    return Outcome()


def _letter(tx: Tx, node: Node, stored: Stored, side: str, message: Message) -> Outcome:
    words = (message.words or "").strip()
    if not words:
        return Outcome("bad-message", "A message without words says nothing.")
    if exchange_people.of(tx, stored.id) is None:
        return Outcome("over", "This is over, and who asked is forgotten.")
    since = node.now - rules.DAY_S
    if exchange_people.count_letters(tx, stored.id, side, since) >= 2 * acting.A_DAY:
        return Outcome("too-many", "This is a lot for one day.")
    if acting.is_in_a_row(tx, stored, side):
        return Outcome("too-many", "They have not answered yet.")
    exchange_people.write(tx, stored.id, Letter(node.now, side, words))
    telling.tell_letter(tx, node, stored, side, words)
    return Outcome()


def arrived(tx: Tx, node: Node, message: Outgoing, code: str = "") -> Callable[[], None] | None:
    """Whom a request names is known at the owner's home from now on; a backup that knows them here forgets them.

    Of a code that was typed here it is known now whether it is right.
    """
    if message.type == types.HANDED_OVER:
        return codes.answered(tx, node, message, code)
    if message.type == types.REQUEST and across.attests(tx, message.exchange_id):
        forgetting.note(node.settings.home, [forgetting.HANDED_ON + message.exchange_id])
    return None


def _not_asked(tx: Tx, node: Node, stored: Stored) -> None:
    """Whoever got something cannot be asked whether it was so."""
    lapse = Act(rules.LAPSE, CLOCK)
    after = rules.decide(stored.exchange, lapse, node.now)
    if not isinstance(after, Refusal):
        acting.keep(tx, node, stored, replace(stored, exchange=after), lapse)


def given_up(tx: Tx, node: Node, message: Outgoing, state: str) -> None:
    """What could not be delivered has not been done; a request that nobody takes is over."""
    stored, home = exchanges.by_id(tx, message.exchange_id, lock=True), exchange_homes.of(tx, message.exchange_id)
    if stored is None or home is None:
        return
    codes.lost(tx, stored, message)
    if message.type == types.GIVEN:
        _not_asked(tx, node, stored)
    if home.side != ASKER or message.type == types.MESSAGE:
        return
    exchange_homes.change(tx, stored.id, acts=max(home.acts - 1, 0))
    if message.type != types.REQUEST or stored.exchange.state != rules.REQUESTED:
        return
    act = Act(rules.DECLINE, OWNER) if state == REFUSED else Act(rules.LAPSE, CLOCK)
    after = rules.decide(stored.exchange, act, node.now)
    if isinstance(after, Refusal):
        return
    acting.keep(tx, node, stored, replace(stored, exchange=after), act)
    if home.attests:
        told = orjson.loads(message.body)
        email, language = told["asker"]["email"], told.get("language") or ""
        telling.say_undelivered(tx, node, stored, email, language, told.get("words") or "")
