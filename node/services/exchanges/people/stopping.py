"""What a contact decides about being asked: it presses something and is written to from then on, or it says stop."""

from __future__ import annotations

from node.context import Node
from node.services.exchanges import acting
from node.services.exchanges.people import contacts, telling
from node.storage import exchanges, owner_contacts
from node.storage.owner_contacts import NEW, STOPPED, WILLING, Contact
from schemas import exchange as rules
from schemas.exchange import OWNER, Act


def confirm(node: Node, contact: Contact, again: bool = False) -> None:
    """Somebody has pressed a button by a link that was mailed to it: from now on it hears of what is asked.

    What has waited without a mail is told now. Who has said stop hears of it ``again`` only when they say that.
    """
    with node.database.write() as tx:
        found = owner_contacts.by_id(tx, contact.id, lock=True)
        if found is None or found.state not in ((NEW, STOPPED) if again else (NEW,)):
            return
        owner_contacts.change(tx, found, state=WILLING)
        for stored in exchanges.of_contact(tx, contact.id, (rules.REQUESTED,), contacts.MOST_WAITING):
            telling.tell_request(tx, node, stored)


def stop(node: Node, contact: Contact) -> None:
    """No more requests for this source: nobody can ask any more, and who waits for an answer has a no."""
    with node.database.write() as tx:
        owner_contacts.change(tx, contact, state=STOPPED)
    with node.database.read() as tx:
        waiting = exchanges.of_contact(tx, contact.id, (rules.REQUESTED,), contacts.MOST_WAITING)
    for stored in waiting:
        acting.act(node, stored.id, Act(rules.DECLINE, OWNER))
