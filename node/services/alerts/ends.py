"""Forgetting alerts, with the mails about them that wait. Loads no search."""

from __future__ import annotations

from collections.abc import Sequence

from node.services.alerts import links
from node.storage import alerts as stored
from node.storage import bounces, outbox
from node.storage.engine import Tx


def forget_person(tx: Tx, person: str) -> int:
    """Forget everything about an address, mails that wait for it too; how many alerts it had."""
    outbox.call_back(tx, links.person_topic(person))
    bounces.forget(tx, person)
    return forget(tx, [one.id for one in stored.of_person(tx, person)])


def forget(tx: Tx, alert_ids: Sequence[str]) -> int:
    """Forget these alerts, the mails about them that wait too; how many there were."""
    for alert_id in alert_ids:
        outbox.call_back(tx, links.topic_of(alert_id))
    return stored.remove(tx, alert_ids)
