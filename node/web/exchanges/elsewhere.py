"""What is particular of an exchange whose other side, or whose people, are known at another site."""

from __future__ import annotations

from flask_babel import gettext as _

from node.services.exchanges.reading import Seen
from schemas import exchange as rules
from schemas.exchange import ASKER


def attests(seen: Seen) -> bool:
    """Whether who asked is known at the owner's site, and here only that their address was confirmed."""
    return seen.home is not None and seen.home.attests


def is_strangers(seen: Seen) -> bool:
    """Whether who looks asked in a catalogue, where what they say counts."""
    return seen.party.side == ASKER and seen.home is not None and seen.home.is_strangers


def note_of(seen: Seen) -> str:
    """What is particular where the other side is not of this site."""
    if seen.undelivered:
        return str(
            _("Something could not be delivered to their site: %(problem)s", problem=seen.undelivered[-1].problem)
        )
    if seen.compares:
        return str(
            _("The code that you typed is being compared at their site. Until they have answered, nothing is noted.")
        )
    if seen.on_its_way:
        return str(_("What you did is on its way to their site."))
    if is_strangers(seen):
        return _where_it_counts(seen)
    if attests(seen):
        return _where_they_answer(seen)
    if seen.stored.contact_id is None or seen.stored.exchange.state != rules.REQUESTED or seen.party.side != ASKER:
        return ""
    return str(
        _(
            "They publish on a site of their own, so we have written to the address that they name there. "
            "Perhaps they do not know us yet, and may not answer."
        )
    )


def _where_it_counts(seen: Seen) -> str:
    if not seen.stored.exchange.is_open:
        return ""
    return str(
        _(
            "You asked for this on %(site)s. Here you can write to them. The code for when you meet is on that site, "
            "where you also say what became of it: open the link of the mail that you got when you asked, or have it "
            "sent again.",
            site=seen.site,
        )
    )


def _where_they_answer(seen: Seen) -> str:
    if seen.stored.exchange.state == rules.UNCONFIRMED:
        return str(
            _(
                "When you send it, your name, your address and what you wrote go to their site, %(site)s, which "
                "answers you. Here they are forgotten.",
                site=seen.site,
            )
        )
    if seen.stored.exchange.is_open:
        return str(
            _(
                "They answer you by mail from %(site)s, with a link to write to them. This page is where you say what "
                "became of it, so keep the mail that brought you here.",
                site=seen.site,
            )
        )
    return ""
