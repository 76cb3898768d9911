"""What becomes of alerts whose address refuses our mails: they end, so that nobody is written to in vain for ever.

Only what a server answers to the address itself counts (`postman.Fault.address`), never what it has against this node:
a server that blocks it must not cost anyone their alerts. A mail that comes back later, to the sender's own mailbox, is
not seen here.
"""

from __future__ import annotations

import logging

from node.services.alerts.ends import forget_person
from node.services.alerts.links import ALERT_TOPIC
from node.storage import alerts, bounces
from node.storage.bounces import Bounce
from node.storage.engine import Tx

DAY_S = 86_400
MOST, AT_LEAST_S = 3, DAY_S
"""So many refusals in a row end it, once a day lies between the first and the last: servers have bad days, too."""
LONGEST_S = 14 * DAY_S
"""Refused for so long, two are enough: whoever gets a mail a week should not wait for the third."""

log = logging.getLogger(__name__)


def taken(tx: Tx, topic: str) -> None:
    """A server took a mail of this topic: its address is well."""
    person = _person(tx, topic)
    if person is not None:
        bounces.forget(tx, person)


def refused(tx: Tx, topic: str, now: int) -> int:
    """A server refused the address of a mail of this topic for good; how many alerts that ended."""
    person = _person(tx, topic)
    if person is None or not is_enough(bounces.refused(tx, person, now)):
        return 0
    ended = forget_person(tx, person)
    log.info("an address has refused its mails for good: %d alerts are ended, and it is deleted", ended)
    return ended


def is_enough(bounce: Bounce) -> bool:
    """Whether an address was refused often or long enough."""
    lasted = bounce.last_at - bounce.first_at
    return (bounce.count >= MOST and lasted >= AT_LEAST_S) or lasted >= LONGEST_S


def _person(tx: Tx, topic: str) -> str | None:
    """The keyed hash of the address that a mail about an alert goes to; None for other mails."""
    if not topic.startswith(ALERT_TOPIC):
        return None
    alert = alerts.by_id(tx, topic.removeprefix(ALERT_TOPIC))
    return alert.person if alert else None
