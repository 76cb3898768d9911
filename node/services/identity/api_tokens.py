"""Tokens for other programs: each for one organisation, with the scopes that it needs, shown once."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from node.context import Node
from node.services.identity.audit import by, record
from node.services.identity.links import hash_of, new_secret
from node.services.identity.members import Member
from node.services.limits.strangers import FormError, text_problems
from node.storage import api_tokens as stored
from node.storage import organisations
from node.storage.api_tokens import ApiToken
from schemas.errors import Problem, pointer
from schemas.records import dataclass

LISTINGS_READ, LISTINGS_WRITE = "listings:read", "listings:write"
BOOKINGS_READ, BOOKINGS_WRITE = "bookings:read", "bookings:write"
REQUESTS_READ, REQUESTS_WRITE = "requests:read", "requests:write"
SCOPES = (LISTINGS_READ, LISTINGS_WRITE, BOOKINGS_READ, BOOKINGS_WRITE, REQUESTS_READ, REQUESTS_WRITE)
PREFIX = "sharefeed_"
"""So that programs which look for secrets in code find it."""
LONGEST_NAME, MOST = 80, 30
USED_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that has shown a token: ``name`` is what the token is called."""

    token_id: str
    name: str
    organisation_id: str
    slug: str
    scopes: frozenset[str]


def make(node: Node, member: Member, name: str, scopes: Collection[str]) -> str:
    """A new token for the organisation of ``member``: its secret, which is not kept. Raises `FormError`."""
    name = name.strip()
    problems = text_problems("name", name, LONGEST_NAME)
    if not name:
        problems = [Problem(pointer(["name"]), "missing", "Say what the token is for.")]
    if not scopes or not set(scopes) <= set(SCOPES):
        problems.append(Problem(pointer(["scopes"]), "missing", "Choose at least one thing that it may do."))
    chosen, secret = " ".join(scope for scope in SCOPES if scope in scopes), PREFIX + new_secret()
    with node.database.write() as tx:
        if len(stored.of_organisation(tx, member.organisation_id)) >= MOST:
            problems.append(Problem(pointer(["name"]), "too-many", "Remove a token that nobody needs first."))
        if problems:
            raise FormError(problems)
        made = ApiToken(
            secrets.token_hex(8),
            member.organisation_id,
            name,
            hash_of(secret),
            chosen,
            member.name,
            node.now,
            account_id=member.account_id,
        )
        stored.add(tx, made)
        record(tx, node, by(member), "token-made", f"{name}: {chosen}", member.organisation_id)
    return secret


def of_organisation(node: Node, organisation_id: str) -> list[ApiToken]:
    with node.database.read() as tx:
        return stored.of_organisation(tx, organisation_id)


def remove(node: Node, member: Member, token_id: str) -> bool:
    """Let a token stop working; whether there was one."""
    with node.database.write() as tx:
        name = stored.remove(tx, member.organisation_id, token_id)
        if name is not None:
            record(tx, node, by(member), "token-removed", name, member.organisation_id)
    return name is not None


def caller(node: Node, secret: str) -> Caller | None:
    """Whose token this is; None for one that nobody has. Its last use is noted, to the minute."""
    if not secret.startswith(PREFIX):
        return None
    with node.database.read() as tx:
        found = stored.by_hash(tx, hash_of(secret))
        own = organisations.by_ids(tx, [found.organisation_id]).get(found.organisation_id) if found else None
    if found is None or own is None:
        return None
    if found.used_at is None or node.now - found.used_at >= USED_EVERY_S:
        with node.database.write() as tx:
            stored.used(tx, found.id, node.now)
    return Caller(found.id, found.name, found.organisation_id, own.slug, frozenset(found.scopes.split()))
