"""This node's halves of receipts: signed and published when an exchange is over, each once.

A handover never waits for a receipt: where the node's key cannot be read, what is missing is signed later. Refuses to
put anything into a half that stands in the tables of people.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import orjson

from node.context import Node
from node.services.configuration import keys
from node.services.configuration.keys import KeyFileError, OwnKey
from node.services.listings import publishing
from node.services.receipts import matching
from node.services.receipts.wording import sentence
from node.settings import SettingError
from node.storage import exchange_homes, exchanges, organisations, receipt_halves, receipts
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchanges import Event, Stored
from node.storage.receipt_halves import KnownHalf
from node.storage.receipts import BEGUN_BY, MISTAKE, OwnHalf
from schemas import exchange as rules
from schemas import receipt
from schemas.canonical import listing_hash
from schemas.exchange import ASKER, OWNER
from schemas.handover import MEASURED, PERSON, STATED
from schemas.receipt import Half, Party, half_id
from schemas.records import dataclass

log = logging.getLogger(__name__)

EXCHANGES = "exchanges/"
"""What stands between the id of the node that keeps an exchange and its number."""
_AT_ONCE = 100
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose exchange it is, what it is called everywhere, and for which ``sides`` this node signs.

    ``asker_home`` is the node that speaks for who asked; ``attested``: it only confirmed the asker's address.
    """

    exchange: str
    owner: Party
    asker: Party
    asker_home: str
    sides: tuple[str, ...]
    attested: bool


def follow(tx: Tx, node: Node, after: Stored) -> None:
    """Publish this node's halves of an exchange that is over; nothing while it is not, or where nobody was asked."""
    if after.exchange.is_open:
        return
    try:
        key = keys.own(node)
    except (KeyFileError, SettingError) as error:
        log.warning("a receipt waits to be signed: %s", error)
        return
    _issue(tx, node, key, after)


def issue_missing(node: Node) -> int:
    """Sign what could not be signed when it was over, as far as the key can be read; how many exchanges.

    Raises `KeyFileError` and `SettingError`.
    """
    done = 0
    while made := _issue_some(node):
        done += made
    return done


def _issue_some(node: Node) -> int:
    with node.database.read() as tx:
        waiting = receipts.unsigned(tx, node.settings.url + EXCHANGES, _AT_ONCE)
    if not waiting:
        return 0
    key = keys.own(node)
    with publishing.writing(node) as tx:
        found = [exchanges.by_id(tx, exchange_id) for exchange_id in waiting]
        return sum(_issue(tx, node, key, one) for one in found if one is not None)


def _issue(tx: Tx, node: Node, key: OwnKey, stored: Stored) -> bool:
    events = exchanges.events(tx, stored.id)
    who = parties(tx, node, stored)
    if who is None or not any(event.act in BEGUN_BY for event in events) or _was_mistake(events):
        return False
    made = [_half(node, stored, events, who, side) for side in who.sides]
    changed = [half for half in made if _differs(tx, half)]
    publish(tx, node, key, changed)
    if changed:
        from node.services.receipts import passing

        passing.pass_on(tx, node, stored.id, changed)
    return bool(changed)


def _was_mistake(events: Sequence[Event]) -> bool:
    """Whether it only ever was somebody's slip, which they have taken back: there is nothing to be said of it."""
    return any((event.act, event.state) == MISTAKE for event in events)


def parties(tx: Tx, node: Node, stored: Stored) -> Parties | None:
    """Who takes part in an exchange; None for an organisation that is no longer here."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and home.side == ASKER:
        return _of_asker(tx, node, stored, home)
    owner, here = _owner(tx, stored), node.settings.url
    if owner is None:
        return None
    if home is not None:
        return Parties(f"{here}{EXCHANGES}{stored.id}", owner, _other(home), home.peer, (OWNER,), attested=False)
    # Who asks on this node's own pages is a person whose address it confirmed. What they said, it attests.
    said = stored.exchange.state in receipt.SUCCESSES and stored.exchange.asker_said
    sides = (OWNER, ASKER) if said else (OWNER,)
    asker, own = _receiver(stored) or Party(PERSON), organisations.by_ids(tx, [stored.asker_id])
    return Parties(f"{here}{EXCHANGES}{stored.id}", owner, asker, here, sides, attested=not own)


def _receiver(stored: Stored) -> Party | None:
    """The organisation that got it without asking, where this node asked it."""
    told = stored.listing.get("asker")
    return Party(told["type"], told["id"], told["name"]) if told else None


def _of_asker(tx: Tx, node: Node, stored: Stored, home: Home) -> Parties | None:
    """Where the owner is at home elsewhere: this node signs for who asked, once they have said that they had it."""
    said = stored.exchange.state in receipt.SUCCESSES and stored.exchange.asker_said
    own = organisations.by_ids(tx, [home.own_id]).get(home.own_id) if home.own_id else None
    attested = _receiver(stored) if stored.contact_id is not None else None
    if not said or (home.own_id and own is None and attested is None):
        return None
    asker = attested or Party(PERSON)
    if own is not None:
        asker = Party(own.organisation.type, own.organisation.id, own.organisation.name)
    uri, here = f"{home.peer}{EXCHANGES}{stored.id}", node.settings.url
    return Parties(uri, _other(home), asker, here, (ASKER,), attested=own is None)


def _other(home: Home) -> Party:
    return Party(home.other["type"], home.other.get("id"), home.other.get("name"))


def _owner(tx: Tx, stored: Stored) -> Party | None:
    """Whose listing it is; None for an organisation that is no longer here.

    Where a contact answers, it is as its listing says, but never one of ours: those answer for themselves.
    """
    host = organisations.by_ids(tx, [stored.organisation_id]).get(stored.organisation_id)
    if stored.contact_id is None:
        return Party(host.organisation.type, host.organisation.id, host.organisation.name) if host else None
    kind, name = stored.listing.get("organisation_type"), stored.listing.get("organisation")
    return Party(str(kind), stored.organisation_id, str(name)) if host is None and kind and name else None


def publish(tx: Tx, node: Node, key: OwnKey, halves: Sequence[Half]) -> None:
    """Sign these halves of this node, publish them, and see what they say together with the others'."""
    if not halves:
        return
    items = [(half, receipt.signed(half, key.private)) for half in halves]
    texts = [orjson.dumps(item).decode() for _, item in items]
    own = [
        OwnHalf(half.exchange, half.side, half.id, text, listing_hash(item))
        for (half, item), text in zip(items, texts, strict=True)
    ]
    receipts.publish(tx, own, node.now)
    known = [KnownHalf(one.exchange, one.side, node.settings.url, one.item, changed_at=node.now) for one in own]
    receipt_halves.put(tx, known)
    matching.settle(tx, node, sorted({half.exchange for half in halves}))


