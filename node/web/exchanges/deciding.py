"""A dispute: what each side has said of it, who decides, and what was decided."""

from __future__ import annotations

from flask_babel import gettext as _

from node.context import Node
from node.services.exchanges.manners import manners
from node.services.exchanges.reading import Seen
from node.storage import memberships
from node.web.view_models.parts import Choice
from node.web.wording.code_words import word
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER

SETTLING = {f"settle_{outcome}": outcome for outcome in rules.OUTCOMES}
"""What a button sends, and what it finds to have become of it."""
_CLAIMS = (rules.HAND_OVER, rules.BRING_BACK, rules.DISPUTE)


def may_settle(seen: Seen) -> bool:
    """Who runs the node decides what both sides see differently."""
    account = seen.party.account
    return seen.party.side == OWNER and account is not None and account.operator


def outcomes(seen: Seen) -> tuple[Choice, ...]:
    """What the reader can decide; nothing where that is not theirs, or there is nothing to decide."""
    exchange = seen.stored.exchange
    if exchange.state != rules.DISPUTED or not may_settle(seen):
        return ()
    fitting = [do for do, outcome in SETTLING.items() if outcome != rules.RETURNED or exchange.is_loan]
    return tuple(Choice(do, word(do, "exchange_press", manners(exchange))) for do in fitting)


def speaks_for_neither(node: Node, seen: Seen) -> bool:
    """Whether the reader decides and is of neither side, so that their words are not to look like those of one."""
    account = seen.party.account
    if account is None or not outcomes(seen):
        return False
    with node.database.read() as tx:
        return memberships.role_of(tx, account.id, seen.stored.organisation_id) is None


def lead_of_dispute(seen: Seen) -> str:
    """How a dispute stands for the reader, or how it was decided; "" where there was none."""
    exchange = seen.stored.exchange
    if exchange.state == rules.DISPUTED:
        code = "disputed_decides" if outcomes(seen) else f"disputed{_far(seen)}"
    elif any(event.act == rules.SETTLE for event in seen.events):
        code = f"settled_{exchange.state}{_far(seen)}"
    else:
        return ""
    return word(code, "exchange_dispute", manners(exchange))


def judge(seen: Seen) -> str:
    """What whoever decides is called among those who write."""
    return str(_("Who runs their site") if _far(seen) else _("Who runs this site"))


def claims(seen: Seen) -> list[tuple[str, str]]:
    """What each side has said last of what became of it, while that is disputed and after it was decided."""
    if not lead_of_dispute(seen):
        return []
    names = {OWNER: seen.organisation, ASKER: (seen.person.name if seen.person else "") or _("Who asked")}
    said: dict[str, str] = {}
    for event in seen.events:
        if event.act == rules.TAKE_BACK:
            said.pop(event.side, None)
        elif event.act in _CLAIMS and event.side != OPERATOR:
            said[event.side] = event.act
    how = manners(seen.stored.exchange)
    return [
        (_("%(name)s says", name=names[side]), word(said[side], "exchange_claim", how))
        for side in (OWNER, ASKER)
        if side in said
    ]


def _far(seen: Seen) -> str:
    """Whether the other side's site decides: that of the owner."""
    return "_far" if seen.home is not None and seen.home.side == ASKER else ""
