"""Mails about what is new: who asks for them, confirms, changes and ends them.

An address is enough, and it counts once a link that was sent there has been used. Whether it is known here is told to
nobody: every request gets the same answer, and what more there is to say is said in a mail to it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from node.context import Node
from node.languages import translations
from node.search.request import PAGE_SIZE, SearchRequest
from node.services import alert_links as links
from node.services.alert_links import AlertLinkError
from node.services.alert_times import FREQUENCIES, next_due
from node.services.mail import Letter, MailError, deliverable, post, render
from node.services.search import search
from node.services.strangers import FormError, FormLimitError, mail_problems, sender_of
from node.storage import alerts as stored
from node.storage import catalogue, outbox
from node.storage.alerts import ACTIVE, PENDING, Alert
from node.storage.engine import Tx
from schemas.errors import Problem

HOUR_S, DAY_S = 3600, 86_400
CONFIRM_S = 2 * DAY_S
AN_HOUR, MOST_PENDING = 10, 2000
MOST_OF_ONE, A_DAY, MOST_ASKED = 20, 5, 3
LONGEST_EMAIL = 254
JUST_SHOWN_S, MOST_JUST_SHOWN = 300, 5000
READY, DONE, OVER = "ready", "done", "over"
_LURES = re.compile(r"://|www\.|@|\w\.\w{2,}")


class AlertError(FormError):
    """An alert that cannot be kept."""


class AlertLimitError(FormLimitError, AlertError):
    """Too many alerts, from one network address or in all."""


def ask(
    node: Node, request: SearchRequest, words: str, *, email: str, frequency: str, language: str, from_address: str
) -> None:
    """Ask the address whether it wants to be told when something new fits the search.

    ``words`` say the search to people, ``from_address`` is the network address of the request, kept as a keyed hash for
    a day. Raises `AlertError`, and `AlertLimitError`; neither depends on whether the address is known.
    """
    email = email.strip()
    _check(email, frequency)
    wanted = _search_text(node, request)
    sender = sender_of(node, "alert", from_address)
    with node.database.write() as tx:
        _refuse_floods(tx, sender, node.now)
        person = links.person_of(node, email)
        fresh = Alert(
            id=secrets.token_urlsafe(12),
            person=person,
            email=email,
            search=wanted,
            words=words,
            language=language,
            frequency=frequency,
            state=PENDING,
            position=0,
            due_at=0,
            sender=sender,
            asked=1,
            asked_at=node.now,
        )
        _keep(tx, node, fresh)


def _check(email: str, frequency: str) -> None:
    problems = [Problem("/frequency", "not-a-choice", "Choose how often.")] if frequency not in FREQUENCIES else []
    if not email:
        problems.append(Problem("/email", "missing", "Enter the address to write to."))
    elif len(email) > LONGEST_EMAIL or mail_problems("email", email) or not _is_deliverable(email):
        words = "This must be an e-mail address that we can write to, such as name@example.org."
        problems.append(Problem("/email", "bad-email", words))
    if problems:
        raise AlertError(problems)


def _is_deliverable(email: str) -> bool:
    try:
        deliverable(email)
    except MailError:
        return False
    return True


def _search_text(node: Node, request: SearchRequest) -> str:
    """The search as it is kept: its place as a point, without order and page. Raises `AlertError`."""
    result = search(node, request.changed(limit=1, sort=""))
    if not result.ready and request.near and not request.point:
        words = "The search is being prepared. Nothing was kept; try again in a few seconds."
        raise AlertError([Problem("", "not-ready", words)])
    if not result.place_known:
        words = "We do not know that place, so we could not tell what is near it. Nothing was kept; try a town."
        raise AlertError([Problem("", "unknown-place", words)])
    return urlencode(result.request.changed(limit=PAGE_SIZE, sort="").to_args())


def _refuse_floods(tx: Tx, sender: str, now: int) -> None:
    if stored.count_from(tx, sender, now - HOUR_S) >= AN_HOUR:
        message = f"There were {AN_HOUR} requests from this connection within an hour. Please try again later."
        raise AlertLimitError(Problem("", "too-many-from-here", message), HOUR_S)
    if stored.count_pending(tx) >= MOST_PENDING:
        message = "So many people have asked for mails that no more are taken today. Please try again tomorrow."
        raise AlertLimitError(Problem("", "too-many-waiting", message), DAY_S)


def _keep(tx: Tx, node: Node, fresh: Alert) -> None:
    """Write to the address, unless it has been written to enough: of that, whoever asked learns nothing."""
    known = stored.of_person(tx, fresh.person)
    same = next((one for one in known if one.search == fresh.search), None)
    if same is not None and same.state == ACTIVE:
        _post(tx, node, same, "alert_known", f"alert-known:{same.id}:{node.now // DAY_S}")
    elif same is not None:
        _ask_again(tx, node, same, fresh)
    elif len(known) < MOST_OF_ONE and sum(one.asked_at > node.now - DAY_S for one in known) < A_DAY:
        stored.add(tx, fresh)
        _ask_for_word(tx, node, fresh)


def _ask_again(tx: Tx, node: Node, pending: Alert, fresh: Alert) -> None:
    if pending.asked >= MOST_ASKED:
        return
    changed = {name: getattr(fresh, name) for name in ("email", "words", "language", "frequency", "sender", "asked_at")}
    again = replace(pending, asked=pending.asked + 1, **changed)
    stored.change(tx, again.id, asked=again.asked, **changed)
    _ask_for_word(tx, node, again)


def _ask_for_word(tx: Tx, node: Node, alert: Alert) -> None:
    until = alert.asked_at + CONFIRM_S
    url = f"{node.settings.url}{links.CONFIRM_PATH}{links.confirm_token(node, alert.id, until)}"
    key = f"alert-confirm:{alert.id}:{alert.asked}"
    _post(tx, node, alert, "alert_confirm", key, confirm_url=url, useless_at=until)


def _post(
    tx: Tx, node: Node, alert: Alert, name: str, key: str, confirm_url: str = "", useless_at: int | None = None
) -> None:
    site, known = node.settings.node_name, confirm_url == ""
    # Anyone may have typed these words for a stranger to read: nothing in them may lead anywhere.
    words = "" if _LURES.search(alert.words) else alert.words[:100]
    text, html = render(
        node.settings,
        name,
        alert.language,
        site=site,
        home_url=node.settings.url,
        words=words,
        frequency=alert.frequency,
        confirm_url=confirm_url,
        manage_url=manage_url(node, alert.person),
    )
    say = translations(alert.language, node.settings)
    subject = (
        say.gettext("You get these mails from %(site)s already")
        if known
        else say.gettext("Please confirm: mails from %(site)s")
    )
    letter = Letter(alert.email, subject % {"site": site}, text, html, key, topic_of(alert.id), useless_at=useless_at)
    post(tx, node, letter)


def topic_of(alert_id: str) -> str:
    """What mails of this alert are about."""
    return f"alert:{alert_id}"


def manage_url(node: Node, person: str) -> str:
    """The page of all alerts of one address."""
    return f"{node.settings.url}{links.MANAGE_PATH}{links.manage_token(node, person)}"


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
    with node.database.write() as tx:
        # Under the lock no writer stands between this moment and what is shown: it is old, all that follows is new.
        head, now = catalogue.state(tx, lock=True).head, node.now
        alert = stored.by_id(tx, alert_id)
        if alert is None:
            raise AlertLinkError("This link is too old. Nothing was changed; ask for the mails again.")
        due_at = next_due(alert.frequency, now, node.settings.timezone)
        if stored.confirm(tx, alert_id, head, due_at, now):
            # A writer that waited for the lock may give its listings an earlier second than this one.
            just_shown = stored.shown_since(tx, now - JUST_SHOWN_S, MOST_JUST_SHOWN)
            stored.tell(tx, alert_id, just_shown, now)
        return alert


def stop(node: Node, token: str) -> str | None:
    """End one alert and forget it; again it changes nothing. Where the others of the address are, if there are any.

    Raises `AlertLinkError`.
    """
    alert_id = links.read_stop(node, token)
    with node.database.write() as tx:
        alert = stored.by_id(tx, alert_id)
        _forget(tx, [alert_id])
        others = stored.of_person(tx, alert.person) if alert else []
    return manage_url(node, others[0].person) if others else None


def stopped(node: Node, token: str) -> Alert | None:
    """The alert that a link would end; None where it has ended already. Raises `AlertLinkError`."""
    alert_id = links.read_stop(node, token)
    with node.database.read() as tx:
        return stored.by_id(tx, alert_id)


def of_person(node: Node, token: str) -> list[Alert]:
    """All confirmed alerts of an address, the oldest first. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.read() as tx:
        return [one for one in stored.of_person(tx, person) if one.state == ACTIVE]


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


def remove(node: Node, token: str, alert_id: str | None = None) -> int:
    """End one alert of an address, or all; how many. Raises `AlertLinkError`."""
    person = links.read_manage(node, token)
    with node.database.write() as tx:
        mine = [one.id for one in stored.of_person(tx, person)]
        return _forget(tx, [one for one in mine if alert_id in (None, one)])


def _forget(tx: Tx, alert_ids: Sequence[str]) -> int:
    for alert_id in alert_ids:
        outbox.call_back(tx, topic_of(alert_id))
    return stored.remove(tx, alert_ids)


def tidy(node: Node) -> None:
    """Forget addresses that were never confirmed, after two days, and hashes of network addresses after one."""
    with node.database.write() as tx:
        stored.tidy(tx, node.now - CONFIRM_S, node.now - DAY_S)
