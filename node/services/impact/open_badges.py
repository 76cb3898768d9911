"""Badges that were earned, as signed credentials: made from what is known when somebody asks, and good for a while."""

from __future__ import annotations

from typing import Any

from node.context import Node
from node.services.impact import badge_keys
from node.services.impact.recognising import Recognised
from schemas import open_badge
from schemas.open_badge import Award, Issuer
from schemas.recognition import Earned


def issuer_of(node: Node) -> Issuer:
    settings = node.settings
    return Issuer(settings.url, settings.node_name, settings.contact_email)


def credential(node: Node, found: Recognised, earned: Earned, page: str) -> dict[str, Any]:
    """What the node says of a badge that was earned; ``page`` is the address of the organisation's page here."""
    organisation = found.organisation
    award = Award(earned.badge, organisation.id, organisation.name, page, earned.since, _made_of(found, earned))
    return open_badge.credential(issuer_of(node), award, node.clock().date())


def _made_of(found: Recognised, earned: Earned) -> str:
    counted = f"Counted: {earned.count}. " if not earned.categories else f"For: {', '.join(earned.categories)}. "
    return (
        f"{counted}Made of receipts of handovers that both sides signed, by version {found.recognition.version} of "
        "the published rules."
    )


def token(node: Node, said: dict[str, Any]) -> str:
    """A credential, signed. Raises `node.services.configuration.keys.KeyFileError`."""
    key = badge_keys.own(node.settings)
    return open_badge.token(said, issuer_of(node).key(key.id), key.sign)