def _differs(tx: Tx, half: Half) -> bool:
    """Whether this is not what is published already; when it was signed, and with which key, does not count."""
    text = receipts.item(tx, half.exchange, half.side)
    if text is None:
        return True
    known = receipt.load_half(orjson.loads(text))
    return known._replace(date_modified=half.date_modified, key=None, sig=None) != half


def _half(node: Node, stored: Stored, events: Sequence[Event], who: Parties, side: str) -> Half:
    exchange, about, events = stored.exchange, stored.listing, _that_stand(events)
    succeeded = exchange.state in receipt.SUCCESSES
    ended = _day(_over_at(node, stored, events))
    weight, weight_source = weight_of(stored)
    half = Half(
        id=half_id(node.settings.url, who.exchange, side),
        title=stored.title,
        content_text="",
        date_published=_midnight(ended),
        date_modified=_midnight(_day(node.now)),
        exchange=who.exchange,
        side=side,
        outcome=exchange.state,
        listing=stored.listing_id,
        direction=exchange.direction,
        kind=about["kind"],
        action=exchange.action,
        category=about["category"],
        quantity=exchange.granted or exchange.asked,
        unit=about.get("unit"),
        weight_kg=weight,
        weight_source=weight_source,
        hours=hours_of(stored),
        owner=who.owner,
        # Who asked in vain is nobody's business.
        asker=who.asker if succeeded else Party(who.asker.type),
        asker_home=who.asker_home,
        place=about.get("place"),
        listed=_earlier(about.get("listed"), ended),
        asked=_day(exchange.opened_at),
        accepted=_when(events, (rules.ACCEPT,)),
        handed_over=_when(events, (rules.HAND_OVER, rules.MEET)),
        ended=ended,
        signed_by=node.settings.url,
        attested=who.attested and (side == ASKER or stored.contact_id is not None),
    )
    return half._replace(content_text=sentence(half))


def _that_stand(events: Sequence[Event]) -> Sequence[Event]:
    """Without what somebody said and took back."""
    slips = [place for place, event in enumerate(events) if event.act == rules.TAKE_BACK]
    said = {rules.HAND_OVER, rules.TAKE_BACK}
    return [event for place, event in enumerate(events) if not (slips and place <= slips[-1] and event.act in said)]


def _over_at(node: Node, stored: Stored, events: Sequence[Event]) -> int:
    return stored.closed_at or max((event.at for event in events), default=node.now)


def weight_of(stored: Stored) -> tuple[float | None, str | None]:
    """Kilograms of one unit and who says so: what both were asked to weigh, else what the listing says."""
    stated, exchange = stored.listing.get("weight_kg"), stored.exchange
    if stored.weight_g is not None:
        return round(stored.weight_g / (1000 * (exchange.granted or exchange.asked)), 6), MEASURED
    return stated, None if stated is None else STATED


def hours_of(stored: Stored) -> float | None:
    """For how long a room was had, or how long somebody helped.

    What one of them has said, else what was booked, else what the listing says of one.
    """
    exchange, stated = stored.exchange, stored.listing.get("hours")
    if exchange.action not in ("host", "help"):
        return None
    if stored.minutes is not None:
        return round(stored.minutes / 60, 2)
    if stored.booking_id is not None and exchange.starts_at is not None and exchange.ends_at is not None:
        return round((exchange.ends_at - exchange.starts_at) / _HOUR_S, 2)
    return None if stated is None else round(stated * (exchange.granted or exchange.asked), 2)


def _when(events: Sequence[Event], acts: Sequence[str]) -> date | None:
    return next((_day(event.at) for event in events if event.act in acts), None)


def _earlier(text: str | None, ended: date) -> date | None:
    """A day as it was noted, where it is one and lies before the end."""
    day = date.fromisoformat(text) if text else None
    return day if day is not None and day <= ended else None


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
