"""Who answers for a node that takes no messages, such as a folder of files: an address that it publishes itself.

The operator may name another for a source, or nobody. An address that has never pressed anything gets one mail, however
many ask; one that has said stop gets none for this source any more.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

import orjson

from federation.records import L0, PLAIN, Source
from node.context import Node
from node.languages import base, offered
from node.services.limits.strangers import mail_problems
from node.storage import exchanges, organisations, owner_contacts, sources
from node.storage.engine import Tx
from node.storage.exchanges import Stored
from node.storage.owner_contacts import NEW, STOPPED, Contact
from schemas import exchange as rules

NOBODY = "none"
"""What the operator says of a source that is not asked here."""
MOST_WAITING = 20
"""Requests that one contact may have before it has answered any of them."""


def address_of(source: Source) -> str:
    """Who can be asked for what a source publishes; blank where there is nobody, or where its node takes messages."""
    if source.contact == NOBODY or not is_asked_by_mail(source):
        return ""
    return source.contact or published(source)


def is_asked_by_mail(source: Source) -> bool:
    """Whether the node behind a source takes no messages."""
    return source.level in (L0, PLAIN) and not _document(source).get("inbox")


def takes_messages(source: Source) -> bool:
    """Whether the node behind a source has an inbox, so that other nodes can ask it."""
    return source.level not in (L0, PLAIN) and bool(_document(source).get("inbox"))


def published(source: Source) -> str:
    """The address that the node itself names; blank where it names none that can be written to."""
    contact = _document(source).get("contact")
    email = contact.get("email") if isinstance(contact, dict) else None
    email = email.removeprefix("mailto:").strip() if isinstance(email, str) else ""
    return "" if mail_problems("email", email) else email


def language_of(node: Node, contact: Contact, source: Source | None) -> str:
    """The language in which somebody is written to who has never said one: that of their node where we speak it."""
    spoken = _document(source).get("languages") if source is not None else None
    for code in spoken if isinstance(spoken, list) else ():
        found = [one for one in offered(node.settings) if isinstance(code, str) and base(one) == base(code)]
        if found:
            return found[0]
    return str(node.settings.language)


def known(tx: Tx, source: Source) -> Contact | None:
    """The contact of a source as it stands here; None where nobody can be asked.

    One that has never been written to has no row yet, and a blank id.
    """
    email = address_of(source)
    if not email:
        return None
    return owner_contacts.of_source(tx, source.id, email) or Contact("", source.id, email)


def takes_requests(tx: Tx, contact: Contact) -> bool:
    """Whether a contact may be asked once more."""
    if contact.state == STOPPED:
        return False
    return not contact.id or len(exchanges.of_contact(tx, contact.id, (rules.REQUESTED,), MOST_WAITING)) < MOST_WAITING


def ensured(tx: Tx, source_id: int) -> Contact | None:
    """The contact of a source, with a row; None where there is none any more."""
    # Locked: two who ask at the same time make one row.
    source = sources.by_id(tx, source_id, lock=True)
    return None if source is None else _kept(tx, known(tx, source))


def _kept(tx: Tx, contact: Contact | None) -> Contact | None:
    if contact is None or contact.id:
        return contact
    made = replace(contact, id=secrets.token_hex(8))
    owner_contacts.add(tx, made)
    return made


def now_of(tx: Tx, contact_id: str, make: bool = False) -> tuple[Contact | None, Source | None]:
    """Who answers in the place of this contact now, and the source: another once its node or the operator names one.

    Its row is made only with ``make``; without, its id is blank until it is.
    """
    contact = owner_contacts.by_id(tx, contact_id)
    source = sources.by_id(tx, contact.source_id) if contact is not None and contact.source_id is not None else None
    if contact is None or source is None or address_of(source) in ("", contact.email):
        return contact, source
    other = known(tx, source)
    return _kept(tx, other) if make else other, source


def may_be_told(contact: Contact, stored: Stored, first: bool) -> bool:
    """Whether a mail may go to a contact: one at most before it has pressed anything, and none after it said stop.

    ``first``: the mail says who we are. What somebody has agreed to, they hear of.
    """
    if contact.state == NEW:
        return first and contact.told_at is None
    agreed = stored.exchange.granted > 0 and "asker" not in stored.listing
    return contact.state != STOPPED or agreed


def organisation_of(tx: Tx, stored: Stored) -> str:
    """What the organisation of an exchange is called."""
    if stored.contact_id is not None:
        return str(stored.listing.get("organisation", ""))
    host = organisations.by_ids(tx, [stored.organisation_id]).get(stored.organisation_id)
    return host.organisation.name if host else str(stored.listing.get("organisation") or "")


def _document(source: Source) -> dict[str, object]:
    read = orjson.loads(source.node_document) if source.node_document else {}
    return read if isinstance(read, dict) else {}
