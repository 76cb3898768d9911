"""The organisations that a node publishes for: who they are, and changing some of what is said of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from node.context import Node
from node.services.listings.own_ids import organisation_id, slug_of
from node.services.listings.publishing import put_organisation
from node.storage import listings
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.organisations import OwnOrganisation
from schemas.organisation import Organisation

DEFAULT_TYPE = "community_group"


def organisations(node: Node) -> list[OwnOrganisation]:
    """All organisations of this node, by name."""
    with node.database.read() as tx:
        return hosted.every(tx)


def organisation(node: Node, slug: str) -> OwnOrganisation | None:
    with node.database.read() as tx:
        return hosted.by_slug(tx, slug)


def listing_counts(node: Node, organisation_id: str) -> dict[str, int]:
    """How many listings an organisation has in each state (`node.storage.listings.STATES`) that any is in."""
    with node.database.read() as tx:
        return listings.counts(tx, organisation_id)


def put_profile(
    node: Node, name: str, slug: str | None, profile: Mapping[str, Any], also: Callable[[Tx], None] = lambda tx: None
) -> str:
    """Make the organisation of this slug (else the slug of ``name``), or change these members of it; its slug.

    ``also`` is done in the same transaction. Raises `PublishingError`.
    """
    slug = slug or slug_of(name)
    known = organisation(node, slug)
    made = known.organisation if known else Organisation(organisation_id(node.settings.url, slug), name, DEFAULT_TYPE)
    return put_organisation(node, replace(made, name=name, **profile), also)
