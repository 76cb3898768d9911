"""Mails about what is new: asking for them, for a search or for one listing, and for the link to change them.

An address is enough, and it counts once a link that was sent there has been used. Whether it is known here is told to
nobody: every request gets the same answer, and what more there is to say is said in a mail to it.
`node.services.alerts.choices` is what people do with those links.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from urllib.parse import urlencode

from node.context import Node
from node.languages import translations
from node.search.request import PAGE_SIZE, SearchRequest
from node.services.alerts import links
from node.services.alerts.times import FREQUENCIES
from node.services.alerts.words import AlertWords
from node.services.catalogue.search import search
from node.services.limits import throttling
from node.services.limits.strangers import FormError, FormLimitError, mail_problems, sender_of
from node.services.mail.letters import Letter, MailError, build, deliverable, post, render
from node.storage import alerts as stored
from node.storage.alerts import PENDING, Alert
from node.storage.catalogue import Shown
from node.storage.engine import Tx
from schemas.errors import Problem
from schemas.records import dataclass

HOUR_S, DAY_S = 3600, 86_400
CONFIRM_S = 2 * DAY_S
AN_HOUR, MOST_PENDING = 10, 2000
MOST_OF_ONE, A_DAY, MOST_ASKED = 20, 5, 3
LONGEST_EMAIL = 254


class AlertError(FormError):
    """An alert that cannot be kept."""


class AlertLimitError(FormLimitError, AlertError):
    """Too many alerts, from one network address or in all."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for mails, and how they are to come.

    ``from_address`` is the network address of the request, kept as a keyed hash for a day.
    """

    email: str
    frequency: str
    language: str
    from_address: str


def ask(node: Node, request: SearchRequest, words: str, asker: Asker) -> None:
    """Ask the address whether it wants to be told when something new fits the search; ``words`` say it to people.

    Raises `AlertError`, and `AlertLimitError`; neither depends on whether the address is known.
    """
    _check(asker.email.strip(), asker.frequency)
    _ask(node, asker, words, search=_search_text(node, request))


def ask_for_matches(node: Node, shown: Shown, asker: Asker) -> None:
    """The same, when something new meets one listing, or it something new: offers meet a want, and the reverse."""
    _check(asker.email.strip(), asker.frequency)
    other = "offer" if shown.entry.facts.direction == "want" else "want"
    title = " ".join(shown.entry.facts.title.split())
    _ask(node, asker, title, search=urlencode({"direction": other}), listing=shown.entry.key)


def ask_for_link(node: Node, email: str, language: str, from_address: str) -> None:
    """Send an address the link to all its mails, once an hour at most, if there are any.

    How long it takes says nothing of that. Raises `AlertError` and `TooManyTriesError`.
    """
    email = email.strip()
    _check(email, FREQUENCIES[0])
    throttling.begin_mail(node, email, from_address)
    person = links.person_of(node, email)
    with node.database.write() as tx:
        known = stored.of_person(tx, person)
        say = translations(language, node.settings)
        site = node.settings.node_name
        facts = {"site": site, "home_url": node.settings.url, "manage_url": links.manage_url(node, person)}
        text, html = render(node.settings, "alert_link", language, **facts)
        subject = say.gettext("All your mails from %(site)s") % {"site": site}
        key = f"alert-link:{person}:{node.now // HOUR_S}"
        # To the address as it was confirmed, not as it was typed just now.
        to = known[0].email if known else "nobody@example.org"
        letter = Letter(to, subject, text, html, key, links.person_topic(person))
        if known:
            post(tx, node, letter)
        else:
            build(node, letter)  # as much work as for somebody


def _ask(node: Node, asker: Asker, words: str, *, search: str, listing: str = "") -> None:
    sender, email = sender_of(node, "alert", asker.from_address), asker.email.strip()
    with node.database.write() as tx:
        _refuse_floods(tx, sender, node.now)
        fresh = Alert(
            id=secrets.token_urlsafe(12),
            person=links.person_of(node, email),
            email=email,
            search=search,
            listing=listing,
            words=words,
            language=asker.language,
            frequency=asker.frequency,
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
    wanted = fresh.search, fresh.listing
    same = next((one for one in known if (one.search, one.listing) == wanted), None)
    if same is not None and same.state != PENDING:
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
    url = links.confirm_url(node, alert.id, until)
    key = f"alert-confirm:{alert.id}:{alert.asked}"
    _post(tx, node, alert, "alert_confirm", key, confirm_url=url, useless_at=until)


def _post(
    tx: Tx, node: Node, alert: Alert, name: str, key: str, confirm_url: str = "", useless_at: int | None = None
) -> None:
    site, known = node.settings.node_name, confirm_url == ""
    words = AlertWords(alert, node.settings)
    text, html = render(
        node.settings,
        name,
        alert.language,
        site=site,
        home_url=node.settings.url,
        asked=words.asked_again() if known else words.asked(),
        often=words.often(),
        until=words.moment(useless_at) if useless_at else "",
        confirm_url=confirm_url,
        manage_url=links.manage_url(node, alert.person),
    )
    subject = words.known_subject() if known else words.confirm_subject()
    post(tx, node, Letter(alert.email, subject, text, html, key, links.topic_of(alert.id), useless_at=useless_at))
