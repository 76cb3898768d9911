"""The word of whoever runs a catalogue on a listing that was written there, and telling those who look after it.

Those whose listings come from other nodes read it in their report. Who writes here gets a mail, and reads it at the
desk.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from node.context import Node
from node.languages import translations
from node.services.identity.members import editors
from node.services.listings.doubted import REASON
from node.storage import organisations, own_rulings, reports
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.listings import LIVE, OwnListing
from node.storage.own_rulings import KEPT, OwnRuling
from node.storage.reports import Report
from node.voices import Voice, later
from schemas.free.explain import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.services.mail.letters import Letter

_MOST_READ = 50


_STAYS = (
    later("It stays: “%(title)s”"),
    later("Whoever runs this board looked at the words of “%(title)s”. It stays, and you need do nothing."),
    later("See it at the desk"),
)
_TAKEN_DOWN = (
    later("Taken down: “%(title)s”"),
    later(
        "Whoever runs this board took “%(title)s” down, so nobody sees it any more. Nothing of it is lost: it is still"
        " at your desk, and can be changed there and shown again. The reason:"
    ),
    later("Look at it at the desk"),
)
ASKED = "asked"
"""In place of a ruling: somebody is asked."""


def word_on(node: Node, row: OwnListing) -> OwnRuling | None:
    """What its author is to know: that somebody is asked about its words, or what was said of them; None for neither.

    That one stays is over once its words are others.
    """
    with node.database.read() as tx:
        word = own_rulings.of(tx, [row.id]).get(row.id)
        waits = [one for one in reports.of_listing(tx, row.id, _MOST_READ) if one.reason == REASON]
    if waits and row.state == LIVE:
        return OwnRuling(ASKED, "", "", waits[0].reported_at)
    if word is None or word.ruling == KEPT:
        return word if word and word.words == fingerprint(row.item()) else None
    return word if row.state != LIVE else None


def give(tx: Tx, node: Node, row: OwnListing, ruling: str, reason: str, about: Sequence[Report]) -> None:
    """Keep the word on an own listing and tell its editors; ``about`` are the reports that it answers.

    That it stays is told only where they know that somebody looked: where its words were in doubt.
    """
    of_words = any(report.reason == REASON for report in about)
    words = fingerprint(row.item()) if of_words else ""
    own_rulings.put(tx, row.id, OwnRuling(ruling, reason, words, node.now))
    if of_words or ruling != KEPT:
        _tell(tx, node, row, ruling, reason)


def _tell(tx: Tx, node: Node, row: OwnListing, ruling: str, reason: str) -> None:
    from node.services.mail.letters import MailError, post
    from node.services.mail.mail_settings import can_mail

    if not can_mail(node.settings):
        return
    slug = organisations.by_ids(tx, [row.organisation_id])[row.organisation_id].slug
    url = f"{node.settings.url}desk/{slug}/listings/{quote(row.key)}/history"
    for account in editors(tx, row.organisation_id):
        try:
            post(tx, node, _letter(node, account, row, ruling, reason, url))
        except MailError:
            continue


def _letter(node: Node, account: Account, row: OwnListing, ruling: str, reason: str, url: str) -> Letter:
    from node.services.mail.letters import Letter, render

    settings, language = node.settings, account.language or node.settings.language
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    subject, sentence, button = _STAYS if ruling == KEPT else _TAKEN_DOWN
    title = str(row.item()["title"])
    text, html = render(
        settings,
        "ruling",
        language,
        site=settings.node_name,
        home_url=settings.url,
        sentence=voice.say(sentence, title=title),
        words=reason,
        button=voice.say(button),
        url=url,
    )
    topic, which = f"ruling:{account.id}", hashlib.sha256(row.id.encode()).hexdigest()[:32]
    key = f"{topic}:{ruling}:{which}:{node.now}"
    return Letter(account.email, voice.say(subject, title=title), text, html, key, topic)
