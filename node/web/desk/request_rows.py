"""What a row says of a request: what it is, who asks, by when, and the press that is meant most often."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from node.services.bookings.opening import Span
from node.services.exchanges.manners import manners
from node.services.exchanges.reading import Row
from node.services.identity.members import EDITOR
from node.web import current_node
from node.web.desk.booking_words import until, when
from node.web.desk.gate import member_now
from node.web.form_state import form_at
from node.web.portal.cards import moment
from node.web.view_models.exchanges import DeskRequestRow, ExchangePress
from node.web.wording.code_words import word
from node.web.wording.words import number
from schemas import exchange as rules
from schemas.exchange import OWNER as OWNER_SIDE
from schemas.exchange import Exchange


def row_of(slug: str, row: Row) -> DeskRequestRow:
    """The row of a request for who is signed in."""
    stored, exchange = row.stored, row.stored.exchange
    count = number(exchange.granted or exchange.asked)
    marks = [_("%(count)s of %(total)s", count=count, total=number(stored.listed))] if stored.listed > 1 else []
    marks += [_("had something before")] if row.had_before and exchange.state == rules.REQUESTED else []
    marks += [word(str(stored.need), "exchange_need")] if stored.need else []
    path = f"/desk/{slug}/requests/{stored.id}"
    name = row.name or _("Nobody is known any more")
    here = request.script_root + path
    since, how = moment(exchange.since), manners(exchange)
    day, is_late = _day(exchange)
    press = _press(row, path)
    return DeskRequestRow(stored.title, name, here, exchange.state, since, tuple(marks), press, how, day, is_late)


def _press(row: Row, path: str) -> ExchangePress | None:
    """What the owner says most often, without a look at the page: that it is gone, or that it is back."""
    exchange = row.stored.exchange
    if not row.stored.key or not member_now().may(EDITOR):
        return None
    is_owed = exchange.state == rules.ACCEPTED or (exchange.state == rules.HANDED_OVER and not exchange.owner_said)
    is_theirs = row.stored.asker_id == member_now().organisation_id or exchange.giver != OWNER_SIDE
    comes_back = exchange.state in (rules.LENT, rules.BROUGHT_BACK) and not is_theirs
    name = rules.HAND_OVER if is_owed else rules.BRING_BACK if comes_back else ""
    return ExchangePress(word(name, "exchange_press", manners(exchange)), form_at(path, {"do": name})) if name else None


def _day(exchange: Exchange) -> tuple[str, bool]:
    """When it is handed over or comes back, in words, and whether that day is past; nothing where none was named."""
    if exchange.starts_at is None or exchange.ends_at is None or not exchange.is_open:
        return "", False
    if exchange.state != rules.LENT:
        return when(Span(exchange.starts_at, exchange.ends_at)), False
    is_late = exchange.ends_at < current_node().now
    back = until(exchange.ends_at)
    return (_("Should be back since %(day)s", day=back) if is_late else _("Back by %(day)s", day=back)), is_late
