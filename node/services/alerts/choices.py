"""What people do with the links in their mails: confirm, change, pause, go on, end one, end all.

Whoever has a link may do what it says, and nothing more (`node.services.alerts.links`).
"""

from __future__ import annotations

from collections.abc import Sequence

from node.context import Node
from node.services.alerts import links, matches
from node.services.alerts.asking import CONFIRM_S, DAY_S, AlertError
from node.services.alerts.ends import forget, forget_person
from node.services.alerts.links import AlertLinkError
from node.services.alerts.times import FREQUENCIES, next_due
from node.storage import alerts as stored
from node.storage import bounces, catalogue
from node.storage.alerts import ACTIVE, PAUSED, PENDING, Alert
from node.storage.engine import Tx
from schemas.errors import Problem

JUST_SHOWN_S, MOST_JUST_SHOWN = 300, 5000
READY, DONE, OVER = "ready", "done", "over"
BOUNCES_KEPT_S = 60 * DAY_S


def state_of(node: Node, token: str) -> tuple[str, Alert | None]:
    """What a link to confirm can do, and its alert: `READY`, `DONE` or `OVER`. Asking changes nothing."""
    try:
        alert_id = links.read_confirm(node, token)
    except AlertLinkError:
        return OVER, None
    with node.database.read() as tx:
        alert = stored.by_id(tx, alert_id)
    if alert is None:
        return OVER, None
    return (READY if alert.state == PENDING else DONE), alert


def confirm(node: Node, token: str) -> Alert:
    """Begin to look after an alert; doing so again changes nothing. Raises `AlertLinkError`."""
    alert_id = links.read_confirm(node, token)
    with node.database.read() as tx:
        waiting = stored.by_id(tx, alert_id)
    if waiting is None:
        raise AlertLinkError("This link is too old. Nothing was changed; ask for the mails again.")
    known = matches.there_already(node, waiting)
    with node.database.write() as tx:
        now, head = node.now, _head(tx)
        due_at = next_due(waiting.frequency, now, node.settings.timezone)
        if stored.confirm(tx, alert_id, known.position_from(head), due_at, now):
            _note(tx, waiting, known.keys, now)
    return waiting


def _head(tx: Tx) -> int:
    # Under the lock no writer stands between this moment and what is shown: it is old, all that follows is new.
    return catalogue.state(tx, lock=True).head


def _note(tx: Tx, alert: Alert, there: Sequence[str], now: int) -> None:
    """Note as told what is there when an alert begins: of a search by when it was shown, of a listing what fits it."""
    if not alert.listing:
        # A writer that waited for the lock may give its listings an earlier second than this one.
        there = stored.shown_since(tx, now - JUST_SHOWN_S, MOST_JUST_SHOWN)
    known = stored.told(tx, alert.id, there)
    stored.tell(tx, alert.id, [key for key in there if key not in known], now)


def stop(node: Node, token: str) -> str | None:
    """End one alert and forget it; again it changes nothing. Where the others of the address are, if there are any.

    Raises `AlertLinkError`.
    """
    alert_id = links.read_stop(node, token)
    with node.database.write() as tx:
        alert = stored.by_id(tx, alert_id)
        forget(tx, [alert_id])
        others = stored.of_person(tx, alert.person) if alert else []
    return links.manage_url(node, others[0].person) if others else None


def stopped(node: Node, token: str) -> Alert | None:
    """The alert that a link would end; None where it has ended already. Raises `AlertLinkError`."""
    alert_id = links.read_stop(node, token)
    with node.database.read() as tx:
        return stored.by_id(tx, alert_id)


def of_person(node: Node, token: str) -> list[Alert]:
    """All confirmed alerts of an address, the oldest first. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.read() as tx:
        return [one for one in stored.of_person(tx, person) if one.state != PENDING]


def change(node: Node, token: str, alert_id: str, frequency: str) -> None:
    """Tell more or less often. Raises `AlertLinkError`, and `AlertError` for a frequency that there is not."""
    if frequency not in FREQUENCIES:
        raise AlertError([Problem("/frequency", "not-a-choice", "Choose how often.")])
    person = links.read_manage(node, token)
    with node.database.write() as tx:
        alert = stored.by_id(tx, alert_id)
        if alert is not None and alert.person == person:
            due_at = next_due(frequency, node.now, node.settings.timezone)
            stored.change(tx, alert_id, frequency=frequency, due_at=due_at)


def pause(node: Node, token: str, alert_id: str) -> None:
    """Write nothing more about one alert until it is resumed. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.write() as tx:
        alert = stored.by_id(tx, alert_id)
        if alert is not None and alert.person == person and alert.state == ACTIVE:
            stored.change(tx, alert_id, state=PAUSED)


def resume(node: Node, token: str, alert_id: str) -> None:
    """Write about one alert again, from now on: what came in the meantime is not told. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.read() as tx:
        paused = stored.by_id(tx, alert_id)
    if paused is None or paused.person != person:
        return
    known = matches.there_already(node, paused)
    with node.database.write() as tx:
        due_at = next_due(paused.frequency, node.now, node.settings.timezone)
        if stored.resume(tx, alert_id, known.position_from(_head(tx)), due_at, node.now):
            _note(tx, paused, known.keys, node.now)


def remove(node: Node, token: str, alert_id: str | None = None) -> int:
    """End one alert of an address, or all, and with them all that is known of it; how many. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.write() as tx:
        mine = [one.id for one in stored.of_person(tx, person)]
        if alert_id is None:
            return forget_person(tx, person)
        return forget(tx, [one for one in mine if one == alert_id])


def tidy(node: Node) -> None:
    """Forget addresses that were never confirmed, after two days, and hashes of network addresses after one."""
    with node.database.write() as tx:
        stored.tidy(tx, node.now - CONFIRM_S, node.now - DAY_S)
        bounces.tidy(tx, node.now - BOUNCES_KEPT_S)
