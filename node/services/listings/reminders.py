"""Asking by mail before a listing ends: is it there still? One press renews it, one takes it down, without signing in.

The links are signed with the node's secret and name whom they were sent to, who must still be a member that may change
listings. Opening one changes nothing, for programs that check mails open every link: its page has the buttons.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from federation.facts import seconds
from node.context import Node
from node.languages import translations
from node.services.identity.members import EDITOR, ROLES, editors
from node.services.listings import publishing
from node.services.listings.drafts import DEFAULT_LIFE, end_of
from node.storage import accounts, listings, memberships, organisations, reminders
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.listings import LIVE, OwnListing
from node.voices import Voice
from schemas.errors import SharefeedError
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

PATH = "desk/still-there/"
DAY_S = 86_400
AHEAD_S = 7 * DAY_S
LEAST_LIFE_S = 8 * DAY_S
"""What was written or renewed later before its end than this is not asked about."""
PAUSE_S = 20 * 3600
"""An organisation gets one such mail a day; what ends within a day is not kept waiting for it."""
MOST_AT_ONCE, MOST_IN_A_MAIL = 500, 20
RENEW, GONE = "renew", "gone"
_TOKEN = re.compile(r"([0-9a-f]{1,32})\.([A-Za-z0-9._-]{1,120})\.([0-9]{1,12})\.([A-Za-z0-9_-]{32})")


class ReminderLinkError(SharefeedError):
    """A link that this node has not made, or of somebody who may not change the listing any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks about: ``fresh`` while the listing is as it was when the mail was written."""

    row: OwnListing
    organisation: str
    by: str
    fresh: bool


def remind(node: Node) -> int:
    """Write the mails that are due; how many. Does nothing on a node that sends none."""
    from node.services.mail.mail_settings import can_mail

    if not can_mail(node.settings):
        return 0
    with node.database.write() as tx:
        found = reminders.untold(tx, node.now, node.now + AHEAD_S, LEAST_LIFE_S, MOST_AT_ONCE)
        due = [row for row in found if _goes_on(node, row)]
        # Passed over for good, and no mail of today that would put off another.
        reminders.tell(tx, [row for row in found if row not in due], 0)
        due.sort(key=lambda row: (row.organisation_id, row.expires_at))
        return sum(_tell(tx, node, id_, list(rows)) for id_, rows in groupby(due, lambda row: row.organisation_id))


def _goes_on(node: Node, row: OwnListing) -> bool:
    """Whether it could be shown for longer. An event that is over then, and food that is not in date, could not."""
    return seconds(end_of(row.listing(), renewed_until(node), node.settings.timezone)) > row.expires_at


def _tell(tx: Tx, node: Node, organisation_id: str, rows: list[OwnListing]) -> int:
    """Ask everyone who may change the listings of an organisation about some of them; how many mails."""
    from node.services.mail.letters import MailError, post

    rested = node.now - reminders.last_told(tx, organisation_id) >= PAUSE_S
    if not rested and rows[0].expires_at - node.now > DAY_S:
        return 0
    told = rows[:MOST_IN_A_MAIL]
    reminders.tell(tx, told, node.now)
    count = 0
    for account in editors(tx, organisation_id):
        try:
            count += post(tx, node, _letter(node, account, told))
        except MailError:
            continue
    return count


def _letter(node: Node, account: Account, rows: Sequence[OwnListing]) -> Letter:
    from babel.dates import format_date

    from node.services.mail.letters import Letter, render

    settings, language = node.settings, account.language or node.settings.language
    zone, locale = ZoneInfo(settings.timezone), language.replace("-", "_")
    voice = Voice(translations(language, settings), locale)
    asked = [
        {
            "title": row.item()["title"],
            "day": format_date(datetime.fromtimestamp(row.expires_at, zone).date(), "d MMMM", locale),
            "link": f"{settings.url}{PATH}{token_of(node, account.id, row)}",
        }
        for row in rows
    ]
    name = rows[0].listing().organisation.name
    text, html = render(
        settings, "reminder", language, site=settings.node_name, home_url=settings.url, asked=asked, organisation=name
    )
    subject = voice.say_many(
        "Is it there still? %(title)s", "Are they there still? %(title)s and more", len(rows), title=asked[0]["title"]
    )
    mark = hashlib.sha256("\n".join(f"{row.key} {row.expires_at}" for row in rows).encode()).hexdigest()[:32]
    key = f"reminder:{account.id}:{mark}"
    return Letter(account.email, subject, text, html, key, f"reminder:{account.id}", useless_at=rows[-1].expires_at)


def token_of(node: Node, account_id: str, row: OwnListing) -> str:
    """What a link carries: for whom, which listing, and the end that it asks about."""
    said = f"{account_id}.{row.key}.{row.expires_at}"
    return f"{said}.{_signed(node, said)}"


def _signed(node: Node, said: str) -> str:
    digest = hmac.new(node.settings.secret(), f"still there {said}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:32]


def asked(node: Node, token: str) -> Asked:
    """What a link asks about. Raises `ReminderLinkError`."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_signed(node, token.rpartition(".")[0]), found[4]):
        raise ReminderLinkError("This link is none of ours, or a part of it is missing. Nothing was changed.")
    account_id, key, end = found[1], found[2], int(found[3])
    with node.database.read() as tx:
        row, account = listings.by_key(tx, key), accounts.by_id(tx, account_id)
        role = memberships.role_of(tx, account_id, row.organisation_id) if row else None
        host = organisations.by_ids(tx, [row.organisation_id]).get(row.organisation_id) if row else None
    if row is None or host is None or account is None or role not in ROLES or ROLES.index(role) < ROLES.index(EDITOR):
        raise ReminderLinkError("This link was for somebody who does not look after it any more. Nothing was changed.")
    return Asked(row, host.organisation.name, account.name, row.state == LIVE and row.expires_at == end)


def answer(node: Node, token: str, what: str) -> Asked:
    """Renew the listing, or take it down as given; pressed twice, it is done once. Raises `ReminderLinkError`."""
    found = asked(node, token)
    if not found.fresh:
        return found
    if what == RENEW:
        publishing.renew_all(node, [found.row.key], by=found.by)
    elif what == GONE:
        publishing.withdraw_all(node, {found.row.key: "given"}, found.by)
    return asked(node, token)


def renewed_until(node: Node) -> datetime:
    """Until when a listing is shown that is renewed now."""
    return datetime.fromtimestamp(node.now, UTC) + DEFAULT_LIFE
