"""Telling those who share what our city's catalogue says of it now: that something is not shown there, or is again.

Other catalogues are not told of: whoever reads us for a day could write mails to our members by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from federation.records import HELD, QUARANTINED, REFUSED, SHOWN
from node.context import Node
from node.languages import translations
from node.services.identity.members import editors
from node.storage import catalogue, listings, organisations
from node.storage.accounts import Account
from node.storage.board_reports import Verdict
from node.storage.engine import Tx
from node.storage.listings import OwnListing
from node.voices import Voice
from schemas.free.explain import word_problems
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

MOST_IN_A_MAIL = 20
_NOT_SHOWN = (QUARANTINED, REFUSED)


@dataclass(frozen=True, slots=True)
class News:
    """A listing of which a catalogue says something else than before."""

    row: OwnListing
    verdict: Verdict


def tell(tx: Tx, node: Node, before: Mapping[str, Verdict], after: Sequence[Verdict]) -> int:
    """Write to the editors of what our city's catalogue says something new of; how many mails."""
    from node.services.mail.mail_settings import can_mail

    if not can_mail(node.settings):
        return 0
    found = sorted(_news(tx, before, after), key=lambda one: one.row.organisation_id)
    return sum(_write(tx, node, id_, list(some)) for id_, some in groupby(found, lambda one: one.row.organisation_id))


def _news(tx: Tx, before: Mapping[str, Verdict], after: Sequence[Verdict]) -> Iterator[News]:
    changed = [one for one in after if _is_other(before.get(one.listing_id), one)]
    shown = catalogue.by_ids(tx, [one.listing_id for one in changed])
    for one in changed:
        here = shown.get(one.listing_id)
        # Of an earlier version nothing is told: whoever changed it since waits for the word on that.
        if here is None or here.entry.hash != one.hash:
            continue
        row = listings.by_id(tx, one.listing_id)
        if row is not None and (one.verdict != SHOWN or _was_asked(before[one.listing_id], here.entry.item)):
            yield News(row, one)


def _is_other(old: Verdict | None, new: Verdict) -> bool:
    if new.verdict in _NOT_SHOWN:
        return old is None or old.verdict not in _NOT_SHOWN or old.reasons != new.reasons
    return new.verdict == SHOWN and old is not None and old.verdict in (HELD, *_NOT_SHOWN)


def _was_asked(old: Verdict, item: str | bytes) -> bool:
    """Whether a person there was to look at it, and not at everything that is new."""
    return old.verdict in _NOT_SHOWN or bool(word_problems(orjson.loads(item)))


def _write(tx: Tx, node: Node, organisation_id: str, news: Sequence[News]) -> int:
    from node.services.mail.letters import MailError, post

    host = organisations.by_ids(tx, [organisation_id])[organisation_id]
    count = 0
    for account in editors(tx, organisation_id):
        try:
            count += post(tx, node, _letter(node, account, host.slug, news[:MOST_IN_A_MAIL]))
        except MailError:
            continue
    return count


def _letter(node: Node, account: Account, slug: str, news: Sequence[News]) -> Letter:
    from node.services.mail.letters import Letter, render

    settings, language = node.settings, account.language or node.settings.language
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    board = urlsplit(news[0].verdict.node_url).netloc
    told = [_told(settings.url, slug, one) for one in news]
    values: dict[str, Any] = {"site": settings.node_name, "home_url": settings.url, "board": board, "told": told}
    text, html = render(settings, "board_news", language, **values)
    subject = voice.say_many(
        "What %(board)s says of “%(title)s”",
        "What %(board)s says of “%(title)s” and more",
        len(told),
        board=board,
        title=told[0]["title"],
    )
    mark = "\n".join(f"{one.verdict.listing_id} {one.verdict.hash} {one.verdict}" for one in news)
    key = f"board:{account.id}:{hashlib.sha256(mark.encode()).hexdigest()[:32]}:{node.now}"
    return Letter(account.email, subject, text, html, key, f"board:{account.id}")


def _told(url: str, slug: str, one: News) -> dict[str, Any]:
    return {
        "title": str(one.row.item()["title"]),
        "shown": one.verdict.verdict == SHOWN,
        "reasons": one.verdict.reasons,
        "url": f"{url}desk/{slug}/listings/{quote(one.row.key)}/history",
    }
